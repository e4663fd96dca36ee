"""`dataclass` as the standard library's, but what it generates is made when it is first called.

The library compiles six functions for a frozen class, a third of a millisecond, and spine has hundreds of classes of
which a command makes objects of a few. The functions are the library's own, taken from a twin with the same fields.
"""

from __future__ import annotations

import dataclasses
from copy import copy
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """Make a class a dataclass."""
        if cls is None:
            return lambda cls: _made(cls, frozen=frozen, slots=slots, eq=eq)
        return _made(cls, frozen=frozen, slots=slots, eq=eq)


def _made(cls: type, *, frozen: bool, slots: bool, eq: bool) -> Any:
    own = frozenset(vars(cls))
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # or else the library writes out the signature, at the cost of ten classes
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    if "__init__" not in own:
        made.__init__ = _later(made, "__init__", init=True, frozen=frozen)
    if "__repr__" not in own:
        made.__repr__ = _later(made, "__repr__", repr=True)
    if eq and "__eq__" not in own:
        made.__eq__ = _later(made, "__eq__", eq=True)
    if eq and ("__hash__" not in own or (own >= {"__eq__"} and vars(cls)["__hash__"] is None)):
        made.__hash__ = _later(made, "__hash__", eq=True, frozen=True) if frozen else None
    if frozen:
        made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete
        if slots:
            made.__getstate__, made.__setstate__ = _state, _set_state
    return made


def _later(cls: Any, name: str, **what: bool) -> Callable[..., Any]:
    """The function `name` of a dataclass, which takes its own place when it is called."""

    def first(self: object, *args: object, **named: object) -> object:
        made = getattr(_twin(cls, **what), name)
        made.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, made)
        return made(self, *args, **named)

    first.__name__ = name
    first.__qualname__ = f"{cls.__qualname__}.{name}"
    return first


def _twin(cls: Any, *, init: bool = False, repr: bool = False, eq: bool = False, frozen: bool = False) -> type:
    """A class with the same fields, of which the library made those functions."""
    fields = {one.name: copy(one) for one in dataclasses.fields(cls)}
    space: dict[str, Any] = {"__annotations__": {name: one.type for name, one in fields.items()}, "__doc__": "A twin."}
    space |= {"__module__": cls.__module__, **fields}
    if hasattr(cls, "__post_init__"):
        space["__post_init__"] = None
    twin = type(cls.__name__, (), space)
    return dataclasses.dataclass(init=init, repr=repr, eq=eq, frozen=frozen)(twin)


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)
