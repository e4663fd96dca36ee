"""Keeps copies of files under `refs/spine/backup/`, and puts files back, so that no edit is ever lost."""

from __future__ import annotations

from collections.abc import Mapping

from spine.errors import Refused
from spine.printable import printable
from spine.repository.build import build_tree, write_commit
from spine.repository.files import File, look, put, remove
from spine.repository.git import DURABLE
from spine.repository.objects import FILE, Blob
from spine.repository.obstacles import DirtyPath
from spine.repository.opened import Repository
from spine.repository.revisions import is_ref_name, resolve
from spine.repository.snapshots import snapshot_of

REFS = "refs/spine/backup/"


class NoBackup(Refused):
    """There is no backup of that name, or a name that cannot be one."""

    code = "SP622"


def save_backup(repo: Repository, name: str, files: Mapping[str, File | None], message: str) -> str:
    """Keep these files as they are on disk (None: a deletion) in a commit of their own; returns its reference.

    Files lie in the commit below `files/`, deletions as empty files below `deleted/`.
    """
    ref = REFS + name
    if not is_ref_name(repo.git, ref):
        raise NoBackup(f"“{printable(name)}” cannot name a backup")
    kept = {path: file for path, file in files.items() if file is not None}
    oids = repo.objects.write_blobs([file.data for file in kept.values()])
    entries = {f"files/{path}": Blob(oid, file.mode) for (path, file), oid in zip(kept.items(), oids, strict=True)}
    gone = [path for path, file in files.items() if file is None]
    if gone:
        empty = Blob(repo.objects.write_blob(b""), FILE)
        entries |= {f"deleted/{path}": empty for path in gone}
    commit = write_commit(repo, build_tree(repo, None, entries), [], message, may_sign=False)
    repo.git.run("update-ref", "-m", "spine: backup", ref, commit.id, repo.objects.zero, config=DURABLE)
    return ref


def read_backup(repo: Repository, name: str) -> dict[str, File | None]:
    """What `save_backup` kept under that name."""
    ref = REFS + name
    if not is_ref_name(repo.git, ref):
        raise NoBackup(f"“{printable(name)}” cannot name a backup")
    tree = snapshot_of(repo, resolve(repo, ref))
    found: dict[str, File | None] = {}
    for entry in tree.entries("files"):
        found[entry.path.removeprefix("files/")] = File(repo.objects.read_blob(entry.oid), entry.mode)
    for path in tree.paths("deleted"):
        found[path.removeprefix("deleted/")] = None
    return found


def replace_files(repo: Repository, wanted: Mapping[str, tuple[File | None, File | None]]) -> None:
    """Put files back: for each path what must be there now, and what shall be (None: no file).

    All are looked at before the first is written. Raises `DirtyPath`, nothing written, if one is neither of the two.
    """
    root = repo.tree_root()
    found = {path: look(root, path) for path in wanted}
    for path, states in wanted.items():
        if found[path] not in states:
            raise DirtyPath(f"{printable(path)} has changed in the meantime; nothing was put back")
    for path, (_, file) in wanted.items():
        if found[path] != file:
            if file is None:
                remove(root, path, keep=repo.prefix)
            else:
                put(root, path, file)
