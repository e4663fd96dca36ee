"""The strings and numbers of documents: commits, ids, moments, paths, addresses, and words of closed sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from spine.dataclass import dataclass
from spine.errors import Exit
from spine.records.schemas import Number, Text
from spine.review.json_parts import word


@dataclass(frozen=True, slots=True)
class Words:
    """One of the words of a closed set (a `Literal`, or a union of such), with hyphens as documents write them."""

    of: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.literal_schema([word(one) for one in _members(self.of)])


def _members(of: Any) -> Iterator[str]:
    for one in get_args(of):
        if isinstance(one, str):
            yield one
        else:
            yield from _members(one)


_BARE = r"[A-Za-z0-9_\-/@+~%]+"
_TEXT = r'"(?:[^"\\]|\\.)*"'
_KEY = rf"(?:{_BARE}|{_TEXT})"
_PAIR = rf"{_KEY}(?:\.{_KEY})*=(?:[A-Za-z0-9_\-/@+~%.:]+|{_TEXT})"
_DUP = r"(?:#[0-9]+)?"
_ITEM = rf"\[(?:{_PAIR}(?:,{_PAIR})*|=(?:[A-Za-z0-9_\-/@+~%.:]+|{_TEXT})|#[0-9]+)\]{_DUP}"
ADDRESS = rf"^(?:(?:\$[0-9]*|{_KEY}{_DUP}|{_ITEM})(?:\.{_KEY}{_DUP}|{_ITEM})*)?$"

Address = Annotated[str, Text(ADDRESS)]  # the grammar of DESIGN §4; "" and "$" are the document
Commit = Annotated[str, Text("^([0-9a-f]{40}|[0-9a-f]{64})$")]
RunId = Annotated[str, Text("^[A-Za-z0-9_-]{1,64}$")]
TreePath = Annotated[str, Text("^[^/]")]  # of a file in a tree, whatever git allows
Code = Annotated[str, Text("^SP[0-9]{3}$")]
GapName = Annotated[str, Text("^GAP-")]  # in a register gaps have names that spine would not give
Whole = Annotated[int, Number(0)]
LineNumber = Annotated[int, Number(1)]
ExitCode = Literal[0, 1, 2, 3, 4, 5, 6]
Meaning = Literal["done", "failed", "refused", "conflict", "policy", "doctor", "unknown"]

ENDINGS = [{"properties": {"code": {"const": int(one)}, "meaning": {"const": one.name.lower()}}} for one in Exit]
