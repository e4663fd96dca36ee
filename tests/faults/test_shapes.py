"""Repositories of many shapes, and what each verb does there: its work and nothing else, or a refusal that leaves all
as it was. A shape is a function that gives a repository with two pending proposals that form."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .conftest import FILES, VM, Make, propose
from .judge import Clone

OWN = "bindings/vm.yaml"


@dataclass(frozen=True)
class Shape:
    """A repository to act in. `refused` are the verbs that must refuse, with a word that the message has to have;
    `onto` names the branch where it is not the one checked out. `check` judges what is left at the end."""

    clone: Clone
    refused: Mapping[str, str] = field(default_factory=dict)
    onto: str | None = None
    check: Callable[[Clone], None] | None = None
    doctor: str = "healthy"
    reads: Mapping[str, int] = field(default_factory=dict)  # exit codes of plan, check and verify that are not 0


Build = Callable[[Clone, Path], Shape]
SHAPES: dict[str, Build] = {}


def shape(build: Build) -> Build:
    """Add a shape under its function's name."""
    SHAPES[build.__name__] = build
    return build


def state(clone: Clone) -> dict[str, object]:
    """All that a refusal must leave as it was: files, index, references, HEAD."""
    bare = clone.git("rev-parse", "--is-bare-repository") == "true"
    return {
        "files": {} if bare else dict(clone.files()),
        "index": "" if bare else clone.git("ls-files", "-s", "-v"),
        "refs": clone.git("for-each-ref", "--format=%(refname) %(objectname)"),
        "head": clone.git("rev-parse", "--symbolic-full-name", "HEAD", code=None),
    }


def others(clone: Clone) -> dict[str, object]:
    """All files, and all entries of the index, that no landing of this test may touch."""
    found = state(clone)
    entries = [line for line in str(found["index"]).split("\n") if OWN not in line and "\tproposals/" not in line]
    files = {
        name: data
        for name, data in dict(clone.files()).items()
        if name != OWN and not name.startswith("proposals/")
    } if found["files"] else {}  # fmt: skip
    return {"index": entries, "files": files}


def drafts(clone: Clone) -> list[str]:
    """The folders of proposals that nobody has committed."""
    found = clone.git("-c", "core.quotePath=false", "ls-files", "-o", "--exclude-standard", "proposals").split("\n")
    return sorted({path.rpartition("/")[0] for path in found if path})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted([
    "plain", "bare", "shallow", "partial", "linked_worktree", "in_a_submodule", "with_a_submodule", "sha256",
    "detached", "sparse_elsewhere", "sparse_here", "autocrlf", "eol_crlf", "odd_names", "dirty_index", "dirty_file",
    "staged_file",
    "merging", "rebasing", "picking", "rejecting_commit_msg", "rejecting_pre_commit", "rejecting_transaction", "signed",
    "signed_without_a_key", "split_index", "untracked_cache", "ignorecase", "alternates", "packed", "worktree_config",
    "replaced", "separate_git_dir", "without_filemode", "index_version_4", "filtered", "filtered_elsewhere", "unborn",
    "branch_elsewhere", "assume_unchanged", "index_locked", "symref_branch", "no_home", "odd_settings", "hooks_path",
    "a_link_in_place", "another_branch",
]))  # fmt: skip
def test_every_verb_in_every_shape(name: str, make: Make, tmp_path: Path) -> None:
    made, (first, second) = make(2, "start")
    shaped = SHAPES[name](made, tmp_path)
    clone, refused = shaped.clone, shaped.refused
    branch = (*(("--branch", shaped.onto) if shaped.onto else ()), "--wait", "2")
    target = shaped.onto or "HEAD"
    untouched = others(clone)
    started = clone.git("rev-parse", "--verify", "-q", target, code=None)

    def act(verb: str, *words: str) -> bool:
        """Run a verb; whether it did its work."""
        before = state(clone)
        said = clone.spine(verb, *words)
        if verb in refused:
            assert said.code in (1, 2, 3, 4, 6), said
            assert refused[verb] in said.err, said
            assert state(clone) == before
            return False
        assert said.code == 0, said
        return True

    if act("propose", "a draft", "--set", f"{OWN}#vms[vmid=150].status=drafted"):
        (draft,) = drafts(clone)
        shutil.rmtree(clone.path / draft)
    assert others(clone) == untouched
    if name != "unborn":
        assert clone.spine("plan", first, "--onto", target).code == shaped.reads.get("plan", 0)
    if act("apply", first, *branch):
        tip = clone.tip(target)
        assert clone.git("rev-list", "--count", f"{started}..{target}") == "1"
        changed = clone.git("diff-tree", "-r", "--name-only", "--no-commit-id", tip).split("\n")
        assert sorted(changed) == [OWN, f"proposals/{first[3:7]}-{first[7:9]}/{first}/receipt.yaml"]
        assert "status: s0" in clone.git("show", f"{target}:{OWN}")
        again = clone.spine("apply", first, *branch)
        assert (again.code, clone.tip(target)) == (0, tip)
        if act("undo", first, "--why", "not so"):
            (draft,) = drafts(clone)
            landed = clone.spine("apply", draft.split("/")[-1], *branch)
            assert landed.code == 0, landed
            assert clone.git("rev-parse", f"{target}:{OWN}") == clone.git("rev-parse", f"{started}:{OWN}")
        for verb in ("check", "verify"):
            said = clone.spine(verb, f"{started}..{target}")
            assert said.code == shaped.reads.get(verb, 0), said
    assert others(clone) == untouched
    doctor = clone.spine("doctor", "--json")
    assert f'"state": "{shaped.doctor}"' in doctor.out, doctor
    said = clone.git("fsck", "--strict", "--no-dangling", "--no-progress", code=None)
    assert said in ("", "notice: HEAD points to an unborn branch (main)"), said
    if shaped.check is not None:
        shaped.check(clone)
    assert second


def test_no_shape_is_forgotten() -> None:
    mark = next(one for one in test_every_verb_in_every_shape.pytestmark if one.name == "parametrize")  # type: ignore[attr-defined]
    assert set(mark.args[1]) == set(SHAPES)
    assert len(SHAPES) >= 30


# ---- the shapes -----------------------------------------------------------------------------------------------------


def cloned(made: Clone, to: Path, *words: str) -> Clone:
    """A clone by way of a transport."""
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "clone", "-q", *words, f"file://{made.path}", str(to)],
        env=dict(made.env), check=True, capture_output=True,
    )  # fmt: skip
    return Clone(to, made.env)


def hook(made: Clone, name: str, body: str, folder: str = ".git/hooks") -> None:
    file = made.path / folder / name
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


def with_env(made: Clone, **more: str) -> Clone:
    return Clone(made.path, {**made.env, **more})


@shape
def plain(made: Clone, _: Path) -> Shape:
    return Shape(made)


@shape
def bare(made: Clone, place: Path) -> Shape:
    return Shape(cloned(made, place / "bare.git", "--bare"), {"propose": "work tree", "undo": "work tree"}, onto="main")


@shape
def shallow(made: Clone, place: Path) -> Shape:
    return Shape(cloned(made, place / "shallow", "--depth", "1"))


@shape
def partial(made: Clone, place: Path) -> Shape:
    made.git("config", "uploadpack.allowFilter", "true")
    return Shape(cloned(made, place / "partial", "--filter=blob:none"))


@shape
def linked_worktree(made: Clone, place: Path) -> Shape:
    made.git("worktree", "add", "-q", "-b", "linked", str(place / "linked"))
    return Shape(Clone(place / "linked", made.env))


@shape
def in_a_submodule(made: Clone, place: Path) -> Shape:
    outer = Clone(place / "outer", made.env)
    outer.path.mkdir()
    outer.git("init", "-q", "-b", "main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "-b", "main", str(made.path), "inner")
    outer.git("commit", "-qm", "outer")
    inner = Clone(place / "outer/inner", made.env)
    inner.git("checkout", "-q", "main")

    def check(_: Clone) -> None:
        assert outer.git("status", "--porcelain").strip() in ("M inner", "")

    return Shape(inner, check=check)


@shape
def with_a_submodule(made: Clone, place: Path) -> Shape:
    other = Clone(place / "other", made.env)
    other.path.mkdir()
    other.git("init", "-q", "-b", "main")
    other.git("commit", "-q", "--allow-empty", "-m", "x")
    made.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "vendor/other")
    made.git("commit", "-qm", "a submodule")
    made.git("config", "submodule.recurse", "true")
    return Shape(made)


@shape
def sha256(made: Clone, place: Path) -> Shape:
    clone = Clone(place / "sha256", made.env)
    clone.path.mkdir()
    clone.git("init", "-q", "-b", "main", "--object-format=sha256")
    for name, text in FILES.items():
        (clone.path / name).parent.mkdir(exist_ok=True)
        (clone.path / name).write_text(text)
    clone.git("add", "-A")
    clone.git("commit", "-qm", "start")
    for number, old in enumerate(sorted((made.path / "proposals").glob("*/*"))):
        new = propose(clone, number)
        (clone.path / "proposals" / old.parent.name).mkdir(exist_ok=True, parents=True)
        folder = clone.path / f"proposals/{new[3:7]}-{new[7:9]}/{new}"
        text = (folder / "proposal.yaml").read_text().replace(new, old.name)
        folder.rename(clone.path / "proposals" / old.parent.name / old.name)
        (clone.path / "proposals" / old.parent.name / old.name / "proposal.yaml").write_text(text)
    clone.git("add", "-A")
    clone.git("commit", "-qm", "pending")
    return Shape(clone, reads={"verify": 6})  # GitPython knows SHA-1 only, and verify says so


@shape
def detached(made: Clone, _: Path) -> Shape:
    made.git("checkout", "-q", "--detach")
    return Shape(made, {"apply": "detached"})


@shape
def sparse_elsewhere(made: Clone, _: Path) -> Shape:
    made.git("sparse-checkout", "set", "bindings", "proposals")
    assert not (made.path / "docs").exists()
    return Shape(made)


@shape
def sparse_here(made: Clone, _: Path) -> Shape:
    made.git("sparse-checkout", "set", "docs", "proposals")
    assert not (made.path / OWN).exists()
    return Shape(made, {"apply": "sparse"})


@shape
def autocrlf(made: Clone, place: Path) -> Shape:
    made.git("config", "core.autocrlf", "true")
    made.git("rm", "-q", "--cached", "-r", ".")
    made.git("reset", "-q", "--hard")
    assert b"\r\n" in (made.path / OWN).read_bytes()

    def check(clone: Clone) -> None:
        assert b"\r\n" in (clone.path / OWN).read_bytes()
        assert "\r" not in clone.git("show", f"HEAD:{OWN}")

    return Shape(made, check=check)


@shape
def eol_crlf(made: Clone, _: Path) -> Shape:
    (made.path / ".gitattributes").write_text("proposals/** -text\n*.yaml text eol=crlf\nproposals/** -text -eol\n")
    made.git("commit", "-qam", "crlf")
    made.git("rm", "-q", "--cached", "-r", ".")
    made.git("reset", "-q", "--hard")
    assert b"\r\n" in (made.path / OWN).read_bytes()
    return Shape(made)


@shape
def odd_names(made: Clone, _: Path) -> Shape:
    for name in ("-dash.yaml", "sp ace.yaml", "ü.yaml", 'q"uote.yaml', "new\nline.yaml", "$(x).yaml", b"\xff.yaml"):
        path = os.path.join(os.fsencode(made.path), b"docs", os.fsencode(name))
        with open(path, "wb") as stream:
            stream.write(b"a: 1\n")
    made.git("add", "-A")
    made.git("commit", "-qm", "odd names")
    return Shape(made)


@shape
def dirty_index(made: Clone, _: Path) -> Shape:
    (made.path / "docs/notes.md").write_text("staged\n")
    made.git("add", "docs/notes.md")
    (made.path / "docs/notes.md").write_text("staged, and more\n")
    (made.path / "docs/new.md").write_text("intended\n")
    made.git("add", "-N", "docs/new.md")
    return Shape(made)


@shape
def dirty_file(made: Clone, _: Path) -> Shape:
    (made.path / OWN).write_text(f"{VM}# mine\n")
    return Shape(made, {"apply": "not committed"})


@shape
def staged_file(made: Clone, _: Path) -> Shape:
    (made.path / OWN).write_text(f"{VM}# mine\n")
    made.git("add", OWN)
    return Shape(made, {"apply": "staged"})


def diverged(made: Clone) -> None:
    """A branch `side` that conflicts with main in the notes."""
    made.git("checkout", "-qb", "side")
    (made.path / "docs/notes.md").write_text("side\n")
    made.git("commit", "-qam", "side")
    made.git("checkout", "-q", "main")
    (made.path / "docs/notes.md").write_text("main\n")
    made.git("commit", "-qam", "main")


@shape
def merging(made: Clone, _: Path) -> Shape:
    diverged(made)
    made.git("merge", "side", code=1)
    return Shape(made, {"apply": "merge"})


@shape
def rebasing(made: Clone, _: Path) -> Shape:
    diverged(made)
    made.git("rebase", "side", code=1)
    return Shape(made, {"apply": ""})


@shape
def picking(made: Clone, _: Path) -> Shape:
    diverged(made)
    made.git("cherry-pick", "side", code=1)
    return Shape(made, {"apply": "cherry-pick"})


@shape
def rejecting_commit_msg(made: Clone, _: Path) -> Shape:
    hook(made, "commit-msg", "echo not here >&2; exit 1")
    return Shape(made, {"apply": "not here"})


@shape
def rejecting_pre_commit(made: Clone, _: Path) -> Shape:
    hook(made, "pre-commit", "exit 1")  # a landing commits nothing of the index; what looks at messages is asked
    hook(made, "pre-push", "exit 1")
    return Shape(made)


@shape
def rejecting_transaction(made: Clone, _: Path) -> Shape:
    hook(made, "reference-transaction", '[ "$1" = prepared ] && grep -q refs/heads/main && exit 1; exit 0')
    return Shape(made, {"apply": ""})


@shape
def signed(made: Clone, place: Path) -> Shape:
    key = place / "key"
    if subprocess.run(["sh", "-c", "command -v ssh-keygen"], capture_output=True, check=False).returncode:
        pytest.skip("ssh-keygen is not here")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key)), ("commit.gpgsign", "true")):
        made.git("config", name, value)

    def check(clone: Clone) -> None:
        assert "gpgsig -----BEGIN SSH SIGNATURE-----" in clone.git("cat-file", "commit", "HEAD")

    return Shape(made, check=check)


@shape
def signed_without_a_key(made: Clone, place: Path) -> Shape:
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(place / "none")), ("commit.gpgsign", "true")):
        made.git("config", name, value)
    return Shape(made, {"apply": ""})


@shape
def split_index(made: Clone, _: Path) -> Shape:
    made.git("update-index", "--split-index")
    return Shape(made)


@shape
def untracked_cache(made: Clone, _: Path) -> Shape:
    made.git("update-index", "--untracked-cache")
    made.git("config", "core.fsmonitor", "false-is-not-a-program")
    made.git("config", "core.untrackedCache", "true")
    made.git("-c", "core.fsmonitor=false", "status")
    made.git("config", "core.fsmonitor", "false")
    return Shape(made)


@shape
def ignorecase(made: Clone, _: Path) -> Shape:
    made.git("config", "core.ignorecase", "true")
    return Shape(made)


@shape
def alternates(made: Clone, place: Path) -> Shape:
    subprocess.run(
        ["git", "clone", "-q", "--shared", str(made.path), str(place / "shared")], env=dict(made.env), check=True
    )
    return Shape(Clone(place / "shared", made.env))


@shape
def packed(made: Clone, _: Path) -> Shape:
    made.git("gc", "-q", "--prune=now")
    made.git("pack-refs", "--all")
    assert not (made.path / ".git/refs/heads/main").exists()
    return Shape(made)


@shape
def worktree_config(made: Clone, place: Path) -> Shape:
    made.git("config", "extensions.worktreeConfig", "true")
    made.git("worktree", "add", "-q", "-b", "linked", str(place / "linked"))
    linked = Clone(place / "linked", made.env)
    linked.git("config", "--worktree", "user.name", "Somebody Else")
    return Shape(linked)


@shape
def replaced(made: Clone, _: Path) -> Shape:
    lie = made.git("commit-tree", "-m", "a lie", "HEAD^{tree}")
    made.git("replace", made.tip(), lie)
    return Shape(with_env(made, GIT_NO_REPLACE_OBJECTS="1"))


@shape
def separate_git_dir(made: Clone, place: Path) -> Shape:
    made.git("init", "-q", f"--separate-git-dir={place / 'elsewhere.git'}")
    assert (made.path / ".git").is_file()
    return Shape(made)


@shape
def without_filemode(made: Clone, _: Path) -> Shape:
    made.git("config", "core.filemode", "false")
    (made.path / OWN).chmod(0o755)
    return Shape(made)


@shape
def index_version_4(made: Clone, _: Path) -> Shape:
    made.git("config", "feature.manyFiles", "true")
    made.git("update-index", "--index-version", "4")
    return Shape(made)


def filter_on(made: Clone, pattern: str) -> None:
    made.git("config", "filter.shout.clean", "tr A-Z a-z")
    made.git("config", "filter.shout.smudge", "tr a-z A-Z")
    with open(made.path / ".git/info/attributes", "w", encoding="utf-8") as stream:
        stream.write(f"{pattern} filter=shout\n")


@shape
def filtered(made: Clone, _: Path) -> Shape:
    filter_on(made, "bindings/*")
    return Shape(made, {"apply": "filter"})


@shape
def filtered_elsewhere(made: Clone, _: Path) -> Shape:
    filter_on(made, "docs/*")
    return Shape(made)


@shape
def unborn(made: Clone, _: Path) -> Shape:
    made.git("update-ref", "-d", "refs/heads/main")
    return Shape(made, {"propose": "", "apply": "no commit yet"})


@shape
def branch_elsewhere(made: Clone, place: Path) -> Shape:
    made.git("worktree", "add", "-q", "--force", str(place / "again"), "main")
    return Shape(made, {"apply": "another worktree"})


@shape
def assume_unchanged(made: Clone, _: Path) -> Shape:
    made.git("update-index", "--assume-unchanged", OWN)
    return Shape(made, {"apply": "not to look"})


@shape
def index_locked(made: Clone, _: Path) -> Shape:
    (made.path / ".git/index.lock").write_bytes(b"")
    return Shape(made, {"apply": "index.lock"}, doctor="clear")


@shape
def symref_branch(made: Clone, _: Path) -> Shape:
    made.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    made.git("symbolic-ref", "HEAD", "refs/heads/alias")
    return Shape(made)


@shape
def no_home(made: Clone, _: Path) -> Shape:
    env = {name: value for name, value in made.env.items() if name not in ("HOME", "XDG_CONFIG_HOME")}
    return Shape(Clone(made.path, env))


@shape
def odd_settings(made: Clone, _: Path) -> Shape:
    for name, value in (
        ("core.quotePath", "true"), ("core.abbrev", "4"), ("log.showSignature", "true"), ("diff.noprefix", "true"),
        ("diff.renames", "copies"), ("color.ui", "always"), ("core.pager", "false"), ("i18n.commitEncoding", "latin1"),
        ("core.commentChar", ";"), ("merge.ff", "only"), ("status.showUntrackedFiles", "no"), ("core.safecrlf", "true"),
        ("diff.external", "false"), ("core.compression", "0"), ("core.looseCompression", "9"), ("gc.auto", "1"),
        ("transfer.fsckObjects", "true"), ("core.logAllRefUpdates", "false"), ("trailer.separators", ":"),
    ):  # fmt: skip
        made.git("config", name, value)
    return Shape(made)


@shape
def hooks_path(made: Clone, place: Path) -> Shape:
    made.git("config", "core.hooksPath", str(place / "team"))
    hook(made, "commit-msg", f'echo "Reviewed-by: Team" >> "$1"; touch {place}/ran', str(place / "team"))

    def check(clone: Clone) -> None:
        assert (place / "ran").exists()
        assert "Reviewed-by: Team" in clone.git("log", "-1", "--format=%B")

    return Shape(made, check=check)


@shape
def a_link_in_place(made: Clone, _: Path) -> Shape:
    (made.path / OWN).unlink()
    (made.path / OWN).symlink_to("../docs/notes.md")
    return Shape(made, {"apply": "link"})


@shape
def another_branch(made: Clone, _: Path) -> Shape:
    made.git("branch", "release")
    return Shape(made, {"undo": "is pending"}, onto="release")  # as HEAD has it
