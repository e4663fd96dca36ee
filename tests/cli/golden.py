"""Expected output that is kept in files beside the tests; `SPINE_GOLDEN=write` writes it anew, to be reviewed."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
IS_WRITTEN = os.environ.get("SPINE_GOLDEN") == "write"


def sections(file: Path) -> dict[str, list[str]]:
    """The parts of a file of cases by their titles, `## title`; lines before the first title are for its readers."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in file.read_text("utf-8").split("\n"):
        if line.startswith("## "):
            assert line[3:] not in found, f"{file.name}: “{line[3:]}” stands twice"
            lines = found[line[3:]] = []
        else:
            lines.append(line)
    return {title: "\n".join(lines).rstrip("\n").split("\n") for title, lines in found.items()}


def settle(file: Path, title: str | None, before: list[str], after: list[str]) -> None:
    """Compare what is expected with what came; with `SPINE_GOLDEN=write` the file says from now on what came."""
    if before == after:
        return
    if IS_WRITTEN:
        text = file.read_text("utf-8")
        if title is None:
            text = "\n".join(after) + "\n"
        else:
            if f"## {title}\n" not in text:
                text = f"{text}\n## {title}\n"
            part = re.compile(rf"(^## {re.escape(title)}\n).*?(?=^## |\Z)", re.M | re.S)
            text = part.sub(lambda found: found[1] + "\n".join(after) + "\n\n", text).rstrip("\n") + "\n"
        file.write_text(text, "utf-8")
        return
    told = "\n".join(difflib.unified_diff(before, after, "expected", "came", lineterm="", n=1))
    assert after == before, f"{file.name} {title or ''}\n{told}"


class Names:
    """Names for what differs from run to run: commits hold a random run id, and proposals the commit they look at."""

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids

    def hide(self, text: str) -> str:
        """The text with `commit1` instead of an id, as long as it was, and without digests."""
        text = re.sub(r"(?<=sha256:)[0-9a-f]{64}", "-" * 64, text)
        text = re.sub(r"(?<=by run )[0-9a-f]{16}", "-" * 16, text)
        for number, oid in enumerate(self.ids, 1):
            name = f"commit{number}"
            text = text.replace(oid, name.ljust(len(oid), "-"))
            text = re.sub(
                rf"\b{oid[:7]}[0-9a-f]{{0,9}}\b", lambda found, name=name: name.ljust(len(found[0]), "-"), text
            )
        return text
