"""What `spine.yaml` declares of values (references, rules, schemas), of a tree or of what a change can affect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from spine.errors import Finding
from spine.ledger.reference_checks import dangling, offered
from spine.ledger.rule_checks import breaches, told
from spine.ledger.sheets import Sheets, folders_above
from spine.patterns import PlacePattern
from spine.records.baseline import Baseline, baseline_of, subtract
from spine.records.rules import Reference, Rule, Unique

SETTINGS = "spine.yaml"

Look = Callable[[Sheets], Iterable[Finding]]


def value_findings(sheets: Sheets) -> Iterator[Finding]:
    """All findings of a tree about declared references, rules and schemas."""
    settings = sheets.settings
    for reference in settings.refs:
        yield from (one.finding for one in dangling(sheets, reference))
    for rule in settings.rules:
        yield from breaches(sheets, rule)
    if settings.schemas:
        yield from _misfits(None, sheets)


def brought(before: Sheets, after: Sheets, touched: Collection[str], known: Baseline | None = None) -> list[Finding]:
    """The findings that a change brings: those of the tree `after` it that the tree `before` it does not have.

    `touched` are the paths that differ. Only files that the change can affect are looked at: those that it touches, and
    those that may hold a value which it takes away or gives out twice. `known` is the debt that blocks nothing.
    """
    if SETTINGS in touched:  # other rules: everything is looked at
        old, new = list(value_findings(before)), list(value_findings(after))
    else:
        old, new = [], []
        for look in _looks(before, after, frozenset(touched)):
            old += look(before)
            new += look(after)
    fresh, _ = subtract(new, baseline_of(old) + (known or Baseline()))
    return sorted(fresh, key=lambda one: (one.place.file, one.place.line or 0, one.place.column or 0, one.code))


def _looks(before: Sheets, after: Sheets, touched: frozenset[str]) -> Iterator[Look]:
    """What to look at in both trees, rule by rule."""
    settings = after.settings
    for reference in settings.refs:
        only = _touched_of(after, (reference.source,), touched)
        lost = _lost(before, after, reference, touched)
        if lost:
            only |= {path for path in after.of(reference.source) if after.may_hold(path, lost)}
        if only:
            yield partial(_dangling, reference, only)
    for rule in settings.rules:
        only = _touched_of(after, rule.places, touched)
        if only and isinstance(rule, Unique) and rule.per == "all":
            given = {values[0][1] for values, _ in told(after, rule, only)}
            every = {path for pattern in rule.places for path in after.of(pattern)}
            only |= {path for path in every if given and after.may_hold(path, given)}
        if only:
            yield partial(_breaches, rule, only)
    if settings.schemas:
        yield partial(_misfits, None if _is_schema(before, after, touched) else touched)


def _dangling(reference: Reference, only: Collection[str], sheets: Sheets) -> Iterable[Finding]:
    return (one.finding for one in dangling(sheets, reference, only))


def _breaches(rule: Rule, only: Collection[str], sheets: Sheets) -> Iterable[Finding]:
    return breaches(sheets, rule, only)


def _misfits(only: Collection[str] | None, sheets: Sheets) -> Iterable[Finding]:
    from spine.ledger.schema_checks import misfits  # jsonschema is slow to import

    return misfits(sheets, only)


def _touched_of(after: Sheets, places: Iterable[PlacePattern], touched: frozenset[str]) -> set[str]:
    return {path for path in touched for place in places if after.speaks_of(place, path)}


def _lost(before: Sheets, after: Sheets, reference: Reference, touched: frozenset[str]) -> set[str]:
    """The values that the touched files offered before and do not offer any more; whether another file still does is
    seen when who refers to them is looked at."""
    lost: set[str] = set()
    for target in reference.targets:
        if isinstance(target, PlacePattern):
            only = _touched_of(before, (target,), touched)
            if only:
                had, has = ({value[1] for value, _ in offered(tree, target, only)} for tree in (before, after))
                lost |= had - has
        elif target == "files":
            for path in touched:
                lost |= {
                    one for one in (path, *folders_above(path)) if before.is_there(one) and not after.is_there(one)
                }
        else:
            lost |= getattr(before, target) - getattr(after, target)
    return lost


def _is_schema(before: Sheets, after: Sheets, touched: frozenset[str]) -> bool:
    from spine.ledger.schema_files import reached

    for tree in (before, after):
        paths, names = reached(tree, {rule.schema for rule in tree.settings.schemas})
        if paths & touched or any(path.rpartition("/")[2] in names for path in touched):
            return True
    return False
