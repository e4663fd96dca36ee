"""A rule of an audit: `home >= 1 where shop > 0`, `home >= shop`, `home = all`, `home >= 80%`.

    rule = comparison [ "where" comparison ]        comparison = COLUMN op ( NUMBER | NUMBER "%" | COLUMN | "all" )
    op   = ">=" | "<=" | ">" | "<" | "=" | "!="     (also ≥ ≤ ≠ and ==)

`all` is all that a column has in the row (with `where`) or should have (with `expect`), and a percentage is of that.
"""

from __future__ import annotations

import re

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.printable import printable

LONGEST = 200
_PART = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ ]*(>=|<=|!=|==|=|>|<|≥|≤|≠)[ ]*([A-Za-z][A-Za-z0-9_-]*|[0-9]{1,9}%?)")
_SPELLED = {"≥": ">=", "≤": "<=", "≠": "!=", "==": "="}


class BadRule(Refused):
    """The text is no rule of an audit."""

    code = "SP230"


@dataclass(frozen=True, slots=True)
class Side:
    """A number, a percentage of all, a column's number, or `all`; one of them is given."""

    number: int | None = None
    percent: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{self.percent}%"
        return str(self.number) if self.number is not None else self.column or "all"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column beside something else."""

    column: str
    op: str
    side: Side

    def __str__(self) -> str:
        return f"{self.column} {self.op} {self.side}"


@dataclass(frozen=True, slots=True)
class ParityRule:
    """What has to hold, and where; law: `parse_rule(str(rule)) == rule`."""

    holds: Comparison
    where: Comparison | None = None

    def __str__(self) -> str:
        return f"{self.holds}" + (f" where {self.where}" if self.where is not None else "")


def parse_rule(text: str, columns: tuple[str, ...]) -> ParityRule:
    """Read a rule over these columns. Raises `BadRule`."""
    if len(text) > LONGEST:
        raise BadRule(f"a rule has at most {LONGEST} characters")
    parts = re.split(r"[ ]+where[ ]+", text.strip(" "))
    if len(parts) > 2:
        raise _bad(text, columns)
    read = [_comparison(part, text, columns) for part in parts]
    return ParityRule(read[0], read[1] if len(read) == 2 else None)


def _comparison(part: str, text: str, columns: tuple[str, ...]) -> Comparison:
    found = _PART.fullmatch(part)
    if found is None or found[1] not in columns:
        raise _bad(text, columns)
    op = _SPELLED.get(found[2], found[2])
    right = found[3]
    if right.endswith("%"):
        side = Side(percent=int(right[:-1]))
    elif right.isdigit():
        side = Side(number=int(right))
    elif right == "all":
        side = Side()
    elif right in columns:
        side = Side(column=right)
    else:
        raise _bad(text, columns)
    return Comparison(found[1], op, side)


def _bad(text: str, columns: tuple[str, ...]) -> BadRule:
    return BadRule(
        f"“{printable(text[:60])}” is not a rule over {', '.join(columns)}",
        hint="like “home >= 1 where shop > 0”, “home >= shop”, “home = all” or “home >= 80%”",
    )
