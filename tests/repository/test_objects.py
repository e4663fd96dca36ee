"""Objects read through the open cat-file, and blobs written."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from spine.errors import Exit, Refused
from spine.repository import GitFailed, MissingObject, Repository, TooLarge, WrongObject

from .conftest import Git, Ground


@pytest.mark.parametrize("data", [b"", b"a", b"\0\r\n\xff" * 1000, b"x" * 2_000_000], ids=len)
def test_a_blob_comes_back_as_it_was_written(opened: Repository, data: bytes) -> None:
    oid = opened.objects.write_blob(data)
    assert opened.objects.read_blob(oid) == data
    assert oid == hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def test_many_blobs_are_written_in_order(opened: Repository) -> None:
    contents = [b"%d\n" % number for number in range(50)]
    oids = opened.objects.write_blobs(contents)
    assert [opened.objects.read_blob(oid) for oid in oids] == contents
    assert opened.objects.write_blobs([]) == []


def test_line_ends_and_filters_have_no_say(started: Ground) -> None:
    started.write({".gitattributes": "* text eol=lf filter=shout\n"})
    started.git("config", "filter.shout.clean", "tr a-z A-Z")
    started.git("config", "core.autocrlf", "true")
    with started.open() as repo:
        assert repo.objects.read_blob(repo.objects.write_blob(b"a\r\nb\n")) == b"a\r\nb\n"


def test_the_limit_is_checked_before_the_content_and_reading_goes_on(opened: Repository) -> None:
    large, small = opened.objects.write_blobs([b"x" * 5_000_000, b"y"])
    with pytest.raises(TooLarge, match="5000000 bytes"):
        opened.objects.read_blob(large, limit=4_999_999)
    assert opened.objects.read_blob(small) == b"y"
    assert len(opened.objects.read_blob(large, limit=5_000_000)) == 5_000_000


def test_a_missing_object_cannot_be_told(opened: Repository) -> None:
    with pytest.raises(MissingObject) as caught:
        opened.objects.read_blob("1234567890" * 4)
    assert caught.value.exit_code is Exit.UNKNOWN
    assert opened.objects.read_tree(opened.objects.empty_tree) == {}


@pytest.mark.parametrize(
    "text", ["", "HEAD", "main:docs/notes.md", "--help", "0" * 39, "0" * 64, "A" * 40, "0" * 40 + "\n"]
)
def test_only_full_ids_are_asked_for(opened: Repository, text: str) -> None:
    with pytest.raises(WrongObject):
        opened.objects.read_blob(text)


def test_another_kind_is_refused(opened: Repository, started: Ground) -> None:
    with pytest.raises(WrongObject, match="is a commit, not a blob"):
        opened.objects.read_blob(started.git("rev-parse", "HEAD"))
    with pytest.raises(Refused, match="is a tree, not a commit"):
        opened.objects.read(started.git("rev-parse", "HEAD^{tree}"), "commit")


def test_a_corrupt_object_is_never_taken_for_its_content(started: Ground) -> None:
    with started.open() as repo:
        oid = repo.objects.write_blob(random.Random(1).randbytes(5000))
        path = started.path / f".git/objects/{oid[:2]}/{oid[2:]}"
        path.chmod(0o644)
        whole = path.read_bytes()
        path.write_bytes(whole[:2000])
        with pytest.raises(GitFailed, match=rf"git cat-file --batch failed with exit code 128: .*{oid}"):
            repo.objects.read_blob(oid)
        path.write_bytes(b"garbage")
        with pytest.raises(MissingObject) as caught:
            repo.objects.read_blob(oid)
        assert "git fsck" in (caught.value.hint or "")
        assert repo.objects.read_blob(repo.objects.write_blob(b"fine")) == b"fine"


def test_the_open_process_sees_what_is_written_and_packed_later(started: Ground) -> None:
    with started.open() as repo:
        first = repo.objects.write_blob(b"first")
        assert repo.objects.read_blob(first) == b"first"
        commit = started.commit({"later": "later\n"})
        started.git("gc", "-q", "--prune=now")
        assert repo.objects.read_blob(started.git("rev-parse", f"{commit}:later")) == b"later\n"


def test_replaced_objects_are_read_as_they_really_are(started: Ground) -> None:
    with started.open() as repo:
        real, fake = repo.objects.write_blobs([b"real", b"fake"])
        started.git("replace", real, fake)
        assert started.git("cat-file", "blob", real) == "fake"
        assert repo.objects.read_blob(real) == b"real"


def test_closing_twice_and_reading_again(started: Ground) -> None:
    repo = started.open()
    repo.objects.read_tree(repo.objects.empty_tree)
    repo.close()
    repo.close()
    assert repo.objects.read_tree(repo.objects.empty_tree) == {}
    repo.close()


def test_a_partial_clone_fetches_nothing_behind_the_users_back(started: Ground, tmp_path: Path, git: Git) -> None:
    started.git("config", "uploadpack.allowFilter", "true")
    oid = started.git("rev-parse", "HEAD:docs/notes.md")
    place = tmp_path / "partial"
    git("clone", "-q", "--no-checkout", "--filter=blob:none", started.path.as_uri(), str(place), cwd=tmp_path)
    with Repository.open(place, started.env) as repo, pytest.raises(MissingObject) as caught:
        repo.objects.read_blob(oid)
    assert "git cat-file -e" in (caught.value.hint or "")
    assert "?" + oid in git("rev-list", "--objects", "--missing=print", "HEAD", cwd=place)
