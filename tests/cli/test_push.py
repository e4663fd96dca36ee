"""`apply --push`: the remote's branch decides, exactly one run reports the landing, and the local branch follows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import VM, Done, House

Inside = Callable[..., Done]
WEB = "bindings/vm.yaml#vms[vmid=100].status"
DNS = "bindings/vm.yaml#vms[vmid=101].status"


@pytest.fixture
def remote(house: House, tmp_path: Path) -> House:
    """A bare remote with the branch of the house."""
    bare = replace(house, path=tmp_path / "remote.git")
    house.git("init", "-q", "--bare", "-b", "main", str(bare.path), cwd=tmp_path)
    house.git("remote", "add", "origin", str(bare.path))
    house.git("push", "-q", "-u", "origin", "main")
    return bare


def clone(house: House, remote: House, name: str) -> House:
    """Another clone of the remote."""
    path = house.path.parent / name
    house.git("clone", "-q", str(remote.path), str(path))
    return replace(house, path=path)


def pending(house: House, inside: Inside, *edits: str) -> list[str]:
    """Pending proposals, pushed."""
    ids = []
    for number, edit in enumerate(edits):
        ids.append(inside("propose", f"change {number}", "--set", edit, "--json").document["id"])
    house.commit("pending")
    house.git("push", "-q")
    return ids


def hook(house: House, name: str, text: str) -> None:
    """Install a hook."""
    folder = house.path / ".git/hooks" if (house.path / ".git").is_dir() else house.path / "hooks"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_it_lands_there_and_then_here(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    start = house.tip()
    house.write("docs/notes.md", "mine\n")
    done = inside("apply", id_, "--push", "--json")
    assert done.code == 0, done.err
    assert (done.document["outcome"], done.document["remote"], done.document["behind"]) == ("applied", "origin", None)
    assert done.document["commit"] == house.tip() == remote.tip("main")
    assert house.git("rev-list", "--count", f"{start}..HEAD") == "1"
    assert "status: stopped\n    tags" in house.read("bindings/vm.yaml")
    assert house.status() == [" M docs/notes.md"]
    assert inside("check", f"{start}..HEAD").code == 0
    assert inside("doctor").code == 0


def test_it_is_planned_on_what_others_pushed_and_their_files_come_along(
    house: House, remote: House, inside: Inside
) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    other = clone(house, remote, "other")
    other.commit("theirs", {"bindings/vm.yaml": VM.replace("name: dns", "name: ns"), "new/file.txt": "new\n"})
    other.git("rm", "-q", "docs/notes.md")
    other.git("commit", "-qm", "no notes")
    other.git("push", "-q")
    assert inside("apply", "--push", id_).code == 0
    assert house.tip() == remote.tip("main")
    assert house.git("rev-parse", "HEAD~1") == other.tip()
    assert house.read("bindings/vm.yaml") == VM.replace("name: dns", "name: ns").replace("running", "stopped")
    assert house.read("new/file.txt") == "new\n"
    assert not (house.path / "docs").exists()
    assert house.status() == []


def test_who_is_second_says_who_was_first(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    other = clone(house, remote, "other")
    first = inside("apply", id_, "--push", "origin", "--json").document
    start = other.tip()
    second = inside("apply", id_, "--push", "origin", "--json", cwd=other.path)
    assert second.code == 0
    assert (second.document["outcome"], second.document["commit"]) == ("already-there", first["commit"])
    receipt = house.read(f"proposals/2026-02/{id_}/receipt.yaml")
    assert f"run: {second.document['run']}\n" in receipt.replace("'", "").replace('"', "")
    assert other.tip() == start


def test_others_who_are_first_between_fetch_and_push_are_planned_on(
    house: House, remote: House, inside: Inside
) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    other = clone(house, remote, "other")
    other.commit("theirs", {"docs/notes.md": "theirs\n"})
    fired = house.path.parent / "fired"
    push = f"unset GIT_DIR GIT_WORK_TREE; git -C {other.path} push -q"
    hook(house, "pre-push", f"[ -e {fired} ] || {{ touch {fired}; {push}; }}")
    assert inside("apply", id_, "--push").code == 0
    assert fired.exists()
    assert remote.git("log", "-2", "--format=%s", "main").split("\n") == ["change 0", "theirs"]
    assert house.tip() == remote.tip("main")
    assert house.status() == []


def test_a_conflict_with_what_others_pushed_changes_nothing(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    other = clone(house, remote, "other")
    other.commit("theirs", {"bindings/vm.yaml": VM.replace("running", "paused")})
    other.git("push", "-q")
    before, there = house.tip(), remote.tip("main")
    assert inside("apply", id_, "--push").code == 3
    assert (house.tip(), remote.tip("main"), house.status()) == (before, there, [])


@pytest.mark.parametrize("diverged", [False, True])
def test_a_local_branch_that_is_ahead_is_refused_with_the_way_out(
    house: House, remote: House, inside: Inside, diverged: bool
) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    if diverged:
        other = clone(house, remote, "other")
        other.commit("theirs", {"docs/notes.md": "theirs\n"})
        other.git("push", "-q")
    house.commit("mine", {"docs/mine.md": "mine\n"})
    there, before = remote.tip("main"), house.tip()
    done = inside("apply", id_, "--push")
    assert done.code == 1
    assert "SP164" in done.err
    way_out = "git pull --rebase origin main" if diverged else "git push origin main"
    assert done.err.endswith(f"hint: {way_out}\n")
    assert (house.tip(), remote.tip("main"), house.status()) == (before, there, [])
    house.shell(way_out + (" && git push" if diverged else ""))
    assert inside("apply", id_, "--push").code == 0


def test_an_edit_in_the_way_is_refused_before_the_push(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    house.write("bindings/vm.yaml", VM + "# mine\n")
    there = remote.tip("main")
    done = inside("apply", id_, "--push")
    assert (done.code, remote.tip("main")) == (1, there)
    assert "SP617" in done.err


def test_an_edit_made_during_the_push_is_kept_and_told(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    hook(house, "pre-push", f"echo mine > {house.path}/bindings/vm.yaml")
    start = house.tip()
    done = inside("apply", id_, "--push")
    assert done.code == 0
    assert "main here stays behind origin: bindings/vm.yaml has changes that are not committed" in done.out
    assert remote.tip("main^") == start == house.tip()
    assert house.read("bindings/vm.yaml") == "mine\n"
    house.git("checkout", "--", "bindings/vm.yaml")
    house.shell("git pull -q --ff-only origin main")
    assert house.tip() == remote.tip("main")


def test_what_spine_does_not_write_leaves_the_local_branch_behind(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    other = clone(house, remote, "other")
    (other.path / "link").symlink_to("docs/notes.md")
    other.commit("a link")
    other.git("push", "-q")
    start = house.tip()
    done = inside("apply", id_, "--push", "--json")
    assert (done.code, done.document["behind"]) == (0, "link is no plain file")
    assert house.tip() == start
    assert remote.tip("main") == done.document["commit"]


@pytest.mark.parametrize(("where", "name"), [("here", "pre-push"), ("there", "pre-receive"), ("there", "update")])
def test_hooks_say_no(house: House, remote: House, inside: Inside, where: str, name: str) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    hook(house if where == "here" else remote, name, "echo not today >&2; exit 1")
    there, before = remote.tip("main"), house.everything()
    done = inside("apply", id_, "--push")
    assert done.code == 4
    assert "SP162 origin did not take it, and nothing was changed" in done.err
    assert "not today" in done.err
    assert remote.tip("main") == there
    after = house.everything()
    assert {path: after.get(path) for path in before if "refs/spine" not in path} == before


def test_a_push_whose_answer_is_lost_is_reported_as_it_is(house: House, remote: House, inside: Inside) -> None:
    """The remote takes it and dies before it says so; the branch there is read again."""
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    fired = house.path.parent / "fired"
    hook(remote, "post-update", f"touch {fired}; kill -9 $PPID")
    done = inside("apply", id_, "--push", "--json")
    assert fired.exists()
    assert done.code == 0, done.err
    assert done.document["outcome"] == "applied"
    assert remote.tip("main") == house.tip() == done.document["commit"]


def test_a_remote_that_is_gone_after_the_push_is_not_judged(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    away = remote.path.with_name("away.git")
    hook(remote, "post-update", f"mv {remote.path} {away}; kill -9 $PPID")
    start = house.tip()
    done = inside("apply", id_, "--push")
    assert done.code == 6
    assert "SP163" in done.err
    assert "it may have landed" in done.err
    assert house.tip() == start
    away.rename(remote.path)
    (remote.path / "hooks/post-update").unlink()
    again = inside("apply", id_, "--push", "--json")
    assert again.document["outcome"] == "already-there"
    assert again.document["commit"] == remote.tip("main")


def test_a_remote_that_cannot_be_read_changes_nothing(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    remote.path.rename(remote.path.with_name("away.git"))
    before = house.everything()
    done = inside("apply", id_, "--push")
    assert done.code == 1
    assert "SP161 origin could not be read, nothing was changed" in done.err
    assert house.everything() == before


@pytest.mark.parametrize(
    "text", ["--upload-pack=touch fired", "-o", "ext::sh -c touch% fired", "fd::7", "a\x1bb", "orgin", "."]
)
@pytest.mark.parametrize("is_typed", [True, False])
def test_a_remote_is_data(house: House, remote: House, inside: Inside, text: str, is_typed: bool) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    if not is_typed:
        house.git("config", "branch.main.pushRemote", text)
    done = inside("apply", id_, f"--push={text}" if is_typed else "--push")
    assert done.code == 2
    assert ("SP002 No such option" if is_typed and text.startswith("-") else "SP160") in done.err
    assert "\x1b" not in done.err
    assert not (house.path / "fired").exists()
    assert ("did you mean origin?" in done.err) == (text == "orgin")


def test_a_configured_remote_runs_no_program_either(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    house.git("config", "remote.evil.url", f"ext::touch {house.path}/fired")
    house.git("config", "protocol.ext.allow", "always")
    done = inside("apply", id_, "--push", "evil")
    assert done.code == 1
    assert "transport 'ext' not allowed" in done.err
    assert not (house.path / "fired").exists()


def test_a_whole_queue_is_one_push(house: House, remote: House, inside: Inside) -> None:
    ids = pending(house, inside, f"{WEB}=a", f"{WEB}=b", f"{DNS}=c")
    start = house.tip()
    hook(remote, "post-update", f"echo push >> {house.path.parent}/pushes")
    done = inside("apply", "--queue", "--push", "--json")
    assert done.code == 3
    assert [one["id"] for one in done.document["landed"]] == [ids[0], ids[2]]
    assert [one["id"] for one in done.document["waiting"]] == [ids[1]]
    assert (house.path.parent / "pushes").read_text() == "push\n"
    assert house.tip() == remote.tip("main") == done.document["landed"][-1]["commit"]
    assert house.git("rev-list", "--count", f"{start}..HEAD") == "2"
    assert house.status() == []
    assert inside("check", f"{start}..HEAD").code == 0
    again = inside("apply", "--queue", "--push", "origin")
    assert again.code == 3
    assert again.out.endswith("Queue: 0 landed, 1 wait\n")


def test_clones_race_for_one_proposal_and_one_says_applied(house: House, remote: House, inside: Inside) -> None:
    (id_,) = pending(house, inside, f"{WEB}=stopped")
    clones = [clone(house, remote, f"clone{number}") for number in range(4)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "spine", "apply", id_, "--push", "--json"], cwd=one.path, env=one.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for one in clones
    ]  # fmt: skip
    said = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        said.append(out)
    assert sum('"outcome": "applied"' in one for one in said) == 1
    assert sum('"outcome": "already-there"' in one for one in said) == 3
    assert remote.git("log", "-2", "--format=%s", "main").split("\n") == ["change 0", "pending"]
