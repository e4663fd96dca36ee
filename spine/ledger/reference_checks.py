"""Declared references: every value that one means has to be offered by one of its targets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from spine.dataclass import dataclass
from spine.errors import Finding
from spine.ids import near
from spine.ledger.sheet import Spot
from spine.ledger.sheets import Sheets, folders_above
from spine.patterns import PlacePattern
from spine.printable import printable
from spine.records.rules import Reference
from spine.yamldoc.scalars import Value

DANGLING = "SP116"
_MOST_GUESSES = 30  # guessing what was meant is slow, and nobody reads more
_MOST_CANDIDATES = 2_000


@dataclass(frozen=True, slots=True)
class Dangling:
    """A value that no target offers, and what is to be said of it."""

    value: Value
    spot: Spot
    finding: Finding


class Offers:
    """What the targets of a reference offer in one tree."""

    def __init__(self, sheets: Sheets, reference: Reference) -> None:
        self.sheets = sheets
        self.reference = reference
        self._guesses: dict[str, str | None] = {}

    @cached_property
    def spots(self) -> dict[Value, Spot]:
        """The values of places, each with the first place that offers it."""
        found: dict[Value, Spot] = {}
        for target in self.reference.targets:
            if isinstance(target, PlacePattern):
                for value, spot in offered(self.sheets, target):
                    found.setdefault(value, spot)
        return found

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of records."""
        found: frozenset[str] = frozenset()
        for target in self.reference.targets:
            if target == "loops" or target == "gaps" or target == "proposals":
                found |= getattr(self.sheets, target)
        return found

    def has(self, value: Value) -> bool:
        """Whether a target offers a value."""
        kind, text = value
        if value in self.spots:
            return True
        if kind != "str":
            return False
        return text in self.ids or ("files" in self.reference.targets and self._is_file(text))

    def _is_file(self, text: str) -> bool:
        path = text.rstrip("/")
        return bool(path) and (self.sheets.is_there(path) or self.sheets.is_there(path.partition("#")[0] or path))

    def hint(self, value: Value) -> str:
        """What may have been meant."""
        kind, text = value
        twin = next((other for other in self.spots if other[1] == text), None)
        if twin is not None or text in self.ids:
            other = "string" if twin is None or twin[0] == "str" else _KINDS.get(twin[0], twin[0])
            return f"the {other} {printable(text[:60])} is there, this is a {_KINDS.get(kind, kind)}"
        if text not in self._guesses:
            self._guesses[text] = self._guess(text) if len(self._guesses) < _MOST_GUESSES else None
        guess = self._guesses[text]
        return f"did you mean {printable(guess)}?" if guess else "name one that is there, or add it there"

    def _guess(self, text: str) -> str | None:
        pool = [other for _, other in self.spots] + sorted(self.ids)
        if "files" in self.reference.targets:
            above = folders_above(text)
            pool += next((list(found) for folder in [*reversed(above), ""] if (found := self.sheets.below(folder))), [])
        likely = [one for one in pool if one[:3] == text[:3]] if len(pool) > _MOST_CANDIDATES else pool
        close = near(text, likely[:_MOST_CANDIDATES], most=1)
        return close[0] if close else None


_KINDS = {"str": "string", "int": "number", "float": "number", "bool": "boolean"}


def offered(sheets: Sheets, target: PlacePattern, only: Collection[str] | None = None) -> Iterator[tuple[Value, Spot]]:
    """The values that the places of a target offer: a scalar itself, of anything else and of null the key."""
    for spot in sheets.spots(target, only):
        value = spot.value
        if value is not None and value[0] != "null":
            yield value, spot
        elif spot.entry is not None and spot.entry.key is not None and spot.entry.key.kind == "scalar":
            key = spot.sheet.value(spot.entry.key)
            if key is not None:
                yield key, spot


def dangling(sheets: Sheets, reference: Reference, only: Collection[str] | None = None) -> Iterator[Dangling]:
    """Every value that the reference means and no target offers; with `only` those in these files."""
    offers = Offers(sheets, reference)
    for spot in sheets.spots(reference.source, only):
        value = spot.value
        if value is None or value[0] == "null" or not value[1] or value in reference.unless or offers.has(value):
            continue
        message = f"{spot.address} is {shown(value)}, which {target_text(reference)} does not have"
        hint = with_why(offers.hint(value), reference.why)
        yield Dangling(value, spot, Finding(DANGLING, spot.place, message, hint, reference.severity))


def target_text(reference: Reference) -> str:
    """The targets of a reference in words."""
    return " or ".join(f"the list of {one}" if isinstance(one, str) else str(one) for one in reference.targets)


def shown(value: Value) -> str:
    """A value in a message: as it is, and not too much of it."""
    kind, text = value
    short = text if len(text) <= 80 else text[:77] + "..."
    return "null" if kind == "null" else printable(short)


def with_why(hint: str | None, why: str | None) -> str | None:
    """A hint with the reason that the rule gives."""
    return "; ".join(filter(None, [hint, printable(why) if why else None])) or None
