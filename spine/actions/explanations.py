"""explain: what a code means, why it is a rule, what it looks like, and what mends it. It needs no repository."""

from __future__ import annotations

from importlib.resources import files

from spine.errors import Place, Refused
from spine.ids import near
from spine.records.explanation import Explanation, read_explanations

_DIGITS = 3
_TYPED = str.maketrans("OIL", "011")  # as they are taken for digits


class NoSuchCode(Refused):
    """The text is not the code of a finding or an error."""

    code = "SP097"


def explanations() -> tuple[Explanation, ...]:
    """All there are, by code."""
    found = [
        explanation
        for file in files("spine.catalogue").iterdir()
        if file.name.endswith(".yaml")
        for explanation in read_explanations(file.read_text("utf-8"), file=file.name)
    ]
    return tuple(sorted(found, key=lambda one: one.code))


def groups() -> tuple[tuple[str, tuple[Explanation, ...]], ...]:
    """The same by group; the group of the lowest code first."""
    found: dict[str, list[Explanation]] = {}
    for one in explanations():
        found.setdefault(one.group, []).append(one)
    return tuple((group, tuple(members)) for group, members in found.items())


def explain(text: str) -> Explanation:
    """The explanation of one code, in any case and with or without its SP. Raises `NoSuchCode` with what was meant."""
    known = {one.code: one for one in explanations()}
    wanted = text.strip().upper()
    number = wanted.removeprefix("SP").translate(_TYPED)
    padded = f"SP{number.rjust(_DIGITS, '0')}" if number else ""
    wanted = padded if wanted.removeprefix("SP") == wanted and wanted.isdigit() else wanted
    if wanted in known:
        return known[wanted]
    close = [padded] if padded in known else near(wanted, known)
    hint = f"did you mean {' or '.join(close)}?" if close else "spine explain   lists them all"
    raise NoSuchCode("no finding and no error has this code", place=Place(text[:80] or "CODE"), hint=hint)
