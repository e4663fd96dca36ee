"""What a revision means, and what never reaches git."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from spine.errors import Exit
from spine.printable import has_unsafe
from spine.repository import (
    BadRevision,
    MissingObject,
    NoBranch,
    Range,
    branch_tip,
    commits_named,
    current_branch,
    is_ancestor,
    merge_base,
    refs,
    resolve,
    resolve_range,
)

from .conftest import MAIN, Ground


def test_any_git_revision_is_accepted(started: Ground) -> None:
    first = started.git("rev-parse", "HEAD")
    second = started.commit({"a": "2"}, "the second one")
    started.git("tag", "-a", "v1", "-m", "release", first)
    started.git("tag", "-a", "v1-of-tag", "-m", "tag of a tag", "v1")
    with started.open() as repo:
        for text in ("HEAD", "main", MAIN, second, second[:8], "@", "main@{0}", ":/second", "HEAD^0", "HEAD@{now}"):
            assert resolve(repo, text) == second, text
        for text in ("HEAD~1", "HEAD^", "v1", "v1-of-tag", "v1^{commit}", "main@{1}"):
            assert resolve(repo, text) == first, text


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "--help", "--all", "-n1", "--output=x", "a\nb", "a\0b", "a\x1b[2J", "a\x7f", "\udcff", "x" * 1001,
        "^main", "main..HEAD", "main...HEAD", "HEAD:docs", "HEAD:docs/notes.md", "HEAD^{tree}", "nosuch", "HEAD~99",
        "refs/heads/*", "main@{", "main branch",
    ],
)  # fmt: skip
def test_what_names_no_single_commit_is_refused(started: Ground, text: str) -> None:
    with started.open() as repo, pytest.raises(BadRevision) as caught:
        resolve(repo, text)
    assert caught.value.exit_code is Exit.REFUSED
    assert not has_unsafe(str(caught.value))


def test_a_near_miss_suggests(started: Ground) -> None:
    started.git("branch", "feature/backup-window")
    with started.open() as repo:
        for wrong, right in (
            ("mian", "main"),
            ("feature/backup-windw", "feature/backup-window"),
            ("refs/heads/mein", MAIN),
        ):
            with pytest.raises(BadRevision) as caught:
                resolve(repo, wrong)
            assert caught.value.hint == f"did you mean {right}?"
            assert str(caught.value) == f"{wrong}: no commit has this name here"


def test_a_full_id_that_is_not_here_cannot_be_told(started: Ground) -> None:
    with started.open() as repo, pytest.raises(MissingObject):
        resolve(repo, "1234567890" * 4)


def test_ranges(started: Ground) -> None:
    first = started.git("rev-parse", "HEAD")
    second = started.commit({"a": "2"})
    with started.open() as repo:
        assert resolve_range(repo, "HEAD~1..main") == Range(first, second)  # type: ignore[arg-type]
        assert resolve_range(repo, f"{first}..") == Range(first, second)  # type: ignore[arg-type]
        assert resolve_range(repo, "main") == Range(None, second)
        for wrong in ("main...HEAD", "nosuch..main", "main..nosuch", "..-x", "-x..", "a..b..c"):
            with pytest.raises(BadRevision):
                resolve_range(repo, wrong)


def test_all_references_with_their_commits(started: Ground) -> None:
    tip = started.git("rev-parse", "HEAD")
    blob = started.git("rev-parse", "HEAD:docs/notes.md")
    started.git("tag", "-a", "noted", "-m", "x")
    started.git("tag", "bare-blob", blob)
    started.git("update-ref", "refs/spine/backup/x", tip)
    with started.open() as repo:
        found = {ref.name: ref for ref in refs(repo)}
        assert list(found) == sorted(found)
        assert found[MAIN].oid == found[MAIN].commit == found["refs/tags/noted"].commit == tip
        assert found["refs/tags/noted"].oid == started.git("rev-parse", "refs/tags/noted")
        assert (found["refs/tags/bare-blob"].oid, found["refs/tags/bare-blob"].commit) == (blob, None)
        assert [ref.name for ref in refs(repo, "refs/spine/")] == ["refs/spine/backup/x"]


def test_who_descends_from_whom(started: Ground) -> None:
    with started.open() as repo:
        first = resolve(repo, "HEAD")
        started.git("checkout", "-q", "-b", "side")
        side = started.commit({"side": "1"})
        started.git("checkout", "-q", "main")
        tip = started.commit({"main": "1"})
        started.git("checkout", "-q", "--orphan", "alone")
        alone = started.commit({"alone": "1"})
        assert is_ancestor(repo, first, tip)
        assert is_ancestor(repo, tip, tip)
        assert not is_ancestor(repo, tip, first)
        assert not is_ancestor(repo, side, tip)
        assert merge_base(repo, side, tip) == first
        assert merge_base(repo, alone, tip) is None


@pytest.mark.parametrize(
    "name",
    ["main", "HEAD", "refs/heads/", "refs/heads/../x", "refs/tags/x", "--stdin", "refs/heads/a b", "refs/heads/\n"],
)
def test_only_full_branch_names_are_branches(started: Ground, name: str) -> None:
    with started.open() as repo, pytest.raises(NoBranch):
        branch_tip(repo, name)


def test_a_detached_head_is_no_branch(started: Ground) -> None:
    started.git("checkout", "-q", "--detach")
    with started.open() as repo, pytest.raises(NoBranch, match="detached") as caught:
        current_branch(repo)
    assert caught.value.hint == "git switch BRANCH"


def test_no_text_of_a_caller_becomes_an_option(started: Ground, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    real = next(f"{folder}/git" for folder in os.environ["PATH"].split(":") if os.access(f"{folder}/git", os.X_OK))
    shim.write_text(
        f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >> {log}\necho END >> {log}\nexec {real} "$@"\n'
    )
    shim.chmod(0o755)
    env = started.env | {"PATH": f"{shim.parent}:{os.environ['PATH']}"}
    from spine.repository import Repository, added_by, changes_first_parent

    hostile = ["--upload-pack=touch", "-o", "--exec=x", ":(exclude)x", "@{--x}", "x --y"]
    with Repository.open(started.path, env) as repo:
        tip = resolve(repo, "main")
        for text in hostile:
            with pytest.raises(BadRevision):
                resolve(repo, text)
            assert added_by(repo, text, tip) is None
            assert list(changes_first_parent(repo, Range(None, tip), [text])) == []
    calls = [call.split("\n") for call in log.read_text().split("\nEND\n")]
    assert len(calls) > 10
    seen = 0
    for call in calls:
        for text in hostile:
            if text in call:
                seen += 1
                ends = [call.index(word) for word in ("--", "--end-of-options") if word in call]
                assert min(ends) < call.index(text), call
    assert seen >= 2 * len(hostile)


def test_commits_are_told_from_all_else_that_begins_alike(started: Ground) -> None:
    tip = started.git("rev-parse", "HEAD")
    tree = started.git("rev-parse", "HEAD^{tree}")
    blob = started.git("hash-object", "-w", "--stdin", stdin="a blob")
    absent = "0123456789abcdef0123456789abcdef01234567"
    named = "abcdef12"
    started.git("branch", named)
    asked = [tip, tip[:7], tip[:12], tree, blob[:9], absent, absent[:7], named, "not hexadecimal", "", "HEAD", "a\nb"]
    with started.open() as repo:
        assert commits_named(repo, asked) == {tip: tip, tip[:7]: tip, tip[:12]: tip}
        assert commits_named(repo, []) == {}


def test_a_beginning_that_two_commits_share_names_none(started: Ground) -> None:
    commit = "commit refs/heads/many\ncommitter A <a@b> {} +0000\ndata 1\nx\n\n"
    started.git("fast-import", "--quiet", stdin="".join(commit.format(n) for n in range(1, 900)))
    ids = started.git("rev-list", "many").split()
    counts = Counter(id_[:4] for id_ in ids)
    shared = next(beginning for beginning, count in counts.items() if count > 1)
    alone = next(id_ for id_ in ids if counts[id_[:4]] == 1)
    with started.open() as repo:
        assert commits_named(repo, [shared, alone[:7]]) == {alone[:7]: alone}
