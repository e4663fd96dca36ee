"""Nothing slow is loaded before it is needed: help is help, and an everyday verb does not load what others use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spine import __main__
from spine.cli.root import VERBS

from .conftest import FILES, Done, House
from .golden import settle

Call = Callable[..., Done]
NEVER = {"git", "pydantic", "deepdiff", "jinja2", "rich", "ruamel", "markdown_it"}
NOT_FOR_HELP = NEVER | {"yaml", "subprocess", "json", "difflib", "spine.actions", "spine.repository", "spine.change"}


def loaded(house: House, *words: str) -> set[str]:
    """The modules that a run imports, by `-X importtime`."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spine", *words], cwd=house.path, env=house.env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 20
    return {line.split("|")[2].strip() for line in lines}


def unwanted(found: set[str], names: set[str]) -> set[str]:
    return {one for one in found if any(one == name or one.startswith(f"{name}.") for name in names)}


@pytest.mark.parametrize("words", [["--help"], *([verb, "--help"] for group in VERBS.values() for verb in group)])
def test_help_loads_nothing(house: House, words: list[str]) -> None:
    assert unwanted(loaded(house, *words), NOT_FOR_HELP) == set()


def test_the_version_loads_less_than_anything(house: House) -> None:
    assert unwanted(loaded(house, "--version"), NOT_FOR_HELP | {"click"}) == set()


@pytest.mark.parametrize("words", [["list"], ["status"], ["log"], ["apply", "nope"], ["propose", "t"], ["validate"]])
def test_everyday_verbs_load_nothing_slow(house: House, words: list[str]) -> None:
    assert unwanted(loaded(house, *words), NEVER) == set()


def test_the_root_help_is_the_one_that_click_makes(inside: Call) -> None:
    kept = Path(__main__.__file__).parent / "cli" / "root_help.txt"
    if not kept.exists():
        kept.write_text("", "utf-8")
    settle(
        kept,
        None,
        kept.read_text("utf-8").removesuffix("\n").split("\n"),
        inside("--help").out.removesuffix("\n").split("\n"),
    )


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_the_root_help_is_shown_without_click(house: House, word: str) -> None:
    assert unwanted(loaded(house, word), NOT_FOR_HELP | {"click"}) == set()
    done = house.spine(word)
    assert (done.code, done.out) == (0, (Path(__main__.__file__).parent / "cli" / "root_help.txt").read_text("utf-8"))


def test_a_narrow_terminal_has_its_own_help(house: House) -> None:
    assert "--version" in house.spine("--help", env={"COLUMNS": "60"}).out


RULES = {
    "spine.ledger.value_checks",
    "spine.ledger.sheets",
    "spine.ledger.rule_checks",
    "spine.ledger.reference_checks",
}
SCHEMAS = {"jsonschema", "referencing", "rpds", "re2", "spine.ledger.schema_checks"}


def test_a_landing_loads_what_its_rules_need(house: House) -> None:
    """Without rules nothing of them, with rules nothing of JSON Schema."""
    id_ = house.propose("stop", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped")["id"]
    assert unwanted(loaded(house, "apply", id_), RULES | SCHEMAS) == set()
    house.commit("rules", {"spine.yaml": FILES["spine.yaml"] + 'rules: [{unique: "bindings/vm.yaml#vms[].vmid"}]\n'})
    id_ = house.propose("start", "--set", "bindings/vm.yaml#vms[vmid=100].status=running")["id"]
    came = loaded(house, "apply", id_)
    assert unwanted(came, SCHEMAS) == set()
    assert "spine.ledger.value_checks" in came
