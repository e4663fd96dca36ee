"""Open proposals held against each other: what several touch, which conflict, and an order that lands all that can."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from spine.actions import landing_order, rehearsal
from spine.actions.apply import AlreadyApplied, Applied, apply
from spine.actions.bringing import attached_finder, blob_finder, bring
from spine.actions.overlaps import Overlaps, overlaps
from spine.actions.overlay import Overlay
from spine.actions.pairs import Pair
from spine.actions.sources import Edit, Edits
from spine.actions.withdraw import withdraw
from spine.address import parse
from spine.errors import Exit
from spine.ledger.reading import read_ledger
from spine.repository import head, snapshot_of
from spine.review.overlaps_text import overlaps_document, overlaps_lines
from spine.review.style import PLAIN
from tests.actions.conftest import SETTINGS, Bench

VM = "bindings/vm.yaml"
TEXT = """\
updated: 1
vms:
  - id: a
    name: one
    s: 1
  - id: b
    name: two
    s: 1
tags: [x]
steps: [p, p, q]
"""


def edit(text: str, path: str = VM) -> Edit:
    """`vms[id=a].s=2` sets, `+vms[id=c]={id: c}` adds, `+tags[=z]` too, `-vms[id=a]` removes."""
    verb = {"+": "add", "-": "remove"}.get(text[0], "set")
    text = text.removeprefix("+").removeprefix("-")
    if " := " not in text:
        return Edit(verb, path, parse(text), None)
    place, token = text.rsplit(" := ", 1)
    return Edit(verb, path, parse(place), token)


def draft(bench: Bench, *edits: str, **wanted: object) -> str:
    return str(bench.propose("change", Edits(tuple(map(edit, edits))), **wanted).proposal.id)


@pytest.fixture
def vm(bench: Bench) -> Bench:
    bench.commit("vm", **{VM: TEXT})
    return bench


def short(pairs: Sequence[Pair]) -> list[tuple[str, str, str]]:
    return [(pair.first, pair.second, pair.outcome) for pair in pairs]


def lands(bench: Bench, found: Overlaps) -> None:
    """The order, really applied: every one lands, and whoever is stuck or done with does not."""
    for id_ in found.order:
        assert isinstance(apply(bench.work, id_), Applied)
    for id_ in found.there:
        assert isinstance(apply(bench.work, id_), AlreadyApplied)


def test_nothing_is_open(vm: Bench) -> None:
    found = overlaps(vm.work)
    assert (found.open, found.order, found.stuck) == ((), (), ())
    assert overlaps_lines(found, PLAIN) == ["nothing is open"]


def test_proposals_that_have_nothing_in_common_land_by_id(vm: Bench) -> None:
    ids = [
        draft(vm, "vms[id=a].s := 2"),
        draft(vm, "vms[id=b].s := 2"),
        draft(vm, "+vms[id=c] := {id: c, name: three}"),
    ]
    found = overlaps(vm.work)
    assert (list(found.order), found.pairs, found.shared, found.stuck, found.is_most) == (ids, (), (), (), True)
    assert overlaps_lines(found, PLAIN) == [
        "all 3 land in this order", *(f"  {n}  {id_}  change" for n, id_ in enumerate(ids, 1))
    ]  # fmt: skip
    lands(vm, found)


def test_a_pair_that_wants_different_values_conflicts(vm: Bench) -> None:
    first, second = draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[id=a].s := 3")
    found = overlaps(vm.work)
    assert short(found.pairs) == [(first, second, "conflict")]
    assert [(one.path, str(one.at), one.ids) for one in found.shared] == [(VM, "vms[id=a].s", (first, second))]
    assert found.order == (first,)
    [stuck] = found.stuck
    assert (stuck.id, stuck.behind, [str(one.at) for _, one in stuck.conflicts]) == (second, (first,), ["vms[id=a].s"])
    assert overlaps_lines(found, PLAIN) == [
        "touched by several",
        f"  {VM}#vms[id=a].s",
        f"    {first}",
        f"    {second}",
        "",
        "pairs",
        f"  {first} × {second}",
        f"      {VM}#vms[id=a].s: both sides set another value",
        "",
        "1 of 2 land in this order",
        f"  1  {first}  change",
        f"  ! {second}: it conflicts in 1 place behind {first}",
        f"      {VM}#vms[id=a].s: both sides set another value",
    ]
    lands(vm, found)
    with pytest.raises(Exception, match="conflicts with the branch"):
        apply(vm.work, second)


def test_one_entry_under_two_identities_is_one_place(vm: Bench) -> None:
    first, second = draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[name=one].s := 3")
    assert short(overlaps(vm.work).pairs) == [(first, second, "conflict")]


def test_the_most_land_and_not_the_first(vm: Bench) -> None:
    """The first stands in the way of two that go together."""
    whole = draft(vm, "-vms[id=a]")
    ids = [draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[id=a].name := uno")]
    found = overlaps(vm.work)
    assert (list(found.order), [one.id for one in found.stuck], found.is_most) == (ids, [whole], True)
    assert [(str(one.at), one.ids) for one in found.shared] == [("vms[id=a]", (whole, *ids))]
    assert found.stuck[0].behind == tuple(ids)
    lands(vm, found)


def test_two_that_do_the_same(vm: Bench) -> None:
    first, second = draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[id=a].s := 2")
    found = overlaps(vm.work)
    assert short(found.pairs) == [(first, second, "the same")]
    assert (found.order, found.there, found.stuck) == ((first,), (second,), ())
    lands(vm, found)


def test_what_a_rule_settles_is_shown_and_relates_nobody(vm: Bench) -> None:
    vm.commit("rules", **{"spine.yaml": SETTINGS + 'merge: {"*#updated": max}\n'})
    ids = [draft(vm, f"updated := {n}", f"vms[id={name}].s := 2") for n, name in ((3, "a"), (2, "b"))]
    found = overlaps(vm.work)
    assert ([str(one.at) for one in found.shared], [one.rule for one in found.shared]) == (["updated"], ["max"])
    assert (found.pairs, list(found.order)) == ((), ids)
    lands(vm, found)
    assert "updated: 3" in vm.read(VM)


def test_what_is_required_comes_first(vm: Bench) -> None:
    late = draft(vm, "vms[id=b].s := 2")
    vm.commit("the first")
    early = draft(vm, "vms[id=a].s := 2", requires=(late,))
    withdrawn = draft(vm, "tags := [y]")
    vm.commit("the others")
    lost = draft(vm, "updated := 2", requires=(withdrawn,))
    vm.commit("all")
    behind = draft(vm, "+tags[=z]", requires=(lost,))
    withdraw(vm.work, withdrawn, "no")
    found = overlaps(vm.work)
    assert found.order == (late, early)
    assert [(one.id, one.reason) for one in found.stuck] == [
        (lost, f"it requires {withdrawn}, which is withdrawn"),
        (behind, f"it requires {lost}, which is pending"),
    ]
    lands(vm, found)


def test_an_undo_waits_for_who_requires_what_it_takes_back(vm: Bench) -> None:
    old = draft(vm, "vms[id=a].s := 2")
    vm.apply(old)
    from spine.actions.undo import undo

    taken = str(undo(vm.work, old).proposal.id)
    needs = draft(vm, "vms[id=b].s := 5", requires=(old,))
    found = overlaps(vm.work)
    assert found.order == (needs, taken)
    lands(vm, found)


def test_a_draft_may_supersede_an_open_one(vm: Bench) -> None:
    first = draft(vm, "vms[id=a].s := 2")
    vm.commit("the proposal")
    second = draft(vm, "vms[id=a].s := 3", supersedes=(first,))
    found = overlaps(vm.work)
    assert len(found.order) == 1
    assert [one.id for one in found.stuck] == [({first, second} - set(found.order)).pop()]
    lands(vm, found)


def test_lists_without_identity_and_whole_files(vm: Bench) -> None:
    first, second = draft(vm, "steps := [p, q]"), draft(vm, "steps := [p, p, r]")
    vm.write("bindings/new.yaml", "a: 1\n")
    third = str(vm.propose("new one").proposal.id)
    vm.write("bindings/new.yaml", "a: 2\n")
    fourth = str(vm.propose("new two").proposal.id)
    found = overlaps(vm.work)
    assert short(found.pairs) == [(first, second, "conflict"), (third, fourth, "conflict")]
    assert found.order == (first, third)
    lands(vm, found)


def test_a_proposal_that_does_not_fit_the_tree_is_nobodys_fault(vm: Bench) -> None:
    old = draft(vm, "vms[id=a].s := 2")
    other = draft(vm, "vms[id=b].s := 2")
    vm.commit("by hand", **{VM: TEXT.replace("name: one\n    s: 1", "name: one\n    s: 9")})
    found = overlaps(vm.work)
    assert found.order == (other,)
    assert [(one.id, one.behind) for one in found.stuck] == [(old, ())]


def test_what_policy_forbids_and_what_cannot_be_read_is_named(vm: Bench) -> None:
    bad = draft(vm, "vms[id=a].s := 2")
    lazy = draft(vm, "vms[id=b].s := 2")
    good = draft(vm, "tags := [y]", why="because")
    path = vm.path / f"proposals/2026-02/{bad}/proposal.yaml"
    path.write_text("spine: [")
    vm.commit("policy", **{"spine.yaml": SETTINGS + "policy: {require: [why]}\n"})
    found = overlaps(vm.work)
    assert found.order == (good,)
    assert [one.id for one in found.stuck] == [bad, lazy]
    assert "not valid YAML" in found.stuck[0].reason
    assert "requires “why”" in found.stuck[1].reason


def test_a_tie_that_no_address_shows_is_found_by_the_proof(vm: Bench) -> None:
    """New settings make comments hard: what goes together by the old ones conflicts behind the new."""
    vm.write("spine.yaml", SETTINGS + "policy: {comments: hard}\n")
    hard = str(vm.propose("hard comments").proposal.id)
    vm.write(VM, TEXT.replace("updated: 1", "updated: 1  # mine"))
    first = str(vm.propose("comment one").proposal.id)
    vm.write(VM, TEXT.replace("updated: 1", "updated: 1  # yours"))
    second = str(vm.propose("comment two").proposal.id)
    found = overlaps(vm.work)
    assert (found.order, found.there, found.is_most) == ((first, hard), (second,), True)
    assert isinstance(apply(vm.work, first), Applied)
    assert isinstance(apply(vm.work, second), AlreadyApplied)
    assert isinstance(apply(vm.work, hard), Applied)


def test_for_programs(vm: Bench) -> None:
    first, second = draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[id=a].s := 3")
    shown = overlaps_document(overlaps(vm.work), Exit.CONFLICT)
    assert shown["spine"] == "overlaps/1"
    assert shown["open"] == [{"id": first, "is_draft": True}, {"id": second, "is_draft": True}]
    assert shown["shared"] == [{"path": VM, "address": "vms[id=a].s", "proposals": [first, second], "rule": None}]
    assert shown["order"] == [first]
    [pair] = shown["pairs"]  # type: ignore[misc]
    assert (pair["outcome"], pair["conflicts"][0]["address"]) == ("conflict", "vms[id=a].s")  # type: ignore[index]


def test_the_work_grows_with_the_proposals_and_not_with_their_pairs(vm: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    many = 30
    vm.commit("many", **{VM: "vms:\n" + "".join(f"  - id: m{n}\n    s: 1\n" for n in range(many))})
    for number in range(many):
        draft(vm, f"vms[id=m{max(number, 1)}].s := {number + 2}")
    calls = []

    def counted(*words: object) -> object:
        calls.append(words)
        return bring(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(rehearsal, "bring", counted)
    found = overlaps(vm.work)
    assert ([pair.outcome for pair in found.pairs], len(found.order), len(found.stuck)) == (["conflict"], many - 1, 1)
    assert many <= len(calls) <= many + 10


# ---- against brute force --------------------------------------------------------------------------------------------

CHANGES = [
    "vms[id=a].s := 2", "vms[id=a].s := 3", "vms[name=one].s := 4", "vms[id=b].s := 2", "vms[id=b].s := 3",
    "-vms[id=a]", "-vms[id=b]", "+vms[id=c] := {id: c, s: 1}", "+vms[id=c] := {id: c, s: 2}", "+vms[id=d] := {id: d}",
    "tags := [x, y]", "+tags[=z]", "-tags[=x]", "updated := 2", "updated := 3", "steps := [p, q]", "steps := [q]",
    "vms[id=a].name := eins", "vms[id=b] := {id: b}", "vms := []", "+new := 1", "+new := 2", "-tags",
]  # fmt: skip


def open_ones(bench: Bench, seed: int) -> list[str]:
    """Two to five proposals of one to three edits, some made later than others, some that require others."""
    chance = random.Random(seed)
    ids: list[str] = []
    for _ in range(chance.randint(2, 5)):
        for _ in range(20):
            edits = chance.sample(CHANGES, chance.choice([1, 1, 2, 3]))
            if ids:
                bench.run("add", "-A")
                bench.run("commit", "-qm", "proposals", "--allow-empty")
            requires = tuple(chance.sample(ids, 1)) if ids and chance.random() < 0.25 else ()
            try:
                ids.append(draft(bench, *edits, requires=requires))
                break
            except Exception:
                continue
        if len(ids) == 1 and chance.random() < 0.3:
            bench.write(VM, TEXT.replace("updated: 1", "updated: 0"))
            bench.run("commit", "-qm", "meanwhile", "--", VM)
    return ids


def most(bench: Bench, ids: Sequence[str]) -> int:
    """How many are done with at the end of the best of all permutations; by itself, without what is tested."""
    work = bench.work
    tree = snapshot_of(work.repo, head(work.repo).commit)  # type: ignore[union-attr]
    settings = read_ledger(tree).settings
    stored = {id_: overlaps_stored(bench, id_) for id_ in ids}
    find = blob_finder(tree)

    def done(order: Sequence[str]) -> int:
        overlay, landed, count = Overlay(work.repo, tree), set(), 0
        for id_ in order:
            one = stored[id_]
            proposal = one.read_or_raise()
            if not landed.issuperset(proposal.requires):
                continue
            files = bring(proposal, overlay, settings, find, work.repo.objects.hash_blob, attached_finder(one))
            if any(file.conflicts for file in files):
                continue
            count += 1
            if any(file.outcome != "already there" for file in files):
                landed.add(id_)
                overlay.files |= {file.path: (file.after, file.mode) for file in files}
        return count

    return max(map(done, permutations(ids)))


def overlaps_stored(bench: Bench, id_: str):  # type: ignore[no-untyped-def]
    from spine.actions.locate import locate

    work = bench.work
    return locate(work.repo, id_, read_ledger(snapshot_of(work.repo, head(work.repo).commit))).stored  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(int(os.environ.get("SPINE_SEEDS", "24"))))
def test_no_permutation_lands_more_and_the_order_really_lands(vm: Bench, seed: int) -> None:
    ids = open_ones(vm, seed)
    found = overlaps(vm.work)
    assert found.is_most
    assert len(found.order) + len(found.there) == most(vm, ids)
    assert sorted((*found.order, *found.there, *(one.id for one in found.stuck))) == sorted(ids)
    assert overlaps(vm.work) == found, "it is not deterministic"
    for pair in found.pairs:
        if pair.outcome == "conflict" and not any(
            overlaps_stored(vm, id_).proposal.requires for id_ in (pair.first, pair.second)
        ):
            assert most(vm, [pair.first, pair.second]) == 1
    for id_ in found.order:
        assert isinstance(apply(vm.work, id_), Applied)


def test_too_many_tries_are_said(vm: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draft(vm, "-vms[id=a]")
    ids = [draft(vm, "vms[id=a].s := 2"), draft(vm, "vms[id=a].name := uno")]
    monkeypatch.setattr(landing_order, "MOST_TRIES", -1)
    found = overlaps(vm.work)
    assert not found.is_most
    assert found.order == (whole,)
    assert "another order may land more" in overlaps_lines(found, PLAIN)[-1]
    assert {one.id for one in found.stuck} == set(ids)
