"""Ids of proposals, loops and gaps: parsed by hand in linear time, one spelling each, `parse(str(id)) == id`.

An id is a `str` that has been checked, so it compares and sorts like its text and can be a key beside plain text. Ids
that other tools made (`CP-20260211T213000Z__x`, `LOOP-HA-UNIFIED-2026-02-16`) are *foreign*: read, never made.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from spine.errors import Place, Refused
from spine.printable import printable

ID_BYTES = 100
SLUG_LENGTH = 60
FOREIGN_BYTES = 255  # a file name cannot be longer
GAP_DIGITS = 3  # GAP-OP-007; from 1000 on as many as the number needs

_SHOWN = 80

T = TypeVar("T", bound=str)


class InvalidId(Refused, ValueError):
    """The text is not an id of the kind that was asked for. (A `ValueError` too, which is what pydantic reports.)"""

    code = "SP017"


class _Id(str):
    """What the three kinds share: text goes in, `_flaw` says what is wrong with it, a checked value comes out."""

    __slots__ = ()

    noun: ClassVar[str]
    example: ClassVar[str]
    pattern: ClassVar[str]  # for the JSON Schemas; `_flaw` decides

    def __new__(cls, text: str, *, place: Place | None = None) -> Self:
        if flaw := _any_flaw(text) or cls._flaw(text):
            message = f"{_quoted(text)} is not a {cls.noun} id: {flaw}; one looks like {cls.example}"
            raise InvalidId(message, place=place)
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str, *, place: Place | None = None) -> Self:
        """The id that the text spells. Raises `InvalidId`, which names the place if one is given."""
        return cls(text, place=place)

    @classmethod
    def _flaw(cls, text: str) -> str | None:
        raise NotImplementedError  # each kind of id says what is wrong with a text that would be one

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Callable[[Any], dict[str, Any]]) -> Any:
        return {**handler(schema), "pattern": cls.pattern, "maxLength": ID_BYTES, "examples": [cls.example]}


class ProposalId(_Id):
    """`CP-YYYYMMDD-HHMMSS__slug`, the time in UTC."""

    __slots__ = ()

    noun = "proposal"
    example = "CP-20260212-080601__home-infra-retrofit"
    pattern = r"^CP-[0-9]{8}-[0-9]{6}__[a-z0-9]+(-[a-z0-9]+)*$"

    @classmethod
    def make(cls, moment: datetime, title: str) -> Self:
        """The id of a proposal with this title made at this moment; a naive moment is a `ValueError`."""
        if moment.tzinfo is None:
            raise ValueError("the moment of a proposal needs a time zone")
        return cls._of(moment.astimezone(UTC), slugify(title) or "change")

    @classmethod
    def _of(cls, moment: datetime, slug: str) -> Self:
        # Not strftime("%Y"), which does not pad years below 1000 on Linux.
        day = f"{moment.year:04}{moment.month:02}{moment.day:02}"
        return cls(f"CP-{day}-{moment.hour:02}{moment.minute:02}{moment.second:02}__{slug}")

    @property
    def moment(self) -> datetime:
        """When it was made, in UTC."""
        return _moment(self[3:11] + self[12:18]).replace(tzinfo=UTC)

    @property
    def slug(self) -> str:
        return str(self[20:])

    @property
    def month(self) -> str:
        """`2026-02`: the folder the proposal lies in."""
        return f"{self[3:7]}-{self[7:9]}"

    def next_second(self) -> Self:
        """The same proposal one second later, for when this second is taken."""
        try:
            return self._of(self.moment + timedelta(seconds=1), self.slug)
        except OverflowError as error:
            raise InvalidId(f"{_quoted(self)} has no second after it") from error

    @classmethod
    def _flaw(cls, text: str) -> str | None:
        if not text.startswith("CP-"):
            return "it does not start with CP-"
        time, separator, slug = text[3:].partition("__")
        if not separator:
            return "there is no __ between its time and its slug"
        if len(time) != 15 or time[8] != "-" or not _is_digits(time[:8] + time[9:]):
            return f"its time {_quoted(time)} is not YYYYMMDD-HHMMSS"
        return _time_flaw(time[:8] + time[9:]) or _slug_flaw(slug)


class LoopId(_Id):
    """`LOOP-SLUG-YYYYMMDD`, the slug in capitals."""

    __slots__ = ()

    noun = "loop"
    example = "LOOP-HOME-INFRA-DOC-PARITY-20260212"
    pattern = r"^LOOP-[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]{8}$"

    @classmethod
    def make(cls, day: date, title: str) -> Self:
        return cls(f"LOOP-{slugify(title).upper() or 'WORK'}-{day.year:04}{day.month:02}{day.day:02}")

    @property
    def day(self) -> date:
        """When the loop was opened."""
        return _moment(self[-8:] + "000000").date()

    @property
    def slug(self) -> str:
        return str(self[5:-9])

    @classmethod
    def _flaw(cls, text: str) -> str | None:
        if not text.startswith("LOOP-"):
            return "it does not start with LOOP-"
        slug, separator, day = text[5:].rpartition("-")
        if not separator or len(day) != 8 or not _is_digits(day):
            return "it does not end with a date, -YYYYMMDD"
        if slug != slug.upper():
            return "its slug has small letters"
        return _time_flaw(day + "000000") or _slug_flaw(slug.lower())


class GapId(_Id):
    """`GAP-OP-118`: a prefix in capitals and a number, of at least three digits."""

    __slots__ = ()

    noun = "gap"
    example = "GAP-OP-118"
    pattern = r"^GAP-[A-Z][A-Z0-9]*-([0-9]{3}|[1-9][0-9]{3,11})$"

    @classmethod
    def make(cls, prefix: str, number: int) -> Self:
        return cls(f"GAP-{prefix}-{number:0{GAP_DIGITS}}")

    @property
    def prefix(self) -> str:
        return self.split("-")[1]

    @property
    def number(self) -> int:
        return int(self.split("-")[2])

    @classmethod
    def _flaw(cls, text: str) -> str | None:
        if not text.startswith("GAP-"):
            return "it does not start with GAP-"
        prefix, separator, digits = text[4:].partition("-")
        if not separator or not _is_digits(digits):
            return "it does not end with a number, as in -118"
        if not (prefix.isalnum() and prefix[0].isalpha() and prefix == prefix.upper()):
            return f"its prefix {_quoted(prefix)} is not capital letters and digits, a letter first"
        if len(digits) > 12:
            return "its number has more than 12 digits"
        if len(digits) < GAP_DIGITS or (len(digits) > GAP_DIGITS and digits[0] == "0"):
            return f"its number is written -{int(digits):0{GAP_DIGITS}}"
        return "numbers start at 001" if int(digits) == 0 else None


_FORMS: dict[str, type[_Id]] = {"CP-": ProposalId, "LOOP-": LoopId, "GAP-": GapId}


def slugify(title: str) -> str:
    """The title as `[a-z0-9]+(-[a-z0-9]+)*`, at most 60 long, cut between words; empty if nothing of it is Latin."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    # An apostrophe or an accent joins ("VM 100's" is vm-100s), anything else parts.
    joined = (char for char in letters if char not in "'’" and not unicodedata.combining(char))
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in joined).split()
    slug = "-".join(words)
    if len(slug) <= SLUG_LENGTH:
        return slug
    whole, separator, _ = slug[: SLUG_LENGTH + 1].rpartition("-")
    return whole if separator else slug[:SLUG_LENGTH]


def is_foreign(text: str) -> bool:
    """Whether another tool made this id: one of the three kinds, safe as a file name, but not in spine's form."""
    if len(text) > FOREIGN_BYTES or not text.isascii():
        return False
    kind = _FORMS.get(text[: text.find("-") + 1])
    rest = _tail(text)
    if kind is None or not rest or not all(char.isalnum() or char in "-_" for char in rest):
        return False
    return (_any_flaw(text) or kind._flaw(text)) is not None


def find_matching(part: str, ids: Iterable[T]) -> list[T]:
    """The ids that an abbreviation can mean, in their order; more than one means ambiguous.

    Whole ids, slugs or gap numbers first, else beginnings of them, else any part of what follows the kind. Case does
    not count, and the kind may be left out (`20260212-0806`, `op-118`, `118`).
    """
    wanted = part.casefold()
    if not wanted:
        return []
    known = [(one.casefold(), one) for one in dict.fromkeys(ids)]
    readings: tuple[Callable[[str], bool], ...] = (
        lambda text: wanted in (text, _tail(text), _name(text)),
        lambda text: text.startswith(wanted) or _tail(text).startswith(wanted) or _name(text).startswith(wanted),
        lambda text: wanted in _tail(text),
    )
    for matches in readings:
        if found := [one for text, one in known if matches(text)]:
            return found
    return []


def near(text: str, candidates: Iterable[str], *, most: int = 3) -> list[str]:
    """What the text may have been meant to be, best first: for "did you mean …"."""
    from difflib import get_close_matches

    spellings: dict[str, str] = {}
    for one in candidates:
        spellings.setdefault(one.casefold(), one)
        spellings.setdefault(_name(one.casefold()), one)
    # Twice as many, as one candidate can match by two spellings.
    close = get_close_matches(text[:FOREIGN_BYTES].casefold(), spellings, n=2 * most)
    return list(dict.fromkeys(spellings[spelling] for spelling in close))[:most]


def _tail(text: str) -> str:
    """The id without its kind."""
    return next((text[len(kind) :] for kind in _FORMS if text.startswith((kind, kind.casefold()))), text)


def _name(text: str) -> str:
    """What people call it: a proposal's slug, a loop's slug, a gap's number; any other text is its own name."""
    kind = text[: text.find("-") + 1].upper()
    if kind == "CP-":
        return text.partition("__")[2] or text
    if kind == "LOOP-":
        return _tail(text).rpartition("-")[0] or text
    return text.rpartition("-")[2] if kind == "GAP-" else text


def _any_flaw(text: str) -> str | None:
    if len(text) > ID_BYTES:
        return f"it is longer than {ID_BYTES} bytes"
    return None if text.isascii() else "it has other characters than ASCII"


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()  # `isdigit` alone is true of ٣ and ²


def _moment(digits: str) -> datetime:
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(digits[:4]), month, day, hour, minute, second)


def _time_flaw(digits: str) -> str | None:
    try:
        _moment(digits)
    except ValueError as error:
        return f"its time does not exist ({error})"
    return None


def _slug_flaw(slug: str) -> str | None:
    if not slug:
        return "its slug is empty"
    if len(slug) > SLUG_LENGTH:
        return f"its slug is longer than {SLUG_LENGTH}"
    if not all(char == "-" or (char.isalnum() and char == char.lower()) for char in slug):
        return "its slug has other characters than letters of one case, digits and -"
    if slug.startswith("-") or slug.endswith("-") or "--" in slug:
        return "its slug has an empty word: a - at an end, or two together"
    return None


def _quoted(text: str) -> str:
    shown = printable(text[:_SHOWN])
    return f'"{shown}…"' if len(text) > _SHOWN else f'"{shown}"'
