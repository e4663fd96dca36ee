"""commit-msg, as a hook: are the message's `Spine-…` trailers well formed, and is what they say true of the commit?

| code | what is wrong |
|---|---|
| SP121 | a line looks like a trailer of spine's and is none: git reads them in the last paragraph only |
| SP122 | a trailer is not well formed: no such key, no id, no digest |
| SP123 | a trailer says what is not so in the commit to come |

Trailers repeat facts and are never demanded: what landed is told by receipts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import field, replace

from spine.actions.workspace import Workspace
from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.ids import GapId, LoopId, ProposalId, is_foreign, near
from spine.ledger.gaps import read_gaps
from spine.ledger.loops import LoopLedger
from spine.ledger.reading import Stored, find_stored, read_ledger, settings_of
from spine.printable import printable
from spine.records.loop import id_of_path
from spine.records.settings import Settings
from spine.repository import (
    Branch,
    Detached,
    Repository,
    StagedSnapshot,
    TreeSnapshot,
    Unborn,
    head,
    is_landing,
    is_rebasing,
    message_lines,
    parse_trailers,
    read_commit,
    snapshot_of,
    staged_changes,
)

MESSAGE = "commit message"
PROPOSAL, DIGEST, LOOP, GAP = "Spine-Proposal", "Spine-Digest", "Spine-Loop", "Spine-Gap"
KEYS = {key.lower(): key for key in (PROPOSAL, DIGEST, LOOP, GAP)}

_LIKE_ONE = re.compile(r"(spine[- ][a-z]+)[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Said:
    """A trailer of spine's: its key as it should be spelled, its value, where it stands."""

    key: str
    value: str
    place: Place


def check_message(work: Workspace, text: str) -> tuple[Finding, ...]:
    """What is wrong with the trailers of a message, given the commit that git is about to make."""
    repo = work.repo
    lines = message_lines(repo, text)
    said, found = _read(lines)
    if is_rebasing(repo):  # the messages are old ones, put together by git; whoever made them is not asked again
        found = [replace(one, severity="warning") for one in found]
    if said:
        found += _Truth(repo, said).findings()
    return tuple(sorted(found, key=lambda one: one.place.line or 0))


def _read(lines: list[tuple[int, str]]) -> tuple[list[_Said], list[Finding]]:
    """The trailers that are well formed, and what is wrong with others."""
    there = [(key.lower(), value) for key, value in parse_trailers("\n".join(line for _, line in lines))]
    said: list[_Said] = []
    found: list[Finding] = []
    for number, line in lines:
        match = _LIKE_ONE.fullmatch(line.rstrip())
        if match is None:
            continue
        key, value = match[1].replace(" ", "-").lower(), match[2].strip()
        place = Place(MESSAGE, number)
        if key not in KEYS:
            close = near(key, KEYS, most=1)
            if close or " " not in match[1]:
                hint = KEYS[close[0]] if close else ", ".join(KEYS.values())
                found.append(Finding("SP122", place, f"“{printable(match[1])}” is no trailer of spine's", hint))
        elif (key, value) not in there:
            message = f"“{printable(match[1])}” is no trailer here: git reads them in the last paragraph only"
            hint = f"a blank line, then nothing but lines like {KEYS[key]}: {printable(value[:100])}"
            found.append(Finding("SP121", place, message, hint))
        elif flaw := _flaw(KEYS[key], value):
            found.append(Finding("SP122", place, f"{KEYS[key]}: {flaw}"))
        else:
            said.append(_Said(KEYS[key], value, place))
    return said, found


def _flaw(key: str, value: str) -> str | None:
    if key == DIGEST:
        return (
            None if _DIGEST.fullmatch(value) else f"“{printable(value[:80])}” is not sha256: and 64 hexadecimal digits"
        )
    parse: Callable[[str], str] = {PROPOSAL: ProposalId, LOOP: LoopId, GAP: GapId}[key]
    try:
        parse(value)
    except Refused as error:
        return None if is_foreign(value) else error.message
    return None


@dataclass(slots=True)
class _Truth:
    """The trailers of a message, held against the files that the commit will have."""

    repo: Repository
    said: list[_Said]
    named: list[Stored] = field(default_factory=list)

    def findings(self) -> list[Finding]:
        here = head(self.repo)
        base = _base(self.repo, here)
        files = StagedSnapshot.of(self.repo, base, staged_changes(self.repo, base.tree))
        try:
            settings = settings_of(files)
        except Refused:  # which is what `validate` says
            return []
        landed = self._landed_before(here, base, settings)
        found = [
            one for each in self.said if each.key == PROPOSAL for one in self._proposal(each, files, settings, landed)
        ]
        for each in self.said:
            if each.key == DIGEST:
                found += self._digest(each)
            elif each.key == LOOP:
                found += self._loop(each, files, settings)
            elif each.key == GAP:
                found += self._gap(each, files, settings)
        return found

    def _landed_before(self, here: Branch | Detached | Unborn, base: TreeSnapshot, settings: Settings) -> set[str]:
        """The proposals that HEAD has landed already, unless it may be HEAD itself that is being made anew."""
        if isinstance(here, Unborn) or is_landing(self.repo) or is_rebasing(self.repo):
            return set()
        carried = {
            value for key, value in read_commit(self.repo, here.commit).trailers if key.lower() == PROPOSAL.lower()
        }
        found = set()
        for each in self.said:
            if each.key == PROPOSAL and each.value not in carried:
                stored = find_stored(base, each.value, settings=settings)
                if stored is not None and stored.has_receipt:
                    found.add(each.value)
        return found

    def _proposal(self, each: _Said, files: StagedSnapshot, settings: Settings, landed: set[str]) -> Iterator[Finding]:
        stored = find_stored(files, each.value, settings=settings)
        if stored is None:
            close = near(each.value, read_ledger(files, settings=settings).proposals, most=1)
            hint = f"did you mean {close[0]}?" if close else "spine list"
            yield Finding("SP123", each.place, f"{each.value} is not there", hint)
        elif not stored.has_receipt:
            message = f"{each.value} does not land with this commit: it has no receipt in it"
            yield Finding("SP123", each.place, message, f"spine apply {each.value}")
        elif each.value in landed:
            message = f"{each.value} landed before, and not with this commit"
            yield Finding("SP123", each.place, message, "leave the trailer out")
        if stored is not None:
            self.named.append(stored)

    def _digest(self, each: _Said) -> Iterator[Finding]:
        if not self.named:
            yield Finding("SP123", each.place, "a digest, and no proposal that is there", f"add {PROPOSAL}: CP-…")
        elif all(stored.digest != each.value for stored in self.named):
            ids = ", ".join(f"{stored.id} has {stored.digest}" for stored in self.named[:3])
            yield Finding("SP123", each.place, f"it is the digest of no proposal named here: {ids}")

    def _loop(self, each: _Said, files: StagedSnapshot, settings: Settings) -> Iterator[Finding]:
        loops = {stored.proposal.loop for stored in self.named if stored.proposal is not None}
        if loops and each.value not in loops:
            names = ", ".join(sorted(loop or "no loop" for loop in loops))
            yield Finding("SP123", each.place, f"the proposal named here belongs to {names}, not to {each.value}")
            return
        known = [id_of_path(path) for path in LoopLedger(files, settings).paths]
        if each.value not in loops and each.value not in known:
            yield _not_there(each, known)

    def _gap(self, each: _Said, files: StagedSnapshot, settings: Settings) -> Iterator[Finding]:
        proposals = [stored.proposal for stored in self.named if stored.proposal is not None]
        if any(each.value in (*one.registers, *one.closes) for one in proposals):
            return
        known = read_gaps(files, settings).by_id()
        if each.value not in known:
            yield _not_there(each, list(known))


def _not_there(each: _Said, known: list[str]) -> Finding:
    close = near(each.value, known, most=1)
    return Finding("SP123", each.place, f"{each.value} is not there", f"did you mean {close[0]}?" if close else None)


def _base(repo: Repository, here: Branch | Detached | Unborn) -> TreeSnapshot:
    if isinstance(here, Unborn):
        return TreeSnapshot(repo, repo.objects.empty_tree)
    return snapshot_of(repo, here.commit)
