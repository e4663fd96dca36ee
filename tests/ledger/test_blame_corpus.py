"""Real histories: who set a value, against brute force; the long form is `python -m bench blame`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from spine.ledger.blame import Version
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Node
from spine.yamldoc.sections import Sections
from tests.ledger.histories import answered, plain, sample
from tests.reference_blame import Diffs, who

pytestmark = pytest.mark.corpus
# The three largest bindings, so many of their newest versions, so many addresses.
FILES = (("operational.gaps.yaml", 5, 60), ("ha.entity.state.baseline.yaml", 4, 40), ("ha.device.map.yaml", 20, 60))


def versions(git: Callable[..., str], corpus: Path, name: str, most: int) -> list[Version]:
    path = f"bindings/{name}"
    commits = git("log", "--first-parent", "--format=%H", "--", path, cwd=corpus).split()
    return [
        Version(commit, path, git("show", f"{commit}:{path}", cwd=corpus).encode()) for commit in islice(commits, most)
    ]


def test_random_addresses_get_the_answers_of_brute_force(corpus: Path, git: Callable[..., str]) -> None:
    gone = 0
    for name, most, count in FILES:
        history = versions(git, corpus, name, most)
        asked, groups = sample(history, count, seed=4)
        diffs = Diffs()
        expected = who(plain(history), asked, diffs)
        print(f"{name}: {len(asked)} addresses ({groups}) in {len(history)} versions")
        assert answered(history, asked) == expected, name
        assert len(asked) == count
        gone += groups["removed"] + groups["removed and back"]
    assert gone > 0


def test_a_text_read_in_sections_is_the_text_read_whole(corpus: Path) -> None:
    def outline(node: Node | None) -> object:
        if node is None:
            return None
        below = [(entry.key.text if entry.key is not None else None, outline(entry.value)) for entry in node.entries]
        return node.kind, node.text, node.style, node.tag, below

    read = 0
    for file in sorted(corpus.glob("bindings/**/*.yaml")):
        text = file.read_text(encoding="utf-8")
        try:
            whole = [outline(root.node) for root in parse(text).roots]
        except Unparsable:
            continue
        assert [outline(root) for root in Sections().read(text)] == whole, file.name
        read += 1
    assert read > 100
