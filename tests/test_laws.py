"""The ten laws of diff, patch and merge (DESIGN §5), on documents that look like real bindings.

All laws together take 500 examples in `make test` and 50,000 in `make torture`; SPINE_LAWS sets another number.
Nothing here looks inside spine: texts go in, texts come out, and a change is read in the form that stands in a file.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
import yaml
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import spine
from tests.bindings_strategy import (
    COMMENT_EDITS,
    EDITS,
    RENAMES,
    STYLE_EDITS,
    VALUE_EDITS,
    colliding_triples,
    disjoint_triples,
    drawn,
    pairs,
    triples,
)
from tests.reference_merge import CONFLICT, OPEN, Container, expected, leaves, orders, trees
from tests.reference_patch import (
    Lines,
    Op,
    Step,
    applied,
    equal,
    first_member,
    has_residual,
    head_lines,
    is_flat,
    lines_of,
    named_lines,
    operations,
    parse_name,
    tree_of,
)

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
EXAMPLES = int(os.environ.get("SPINE_LAWS", "50000" if THOROUGH else "500"))


def law(share: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A share of all examples; the same ones in every `make test`, new ones in every long run."""
    return settings(
        max_examples=max(1, round(EXAMPLES * share)),
        derandomize=not THOROUGH,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


def merged(base: str, target: str, proposed: str) -> spine.Merged | None:
    """What the merge gives, None if there are conflicts. Never anything else."""
    outcome = spine.merge(base, target, spine.diff(base, proposed))
    if isinstance(outcome, spine.Conflicts):
        assert outcome.conflicts
        event("conflicts")
        return None
    assert isinstance(outcome, spine.Merged)
    event("merged")
    return outcome


def merged_text(base: str, target: str, proposed: str) -> str | None:
    """The merged text, None if there are conflicts."""
    outcome = merged(base, target, proposed)
    return None if outcome is None else outcome.text


def is_told_by_operations(before: str, after: str) -> bool:
    """Whether the change is operations alone: a text patch merges by line, a residual stays behind on a moved base."""
    dumped = spine.dump(spine.diff(before, after))
    told = operations(dumped) is not None and not has_residual(dumped)
    event("operations alone" if told else "text patch or residual")
    return told


# ---- 1: the spliced text means what the operations mean -----------------------------------------------------------


@law(0.1)
@given(pairs())
def test_law_1_the_text_means_what_the_operations_mean(pair: tuple[str, str]) -> None:
    before, after = pair
    ops = operations(spine.dump(spine.diff(before, after)))
    event("text patch" if ops is None else "operations")
    if ops is not None:
        assert equal(applied(before, ops), tree_of(yaml.compose(after, Loader=yaml.CSafeLoader)))


@law(0.06)
@given(st.one_of(colliding_triples(), triples(["add", "add_item", "chain", *RENAMES])))
def test_law_1_no_new_duplicate_key_or_identity(triple: tuple[str, str, str]) -> None:
    text = merged_text(*triple)
    if text is not None:
        require_no_duplicates(text)


def require_no_duplicates(text: str) -> None:
    """No key twice in a mapping, no identity twice in a list."""
    todo = [yaml.compose(text, Loader=yaml.CSafeLoader)]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            require_once([key.value for key, _ in node.value])
            todo += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            fields = [
                (key.value, value.value)
                for item in node.value
                if isinstance(item, yaml.MappingNode)
                for key, value in item.value
                if key.value in ("id", "vm_id", "gate_id", "name")
            ]
            require_once(fields)
            todo += node.value


def require_once(names: Sequence[object]) -> None:
    assert [name for name, count in Counter(names).items() if count > 1] == []


# ---- 2: locality --------------------------------------------------------------------------------------------------

QUIET_EDITS = (*VALUE_EDITS, "add", "add_item", "comment", "eol")  # on the target: nothing goes, nothing is renamed


@law(0.1)
@given(triples(EDITS[:-1], target_kinds=QUIET_EDITS))
def test_law_2_every_line_outside_the_named_entries_stays(triple: tuple[str, str, str]) -> None:
    base, target, proposed = triple
    dumped = spine.dump(spine.diff(base, proposed))
    ops, text = operations(dumped), merged_text(*triple)
    if ops is not None and text is not None and not has_residual(dumped):
        before, after = lines_of(target), lines_of(text)
        # By the base's names: what the target calls otherwise (a value can be an item's name) is not found here.
        assume(all(named_lines(before, op.at[:-1] if op.kind == "add" else op.at) for op in ops))
        may_go, may_come = touched(before, after, ops)
        assert differ_only_in(before.lines, after.lines, may_go, may_come)


def touched(before: Lines, after: Lines, ops: Sequence[Op]) -> tuple[set[int], set[int]]:
    """The lines of the entries that the operations name, on both sides."""
    may_go: set[int] = set()
    may_come: set[int] = set()
    for op in ops:
        ways = [op.at]
        if op.kind == "rename":
            ways.append((*op.at[:-1], parse_name(str(op.text("to")))))
        in_item = bool(op.at[:-1]) and op.at[-2].kind != "key" and op.kind in ("add", "remove", "move", "rename")
        if in_item or op.text("slot") == "above":  # the first entry shares the dash's line, and the space above it
            firsts = {first_member(text, op.at[:-1]) for text in (before, after)}
            ways += [(*op.at[:-1], first) for first in firsts if first is not None]
        emptied = is_flat(before, op.at[:-1]) or is_flat(after, op.at[:-1])
        for text, lines in ((before, may_go), (after, may_come)):
            for at in ways:
                lines |= named_lines(text, at)
            if op.kind in ("add", "remove"):
                lines |= head_lines(text, op.at[:-1], emptied)
    return may_go, may_come


def differ_only_in(before: list[str], after: list[str], may_go: set[int], may_come: set[int]) -> bool:
    """Whether there is a line diff that drops only lines of `may_go` and puts only lines of `may_come`.

    Where lines may go, blank lines may come: what stood on both sides of a removed entry is kept apart.
    """
    reached = {0}  # places in `after` that the lines of `before` seen so far can lead to
    for n in range(len(before) + 1):
        seam = n in may_go or n - 1 in may_go
        for m in range(len(after)):
            if m in reached and (m in may_come or (seam and not after[m].strip())):
                reached.add(m + 1)
        if n == len(before):
            break
        stay = {m + 1 for m in reached if m < len(after) and after[m] == before[n]}
        reached = stay | reached if n in may_go else stay
    return len(after) in reached


# ---- 3: exact on its own base -------------------------------------------------------------------------------------


@law(0.08)
@given(pairs())
def test_law_3_a_change_on_its_own_base_gives_the_authors_bytes(pair: tuple[str, str]) -> None:
    before, after = pair
    change = spine.diff(before, after)
    assert spine.patch(before, change) == after
    assert merged_text(before, before, after) == after


# ---- 4: never unparsable ------------------------------------------------------------------------------------------


@law(0.06)
@given(triples())
def test_law_4_a_merged_text_parses(triple: tuple[str, str, str]) -> None:
    text = merged_text(*triple)
    if text is not None:
        yaml.compose(text, Loader=yaml.CSafeLoader)
        assert "<<<<<<<" not in text


# ---- 5: nothing from nothing --------------------------------------------------------------------------------------


@law(0.02)
@given(pairs())
def test_law_5_a_text_does_not_differ_from_itself(pair: tuple[str, str]) -> None:
    for text in pair:
        nothing = spine.diff(text, text)
        assert not nothing
        assert operations(spine.dump(nothing)) == []
        assert spine.patch(text, nothing) == text


# ---- 6: the inverse -----------------------------------------------------------------------------------------------


@law(0.08)
@given(pairs())
def test_law_6_the_inverse_takes_a_change_back_to_the_byte(pair: tuple[str, str]) -> None:
    before, after = pair
    change = spine.diff(before, after)
    assert spine.patch(spine.patch(before, change), spine.invert(change)) == before


# ---- 7: disjoint changes commute ----------------------------------------------------------------------------------


@law(0.1)
@given(disjoint_triples())
def test_law_7_disjoint_changes_commute(triple: tuple[str, str, str]) -> None:
    base, left, right = triple
    # Where equal comments stand above several entries it is open whose they are: then both may tell of one of them.
    assume(not told_comments(base, left) & told_comments(base, right))
    assume(len(comments(base)) == len(set(comments(base))))
    if is_told_by_operations(base, left) and is_told_by_operations(base, right):
        one, other = merged_text(base, left, right), merged_text(base, right, left)
        assert one is not None
        assert other is not None
        if both_come_first(base, left, right):
            one, other = (re.sub(r"\n\n+", "\n", text) for text in (one, other))
        if comes_where_one_left(base, left, right):
            first, second = (dict(leaves(tree)) for tree in trees(one, other))
            assert first == second
        else:
            assert one == other


def both_come_first(base: str, left: str, right: str) -> bool:
    """Whether both put a first entry into one container: the blank lines below it are told for one successor only."""
    places = [
        {
            op.at[:-1]
            for op in operations(spine.dump(spine.diff(base, side))) or []
            if op.kind == "add" and "after" in op.fields and op.text("after") is None
        }
        for side in (left, right)
    ]
    return bool(places[0] & places[1])


def comes_where_one_left(base: str, left: str, right: str) -> bool:
    """Whether one adds an entry where the other moves or removes one: whose the comments and blank lines there are is
    open then."""
    sides = [operations(spine.dump(spine.diff(base, side))) or [] for side in (left, right)]
    went = [{op.at[:-1] for op in ops if op.kind in ("move", "remove")} for ops in sides]
    came = [{op.at[:-1] for op in ops if op.kind == "add"} for ops in sides]
    return bool(went[0] & came[1] or went[1] & came[0])


def told_comments(before: str, after: str) -> set[tuple[tuple[Step, ...], str | None]]:
    ops = operations(spine.dump(spine.diff(before, after))) or []
    return {(op.at, op.text("slot")) for op in ops if op.kind == "comment"}


@law(0.06)
@given(triples())
def test_law_7_no_order_of_two_changes_finds_a_conflict_that_the_other_does_not(triple: tuple[str, str, str]) -> None:
    base, left, right = triple
    # Who puts a member twice into a list makes it a sequence, for himself: the other one still sees a set.
    assume(all(has_no_double_member(text) for text in triple))
    # So does who gives its items no names: for one side it is a list with identities, for the other one without.
    assume(not lists_told(base, left)[0] & lists_told(base, right)[1])
    assume(not lists_told(base, left)[1] & lists_told(base, right)[0])
    # Who is renamed to a name that the other one adds is taken for that one, if they are equal.
    assume(not new_names(base, left)[0] & new_names(base, right)[1])
    assume(not new_names(base, left)[1] & new_names(base, right)[0])
    one, other = merged_text(base, left, right), merged_text(base, right, left)
    if is_told_by_operations(base, left) and is_told_by_operations(base, right):
        assert (one is None) == (other is None)
    if one is not None and other is not None:
        first, second = (dict(leaves(tree)) for tree in trees(one, other))
        assert unordered(first) == unordered(second)


def lists_told(before: str, after: str) -> tuple[set[tuple[Step, ...]], set[tuple[Step, ...]]]:
    """The lists whose change is told by splices, and those whose change is told by item."""
    ops = operations(spine.dump(spine.diff(before, after))) or []
    by_item = {op.at[:n] for op in ops for n, step in enumerate(op.at) if step.kind != "key"}
    return {op.at for op in ops if op.kind == "splice"}, by_item


def new_names(before: str, after: str) -> tuple[set[tuple[Step, ...]], set[tuple[Step, ...]]]:
    """The addresses that entries are renamed to, and those at which entries are added."""
    ops = operations(spine.dump(spine.diff(before, after))) or []
    renamed = {(*op.at[:-1], parse_name(str(op.text("to")))) for op in ops if op.kind == "rename"}
    return renamed, {op.at for op in ops if op.kind == "add"}


def has_no_double_member(text: str) -> bool:
    todo = [yaml.compose(text, Loader=yaml.CSafeLoader)]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            todo += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            members = [one.value for one in node.value if isinstance(one, yaml.ScalarNode)]
            if len(members) != len(set(members)):
                return False
            todo += node.value
    return True


def unordered(found: dict[tuple[object, ...], object]) -> dict[tuple[object, ...], object]:
    """Sequences as multisets: two insertions at one place stand in either order."""
    return {
        path: Counter(map(repr, leaf.items)) if isinstance(leaf, Container) and leaf.items else leaf
        for path, leaf in found.items()
    }


# ---- 8: no lost update --------------------------------------------------------------------------------------------


@law(0.08)
@given(triples([kind for kind in EDITS if kind not in (*RENAMES, *STYLE_EDITS)]))
def test_law_8_no_update_is_lost(triple: tuple[str, str, str]) -> None:
    require_no_lost_update(*triple)


@law(0.04)
@given(triples())
def test_law_8_no_update_is_lost_where_things_are_renamed(triple: tuple[str, str, str]) -> None:
    require_no_lost_update(*triple)


@law(0.04)
@given(colliding_triples())
def test_law_8_no_update_is_lost_where_both_add_the_same(triple: tuple[str, str, str]) -> None:
    require_no_lost_update(*triple)


@law(0.04)
@given(triples(["chain", "move", "add_item", "remove_item", "set_scalar"]))
def test_law_8_no_update_is_lost_in_chains(triple: tuple[str, str, str]) -> None:
    require_no_lost_update(*triple)


def require_no_lost_update(base: str, target: str, proposed: str) -> None:
    """Every leaf, its presence and the order around it are what the independent reference expects."""
    wanted = expected(base, target, proposed)
    outcome = merged(base, target, proposed)
    undecided = [path for path, outcome in wanted.items() if outcome in (CONFLICT, OPEN)]
    if outcome is None:
        ops = operations(spine.dump(spine.diff(base, proposed)))
        # Neighbours are in a splice's way; a comment and a place of what the other side removed are changes too.
        by_hunks = ops is None or any(op.kind in ("splice", "comment", "move") for op in ops)
        assert undecided or by_hunks or is_about_style(base, target, proposed), "a conflict that no leaf explains"
        return
    assert CONFLICT not in wanted.values(), "a conflict that nobody was told of"
    versions = trees(base, target, proposed, outcome.text)
    found = dict(leaves(versions[3]))
    sure = {path: outcome for path, outcome in wanted.items() if outcome != OPEN}
    assert {path: ("value", leaf) for path, leaf in found.items() if not is_below(path, undecided)} == {
        path: outcome for path, outcome in sure.items() if outcome[0] == "value"
    }
    if all(map(has_no_double_member, (base, target, proposed))):  # of doubles each side may have taken another one
        require_sequences(*(dict(leaves(tree)) for tree in versions), undecided)
    if not any("order" in repr(note) for note in outcome.notes):  # two orders of one collection: the target's, shown
        require_order(*(dict(orders(tree)) for tree in versions), undecided)


def is_about_style(base: str, target: str, proposed: str) -> bool:
    """Whether the conflict is that a collection which the target wrote on one line cannot take an entry of several."""
    found = spine.merge(base, target, spine.diff(base, proposed))
    assert isinstance(found, spine.Conflicts)
    return all(one.kind == "kind" and (one.target or "").startswith(("{", "[")) for one in found.conflicts)


def is_below(path: tuple[object, ...], undecided: Sequence[tuple[object, ...]]) -> bool:
    """Whether a path is, or lies below, one of the undecided; or is the empty container of one of them."""
    return any(path[: len(above)] == above or above[:-1] == path for above in undecided)


Leaves = dict[tuple[object, ...], object]


def require_sequences(
    base: Leaves, target: Leaves, proposed: Leaves, merged: Leaves, undecided: list[tuple[object, ...]]
) -> None:
    """Of a sequence that both changed: what either put in is there, what all three have too, what nobody had is not."""
    for path in undecided:
        versions = [side.get(path) for side in (base, target, proposed, merged)]
        if all(isinstance(leaf, Container) and leaf.kind == "sequence" for leaf in versions):
            b, t, p, m = ({repr(item) for item in leaf.items} for leaf in versions)  # type: ignore[union-attr]
            if not any("Container" in item for item in b | t | p):  # items without identity may be merged inside
                assert (t - b) | (p - b) | (b & t & p) <= m <= b | t | p


Orders = dict[tuple[object, ...], list[object]]


def require_order(
    base: Orders, target: Orders, proposed: Orders, merged: Orders, undecided: list[tuple[object, ...]]
) -> None:
    """Where one side alone changed the order of what all have, the result has that order."""
    for path, order in merged.items():
        if all(path in side for side in (base, target, proposed)) and not is_below(path, undecided):
            common = set(base[path]) & set(target[path]) & set(proposed[path]) & set(order)
            b, t, p, m = (
                [n for n in names if n in common] for names in (base[path], target[path], proposed[path], order)
            )
            if t == b or p == b:
                assert m == (p if t == b else t)


@law(0.03)
@given(triples(COMMENT_EDITS, target_kinds=["set_scalar"]))
def test_law_8_no_comment_is_lost_when_the_other_side_sets_values(triple: tuple[str, str, str]) -> None:
    base, target, proposed = triple
    kinds = {op.kind for op in operations(spine.dump(spine.diff(base, proposed))) or []}
    # The value of an identity is its name, and a comment that belongs to no entry is a matter of lines.
    assume(kinds and {op.kind for op in operations(spine.dump(spine.diff(base, target))) or []} <= {"set", "splice"})
    for one, other in ((target, proposed), (proposed, target)):
        text = merged_text(base, one, other)
        if "splice" in kinds and text is None:  # the comments of a list without identity belong to its items
            return
        assert text is not None
        assert comments(text) == comments(proposed)


@law(0.02)
@given(triples(COMMENT_EDITS))
def test_law_8_two_comments_never_conflict_hard_and_none_is_invented(triple: tuple[str, str, str]) -> None:
    base, target, proposed = triple
    kinds = {op.kind for op in operations(spine.dump(spine.diff(base, proposed))) or []}
    text = merged_text(base, target, proposed)
    if "splice" in kinds and text is None:
        return
    assert text is not None
    assert set(comments(text)) <= set(comments(target)) | set(comments(proposed))
    assert leaves_of(text) == leaves_of(base)


def leaves_of(text: str) -> Leaves:
    (tree,) = trees(text)
    return dict(leaves(tree))


def comments(text: str) -> list[str]:
    """All comments in order: on their own lines, and behind values."""
    lines = lines_of(text)
    found = []
    for line, is_content in zip(lines.lines, lines.content, strict=True):
        if line.strip() and not is_content:
            found.append(line.strip())
        elif is_content and "  #" in line and not line.lstrip().startswith("#"):
            found.append(line[line.rindex("  #") :].strip())
    return found


# ---- 9: applying again --------------------------------------------------------------------------------------------


@law(0.05)
@given(triples())
def test_law_9_applying_again_changes_nothing(triple: tuple[str, str, str]) -> None:
    base, target, proposed = triple
    change = spine.diff(base, proposed)
    # A key that the target renamed is known by its value, so not any more once the proposal's value stands there: then
    # the second merge refuses (and `apply` knows by the receipt that there was a first).
    told = operations(spine.dump(change)) or []
    renamed = [op.at for op in operations(spine.dump(spine.diff(base, target))) or [] if op.kind == "rename"]
    is_known = not any(op.at[: len(at)] == at for op in told for at in renamed)
    # Of several equal items without identity nobody can tell which one is gone already.
    is_known = is_known and not (any(op.kind == "splice" for op in told) and not has_no_double_member(base))
    for text in (proposed, merged_text(*triple) if is_known else None):
        if text is not None:
            again = spine.merge(base, text, change)
            assert isinstance(again, spine.Merged)
            assert again.text == text


# ---- 10: the file form --------------------------------------------------------------------------------------------


@law(0.04)
@given(pairs())
def test_law_10_a_change_reads_back_as_it_was_written(pair: tuple[str, str]) -> None:
    change = spine.diff(*pair)
    assert spine.load(spine.dump(change)) == change
    backwards = spine.invert(change)
    assert spine.load(spine.dump(backwards)) == backwards


# ---- honesty ------------------------------------------------------------------------------------------------------


def test_changes_are_operations() -> None:
    """The laws let text patches and residuals off; so these must be rare, even on documents as wild as these."""
    dumps = [spine.dump(spine.diff(*pair)) for pair in drawn(pairs([k for k in EDITS if k not in STYLE_EDITS]), 300)]
    assert sum(operations(dumped) is None for dumped in dumps) <= 0.02 * len(dumps)
    assert sum(has_residual(dumped) for dumped in dumps) <= 0.12 * len(dumps)


# ---- the judges themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "may_go", "may_come", "verdict"),
    [
        ("abc", "abc", set(), set(), True),
        ("abc", "axc", {1}, {1}, True),
        ("abc", "axc", {1}, set(), False),
        ("abc", "axc", set(), {1}, False),
        ("abc", "bca", {0}, {2}, True),  # a move, told by the entry that moved
        ("abc", "bca", {1, 2}, {0, 1}, True),  # … or by the others
        ("abc", "acb", {0}, {0}, False),
        ("aab", "ab", {1}, set(), True),
        ("", "x", set(), {0}, True),
        ("abc", "a c", {1}, set(), True),
        ("abc", "ab c", {0}, set(), False),
    ],
)
def test_the_judge_of_locality(before: str, after: str, may_go: set[int], may_come: set[int], verdict: bool) -> None:
    assert differ_only_in(list(before), list(after), may_go, may_come) is verdict
