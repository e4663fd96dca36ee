"""No configuration of the audited repository runs a program, and none decides what the audit sees."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from spine.audit.objects import NotAuditable, Objects
from spine.audit.verify import verify
from tests.actions.conftest import Bench

CONFIG = """\
[core]
\tfsmonitor = {canary}
\thooksPath = {hooks}
\tpager = {canary}
\tsshCommand = {canary}
\tgitProxy = {canary}
\teditor = {canary}
\talternateRefsCommand = {canary}
[diff]
\texternal = {canary}
[diff "x"]
\ttextconv = {canary}
\tcommand = {canary}
[filter "x"]
\tclean = {canary}
\tsmudge = {canary}
\tprocess = {canary}
\trequired = true
[log]
\tshowSignature = true
[gpg]
\tprogram = {canary}
[gpg "ssh"]
\tprogram = {canary}
[trailer "spine-proposal"]
\tcommand = {canary}
\tcmd = {canary}
\tkey = "Spine-Proposal: "
[credential]
\thelper = !{canary}
[remote "origin"]
\turl = ext::{canary}
\tpromisor = true
\tpartialclonefilter = blob:none
\tuploadpack = {canary}
[extensions]
\tpartialClone = origin
[alias]
\trev-list = !{canary}
\tcat-file = !{canary}
"""


def test_no_program_of_the_repository_runs(copied: Bench, tmp_path: Path) -> None:
    canary, sang = tmp_path / "canary", tmp_path / "sang"
    canary.write_text(f'#!/bin/sh\necho "$0 $*" >> {sang}\nexit 0\n')
    canary.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change", "fsmonitor-watchman"):
        (hooks / name).symlink_to(canary)
    (copied.path / ".git/info/attributes").write_text("* diff=x filter=x\n")
    with (copied.path / ".git/config").open("a") as config:
        config.write(CONFIG.format(canary=canary, hooks=hooks))
    assert verify(str(copied.path), "HEAD", copied.env).answer == "yes"
    oid = copied.run("rev-parse", "HEAD:bindings/vm.yaml").strip()
    sang.unlink(missing_ok=True)  # the test's own git may have asked one
    (copied.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    assert verify(str(copied.path), "HEAD", copied.env).answer == "cannot tell"
    assert not sang.exists(), sang.read_text()
    subprocess.run(["git", "status"], cwd=copied.path, env=dict(copied.env), capture_output=True, check=False)
    assert sang.exists(), "the canary never sings, so that this test proves nothing"


def test_trailers_are_those_that_git_reads(original: Bench) -> None:
    from git import Repo

    repo = Repo(original.path)
    objects = Objects.open(str(original.path), original.env)
    for commit in repo.iter_commits("HEAD"):
        assert list(objects.commit(commit.hexsha).trailers) == commit.trailers_list
    objects.close()
    repo.close()


def test_a_repository_of_somebody_else_is_not_opened(copied: Bench) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    os.chown(copied.path, 12345, 12345)
    os.chown(copied.path / ".git", 12345, 12345)
    with pytest.raises(NotAuditable, match="dubious ownership"):
        verify(str(copied.path), "HEAD", copied.env)


@pytest.mark.parametrize("text", ["nothing", "--all", "-x", "a\nb", "HEAD...HEAD", "HEAD^{tree}", "", "HEAD~99"])
def test_what_is_no_range_is_refused(copied: Bench, text: str) -> None:
    if text == "":
        assert verify(str(copied.path), text, copied.env).answer == "yes"
        return
    with pytest.raises(NotAuditable):
        verify(str(copied.path), text, copied.env)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NotAuditable, match="no git repository"):
        verify(str(tmp_path), "HEAD", {})
