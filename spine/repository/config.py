"""What the user's git is set to do: the few settings that spine follows, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from spine.dataclass import dataclass
from spine.repository.git import Git

_FALSE = frozenset({"", "false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Config:
    """Settings by name as git lists them (section and name in small letters); the last of several counts."""

    values: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """The setting as it is written, or None."""
        return self.values.get(name)

    def is_on(self, name: str, default: bool = False) -> bool:
        """The setting read as a boolean, as git reads it."""
        value = self.values.get(name)
        return default if value is None else value.lower() not in _FALSE

    def filters(self) -> frozenset[str]:
        """The names of the filter drivers that would run a program."""
        parts = (name.removeprefix("filter.").rpartition(".") for name in self.values if name.startswith("filter."))
        return frozenset(driver for driver, _, key in parts if key in {"clean", "smudge", "process"})


def read_config(git: Git) -> Config:
    """Everything that `git config --list` knows, asked once."""
    values: dict[str, str] = {}
    for field in git.run_once("config", "--list", "-z").fields:
        name, separator, value = field.partition("\n")
        values[name] = value if separator else "true"
    return Config(values)


Scope = Literal["local", "global"]


def read_scope(git: Git, scope: Scope) -> dict[str, tuple[str, ...]]:
    """What one file of settings says, this repository's or the user's: all values of each name, in order."""
    values: dict[str, tuple[str, ...]] = {}
    # A user's file that is not there yet is an empty one.
    for field in git.run("config", f"--{scope}", "--list", "-z", accept=(0, 1, 128)).fields:
        name, _, value = field.partition("\n")
        values[name] = (*values.get(name, ()), value)
    return values


def write_setting(git: Git, scope: Scope, name: str, value: str | None) -> None:
    """Set a name to one value, or take it away with all that it had (None); git keeps every other line as it is."""
    if value is None:
        git.run("config", f"--{scope}", "--unset-all", name)
    else:
        git.run("config", f"--{scope}", "--replace-all", name, value)


def without_filters(config: Config, env: Mapping[str, str]) -> dict[str, str]:
    """Variables that leave no filter driver a program to run, for commands that look at the work tree by themselves."""
    settings = [
        (f"filter.{driver}.{key}", value)
        for driver in sorted(config.filters())
        for key, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    ]
    if not settings:
        return {}
    count = env.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdigit() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings, first):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
