"""Edits of a gap where it stands, in its own file or in a register: only the lines that must change do.

Text in, text out; what was written is read again by the caller. In a register the fields have the names that registers
use (`parent_loop`), and an entry has no mapping in it: `closed` becomes `closed_at`, `closed_by` and `fixed_in`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from spine.address import ROOT, Address, Item, Key, Member
from spine.change.editing import add_entry, add_source, remove_entry, set_value
from spine.change.places import Places
from spine.dataclass import dataclass
from spine.identity import Identity
from spine.records.gap import Accepted, Closed, Gap
from spine.records.register import GAPS, LOOP
from spine.records.values import flow_list
from spine.yamldoc.fields import moment_text
from spine.yamldoc.guard import parse
from spine.yamldoc.write import field as line
from spine.yamldoc.write import string

_ENDED = ("closed_at", "closed_by", "fixed_in")
_ACCEPTED = ("accepted_at", "accepted_by", "accepted_why")


@dataclass(frozen=True, slots=True)
class GapText:
    """A text with a gap in it: a file of its own (`entry` None), or the entry of a register with this id."""

    text: str
    entry: str | None = None
    identity: Identity = field(default_factory=Identity)

    @property
    def at(self) -> Address:
        """Where the gap's mapping is."""
        return ROOT if self.entry is None else ROOT / Key(GAPS) / Item(((("id",), self.entry),))

    def closed(self, end: Closed) -> GapText:
        """Closed, with when, by whom and what evidence."""
        if self.entry is None:
            parts = ("at", moment_text(end.at)), ("by", end.by)
            said = ", ".join(f"{key}: {string(value, flow=True)}" for key, value in parts)
            return self._set("status", "closed")._set("closed", f"{{{said}, evidence: {flow_list(end.evidence)}}}")
        values = moment_text(end.at), end.by, ", ".join(end.evidence)
        return self._set("status", "closed")._set_all(zip(_ENDED, map(string, values), strict=True))

    def accepted(self, end: Accepted) -> GapText:
        """Accepted, with when, by whom and why."""
        values = moment_text(end.at), end.by, end.why
        if self.entry is None:
            said = ", ".join(
                f"{key}: {string(value, flow=True)}" for key, value in zip(("at", "by", "why"), values, strict=True)
            )
            return self._set("status", "accepted")._set("accepted", f"{{{said}}}")
        return self._set("status", "accepted")._set_all(zip(_ACCEPTED, map(string, values), strict=True))

    def reopened(self) -> GapText:
        """Open, without what `closed` and `accepted` wrote; what a register said in its own words stays."""
        if self.entry is None:
            return self._set("status", "open")._without("closed", "accepted")
        made = self._set("status", "open")
        keys = made._keys()
        if "closed_by" in keys:
            # Where `closed` did not add `fixed_in` behind its other fields, it was there before, and empty.
            added = keys[keys.index("closed_by") + 1 :][:1] == ["fixed_in"]
            made = made if added else made._set("fixed_in", "null")
            made = made._without(*(_ENDED if added else _ENDED[:2]))
        return made._without(*_ACCEPTED)

    def with_evidence(self, evidence: tuple[str, ...]) -> GapText:
        """The same end with other evidence."""
        if self.entry is None:
            at = self.at / Key("closed") / Key("evidence")
            return self._with(set_value(self.text, at, flow_list(evidence), self.identity))
        return self._set("fixed_in", string(", ".join(evidence)))

    def linked(self, loop: str) -> GapText:
        """With another loop as the one it was found in."""
        names = ("loop",) if self.entry is None else LOOP
        return self._set(next((name for name in names if self._has(name)), names[0]), string(loop))

    def blocking(self, criterion: str) -> GapText:
        """Blocking one criterion more."""
        list_ = self._list("blocks")
        if not list_:
            return self._set("blocks", flow_list([criterion]))
        return self._with(add_entry(self.text, self.at / Key("blocks") / Member(criterion), None, self.identity))

    def not_blocking(self, criterion: str) -> GapText:
        """Blocking one criterion less; of the last one nothing stays."""
        if self._list("blocks") == [criterion]:
            return self._without("blocks")
        return self._with(remove_entry(self.text, self.at / Key("blocks") / Member(criterion), self.identity))

    def blocks(self) -> list[str]:
        """The criteria that it blocks, as written."""
        return self._list("blocks")

    # -- parts ------------------------------------------------------------------------------------------------------

    def _with(self, text: str) -> GapText:
        return GapText(text, self.entry, self.identity)

    def _set(self, key: str, token: str) -> GapText:
        return self._with(set_value(self.text, self.at / Key(key), token, self.identity))

    def _set_all(self, pairs: Iterable[tuple[str, str]]) -> GapText:
        made = self
        for key, token in pairs:
            made = made._set(key, token)
        return made

    def _without(self, *keys: str) -> GapText:
        made = self
        for key in keys:
            if made._has(key):
                made = made._with(remove_entry(made.text, made.at / Key(key), made.identity))
        return made

    def _has(self, key: str) -> bool:
        return key in self._keys()

    def _keys(self) -> list[str]:
        node = Places(parse(self.text)).node(self.at)
        return [entry.key.text for entry in node.entries if entry.key is not None] if node is not None else []

    def _list(self, key: str) -> list[str]:
        node = Places(parse(self.text)).node(self.at / Key(key))
        return [entry.value.text for entry in node.entries] if node is not None and node.kind == "sequence" else []


def registered(text: str, gap: Gap, identity: Identity) -> str:
    """A register's text with a new gap as its last entry."""
    out = [line("id", gap.id, 0), line("title", gap.title, 0), line("type", gap.type, 0)]
    out += [line("severity", gap.severity, 0), line("status", gap.status, 0)]
    if gap.loop is not None:
        out.append(line(LOOP[0], gap.loop, 0))
    out.append(f"discovered_at: {string(gap.found.isoformat())}\n")
    if gap.blocks:
        out.append(f"blocks: {flow_list(gap.blocks)}\n")
    if gap.description is not None:
        out.append(line("description", gap.description, 0))
    lines = "".join(out).rstrip("\n").split("\n")
    source = "- " + "\n".join([lines[0], *(f"  {one}" if one else "" for one in lines[1:])]) + "\n"
    return add_source(text, ROOT / Key(GAPS) / Item(((("id",), gap.id),)), source, identity)
