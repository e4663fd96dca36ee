"""Work trees as people leave them: what is refused leaves all of it alone, what lands leaves the rest alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from everything import everything

from .conftest import FILES, VM, Done, House

SET = ("--set", "bindings/vm.yaml#vms[vmid=100].status=stopped")
LANDED = "status: stopped\n    tags"


def drafted(house: House, title: str = "stop web", *words: str) -> dict[str, str]:
    """A draft that touches bindings/vm.yaml."""
    made = house.propose(title, *(words or SET))
    return {"id": made["id"], "path": made["path"]}


def refuses(house: House, *words: str, code: int, error: str, around: Path | None = None) -> Done:
    """A run that is refused with one error and changes nothing."""
    before = everything(around or house.path)
    said = house.spine(*words, code=code)
    assert everything(around or house.path) == before
    assert len(said.errors) == 1, said.err
    assert error in said.err
    return said


def untouched(house: House, landed: set[str], before: dict[str, str], after: dict[str, str]) -> None:
    """Nothing but the landed paths, the index, the branch and its logs has changed."""
    git = {".git/index", ".git/refs/heads/main", ".git/logs/HEAD", ".git/logs/refs/heads/main"}
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == landed | git


def busy(house: House) -> None:
    """What somebody has lying about: an unstaged edit, a staged one, untracked files, an intent to add."""
    house.commit("more", {"bindings/dns.yaml": "zones: []\n", "docs/staged.md": "a\n"})
    house.write("docs/notes.md", "my unstaged edit\n")
    house.write("docs/staged.md", "staged\n")
    house.git("add", "docs/staged.md")
    house.write("docs/staged.md", "and edited on\n")
    house.write("untracked.txt", "mine\n")
    house.write("intended.txt", "soon\n")
    house.git("add", "--intent-to-add", "intended.txt")
    (house.path / "docs/notes.md").chmod(0o755)


def test_a_landing_leaves_everything_else_alone(house: House) -> None:
    busy(house)
    draft = drafted(house)
    before, status, staged = house.everything(), house.status(), house.git("diff", "--cached")
    house.spine("apply", draft["id"])
    receipt = f"{draft['path']}/receipt.yaml"
    untouched(house, {"bindings/vm.yaml", receipt}, before, house.everything())
    assert [line for line in status if "proposals/" not in line] == house.status()
    assert house.git("diff", "--cached") == staged
    assert house.git("diff-tree", "--no-commit-id", "--name-only", "-r", "HEAD").split("\n") == [
        "bindings/vm.yaml",
        f"{draft['path']}/proposal.yaml",
        receipt,
    ]
    assert house.git("ls-files", "--stage", "intended.txt").split("\t")[1] == "intended.txt"
    assert LANDED in house.read("bindings/vm.yaml")


def test_proposing_by_address_touches_no_file(house: House) -> None:
    busy(house)
    before = house.everything()
    made = drafted(house)
    after = house.everything()
    assert {path for path in after if before.get(path) != after[path]} == {f"{made['path']}/proposal.yaml"}


def test_proposing_edits_leaves_everything_else_alone(house: House) -> None:
    busy(house)
    clean = house.everything()
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    made = house.propose("stop web")
    after = house.everything()
    changed = {path for path in after if clean.get(path) != after[path]}
    assert changed == {f"{made['path']}/proposal.yaml", f".git/refs/spine/backup/{made['id']}"}
    house.spine("propose", "--undo")
    assert LANDED in house.read("bindings/vm.yaml")
    assert not (house.path / made["path"]).exists()


def dirty(house: House) -> None:
    house.edit("bindings/vm.yaml", "name: dns", "name: resolver")


def staged(house: House) -> None:
    dirty(house)
    house.git("add", "bindings/vm.yaml")


def half_staged(house: House) -> None:
    staged(house)
    house.edit("bindings/vm.yaml", "name: resolver", "name: dns1")


def removed(house: House) -> None:
    (house.path / "bindings/vm.yaml").unlink()


def linked(house: House) -> None:
    removed(house)
    (house.path / "bindings/vm.yaml").symlink_to("../docs/notes.md")


def made_executable(house: House) -> None:
    (house.path / "bindings/vm.yaml").chmod(0o755)


@pytest.mark.parametrize("state", [dirty, staged, half_staged, removed, linked, made_executable])
def test_a_touched_file_that_is_dirty_is_refused(house: House, state: Callable[[House], None]) -> None:
    draft = drafted(house)
    state(house)
    busy_elsewhere = house.path / "docs/notes.md"
    busy_elsewhere.write_text("mine\n")
    refuses(house, "apply", draft["id"], code=1, error="bindings/vm.yaml")


def test_a_file_that_has_the_landed_bytes_already_is_no_hindrance(house: House) -> None:
    draft = drafted(house)
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    house.spine("apply", draft["id"])
    assert house.status() == []


def test_a_half_staged_file_is_not_proposed(house: House) -> None:
    half_staged(house)
    said = refuses(house, "propose", "t", code=1, error="bindings/vm.yaml: SP617")
    assert "git add -- bindings/vm.yaml   or   git restore --staged -- bindings/vm.yaml" in said.err


def test_what_is_staged_is_proposed_and_put_back(house: House) -> None:
    staged(house)
    house.write("docs/notes.md", "unstaged\n")
    made = house.propose("rename dns", "--staged")
    assert made["restored"] == ["bindings/vm.yaml"]
    assert house.read("bindings/vm.yaml") == VM
    assert [line for line in house.status() if "proposals/" not in line] == [" M docs/notes.md"]
    house.spine("propose", "--undo", made["id"])
    assert "name: resolver" in house.read("bindings/vm.yaml")


def merging(house: House) -> None:
    house.git("switch", "-qc", "side")
    house.commit("side", {"docs/notes.md": "side\n"})
    house.git("switch", "-q", "main")
    house.commit("main", {"docs/notes.md": "main\n"})
    subprocess.run(["git", "merge", "-q", "side"], cwd=house.path, env=house.env, capture_output=True, check=False)
    assert (house.path / ".git/MERGE_HEAD").exists()


def rebasing(house: House) -> None:
    house.git("switch", "-qc", "side")
    house.commit("side", {"docs/notes.md": "side\n"})
    house.git("switch", "-q", "main")
    house.commit("main", {"docs/notes.md": "main\n"})
    subprocess.run(["git", "rebase", "-q", "side"], cwd=house.path, env=house.env, capture_output=True, check=False)
    assert (house.path / ".git/rebase-merge").exists()


@pytest.mark.parametrize(
    ("state", "code", "error"), [(merging, 1, "a merge is in progress"), (rebasing, 2, "detached")]
)
def test_nothing_lands_in_the_middle_of_something(
    house: House, state: Callable[[House], None], code: int, error: str
) -> None:
    draft = drafted(house)
    house.commit("the proposal")
    state(house)
    refuses(house, "apply", draft["id"], code=code, error=error)
    refuses(house, "propose", "now", *SET, "--apply", code=code, error=error)
    refuses(house, "withdraw", draft["id"], "--why", "x", code=code, error=error)
    if state is rebasing:
        refuses(house, "apply", draft["id"], "--branch", "main", code=1, error="is being rebased")


def test_a_detached_head_proposes_and_does_not_land(house: House) -> None:
    house.git("switch", "-q", "--detach")
    draft = drafted(house)
    said = refuses(house, "apply", draft["id"], code=2, error="HEAD is detached")
    assert "hint: git switch BRANCH" in said.err
    refuses(house, "propose", "now", *SET, "--apply", code=2, error="HEAD is detached")
    house.spine("plan", draft["id"])
    house.spine("check", "HEAD")
    house.spine("apply", draft["id"], "--branch", "main")
    assert "status: running" in house.read("bindings/vm.yaml")  # HEAD stays, only the branch went on
    assert "status: stopped" in house.git("show", "main:bindings/vm.yaml")


def test_an_unborn_branch_says_what_to_do(empty: House) -> None:
    empty.write("bindings/vm.yaml", VM)
    for words in (["list"], ["status"], ["log"], ["check"], ["diff"], ["propose", "t"], ["plan", "x"], ["apply", "x"]):
        said = refuses(empty, *words, code=2, error="no commit yet")
        assert "hint: git add" in said.err
    empty.spine("init")
    empty.spine("validate")


def test_a_branch_that_moved_is_planned_on_again(house: House) -> None:
    draft = drafted(house)
    house.commit("meanwhile", {"bindings/vm.yaml": VM.replace("name: dns", "name: resolver")})
    house.spine("apply", draft["id"])
    now = house.read("bindings/vm.yaml")
    assert "name: resolver" in now
    assert LANDED in now


def test_a_conflict_changes_nothing(house: House) -> None:
    draft = drafted(house)
    house.commit("meanwhile", {"bindings/vm.yaml": VM.replace("status: running", "status: paused")})
    refuses(house, "apply", draft["id"], code=3, error="SP061")
    before = house.everything()
    house.spine("plan", draft["id"], code=3)
    assert house.everything() == before


def test_a_branch_of_another_worktree_is_refused_and_named(house: House, tmp_path: Path) -> None:
    draft = drafted(house)
    house.commit("the proposal")
    house.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    said = refuses(house, "apply", draft["id"], "--branch", "other", code=1, error="SP619", around=tmp_path)
    assert str(tmp_path / "other") in said.err
    refuses(house, "propose", "now", *SET, "--apply", "--branch", "other", code=1, error="SP619", around=tmp_path)


def test_a_linked_worktree_works_like_any(house: House, tmp_path: Path) -> None:
    house.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    other = House(tmp_path / "other", house.git_, house.env)
    main = {path: digest for path, digest in house.everything().items() if not path.startswith(".git/")}
    other.edit("bindings/vm.yaml", "status: running", "status: stopped")
    made = other.propose("stop web")
    assert other.read("bindings/vm.yaml") == VM
    other.spine("apply", made["id"])
    other.spine("check", "main..other")
    other.spine("undo", made["id"], "--apply")
    assert other.read("bindings/vm.yaml") == VM
    assert other.status() == []
    assert {path: digest for path, digest in house.everything().items() if not path.startswith(".git/")} == main


def test_a_bare_repository_lands_and_proves(house: House, tmp_path: Path) -> None:
    draft = drafted(house)
    house.commit("the proposal")
    house.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = House(tmp_path / "bare.git", house.git_, house.env)
    start = bare.tip("main")
    bare.spine("plan", draft["id"])
    refuses(bare, "propose", "t", code=1, error="has no work tree")
    bare.spine("apply", draft["id"])
    bare.spine("check", f"{start}..main")
    assert bare.spine("log").out.count("CP-") == 1
    assert bare.git("diff-tree", "--no-commit-id", "--name-only", "-r", "main").split("\n") == [
        "bindings/vm.yaml",
        f"{draft['path']}/receipt.yaml",
    ]
    assert f"it has its receipt already in {bare.tip('main')[:7]}, by run " in bare.spine("apply", draft["id"]).out
    for words in (["list"], ["status"], ["validate"], ["show", draft["id"]], ["diff", "main^", "main"]):
        bare.spine(*words)
    refuses(bare, "init", code=1, error="has no work tree")
    refuses(bare, "diff", code=1, error="has no work tree")


def test_a_repository_of_sha256(tmp_path: Path, git: Callable[..., str], house_env: dict[str, str]) -> None:
    house = House(tmp_path / "big", git, house_env)
    house.path.mkdir()
    git("init", "-q", "-b", "main", "--object-format=sha256", cwd=house.path)
    start = house.commit("start", FILES)
    assert len(start) == 64
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    made = house.propose("stop web")
    house.spine("plan", made["id"])
    house.spine("apply", made["id"])
    house.spine("undo", made["id"], "--apply")
    assert house.read("bindings/vm.yaml") == VM
    house.spine("check", f"{start}..HEAD")
    assert house.status() == []


def test_an_interrupted_landing_stops_every_writer(house: House) -> None:
    draft = drafted(house)
    house.commit("the proposal")
    house.edit("bindings/vm.yaml", "name: dns", "name: resolver")
    (house.path / ".git/spine-journal.json").write_text("{}")
    for words in (
        ["apply", draft["id"]], ["propose", "t"], ["propose", "--undo"], ["supersede", draft["id"]],
        ["undo", draft["id"]], ["propose", "--again", draft["id"]], ["withdraw", draft["id"], "--why", "x"],
    ):  # fmt: skip
        said = refuses(house, *words, code=5, error="SP613")
        assert "hint: spine doctor" in said.err


def test_spine_in_a_subfolder(house: House) -> None:
    """Paths are as they are typed there, and an emptied folder that one stands in is kept."""
    house.edit("bindings/vm.yaml", "status: running", "status: stopped")
    house.write("bindings/net.yaml", "nets: []\n")
    here = house.path / "bindings"
    made = house.spine("propose", "stop web", "--json", "--", "vm.yaml", cwd=here).document
    assert made["restored"] == ["bindings/vm.yaml"]
    assert house.spine("validate", "vm.yaml", cwd=here).out == "no findings\n"
    assert house.spine("validate", "../docs", cwd=here).out == "no findings\n"
    assert house.spine("diff", "--", "./net.yaml", cwd=here).out.startswith("bindings/net.yaml\n")
    assert house.spine("diff", "--", str(here / "vm.yaml"), cwd=here).out == ""
    house.spine("apply", "stop-web", cwd=here)
    assert house.read("bindings/net.yaml") == "nets: []\n"
