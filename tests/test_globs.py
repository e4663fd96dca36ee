"""Path patterns, held against every path over a small alphabet and a slow definition of what they mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.globs import BadGlob, parse_glob

SEGMENT = st.text(alphabet="ab*?.", min_size=1, max_size=4).filter(
    lambda one: "**" not in one and one not in (".", "..")
)
GLOB = st.lists(SEGMENT | st.just("**"), min_size=1, max_size=5).map("/".join)
PATH = st.lists(st.text(alphabet="ab.", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join)


def slow(glob: str, path: str) -> bool:
    """The same by a regular expression, which may take for ever on other input."""
    out = ""
    for one in re.split(r"(\*\*/|/?\*\*$|\*|\?)", glob):
        out += {"**/": "(?:[^/]+/)*", "/**": "(?:/[^/]+)+", "**": "[^/]+(?:/[^/]+)*", "*": "[^/]*", "?": "[^/]"}.get(
            one, re.escape(one)
        )
    return re.fullmatch(out, path) is not None


@pytest.mark.parametrize(
    ("glob", "path", "held"),
    [
        ("bindings/**/*.yaml", "bindings/a.yaml", True),
        ("bindings/**/*.yaml", "bindings/x/y/a.yaml", True),
        ("bindings/**/*.yaml", "bindings/a.yml", False),
        ("bindings/**/*.yaml", "other/bindings/a.yaml", False),
        ("bindings/*.yaml", "bindings/x/a.yaml", False),
        ("bindings/**", "bindings", False),
        ("bindings/**", "bindings/.hidden/x", True),
        ("**", "a", True),
        ("**/x", "x", True),
        ("**/a/**/b", "a/a/b/c/b", True),
        ("**/a/**/b", "a/a/b/c", False),
        ("spine.yaml", "spineXyaml", False),
        ("?pine.yaml", "spine.yaml", True),
        ("*.yaml", ".yaml", True),
    ],
)
def test_known_answers(glob: str, path: str, held: bool) -> None:
    assert parse_glob(glob).matches(path) is held


@given(glob=GLOB, path=PATH)
def test_it_means_what_the_slow_definition_means(glob: str, path: str) -> None:
    assert parse_glob(glob).matches(path) is slow(glob, path)


@given(glob=GLOB)
def test_str_is_the_inverse_of_parse(glob: str) -> None:
    assert str(parse_glob(glob)) == glob


def test_it_never_explodes() -> None:
    assert parse_glob("*a" * 400 + "b").matches("a" * 800) is False
    assert parse_glob("**/a/" * 200 + "b").matches("a/" * 800 + "c") is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("/a", "it is absolute; paths are relative to the repository"),
        ("a/", "it ends with a slash; everything below is “a/**”"),
        ("a//b", "it has the segment “”"),
        ("../b", "it has the segment “..”"),
        ("a**/b", "** stands alone between slashes"),
        ("[ab].yaml", "“[” has no meaning here; there are *, ? and **"),
        ("*.{yml,yaml}", "“{” has no meaning here; there are *, ? and **"),
        ("x" * 1025, "it is longer than 1024 characters"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    with pytest.raises(BadGlob) as raised:
        parse_glob(text)
    assert raised.value.message == f"“{text[:200]}” is not a path pattern: {reason}"
