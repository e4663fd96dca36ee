"""spine's `dataclass` makes what the standard library's makes, only later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar

import pytest

from spine.dataclass import dataclass

KINDS = [{"frozen": True, "slots": True}, {"frozen": True}, {"slots": True}, {}, {"frozen": True, "eq": False}]


def shapes(make: Callable[..., Any], how: dict[str, bool]) -> tuple[type, type]:
    @make(**how)
    class Shape:
        """A shape."""

        WORDS: ClassVar[int] = 3
        name: str
        sizes: tuple[int, ...] = ()
        more: list[int] = field(default_factory=list, compare=False)
        hidden: str = field(default="x", repr=False)
        made: int = field(default=0, init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "made", len(self.name))

    @make(**how)
    class Square(Shape):
        side: int = 1

        def __repr__(self) -> str:
            return f"square {self.side}"

    return Shape, Square


def said(call: Callable[[], object]) -> object:
    """What a call gives or raises."""
    try:
        return call()
    except (AttributeError, TypeError) as error:
        return type(error), str(error)


def answers(make: Callable[..., Any], how: dict[str, bool]) -> list[object]:
    """All that differs between dataclasses."""
    shape, square = shapes(make, how)
    one, other, third = shape("a", (1,), hidden="y"), shape("a", (1,), [2], hidden="y"), shape("abc")
    return [
        [repr(one), repr(square("abc", side=4)), one.made, one.more is not other.more, repr(copy.copy(one))],
        [one == other, one != third, one == square("a"), square("a", side=4) == square("a", side=4)],
        said(lambda: one == 3),
        said(lambda: hash(one) == hash(other)),
        [said(shape), said(lambda: shape("a", nothing=1)), said(lambda: shape("a", made=1))],
        [said(lambda: setattr(third, "name", "c")), said(lambda: delattr(third, "sizes"))],
        [repr(dataclasses.replace(one, name="new")), dataclasses.asdict(one), repr(copy.deepcopy(one))],
        [[f.name for f in dataclasses.fields(square)], shape.__match_args__, hasattr(one, "__dict__")],
        [shape.__eq__ is object.__eq__, shape.__hash__ is None],
    ]


@pytest.mark.parametrize("how", KINDS)
def test_it_is_what_the_library_makes(how: dict[str, bool]) -> None:
    assert answers(dataclasses.dataclass, how) == answers(dataclass, how)


@dataclass(frozen=True, slots=True)
class Kept:
    """At the top of a module, so that it can be pickled."""

    name: str
    size: int = 2


@dataclass(frozen=True)
class Lazy:
    """With a value that is computed once."""

    name: str

    @cached_property
    def long(self) -> str:
        return self.name * 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy)


def test_it_is_kept_and_computed_once() -> None:
    assert pickle.loads(pickle.dumps(Kept("a", 3))) == Kept("a", 3)
    one = Lazy("a")
    assert one.long is one.long
    assert (one == Lazy("b"), {Lazy("b")} == {Lazy("b")}) == (True, True)


def test_nothing_is_made_before_it_is_called() -> None:
    @dataclass(frozen=True, slots=True)
    class Quiet:
        """Nobody asks it anything."""

        name: str

    names = ("__init__", "__repr__", "__eq__", "__hash__")
    before = [vars(Quiet)[name] for name in names]
    one = Quiet("a")
    after = [vars(Quiet)[name] for name in names]
    assert [old is new for old, new in zip(before, after, strict=True)] == [False, True, True, True]
    assert [one == Quiet("a"), {one: 1}[Quiet("a")], repr(one).rpartition(".")[2]] == [True, 1, "Quiet(name='a')"]
    assert not any(old is vars(Quiet)[name] for name, old in zip(names, before, strict=True))
