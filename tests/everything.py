"""All that a user has in a repository, as digests: what is equal before and after was left alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Unreachable objects and an unlocked lock file are nothing that a user has.
NOT_THE_USERS = ("/objects/", "/.git/objects/", "/.git/spine.lock", "/spine.lock", "/spine-names.lock")


def everything(folder: Path) -> dict[str, str]:
    """Mode and digest of each file below: work tree, index, references, HEAD, configuration, logs; not objects."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(one in f"/{name}" for one in NOT_THE_USERS) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif not path.is_file():
            found[name] = f"{path.stat().st_mode:o}"
        else:
            found[name] = f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return found
