"""Help is whole and true: every verb and option has it, and every command that spine or its README names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import get_args

import click
import pytest

from spine.cli import list as list_face
from spine.cli.root import VERBS, root
from spine.cli.topics import TOPICS
from spine.ledger.status import Status

from .conftest import ROOT, Done, House
from .golden import HERE, sections, settle

FILE = HERE / "help.txt"
CONTEXT = click.Context(root, info_name="spine")
NAMES = [verb for group in VERBS.values() for verb in group]
PROSE = {"cannot", "has", "wrote", "merge=spine", "diff=spine"}  # what spine does, told in a message
GITS = {"drivers merge", "drivers diff", "hooks run"}  # git calls them, and wants its own kind of answer


def command(verb: str) -> click.Command:
    found = root.get_command(CONTEXT, verb)
    assert found is not None
    return found


@pytest.mark.parametrize("verb", ["spine", *NAMES])
def test_the_help_of_a_verb(verb: str, inside: Callable[..., Done]) -> None:
    words = [] if verb == "spine" else [verb]
    said = inside(*words, "--help")
    assert (said.code, said.err) == (0, "")
    assert inside(*words, "-h").out == said.out
    assert inside("help", *words).out == said.out
    settle(FILE, verb, sections(FILE).get(verb, []), said.out.rstrip("\n").split("\n"))


def leaves(of: click.Command) -> list[click.Command]:
    """A verb, or those of a group."""
    if not isinstance(of, click.Group):
        return [of]
    found = [of.get_command(CONTEXT, name) for name in of.list_commands(CONTEXT)]
    return [leaf for one in found if one is not None for leaf in leaves(one)]


@pytest.mark.parametrize("verb", NAMES)
def test_every_option_has_help(verb: str) -> None:
    assert command(verb).help
    for one in leaves(command(verb)):
        assert one.help, f"{verb} {one.name}"
        for option in one.params:
            if isinstance(option, click.Option):
                assert option.help, f"{verb} {one.name} {option.name}"
        speaks_json = "json" in str([option.opts for option in one.params])
        assert speaks_json or verb == "help" or f"{verb} {one.name}" in GITS


def test_every_verb_has_its_module_and_its_line() -> None:
    for verb in NAMES:
        assert (ROOT / f"spine/cli/{verb}.py").is_file()
        assert command(verb).name == verb


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_can_be_read(topic: str, inside: Callable[..., Done]) -> None:
    said = inside("help", topic)
    assert said.out == TOPICS[topic].strip() + "\n"
    assert max(map(len, said.out.split("\n"))) <= 120
    assert topic in (command("help").help or "")


def test_the_statuses_are_those_of_the_ledger() -> None:
    assert set(list_face.STATUSES) == {*get_args(Status), "draft"}


def said(module: ast.Module) -> Iterator[str]:
    """Every text that a module may say: string literals but docstrings, with `X` for what is filled in."""
    inner = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (inner | prose):
            yield node.value


def named_commands() -> list[str]:
    """`spine VERB …` wherever spine or its README says it, up to where it is not a command any more."""
    texts = [
        text for path in sorted((ROOT / "spine").rglob("*.py")) for text in said(ast.parse(path.read_text("utf-8")))
    ]
    found = [one for text in texts for one in re.findall(r"(?<![\w.])spine ([a-z][^`;)\n]*)", text)]
    readme = (ROOT / "README.md").read_text("utf-8")
    found += re.findall(r"(?:\$ |`|\| )spine ([a-z][^`\n|)]*)", readme)
    return sorted(set(found))


def test_every_named_command_exists() -> None:
    commands = named_commands()
    assert len(commands) > 30
    for line in commands:
        verb, *rest = line.split()
        if verb in PROSE:
            continue
        assert verb in NAMES, f"spine {line}"
        options = {name for one in leaves(command(verb)) for option in one.params for name in option.opts}
        options |= {"--help", "--", "--json"}
        assert [word for word in rest if word.startswith("--") and word.split("=")[0] not in options] == [], line


def test_the_readme_is_true(house: House) -> None:
    """The commands of "A first proposal in a minute", as they stand there."""
    house.git("rm", "-q", "spine.yaml", ".gitattributes")
    house.commit("before")
    readme = (ROOT / "README.md").read_text("utf-8")
    part = readme.partition("## A first proposal in a minute")[2].partition("##")[0]
    lines = [line[2:].split("  #")[0].strip() for line in part.split("\n") if line.startswith("$ ")]
    assert any("spine init" in line for line in lines)
    for line in lines:
        line = line.replace("path/to/your/yaml", "bindings").replace("vms.yaml", "vm.yaml").replace("CP-…", "start")
        if line.startswith("$EDITOR"):
            house.edit("bindings/vm.yaml", "status: stopped", "status: active")
            continue
        if line.startswith("echo"):
            continue
        house.shell(line)
    assert house.spine("list").out.startswith("applied")


def test_the_readmes_json_is_true(house: House) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    document = re.search(r"echo '(\{.*?\})' \| spine propose --stdin --json", readme, re.S)
    assert document is not None
    text = document[1].replace("<commit I read>", house.tip()).replace("bindings/vms.yaml", "bindings/vm.yaml")
    made = house.spine("propose", "--stdin", "--json", stdin=text).document
    assert made["plan"]["outcome"] == "clean"
