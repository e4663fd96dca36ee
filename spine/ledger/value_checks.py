"""What `spine.yaml` declares of values (references, rules, schemas), of a tree or of what a change can affect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from spine.dataclass import dataclass
from spine.errors import Finding, Place
from spine.ids import near
from spine.ledger.reference_checks import Dangling, dangling, offered
from spine.ledger.referrers import with_referrers
from spine.ledger.rule_checks import breaches, told
from spine.ledger.sheets import Sheets, folders_above
from spine.patterns import AddressPattern, PlacePattern
from spine.printable import printable
from spine.records.baseline import Baseline, baseline_of, subtract
from spine.records.rules import Reference, Rule, Unique
from spine.records.settings import Settings

SETTINGS = "spine.yaml"
IDLE = "SP334"


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a reference, a rule, or (None) the schemas; in these files, or (None) in all."""

    at: Reference | Rule | None
    only: Collection[str] | None = None

    def findings(self, sheets: Sheets, dangles: list[tuple[Reference, Dangling]] | None = None) -> Iterator[Finding]:
        """What is found there; `dangles` gets what dangles."""
        if isinstance(self.at, Reference):
            for one in dangling(sheets, self.at, self.only):
                if dangles is not None:
                    dangles.append((self.at, one))
                yield one.finding
        elif self.at is not None:
            yield from breaches(sheets, self.at, self.only)
        else:
            from spine.ledger.schema_checks import misfits  # jsonschema is slow to import

            yield from misfits(sheets, self.only)


def value_findings(sheets: Sheets) -> Iterator[Finding]:
    """All findings of a tree about declared references, rules and schemas."""
    for look in _everywhere(sheets.settings):
        yield from look.findings(sheets)


def idle_declarations(sheets: Sheets) -> Iterator[Finding]:
    """Declarations that speak of no file: most likely a slip, and then nothing is checked."""
    settings = sheets.settings
    schemas = [(PlacePattern(one.files, AddressPattern()), one.place) for one in settings.schemas]
    declared = [*((place, rule.place) for rule in settings.rules for place in rule.places), *schemas]
    for one in settings.refs:
        declared += [(place, one.place) for place in (one.source, *one.targets) if isinstance(place, PlacePattern)]
    for pattern, place in declared:
        if not sheets.of(pattern):
            what = str(pattern.files or "*")
            close = near(what, sheets.governed(), most=1)
            hint = f"did you mean {printable(close[0])}?" if close else "nothing is checked until there is one"
            yield Finding(IDLE, place or Place(SETTINGS), f"no file is {printable(what)}", hint, "warning")


def brought(before: Sheets, after: Sheets, touched: Collection[str], known: Baseline | None = None) -> list[Finding]:
    """The findings that a change brings; of what is gone and still referred to one finding that lists who does."""
    fresh, dangles = new_findings(before, after, touched, known)
    if dangles:
        fresh = with_referrers(before, after, fresh, dangles)
    return sorted(fresh, key=lambda one: (one.place.file, one.place.line or 0, one.place.column or 0, one.code))


def new_findings(
    before: Sheets, after: Sheets, touched: Collection[str], known: Baseline | None = None
) -> tuple[list[Finding], list[tuple[Reference, Dangling]]]:
    """The findings of the tree `after` a change that the tree `before` it does not have; and all that dangles there.

    `touched` are the paths that differ. Only files that the change can affect are looked at: those that it touches, and
    those that may hold a value which it takes away or gives out twice. `known` is the debt that blocks nothing.
    """
    if SETTINGS in touched:  # other rules: everything is looked at
        then, now = list(_everywhere(before.settings)), list(_everywhere(after.settings))
    else:
        then = now = list(_looks(before, after, frozenset(touched)))
    dangles: list[tuple[Reference, Dangling]] = []
    new = [finding for look in now for finding in look.findings(after, dangles)]
    if not new:  # nothing can have come
        return [], []
    old = baseline_of(finding for look in then for finding in look.findings(before))
    return subtract(new, old | (known or Baseline()))[0], dangles


def _everywhere(settings: Settings) -> Iterator[Look]:
    yield from map(Look, (*settings.refs, *settings.rules))
    if settings.schemas:
        yield Look(None)


def _looks(before: Sheets, after: Sheets, touched: frozenset[str]) -> Iterator[Look]:
    """What to look at in both trees, rule by rule."""
    settings = after.settings
    for reference in settings.refs:
        only = _touched_of(after, (reference.source,), touched)
        lost = _lost(before, after, reference, touched)
        if lost:
            only |= {path for path in after.of(reference.source) if after.may_hold(path, lost)}
        if only:
            yield Look(reference, only)
    for rule in settings.rules:
        only = _touched_of(after, rule.places, touched)
        if only and isinstance(rule, Unique) and rule.per == "all":
            given = {values[0][1] for values, _ in told(after, rule, only)}
            every = {path for pattern in rule.places for path in after.of(pattern)}
            only |= {path for path in every if given and after.may_hold(path, given)}
        if only:
            yield Look(rule, only)
    if settings.schemas:
        yield Look(None, None if _is_schema(before, after, touched) else touched)


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
