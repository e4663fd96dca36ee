"""git's own hooks, installed by spine, on real commits and pushes: good ones pass, bad ones are refused."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import VM, Done, House

EDITED = VM.replace("status: running", "status: stopped")
PLACE = "bindings/vm.yaml:8:5: SP107 bindings/vm.yaml was changed at vms[vmid=100].status, and no receipt covers it"
SECONDS = itertools.count(1_771_000_000)


@pytest.fixture
def hooked(house: House) -> House:
    """The governed repository with spine's hooks, and with what they remember."""
    house.spine("hooks", "install")
    house.commit("a text", {"docs/notes.md": "notes\n"})
    return house


def tried(house: House, *words: str, env: dict[str, str] | None = None) -> Done:
    """git, whatever it says, each commit with a date of its own."""
    env = {**house.env, "GIT_AUTHOR_DATE": f"{next(SECONDS)} +0000", **(env or {})}
    done = subprocess.run(["git", *words], cwd=house.path, env=env, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def refused(house: House, *words: str) -> str:
    """What git says where a hook refuses; nothing is committed."""
    tip = house.tip()
    said = tried(house, *words)
    assert said.code != 0, said.out + said.err
    assert house.tip() == tip
    return said.out + said.err


def passes(house: House, *words: str) -> None:
    said = tried(house, *words)
    assert said.code == 0, said.out + said.err


# ---- guard ---------------------------------------------------------------------------------------------------------


def test_a_governed_edit_is_refused_with_the_command_that_makes_a_proposal_of_it(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.git("add", "bindings/vm.yaml")
    said = refused(hooked, "commit", "-m", "by hand")
    assert PLACE in said
    assert 'hint: spine propose "TITLE" --staged' in said
    assert "git commit --no-verify" in said
    hooked.shell('spine propose "stop web" --staged --apply')
    assert hooked.read("bindings/vm.yaml") == EDITED
    assert hooked.status() == []
    hooked.spine("check")


@pytest.mark.parametrize(
    "words", [["-am", "m"], ["-m", "m", "bindings/vm.yaml"], ["-m", "m", "-o", "bindings/vm.yaml"]]
)
@pytest.mark.slow
def test_the_index_that_git_commits_counts(hooked: House, words: list[str]) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    said = refused(hooked, "commit", *words)
    assert PLACE in said
    assert 'spine propose "TITLE" -- bindings/vm.yaml' in said


@pytest.mark.slow
def test_of_a_file_staged_in_part_the_staged_part_counts(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.git("add", "bindings/vm.yaml")
    hooked.write("bindings/vm.yaml", VM)
    assert PLACE in refused(hooked, "commit", "-m", "m")
    hooked.git("reset", "-q")
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", "docs/notes.md")
    passes(hooked, "commit", "-m", "the edit is not in it")
    assert hooked.read("bindings/vm.yaml") == EDITED


@pytest.mark.slow
def test_what_is_only_intended_is_not_in_the_commit(hooked: House) -> None:
    hooked.write("bindings/new.yaml", "a: [1\n")
    hooked.git("add", "-N", "bindings/new.yaml")
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", "docs/notes.md")
    passes(hooked, "commit", "-m", "text")
    assert "bindings/new.yaml" in refused(hooked, "commit", "-am", "now it is")


@pytest.mark.slow
def test_line_ends_alone_change_no_value_and_hide_none(hooked: House) -> None:
    """As for `check`: what changes no value needs no receipt."""
    hooked.write("bindings/vm.yaml", VM.replace("\n", "\r\n"))
    hooked.git("add", "bindings/vm.yaml")
    passes(hooked, "commit", "-m", "line ends")
    hooked.spine("check")
    hooked.write("bindings/vm.yaml", EDITED.replace("\n", "\r\n"))
    hooked.git("add", "bindings/vm.yaml")
    assert PLACE in refused(hooked, "commit", "-m", "m")
    hooked.git("config", "core.autocrlf", "input")  # what is staged has other line ends than the file
    hooked.git("add", "--renormalize", "bindings/vm.yaml")
    assert PLACE in refused(hooked, "commit", "-m", "m")


@pytest.mark.slow
def test_a_landing_passes_and_so_does_its_amendment(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.shell('spine propose "stop web" --apply')
    assert hooked.status() == []
    passes(hooked, "commit", "--amend", "--no-edit", "--date", "now")
    hooked.write("docs/notes.md", "other notes\n")
    passes(hooked, "commit", "-a", "--amend", "--no-edit")
    hooked.write("bindings/vm.yaml", EDITED.replace("name: dns", "name: ns"))
    assert "SP107" in refused(hooked, "commit", "-a", "--amend", "--no-edit")


@pytest.mark.slow
def test_an_edit_that_was_forced_can_be_taken_back_by_an_amendment(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.write("docs/notes.md", "other notes\n")
    passes(hooked, "commit", "-nam", "by hand")
    hooked.write("bindings/vm.yaml", VM)
    assert "SP107" in refused(hooked, "commit", "-am", "back by hand")
    passes(hooked, "commit", "-a", "--amend", "--no-edit")
    hooked.spine("check")


@pytest.mark.slow
def test_a_forced_commit_is_recorded_as_the_refusal_says(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    passes(hooked, "commit", "-nam", "by hand")
    hooked.spine("check", code=1)
    hooked.shell('spine propose --from HEAD~1..HEAD --landed "stop web"')
    hooked.spine("check")


@pytest.mark.slow
def test_the_first_commit_and_the_one_that_begins_governance_pass(empty: House) -> None:
    empty.spine("hooks", "install")
    empty.commit("start", {"bindings/vm.yaml": VM})
    empty.commit("govern", {"spine.yaml": "spine: settings/1\n", "bindings/vm.yaml": EDITED})
    empty.write("bindings/vm.yaml", VM)
    assert "SP107" in refused(empty, "commit", "-am", "m")


@pytest.mark.slow
def test_in_a_linked_worktree_it_is_that_index_that_counts(hooked: House, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = House(tmp_path / "linked", hooked.git_, hooked.env)
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.git("add", ".")
    linked.write("docs/notes.md", "linked notes\n")
    passes(linked, "commit", "-am", "text")
    linked.write("bindings/vm.yaml", EDITED)
    assert PLACE in refused(linked, "commit", "-am", "m")


def landed_on_a_branch(house: House, old: str = "name: dns", new: str = "name: ns") -> str:
    house.git("switch", "-qc", "feature")
    house.edit("bindings/vm.yaml", old, new)
    house.shell('spine propose "rename dns" --apply')
    return house.tip()


@pytest.mark.slow
def test_merges_pass_where_both_sides_landed(hooked: House) -> None:
    landed_on_a_branch(hooked)
    hooked.git("switch", "-q", "main")
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.shell('spine propose "stop web" --apply')
    passes(hooked, "merge", "-m", "merge", "feature")
    hooked.spine("check")


def test_a_merge_may_not_add_an_edit_of_its_own(hooked: House) -> None:
    landed_on_a_branch(hooked)
    hooked.git("switch", "-q", "main")
    hooked.write("docs/other.md", "more\n")
    hooked.git("add", ".")
    hooked.git("commit", "-qm", "text")
    passes(hooked, "merge", "--no-commit", "feature")
    hooked.edit("bindings/net.yaml", "lan", "wan")
    hooked.git("add", ".")
    said = refused(hooked, "commit", "-m", "evil")
    assert "bindings/net.yaml" in said
    assert "bindings/vm.yaml" not in said
    hooked.edit("bindings/net.yaml", "wan", "lan")
    hooked.git("add", ".")
    passes(hooked, "commit", "-m", "merge")


@pytest.mark.slow
def test_what_a_merge_brings_from_the_other_side_is_not_asked_about(hooked: House) -> None:
    hooked.git("switch", "-qc", "feature")
    hooked.write("bindings/vm.yaml", EDITED)
    passes(hooked, "commit", "-nam", "by hand")
    hooked.git("switch", "-q", "main")
    hooked.write("docs/notes.md", "other notes\n")
    passes(hooked, "commit", "-am", "text")
    passes(hooked, "merge", "-m", "merge", "feature")
    hooked.spine("check", "main~1..main", code=1)


@pytest.mark.slow
def test_a_cherry_picked_landing_passes(hooked: House) -> None:
    landing = landed_on_a_branch(hooked)
    hooked.git("switch", "-q", "main")
    hooked.write("docs/notes.md", "other notes\n")
    passes(hooked, "commit", "-am", "text")
    passes(hooked, "cherry-pick", "--no-commit", landing)
    hooked.git("commit", "-q", "-C", landing)
    hooked.spine("check")


@pytest.mark.slow
def test_a_reverted_landing_is_refused_with_the_command_that_undoes_it(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.shell('spine propose "stop web" --apply')
    hooked.git("revert", "--no-commit", "HEAD")
    said = refused(hooked, "commit", "-m", "back")
    assert "SP105" in said
    assert "spine undo CP-20260212-132452__stop-web" in said


@pytest.mark.slow
def test_a_proposals_files_are_written_once(hooked: House) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    made = hooked.propose("stop web")
    passes(hooked, "add", "proposals")
    passes(hooked, "commit", "-m", "the proposal")
    path = f"{made['path']}/proposal.yaml"
    hooked.edit(path, 'title: "stop web"' if '"stop web"' in hooked.read(path) else "title: stop web", "title: other")
    assert "SP108" in refused(hooked, "commit", "-am", "m")


# ---- validate ------------------------------------------------------------------------------------------------------


def test_what_is_staged_is_validated_and_old_debt_blocks_nothing(hooked: House) -> None:
    hooked.write("loops/LOOP-X-20260212.scope.md", "# no front matter\n")
    hooked.git("add", ".")
    assert "loops/LOOP-X-20260212.scope.md:1: SP200" in refused(hooked, "commit", "-m", "m")
    passes(hooked, "commit", "-nm", "m")
    hooked.write("gaps/GAP-OP-1.yaml", "spine: gap/1\n")
    hooked.git("add", ".")
    said = refused(hooked, "commit", "-m", "m")
    assert "gaps/GAP-OP-1.yaml" in said
    assert "SP200" not in said
    assert "spine validate: refused" in said


# ---- commit-msg ----------------------------------------------------------------------------------------------------


WRONG = (
    ("s\n\nSpine-Proposal: web\n", 'commit message:3: SP122 Spine-Proposal: "web" is not a proposal id'),
    ("s\n\nSpine-Proposal: CP-20260212-132452__nope\n", "message:3: SP123 CP-20260212-132452__nope is not there"),
    ("s\n\nSpine-Proposal: CP-20260212-132452__stop-web\n", "SP123 CP-20260212-132452__stop-web landed before"),
    ("s\n\nSpine-Loop: LOOP-NOPE-20260212\n", "SP123 LOOP-NOPE-20260212 is not there"),
    ("s\n\nSpine-Gap: GAP-OP-007\n", "SP123 GAP-OP-007 is not there"),
    ("s\n\nSpine-Proposals: x\n", "SP122 “Spine-Proposals” is no trailer of spine's"),
    ("s\n\nSpine-Digest: sha256:12\n", "SP122 Spine-Digest: “sha256:12” is not sha256: and 64"),
    (f"s\n\nSpine-Digest: sha256:{'0' * 64}\n", "SP123 a digest, and no proposal that is there"),
    ("s\nSpine-Gap: GAP-OP-007\n", "commit message:2: SP121 “Spine-Gap” is no trailer here"),
    ("s\n\nSpine-Gap: GAP-OP-007\n\nwords\n", "SP121"),
)


def test_trailers_are_well_formed_and_true(hooked: House, inside: Callable[..., Done], tmp_path: Path) -> None:
    hooked.write("bindings/vm.yaml", EDITED)
    hooked.shell('spine propose "stop web" --apply')
    hooked.commit("between", {"docs/notes.md": "between\n"})
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", ".")
    assert WRONG[0][1] in refused(hooked, "commit", "-m", WRONG[0][0])
    for message, words in WRONG:
        (tmp_path / "message").write_text(message)
        said = inside("hooks", "run", "commit-msg", str(tmp_path / "message"))
        assert said.code == 1
        assert words in said.out
    passes(hooked, "commit", "-m", "s\n\nReviewed-by: x")


@pytest.mark.slow
def test_what_is_below_the_scissors_or_a_comment_is_no_trailer(hooked: House) -> None:
    hooked.write("docs/notes.md", "Spine-Gap: GAP-OP-007\n")
    hooked.git("add", ".")
    hooked.git("config", "core.editor", "true")
    hooked.write("../message", "s\n\n# Spine-Gap: GAP-OP-007\n")
    passes(hooked, "commit", "-v", "-e", "--cleanup=scissors", "-F", "../message")


# ---- pre-push ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pushed(hooked: House, git: Callable[..., str], tmp_path: Path) -> House:
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"), cwd=tmp_path)
    hooked.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    passes(hooked, "push", "-q", "origin", "main")
    return hooked


def test_only_what_is_explained_is_pushed(pushed: House) -> None:
    pushed.write("bindings/vm.yaml", EDITED)
    passes(pushed, "commit", "-nam", "by hand")
    for words in (["main"], ["main:new"], ["+main:main"]):
        said = tried(pushed, "push", "origin", *words)
        assert said.code != 0
        assert "SP107 bindings/vm.yaml was changed at vms[vmid=100].status" in said.out + said.err
    pushed.shell('spine propose --from HEAD~1..HEAD --landed "stop web"')
    passes(pushed, "push", "-q", "origin", "main", "main:new")
    passes(pushed, "push", "-q", "origin", "--delete", "new")
    pushed.git("tag", "v1")
    passes(pushed, "push", "-q", "origin", "v1")


@pytest.mark.slow
def test_what_the_remote_has_already_holds_nothing_up(pushed: House) -> None:
    pushed.write("bindings/vm.yaml", EDITED)
    passes(pushed, "commit", "-nam", "by hand")
    passes(pushed, "push", "-q", "--no-verify", "origin", "main")
    pushed.write("docs/notes.md", "other notes\n")
    passes(pushed, "commit", "-am", "text")
    passes(pushed, "push", "-q", "origin", "main", "main:new")


@pytest.mark.slow
def test_nothing_is_pushed_while_a_landing_is_half_done(pushed: House) -> None:
    pushed.write("docs/notes.md", "other notes\n")
    passes(pushed, "commit", "-am", "text")
    (pushed.path / ".git/spine-journal.json").write_text("{}")
    said = tried(pushed, "push", "origin", "main")
    assert said.code != 0
    assert "SP613" in said.err
    assert "spine doctor --fix" in said.err


# ---- installed where -----------------------------------------------------------------------------------------------


def test_hooks_of_others_are_never_touched(house: House) -> None:
    file = house.path / ".git/hooks/commit-msg"
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(0o755)
    before = house.everything()
    done = house.spine("hooks", "install", code=2)
    assert "SP120 there is a hook already, and it is left alone; nothing was written" in done.err
    line = done.err.split("then install again: ")[1].split("\n")[0]
    assert house.everything() == before
    assert not (house.path / ".git/hooks/pre-commit").exists()
    file.write_text(f"#!/bin/sh\n{line}\nexit 0\n")
    house.spine("hooks", "install")
    states = {hook["stage"]: hook["state"] for hook in house.spine("hooks", "status", "--json").document["hooks"]}
    assert states == {
        "commit-msg": "called",
        **dict.fromkeys(["pre-commit", "pre-merge-commit", "pre-push"], "installed"),
    }
    house.write("docs/notes.md", "other notes\n")
    assert "SP122" in refused(house, "commit", "-am", "s\n\nSpine-Proposal: x")
    house.spine("hooks", "uninstall")
    assert sorted(one.name for one in file.parent.iterdir() if not one.name.endswith(".sample")) == ["commit-msg"]


@pytest.mark.slow
def test_installing_again_changes_nothing(house: House) -> None:
    assert len(house.spine("hooks", "install").out.splitlines()) == 4
    assert house.spine("hooks", "install").out == "nothing to do: all hooks are installed\n"


@pytest.mark.slow
def test_a_folder_of_hooks_that_serves_others_too_is_left_alone(house: House, tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text(f"[core]\n hooksPath = {tmp_path}/all\n")
    done = house.spine("hooks", "install", code=2, env={"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")})
    assert "SP120 your global settings" in done.err
    assert not (tmp_path / "all").exists()
    house.git("config", "core.hooksPath", "tools/hooks")
    assert "the hooks lie in the work tree" in house.spine("hooks", "install", code=2).err
    house.git("config", "core.hooksPath", str(tmp_path / "own"))
    house.spine("hooks", "install")
    house.write("bindings/vm.yaml", EDITED)
    assert PLACE in refused(house, "commit", "-am", "m")


@pytest.mark.slow
def test_the_printed_lines_can_be_pasted(house: House) -> None:
    printed = house.spine("hooks", "install", "--print").out
    line = next(line for line in printed.splitlines() if "hooks run pre-commit" in line and "||" in line)
    file = house.path / ".git/hooks/pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{line}\necho mine\n")
    file.chmod(0o755)
    house.write("bindings/vm.yaml", EDITED)
    said = refused(house, "commit", "-am", "m")
    assert PLACE in said
    assert "mine" not in said


# ---- the quick way -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_commit_that_is_no_business_of_spines_loads_next_to_nothing(hooked: House) -> None:
    hooked.write("docs/notes.md", "other notes\n")
    hooked.git("add", ".")
    for stage in ("pre-commit", "guard", "validate"):
        line = f"python3 -X importtime -m spine hooks run {stage} 2>&1"
        loaded = hooked.shell(line.replace("python3", __import__("sys").executable)).out
        assert "spine.cli.quick" in loaded
        for heavy in ("click", "yaml", "pydantic", "json", "spine.address", "spine.ledger", "spine.repository.opened"):
            assert f"| {heavy}\n" not in loaded.replace("|   ", "| ").replace("  ", ""), heavy


def test_what_is_remembered_is_of_one_version_of_the_settings(hooked: House) -> None:
    remembered = hooked.path / ".git/spine-scope"
    assert "glob bindings/**/*.yaml" in remembered.read_text()
    hooked.write("spine.yaml", 'spine: settings/1\ngoverned: ["docs/*.md", "spine.yaml"]\n')
    passes(hooked, "commit", "-nam", "settings")
    hooked.write("docs/notes.md", "other notes\n")
    assert "docs/notes.md" in refused(hooked, "commit", "-am", "m")
    assert "glob docs/*.md" in remembered.read_text()
    remembered.write_text("nonsense")
    assert "docs/notes.md" in refused(hooked, "commit", "-am", "m")
