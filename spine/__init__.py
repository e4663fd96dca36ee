"""spine: changes to YAML bindings in git as proposals that say what they change by key, what they saw, and why.

This is the pure face, stable from the first release: texts and values in, texts and values out (DESIGN §7).
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # as type checkers know it, without what importing `typing` costs

if TYPE_CHECKING:
    from spine.change.diff import diff
    from spine.change.form import dump, load
    from spine.change.invert import invert
    from spine.change.merge import Conflicts, Merged, merge
    from spine.change.operations import Change
    from spine.change.patch import patch
    from spine.change.rules import FileRules
    from spine.errors import Refused
    from spine.identity import Identity

__all__ = [
    "Change",
    "Conflicts",
    "FileRules",
    "Identity",
    "Merged",
    "Refused",
    "diff",
    "dump",
    "invert",
    "load",
    "merge",
    "patch",
]

_HOMES = {
    "Change": "spine.change.operations",
    "Conflicts": "spine.change.merge",
    "FileRules": "spine.change.rules",
    "Identity": "spine.identity",
    "Merged": "spine.change.merge",
    "Refused": "spine.errors",
    "diff": "spine.change.diff",
    "dump": "spine.change.form",
    "invert": "spine.change.invert",
    "load": "spine.change.form",
    "merge": "spine.change.merge",
    "patch": "spine.change.patch",
}


def __getattr__(name: str) -> object:
    """Load a name of the face when it is first used, so that `import spine` costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'spine' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
