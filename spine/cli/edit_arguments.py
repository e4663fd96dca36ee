"""`FILE#ADDRESS=VALUE` on the command line, read into edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from spine.errors import Place, Refused

if TYPE_CHECKING:
    from spine.actions.sources import Edit

_FORM = "FILE#ADDRESS=VALUE"


class BadEdit(Refused):
    """An argument of --set, --add or --remove is not as it should be."""

    code = "SP090"


def read_edits(
    removed: Sequence[str], added: Sequence[str], set_: Sequence[str], set_strings: Sequence[str]
) -> Iterator[Edit]:
    """The edits in the order in which they are made: what is removed, what is added, what is set."""
    for text in removed:
        yield read_edit("remove", text, "--remove")
    for text in added:
        yield read_edit("add", text, "--add")
    for text in set_:
        yield read_edit("set", text, "--set")
    for text in set_strings:
        yield read_edit("set", text, "--set-string", is_string=True)


def read_edit(verb: str, text: str, option: str, *, is_string: bool = False) -> Edit:
    """One edit. Raises `BadEdit`, or `BadAddress` with the column in the address."""
    from spine.actions.sources import Edit
    from spine.address import parse, split_value
    from spine.yamldoc.source import string_token

    path, mark, rest = text.partition("#")
    if not path or not mark:
        raise BadEdit("there is no FILE# in front of the address", place=Place(option), hint=_hint(option, verb))
    address, value = split_value(rest)
    if verb == "set" and value is None:
        raise BadEdit("there is no =VALUE behind the address", place=Place(option), hint=_hint(option, verb))
    if verb == "remove" and value is not None:
        raise BadEdit("what is removed has no =VALUE", place=Place(option), hint=_hint(option, verb))
    try:
        at = parse(address)
    except Refused as error:
        raise BadEdit(error.message, place=Place(option), hint=error.hint) from error
    if value is not None and is_string:
        value = string_token(value, flow=True)
    if value is not None and ("\n" in value or "\r" in value):
        raise BadEdit("a value is one line here", place=Place(option), hint="--set-string takes text of several lines")
    return Edit(verb, path, at, value)


def _hint(option: str, verb: str) -> str:
    form, value = ("FILE#ADDRESS", "") if verb == "remove" else (_FORM, "=active")
    return f"{option} '{form}', like {option} 'bindings/vm.yaml#vms[vmid=100].status{value}'"
