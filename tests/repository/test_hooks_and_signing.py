"""The user's own say: the commit-msg hook and the signature."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from spine.errors import Exit
from spine.repository import BadMessage, Decision, DirtyPath, GitFailed, HookRefused, Landed, land, resolve
from spine.repository.hooks import commit_msg, run_directly

from .conftest import MAIN, Ground


def hook(ground: Ground, script: str, folder: str = ".git/hooks") -> Path:
    """Install a commit-msg hook."""
    path = ground.path / folder / "commit-msg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_hook_that_says_no(started: Ground) -> None:
    hook(started, 'printf "to stdout\\n"; printf "bad \\033[31mred\\033[0m words\\n" >&2; exit 3')
    before = started.everything()
    with pytest.raises(HookRefused) as caught:
        started.land({"a": b"1"})
    assert caught.value.exit_code is Exit.POLICY
    assert "bad ␛[31mred␛[0m words" in caught.value.message
    assert "to stdout" in caught.value.message
    assert started.everything() == before


@pytest.mark.parametrize("is_sparse", [False, True])
def test_a_hook_that_puts_unstaged_edits_aside_finds_none(started: Ground, is_sparse: bool) -> None:
    """What pre-commit does; the files are those of before the landing, and the user's own."""
    if is_sparse:
        started.git("config", "core.sparseCheckout", "true")
        (started.path / ".git/info").mkdir(exist_ok=True)
        (started.path / ".git/info/sparse-checkout").write_text("/*\n")
    started.land({"mine": b"as it was\n", "a": b"1"})
    (started.path / "mine").write_text("an edit of mine\n")
    hook(
        started,
        """
        git diff-index --exit-code --no-ext-diff "$(git write-tree)" -- || exit 7
        git diff --exit-code || exit 8
        git checkout -- .
        cat mine > seen
    """,
    )
    started.land({"a": b"2", "new": b"3"})
    assert (started.path / "seen").read_text() == "an edit of mine\n"
    assert (started.path / "mine").read_text() == "an edit of mine\n"
    assert (started.path / "a").read_bytes() == b"2"


def test_a_hook_that_edits_the_message(started: Ground) -> None:
    hook(started, 'sed -i "1s/^/[infra] /" "$1"; printf "Change-Id: I1\\n" >> "$1"')
    with started.open() as repo:
        landed = land(
            repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, "t\n\nSpine-Gap: G\n", trailers=(("Spine-Gap", "G"),))
        )
    assert isinstance(landed, Landed)
    assert landed.commit.message == "[infra] t\n\nSpine-Gap: G\nChange-Id: I1\n"
    assert landed.commit.trailers == (("Spine-Gap", "G"), ("Change-Id", "I1"))


@pytest.mark.parametrize(
    "script", ['echo "new words" > "$1"', 'printf "\\nlast words\\n" >> "$1"', 'sed -i s/G/H/ "$1"']
)
def test_a_hook_that_spoils_the_trailers(started: Ground, script: str) -> None:
    hook(started, script)
    before = started.everything()
    with started.open() as repo, pytest.raises(BadMessage, match="trailers") as caught:
        land(repo, MAIN, lambda tree, tip: Decision({"a": b"1"}, "t\n\nSpine-Gap: G\n", trailers=(("Spine-Gap", "G"),)))
    assert "hook" in (caught.value.hint or "")
    assert started.everything() == before


@pytest.mark.parametrize("script", [': > "$1"', 'printf "\\377\\n" > "$1"'])
def test_a_hook_that_leaves_no_message(started: Ground, script: str) -> None:
    hook(started, script)
    before = started.everything()
    with pytest.raises(BadMessage):
        started.land({"a": b"1"})
    assert started.everything() == before


def test_what_a_hook_sees(started: Ground, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    hook(started, f"{{ pwd; git ls-files; git diff --cached --name-only; env; }} > {seen}")
    started.env["MY_TOOL_HOME"] = "/opt/tool"
    started.write({"docs/notes.md": "my edit\n"})
    started.land({"a.yaml": b"1"})
    words = seen.read_text().split("\n")
    assert words[0] == str(started.path)
    assert "a.yaml" in words[:10]  # the candidate tree is its index
    assert "docs/notes.md" in words
    assert "MY_TOOL_HOME=/opt/tool" in words
    assert not [
        word
        for word in words
        if word.startswith(("GIT_LITERAL_", "GIT_ALLOW_", "GIT_NO_", "GIT_CONFIG_PAR", "GIT_DIR", "GIT_WORK"))
    ]
    assert started.status() == " M docs/notes.md"


def test_a_hook_elsewhere_and_none_at_all(started: Ground) -> None:
    hook(started, "exit 1", "team-hooks")
    started.git("config", "core.hooksPath", "team-hooks")
    with pytest.raises(HookRefused):
        started.land({"a": b"1"})
    with started.open() as repo:
        index = started.path / ".git/index"
        assert run_directly(repo, started.path / ".git/COMMIT_EDITMSG", index, 10.0).code == 1
        hook(started, 'echo more >> "$1"', "team-hooks")
        (started.path / ".git/COMMIT_EDITMSG").write_text("t\n")
        assert run_directly(repo, started.path / ".git/COMMIT_EDITMSG", index, 10.0).code == 0
        assert (started.path / ".git/COMMIT_EDITMSG").read_text() == "t\nmore\n"
    started.git("config", "core.hooksPath", "nowhere")
    with started.open() as repo:
        assert run_directly(repo, started.path / ".git/COMMIT_EDITMSG", index, 10.0).code == 0
        assert commit_msg(repo, "same\n", repo.objects.empty_tree) == "same\n"
    started.git("config", "core.hooksPath", "team-hooks")
    hook(started, "exit 1", "team-hooks")
    assert isinstance(started.land({"a": b"1"}, hooks="none"), Landed)


def test_a_hook_that_hangs_is_ended_with_all_it_started(started: Ground, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    hook(started, f"sleep 60 & echo $! > {pid}; wait")
    with started.open() as repo, pytest.raises(GitFailed, match="did not end within 1 s"):
        commit_msg(repo, "m\n", repo.objects.empty_tree, time_limit=1.0)
    child = int(pid.read_text())
    deadline = time.monotonic() + 10  # it has its signal; on a busy machine it goes a moment later
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_hook_that_touches_a_landed_file(started: Ground) -> None:
    hook(started, "echo hooked >> bindings/vm.yaml")
    tip = started.git("rev-parse", "main")
    with pytest.raises(DirtyPath):
        started.land({"bindings/vm.yaml": b"new\n"})
    assert started.git("rev-parse", "main") == tip
    assert (started.path / "bindings/vm.yaml").read_text().endswith("hooked\n")


def test_a_hook_that_moves_the_branch(started: Ground) -> None:
    hook(started, 'git update-ref refs/heads/main $(git commit-tree -p HEAD -m sneaked "HEAD^{tree}"); rm "$0"')
    landed = started.land({"a": b"1"})
    assert isinstance(landed, Landed)
    assert landed.attempts == 2
    assert started.git("log", "--format=%s").split("\n") == ["land", "sneaked", "start"]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An ssh key made for this test."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    return tmp_path / "key"


def test_a_commit_is_signed_if_the_user_signs(started: Ground, key: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(f"cleo@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in {
        "gpg.format": "ssh", "user.signingkey": str(key), "commit.gpgsign": "true",
        "gpg.ssh.allowedSignersFile": str(allowed),
    }.items():  # fmt: skip
        started.git("config", name, value)
    landed = started.land({"a": b"1"}, "t\n\nSpine-Gap: G\n")
    assert isinstance(landed, Landed)
    assert landed.commit.is_signed
    assert landed.commit.trailers == (("Spine-Gap", "G"),)
    started.git("verify-commit", "HEAD")
    assert started.git("log", "-1", "--format=%G?") == "G"
    with started.open() as repo:
        assert resolve(repo, "HEAD") == landed.commit.id


def test_a_key_that_is_missing_leaves_everything_as_it_was(started: Ground) -> None:
    for name, value in {"gpg.format": "ssh", "user.signingkey": "/nowhere/key", "commit.gpgsign": "yes"}.items():
        started.git("config", name, value)
    before = started.everything()
    with pytest.raises(GitFailed) as caught:
        started.land({"a": b"1"})
    assert caught.value.exit_code is Exit.FAILED
    assert started.everything() == before


def test_nobody_is_nobody(started: Ground) -> None:
    for name in list(started.env):
        if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_")):
            del started.env[name]
    started.git("config", "user.useConfigOnly", "true")
    before = started.everything()
    with pytest.raises(GitFailed) as caught:
        started.land({"a": b"1"})
    assert "git config user.name" in (caught.value.hint or "")
    assert started.everything() == before
    assert os.environ["GIT_AUTHOR_NAME"]  # the process has an identity; only the given environment counts
