"""Which paths are any business of a hook, as told by the settings; with a text form that can be read without YAML.

A commit that touches none of them is let pass at once. The text belongs to one version of `spine.yaml`, whose blob it
names, and is thrown away with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spine.dataclass import dataclass
from spine.errors import Refused
from spine.globs import Glob, parse_glob

if TYPE_CHECKING:
    from spine.records.settings import Settings

_FORM = "scope/1"
SETTINGS_FILE = "spine.yaml"
BASELINE_FILE = "spine-baseline.yaml"


@dataclass(frozen=True, slots=True)
class Scope:
    """Path patterns, folders (with a slash at the end) and files; and whether any file may be referred to."""

    globs: tuple[Glob, ...]
    folders: tuple[str, ...]
    files: tuple[str, ...]
    minds_gone: bool = False

    def holds(self, path: str, *, is_gone: bool = False) -> bool:
        """Whether a hook has to look at the path."""
        if path in self.files or path.startswith(self.folders) or any(glob.matches(path) for glob in self.globs):
            return True
        return is_gone and self.minds_gone


def scope_of(settings: Settings) -> Scope:
    """What is governed, the ledger's folders, prose, what rules speak of, and the files that decide about all these."""
    folders = settings.folders
    patterns = [pattern for rule in settings.rules for pattern in rule.places]
    for reference in settings.refs:
        patterns += [reference.source, *(one for one in reference.targets if not isinstance(one, str))]
    globs = (*settings.governed_globs, *settings.prose, *(one.files for one in patterns if one.files is not None))
    schemas = [one.schema for one in settings.schemas]  # which may refer to others beside them
    below = [folders.proposals, folders.loops, folders.gaps, *(one.rpartition("/")[0] for one in schemas if "/" in one)]
    return Scope(
        tuple(dict.fromkeys((*globs, *(one.files for one in settings.schemas)))),
        tuple(dict.fromkeys(f"{one}/" for one in below)),
        (SETTINGS_FILE, BASELINE_FILE, *filter(None, [settings.gaps.register]), *schemas),
        any("files" in reference.targets for reference in settings.refs),
    )


def write_scope(scope: Scope, oid: str) -> str | None:
    """The text form, None for a pattern with a line break. Law: `read_scope(write_scope(s, oid), oid) == s`."""
    lines = [f"{_FORM} {oid}", *(f"glob {one}" for one in scope.globs)]
    lines += [*(f"folder {one}" for one in scope.folders), *(f"file {one}" for one in scope.files)]
    lines += [*(["gone *"] if scope.minds_gone else []), "end"]
    return None if any("\n" in line for line in lines) else "\n".join(lines)


def read_scope(text: str, oid: str) -> Scope | None:
    """The scope that belongs to this version of the settings; None if the text is of another, or is none."""
    head, *lines = text.split("\n")
    if head != f"{_FORM} {oid}" or not lines or lines.pop() != "end":
        return None
    found: dict[str, list[str]] = {"glob": [], "folder": [], "file": [], "gone": []}
    for line in lines:
        kind, _, value = line.partition(" ")
        if kind not in found or not value:
            return None
        found[kind].append(value)
    try:
        globs = tuple(map(parse_glob, found["glob"]))
        return Scope(globs, tuple(found["folder"]), tuple(found["file"]), bool(found["gone"]))
    except Refused:
        return None
