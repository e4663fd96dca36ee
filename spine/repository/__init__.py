"""The repository: the only part of spine that runs git, reads the work tree or writes to either.

A name is loaded when it is first used (PEP 562): a hook that only asks what is staged must not pay for landings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spine.repository.backup import NoBackup, read_backup, replace_files, save_backup
    from spine.repository.build import BadMessage, build_tree, write_commit
    from spine.repository.changes import BlockedPath, Decision, OwnPath
    from spine.repository.commits import Commit, Person, read_commit
    from spine.repository.conversion import Converted
    from spine.repository.descent import DiskFailed
    from spine.repository.files import File, Link, NameTaken, Occupied, look, put, put_new, remove
    from spine.repository.folders import FolderTaken, folder_names, new_folder
    from spine.repository.git import GitFailed
    from spine.repository.history import (
        PathChange,
        Step,
        added_by,
        additions,
        changed_paths,
        changes_first_parent,
        commits_in,
        first_parents_beyond,
        names_ever,
        shallow,
    )
    from spine.repository.hooks import HookRefused, HooksFolder, hooks_folder
    from spine.repository.journal import (
        Journal,
        JournalOpen,
        check_no_journal,
        close_journal,
        open_journal,
        read_journal,
    )
    from spine.repository.landing import BranchMoved, Landed, NothingToDo, Unfinished, land
    from spine.repository.locks import Locked, landing_lock, naming_lock
    from spine.repository.objects import Blob, BlobId, CommitId, MissingObject, TooLarge, TreeId, WrongObject
    from spine.repository.obstacles import CheckedOutElsewhere, DirtyPath, InProgress
    from spine.repository.opened import NotARepository, Outside, Repository
    from spine.repository.recovery import Recovery, diagnose, recover
    from spine.repository.revisions import (
        BadRevision,
        Branch,
        Detached,
        NoBranch,
        Range,
        Ref,
        Unborn,
        branch_tip,
        commits_named,
        current_branch,
        head,
        is_ancestor,
        merge_base,
        refs,
        resolve,
        resolve_range,
    )
    from spine.repository.sequences import is_landing, is_rebasing, merged_commits, message_lines
    from spine.repository.snapshots import Entry, IndexSnapshot, Snapshot, TreeSnapshot, Unmerged, snapshot_of
    from spine.repository.staged import Glance, StagedSnapshot, glance, staged_changes, staged_oid
    from spine.repository.trailers import Trailer, parse_trailers
    from spine.repository.worktree import WorkTreeSnapshot, whole_work_tree, work_tree_of
    from spine.repository.worktrees import OtherTree, other_worktrees

__all__ = [
    "BadMessage",
    "BadRevision",
    "Blob",
    "BlobId",
    "BlockedPath",
    "Branch",
    "BranchMoved",
    "CheckedOutElsewhere",
    "Commit",
    "CommitId",
    "Converted",
    "Decision",
    "Detached",
    "DirtyPath",
    "DiskFailed",
    "Entry",
    "File",
    "FolderTaken",
    "GitFailed",
    "Glance",
    "HookRefused",
    "HooksFolder",
    "InProgress",
    "IndexSnapshot",
    "Journal",
    "JournalOpen",
    "Landed",
    "Link",
    "Locked",
    "MissingObject",
    "NameTaken",
    "NoBackup",
    "NoBranch",
    "NotARepository",
    "NothingToDo",
    "Occupied",
    "OtherTree",
    "Outside",
    "OwnPath",
    "PathChange",
    "Person",
    "Range",
    "Recovery",
    "Ref",
    "Repository",
    "Snapshot",
    "StagedSnapshot",
    "Step",
    "TooLarge",
    "Trailer",
    "TreeId",
    "TreeSnapshot",
    "Unborn",
    "Unfinished",
    "Unmerged",
    "WorkTreeSnapshot",
    "WrongObject",
    "added_by",
    "additions",
    "branch_tip",
    "build_tree",
    "changed_paths",
    "changes_first_parent",
    "check_no_journal",
    "close_journal",
    "commits_in",
    "commits_named",
    "current_branch",
    "diagnose",
    "first_parents_beyond",
    "folder_names",
    "glance",
    "head",
    "hooks_folder",
    "is_ancestor",
    "is_landing",
    "is_rebasing",
    "land",
    "landing_lock",
    "look",
    "merge_base",
    "merged_commits",
    "message_lines",
    "names_ever",
    "naming_lock",
    "new_folder",
    "open_journal",
    "other_worktrees",
    "parse_trailers",
    "put",
    "put_new",
    "read_backup",
    "read_commit",
    "read_journal",
    "recover",
    "refs",
    "remove",
    "replace_files",
    "resolve",
    "resolve_range",
    "save_backup",
    "shallow",
    "snapshot_of",
    "staged_changes",
    "staged_oid",
    "whole_work_tree",
    "work_tree_of",
    "write_commit",
]

_HOMES = {
    "backup": "NoBackup read_backup replace_files save_backup",
    "build": "BadMessage build_tree write_commit",
    "changes": "BlockedPath Decision OwnPath",
    "commits": "Commit Person read_commit",
    "conversion": "Converted",
    "descent": "DiskFailed",
    "files": "File Link NameTaken Occupied look put put_new remove",
    "folders": "FolderTaken folder_names new_folder",
    "git": "GitFailed",
    "history": (
        "PathChange Step added_by additions changed_paths changes_first_parent commits_in first_parents_beyond "
        "names_ever shallow"
    ),
    "hooks": "HookRefused HooksFolder hooks_folder",
    "journal": "Journal JournalOpen check_no_journal close_journal open_journal read_journal",
    "landing": "BranchMoved Landed NothingToDo Unfinished land",
    "locks": "Locked landing_lock naming_lock",
    "objects": "Blob BlobId CommitId MissingObject TooLarge TreeId WrongObject",
    "obstacles": "CheckedOutElsewhere DirtyPath InProgress",
    "opened": "NotARepository Outside Repository",
    "recovery": "Recovery diagnose recover",
    "revisions": (
        "BadRevision Branch Detached NoBranch Range Ref Unborn branch_tip commits_named current_branch head "
        "is_ancestor merge_base refs resolve resolve_range"
    ),
    "sequences": "is_landing is_rebasing merged_commits message_lines",
    "snapshots": "Entry IndexSnapshot Snapshot TreeSnapshot Unmerged snapshot_of",
    "staged": "Glance StagedSnapshot glance staged_changes staged_oid",
    "trailers": "Trailer parse_trailers",
    "worktree": "WorkTreeSnapshot whole_work_tree work_tree_of",
    "worktrees": "OtherTree other_worktrees",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a name when it is first used."""
    from importlib import import_module

    if name not in _HOME_OF:
        raise AttributeError(f"module 'spine.repository' has no attribute {name!r}")
    value = getattr(import_module(f"spine.repository.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
