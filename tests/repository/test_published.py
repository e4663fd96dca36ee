"""A folder that is written where it differs: what is spine's own, what is not, and what a killed run leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spine.errors import Refused
from spine.repository.published import MANIFEST, BadManifest, NotOurs, Published, publish

FILES = {"index.html": b"<p>index", "loops/a.html": b"<p>a", "loops/b.html": b"<p>b"}


def there(folder: Path) -> dict[str, bytes]:
    """All files but the list."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    found.pop(MANIFEST, None)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep/er/site"


@pytest.fixture
def done(folder: Path) -> Published:
    return publish(folder, FILES, {"commit": "a"})


def test_a_new_folder_is_made_with_a_list_of_what_is_in_it(folder: Path, done: Published) -> None:
    assert there(folder) == FILES
    assert done.written == tuple(sorted(FILES))
    assert (done.files, done.size, done.removed, done.left) == (3, 16, (), ())
    said = json.loads((folder / MANIFEST).read_bytes())
    assert (said["spine"], said["commit"], list(said["files"])) == ("site/1", "a", sorted(FILES))


def test_the_same_again_writes_nothing(folder: Path, done: Published) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert publish(folder, FILES, {"commit": "a"}).written == ()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_only_what_differs_is_written_and_what_is_no_longer_made_goes(folder: Path, done: Published) -> None:
    kept = (folder / "index.html").stat().st_mtime_ns
    new = {"index.html": b"<p>index", "loops/a.html": b"<p>other", "c.html": b"c"}
    again = publish(folder, new, {"commit": "b"})
    assert (again.written, again.removed) == (("c.html", "loops/a.html"), ("loops/b.html",))
    assert there(folder) == new
    assert (folder / "index.html").stat().st_mtime_ns == kept


def test_a_folder_that_became_empty_goes_too(folder: Path, done: Published) -> None:
    publish(folder, {"index.html": b"x"}, {})
    assert not (folder / "loops").exists()


def test_what_somebody_else_put_there_stays(folder: Path, done: Published) -> None:
    (folder / "CNAME").write_text("ledger.example.org\n")
    (folder / "loops/b.html").write_text("edited by hand")
    again = publish(folder, {"index.html": b"new"}, {})
    assert (again.removed, again.left) == (("loops/a.html",), ("loops/b.html",))
    assert there(folder) == {"index.html": b"new", "CNAME": b"ledger.example.org\n", "loops/b.html": b"edited by hand"}


def test_a_folder_of_other_things_is_refused_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "index.html").write_text("mine, too")
    with pytest.raises(NotOurs, match="not empty"):
        publish(tmp_path, FILES, {})
    assert there(tmp_path) == {"notes.txt": b"mine", "index.html": b"mine, too"}
    publish(tmp_path, FILES, {}, force=True)
    assert there(tmp_path) == {"notes.txt": b"mine", **FILES}


def test_a_foreign_file_in_the_way_is_not_replaced(folder: Path, done: Published) -> None:
    (folder / "c.html").write_text("mine")
    with pytest.raises(NotOurs, match=r"did not write c\.html"):
        publish(folder, {**FILES, "c.html": b"c"}, {})
    assert there(folder) == {**FILES, "c.html": b"mine"}
    publish(folder, {**FILES, "c.html": b"c"}, {}, force=True)
    assert there(folder) == {**FILES, "c.html": b"c"}


def test_a_run_that_was_killed_is_simply_run_again(
    folder: Path, done: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = {"index.html": b"1", "loops/c.html": b"2", "loops/d.html": b"3"}
    from spine.repository import published

    calls = 0

    def put(*words: object, **how: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        real(*words, **how)  # type: ignore[arg-type]

    real = published.put
    monkeypatch.setattr(published, "put", put)
    with pytest.raises(KeyboardInterrupt):
        publish(folder, new, {})
    monkeypatch.undo()
    assert calls == 3
    publish(folder, new, {})
    assert there(folder) == new


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"spine": "site/2", "files": {}}', '{"spine": "site/1", "files": {"../../x": "sha256:0"}}',
     '{"spine": "site/1", "files": {"/etc/x": "sha256:0"}}', '{"spine": "site/1", "files": ["x"]}', "[" * 100_000],
)  # fmt: skip
def test_a_list_that_nobody_can_trust_is_refused(folder: Path, done: Published, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    with pytest.raises(BadManifest):
        publish(folder, {}, {})
    assert there(folder) == FILES
    publish(folder, {"index.html": b"x"}, {}, force=True)
    assert there(folder) == {**FILES, "index.html": b"x"}


def test_no_link_is_followed(folder: Path, done: Published, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.html").write_text("mine")
    for path in (folder / "loops").iterdir():
        path.unlink()
    (folder / "loops").rmdir()
    (folder / "loops").symlink_to(elsewhere)
    with pytest.raises(Exception, match="loops") as caught:
        publish(folder, FILES, {})
    assert not isinstance(caught.value, AssertionError)
    assert there(elsewhere) == {"a.html": b"mine"}


def test_what_git_keeps_for_itself_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / ".git", tmp_path / ".git/site", tmp_path / "file"):
        with pytest.raises(Refused):
            publish(path, FILES, {})
    assert list((tmp_path / ".git").iterdir()) == []
