"""Path patterns of the settings in git's words, held against git itself; and the block of lines that is ours."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.actions.attributes import BrokenBlock, Untranslated, lines_of, patterns_of, with_block, without_block
from spine.globs import BadGlob, parse_glob


@pytest.mark.parametrize(
    ("glob", "patterns"),
    [
        ("spine.yaml", ["/spine.yaml"]),
        ("bindings/**/*.yaml", ["/bindings/**/*.yaml"]),
        ("**/*.yml", ["/**/*.yml"]),
        ("ops/**", ["/ops/**/*.yaml", "/ops/**/*.yml"]),
        ("ops/gate*", ["/ops/gate*.yaml", "/ops/gate*.yml"]),
        ("ops/*l", ["/ops/*.yaml", "/ops/*.yml"]),
        ("ops/*.md", []),
        ("loops/**/*.scope.md", []),
        ("a b/#x.yaml", ['"/a b/#x.yaml"']),
        ('a"b\t/é.yaml', ['"/a\\"b\\t/é.yaml"']),
    ],
)
def test_a_pattern_is_translated(glob: str, patterns: list[str]) -> None:
    assert list(patterns_of(parse_glob(glob))) == patterns


@pytest.mark.parametrize("glob", ["caf?.yaml", "ops/?/*.yaml", "a.y*", "*a*", "ops/*.yaml*", "é" * 1010 + ".yaml"])
def test_what_git_cannot_say_is_refused(glob: str) -> None:
    with pytest.raises(Untranslated, match="“"):
        patterns_of(parse_glob(glob))


SEGMENT = st.one_of(
    st.text("aé.y*-_ \"#", min_size=1, max_size=5),
    st.sampled_from(["*.yaml", "*.yml", "*", "**", "a*", "*l", "a.yaml", "é*.yaml", ".yaml", "*.y*"]),
)  # fmt: skip
GLOB = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)
NAME = st.sampled_from(
    [".yaml", "a.yaml", "é.yml", "a b.yaml", ".a.yaml", "a", "yaml", "a.md", "-.yaml", "x.yml", '"a".yaml', "#.yaml"]
)
PATH = st.lists(st.one_of(NAME, st.sampled_from(["a", "é", "**", ".y"])), min_size=0, max_size=3).flatmap(
    lambda above: NAME.map(lambda name: "/".join([*above, name]))
)


@pytest.fixture
def attributes(repo: Path, git_env: dict[str, str]) -> Callable[[list[str], list[str]], set[str]]:
    """The paths among those given to which git gives our attributes, with these lines in `.gitattributes`."""

    def ask(lines: list[str], paths: list[str]) -> set[str]:
        (repo / ".gitattributes").write_bytes(with_block(b"", lines, file=".gitattributes"))
        done = subprocess.run(
            ["git", "check-attr", "-z", "--stdin", "merge", "diff"], cwd=repo, env=git_env,
            input="".join(f"{path}\0" for path in paths).encode(), capture_output=True, check=True,
        )  # fmt: skip
        words = done.stdout.decode().split("\0")
        found: dict[str, set[str]] = {word: set() for word in ("merge", "diff")}
        for path, name, value in zip(words[::3], words[1::3], words[2::3], strict=False):
            if value == "spine":
                found[name].add(path)
        assert found["merge"] == found["diff"]
        assert done.stderr == b""
        return found["merge"]

    return ask


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(GLOB, min_size=1, max_size=6), st.lists(PATH, min_size=1, max_size=30, unique=True))
def test_git_means_the_same_files(
    attributes: Callable[[list[str], list[str]], set[str]], globs: list[str], paths: list[str]
) -> None:
    known = []
    for text in globs:
        try:
            glob = parse_glob(text)
            known.append((glob, list(lines_of([glob]))))
        except (Untranslated, BadGlob):
            continue
    lines = [line for _, some in known for line in some]
    expected = {
        path for path in paths if path.endswith((".yaml", ".yml")) and any(glob.matches(path) for glob, _ in known)
    }
    assert attributes(lines, paths) == expected


LINES = ["/a.yaml diff=spine merge=spine"]
FILES = [b"", b"*.md text\n", b"*.md text", b"*.md text\r\n# x\r\n", b"*.md text\r\n# x", b"\n\n"]


@pytest.mark.parametrize("before", FILES)
def test_the_block_comes_and_goes_without_a_trace(before: bytes) -> None:
    after = with_block(before, LINES, file="f")
    assert after.startswith(before)
    assert b"/a.yaml diff=spine merge=spine" in after.splitlines()
    assert with_block(after, LINES, file="f") == after
    assert without_block(after, file="f") == before
    longer = with_block(after, ["/b.yaml x", *LINES], file="f")
    assert b"/b.yaml x" in longer.splitlines()
    assert without_block(longer, file="f") == before


def test_lines_behind_the_block_stay() -> None:
    after = with_block(b"a b", LINES, file="f") + b"c d\n"
    assert with_block(after, [], file="f").endswith(b"c d\n")
    assert without_block(after, file="f") == b"a b\nc d\n"


@pytest.mark.parametrize("cut", [b"# spine drivers: begin\n", b"# spine drivers: end\n"])
def test_half_a_block_is_left_alone(cut: bytes) -> None:
    broken = with_block(b"a b\n", LINES, file="f").replace(cut, b"")
    for act in (without_block, lambda data, file: with_block(data, LINES, file=file)):
        with pytest.raises(BrokenBlock):
            act(broken, file="f")
