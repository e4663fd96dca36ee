"""The linked ledger of a tree of plain files, and who is linked with whom in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from spine.identity import Identity
from spine.ledger.links import Facts, Landing, Links, Thing, links_of, named_at
from spine.ledger.reading import read_ledger
from spine.ledger.trace import trace

LOOP = "LOOP-HOME-20260212"
CP = "CP-20260212-080601__home"
PROPOSAL = f"""\
spine: proposal/1
id: {CP}
title: home
why: GAP-OP-119 is next, after CP-20260211-010203
loop: {LOOP}
gaps: {{registers: [GAP-OP-118], closes: []}}
author: Ada Author <ada@example.org>
created: 2026-02-12T08:06:01Z
files:
  - path: bindings/vm.yaml
    ops:
      - set: vms[vmid=100].status
        from: running
        to: stopped
        why: until GAP-OP-118 is closed
    base: {"a" * 40}
    result: {"b" * 40}
base: {"c" * 40}
"""


@dataclass
class Tree:
    files: dict[str, str]

    def read(self, path: str) -> bytes | None:
        text = self.files.get(path)
        return text.encode() if text is not None else None

    def paths(self, prefix: str = "") -> Iterator[str]:
        return (path for path in sorted(self.files) if path.startswith(prefix))


def linked(**files: str) -> Links:
    tree = Tree({f"proposals/2026-02/{CP}/proposal.yaml": PROPOSAL, **files})
    return links_of(tree, read_ledger(tree), {CP: Landing("4" * 40, "home", date(2026, 2, 12))})


def links(found: Links) -> set[tuple[str, str, str]]:
    return {(one.source.id, one.relation, one.target.id) for all_ in found.outward.values() for one in all_}


def test_all_that_a_proposal_says_is_a_link() -> None:
    assert links(linked()) == {
        (CP, "for", LOOP),
        (CP, "registers", "GAP-OP-118"),
        (CP, "mentions", "GAP-OP-119"),
        (CP, "mentions", "CP-20260211-010203"),
        (CP, "changes", "bindings/vm.yaml"),
        (CP, "changes", "bindings/vm.yaml#vms[vmid=100].status"),
        ("bindings/vm.yaml#vms[vmid=100].status", "within", "bindings/vm.yaml"),
        ("GAP-OP-118", "touches", "bindings/vm.yaml#vms[vmid=100].status"),
        (CP, "landed", "4" * 40),
    }


def test_what_is_only_spoken_of_is_not_there() -> None:
    found = linked()
    assert not found.facts[Thing("loop", LOOP)].is_there
    assert found.facts[Thing("proposal", CP)] == Facts("home", "pending", f"proposals/2026-02/{CP}")


def test_a_loop_is_there_however_it_was_written_and_a_gap_that_cannot_be_read_is_not() -> None:
    found = linked(**{f"loops/{LOOP}.scope.md": "no front matter\n", "gaps/GAP-OP-118.yaml": "spine: gap/1\n"})
    assert found.facts[Thing("loop", LOOP)] == Facts("", "no status", f"loops/{LOOP}.scope.md")
    assert not found.facts[Thing("gap", "GAP-OP-118")].is_there


def test_an_abbreviated_id_means_the_only_one_that_fits() -> None:
    found = linked()
    assert found.meant("CP-20260212-080601") == Thing("proposal", CP)
    assert found.meant("4444444") == Thing("commit", "4" * 40)
    assert found.meant("5555555") == Thing("commit", "5555555")


def test_an_address_is_linked_with_what_was_done_above_and_below_it() -> None:
    found = linked()
    place = Thing("address", "bindings/vm.yaml#vms[vmid=100]")
    found.add(place, "within", Thing("file", "bindings/vm.yaml"))
    branches = trace(found, place).branches
    assert ("is changed by", CP, "vms[vmid=100].status") in {(one.relation, one.thing.id, one.at) for one in branches}


def test_the_innermost_entry_around_a_name_is_its_place() -> None:
    text = (
        "# GAP-OP-118 above all\n\nowner: x\nvms:\n  # GAP-OP-118 leads\n  - vmid: 100\n    status: off  # GAP-OP-118\n"
        "  - vmid: 101\n    note: waits for GAP-OP-118, not GAP-OP-1181\n    other: GAP-OP-1180\n"
    )
    found = named_at(Tree({"b.yaml": text}), ["b.yaml"], {"b.yaml": Identity()}, "GAP-OP-118")
    assert [thing.id for thing in found] == [
        "b.yaml",
        "b.yaml#vms[vmid=100]",
        "b.yaml#vms[vmid=100].status",
        "b.yaml#vms[vmid=101].note",
    ]
