"""Small honest histories, one idea each; `HONEST` has what makes them by name."""

from __future__ import annotations

from collections.abc import Callable

from spine.actions.absorb import absorb
from spine.actions.propose import Wanted
from spine.actions.sources import WorkTree
from spine.actions.undo import undo
from spine.actions.withdraw import withdraw
from tests.actions.conftest import Bench
from tests.audit.forgeries import NET, START, VM, commit, draft, edit, folder, land

HONEST: dict[str, Callable[[Bench], None]] = {}
RULES = 'merge:\n  "*#updated": newest\n  "*#count": "recount(items)"\n'


def history(act: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Keep an act under its name; it begins on two bindings and the settings."""

    def begun(bench: Bench) -> None:
        for path, text in START.items():
            bench.write(path, text)
        bench.run("add", "-A")
        bench.run("commit", "-q", "--amend", "-m", "start")
        act(bench)

    HONEST[act.__name__.replace("_", "-")] = begun
    return begun


def two_from_one_base(bench: Bench, one: dict[str, tuple[str, str]], other: dict[str, tuple[str, str]]) -> None:
    ids = [draft(bench, "left", one), draft(bench, "right", other)]
    for id_ in ids:
        bench.apply(id_)


@history
def landed_value(bench: Bench) -> None:
    land(bench, "first", {VM: ("8e66283", "8e66284")})


@history
def landed_behind_another(bench: Bench) -> None:
    two_from_one_base(bench, {VM: ("name: web", "name: www")}, {VM: ("status: stopped", "status: running")})


@history
def items_added_side_by_side(bench: Bench) -> None:
    new = "- id: {0}\n  cidr: 10.{0}.0.0/24\n- id: iot"
    two_from_one_base(bench, {NET: ("- id: iot", new.format(8))}, {NET: ("- id: iot", new.format(9))})


@history
def merged(bench: Bench) -> None:
    bench.run("switch", "-q", "-c", "side")
    land(bench, "aside", {VM: ("name: dns", "name: dns2")})
    bench.run("switch", "-q", "main")
    land(bench, "ahead", {VM: ("name: web", "name: www")})
    bench.run("merge", "-q", "--no-ff", "-m", "join", "side")


@history
def squashed(bench: Bench) -> None:
    bench.run("switch", "-q", "-c", "side")
    land(bench, "one", {VM: ("name: dns", "name: dns2")})
    land(bench, "two", {VM: ("dns2", "dns3"), NET: ("id: iot", "id: toys")})
    bench.run("switch", "-q", "main")
    land(bench, "ahead", {VM: ("name: web", "name: www")})
    bench.run("merge", "-q", "--squash", "side")
    commit(bench, "squashed")
    bench.run("branch", "-qD", "side")


@history
def rebased(bench: Bench) -> None:
    bench.run("switch", "-q", "-c", "side")
    land(bench, "one", {VM: ("name: dns", "name: dns2")})
    land(bench, "two", {VM: ("dns2", "dns3")})
    bench.run("switch", "-q", "main")
    land(bench, "ahead", {VM: ("name: web", "name: www")})
    bench.run("rebase", "-q", "main", "side")
    bench.run("switch", "-q", "main")
    bench.run("merge", "-q", "--ff-only", "side")


@history
def cherry_picked(bench: Bench) -> None:
    bench.run("switch", "-q", "-c", "side")
    land(bench, "one", {NET: ("10.0.1.0", "10.7.1.0")})
    land(bench, "two", {VM: ("name: dns", "name: dns2")})
    bench.run("switch", "-q", "main")
    land(bench, "ahead", {VM: ("name: web", "name: www")})
    bench.run("cherry-pick", "side")


@history
def amended(bench: Bench) -> None:
    land(bench, "first", {VM: ("name: web", "name: www")})
    bench.run("commit", "-q", "--amend", "-m", "other words\n\n" + bench.run("log", "-1", "--format=%B"))


@history
def undone(bench: Bench) -> None:
    first = land(bench, "first", {VM: ("name: web", "name: www")})
    land(bench, "second", {VM: ("name: dns", "name: dns2")})
    bench.apply(undo(bench.work, first).proposal.id)


@history
def recorded_afterwards(bench: Bench) -> None:
    start = bench.tip()
    edit(bench, VM, "name: web", "name: www")
    commit(bench)
    edit(bench, VM, "name: dns", "name: dns2")
    commit(bench)
    absorb(bench.work, f"{start}..HEAD", Wanted(title="recorded"))


@history
def rules_decide(bench: Bench) -> None:
    land(bench, "rules", {"spine.yaml": ("governed:", RULES + "governed:")})
    bench.write("bindings/count.yaml", 'updated: "2026-01-01"\ncount: 1\nitems:\n  - id: a\n')
    bench.apply(bench.propose("count").proposal.id)
    path = "bindings/count.yaml"
    ids = []
    for day, name in ((3, "b"), (2, "c")):
        edit(bench, path, "2026-01-01", f"2026-01-0{day}")
        ids.append(draft(bench, name, {path: ("count: 1\nitems:\n", f"count: 2\nitems:\n  - id: {name}\n")}))
    for id_ in ids:
        bench.apply(id_)


@history
def texts_and_files(bench: Bench) -> None:
    bench.write("docs.md", "one\ntwo\nthree\nfour\nfive\n")
    commit(bench, "docs")
    edit(bench, "docs.md", "two", "zwei")
    left = bench.propose("left", WorkTree(("docs.md",))).proposal.id
    edit(bench, "docs.md", "five", "cinq")
    right = bench.propose("right", WorkTree(("docs.md",))).proposal.id
    for id_ in (left, right):
        bench.apply(id_)
    bench.write("bindings/new.yaml", "a: 1\n")
    bench.apply(bench.propose("new").proposal.id)
    bench.run("rm", "-q", "--cached", "bindings/new.yaml")
    (bench.path / "bindings/new.yaml").unlink()
    bench.run("reset", "-q")
    bench.apply(bench.propose("gone").proposal.id)


@history
def a_file_that_runs(bench: Bench) -> None:
    (bench.path / VM).chmod(0o755)
    bench.apply(bench.propose("mode").proposal.id)


@history
def comments_and_formatting(bench: Bench) -> None:
    land(bench, "words", {VM: ("  # DNS\n", "  # DNS for the house\n  # and the garden\n")})
    land(bench, "quotes", {VM: ("name: web\n", "name: 'web'  # said\n")})
    land(bench, "blank", {VM: ("vms:\n", "vms:\n\n")})


@history
def sequences_and_order(bench: Bench) -> None:
    land(bench, "commands", {VM: ("    name: dns\n", "    name: dns\n    command: [a, b, c, d]\n")})
    two_from_one_base(bench, {VM: ("[a, b, c, d]", "[x, a, b, c, d]")}, {VM: ("c, d]", "c, e]")})
    text = bench.read(NET)
    lan = "- id: lan\n  cidr: 10.0.0.0/24\n"
    bench.write(NET, text.replace(lan, "") + lan)
    bench.apply(bench.propose("order").proposal.id)


@history
def line_ends_and_documents(bench: Bench) -> None:
    bench.write("bindings/crlf.yaml", "a: 1\r\nb:\r\n  - id: x\r\n    v: 8e66283\r\n")
    bench.write("bindings/many.yaml", "a: 1\n---\nb: |\n  one\n  two\n---\nc: &x [1, 2]\nd: *x\n")
    bench.apply(bench.propose("both").proposal.id)
    land(bench, "change", {"bindings/crlf.yaml": ("8e66283", "8e66284"), "bindings/many.yaml": ("two", "zwei")})


@history
def withdrawn_and_pending(bench: Bench) -> None:
    id_ = draft(bench, "first", {VM: ("name: web", "name: www")})
    draft(bench, "second", {VM: ("name: dns", "name: dns2")})
    commit(bench, "propose")
    withdraw(bench.work, id_, why="not now")
    assert folder(bench, "second")


def nobody_governs(bench: Bench) -> None:
    bench.run("rm", "-q", "spine.yaml")
    bench.write(VM, START[VM])
    bench.run("add", "-A")
    bench.run("commit", "-q", "--amend", "-m", "start")
    edit(bench, VM, "name: web", "name: www")
    commit(bench)


def governance_begins(bench: Bench) -> None:
    nobody_governs(bench)
    bench.write("spine.yaml", START["spine.yaml"])
    commit(bench, "govern")
    land(bench, "first", {VM: ("name: dns", "name: dns2")})


HONEST |= {"nobody-governs": nobody_governs, "governance-begins": governance_begins}
