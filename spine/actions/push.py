"""apply --push: the landing is planned on the remote's tip, and the push decides; the local branch follows."""

from __future__ import annotations

from spine.actions.apply import AlreadyApplied, Applied, Applying, branch_ref
from spine.actions.workspace import Workspace
from spine.repository.pushing import Chain, Pushed, land_by_push
from spine.repository.remotes import find_remote


def apply_push(
    work: Workspace, text: str, remote: str | None = None, *, branch: str | None = None, glass: str | None = None
) -> Applied | AlreadyApplied:
    """Land the proposal that `text` means on the remote's branch, then locally.

    Raises what `apply` raises, `BadRemote`, `RemoteFailed`, `NotBehind`, `PushRefused` or `PushUnknown`.
    """
    ref = branch_ref(work, branch)
    applying = Applying(work, text, glass=glass)

    def fill(chain: Chain) -> None:
        chain.add(applying.decide)

    landed = land_by_push(
        work.repo, ref, find_remote(work.repo, remote, ref), fill, reason=f"spine: apply {text[:80]}", wait=work.wait
    )
    if isinstance(landed, Pushed):
        assert applying.plan is not None
        (commit,) = landed.commits
        return Applied(applying.plan, commit, ref, landed.left_alone, landed.remote, landed.behind)
    assert applying.done is not None
    return applying.done
