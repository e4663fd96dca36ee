"""Plain git with the drivers installed: real merges, rebases, picks, stashes and diffs of bindings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from published import fitting

import spine
from spine.change.markers import sides_of
from tests.actions.test_lost_update import commit_of, lines

ROOT = Path(__file__).resolve().parents[2]
PATH = "bindings/vm.yaml"
BASE = """\
# the machines
updated: 2026-02-01
vms:
  - vmid: 100
    name: web
    status: running

  - vmid: 101
    name: dns
    status: running
steps:
  - one
  - one
  - two
"""
SETTINGS = """\
spine: settings/1
governed: ["bindings/**/*.yaml", "spine.yaml", "loops/**/*.md"]
merge: {"*#updated": newest}
"""
ADDED = "  - vmid: {0}\n    name: new{0}\n    status: planned\n"


@dataclass
class Clone:
    """A repository with the drivers installed, and git as a user has it."""

    path: Path
    env: dict[str, str]

    def git(self, *words: str, accept: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["git", *words], cwd=self.path, env=self.env, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode in accept, (
            f"git {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done

    def spine(
        self, *words: str, accept: tuple[int, ...] = (0,), cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "spine", *words], cwd=cwd or self.path, env=self.env, capture_output=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode in accept, (
            f"spine {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done

    def read(self, path: str = PATH) -> str:
        return (self.path / path).read_bytes().decode()

    def write(self, text: str, path: str = PATH) -> None:
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_bytes(text.encode())

    def commit(self, text: str, path: str = PATH, message: str = "change") -> str:
        self.write(text, path)
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD").stdout.strip()

    def fork(self, ours: str, theirs: str, *, base: str = BASE) -> None:
        """`main` at ours, `topic` at theirs, both from base; main is checked out."""
        if self.read() != base:
            self.commit(base, message="base")
        self.git("checkout", "-qb", "topic")
        self.commit(theirs, message="theirs")
        self.git("checkout", "-q", "main")
        self.commit(ours, message="ours")

    def unmerged(self) -> list[str]:
        return self.git("diff", "--name-only", "--diff-filter=U").stdout.split()


@pytest.fixture
def clone(repo: Path, git_env: dict[str, str]) -> Clone:
    git_env["PYTHONPATH"] = str(ROOT)
    made = Clone(repo, git_env)
    made.write(SETTINGS, "spine.yaml")
    made.spine("drivers", "install")
    made.commit(BASE, message="base")
    return made


def edited(*edits: tuple[str, str], text: str = BASE) -> str:
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


# git's line merge conflicts on this pair: both add at one place, and both touch the stamp.
OURS = edited(("2026-02-01", "2026-02-03"), ("steps:", ADDED.format(102) + "steps:"))
THEIRS = edited(("2026-02-01", "2026-02-02"), ("steps:", ADDED.format(103) + "steps:"), ("- two", "- three"))
BOTH = edited(
    ("2026-02-01", "2026-02-03"), ("steps:", ADDED.format(102) + ADDED.format(103) + "steps:"), ("- two", "- three")
)


def test_git_alone_would_conflict(clone: Clone) -> None:
    clone.spine("drivers", "uninstall")
    clone.fork(OURS, THEIRS)
    clone.git("merge", "topic", accept=(1,))


def test_merge(clone: Clone) -> None:
    clone.fork(OURS, THEIRS)
    done = clone.git("merge", "topic")
    assert clone.read() == BOTH
    assert "newest takes the target" not in done.stderr
    assert "updated: newest takes ours" in done.stderr.replace("the target", "ours")


def test_merge_the_other_way_round_gives_the_same(clone: Clone) -> None:
    clone.fork(THEIRS, OURS)
    clone.git("merge", "topic")
    assert clone.read() == BOTH


def test_rebase(clone: Clone) -> None:
    clone.fork(OURS, THEIRS)
    clone.git("rebase", "-q", "main", "topic")
    assert clone.read() == BOTH


def test_rebase_of_many_commits_in_a_linked_worktree(clone: Clone) -> None:
    clone.git("checkout", "-qb", "topic")
    text = BASE
    for number in (110, 111, 112):
        text = text.replace("steps:", ADDED.format(number) + "steps:")
        clone.commit(text)
    clone.git("checkout", "-q", "main")
    clone.commit(edited(("steps:", ADDED.format(102) + "steps:")))
    linked = Clone(clone.path.parent / "linked", clone.env)
    clone.git("worktree", "add", "-q", str(linked.path), "topic")
    linked.git("rebase", "-q", "main")
    assert linked.read() == edited(("steps:", "".join(ADDED.format(n) for n in (102, 110, 111, 112)) + "steps:"))


def test_cherry_pick(clone: Clone) -> None:
    clone.fork(OURS, THEIRS)
    clone.git("cherry-pick", "topic")
    assert clone.read() == BOTH


def test_merge_squash(clone: Clone) -> None:
    clone.fork(OURS, THEIRS)
    clone.git("merge", "--squash", "topic")
    assert clone.read() == BOTH


def test_stash_pop(clone: Clone) -> None:
    clone.write(THEIRS)
    clone.git("stash")
    clone.commit(OURS)
    clone.git("stash", "pop")
    assert clone.read() == BOTH
    assert clone.git("stash", "list").stdout == ""


def test_revert(clone: Clone) -> None:
    clone.commit(edited(("steps:", ADDED.format(102) + "steps:")))
    added = clone.git("rev-parse", "HEAD").stdout.strip()
    clone.commit(edited(("steps:", ADDED.format(102) + ADDED.format(103) + "steps:")))
    clone.git("revert", "--no-edit", added)
    assert clone.read() == edited(("steps:", ADDED.format(103) + "steps:"))


def test_merge_recursive_does_the_same(clone: Clone) -> None:
    clone.fork(OURS, THEIRS)
    clone.git("merge", "-s", "recursive", "topic")
    assert clone.read() == BOTH


@pytest.mark.corpus
@pytest.mark.parametrize("onto", ["first", "second"])
def test_the_corpus_own_pair_merges_and_nothing_is_lost(
    clone: Clone, corpus: Path, git: Callable[..., str], onto: str
) -> None:
    """Two proposals of 2026-02-12 from one base; applied as whole files, the second put the first one's edits back."""
    path = "bindings/docker.compose.targets.yaml"
    first, second = (commit_of(git, corpus, one) for one in ("CP-20260212-081330", "CP-20260212-080601"))
    base, one, other = (git("show", f"{rev}:{path}", cwd=corpus) for rev in (f"{first}^", first, second))
    clone.commit(base, path)
    clone.git("checkout", "-qb", "topic")
    clone.commit(other if onto == "first" else one, path)
    clone.git("checkout", "-q", "main")
    clone.commit(one if onto == "first" else other, path)
    clone.git("merge", "topic")
    expected = spine.merge(base, one, spine.diff(base, other))
    assert isinstance(expected, spine.Merged)
    assert clone.read(path) == expected.text
    assert clone.read(path).count("# INTERIM: fresh-slate target") == 2
    assert lines(other) - lines(base) <= lines(clone.read(path))


# ---- conflicts ----------------------------------------------------------------------------------------------------

STATUS = "name: web\n    status: running"
MINE = edited((STATUS, "name: web\n    status: stopped"), ("steps:", ADDED.format(102) + "steps:"))
YOURS = edited((STATUS, "name: web\n    status: gone"), ("steps:", ADDED.format(103) + "steps:"))


def conflicted(ours: str = "HEAD", theirs: str = "topic", base: str | None = None, size: int = 7) -> str:
    middle = "" if base is None else f"{'|' * size} {base}\n    status: running\n"
    block = f"{'<' * size} {ours}\n    status: stopped\n{middle}{'=' * size}\n    status: gone\n{'>' * size} {theirs}\n"
    return edited(
        ("name: web\n    status: running\n", f"name: web\n{block}"),
        ("steps:", ADDED.format(102) + ADDED.format(103) + "steps:"),
    )


def test_a_conflict_ends_as_git_users_expect(clone: Clone) -> None:
    clone.fork(MINE, YOURS)
    done = clone.git("merge", "topic", accept=(1,))
    assert clone.read() == conflicted()
    assert clone.git("status", "--short").stdout == f"UU {PATH}\n"
    assert done.stderr == (
        f"spine: {PATH}: 1 conflict by key\n"
        f"  ! {PATH}#vms[vmid=100].status\n"
        "      base      running\n      ours      stopped\n      theirs    gone\n"
        "      both sides set another value\n"
    )
    clone.git("checkout", "--ours", PATH)
    assert clone.read() == MINE
    clone.git("checkout", "--theirs", PATH)
    assert clone.read() == YOURS
    clone.git("checkout", "--conflict=diff3", PATH)
    assert clone.read() == conflicted("ours", "theirs")
    clone.git("-c", "merge.conflictStyle=diff3", "checkout", "-m", PATH)
    assert clone.read() == conflicted("ours", "theirs", "base")
    clone.write(BOTH)
    clone.git("commit", "-qam", "resolved")
    assert clone.git("status", "--short").stdout == ""


def test_marker_size_and_style_are_the_users(clone: Clone) -> None:
    clone.fork(MINE, YOURS)
    (clone.path / ".git/info/attributes").write_text("*.yaml conflict-marker-size=11\n")
    clone.git("-c", "merge.conflictStyle=zdiff3", "merge", "topic", accept=(1,))
    found = clone.read()
    assert "<" * 11 + " HEAD\n    status: stopped\n" + "|" * 11 in found
    assert sides_of(found, size=11) is not None


def test_a_rebase_goes_on_after_a_conflict(clone: Clone) -> None:
    clone.fork(MINE, YOURS)
    clone.git("rebase", "main", "topic", accept=(1,))
    assert clone.unmerged() == [PATH]
    clone.write(BOTH)
    clone.git("add", PATH)
    clone.git("-c", "core.editor=true", "rebase", "--continue")
    assert clone.git("status", "--short").stdout == ""
    assert clone.read() == BOTH


def test_rerere_knows_the_conflict_again(clone: Clone) -> None:
    clone.git("config", "rerere.enabled", "true")
    clone.fork(MINE, YOURS)
    clone.git("merge", "topic", accept=(1,))
    clone.write(BOTH)
    clone.git("commit", "-qam", "resolved")
    clone.git("reset", "-q", "--hard", "HEAD^1")
    clone.git("merge", "topic", accept=(1,))
    assert clone.read() == BOTH


def test_removed_on_one_side_and_changed_on_the_other(clone: Clone) -> None:
    gone = edited(("  - vmid: 101\n    name: dns\n    status: running\n", ""))
    changed = edited(("name: dns", "name: resolver"))
    clone.fork(gone, changed)
    clone.git("merge", "topic", accept=(1,))
    assert "<<<<<<< HEAD\n=======\n  - vmid: 101\n    name: resolver\n" in clone.read()


# ---- files that come, go and move ---------------------------------------------------------------------------------


def test_the_file_is_renamed_on_one_side(clone: Clone) -> None:
    clone.git("checkout", "-qb", "topic")
    clone.git("mv", PATH, "bindings/machines.yaml")
    clone.commit(THEIRS, "bindings/machines.yaml")
    clone.git("checkout", "-q", "main")
    clone.commit(OURS)
    clone.git("merge", "topic")
    assert clone.read("bindings/machines.yaml") == BOTH
    assert not (clone.path / PATH).exists()


def test_the_file_is_deleted_on_one_side(clone: Clone) -> None:
    clone.git("checkout", "-qb", "topic")
    clone.git("rm", "-q", PATH)
    clone.git("commit", "-qm", "delete")
    clone.git("checkout", "-q", "main")
    clone.commit(OURS)
    clone.git("merge", "topic", accept=(1,))
    assert clone.git("status", "--short").stdout == f"UD {PATH}\n"
    assert clone.read() == OURS


def test_the_file_is_added_on_both_sides(clone: Clone) -> None:
    clone.git("checkout", "-qb", "topic")
    clone.commit("a: 1\nb: 2\n", "bindings/new.yaml")
    clone.git("checkout", "-q", "main")
    clone.commit("a: 1\nb: 3\n", "bindings/new.yaml")
    clone.git("merge", "topic", accept=(1,))
    assert clone.git("status", "--short").stdout == "AA bindings/new.yaml\n"
    assert clone.read("bindings/new.yaml") == "a: 1\n<<<<<<< HEAD\nb: 3\n=======\nb: 2\n>>>>>>> topic\n"


@pytest.mark.parametrize("conflict", [False, True])
def test_criss_cross(clone: Clone, conflict: bool) -> None:
    """Two common ancestors; where they conflict, the base that git makes of them is full of markers."""
    added = ADDED.format(102) + ADDED.format(103)
    answer = edited(("steps:", added + "steps:")) if conflict else BOTH
    clone.fork(*((MINE, YOURS) if conflict else (OURS, THEIRS)))
    clone.git("branch", "main1", "main")
    clone.git("branch", "topic1", "topic")
    assert clone.git("merge", "topic1", accept=(0, 1)).returncode == conflict
    clone.commit(edited(("- one\n  - one", "- one\n  - ONE"), text=answer), message="main's merge")
    clone.git("checkout", "-q", "topic")
    clone.git("merge", "main1", accept=(0, 1))
    clone.commit(edited(("name: dns", "name: resolver"), text=answer), message="topic's merge")
    clone.git("checkout", "-q", "main")
    assert len(clone.git("merge-base", "--all", "main", "topic").stdout.split()) == 2
    done = clone.git("merge", "topic")
    assert clone.read() == edited(("- one\n  - one", "- one\n  - ONE"), ("name: dns", "name: resolver"), text=answer)
    assert "conflict" not in done.stderr


def test_criss_cross_with_different_answers_is_a_conflict(clone: Clone) -> None:
    clone.fork(MINE, YOURS)
    clone.git("branch", "main1", "main")
    clone.git("branch", "topic1", "topic")
    clone.git("merge", "topic1", accept=(1,))
    clone.commit(MINE, message="main's answer")
    clone.git("checkout", "-q", "topic")
    clone.git("merge", "main1", accept=(1,))
    clone.commit(YOURS, message="topic's answer")
    clone.git("checkout", "-q", "main")
    clone.git("merge", "topic", accept=(1,))
    assert clone.unmerged() == [PATH]
    assert "    status: stopped\n" in clone.read()
    assert "    status: gone\n" in clone.read()


# ---- what is not merged by key ------------------------------------------------------------------------------------

NO_YAML = "a: [\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n"
ALIASED = "a: &x {m: 1}\nb: *x\nc:\n  k: 1\nd: 1\ne: 1\nf: 1\ng: 1\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param(NO_YAML, NO_YAML.replace("b: 1", "b: 2"), NO_YAML.replace("f: 1", "f: 2"), id="clean"),
        pytest.param(NO_YAML, NO_YAML.replace("b: 1", "b: 2"), NO_YAML.replace("b: 1", "b: 3"), id="conflict"),
        pytest.param(ALIASED, ALIASED.replace("g: 1", "g: 2"), ALIASED.replace("m: 1", "m: 2"), id="anchor, clean"),
        pytest.param(ALIASED, ALIASED.replace("m: 1", "m: 2"), ALIASED.replace("m: 1", "m: 3"), id="anchor, conflict"),
        pytest.param(BASE, BASE.replace("dns", "a"), "a: [\n" + BASE, id="unparsable theirs"),
        pytest.param(BASE, "a: [\n" + BASE, BASE.replace("dns", "a"), id="unparsable ours"),
        pytest.param(BASE, BASE + "\0", BASE.replace("dns", "a"), id="binary"),
    ],
)
def test_what_spine_refuses_ends_as_with_git_alone(clone: Clone, base: str, ours: str, theirs: str) -> None:
    clone.fork(ours, theirs, base=base)
    (clone.path / ".git/info/attributes").write_text("*.yaml merge=text\n")
    alone = clone.git("merge", "topic", "-m", "m", accept=(0, 1))
    expected = clone.read(), clone.git("ls-files", "-s").stdout
    clone.git("reset", "-q", "--hard", "ORIG_HEAD" if alone.returncode == 0 else "HEAD")
    (clone.path / ".git/info/attributes").unlink()
    done = clone.git("merge", "topic", "-m", "m", accept=(0, 1))
    assert (clone.read(), clone.git("ls-files", "-s").stdout) == expected
    assert done.returncode == alone.returncode
    assert "not merged by key, because" in done.stderr


TWICE = "a: &x {m: 1}\nb: *x\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\n"


def test_a_clean_line_merge_that_is_wrong_becomes_a_conflict(clone: Clone) -> None:
    """Both add the same key, far apart, and one touches an anchor, so that it cannot be merged by key."""
    ours = TWICE.replace("d: 1", "d: 1\nnew: 1")
    theirs = TWICE.replace("m: 1", "m: 2") + "new: 2\n"
    clone.fork(ours, theirs, base=TWICE)
    (clone.path / ".git/info/attributes").write_text("*.yaml merge=text\n")
    clone.git("merge", "topic", "-m", "m")
    assert clone.read() == theirs.replace("d: 1", "d: 1\nnew: 1"), "git has to be clean here, or the test shows nothing"
    clone.git("reset", "-q", "--hard", "ORIG_HEAD")
    (clone.path / ".git/info/attributes").unlink()
    done = clone.git("merge", "topic", accept=(1,))
    assert "the lines go together, but new stands twice then" in done.stderr
    assert sides_of(clone.read(), size=7) == (ours, theirs)


def test_a_clean_line_merge_that_is_no_yaml_becomes_a_conflict(clone: Clone) -> None:
    ours = TWICE.replace("&x", "&y").replace("*x", "*y")
    theirs = TWICE + "i: *x\n"
    clone.fork(theirs, ours, base=TWICE)
    done = clone.git("merge", "topic", accept=(1,))
    assert "*x stands there without its anchor then" in done.stderr
    assert sides_of(clone.read(), size=7) == (theirs, ours)


def test_other_text_is_merged_by_git(clone: Clone) -> None:
    (clone.path / ".git/info/attributes").write_text("*.md merge=spine\n")
    clone.commit("a\nb\nc\nd\ne\n", "loops/x.md")
    clone.git("checkout", "-qb", "topic")
    clone.commit("A\nb\nc\nd\ne\n", "loops/x.md")
    clone.git("checkout", "-q", "main")
    clone.commit("a\nb\nc\nd\nE\n", "loops/x.md")
    done = clone.git("merge", "topic")
    assert clone.read("loops/x.md") == "A\nb\nc\nd\nE\n"
    assert "spine" not in done.stderr


def test_the_settings_are_those_of_what_is_merged_onto(clone: Clone) -> None:
    """In a rebase that is the new base: its rule decides, though the branch that is replayed has none."""
    clone.commit(SETTINGS.replace("newest", "ours"), "spine.yaml")
    clone.git("checkout", "-qb", "topic")
    clone.commit(edited(("2026-02-01", "2026-02-09")))
    clone.git("checkout", "-q", "main")
    clone.commit(SETTINGS.replace("newest", "min"), "spine.yaml")
    clone.commit(edited(("2026-02-01", "2026-02-04")))
    clone.git("rebase", "-q", "main", "topic")
    assert "updated: 2026-02-04" in clone.read()


def test_broken_settings_leave_the_merge_to_git(clone: Clone) -> None:
    clone.commit("spine: [", "spine.yaml")
    clone.fork(edited(("name: web", "name: www")), edited(("- two", "- three")))
    done = clone.git("merge", "topic")
    assert "the settings cannot be read: HEAD:spine.yaml" in done.stderr
    assert clone.read() == edited(("name: web", "name: www"), ("- two", "- three"))


def test_line_ends_mark_and_missing_last_line_end_are_kept(clone: Clone) -> None:
    (clone.path / ".git/info/attributes").write_text("*.yaml -text\n")
    base = "\ufeff" + BASE.replace("\n", "\r\n").removesuffix("\r\n")
    ours = base.replace("name: web", "name: www")
    theirs = base.replace("name: dns", "name: resolver")
    clone.fork(ours, theirs, base=base)
    clone.git("merge", "topic")
    assert clone.read() == ours.replace("name: dns", "name: resolver")


# ---- called as git calls it ---------------------------------------------------------------------------------------


def test_a_failure_ends_beyond_128(clone: Clone) -> None:
    clone.spine("drivers", "merge", "a", accept=(129,))
    clone.spine("drivers", "merge", "--no-such", accept=(129,))
    clone.spine("drivers", "merge", "--", "none", "none", "none", "7", PATH, accept=(129,))
    clone.spine("drivers", "merge", "--", "none", "none", "none", "many", PATH, accept=(129,))
    done = clone.spine("drivers", "diff", "--", PATH, "one", accept=(129,))
    assert "a path, and three words for each side" in done.stderr


def test_names_of_the_sides_as_newer_git_gives_them(clone: Clone) -> None:
    for name, text in (("o", BASE), ("a", MINE), ("b", YOURS)):
        clone.write(text, name)
    clone.spine("drivers", "merge", "--", "o", "a", "b", "7", PATH, "abc123", "-HEAD", "it's (topic)", accept=(1,))
    assert clone.read("a") == conflicted("-HEAD", "it's (topic)")
    clone.write(MINE, "a")
    clone.spine("drivers", "merge", "o", "a", "b", "7", PATH, "%S", "%X", "%Y", accept=(1,))
    assert clone.read("a") == conflicted("ours", "theirs")


def test_what_the_driver_calls_clean_is_spines_merge(clone: Clone) -> None:
    for name, text in (("o", BASE), ("a", OURS.replace("02-03", "02-01")), ("b", THEIRS.replace("02-02", "02-01"))):
        clone.write(text, name)
    before = clone.read("a")
    done = clone.spine("drivers", "merge", "o", "a", "b", "7", PATH)
    expected = spine.merge(BASE, before, spine.diff(BASE, clone.read("b")))
    assert isinstance(expected, spine.Merged)
    assert (clone.read("a"), done.stdout, done.stderr) == (expected.text, "", "")


# ---- diff ---------------------------------------------------------------------------------------------------------

SHOWN = f"{PATH}\n  ~ vms[vmid=101].name: dns → resolver\n"
CHANGED = edited(("name: dns", "name: resolver"))


def test_diff(clone: Clone) -> None:
    clone.write(CHANGED)
    assert clone.git("diff").stdout == SHOWN
    assert clone.git("diff", "--no-ext-diff").stdout.startswith("diff --git ")
    clone.git("add", "-A")
    assert clone.git("diff", "--cached").stdout == SHOWN
    clone.git("commit", "-qm", "rename")
    assert clone.git("log", "-1", "-p", "--ext-diff", "--format=").stdout.lstrip("\n") == SHOWN
    assert clone.git("show", "--ext-diff", "--format=").stdout.lstrip("\n") == SHOWN
    assert "+    name: resolver\n" in clone.git("format-patch", "--stdout", "-1").stdout
    assert "\x1b" not in clone.git("diff", "HEAD~1").stdout


def test_hunks_of_the_line_diff_name_the_entry(clone: Clone) -> None:
    long = BASE.replace("    name: dns\n", "    name: dns\n" + "".join(f"    k{n}: 1\n" for n in range(9)))
    clone.commit(long)
    clone.commit(long.replace("k8: 1", "k8: 2"))
    assert "@@ - vmid: 101\n" in clone.git("log", "-1", "-p").stdout
    clone.commit(long.replace("- two", "- three") + "\nlast: 1\n")
    assert "@@ steps:\n" in clone.git("show", "-U0").stdout


def test_diff_of_files_that_come_go_and_move(clone: Clone) -> None:
    clone.git("mv", PATH, "bindings/machines.yaml")
    clone.write(CHANGED, "bindings/machines.yaml")
    clone.write("a: 1\n", "bindings/new.yaml")
    (clone.path / "bindings/machines.yaml").chmod(0o755)
    clone.git("add", "-A")
    assert clone.git("diff", "--cached", "-M").stdout == (
        f"bindings/machines.yaml  (moved from {PATH}, mode 100644 → 100755)\n"
        "  ~ vms[vmid=101].name: dns → resolver\n\n"
        "bindings/new.yaml  (new file)\n    + a: 1\n"
    )
    clone.git("commit", "-qm", "x")
    clone.git("rm", "-q", "bindings/new.yaml")
    assert clone.git("diff", "--cached").stdout == "bindings/new.yaml  (deleted)\n"
    (clone.path / "bindings/machines.yaml").chmod(0o644)
    assert clone.git("diff").stdout == "bindings/machines.yaml  (mode 100755 → 100644)\n"


def test_diff_of_a_link_and_of_what_is_no_yaml(clone: Clone) -> None:
    (clone.path / PATH).unlink()
    (clone.path / PATH).symlink_to("elsewhere\n")
    found = clone.git("diff").stdout
    assert found.startswith(PATH)
    clone.git("checkout", "-q", PATH)
    clone.write("a: [\n")
    assert "not valid YAML" in clone.git("diff").stdout
    clone.write(BASE + "\0")
    assert "not text" in clone.git("diff").stdout


def test_diff_while_there_is_a_conflict(clone: Clone) -> None:
    clone.fork(MINE, YOURS)
    clone.git("merge", "topic", accept=(1,))
    assert "status: stopped" in clone.git("diff").stdout
    assert clone.git("diff", "--ours").stdout.startswith(f"{PATH}  (unmerged)\n\n{PATH}\n  ~ changed as text")
    assert clone.spine("drivers", "diff", "--", PATH).stdout == f"{PATH}  (unmerged)\n"


@pytest.mark.parametrize(
    ("setting", "env", "coloured"),
    [
        ("auto", {}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, False),
        ("auto", {"GIT_PAGER_IN_USE": "true"}, True),
        ("never", {"GIT_PAGER_IN_USE": "true"}, False),
        ("auto", {"GIT_PAGER_IN_USE": "true", "NO_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
    ],
)
def test_colours(clone: Clone, setting: str, env: dict[str, str], coloured: bool) -> None:
    clone.write(CHANGED)
    clone.env.update(env)
    assert ("\x1b[" in clone.git("-c", f"color.ui={setting}", "diff").stdout) is coloured


def test_the_users_pager_gets_colours(clone: Clone, tmp_path: Path) -> None:
    """git starts a pager for a terminal only, so there is one here."""
    clone.write(CHANGED)
    clone.env |= {"GIT_PAGER": f"cat > {tmp_path}/paged", "TERM": "xterm"}
    subprocess.run(["script", "-qec", "git diff", "/dev/null"], cwd=clone.path, env=clone.env, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
    assert "\x1b[" in (tmp_path / "paged").read_text()


# ---- install ------------------------------------------------------------------------------------------------------


def state(clone: Clone) -> dict[str, bytes]:
    files = [clone.path / ".git/config", clone.path / ".git/info/attributes", clone.path / ".gitattributes"]
    return {str(file): file.read_bytes() for file in files if file.exists()}


@pytest.fixture
def bare_start(repo: Path, git_env: dict[str, str]) -> Clone:
    """The same repository before anything was installed."""
    git_env["PYTHONPATH"] = str(ROOT)
    made = Clone(repo, git_env)
    made.write(SETTINGS, "spine.yaml")
    made.commit(BASE)
    return made


@pytest.mark.parametrize("options", [[], ["--local"]])
@pytest.mark.parametrize("attributes", [None, "*.md text", "*.md text\n"])
def test_install_and_uninstall_leave_no_trace(bare_start: Clone, options: list[str], attributes: str | None) -> None:
    file = ".git/info/attributes" if options else ".gitattributes"
    if attributes is not None:
        bare_start.write(attributes, file)
    before = state(bare_start)
    bare_start.spine("drivers", "install", "--print", *options)
    assert state(bare_start) == before
    said = bare_start.spine("drivers", "install", *options).stdout
    assert "set merge.spine.driver" in said
    assert "spine drivers uninstall" in said
    installed = state(bare_start)
    assert installed != before
    assert "everything was set already" in bare_start.spine("drivers", "install", *options).stdout
    assert state(bare_start) == installed
    asked = bare_start.git("check-attr", "merge", PATH, "spine.yaml", "loops/x.md", "a/spine.yaml").stdout
    assert asked.split()[2::3] == ["spine", "spine", "unspecified", "unspecified"]
    bare_start.spine("drivers", "uninstall", *options)
    assert state(bare_start) == before
    assert "nothing to take back" in bare_start.spine("drivers", "uninstall", *options).stdout


def test_global_settings(bare_start: Clone, tmp_path: Path) -> None:
    mine = tmp_path / "gitconfig"
    bare_start.env["GIT_CONFIG_GLOBAL"] = str(mine)
    before = state(bare_start)
    bare_start.spine("drivers", "install", "--global")
    assert "merge.spine.driver" in bare_start.git("config", "--global", "--list").stdout
    assert (bare_start.path / ".git/config").read_bytes() == before[str(bare_start.path / ".git/config")]
    bare_start.git("add", ".gitattributes")
    bare_start.git("commit", "-qm", "attributes")
    bare_start.fork(OURS, THEIRS)
    bare_start.git("merge", "topic")
    bare_start.spine("drivers", "uninstall", "--global")
    assert mine.read_text() == ""


def test_what_others_set_is_never_touched(bare_start: Clone) -> None:
    bare_start.git("config", "merge.spine.driver", "my-own %A")
    before = state(bare_start)
    done = bare_start.spine("drivers", "install", accept=(2,))
    assert "my-own %A" in done.stderr
    assert "git config --local --unset-all merge.spine.driver" in done.stderr
    bare_start.spine("drivers", "uninstall")
    assert state(bare_start) == before


def test_an_older_python_is_replaced(bare_start: Clone) -> None:
    bare_start.git("config", "merge.spine.driver", "/old/python -P -m spine drivers merge -- %O %A %B %L %P")
    bare_start.spine("drivers", "install")
    assert bare_start.git("config", "--get-all", "merge.spine.driver").stdout.startswith(sys.executable)


def test_other_patterns_replace_the_block(bare_start: Clone) -> None:
    bare_start.spine("drivers", "install")
    bare_start.write('spine: settings/1\ngoverned: ["ops/**", "caf?.yaml"]\n', "spine.yaml")
    said = bare_start.spine("drivers", "install").stdout
    assert "left out: “caf?.yaml” has a ?" in said
    assert bare_start.read(".gitattributes") == (
        "# spine drivers: begin\n/ops/**/*.yaml diff=spine merge=spine\n/ops/**/*.yml diff=spine merge=spine\n"
        "# spine drivers: end\n"
    )


def test_a_python_with_an_odd_path(bare_start: Clone, tmp_path: Path) -> None:
    odd = tmp_path / "it's 100%P $HOME"
    odd.mkdir()
    (odd / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (odd / "python").chmod(0o755)
    from spine.actions.driver_setup import driver_settings

    bare_start.spine("drivers", "install")
    for name, value in driver_settings(str(odd / "python")):
        bare_start.git("config", name, value)
    bare_start.git("add", ".gitattributes")
    bare_start.git("commit", "-qm", "attributes")
    bare_start.fork(OURS, THEIRS)
    assert bare_start.git("diff", "HEAD~1").stdout.startswith(f"{PATH}\n")
    bare_start.git("merge", "topic")
    assert bare_start.read() == BOTH


def test_a_repository_cannot_slip_its_own_modules_in(clone: Clone) -> None:
    """git starts the driver in the work tree, where anybody may have committed a yaml.py."""
    for name in ("yaml.py", "spine.py", "click.py", "json.py"):
        clone.write("open('/'.join([__file__ + '.was-run']), 'w')\n", name)
    clone.fork(OURS, THEIRS)
    clone.git("merge", "topic")
    assert clone.read() == BOTH
    assert not list(clone.path.glob("*.was-run"))


def test_bare_and_linked(bare_start: Clone, tmp_path: Path) -> None:
    bare = Clone(tmp_path / "bare.git", bare_start.env)
    bare_start.git("clone", "-q", "--bare", ".", str(bare.path))
    assert "--local" in bare.spine("drivers", "install", accept=(2,)).stderr
    bare.spine("drivers", "install", "--local")
    assert "/bindings/**/*.yaml diff=spine merge=spine" in (bare.path / "info/attributes").read_text()
    linked = Clone(tmp_path / "linked", bare_start.env)
    bare_start.git("worktree", "add", "-q", "-b", "other", str(linked.path))
    linked.spine("drivers", "install", "--local")
    assert "merge=spine" in (bare_start.path / ".git/info/attributes").read_text()
    assert "merge: spine" in linked.git("check-attr", "merge", PATH).stdout


def test_for_programs(bare_start: Clone) -> None:
    import json

    shown = fitting(json.loads(bare_start.spine("drivers", "install", "--print", "--json").stdout))
    assert shown["spine"] == "drivers/1"
    assert shown["attributes"]["file"] == ".gitattributes"
    assert shown["changed"] == []
    done = fitting(json.loads(bare_start.spine("drivers", "install", "--json").stdout))
    assert done["settings"] == shown["settings"]
    assert "merge.spine.driver" in done["changed"]
    assert fitting(json.loads(bare_start.spine("drivers", "uninstall", "--json").stdout))["changed"] == done["changed"]
