"""Conflicts of real proposals settled on real repositories: the successor lands, and gives exactly what was taken."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from published import fitting

from spine.actions.apply import Blocked, PlanConflicts, apply
from spine.actions.plan import plan
from spine.actions.propose import Wanted
from spine.actions.resolve import Choice, NotAConflict, Resolved, Unresolved, resolve
from spine.actions.undo import undo
from spine.actions.validate import validate
from spine.change.amended import CannotSettle
from spine.change.settle import Take
from spine.change.taking import Side
from spine.errors import Refused
from spine.review.conflict_text import ways_out
from tests.actions.conftest import SETTINGS, Bench
from tests.change.test_taking import BASE, BUSY, CASES, Case, edit

VM = "bindings/vm.yaml"


def clash(bench: Bench, base: str, target: str, proposed: str, path: str = VM, **wanted: object) -> str:
    """A committed proposal, and a target that went its own way; the proposal's id."""
    bench.commit("base", **{path: base})
    bench.write(path, proposed)
    made = bench.propose("the change", **wanted)
    bench.commit("the target moves on", **{path: target})
    return str(made.proposal.id)


def settled(bench: Bench, id_: str, *choices: Choice, others: Side | None = None) -> Resolved:
    return resolve(bench.work, id_, choices, others)


@pytest.mark.parametrize("side", ["target", "proposal", "value"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_what_was_taken_lands_and_nothing_else_is_lost(bench: Bench, case: Case, side: Side) -> None:
    if side == "value" and case.value is None:
        pytest.skip("no third value can be given here")
    bench.write("spine.yaml", SETTINGS + ("policy: {comments: hard}\n" if case.rules else ""))
    target = edit(*case.target, text=BUSY)
    id_ = clash(bench, BASE, target, edit(*case.proposed, ("2026-01-01", "2026-02-02")), why="Because.")
    with pytest.raises(PlanConflicts):
        apply(bench.work, id_)
    choice = Choice(f"{VM}#{case.at}", Take(side, case.value if side == "value" else None))
    if side == "proposal" and case.taken is None:
        with pytest.raises(CannotSettle) as refused:
            settled(bench, id_, choice)
        assert refused.value.hint
        return
    done = settled(bench, id_, choice)
    assert done.made.proposal.supersedes == (id_,)
    assert done.made.proposal.title == "the change"
    assert done.made.proposal.base == bench.tip()
    why = done.made.proposal.why or ""
    assert why.startswith("Because.\n\nSettled for ")
    assert f"{VM}#{case.at}: " in why
    assert done.made.plan.outcome == "clean"
    bench.apply(done.made.proposal.id)
    edits = {"target": [], "proposal": case.taken or [], "value": case.given or []}[side]
    assert bench.read(VM) == edit(*edits, text=edit(("2026-01-01", "2026-02-02"), text=target))
    assert plan(bench.work, id_).blockers == (f"it is superseded by {done.made.proposal.id}",)
    assert validate(bench.work, revision="HEAD").findings == ()


def test_everything_is_carried_over(bench: Bench) -> None:
    bench.commit("base", **{VM: "a: 1\nb: 1\n"})
    bench.write(VM, "a: 2\nb: 1\n")
    first = bench.propose("first")
    bench.apply(first.proposal.id)
    bench.write(VM, "a: 3\nb: 3\n")
    old = bench.propose(
        "second",
        why="It moves.",
        loop="LOOP-MOVE-20260212",
        requires=(first.proposal.id,),
    ).proposal
    bench.commit("moved on", **{VM: "a: 9\nb: 1\n"})
    new = settled(bench, old.id, others="proposal").made.proposal
    assert (new.title, new.loop, new.requires) == (old.title, old.loop, old.requires)
    bench.commit("the successor")
    bench.apply(new.id)
    assert bench.read(VM) == "a: 3\nb: 3\n"


def test_what_is_not_settled_is_listed_and_nothing_is_written(bench: Bench) -> None:
    id_ = clash(bench, "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 2\nc: 1\n", "a: 3\nb: 3\nc: 3\n")
    before = bench.run("status", "--porcelain")
    with pytest.raises(Unresolved) as left:
        settled(bench, id_, Choice("a", Take("target")))
    assert [(path, str(one.at)) for path, one in left.value.remaining] == [(VM, "b")]
    assert bench.run("status", "--porcelain") == before
    done = settled(bench, id_, Choice("a", Take("target")), Choice(f"{VM}#b", Take("value", "7")))
    bench.apply(done.made.proposal.id)
    assert bench.read(VM) == "a: 2\nb: 7\nc: 3\n"


def test_a_choice_goes_for_all_below_it_and_the_nearest_one_counts(bench: Bench) -> None:
    base = "vms:\n  - {vmid: 1, a: 1, b: 1}\n  - {vmid: 2, a: 1, b: 1}\n"
    id_ = clash(bench, base, base.replace("a: 1", "a: 2").replace("b: 1", "b: 2"),
                base.replace("a: 1", "a: 3").replace("b: 1", "b: 3"))  # fmt: skip
    done = settled(
        bench, id_, Choice("vms[vmid=1]", Take("proposal")), Choice("vms[vmid=1].b", Take("target")), others="target"
    )
    bench.apply(done.made.proposal.id)
    assert bench.read(VM) == "vms:\n  - {vmid: 1, a: 3, b: 2}\n  - {vmid: 2, a: 2, b: 2}\n"


def test_an_address_without_a_conflict_is_refused_with_the_nearest(bench: Bench) -> None:
    id_ = clash(bench, "alpha: 1\nb: 1\n", "alpha: 2\nb: 1\n", "alpha: 3\nb: 3\n")
    with pytest.raises(NotAConflict) as refused:
        settled(bench, id_, Choice("alhpa", Take("target")), others="target")
    assert "did you mean bindings/vm.yaml#alpha?" in (refused.value.hint or "")


def test_an_address_that_two_files_conflict_at_needs_the_file(bench: Bench) -> None:
    bench.commit("base", **{"bindings/x.yaml": "a: 1\n", "bindings/y.yaml": "a: 1\n"})
    bench.write("bindings/x.yaml", "a: 2\n")
    bench.write("bindings/y.yaml", "a: 2\n")
    id_ = bench.propose("both").proposal.id
    bench.commit("moved", **{"bindings/x.yaml": "a: 3\n", "bindings/y.yaml": "a: 3\n"})
    with pytest.raises(NotAConflict, match=r"bindings/x\.yaml, bindings/y\.yaml"):
        settled(bench, id_, Choice("a", Take("proposal")))
    done = settled(bench, id_, Choice("bindings/x.yaml", Take("proposal")), Choice("bindings/y.yaml#a", Take("target")))
    bench.apply(done.made.proposal.id)
    assert (bench.read("bindings/x.yaml"), bench.read("bindings/y.yaml")) == ("a: 2\n", "a: 3\n")


def test_a_file_stands_for_all_its_documents(bench: Bench) -> None:
    base = "a: 1\n---\nb: 1\n---\nc: 1\n"
    id_ = clash(bench, base, base.replace("a: 1", "a: 2").replace("b: 1", "b: 2"), base.replace("1", "3"))
    done = settled(bench, id_, Choice(VM, Take("proposal")), Choice("$2.b", Take("target")))
    bench.apply(done.made.proposal.id)
    assert bench.read(VM) == "a: 3\n---\nb: 2\n---\nc: 3\n"


def test_the_successor_of_a_draft_tells_how_to_drop_it(bench: Bench) -> None:
    bench.commit("base", **{VM: "a: 1\nb: 1\n"})
    bench.write(VM, "a: 2\nb: 2\n")
    draft = bench.propose("draft").proposal.id
    bench.write(VM, "a: 9\nb: 1\n")
    bench.run("commit", "-qam", "only the binding")
    done = spine(bench, "resolve", draft, "--all", "--take", "proposal", "--apply")
    assert done.returncode == 0, done.stderr
    assert f"{VM}#a: the proposal's" in done.stdout
    assert f"{draft} is a draft and stays; to drop it: rm -r proposals/" in done.stdout
    assert bench.read(VM) == "a: 2\nb: 2\n"
    assert validate(bench.work, revision="HEAD").findings == ()


def test_if_nothing_is_left_it_says_so(bench: Bench) -> None:
    id_ = clash(bench, "a: 1\n", "a: 2\n", "a: 3\n")
    with pytest.raises(Blocked) as blocked:
        settled(bench, id_, others="target")
    assert blocked.value.hint == f"spine withdraw {id_}"


def test_what_does_not_conflict_is_not_resolved(bench: Bench) -> None:
    id_ = clash(bench, "a: 1\nb: 1\n", "a: 1\nb: 2\n", "a: 3\nb: 1\n")
    with pytest.raises(NotAConflict):
        settled(bench, id_, others="target")
    bench.apply(id_)
    with pytest.raises(Refused, match="is applied") as refused:
        settled(bench, id_, others="target")
    assert refused.value.hint == f"spine undo {id_}"


def test_an_undone_proposal_that_no_longer_fits_can_be_settled(bench: Bench) -> None:
    bench.commit("base", **{VM: "a: 1\nb: 1\n"})
    bench.write(VM, "a: 2\nb: 2\n")
    old = bench.propose("once").proposal.id
    bench.apply(old)
    bench.apply(undo(bench.work, old).proposal.id)
    bench.commit("moved on", **{VM: "a: 9\nb: 1\n"})
    bench.apply(settled(bench, old, others="proposal").made.proposal.id)
    assert bench.read(VM) == "a: 2\nb: 2\n"


# ---- whole files --------------------------------------------------------------------------------------------------


def change_files(bench: Bench, **files: str | bytes | None) -> None:
    for path, text in files.items():
        if text is None:
            (bench.path / path).unlink()
        else:
            bench.write(path, text)


FILES: Sequence[tuple[str, str | bytes | None, str | bytes | None, str | bytes | None]] = [
    ("added twice", None, "a: 1\n", "a: 2\n"),
    ("deleted here, changed there", "a: 1\nb: 1\n", None, "a: 2\nb: 1\n"),
    ("changed here, deleted there", "a: 1\nb: 1\n", "a: 2\nb: 1\n", None),
]


@pytest.mark.parametrize("side", ["target", "proposal"])
@pytest.mark.parametrize(("base", "target", "proposed"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_whole_file_is_one_sides(
    bench: Bench, base: str | None, target: str | None, proposed: str | None, side: Side
) -> None:
    path = "bindings/one.yaml"
    files = {"bindings/other.yaml": "x: 1\n"} | ({path: base} if base is not None else {})
    bench.commit("base", **files)
    change_files(bench, **{path: proposed, "bindings/other.yaml": "x: 2\n"})
    id_ = bench.propose("files").proposal.id
    change_files(bench, **{path: target})
    bench.commit("moved on")
    found = plan(bench.work, id_)
    assert found.outcome == "conflicts"
    done = settled(bench, id_, Choice(path, Take(side)))
    bench.apply(done.made.proposal.id)
    wanted = target if side == "target" else proposed
    assert (bench.path / path).exists() == (wanted is not None)
    if wanted is not None:
        assert bench.read(path) == wanted
    assert bench.read("bindings/other.yaml") == "x: 2\n"


# ---- at the door --------------------------------------------------------------------------------------------------


def spine(bench: Bench, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**bench.env, "SPINE_CLOCK": "2026-03-01T00:00:00Z", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run([sys.executable, "-m", "spine", *words], cwd=bench.path, env=env, text=True,
                          capture_output=True, check=False)  # fmt: skip


ODD = "bindings/it's $odd.yaml"


def test_the_commands_that_a_plan_prints_do_what_they_say(bench: Bench) -> None:
    base = 'vms:\n  - {name: "a b", n: 1}\n  - {name: "it\'s", n: 1}\nz: 1\n'
    id_ = clash(bench, base, base.replace("n: 1", "n: 2"), base.replace("n: 1", "n: 3").replace("z: 1", "z: 3"), ODD)
    ways = dict(ways_out(plan(bench.work, id_)))
    command = shlex.split(ways["decide one by one"])
    assert command[:3] == ["spine", "resolve", id_]
    done = spine(bench, *command[1:], "--apply")
    assert done.returncode == 0, done.stderr
    assert bench.read(ODD) == base.replace("n: 1", "n: 3").replace("z: 1", "z: 3")


def test_every_way_out_of_one_conflict_works(bench: Bench) -> None:
    base = "a: 1\nb: 1\n"
    id_ = clash(bench, base, "a: 2\nb: 1\n", "a: 3\nb: 3\n")
    ways = dict(ways_out(plan(bench.work, id_)))
    outcomes = {}
    for what in ("take the proposal's", "keep the target's", "give a third value"):
        words = shlex.split(ways[what].replace("VALUE", "7"))
        done = spine(bench, *words[1:], "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        document = fitting(json.loads(done.stdout))
        assert document["spine"] == "resolve/1"
        assert document["resolves"] == id_
        outcomes[what] = document["settled"][0]["take"]
        bench.run("clean", "-qfd", "proposals")
    assert outcomes == {
        "take the proposal's": "proposal", "keep the target's": "target", "give a third value": "value"
    }  # fmt: skip


def test_left_over_conflicts_end_with_3_and_their_commands(bench: Bench) -> None:
    id_ = clash(bench, "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 2\nc: 1\n", "a: 3\nb: 3\nc: 3\n")
    done = spine(bench, "resolve", id_, "--at", f"{VM}#a", "--take", "target")
    assert done.returncode == 3
    assert f"--at '{VM}#b' --take proposal" in done.stdout or f"--at {VM}#b --take proposal" in done.stdout
    assert "1 conflict is left to settle; nothing was written" in done.stderr
    document = fitting(json.loads(spine(bench, "resolve", id_, "--at", "a", "--take", "target", "--json").stdout))
    assert document["exit"]["code"] == 3
    assert [one["address"] for one in document["conflicts"]] == ["b"]
    assert document["conflicts"][0]["takes"] == ["target", "proposal", "value"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "a"], "one --take for each --at, not 0 for 1"),
        ([], "say what to take"),
        (["--at", "a", "--take", "value"], "one --value for each --take value"),
        (["--all", "--take", "value", "--value", "1"], "--all takes one of the two sides"),
        (["--at", "a", "--take", "both"], "Invalid value for '--take'"),
    ],
)
def test_what_does_not_pair_is_refused(bench: Bench, words: list[str], said: str) -> None:
    done = spine(bench, "resolve", "CP-1", *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_first_conflict_that_a_rule_would_settle_prints_its_line(bench: Bench) -> None:
    base = "updated: 2026-01-01\nvms:\n  - {vmid: 1, seen: 2026-01-01}\n"
    target = base.replace("updated: 2026-01-01", "updated: 2026-01-03")
    id_ = clash(bench, base, target, base.replace("updated: 2026-01-01", "updated: 2026-01-02"))
    line = dict(ways_out(plan(bench.work, id_)))["settle it always"].split(":  ", 1)[1]
    assert line == "bindings/vm.yaml#updated: newest"
    bench.commit("the rule", **{"spine.yaml": f"{SETTINGS}merge:\n  {line}\n"})
    assert plan(bench.work, id_).outcome == "already there"
    bench.write(VM, bench.read(VM).replace("seen: 2026-01-01", "seen: 2026-02-01"))
    other = bench.propose("seen").proposal.id
    bench.commit("seen", **{VM: bench.read(VM).replace("seen: 2026-01-01", "seen: 2026-03-01")})
    line = dict(ways_out(plan(bench.work, other)))["settle it always"].split(":  ", 1)[1]
    assert line == '"bindings/vm.yaml#vms[].seen": newest'


def test_a_why_may_be_given(bench: Bench) -> None:
    id_ = clash(bench, "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 3\nb: 3\n", why="Old.")
    done = resolve(bench.work, id_, [], "target", Wanted(why="Ada was right."))
    assert (done.made.proposal.why or "").startswith("Ada was right.\n\nSettled for")
