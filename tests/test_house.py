"""The picture of the house, as a test: who may import whom, and what the pure floors never see."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SPINE = Path(__file__).resolve().parent.parent / "spine"

FLOORS = {
    "dataclass": 0,
    "errors": 0,
    "ids": 0,
    "paths": 0,
    "globs": 0,
    "printable": 0,
    "catalogue": 0,
    "yamldoc": 1,
    "address": 2,
    "identity": 2,
    "patterns": 2,
    "change": 3,
    "records": 4,
    "ledger": 5,
    "repository": 6,
    "audit": 6,
    "actions": 7,
    "review": 7,
    "cli": 8,
    "__main__": 8,
    "__init__": 8,  # the public face: it names what every floor offers and loads it when asked
}
PURE = {room for room, floor in FLOORS.items() if floor <= 5}
NOT_IN_PURE = set(
    "os pathlib subprocess time sys git click rich tempfile shutil socket glob fcntl signal platform getpass locale"
    " random secrets uuid logging threading multiprocessing asyncio sqlite3 urllib http importlib deepdiff".split()
)
CLOCKS = {"now", "utcnow", "today"}
NOT_CALLED_IN_PURE = {"open", "print", "input"} | CLOCKS
# The auditor proves what all the others wrote, so that it asks none of them, nor their parser: words only. It starts no
# process either: GitPython does.
SEEN_BY_AUDIT = {"errors", "printable"}
NOT_OUTSIDE_IN_AUDIT = set("yaml os pathlib subprocess sys time click pydantic jinja2 socket pickle importlib".split())
SLOW = {"git", "pydantic", "deepdiff", "jinja2", "rich", "ruamel", "markdown_it", "mdit_py_plugins"}
VAGUE = {"utils", "util", "helpers", "common", "manager", "service", "services", "core", "base", "misc"}


@dataclass(frozen=True, slots=True)
class Import:
    line: int
    outside: str | None  # the top package of what is not spine's
    room: str | None  # the top name below spine
    late: bool  # inside a function, or for the type checker only


def room_of(module: Path, spine: Path) -> str:
    return module.relative_to(spine).parts[0].removesuffix(".py")


def imports_of(tree: ast.Module, module: Path, spine: Path) -> Iterator[Import]:
    package = ["spine", *module.relative_to(spine).parent.parts]
    for node, late in _with_lateness(tree, late=False):
        if isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = above + (node.module.split(".") if node.module else [])
            targets = [[*start, alias.name] for alias in node.names]
        else:
            continue
        for first, *rest in targets:
            if first != "spine":
                yield Import(node.lineno, first, None, late)
            else:
                # `from spine import diff` asks the public face, unless a room has that name.
                known = bool(rest) and ((spine / rest[0]).is_dir() or (spine / f"{rest[0]}.py").is_file())
                yield Import(node.lineno, None, rest[0] if known else "__init__", late)


def _with_lateness(node: ast.AST, *, late: bool) -> Iterator[tuple[ast.AST, bool]]:
    yield node, late
    late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    late = late or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    for child in ast.iter_child_nodes(node):
        yield from _with_lateness(child, late=late)


def _called(node: ast.Call) -> str | None:
    """The name that is called: `open(…)` by that name only, `datetime.now()` by its last."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS else None


def faults(spine: Path) -> list[str]:
    """Everything in the tree that the picture forbids, as `file:line: what`."""
    found: list[str] = []
    uses: dict[str, set[str]] = {}
    for module in sorted(spine.rglob("*.py")):
        room, where = room_of(module, spine), module.relative_to(spine.parent).as_posix()
        tree = ast.parse(module.read_text(encoding="utf-8"), filename=where)
        if not (ast.get_docstring(tree) or "").partition("\n")[0].strip():
            found.append(f"{where}:1: the module does not say what it is for")
        if module.stem in VAGUE:
            found.append(f"{where}:1: {module.stem} is no word of the domain")
        if room not in FLOORS:
            found.append(f"{where}:1: {room} has no floor")
            continue
        for one in imports_of(tree, module, spine):
            if one.outside == "subprocess" and room != "repository":
                found.append(f"{where}:{one.line}: only repository starts processes")
            if one.outside in NOT_IN_PURE and room in PURE:
                found.append(f"{where}:{one.line}: a pure floor imports {one.outside}")
            if one.outside in NOT_OUTSIDE_IN_AUDIT and room == "audit":
                found.append(f"{where}:{one.line}: the auditor imports {one.outside}")
            if one.outside in SLOW and not one.late and room in PURE | {"__init__", "__main__", "repository"}:
                found.append(f"{where}:{one.line}: {one.outside} is imported before it is needed")
            if one.room is None or one.room == room:
                continue
            if one.room not in FLOORS or FLOORS[one.room] > FLOORS[room]:
                found.append(f"{where}:{one.line}: {room} imports {one.room}, which is above it")
            if room == "audit" and one.room not in SEEN_BY_AUDIT:
                found.append(f"{where}:{one.line}: the auditor imports {one.room}, which it audits")
            if not one.late:
                uses.setdefault(room, set()).add(one.room)
        if room in PURE:
            found += [
                f"{where}:{call.lineno}: a pure floor calls {_called(call)}()"
                for call in ast.walk(tree)
                if isinstance(call, ast.Call) and _called(call) in NOT_CALLED_IN_PURE
            ]
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        found.append(f"spine: a circle of imports, {' <- '.join(error.args[1])}")
    return found


def test_the_house_stands_as_drawn() -> None:
    assert faults(SPINE) == []


def test_the_picture_is_not_empty() -> None:
    assert {room_of(module, SPINE) for module in SPINE.rglob("*.py")} >= {"errors", "ids", "printable"}


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("ids.py", "import spine.yamldoc", "ids.py:2: ids imports yamldoc, which is above it"),
        ("ids.py", "from spine.yamldoc.nodes import Node", "ids imports yamldoc, which is above it"),
        ("ids.py", "from spine import yamldoc", "ids imports yamldoc, which is above it"),
        ("ids.py", "from . import yamldoc", "ids imports yamldoc, which is above it"),
        ("ids.py", "def f():\n    from spine import diff", "ids.py:3: ids imports __init__, which is above it"),
        ("yamldoc/nodes.py", "from ..change import diff", "yamldoc/nodes.py:2: yamldoc imports change"),
        ("yamldoc/nodes.py", "from ..nowhere import diff", "yamldoc imports __init__"),
        ("change/merge.py", "import os.path", "change/merge.py:2: a pure floor imports os"),
        ("change/merge.py", "def f():\n    from pathlib import Path", "merge.py:3: a pure floor imports pathlib"),
        ("change/merge.py", "import pydantic", "pydantic is imported before it is needed"),
        ("ledger.py", "text = open('x').read()", "ledger.py:2: a pure floor calls open()"),
        ("ledger.py", "import datetime\nt = datetime.datetime.now()", "ledger.py:3: a pure floor calls now()"),
        ("audit/replay.py", "from spine.change import diff", "the auditor imports change"),
        ("audit/replay.py", "import spine.yamldoc.nodes", "the auditor imports yamldoc"),
        ("audit/replay.py", "from spine import address", "the auditor imports address"),
        ("audit/replay.py", "def f():\n    from spine.address import parse", "the auditor imports address"),
        ("audit/replay.py", "import yaml", "audit/replay.py:2: the auditor imports yaml"),
        ("actions/apply.py", "import subprocess", "actions/apply.py:2: only repository starts processes"),
        ("actions/apply.py", "from spine.cli import door", "actions imports cli, which is above it"),
        ("services/git.py", "", "services has no floor"),
        ("change/utils.py", "", "change/utils.py:1: utils is no word of the domain"),
        ("identity.py", "from spine.address import x", "a circle of imports"),
    ],
)
def test_each_fault_would_be_seen(tmp_path: Path, module: str, text: str, fault: str) -> None:
    spine = tmp_path / "spine"
    rooms = ("yamldoc/__init__.py", "change/__init__.py", "cli/__init__.py", "address.py", "identity.py", "__init__.py")
    for file, content in [*((room, "") for room in rooms), ("address.py", "import spine.identity"), (module, text)]:
        (spine / file).parent.mkdir(parents=True, exist_ok=True)
        (spine / file).write_text(f'"""What it is for."""\n{content}\n', encoding="utf-8")
    found = faults(spine)
    assert any(fault in line for line in found), found
    (spine / module).write_text('"""What it is for."""\n', encoding="utf-8")
    assert [line for line in faults(spine) if fault in line and "no floor" not in line and "no word" not in line] == []


def test_a_module_without_a_first_line_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "spine").mkdir()
    (tmp_path / "spine/ids.py").write_text("x = 1\n", encoding="utf-8")
    assert faults(tmp_path / "spine") == ["spine/ids.py:1: the module does not say what it is for"]


def test_the_pure_floors_load_nothing_slow() -> None:
    """In a process of its own, as what another test imported stays loaded."""
    names = sorted(
        ".".join(module.relative_to(SPINE.parent).with_suffix("").parts).removesuffix(".__init__")
        for module in SPINE.rglob("*.py")
        if room_of(module, SPINE) in PURE
    )
    unwanted = SLOW | {"click", "subprocess", "socket", "tempfile"}
    program = f"""if True:
        import importlib, sys
        for name in {names!r}: importlib.import_module(name)
        print(*sorted({unwanted!r} & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=SPINE.parent
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_the_auditor_loads_nothing_of_the_writer() -> None:
    """Not even by way of what it imports: an audit that ran has loaded no module of spine but words and its own."""
    program = f"""if True:
        import sys
        from spine.audit.verify import verify
        verify({str(SPINE.parent)!r}, "HEAD", {{}})
        rooms = {{name.split(".")[1] for name in sys.modules if name.startswith("spine.")}}
        print(*sorted(rooms))
    """
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=SPINE.parent
    )
    assert (done.stdout.split(), done.stderr) == (["audit", "errors", "printable"], "")


def test_the_replay_of_the_auditor_is_small_enough_to_be_read() -> None:
    assert len((SPINE / "audit/replay.py").read_text(encoding="utf-8").splitlines()) <= 200


def test_every_error_has_a_code_of_its_own() -> None:
    """Programs tell errors apart by code, so no two kinds share one."""
    homes: dict[str, list[str]] = {}
    for module in sorted(SPINE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                is_code = isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "code"
                if is_code and isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                    homes.setdefault(str(line.value.value), []).append(f"{module.name}: {node.name}")
    assert len(homes) > 50
    assert {code: names for code, names in homes.items() if len(names) > 1} == {}
