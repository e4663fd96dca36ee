"""What a criterion's check computes in one tree: true, false, or that it cannot be told; with what decided it.

The answer is a function of the tree. Each place that decided it is named, so that blame can tell who set it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

from spine.address import Address
from spine.dataclass import dataclass
from spine.ledger.bindings import Bindings, Documents
from spine.ledger.budget import Budget, CannotTell
from spine.ledger.gaps import StoredGap
from spine.ledger.parity import Table, tabulate
from spine.ledger.reading import Files
from spine.ledger.selecting import Finder, Found
from spine.records.conditions import Like, Not, OneOf, field_text
from spine.records.criterion_check import (
    Among,
    Comparison,
    Count,
    CriterionCheck,
    Each,
    Exists,
    GapsLike,
    Has,
    Holds,
    Is,
    Together,
)
from spine.records.subjects import FilesLike, Places
from spine.yamldoc.scalars import Value, resolve

Answer = Literal["true", "false", "cannot tell"]
SHOWN = 5  # names in a reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that decided an answer: a place of a file (`address` None: the file), or a gap.

    `value` is what stands there, as it is written; `speaks_for` whether it is as the check wants it.
    """

    path: str
    address: Address | None
    value: str | None
    speaks_for: bool
    gap: str | None = None

    @property
    def where(self) -> str:
        """How it is called: a gap's id, `FILE#ADDRESS` or a file."""
        if self.gap is not None:
            return self.gap
        return self.path if self.address is None else f"{self.path}#{self.address}"


@dataclass(frozen=True, slots=True)
class Computed:
    """An answer, why in a few words, and what decided it."""

    answer: Answer
    why: str
    evidence: tuple[Evidence, ...] = ()


@dataclass
class Ground:
    """One tree, as far as checks look at it."""

    bindings: Bindings
    gaps: Mapping[str, StoredGap]

    _tables: dict[tuple[str, str], Table] = field(default_factory=dict, repr=False)

    def table(self, name: str, revision: str = "", files: Files | None = None) -> Table:
        """What an audit computes here, or the files of another revision, declared as it is here.

        Raises `CannotTell` if there is no such audit.
        """
        audit = self.bindings.settings.audit(name)
        if audit is None:
            raise CannotTell(f"spine.yaml declares no audit {name}")
        if (name, revision) not in self._tables:
            bindings = self.bindings if files is None else Bindings(Documents(files), self.bindings.settings)
            self._tables[name, revision] = tabulate(audit, Finder(bindings, Budget()))
        return self._tables[name, revision]


def compute(check: CriterionCheck, loop: str, ground: Ground, budget: Budget) -> Computed:
    """What a check of a loop computes. Nothing is raised."""
    try:
        return _Asking(loop, ground, Finder(ground.bindings, budget)).check(check)
    except CannotTell as error:
        return Computed("cannot tell", error.reason)


class _Asking:
    def __init__(self, loop: str, ground: Ground, finder: Finder) -> None:
        self.loop, self.ground, self.finder = loop, ground, finder

    def check(self, check: CriterionCheck) -> Computed:
        if isinstance(check, Together):
            return self.together(check)
        if isinstance(check, Holds):
            return self.holds(check)
        if isinstance(check.subject, GapsLike):
            return self.gaps(check.subject, check.comparisons)
        may_lack = all(isinstance(one, Exists) for one in check.comparisons)
        found = self.finder.find(check.subject, may_lack=may_lack)
        noun = "place" if isinstance(check.subject, Places) else "result"
        noun = "file" if isinstance(check.subject, FilesLike) else noun
        made = _joined([self.compared(found, one, noun) for one in check.comparisons], every=True)
        if not found and isinstance(check.subject, FilesLike):
            holds = f" that holds “{_cut(check.subject.contains)}”" if check.subject.contains is not None else ""
            return replace(made, why=f"there is no {check.subject.glob}{holds}")
        return made

    def together(self, check: Together) -> Computed:
        answers = []
        for one in check.checks:
            try:
                answers.append(self.check(one))
            except CannotTell as error:
                answers.append(Computed("cannot tell", error.reason))
        return _joined(answers, every=check.how == "all")

    def holds(self, check: Holds) -> Computed:
        table = self.ground.table(check.audit)
        if table.flaws:
            raise CannotTell(f"audit {check.audit}: {table.flaws[0].title}: {table.flaws[0].flaw}")
        evidence = tuple(
            Evidence("spine.yaml", None, f"{one.row}: {one.rule}", speaks_for=False) for one in table.failures
        )
        count = len(table.failures)
        if count:
            first = table.failures[0]
            more = f" (and {count - 1} more)" if count > 1 else ""
            return Computed("false", f"audit {check.audit}: {first.row}: not {first.rule}{more}", evidence)
        return Computed("true", f"audit {check.audit}: all rules hold")

    # -- gaps -------------------------------------------------------------------------------------------------------

    def gaps(self, like: GapsLike, comparisons: Sequence[Comparison]) -> Computed:
        loop = self.loop if like.loop == "this" else like.loop
        found = []
        for gap in self.ground.gaps.values():
            self.finder.budget.spend(1)
            if (
                (loop is None or gap.loop == loop)
                and (not like.status or gap.status in like.status)
                and (not like.severity or gap.severity in like.severity)
                and (not like.type or gap.type in like.type)
            ):
                found.append(gap)
        answers = []
        for one in comparisons:
            assert isinstance(one, Count | Exists)
            is_so = _counts(len(found), one) if isinstance(one, Count) else bool(found) == one.is_there
            told = [f"{gap.id} ({gap.severity}, {gap.status or 'in words of its own'})" for gap in found]
            why = _listed(told) if told else "no gap is so"
            evidence = tuple(Evidence(gap.path, None, gap.title, is_so, gap.id) for gap in found)
            answers.append(Computed(_answer(is_so), why, evidence))
        return _joined(answers, every=True)

    # -- places, results, files ---------------------------------------------------------------------------------------

    def compared(self, found: list[Found], one: Comparison, noun: str) -> Computed:
        if isinstance(one, Count):
            is_so = _counts(len(found), one)
            why = f"{_number(len(found), noun)}" + ("" if is_so else f", not {_wanted(one)}")
            return Computed(_answer(is_so), why, _evidence(found, lambda _: is_so))
        if isinstance(one, Exists):
            is_so = bool(found) == one.is_there
            return Computed(_answer(is_so), _number(len(found), noun), _evidence(found, lambda _: is_so))
        if isinstance(one, Is):
            is_so = len(found) == 1 and found[0].pair == one.value
            shown = _shown(found[0]) if len(found) == 1 else _number(len(found), noun)
            why = f"it is {shown}" if is_so else f"{shown}, not {_token(one.value)}"
            return Computed(_answer(is_so), why, _evidence(found, lambda _: is_so))
        if isinstance(one, Each):
            return self.each(found, one, noun)
        if isinstance(one, Among):
            known = {other.pair for other in self.finder.find(one.places)} - {None}
            strange = [item for item in found if item.pair not in known]
            where = one.places.pattern
            why = f"{_listed(map(_shown, strange))} {_is_or_are(strange)} not among {where}"
            return _all_of(found, strange, noun, why, f"all of {_number(len(found), noun)} among {where}")
        values = {item.pair for item in found}
        if isinstance(one, Has):
            missing = [value for value in one.values if value not in values]
            why = f"missing: {_listed(map(_token, missing))}" if missing else f"all {len(one.values)} are there"
            wanted = [item for item in found if item.pair in one.values]
            return Computed(_answer(not missing), why, _evidence(wanted, lambda _: True))
        strange = [item for item in found if item.pair not in one.values]
        why = f"{_listed(map(_shown, strange))} {_is_or_are(strange)} none of them"
        return _all_of(found, strange, noun, why, f"nothing but these in {_number(len(found), noun)}")

    def each(self, found: list[Found], one: Each, noun: str) -> Computed:
        fitting = [item for item in found if self.fits(item, one)]
        kept = set(map(id, fitting))
        others = [item for item in found if id(item) not in kept]
        count, told = len(found), _condition(one)
        if one.how == "some":
            why = f"{len(fitting)} of {_number(count, noun)} {told}"
            return Computed(_answer(bool(fitting)), why, _evidence(fitting or found, lambda _: bool(fitting)))
        if one.how == "none":
            why = f"{_listed(map(_called, fitting))} {told}" if fitting else f"none of {_number(count, noun)} {told}"
            return Computed(_answer(not fitting), why, _evidence(fitting or found, lambda _: not fitting))
        why = f"not {told}: {_listed(map(_called, others))}"
        return _all_of(found, others, noun, why, f"all of {_number(count, noun)} {told}")

    def fits(self, item: Found, one: Each) -> bool:
        if isinstance(one.condition, tuple):
            return self.finder.fits_all(item, one.condition)
        return self.finder.fits(item.pair, one.condition)


def _all_of(found: list[Found], strange: list[Found], noun: str, false: str, true: str) -> Computed:
    """True if there is something and nothing strange in it: of nothing at all nothing is shown."""
    if not found:
        return Computed("false", f"there is no {noun} to look at")
    if strange:
        return Computed("false", false, _evidence(strange, lambda _: False))
    return Computed("true", true, _evidence(found, lambda _: True))


def _joined(answers: list[Computed], *, every: bool) -> Computed:
    """Several answers as one. Of all, one false decides; of any, one true; else what cannot be told does."""
    if len(answers) == 1:
        return answers[0]
    decides: Answer = "false" if every else "true"
    deciding = [one for one in answers if one.answer == decides]
    deciding = deciding or [one for one in answers if one.answer == "cannot tell"] or answers
    evidence = dict.fromkeys(item for one in deciding for item in one.evidence)
    return Computed(deciding[0].answer, "; ".join(dict.fromkeys(one.why for one in deciding)), tuple(evidence))


def _counts(count: int, wanted: Count) -> bool:
    number = wanted.number
    return {
        "=": count == number,
        "!=": count != number,
        ">=": count >= number,
        "<=": count <= number,
        ">": count > number,
        "<": count < number,
    }[wanted.op]


def _evidence(found: Sequence[Found], speaks_for: Callable[[Found], bool]) -> tuple[Evidence, ...]:
    made = (Evidence(one.path, one.address, one.source, speaks_for(one)) for one in found)
    return tuple(dict.fromkeys(made))


def _answer(is_so: bool) -> Answer:
    return "true" if is_so else "false"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _wanted(one: Count) -> str:
    return str(one.number) if one.op == "=" else f"{one.op} {one.number}"


def _listed(names: object) -> str:
    told = [str(name) for name in names] if not isinstance(names, str) and hasattr(names, "__iter__") else [str(names)]
    return ", ".join(told[:SHOWN]) + (f" and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def _is_or_are(found: Sequence[Found]) -> str:
    return "is" if len(found) == 1 else "are"


def _shown(found: Found) -> str:
    """A value where it stands: `ghost (services.health.yaml#endpoints[id=x].host)` is too long, so only its text."""
    return _cut(found.source if found.source is not None else found.name)


def _called(found: Found) -> str:
    """An entry by its name, a value by the entry that it stands in."""
    address = found.address
    if found.source is not None and address is not None and address.steps:
        return _cut(f"{address} is {found.source}")
    return _cut(found.name)


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _token(value: Value) -> str:
    kind, text = value
    return _cut(text or "null") if kind != "str" or not _looks_like_more(text) else f'"{_cut(text)}"'


def _looks_like_more(text: str) -> bool:
    """Whether a string would be something else without quotes, so that showing it bare would puzzle."""
    return resolve(text, "", None)[0] != "str"


def _condition(one: Each) -> str:
    if isinstance(one.condition, tuple):
        return ", ".join(f"{field_text(path)} {_words(condition)}" for path, condition in one.condition)
    return _words(one.condition)


def _words(condition: OneOf | Like | Not) -> str:
    if isinstance(condition, Not):
        return f"not {_words(condition.other)}"
    if isinstance(condition, Like):
        return f"like {_cut(condition.form)}"
    return " or ".join(_token(value) for value in condition.values[:SHOWN])
