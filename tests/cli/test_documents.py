"""`--json`: one document a verb, whatever happens, whose keys stay. `json_keys.txt` has them, `[]` for every item.

Each document is as its published schema says (`Done.document` asks), and the schemas say enough: they fall out with a
document of which one key is missing, has another name or another type.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import click
from published import fitting, judge

from spine.actions.published_schemas import published_schemas

from .conftest import VM, Done, House
from .golden import HERE, sections, settle
from .test_help import CONTEXT, NAMES, command

FILE = HERE / "json_keys.txt"
Call = Callable[..., Done]
# Operations, which say what they say, and maps whose keys are data.
FREE = ("ops[]", "counts", "settings", "debt", "forms", "unlanded", "says", "registered", "schema")
# Keys that are there only with some options, or only of some errors.
OPTIONAL = {
    "apply/1": {"path", "effect", "restored", "backup", "replaced", "warnings"},
    "error/1": {"plan", "conflicts", "findings", "open"},
}


def keys(value: object, at: str = "") -> Iterator[str]:
    """The path of every key below a value. What is `FREE` has keys of its own, and ends here."""
    if isinstance(value, dict) and not at.endswith(FREE):
        for key, inside in value.items():
            here = f"{at}.{key}" if at else key
            yield here
            yield from keys(inside, here)
    if isinstance(value, list):
        for one in value:
            yield from keys(one, f"{at}[]")


class Documents:
    """The documents of a session, each checked on its own."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.found: dict[str, set[str]] = {}

    def __call__(self, *words: str, code: int = 0, stdin: str = "") -> dict[str, Any]:
        said = self.call(*words, "--json", stdin=stdin)
        assert said.code == code, said
        document = said.document
        assert said.out == json.dumps(document, indent=2) + "\n"
        assert said.out.isascii()
        assert (said.err == "") == (document["spine"] != "error/1")
        assert [*document][:: len(document) - 1] == ["spine", "exit"]
        assert document["exit"]["code"] == code
        name = document["spine"]
        new = {*keys(document)} - self.found.setdefault(name, set())
        refuses_what_is_not_so(document, new)
        self.found[name] |= new
        return document


def refuses_what_is_not_so(document: dict[str, Any], paths: set[str]) -> None:
    """Each of these keys has to be there, with its name and its type, or the schema does not take the document."""
    name = document["spine"]
    for path, parent, key, inside in list(members(document)):
        if path not in paths:
            continue
        paths = paths - {path}
        kept = dict(parent)
        for change in ("missing", "renamed", "retyped"):
            if change == "missing" and path in OPTIONAL.get(name, ()):
                continue
            parent.clear()
            if change == "renamed":
                parent.update({(f"{one}_" if one == key else one): value for one, value in kept.items()})
            else:
                parent.update({one: value for one, value in kept.items() if one != key})
            if change == "retyped":
                parent[key] = [[7.5]] if not isinstance(inside, list) else {"x": 7.5}
            is_taken = judge(name).is_valid(document)
            parent.clear()
            parent.update(kept)
            assert not is_taken, f"{name}: {path} {change}, and nobody minds"


def members(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any], str, Any]]:
    """Every key below a value: its path as `keys` has it, the mapping that it stands in, itself, what it holds."""
    if isinstance(value, dict) and not at.endswith(FREE):
        for key, inside in value.items():
            here = f"{at}.{key}" if at else key
            yield here, value, key, inside
            yield from members(inside, here)
    if isinstance(value, list):
        for one in value:
            yield from members(one, f"{at}[]")


def test_the_keys_of_every_document(house: House, inside: Call) -> None:
    ask = Documents(inside)
    house.edit("bindings/vm.yaml", "status: stopped", "status: running")
    first = ask("propose", "start the dns")["id"]
    ask("propose", "--undo")
    first = ask("propose", "start the dns", "--why", "ä → ␛ \x1b")["id"]
    ask("show", first)
    ask("plan", first)
    ask("list")
    ask("status")
    ask("validate")
    ask("apply", first)
    ask("apply", first)
    ask("show", first)
    ask("plan", first)
    ask("log")
    ask("check", "HEAD^..HEAD")
    ask("diff", "HEAD^", "HEAD")
    ask("diff", "--exit-code", "HEAD^", code=1)
    back = ask("undo", first)["id"]
    ask("supersede", back, "--title", "otherwise")
    house.commit("drafts")
    back = ask("undo", first, "--apply")["id"]
    ask("propose", "--again", first)
    paused = ask("propose", "pause", "--set", "bindings/vm.yaml#vms[vmid=100].status=paused")["id"]
    ask("propose", "stop", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped", "--apply")
    house.commit("drafts")
    assert ask("plan", paused, code=3)["files"][0]["conflicts"][0]["set_by"]["proposal"].endswith("__stop")
    assert ask("apply", paused, code=3)["plan"]["outcome"] == "conflicts"
    ask("apply", "--queue", code=3)
    ask("approve", paused, "--days", "3")
    ask("withdraw", paused, "--why", "no")
    ask("show", paused)
    house.commit("by hand", {"bindings/vm.yaml": VM + "x: 1\n"})
    ask("check", "HEAD^..HEAD", code=1)
    ask("verify", "HEAD~3..HEAD", code=1)
    ask("verify", "nothing", code=2)
    ask("propose", "x", "--from", "HEAD^..HEAD", "--landed")
    ask("report", "-o", str(house.path.parent / "site"))
    house.write("bindings/bad.yaml", "a: [")
    ask("validate", code=2)
    ask("explain")
    ask("explain", "SP107")
    ask("hooks", "install", "--print")
    ask("hooks", "install")
    ask("hooks", "status")
    ask("hooks", "uninstall")
    ask("nonsense", code=2)
    ask("show", code=2)
    ask("show", "nope", code=2)
    settled(ask)


def test_the_keys_of_criteria_and_audits(house: House, inside: Call) -> None:
    loop = "---\nloop_id: LOOP-HOME-20260212\nstatus: open\nchecks:\n" + "".join(
        f"  {number}: {check}\n"
        for number, check in enumerate(
            ('{at: "bindings/vm.yaml#vms[].name", has: [web]}', "{no_open_gap: true}", '{at: "no.yaml#a", count: 1}'), 1
        )
    )
    loop += "---\n\n## Success Criteria\n\n1. [x] a\n2. [ ] b\n3. [~] c (later)\n4. [x] d\n"
    audit = (
        "audits:\n  nets:\n    columns: {lan: [lan], wan: [wan]}\n"
        '    rows: {Nets: {at: "bindings/net.yaml#nets[]"}, Lost: {at: "bindings/no.yaml#a[]"}}\n    rules: [wan > 0]\n'
    )
    house.commit("loop", {"loops/LOOP-HOME-20260212.scope.md": loop, "spine.yaml": house.read("spine.yaml") + audit})
    ask = Documents(inside)
    ask("loop", "check", "HOME")
    ask("parity")
    ask("parity", "nets", "--since", "HEAD", code=1)
    ask("parity", "nets", "--format", "chart", code=1)
    chart = json.loads(inside("parity", "nets", "--format", "chart", "--since", "HEAD").out)
    assert fitting(chart)["spine"] == "parity-chart/1"
    assert [one["values"] for one in chart["series"]] == [[1, None], [1, None], [0, None], [0, None]]
    refuses_what_is_not_so(chart, {*keys(chart)})
    ask.found["parity-chart/1"] = {*keys(chart)}
    ask("parity", "nets", "--propose")
    ask("parity", "nets", "--propose")
    settled(ask)


def test_the_keys_of_the_first_document(house: House, inside: Call) -> None:
    house.git("rm", "-q", "spine.yaml")
    ask = Documents(inside)
    ask("init")
    settled(ask)


def test_the_keys_of_loops_and_gaps(house: House, inside: Call) -> None:
    ask = Documents(inside)
    loop = ask("loop", "new", "Home", "--criterion", "a", "--criterion", "b", "--phase", "First")["loop"]
    gap = ask("gap", "new", "Lost", "--type", "runtime-bug", "--severity", "high", "--loop", loop)["id"]
    ask("gap", "link", gap, "--blocks", f"{loop}#1")
    ask("loop", "phase", loop, "--add", "Second")
    house.commit("a loop and its gap")
    ask("gap", "accept", gap, "--why", "it stays")
    ask("gap", "accept", gap, "--why", "it stays")
    ask("gap", "show", gap)
    ask("gap", "reopen", gap)
    ask("gap", "new", "More", "--type", "runtime-bug", "--severity", "low", "--propose")
    house.commit("drafts")
    words = ("propose", "start", "--set", "bindings/vm.yaml#vms[vmid=101].status=running", "--apply", "--loop", loop)
    landed = ask(*words)["id"]
    ask("loop", "close", loop, code=1)
    ask("gap", "close", gap, "--evidence", landed)
    ask("gap", "list")
    ask("gap", "show", gap)
    ask("loop", "criterion", loop, "1", "--met")
    ask("loop", "defer", loop, "2", "--reason", "it can wait")
    house.commit("ticks")
    ask("loop", "list")
    ask("loop", "sync", loop, "--commit")
    ask("loop", "show", loop)
    ask("loop", "check", loop)
    ask("loop", "close", loop)
    ask("loop", "reopen", loop)
    ask("loop", "criterion", loop, "--add", "c", "--propose")
    ask("trace", loop)
    ask("trace", landed)
    ask("status")
    settled(ask, besides="apply error loop-check status")


def test_the_keys_of_questions(house: House, inside: Call) -> None:
    ask = Documents(inside)
    place = "bindings/vm.yaml#vms[vmid=101]"
    one = ask("propose", "start", "--set", f"{place}.status=running")["id"]
    other = ask("propose", "pause", "--set", f"{place}.status=paused")["id"]
    house.commit("drafts")
    ask("overlaps", code=3)
    ask("review", "HEAD^..HEAD")
    ask("status")
    ask("apply", one)
    ask("resolve", other, code=2)
    ask("resolve", other, "--at", f"{place}.status", "--take", "value", "--value", "waiting")
    ask("undo", one, "--apply")
    assert ask("blame", "bindings/vm.yaml")["about"] == "file"
    assert ask("blame", f"{place}.status")["about"] == "value"
    assert ask("blame", place)["about"] == "entry"
    house.commit("gone", {"bindings/vm.yaml": "vms: []\n"})
    assert ask("blame", place)["about"] == "removed"
    ask("log", f"{place}.status")
    ask("trace", f"{place}.status")
    settled(ask, besides="apply error propose status trace")


def test_the_keys_of_what_sets_a_clone_up(house: House, inside: Call) -> None:
    ask = Documents(inside)
    ask("doctor")
    ask("drivers", "install", "--print")
    ask("drivers", "install", "--local")
    ask("drivers", "uninstall", "--local")
    house.commit("more", {"bindings/list.yaml": "members:\n  - {name: a, size: 1}\n  - {name: b, size: 2}\n"})
    ask("schema", "infer")
    ask("schema", "infer", "--propose", "what tells entries apart")
    ask("schema", "list")
    assert ask("schema", "show", "plan")["schema"] == json.loads(inside("schema", "show", "plan/1").out)
    assert ask("schema", "show", "pln", code=2)["hint"].startswith("did you mean plan/1")
    house.git("rm", "-rqf", "spine.yaml", "--cached")
    (house.path / "spine.yaml").unlink()
    loose = {"loops/LOOP-A-20260212.scope.md": "# A\n\nsee GAP-OP-9 and CP-20260101-000000__gone\n"}
    house.commit("apply CP-20260211-000000__old", loose)
    ask("adopt", "--dry-run")
    ask("adopt")
    ask("validate", "--update-baseline")
    settled(ask, besides="error")


def test_every_verb_has_its_documents_and_every_document_was_asked_for() -> None:
    """The keys of all documents that have a schema stand in the golden file, put there by a session above."""
    asked = {*sections(FILE)}
    assert asked == {one.name for one in published_schemas() if one.kind == "document"}
    for words in speaking(*((name, command(name)) for name in NAMES)):
        spoken = "drivers" if words.startswith("drivers ") else words.replace(" ", "-")
        assert f"{spoken}/1" in asked, f"spine {words} --json"


def speaking(*verbs: tuple[str, click.Command]) -> Iterator[str]:
    """The words of every verb that takes `--json`."""
    for words, verb in verbs:
        if isinstance(verb, click.Group):
            below = [(f"{words} {name}", verb.get_command(CONTEXT, name)) for name in verb.list_commands(CONTEXT)]
            yield from speaking(*((deeper, one) for deeper, one in below if one is not None))
        elif any("--json" in option.opts for option in verb.params):
            yield words


def settled(ask: Documents, *, besides: str = "") -> None:
    """The keys are those of the golden file; `besides` names documents whose keys another session settles."""
    expected = sections(FILE)
    elsewhere = {f"{name}/1" for name in besides.split()}
    assert elsewhere <= {*ask.found}
    for name, found in ((name, found) for name, found in ask.found.items() if name not in elsewhere):
        settle(FILE, name, expected.get(name, []), sorted(found))


def test_a_long_json_goes_through_a_pipe_whole(house: House) -> None:
    text = "list:\n" + "".join(f"  - name: n{number}\n    size: {number}\n" for number in range(3000))
    house.commit("large", {"bindings/large.yaml": "list: []\n"})
    house.write("bindings/large.yaml", text)
    assert len(house.spine("diff", "--json").document["files"]) == 1
