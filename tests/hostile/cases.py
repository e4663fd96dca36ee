"""The cases of hostile input: each a small file in a folder that is named for the door it comes through.

A case is a YAML mapping. Its first line, a comment, says what the attack is.

    text: …        what comes through the door; `bytes:` the same with \\xNN as bytes; `pieces:` a list of either, with
                   `repeat: n`, so that what is big is a rule and not a file
    then:          refused   every command of the door ends with 2, one error, with a place
                   found     `validate` tells of it with a place; no command stops at a defect
                   shown     it is taken, and whatever shows it shows nothing that a terminal obeys
                   harmless  the commands work or refuse, and nothing but spine and git has run
    code: SP010    the code of the error or finding, where it matters
    heavy: true    also run as a process, whose time and memory are measured
    run: [[…], …]  other commands than those of the door

Placeholders: @BASE@ the commit, @VM@ the blob of bindings/vm.yaml, @X@ the blob of "x" and a line break, @CANARY@ a
file that whoever runs a planted program makes, @REPO@ the repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KNOWN = {"text", "bytes", "pieces", "then", "code", "heavy", "run", "files", "environment", "title", "links"}
THEN = ("refused", "found", "shown", "harmless")


@dataclass(frozen=True, slots=True)
class Case:
    """One attack."""

    name: str
    door: str
    what: str
    data: bytes
    then: str
    code: str | None
    is_heavy: bool
    said: dict[str, Any]

    def __str__(self) -> str:
        return self.name


def cases(door: str | None = None) -> list[Case]:
    """All cases, or those of one door, found by listing."""
    return [_read(file) for file in sorted(HERE.glob(f"{door or '*'}/*.yaml"))]


def _read(file: Path) -> Case:
    text = file.read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    assert text.startswith("# "), f"{file}: its first line does not say what the attack is"
    assert isinstance(said, dict), file
    assert said.keys() <= KNOWN, f"{file}: {said.keys() - KNOWN}"
    assert said["then"] in THEN, file
    return Case(
        f"{file.parent.name}/{file.stem}",
        file.parent.name,
        text.split("\n", 1)[0].removeprefix("# "),
        b"".join(map(_bytes, said.get("pieces", [said]))),
        said["then"],
        said.get("code"),
        bool(said.get("heavy")),
        said,
    )


def _bytes(piece: dict[str, Any]) -> bytes:
    data = piece["bytes"].encode("latin-1") if "bytes" in piece else str(piece.get("text", "")).encode()
    return data * int(piece.get("repeat", 1))
