"""A proposal: an immutable bundle of file changes with title, reason, links and the commit its author looked at.

Law: `read_proposal(write_proposal(p)) == p`. Whether base and result are true is proved where the blobs are at hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal, get_args

from spine.change.form import CHANGE_KEYS, MAX_OPERATIONS, change_of, dump
from spine.change.operations import Change, Expect
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.ids import ProposalId
from spine.paths import check_path, twins
from spine.records.values import (
    flow_list,
    gap_reference,
    loop_reference,
    nullable,
    object_id,
    person,
    proposal_reference,
    record,
    safe_path,
    sha256,
)
from spine.yamldoc.fields import Fields, fields_of, moment_text
from spine.yamldoc.write import field, string

MAX_FILES = 1_000
MAX_CONTENT = 64 * 1024
MAX_TITLE = 200
Mode = Literal["100644", "100755"]
MODES: tuple[Mode, ...] = get_args(Mode)

_REQUIRED = ("id", "title", "author", "created", "files", "base")
_OPTIONAL = ("why", "loop", "gaps", "requires", "supersedes", "undoes")
_FILE_OPTIONAL = ("why", "moved_from", "mode", *CHANGE_KEYS, "content", "blob")


class BadProposal(Refused):
    """A proposal's file is not as its format says."""

    code = "SP041"


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happens to one file. `base` and `result` are blob ids: no base, it is created; no result, deleted.

    At most one of `change` (operations or a text patch), `content` (of a new file) and `blob` (the SHA-256 of a file in
    the proposal's `blobs/`) says how. A file that only moves or changes its mode has none of them, and base == result;
    so has a file that is only looked at, with nothing but `expect` in `change`.
    """

    path: str
    base: str | None
    result: str | None
    change: Change | None = None
    content: str | None = None
    blob: str | None = None
    moved_from: str | None = None
    mode: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that `proposal.yaml` says. `base` is the commit that the author looked at; times are in UTC."""

    id: ProposalId
    title: str
    author: str
    created: datetime
    files: tuple[FileChange, ...]
    base: str
    why: str | None = None
    loop: str | None = None
    registers: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    undoes: str | None = None


def digest(content: bytes) -> str:
    """The digest of a proposal: `sha256:` of the bytes of its file."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def effect(parts: Iterable[tuple[str, str, str | None, str | None]]) -> str:
    """What a change does, as one digest of (path, mode, base blob, result blob): made in three ways, it is the same.

    `mode` is the file's mode after the change, or before it if it is deleted. A move is two parts, the old path without
    a result and the new one without a base.
    """
    lines = sorted(
        (path.encode("utf-8", "surrogateescape"), mode.encode(), (base or "-").encode(), (result or "-").encode())
        for path, mode, base, result in parts
    )
    return "sha256:" + hashlib.sha256(b"".join(b"\0".join(line) + b"\n" for line in lines)).hexdigest()


# ---- reading ------------------------------------------------------------------------------------------------------


def read_proposal(text: str, *, file: str = "proposal.yaml", allow: Collection[str] | None = None) -> Proposal:
    """Read a proposal strictly. Every error has file, line and column.

    `allow` are the otherwise closed paths that the policy opens (see `spine.paths`). None leaves the policy out, for
    proposals that landed under another one; a path that is not safe on every system is refused either way.
    """
    fields = record(text, file=file, kind="proposal", required=_REQUIRED, optional=_OPTIONAL, error=BadProposal)
    gaps = fields.inside("gaps", "gaps", optional=("registers", "closes")) if "gaps" in fields else None
    proposal = Proposal(
        id=fields.read("id", ProposalId.parse),
        title=fields.line("title", limit=MAX_TITLE),
        author=fields.read("author", person),
        created=fields.moment("created"),
        files=_files(fields, allow),
        base=fields.read("base", object_id),
        why=fields.find_text("why"),
        loop=fields.find("loop", loop_reference),
        registers=gaps.each("registers", gap_reference) if gaps else (),
        closes=gaps.each("closes", gap_reference) if gaps else (),
        requires=fields.each("requires", proposal_reference),
        supersedes=fields.each("supersedes", proposal_reference),
        undoes=fields.find("undoes", proposal_reference),
    )
    for key in ("requires", "supersedes", "undoes"):
        named = getattr(proposal, key)
        if named == proposal.id or (isinstance(named, tuple) and proposal.id in named):
            raise fields.wrong(key, f"a proposal cannot name itself in “{key}”")
    return proposal


def _files(fields: Fields, allow: Collection[str] | None) -> tuple[FileChange, ...]:
    nodes = fields.items("files")
    if not nodes:
        raise fields.wrong("files", "a proposal changes at least one file")
    if len(nodes) > MAX_FILES:
        raise fields.wrong("files", f"{len(nodes)} files, the limit is {MAX_FILES}")
    parts = [
        fields_of(
            fields.document,
            node,
            "file",
            required=("path", "base", "result"),
            optional=_FILE_OPTIONAL,
            error=BadProposal,
        )
        for node in nodes
    ]
    files = tuple(_file(part, allow) for part in parts)
    _refuse_collisions(files, parts)
    operations = sum(len(file.change.ops) for file in files if file.change)
    if operations > MAX_OPERATIONS:
        raise fields.wrong("files", f"{operations} operations, the limit is {MAX_OPERATIONS}")
    return files


def _file(fields: Fields, allow: Collection[str] | None) -> FileChange:
    def path(text: str) -> str:
        if allow is not None:
            check_path(text, allow=allow)
        return safe_path(text)

    fields.refuse_nulls(("base", "result"))
    file = FileChange(
        path=fields.read("path", path),
        base=nullable(fields, "base", object_id),
        result=nullable(fields, "result", object_id),
        change=change_of(fields) if any(key in fields for key in CHANGE_KEYS) else None,
        content=fields.find_text("content"),
        blob=fields.find("blob", sha256),
        moved_from=fields.find("moved_from", path),
        mode=fields.choice("mode", MODES) if "mode" in fields else None,
        why=fields.find_text("why"),
    )
    if flaw := _flaw(file):
        key, message = flaw
        raise fields.wrong(key, message)
    return file


def _flaw(file: FileChange) -> tuple[str, str] | None:
    """The field that does not go with the others, and why."""
    bodies = [key for key, value in _bodies(file) if value is not None]
    if len(bodies) > 1:
        return bodies[1], f"a file is changed by “{bodies[0]}” or by “{bodies[1]}”, not by both"
    if file.base is None and file.result is None:
        return "result", "a file that is neither there before nor after"
    if file.result is None:
        extra = [*bodies, *(key for key in ("moved_from", "mode") if getattr(file, key) is not None)]
        return (extra[0], f"the file is deleted (“result” is null), so “{extra[0]}” says nothing") if extra else None
    if file.base is None:
        if file.moved_from is not None:
            return "moved_from", "a file that moves has a “base”"
        if bodies not in (["content"], ["blob"]):
            return "base", "a new file (“base” is null) has “content” or “blob”"
    elif bodies == ["content"]:
        return "content", "“content” is for new files; this one has a “base”"
    elif file.base != file.result and not bodies:
        return "result", "nothing says how the file changes: “ops”, “patch” or “blob”"
    elif file.base == file.result and bodies and not _only_expects(file.change):
        return bodies[0], "base and result are the same, so nothing changes inside the file"
    elif file.base == file.result and not bodies and file.moved_from is None and file.mode is None:
        return "result", "base and result are the same, so nothing happens to the file"
    if file.change is not None and not file.change:
        return bodies[0], f"“{bodies[0]}” says nothing"
    if file.moved_from == file.path:
        return "moved_from", "the file moves to where it is"
    if file.content is not None and len(file.content.encode("utf-8", "surrogatepass")) > MAX_CONTENT:
        return "content", f"“content” is longer than {MAX_CONTENT} bytes; put it into a blob"
    return None


def _only_expects(change: Change | None) -> bool:
    """Whether a file is only looked at: preconditions for what happens to others."""
    return change is not None and change == Change(change.ops) and all(isinstance(op, Expect) for op in change.ops)


def _bodies(file: FileChange) -> tuple[tuple[str, object], ...]:
    head = "patch" if file.change and file.change.patch else "ops"
    return ((head, file.change), ("content", file.content), ("blob", file.blob))


def _refuse_collisions(files: tuple[FileChange, ...], parts: list[Fields]) -> None:
    first: dict[str, int] = {}
    for index, (file, part) in enumerate(zip(files, parts, strict=True)):
        other = first.setdefault(file.path, index)
        if other != index:
            line = parts[other].place("path").line
            raise part.wrong("path", f"“{file.path}” stands twice, first in line {line}")
    for one, other_path in twins(file.path for file in files if file.result is not None):
        part = next(part for file, part in zip(files, parts, strict=True) if file.path.startswith(other_path))
        raise part.wrong("path", f"“{one}” and “{other_path}” are one file where case does not count")
    written = {file.path for file in files if file.result is not None}
    for file, part in zip(files, parts, strict=True):
        folders = file.path.split("/")[:-1]
        for depth in range(1, len(folders) + 1) if file.path in written else ():
            if (above := "/".join(folders[:depth])) in written:
                raise part.wrong("path", f"“{above}” is a file in this proposal, and no folder")
    movers: set[str] = set()
    for file, part in zip(files, parts, strict=True):
        source = file.moved_from
        if source is None:
            continue
        if source in movers:
            raise part.wrong("moved_from", f"“{source}” moves to two places")
        movers.add(source)
        there = first.get(source)
        if there is not None and files[there].base is not None and files[there].moved_from is None:
            raise part.wrong("moved_from", f"“{source}” moves away and is changed where it is")


# ---- writing ------------------------------------------------------------------------------------------------------


def write_proposal(proposal: Proposal, *, schema: str | None = None) -> str:
    """The text of `proposal.yaml`; `schema` is the address of its JSON Schema, for editors."""
    p = proposal
    out = [f"# yaml-language-server: $schema={schema}\n"] if schema else []
    out += ["spine: proposal/1\n", field("id", p.id, 0), field("title", p.title, 0)]
    if p.why is not None:
        out.append(field("why", p.why, 0))
    if p.loop is not None:
        out.append(field("loop", p.loop, 0))
    if p.registers or p.closes:
        gaps = (("registers", p.registers), ("closes", p.closes))
        out.append("gaps: {" + ", ".join(f"{key}: {flow_list(ids)}" for key, ids in gaps if ids) + "}\n")
    if p.requires:
        out.append(f"requires: {flow_list(p.requires)}\n")
    if p.supersedes:
        out.append(f"supersedes: {flow_list(p.supersedes)}\n")
    if p.undoes is not None:
        out.append(field("undoes", p.undoes, 0))
    out += [field("author", p.author, 0), f"created: {moment_text(p.created)}\n", "files:\n"]
    out += [_file_lines(file) for file in p.files]
    out.append(field("base", p.base, 0))
    return "".join(out)


def _file_lines(file: FileChange) -> str:
    out = [f"  - path: {string(file.path)}\n"]
    for key in ("why", "moved_from", "mode"):
        value = getattr(file, key)
        if value is not None:
            out.append(field(key, value, 4))
    if file.change is not None:
        out.append(dump(file.change, 4))
    if file.content is not None:
        out.append(field("content", file.content, 4))
    if file.blob is not None:
        out.append(field("blob", file.blob, 4))
    for key, blob in (("base", file.base), ("result", file.result)):
        out.append(field(key, blob, 4) if blob is not None else f"    {key}: null\n")
    return "".join(out)
