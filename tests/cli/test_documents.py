"""`--json`: one document a verb, whatever happens, whose keys stay. `json_keys.txt` has them, `[]` for every item."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .conftest import VM, Done, House
from .golden import HERE, sections, settle

FILE = HERE / "json_keys.txt"
Call = Callable[..., Done]


def keys(value: object, at: str = "") -> Iterator[str]:
    """The path of every key below a value. An operation and counts by status have keys of their own, and end here."""
    if isinstance(value, dict) and not at.endswith(("ops[]", "counts")):
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
        self.found.setdefault(document["spine"], set()).update(keys(document))
        return document


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
    ask("parity", "nets", "--propose")
    ask("parity", "nets", "--propose")
    settled(ask)


def test_the_keys_of_the_first_document(house: House, inside: Call) -> None:
    house.git("rm", "-q", "spine.yaml")
    ask = Documents(inside)
    ask("init")
    settled(ask)


def settled(ask: Documents) -> None:
    expected = sections(FILE)
    for name, found in ask.found.items():
        settle(FILE, name, expected.get(name, []), sorted(found))


def test_a_long_json_goes_through_a_pipe_whole(house: House) -> None:
    text = "list:\n" + "".join(f"  - name: n{number}\n    size: {number}\n" for number in range(3000))
    house.commit("large", {"bindings/large.yaml": "list: []\n"})
    house.write("bindings/large.yaml", text)
    assert len(house.spine("diff", "--json").document["files"]) == 1
