"""The package's names: loaded when they are used, and the three lists of them agree."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import spine.repository as face


def test_every_name_has_the_home_that_the_type_checker_sees() -> None:
    assert face.__file__ is not None
    tree = ast.parse(Path(face.__file__).read_text("utf-8"))
    seen = {
        alias.name: (node.module or "").rsplit(".", 1)[1]
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == face._HOME_OF
    assert sorted(seen) == sorted(face.__all__)
    for name in face.__all__:
        assert getattr(face, name) is not None


def test_no_name_is_that_of_a_module() -> None:
    """Python puts a module that is loaded in the place of such a name."""
    assert face.__file__ is not None
    modules = {path.stem for path in Path(face.__file__).parent.glob("*.py")}
    assert modules.intersection(face.__all__) == set()


def test_what_is_not_there_is_said_as_python_says_it() -> None:
    with pytest.raises(AttributeError, match=r"'spine\.repository' has no attribute 'nothing'"):
        face.nothing  # noqa: B018


def test_a_part_does_not_load_the_whole() -> None:
    program = "import sys, spine.repository.git; print(*[name for name in sys.modules if name.startswith('spine.rep')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["spine.repository", "spine.repository.processes", "spine.repository.git"]
