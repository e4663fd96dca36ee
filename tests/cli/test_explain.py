"""The catalogue of codes is whole and true: each code has an entry, and what an example shows happens.

Examples that are trees go through `check_tree`, in memory; those that are commands through spine, in a governed
repository. The bad one gives its code, the good one does not.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from spine.actions.explanations import NoSuchCode, explain, explanations, groups
from spine.cli.root import VERBS
from spine.ledger.checks import check_tree
from spine.printable import has_unsafe
from spine.records.explanation import CommandExample, TextExample, TreeExample, read_explanations
from spine.yamldoc.fields import BadField

from .conftest import ROOT, Done, House
from .test_help import CONTEXT, command, leaves

CATALOGUE = ROOT / "spine/catalogue"
ALL = {one.code: one for one in explanations()}
# Files whose codes come with work that is not in this tree yet: they may have entries without a code.
AWAITED: frozenset[str] = frozenset()
BOUNDS = {"SP300", "SP999"}  # ends of ranges in a table of the SARIF document, given to nobody
SETTINGS = 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n'


def codes_in(folder: Path) -> set[str]:
    """Every code that the source names."""
    texts = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    return {code for text in texts for code in re.findall(r"\bSP\d{3}\b", text)} - BOUNDS


def test_every_code_is_explained_and_every_explanation_has_its_code() -> None:
    awaited = {code for code, one in ALL.items() if FILE_OF[code] in AWAITED}
    there = codes_in(ROOT / "spine")
    assert len(there) > 150
    assert sorted(there - ALL.keys()) == []
    assert sorted(ALL.keys() - there - awaited) == []


def _files() -> dict[str, str]:
    return {
        one.code: path.name
        for path in sorted(CATALOGUE.glob("*.yaml"))
        for one in read_explanations(path.read_text("utf-8"), file=path.name)
    }


FILE_OF = _files()


def test_no_code_is_explained_twice_and_a_group_is_one_file() -> None:
    assert len(explanations()) == len(ALL)
    assert len(groups()) == len(list(CATALOGUE.glob("*.yaml")))


@pytest.mark.parametrize("code", ALL)
def test_an_explanation_says_something(code: str) -> None:
    one = ALL[code]
    assert not one.title.endswith(".")
    for text in (one.means, one.why):
        assert len(text) > 30
        assert text.endswith((".", "?", ")"))
    assert one.bad != one.good
    whole = [one.title, one.means, one.why, one.mend]
    assert not any(has_unsafe(text, multiline=True) for text in whole)
    assert one.means != one.why


@pytest.mark.parametrize("code", ALL)
def test_every_command_that_mends_exists(code: str) -> None:
    one = ALL[code]
    lines = [one.mend, one.why, one.means]
    lines += [line for each in (one.bad, one.good) if isinstance(each, CommandExample) for line in each.lines]
    lines += [each.text for each in (one.bad, one.good) if isinstance(each, TextExample)]
    names = [verb for group in VERBS.values() for verb in group]
    for found in re.finditer(r"(?<![\w.-])spine (?:-v )?([a-z][\w-]*)([^\n|;]*)", "\n".join(lines)):
        verb, rest = found[1], found[2]
        if verb in names:
            face = command(verb)
            if isinstance(face, click.Group):
                inner = (rest.split() or [""])[0].strip(",)")
                assert not re.fullmatch(r"[a-z]+", inner) or inner in face.list_commands(CONTEXT), found[0]
            known = {name for leaf in leaves(command(verb)) for option in leaf.params for name in option.opts}
            said = {word.split("=")[0] for word in re.findall(r"(?<!\S)--[a-z][\w-]*(?:=|\b)", rest)}
            assert said <= known | {"--json", "--help"}, found[0]
        else:
            assert FILE_OF[code] in AWAITED or found[0] not in one.mend, found[0]


TREES = [
    (code, one.bad.files, one.good.files)
    for code, one in ALL.items()
    if isinstance(one.bad, TreeExample) and isinstance(one.good, TreeExample)
]
COMMANDS = [
    (code, one.bad.lines, one.good.lines)
    for code, one in ALL.items()
    if isinstance(one.bad, CommandExample) and isinstance(one.good, CommandExample)
]


# What the same slip breaks too: an id that is wrong in its own place is one that is named and not there.
BESIDE = {"SP203": {"SP302"}, "SP207": {"SP301", "SP304"}}


@dataclass(frozen=True)
class Regular:
    mode: str = "100644"


class Memory:
    """A tree in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}

    def read(self, path: str, *, limit: int = 0) -> bytes | None:
        return self.files.get(path)

    def paths(self, prefix: str = "") -> list[str]:
        return sorted(path for path in self.files if not prefix or path.startswith(f"{prefix}/"))

    def blob(self, path: str) -> Regular | None:
        return Regular() if path in self.files else None


def found_in(files: Mapping[str, str]) -> set[str]:
    return {one.code for one in check_tree(Memory({"spine.yaml": SETTINGS, **files}), find_commits=lambda _: {})}


@pytest.mark.parametrize(("code", "bad", "good"), TREES, ids=[code for code, *_ in TREES])
def test_a_tree_is_as_its_explanation_says(code: str, bad: Mapping[str, str], good: Mapping[str, str]) -> None:
    assert found_in(bad) == {code} | BESIDE.get(code, set())
    mended = {**bad, **good}
    assert found_in({path: text for path, text in mended.items() if text}) == set()


@pytest.mark.parametrize(("code", "bad", "good"), COMMANDS, ids=[code for code, *_ in COMMANDS])
def test_commands_end_as_their_explanation_says(
    code: str, bad: tuple[str, ...], good: tuple[str, ...], house: House, inside: Callable[..., Done]
) -> None:
    for line in bad[:-1]:
        assert run(line, house, inside).code == 0, line
    said = run(bad[-1], house, inside)
    assert said.code != 0
    assert set(re.findall(r": (SP\d{3}) ", said.out + said.err)) == {code}, said
    house.git("reset", "-q", "--hard", START)
    house.git("clean", "-qfd")
    for line in good:
        said = run(line, house, inside)
        assert said.code == 0, f"{line}\n{said.out}{said.err}"
        assert f": {code} " not in said.out + said.err


START = "start"


@pytest.fixture
def house(house: House) -> House:
    house.git("tag", START)
    return house


def run(line: str, house: House, inside: Callable[..., Done]) -> Done:
    """A command line; spine's own run in this process, also behind `echo TEXT |`."""
    before, pipe, behind = line.rpartition(" | ")
    words = shlex.split(behind)
    if words[0] != "spine" or {"|", "&&", ">", ">>"} & set(words) or (pipe and not before.startswith("echo ")):
        return house.shell(line, code=None)
    return inside(*words[1:], stdin=" ".join(shlex.split(before)[1:]) + "\n" if pipe else "")


def test_most_examples_are_run() -> None:
    assert len(TREES) >= 40
    assert len(COMMANDS) >= 30


@pytest.mark.parametrize("text", ["SP107", "sp107", "107", " SP107 "])
def test_a_code_may_be_short(text: str) -> None:
    assert explain(text).code == "SP107"


def test_a_short_number_gets_its_zeros() -> None:
    assert explain("12").code == "SP012"


@pytest.mark.parametrize(("text", "meant"), [("SP17", "SP017"), ("P107", "SP107")])
def test_a_near_miss_suggests(text: str, meant: str) -> None:
    with pytest.raises(NoSuchCode) as caught:
        explain(text)
    assert meant in (caught.value.hint or "")


def test_nothing_near() -> None:
    with pytest.raises(NoSuchCode) as caught:
        explain("")
    assert caught.value.hint == "spine explain   lists them all"


ENTRY = "title: t\n    means: m\n    why: w\n    bad: b\n    good: [spine list]\n    mend: x\n"


def test_an_entry_is_read_strictly() -> None:
    text = f"group: g\ncodes:\n  SP107:\n    {ENTRY}"
    (one,) = read_explanations(text)
    assert (one.code, one.good) == ("SP107", CommandExample(("spine list",)))
    with pytest.raises(BadField, match=r"unknown key “tilte”"):
        read_explanations(text.replace("title", "tilte"), file="x.yaml")
    with pytest.raises(BadField, match="SP1 is not a code"):
        read_explanations(text.replace("SP107", "SP1"), file="x.yaml")
