"""JSON Schema within bounds: jsonschema's validators, made so that no schema and no file can keep spine busy.

What bounds it. Patterns run in RE2, whose time grows with the text and not with the pattern; one that RE2 cannot read
(look-around, references back) is not checked and told. Each keyword that is looked at costs, and there is a limit.
Unique items and multiples are decided exactly and without comparing all pairs. References are resolved by whoever makes
the registry, never by the network. Formats are checked as far as Python itself knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from spine.dataclass import dataclass
from spine.ledger.schema_values import TooMuch

MOST_STEPS = 100_000  # keywords looked at for one file, and so many more for each value in it:
STEPS_A_VALUE = 100
MOST_STEPS_AT_ALL = 3_000_000
_WIDEST = 10_000  # exponents of numbers whose multiples are asked for
_LONGEST_NAME = 200
FORMATS = ("date", "email", "ipv4", "ipv6", "uuid")

Keyword = Callable[[Any, Any, Any, Any], Any]


@dataclass(slots=True)
class Bounds:
    """What is left to be spent, and which patterns could not be run."""

    left: int = MOST_STEPS
    unchecked: dict[str, str] = field(default_factory=dict)
    name_patterns: set[str] = field(default_factory=set)
    _options: dict[int, tuple[Any, frozenset[object]]] = field(default_factory=dict)
    _patterns: dict[str, Any] = field(default_factory=dict)
    _classes: dict[Any, Any] = field(default_factory=dict)

    def spend(self, steps: int = 1) -> None:
        """Raises `TooMuch` when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuch("the schema takes too many steps for it")

    def pattern(self, text: str) -> Any:
        """A pattern that can be searched with, None for one that is not checked."""
        if text not in self._patterns:
            self._patterns[text] = self._compiled(text)
        return self._patterns[text]

    def _compiled(self, text: str) -> Any:
        import re2

        options = re2.Options()
        options.log_errors = False
        options.max_mem = 8 << 20
        try:
            return re2.compile(_translated(text), options)
        except re2.error as error:
            reason = error.args[0] if error.args else "it cannot be read"
            self.unchecked[text] = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            return None

    def search(self, pattern: str, text: str) -> bool | None:
        """Whether a pattern is found in a text; None if nobody can tell."""
        self.spend(1 + len(text) // 200)
        compiled = self.pattern(pattern)
        try:
            return None if compiled is None else compiled.search(text) is not None
        except UnicodeEncodeError:
            return None

    def frozen(self, value: object) -> object:
        """A picture that is equal for equal JSON values: 1 and 1.0 are, 1 and true are not."""
        self.spend()
        if isinstance(value, Mapping):
            return frozenset((key, self.frozen(one)) for key, one in value.items())
        if isinstance(value, list):
            return tuple(map(self.frozen, value))
        return (type(value), value) if isinstance(value, bool) else value

    def options(self, options: Any) -> frozenset[object]:
        """The pictures of the values of an enum."""
        if id(options) not in self._options:
            self._options[id(options)] = options, frozenset(map(self.frozen, options))
        return self._options[id(options)][1]

    def validator(self, stock: Any) -> Any:
        """The validator class of a draft, bounded."""
        if stock not in self._classes:
            self._classes[stock] = self._bounded(stock)
        return self._classes[stock]

    def _bounded(self, stock: Any) -> Any:
        from jsonschema import validators

        own = {name: make(self) for name, make in _OWN.items() if name in stock.VALIDATORS}
        if not stock.META_SCHEMA.get("$schema", "").startswith("http://json-schema.org/draft-03"):
            own |= {name: make(self) for name, make in _SINCE_4.items() if name in stock.VALIDATORS}
        if _UNEVALUATED in stock.VALIDATORS:
            own[_UNEVALUATED] = _unevaluated(self, stock.VALIDATORS[_UNEVALUATED])
        every = {name: self._counted(own.get(name, keyword)) for name, keyword in stock.VALIDATORS.items()}
        extend: Any = validators.extend  # its types are not published
        made = extend(stock, every, type_checker=_types(stock))
        bounds = self

        def evolve(me: Any, **changes: Any) -> Any:
            """As jsonschema does it, but a subschema with a `$schema` of its own gets a bounded class too."""
            schema = changes.setdefault("schema", me.schema)
            draft = validators.validator_for(schema, default=stock) if isinstance(schema, Mapping) else stock
            for name, said in _FIELDS.items():
                if said not in changes:
                    changes[said] = getattr(me, name)
            return bounds.validator(draft)(**changes)

        made.evolve = evolve
        return made

    def _counted(self, keyword: Keyword) -> Keyword:
        def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
            self.spend()
            yield from keyword(validator, value, instance, schema) or ()

        return counted


_UNEVALUATED = "unevaluatedProperties"
_FIELDS = {
    "schema": "schema",
    "_ref_resolver": "resolver",
    "format_checker": "format_checker",
    "_registry": "registry",
    "_resolver": "_resolver",
}


def _translated(pattern: str) -> str:
    """ECMA's \\uXXXX as RE2 writes it; everything else that both know is spelled alike."""
    out, at = [], 0
    while at < len(pattern):
        if pattern[at] != "\\" or at + 1 == len(pattern):
            out.append(pattern[at])
            at += 1
            continue
        digits = pattern[at + 2 : at + 6]
        if pattern[at + 1] == "u" and len(digits) == 4 and all(one in "0123456789abcdefABCDEF" for one in digits):
            out.append(f"\\x{{{digits}}}")
            at += 6
        else:
            out.append("/" if pattern[at + 1] == "/" else pattern[at : at + 2])
            at += 2
    return "".join(out)


def _types(stock: Any) -> Any:
    """Exact numbers are numbers; since draft 6 one without a fraction is an integer."""
    is_old = any(mark in stock.META_SCHEMA.get("$schema", "") for mark in ("draft-03", "draft-04"))

    def is_integer(checker: Any, instance: Any) -> bool:
        if isinstance(instance, bool):
            return False
        if isinstance(instance, int):
            return True
        if not isinstance(instance, Decimal):
            return False
        if is_old:  # there an integer is one that is written as one
            return instance.as_tuple().exponent == 0 and "E" not in str(instance)
        exponent = instance.as_tuple().exponent
        return isinstance(exponent, int) and (exponent >= 0 or _has_no_fraction(instance, exponent))

    return stock.TYPE_CHECKER.redefine("integer", is_integer)


def _has_no_fraction(number: Decimal, exponent: int) -> bool:
    digits = number.as_tuple().digits
    return not any(digits[exponent:]) if -exponent < len(digits) else not any(digits)


# ---- keywords -----------------------------------------------------------------------------------------------------


def _error(message: str, *path: str) -> Any:
    from jsonschema import ValidationError

    return ValidationError(message, path=path)


def _pattern(bounds: Bounds) -> Keyword:
    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "string") and bounds.search(wanted, instance) is False:
            yield _error(f"it does not match {wanted}")

    return pattern


def _pattern_properties(bounds: Bounds) -> Keyword:
    def pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for pattern, inside in patterns.items():
                for key, value in instance.items():
                    if bounds.search(pattern, key):
                        yield from validator.descend(value, inside, path=key, schema_path=pattern)

    return pattern_properties


def _property_names(bounds: Bounds) -> Keyword:
    def property_names(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for key in instance:
                yield from (_error(error.message, key) for error in validator.descend(key, wanted))

    return property_names


def _additional_properties(bounds: Bounds) -> Keyword:
    def additional_properties(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        for key, value in instance.items():
            # A pattern that is not checked may mean any name.
            if key in named or any(bounds.search(pattern, key) is not False for pattern in patterns):
                continue
            if validator.is_type(allowed, "object"):
                yield from validator.descend(value, allowed, path=key)
            elif not allowed:
                yield _error("the schema does not know it", key)

    return additional_properties


def _required(bounds: Bounds) -> Keyword:
    def required(validator: Any, names: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            bounds.spend(len(names) // 10)
            yield from (_error(f"it has no {name}") for name in names if name not in instance)

    return required


def _enum(bounds: Bounds) -> Keyword:
    def enum(validator: Any, options: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if bounds.frozen(instance) not in bounds.options(options):
            yield _error("it is none of the enum")

    return enum


def _const(bounds: Bounds) -> Keyword:
    def const(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if bounds.frozen(wanted) != bounds.frozen(instance):
            yield _error(f"it is not {wanted!r}")

    return const


def _unique_items(bounds: Bounds) -> Keyword:
    def unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if wanted and validator.is_type(instance, "array"):
            seen: dict[object, int] = {}
            for number, item in enumerate(instance):
                first = seen.setdefault(bounds.frozen(item), number)
                if first != number:
                    yield _error(f"its items {first + 1} and {number + 1} are equal")
                    return

    return unique_items


def _multiple_of(bounds: Bounds) -> Keyword:
    def multiple_of(validator: Any, unit: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "number") and not isinstance(instance, float):
            for number in (instance, unit):
                if isinstance(number, Decimal) and abs(number.adjusted()) > _WIDEST:
                    raise TooMuch(f"whether a number of more than {_WIDEST:,} digits is a multiple")
            if not unit or Fraction(instance) % Fraction(unit):
                yield _error(f"it is not a multiple of {unit}")

    return multiple_of


def _unevaluated(bounds: Bounds, keyword: Keyword) -> Keyword:
    """jsonschema runs the patterns of names itself here, in Python; so only those that cannot run away."""

    def unevaluated(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object") and any(len(key) > _LONGEST_NAME for key in instance):
            raise TooMuch(f"unevaluatedProperties with names of more than {_LONGEST_NAME} characters")
        risky = sorted(filter(runs_away, bounds.name_patterns))
        if risky:
            bounds.unchecked[risky[0]] = "too much for a schema with unevaluatedProperties, which is not checked either"
            return
        bounds.spend(len(instance) if isinstance(instance, Mapping) else 0)
        yield from keyword(validator, value, instance, schema) or ()

    return unevaluated


_OWN: dict[str, Callable[[Bounds], Keyword]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "propertyNames": _property_names,
    "additionalProperties": _additional_properties,
    "enum": _enum,
    "uniqueItems": _unique_items,
}
_SINCE_4: dict[str, Callable[[Bounds], Keyword]] = {
    "required": _required,
    "const": _const,
    "multipleOf": _multiple_of,
}


def runs_away(pattern: str) -> bool:
    """Whether Python could take more than linear time for a pattern at one start: several things in it repeat, or a
    group does."""
    repeats, at, in_class = 0, 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char in "[]":
            in_class = char == "["
        elif not in_class and char in "*+{":
            repeats += 1
        at += 1
    return repeats > 1 or (repeats > 0 and "(" in pattern)
