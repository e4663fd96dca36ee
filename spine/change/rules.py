"""What a repository declares about one file: how its lists are identified, which merge rule settles which address."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Literal

from spine.address import Address
from spine.change.sources import read_token
from spine.dataclass import dataclass
from spine.identity import Identity, Pattern
from spine.yamldoc import pieces
from spine.yamldoc.nodes import Node
from spine.yamldoc.scalars import shape, value_of
from spine.yamldoc.source import shift

RuleName = Literal["newest", "max", "min", "union", "ours", "theirs", "recount"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared merge rule; `counted` is what `recount` counts. `ours` is the target, `theirs` the proposal."""

    name: RuleName
    counted: Address | None = None

    def __str__(self) -> str:
        return f"recount({self.counted})" if self.counted is not None else self.name


@dataclass(frozen=True, slots=True)
class FileRules:
    """All that is declared for one file; the first pattern that matches holds."""

    identity: Identity = field(default_factory=Identity)
    merge: tuple[tuple[Pattern, Rule], ...] = ()
    hard_comments: bool = False

    def rule_for(self, address: Address) -> Rule | None:
        """The merge rule for an address, if one is declared."""
        return next((rule for pattern, rule in self.merge if pattern.matches(address)), None)


def union(old: str, target: str, proposed: str) -> str | None:
    """The members of two lists, tokens all, that both replaced `old`: the target's, then the proposal's new ones, and
    none that one of them removed. None if one of the three is no list."""
    documents = [read_token(token) for token in (old, target, proposed)]
    if any(node.kind != "sequence" for _, node in documents):
        return None
    before, there, mine = ({shape(entry.value) for entry in node.entries} for _, node in documents)
    (_, _), (at_target, target_node), (at_proposal, proposed_node) = documents
    kept = [
        pieces.entry_text(at_target, entry)
        for entry in target_node.entries
        if shape(entry.value) in mine or shape(entry.value) not in before
    ]
    kept += [
        pieces.entry_text(at_proposal, entry)
        for entry in proposed_node.entries
        if shape(entry.value) not in before and shape(entry.value) not in there
    ]
    if not kept:
        return "[]"
    bare = [text.removeprefix("- ").removesuffix("\n") for text in kept]
    if pieces.is_block(target_node):
        column = at_target.column_of(target_node.entries[0].start)
        lines = "".join(text if text.endswith("\n") else f"- {text}\n" for text in kept)
        return "\n" + shift(lines, column).removesuffix("\n")
    return None if any("\n" in text for text in bare) else f"[{', '.join(bare)}]"


def settling_rule(base: Node, target: Node, proposed: Node) -> Rule | None:
    """The rule that would have settled two values, if the three suggest one: stamps and counters that grew."""
    for rule, is_read in ((Rule("newest"), _time), (Rule("max"), _whole)):
        nodes = (base, target, proposed)
        if not all(node.kind == "scalar" and is_read(node.text) is not None for node in nodes):
            continue
        grew = all(choose(Rule("max"), base, node) == "proposed" for node in (target, proposed))
        return rule if grew else None
    return None


_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ]+(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|z|UTC)?)?")
_NUMBER = re.compile(r"([-+]?)(\d+)(?:\.(\d+))?")


def choose(rule: Rule, target: Node, proposed: Node) -> Literal["target", "proposed"] | None:
    """Which side a rule takes for two scalars; None if it cannot say (then it is a conflict).

    `newest` compares ISO dates and UTC times, `max` and `min` decimal numbers or dates; nothing is rounded.
    """
    if rule.name == "ours":
        return "target"
    if rule.name == "theirs":
        return "proposed"
    if rule.name not in ("newest", "max", "min") or target.kind != "scalar" or proposed.kind != "scalar":
        return None
    order = _compare(target.text, proposed.text, dates_only=rule.name == "newest")
    if order is None:
        return None
    if rule.name == "min":
        order = -order
    return "proposed" if order < 0 else "target"


def _compare(one: str, other: str, *, dates_only: bool) -> int | None:
    for read in (_time, None if dates_only else _number):
        if read is None:
            continue
        a, b = read(one), read(other)
        if a is not None and b is not None:
            return (a > b) - (a < b)
    return None


def _time(text: str) -> tuple[int, ...] | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    return tuple(int(part) if part else -1 for part in found.groups()[:6])


def _number(text: str) -> tuple[int, str] | None:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    sign, whole, rest = found.groups()
    if sign == "-":
        return None if rest else (-int(whole), "")
    return int(whole), rest or ""


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text.strip()) else None


def is_null(node: Node) -> bool:
    """Whether a node is a null scalar."""
    return node.kind == "scalar" and value_of(node)[0] == "null"
