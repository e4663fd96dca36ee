"""Signatures by ssh keys: of a record's bytes and of commits, held against a list of allowed signers out of a tree.

`ssh-keygen` does it, with fixed arguments; git is not asked, as its settings name the programs that it would start.
Nothing here trusts what a repository is set to, but for the key that its own user signs with.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from spine.errors import SpineError
from spine.printable import printable
from spine.repository.build import scratch_folder
from spine.repository.objects import CommitId
from spine.repository.opened import Repository
from spine.repository.processes import Answer, finish

NAMESPACE = "spine-approval"
_TIME_LIMIT = 30.0
_BEGIN = "-----BEGIN SSH SIGNATURE-----"


class NotSigned(SpineError):
    """A signature is needed and cannot be made: there is no key, or `ssh-keygen` says no."""

    code = "SP143"


class CannotVerify(SpineError):
    """There is no `ssh-keygen` here to ask."""

    code = "SP144"


def sign(repo: Repository, data: bytes) -> bytes:
    """The signature of bytes by the user's own key (`user.signingKey`, of `gpg.format` ssh). Raises `NotSigned`."""
    key = repo.config.text("user.signingkey")
    hint = "git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub"
    if repo.config.text("gpg.format") != "ssh" or not key:
        raise NotSigned("the policy wants approvals signed by an ssh key, and git is not set up to sign so", hint=hint)
    with scratch_folder(repo) as folder:
        if key.startswith(("key::", "ssh-")):
            file = Path(folder, "key.pub")
            file.write_text(key.removeprefix("key::") + "\n", encoding="utf-8")
        else:
            file = Path(key).expanduser()
        answer = _run(repo, "-Y", "sign", "-n", NAMESPACE, "-f", str(file.absolute()), stdin=data)
    if answer.code != 0 or not answer.out.startswith(_BEGIN.encode()):
        said = printable(answer.err.decode("utf-8", "replace").strip()[-500:])
        raise NotSigned(f"ssh-keygen could not sign: {said or 'it gave no reason'}", hint=hint)
    return answer.out


def is_signed_by(
    repo: Repository, data: bytes, signature: bytes, mail: str, signers: bytes, at: datetime, namespace: str = NAMESPACE
) -> bool:
    """Whether the signature is of these bytes, by a key that the list gives to this address. Raises `CannotVerify`."""
    if any(char in mail for char in "*?!,\"' \t\n\0"):
        return False  # the list's own signs
    moment = at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    with scratch_folder(repo) as folder:
        (Path(folder) / "signers").write_bytes(signers)
        (Path(folder) / "signature").write_bytes(signature)
        answer = _run(
            repo, "-Y", "verify", f"-Overify-time={moment}", "-n", namespace, "-I", mail,
            "-f", f"{folder}/signers", "-s", f"{folder}/signature", stdin=data,
        )  # fmt: skip
    return answer.code == 0


def who_signed(repo: Repository, commit: CommitId, signers: bytes, at: datetime) -> str | None:
    """The address of the allowed signer whose ssh key signed the commit; None if none did. Raises `CannotVerify`."""
    data = repo.objects.read(commit, "commit")
    found = re.search(rb"\ngpgsig(?:-sha256)? ((?:[^\n]*\n )*[^\n]*)", data.partition(b"\n\n")[0])
    if found is None or not found[1].startswith(_BEGIN.encode()):
        return None
    signature = found[1].replace(b"\n ", b"\n") + b"\n"
    signed = data[: found.start()] + data[found.end() :]
    with tempfile.TemporaryDirectory(prefix="spine-") as folder:
        (Path(folder) / "signers").write_bytes(signers)
        (Path(folder) / "signature").write_bytes(signature)
        words = ("-Y", "find-principals", "-f", f"{folder}/signers", "-s", f"{folder}/signature")
        names = _run(repo, *words).out.decode("utf-8", "replace").splitlines()
    return next((one for one in names if is_signed_by(repo, signed, signature, one, signers, at, "git")), None)


def _run(repo: Repository, *words: str, stdin: bytes = b"") -> Answer:
    try:
        return finish(["ssh-keygen", *words], stdin, repo.git.cwd, {**repo.git.env, "TZ": "UTC"}, _TIME_LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotVerify(f"ssh-keygen could not be asked: {error}", hint="install OpenSSH's client") from error
