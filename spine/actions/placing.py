"""Errors of the engine, told with the file that they are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from spine.errors import Place, Refused

NO_FILE = "<text>"  # how the engine calls a text that has no file


@contextmanager
def placed_in(path: str) -> Iterator[None]:
    """Says in which file something is wrong where the engine, which knows texts and no files, could not."""
    try:
        yield
    except Refused as error:
        if error.place is None:
            error.place = Place(path)
        elif error.place.file == NO_FILE:
            error.place = Place(path, error.place.line, error.place.column)
        raise
