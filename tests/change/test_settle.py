"""Conflicts settled: what is taken stands there, and nothing else of either side is lost."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import spine
from spine.change.amended import CannotSettle
from spine.change.merge import Conflicts, merge
from spine.change.rules import FileRules
from spine.change.settle import Settled, Take, settle
from spine.change.taking import Side
from tests.bindings_strategy import colliding_triples, triples
from tests.reference_merge import CONFLICT, OPEN, Container, Path, Tree, expected, leaves, trees

EXAMPLES = int(os.environ.get("SPINE_SETTLE", "3000" if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else "60"))
law = settings(max_examples=EXAMPLES, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))

Triple = tuple[str, str, str]
REMOVALS = ["remove", "remove_item", "set_value", "set_scalar", "add", "rename_key", "rename_identity"]
clashing = st.one_of(colliding_triples(), triples(REMOVALS), triples())


def settled(triple: Triple, side: Side, rules: FileRules | None = None) -> str:
    """The text after every conflict was settled for one side."""
    base, target, proposed = triple
    change = spine.diff(base, proposed)
    assume(not change.patch)
    assume(isinstance(merge(base, target, change, rules=rules), Conflicts))
    try:
        done = settle(base, target, change, lambda conflict: Take(side), rules=rules)
    except CannotSettle as refused:
        event(f"refused: {refused.conflict.kind}")
        if side == "target":  # which can always be taken
            raise
        assume(False)
    assert isinstance(done, Settled)
    for kind in sorted({conflict.kind for conflict, _ in done.decided}):
        event(f"settled: {kind}")
    return done.text


def below(tree: Tree, path: Path) -> dict[Path, Any]:
    return {at: leaf for at, leaf in leaves(tree) if at[: len(path)] == path}


def require_side(triple: Triple, text: str, side: int) -> None:
    """Where the reference sees a conflict that side's leaves stand; where it is sure, what it is sure of."""
    wanted = expected(*triple)
    versions = trees(*triple, text)
    base, result, taken = versions[0], versions[3], versions[side]
    clashes = [path for path, outcome in wanted.items() if outcome == CONFLICT]
    # Two entries of one name, added by both, are one conflict: then the side is taken whole, not field by field.
    clashes = [_added_by_both(versions, path) for path in clashes]
    unsure = [_added_by_both(versions, path) for path, outcome in wanted.items() if outcome == OPEN] + clashes
    # The reference may see no clash between the two, as between `{}` and `{a: 1}`: the merge asks, and a side is taken.
    both = {_added_by_both(versions, path) for path in wanted}
    unsure += [path for path in both if below(versions[1], path) != below(versions[2], path) and not below(base, path)]
    for path in clashes:
        assert below(result, path) == below(taken, path), path
    for path, outcome in wanted.items():
        is_near = any(path[: len(above)] == above or above[: len(path)] == path for above in unsure)
        # Of items without identity the spelling counts, which the reference does not see.
        is_sequence = outcome[0] == "value" and isinstance(outcome[1], Container) and outcome[1].kind == "sequence"
        if outcome[0] == "value" and not is_near and not is_sequence:
            assert dict(leaves(result)).get(path) == outcome[1], path
    assert base is not None


def _added_by_both(versions: list[Tree], path: Path) -> Path:
    base, target, proposed = versions[:3]
    for count in range(1, len(path)):
        above = path[:count]
        if not below(base, above) and below(target, above) and below(proposed, above):
            return above
    return path


@law
@given(clashing)
def test_the_target_keeps_its_values_and_gets_all_else(triple: Triple) -> None:
    require_side(triple, settled(triple, "target"), 1)


@law
@given(clashing)
def test_the_proposal_gets_its_values_and_nothing_else_of_the_target_is_lost(triple: Triple) -> None:
    require_side(triple, settled(triple, "proposal"), 2)


@law
@given(clashing, st.sampled_from(["target", "proposal"]))
def test_what_was_settled_is_an_ordinary_clean_change_of_the_target(triple: Triple, side: Side) -> None:
    text = settled(triple, side)
    _, target, _ = triple
    change = spine.diff(target, text)
    assert spine.patch(target, change) == text
