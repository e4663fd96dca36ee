"""`FILE#ADDRESS` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.errors import Refused

if TYPE_CHECKING:
    from spine.address import Address
    from spine.repository import Repository


class NoFile(Refused):
    """An address without a file in front of it."""

    code = "SP093"


def read_place(repo: Repository, text: str) -> tuple[str, Address | None]:
    """The file, from the root of the repository, and the address if there is one. Raises `NoFile`,
    `BadAddress`, or `Outside` for a file that is not in the repository."""
    from spine.address import parse
    from spine.errors import Place

    path, mark, rest = text.partition("#")
    if not path:
        raise NoFile("there is no FILE in front of the address", place=Place("FILE#ADDRESS"))
    return repo.named(path), parse(rest) if mark else None
