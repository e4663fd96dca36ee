"""Landing: one commit, one reference, and of the user's files nothing but the landed paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spine.errors import Exit
from spine.repository import (
    BadMessage,
    BranchMoved,
    CommitId,
    Decision,
    DirtyPath,
    File,
    Landed,
    NoBranch,
    NothingToDo,
    Person,
    Repository,
    TreeSnapshot,
    added_by,
    current_branch,
    land,
    read_commit,
    read_journal,
    refs,
    resolve,
)

from .conftest import MAIN, Git, Ground

VM = b"vms:\n  - id: 100\n    status: active\n"


def others(ground: Ground, *own: str) -> dict[str, str]:
    """Everything of the user's that a landing of these paths must leave alone, index entries in git's own words."""
    moved = {".git/index", ".git/refs/heads/main", ".git/logs/HEAD", ".git/logs/refs/heads/main"}
    kept = {name: digest for name, digest in ground.everything().items() if name not in {*own, *moved}}
    entries = ground.git("ls-files", "--stage", "-v", "-t").split("\n")
    return kept | {"index": "\n".join(line for line in entries if line.split("\t")[-1] not in own)}


def test_one_commit_with_exactly_the_change(started: Ground) -> None:
    tip = started.git("rev-parse", "main")
    kept = others(started, "bindings/vm.yaml", "new/deep/file.yaml", "docs/notes.md")
    changes = {"bindings/vm.yaml": VM, "new/deep/file.yaml": b"n\n", "docs/notes.md": None}
    landed = started.land(changes, "title\n\nwhy\n\nSpine-Proposal: CP-1\n")
    assert isinstance(landed, Landed)
    assert landed.commit.parents == (tip,)
    assert landed.commit.id == started.git("rev-parse", "main") == started.git("rev-parse", "HEAD")
    assert [(own.path, own.before is None, own.after is None) for own in landed.paths] == [
        ("bindings/vm.yaml", False, False),
        ("docs/notes.md", False, True),
        ("new/deep/file.yaml", True, False),
    ]
    assert started.git("diff", "--name-status", "HEAD~1", "HEAD").split("\n") == [
        "M\tbindings/vm.yaml", "D\tdocs/notes.md", "A\tnew/deep/file.yaml",
    ]  # fmt: skip
    assert started.git("log", "-1", "--format=%B").rstrip() == "title\n\nwhy\n\nSpine-Proposal: CP-1"
    assert started.git("reflog", "-1", "--format=%gs") == "spine: land"
    assert started.status() == ""
    assert (started.path / "bindings/vm.yaml").read_bytes() == VM
    assert not (started.path / "docs").exists()
    assert others(started, "bindings/vm.yaml", "new/deep/file.yaml", "docs/notes.md") == kept
    assert started.git("fsck", "--strict") == ""
    assert sorted(path.name for path in (started.path / ".git").glob("spine*")) == ["spine.lock"]


def test_all_other_edits_of_the_user_survive(started: Ground) -> None:
    started.commit({f"{name}.yaml": "0\n" for name in ("both", "staged", "edited", "gone", "rm")})
    started.write({"both.yaml": "staged\n", "staged.yaml": "staged\n", "new-staged.yaml": "1\n"})
    started.git("add", "both.yaml", "staged.yaml", "new-staged.yaml")
    started.write({"both.yaml": "edited\n", "edited.yaml": "edited\n", "untracked.txt": "u\n", "later.yaml": "later\n"})
    started.git("add", "--intent-to-add", "later.yaml")
    (started.path / "gone.yaml").unlink()
    started.git("rm", "-q", "rm.yaml")
    (started.path / "edited.yaml").chmod(0o755)
    status = started.status()
    diffs = started.git("diff"), started.git("diff", "--cached")
    kept = others(started, "bindings/vm.yaml")
    assert isinstance(started.land({"bindings/vm.yaml": VM}), Landed)
    assert others(started, "bindings/vm.yaml") == kept
    assert started.status() == status
    assert " A later.yaml" in status
    assert "MM both.yaml" in status
    assert (started.git("diff"), started.git("diff", "--cached")) == diffs
    assert started.git("show", "--format=", "--name-only", "HEAD") == "bindings/vm.yaml"


def test_an_edit_in_the_same_second_and_of_the_same_size_is_not_hidden_by_the_new_index(started: Ground) -> None:
    # git believes the time stamps in an index unless a file is as young as the index; a copy must not look younger.
    for number in range(5):
        started.commit({"quick.yaml": f"{number}0\n"})
        started.write({"quick.yaml": f"{number}1\n"})
        started.land({"bindings/vm.yaml": VM + b"# %d\n" % number})
        assert started.status() == " M quick.yaml"


def test_landing_on_an_unborn_branch(ground: Ground) -> None:
    ground.write({"untracked": "u"})
    landed = ground.land({"spine.yaml": b"spine: settings/1\n"}, "first")
    assert isinstance(landed, Landed)
    assert landed.commit.parents == ()
    assert ground.status() == "?? untracked"
    assert ground.git("reflog", "-1", "--format=%gs") == "spine: land"


def test_landing_on_a_branch_that_is_not_checked_out_touches_no_file(started: Ground) -> None:
    started.git("branch", "other")
    started.write({"bindings/vm.yaml": "my edit\n"})
    started.git("add", "bindings/vm.yaml")
    before = started.everything()
    with started.open() as repo:
        landed = land(repo, "refs/heads/other", lambda tree, tip: Decision({"bindings/vm.yaml": VM}, "m"))
    assert isinstance(landed, Landed)
    after = started.everything()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {".git/refs/heads/other", ".git/logs/refs/heads/other"}
    assert started.git("show", "other:bindings/vm.yaml") == VM.decode().rstrip()


def test_landing_in_a_bare_repository(started: Ground, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", "--bare", str(started.path), str(tmp_path / "bare.git"), cwd=tmp_path)
    bare = Ground(tmp_path / "bare.git", git, started.env)
    assert isinstance(bare.land({"bindings/vm.yaml": VM}), Landed)
    assert bare.git("show", "main:bindings/vm.yaml") == VM.decode().rstrip()
    assert not (bare.path / "index").exists()


def test_landing_in_a_linked_worktree(started: Ground, tmp_path: Path) -> None:
    started.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    before = started.everything()
    linked = Ground(tmp_path / "linked", started.git_, started.env)
    with linked.open() as repo:
        landed = land(repo, "refs/heads/other", lambda tree, tip: Decision({"bindings/vm.yaml": VM}, "m"))
    assert isinstance(landed, Landed)
    assert linked.status() == started.status() == ""
    assert (linked.path / "bindings/vm.yaml").read_bytes() == VM
    after = started.everything()
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {
        ".git/refs/heads/other",
        ".git/logs/refs/heads/other",
        ".git/worktrees/linked/logs/HEAD",
        ".git/worktrees/linked/index",
    }


def test_landing_in_a_sha_256_repository(tmp_path: Path, git: Git, git_env: dict[str, str]) -> None:
    git("init", "-q", "-b", "main", "--object-format=sha256", str(tmp_path / "wide"), cwd=tmp_path)
    ground = Ground(tmp_path / "wide", git, git_env)
    assert isinstance(ground.land({"a/b.yaml": b"1\n"}), Landed)
    landed = ground.land({"a/b.yaml": b"2\n", "c": b"3\n"})
    assert isinstance(landed, Landed)
    assert len(landed.commit.id) == 64
    assert ground.status() == ""
    assert ground.git("fsck", "--strict") == ""


def test_landing_in_a_submodule_and_with_git_dir_elsewhere(started: Ground, tmp_path: Path, git: Git) -> None:
    git("init", "-q", "-b", "main", str(tmp_path / "outer"), cwd=tmp_path)
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(started.path), "sub", cwd=tmp_path / "outer")
    sub = Ground(tmp_path / "outer/sub", git, started.env)
    assert isinstance(sub.land({"bindings/vm.yaml": VM}), Landed)
    assert sub.status() == ""
    env = started.env | {"GIT_DIR": str(started.path / ".git"), "GIT_WORK_TREE": str(started.path)}
    with Repository.open(tmp_path, env) as repo:
        land(repo, MAIN, lambda tree, tip: Decision({"bindings/vm.yaml": VM}, "m"))
    assert started.status() == ""


def test_landing_in_a_shallow_and_in_a_partial_clone(started: Ground, tmp_path: Path, git: Git) -> None:
    started.commit({"more": "1"})
    started.git("config", "uploadpack.allowFilter", "true")
    for name, option in (("cut", "--depth=1"), ("partial", "--filter=blob:none")):
        git("clone", "-q", option, started.path.as_uri(), str(tmp_path / name), cwd=tmp_path)
        clone = Ground(tmp_path / name, git, started.env)
        assert isinstance(clone.land({"bindings/vm.yaml": VM}), Landed), name
        assert clone.status() == ""


def test_from_a_folder_below_and_the_last_file_of_that_folder(started: Ground) -> None:
    with Repository.open(started.path / "docs", started.env) as repo:
        land(repo, MAIN, lambda tree, tip: Decision({"docs/notes.md": None}, "m"))
    assert (started.path / "docs").is_dir()  # we stand in it, as git leaves the current folder
    assert started.status() == ""


def test_nothing_to_do_writes_nothing(started: Ground) -> None:
    before = started.everything()
    assert started.land({"bindings/net.yaml": b"nets: []\n", "nosuch": None}) == NothingToDo(
        MAIN, CommitId(started.git("rev-parse", "HEAD"))
    )
    with started.open() as repo:
        assert isinstance(land(repo, MAIN, lambda tree, tip: None), NothingToDo)
    assert started.everything() == before


def test_what_is_on_disk_or_staged_already_lands_as_it_is(started: Ground) -> None:
    started.write({"bindings/vm.yaml": VM, "proposals/x/proposal.yaml": "p\n", "staged.yaml": "s\n"})
    started.git("add", "staged.yaml")
    (started.path / "docs/notes.md").unlink()
    landed = started.land(
        {"bindings/vm.yaml": VM, "proposals/x/proposal.yaml": b"p\n", "staged.yaml": b"s\n", "docs/notes.md": None}
    )
    assert isinstance(landed, Landed)
    assert started.status() == ""


def test_modes_change_with_the_content_or_alone(started: Ground) -> None:
    with started.open() as repo:
        land(repo, MAIN, lambda tree, tip: Decision({"run.sh": b"#!/bin/sh\n"}, "m", {"run.sh": "100755"}))
        assert os.access(started.path / "run.sh", os.X_OK)
        land(repo, MAIN, lambda tree, tip: Decision({"run.sh": b"#!/bin/bash\n"}, "content, the mode stays"))
        assert started.git("ls-tree", "HEAD", "run.sh").startswith("100755 ")
        land(repo, MAIN, lambda tree, tip: Decision({"run.sh": b"#!/bin/bash\n"}, "mode", {"run.sh": "100644"}))
    assert not os.access(started.path / "run.sh", os.X_OK)
    assert started.status() == ""


def test_the_umask_is_respected(started: Ground) -> None:
    before = os.umask(0o077)
    try:
        started.land({"new/secret.yaml": b"s\n"})
    finally:
        os.umask(before)
    assert (started.path / "new/secret.yaml").stat().st_mode & 0o777 == 0o600
    assert (started.path / "new").stat().st_mode & 0o777 == 0o700


def test_names_that_are_not_utf_8_stay_in_the_tree(started: Ground) -> None:
    odd = os.fsdecode(b"bindings/caf\xe9.yaml")
    started.write({odd: b"odd\n", "tab\tname": b"t\n"})
    started.git("add", ".")
    started.git("commit", "-q", "-m", "odd")
    listed = started.git("ls-tree", "-r", "HEAD")
    started.write({odd: b"edited\n"})
    assert isinstance(started.land({"bindings/vm.yaml": VM}), Landed)
    assert [line for line in started.git("ls-tree", "-r", "HEAD").split("\n") if "vm.yaml" not in line] == [
        line for line in listed.split("\n") if "vm.yaml" not in line
    ]
    assert started.status() == ' M "bindings/caf\\351.yaml"'


@pytest.mark.parametrize("setting", ["core.splitIndex", "core.untrackedCache", "core.fsmonitor", "feature.manyFiles"])
def test_every_make_of_index_is_brought_along(started: Ground, setting: str) -> None:
    started.git("config", setting, "true")
    started.commit({"more.yaml": "1\n"})
    started.git("status")
    started.write({"docs/notes.md": "edited\n"})
    assert isinstance(started.land({"bindings/vm.yaml": VM, "more.yaml": None}), Landed)
    assert started.status() == " M docs/notes.md"
    started.git("add", "--all")
    started.git("commit", "-q", "-m", "and on")
    assert started.git("fsck") == ""


@pytest.mark.parametrize("index", ["--no-sparse-index", "--sparse-index"])
def test_a_sparse_checkout_stays_sparse(started: Ground, index: str) -> None:
    started.commit({"docs/deep/one.md": "1\n", "far/away/x": "x\n"})
    started.git("sparse-checkout", "init", "--cone", index)
    started.git("sparse-checkout", "set", "bindings")
    assert not (started.path / "docs").exists()
    landed = started.land({"bindings/vm.yaml": VM, "proposals/x/receipt.yaml": b"r\n"})
    assert isinstance(landed, Landed)
    assert started.status() == ""
    assert (started.path / "proposals/x/receipt.yaml").read_bytes() == b"r\n"
    assert not (started.path / "docs").exists()
    assert started.git("ls-tree", "-r", "--name-only", "HEAD", "docs", "far").split() == [
        "docs/deep/one.md", "docs/notes.md", "far/away/x",
    ]  # fmt: skip
    before = started.everything()
    with pytest.raises(DirtyPath, match="sparse checkout"):
        started.land({"docs/notes.md": b"n\n"})
    assert started.everything() == before


def test_line_ends_on_disk_are_the_users(started: Ground) -> None:
    started.git("config", "core.autocrlf", "true")
    started.git("rm", "-q", "--cached", "-r", ".")
    started.git("reset", "-q", "--hard")
    assert (started.path / "bindings/vm.yaml").read_bytes().count(b"\r\n") == 3
    assert isinstance(started.land({"bindings/vm.yaml": VM, "new.yaml": b"a\nb\n"}), Landed)
    assert (started.path / "bindings/vm.yaml").read_bytes() == VM.replace(b"\n", b"\r\n")
    assert started.git("cat-file", "blob", "HEAD:new.yaml") == "a\nb"
    assert started.status() == ""
    started.git("config", "core.safecrlf", "true")
    assert isinstance(started.land({"bindings/vm.yaml": VM + b"# more\n"}), Landed)
    assert started.status() == ""


def test_bytes_that_git_would_normalize_are_committed_as_they_are(started: Ground) -> None:
    # A text file with CRLF inside: git itself would stage it with LF. The landed blob is what the proposal says.
    started.commit({".gitattributes": "*.txt text eol=lf\n"})
    started.git("config", "core.safecrlf", "true")
    assert isinstance(started.land({"new.txt": b"a\r\nb\r\n"}), Landed)
    assert (started.path / "new.txt").read_bytes() == b"a\r\nb\r\n"
    assert started.git("ls-tree", "HEAD", "new.txt").split()[2] == started.git("ls-files", "-s", "new.txt").split()[1]
    assert started.git("diff", "--cached", "--name-only") == ""
    assert started.git("show", "--format=", "--name-only", "HEAD") == "new.txt"


def test_messages_are_utf_8_whatever_the_settings_say(started: Ground) -> None:
    started.git("config", "i18n.commitEncoding", "ISO-8859-1")
    landed = started.land({"a": b"1"}, "größer\n")
    assert isinstance(landed, Landed)
    assert landed.commit.subject == "größer"
    assert "encoding" not in started.git("cat-file", "commit", "HEAD")


def test_every_call_of_git_is_plumbing_and_what_writes_is_durable(started: Ground, tmp_path: Path) -> None:
    real = next(f"{folder}/git" for folder in os.environ["PATH"].split(":") if os.access(f"{folder}/git", os.X_OK))
    log, shim = tmp_path / "calls", tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n')
    shim.chmod(0o755)
    started.env["PATH"] = f"{shim.parent}:{os.environ['PATH']}"
    started.land({"bindings/vm.yaml": VM, "docs/notes.md": None}, "t\n\nSpine-Gap: G\n")
    ran: dict[str, set[str]] = {}
    for line in log.read_text().split("\n")[:-1]:
        words = line.split(" ")
        settings = set()
        while words[0] == "-c":
            settings.add(words[1])
            words = words[2:]
        if words[0] != "hook":  # runs with the user's settings alone
            assert settings >= {"core.fsmonitor=false", "core.protectHFS=true", "core.protectNTFS=true"}, line
        ran.setdefault(words[0], set()).update(settings)
    assert ran.keys() == {
        "rev-parse", "for-each-ref", "cat-file", "config", "ls-files", "check-attr",
        "unpack-objects", "commit-tree", "update-ref", "update-index",
    }  # fmt: skip
    for name in ("unpack-objects", "commit-tree", "update-ref"):
        assert "core.fsync=committed,loose-object,reference" in ran[name], name


def test_decide_sees_the_tip_and_no_edit(started: Ground) -> None:
    started.write({"bindings/net.yaml": "mine\n"})
    seen: list[tuple[bytes | None, CommitId | None]] = []

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision:
        seen.append((tree.read("bindings/net.yaml"), tip))
        return Decision({"bindings/vm.yaml": VM}, "m")

    with started.open() as repo:
        tip = resolve(repo, "HEAD")
        land(repo, MAIN, decide)
    assert seen == [(b"nets: []\n", tip)]


def test_a_branch_that_moves_under_the_plan_is_planned_again(started: Ground) -> None:
    tips: list[CommitId | None] = []

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision:
        tips.append(tip)
        if len(tips) == 1:  # somebody commits by plumbing, which no index lock stops
            other = started.git("commit-tree", "-p", "HEAD", "-m", "other", "HEAD^{tree}")
            started.git("update-ref", MAIN, other)
        return Decision({"bindings/vm.yaml": VM}, f"attempt {len(tips)}")

    with started.open() as repo:
        landed = land(repo, MAIN, decide)
        assert isinstance(landed, Landed)
        assert read_journal(repo) is None
    assert len(tips) == landed.attempts == 2
    assert tips[0] != tips[1] == landed.commit.parents[0]
    assert started.git("log", "--format=%s").split("\n") == ["attempt 2", "other", "start"]
    assert started.status() == ""


def test_a_branch_that_always_moves_is_given_up(started: Ground) -> None:
    count = 0

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision:
        nonlocal count
        count += 1
        started.git("update-ref", MAIN, started.git("commit-tree", "-p", "HEAD", "-m", f"{count}", "HEAD^{tree}"))
        return Decision({"bindings/vm.yaml": VM}, "m")

    with started.open() as repo, pytest.raises(BranchMoved) as caught:
        land(repo, MAIN, decide)
    assert count == 8
    assert caught.value.exit_code is Exit.FAILED
    assert started.status() == ""
    assert not list((started.path / ".git").glob("spine-*"))


def test_a_reference_that_is_locked_for_a_moment_is_tried_again(started: Ground) -> None:
    lock = started.path / ".git/refs/heads/main.lock"
    calls = 0

    def decide(tree: TreeSnapshot, tip: CommitId | None) -> Decision:
        nonlocal calls
        calls += 1
        if calls == 1:
            lock.touch()
        else:
            lock.unlink(missing_ok=True)
        return Decision({"bindings/vm.yaml": VM}, "m")

    with started.open() as repo:
        landed = land(repo, MAIN, decide)
    assert isinstance(landed, Landed)
    assert landed.attempts == calls == 2


@pytest.mark.parametrize("ref", ["main", "HEAD", "refs/tags/x", "refs/heads/a..b", "--stdin", "refs/heads/"])
def test_only_a_branch_can_be_landed_on(started: Ground, ref: str) -> None:
    before = started.everything()
    with started.open() as repo, pytest.raises(NoBranch):
        land(repo, ref, lambda tree, tip: Decision({"a": b"1"}, "m"))
    assert started.everything() == before


def test_a_branch_that_stands_for_another_is_refused(started: Ground) -> None:
    started.git("symbolic-ref", "refs/heads/alias", MAIN)
    with started.open() as repo, pytest.raises(NoBranch, match="only stands for refs/heads/main"):
        land(repo, "refs/heads/alias", lambda tree, tip: Decision({"a": b"1"}, "m"))


def test_a_detached_head_is_refused_where_a_branch_is_needed(started: Ground) -> None:
    started.git("checkout", "-q", "--detach")
    before = started.everything()
    with started.open() as repo, pytest.raises(NoBranch, match="HEAD is detached") as caught:
        land(repo, current_branch(repo).ref, lambda tree, tip: Decision({"a": b"1"}, "m"))
    assert caught.value.hint == "git switch BRANCH"
    assert started.everything() == before


def test_author_and_committer(started: Ground) -> None:
    with started.open() as repo:
        landed = land(
            repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, "m", author=Person("Grace Author", "g@example.org"))
        )
        assert isinstance(landed, Landed)
        assert str(landed.commit.author) == "Grace Author <g@example.org>"
        assert str(landed.commit.committer) == "Cleo Committer <cleo@example.org>"
        assert read_commit(repo, landed.commit.id) == landed.commit
        assert added_by(repo, "a", landed.commit.id) == landed.commit.id
        for wrong in (Person("", "x"), Person("a\nb", "x"), Person("a<b", "x"), Person("a", "x>y")):
            with pytest.raises(BadMessage):
                land(repo, MAIN, lambda tree, tip, who=wrong: Decision({"b": b"1"}, "m", author=who))  # type: ignore[misc]


@pytest.mark.parametrize("message", ["", " \n", "a\0b", "a\udcffb"])
def test_a_message_that_cannot_be_stored_is_refused(started: Ground, message: str) -> None:
    before = started.everything()
    with pytest.raises(BadMessage):
        started.land({"a": b"1"}, message)
    assert started.everything() == before


@pytest.mark.parametrize(
    ("body", "trailers"),
    [
        ("t\n\nSpine-Proposal: CP-1\n\nlast words\n", (("Spine-Proposal", "CP-1"),)),
        ("t\n\nSpine-Proposal: CP-1\nSpine-Proposal: CP-2\n", (("Spine-Proposal", "CP-1"),)),
        ("t\n\nSpine-Proposal: CP-2\n", (("Spine-Proposal", "CP-1"),)),
        ("t\n\nbody\nSpine-Proposal: CP-1\n", (("Spine-Proposal", "CP-1"),)),
        ("Spine-Proposal: CP-1\n", (("Spine-Proposal", "CP-1"),)),
        ("t\n\nspine-proposal: CP-2\nSpine-Proposal: CP-1\n", (("Spine-Proposal", "CP-1"),)),
    ],
)
def test_trailers_that_do_not_read_back_are_refused(
    started: Ground, body: str, trailers: tuple[tuple[str, str], ...]
) -> None:
    before = started.everything()
    with started.open() as repo, pytest.raises(BadMessage, match="trailers"):
        land(repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, body, trailers=trailers))
    assert started.everything() == before


def test_trailers_that_read_back_land_whatever_stands_above(started: Ground) -> None:
    body = "t\n\nText with\n---\n# a comment\nSpine-Proposal: CP-9\n\n"
    body += "Spine-Proposal: CP-1\nSpine-Gap: G-1\nSpine-Gap: G-2\n"
    wanted = (("Spine-Proposal", "CP-1"), ("Spine-Gap", "G-1"), ("Spine-Gap", "G-2"))
    with started.open() as repo:
        landed = land(repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, body, trailers=wanted))
    assert isinstance(landed, Landed)
    assert landed.commit.trailers == wanted
    assert started.git("log", "-1", "--format=%(trailers:only,unfold)").split("\n")[0] == "Spine-Proposal: CP-1"


def test_the_reason_in_the_reflog_is_one_safe_line(started: Ground) -> None:
    started.land({"a": b"1"}, reason="spine: apply\nCP-1\x1b[2J")
    assert started.git("reflog", "-1", "--format=%gs") == "spine: apply␊CP-1␛[2J"


def test_no_other_reference_is_made(started: Ground) -> None:
    with started.open() as repo:
        before = [ref.name for ref in refs(repo)]
        started.land({"a": b"1"})
        assert [ref.name for ref in refs(repo)] == before


def test_a_file_with_the_same_bytes_is_not_rewritten(started: Ground) -> None:
    started.write({"draft.yaml": "d\n"})
    facts = (started.path / "draft.yaml").stat()
    started.land({"draft.yaml": b"d\n"})
    assert (started.path / "draft.yaml").stat().st_ino == facts.st_ino
    assert File(b"d\n") == File(b"d\n", "100644")
