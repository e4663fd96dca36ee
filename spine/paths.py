"""Which paths a change may write: rules about text alone, the same on every system.

A path comes from a file that somebody else wrote. It is refused if any common system would read it as another path than
the one a reviewer sees, as a part of git's own folder, or as a device; and, unless the policy names it, if programs
obey its file (attributes, ignore rules, CI, hooks). The rules are stricter than git's, for new files and old alike.

Limitations: links and non-folders on the way are a matter of the tree at hand, and are checked where it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from spine.errors import Place, Refused
from spine.printable import has_unsafe, printable

MAX_PATH_BYTES = 4096
MAX_SEGMENT_BYTES = 255

# Obeyed by git, by hosting services or by developers' machines wherever they stand in a tree.
OBEYED_ANYWHERE = frozenset(
    {
        ".gitattributes", ".gitconfig", ".gitignore", ".gitmodules", ".lfsconfig", ".mailmap",
        ".appveyor.yml", ".buildkite", ".ci", ".circleci", ".cirrus.yml", ".drone.yml", ".forgejo", ".gitea", ".github",
        ".gitlab", ".gitlab-ci.yml", ".travis.yml", ".woodpecker", ".woodpecker.yml", ".woodpecker.yaml",
        ".githooks", ".husky", ".lefthook", ".lefthook.yml", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml",
        ".devcontainer", ".envrc", ".vscode",
    }
)  # fmt: skip
# Ordinary words, so only at the top, where the program that obeys them looks.
OBEYED_AT_TOP = frozenset(
    {"appveyor.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", "hooks", "jenkinsfile", "lefthook.yml"}
)

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)")
# What NTFS and FAT accept as the short name of some other file: GIT~1 is .git, GI7EBA~1 is .gitmodules.
_SHORT_NAME = re.compile(r"[^.~]{1,6}~[0-9]{1,6}(?:\.[^.]{0,3})?")
_UNWRITABLE_ON_WINDOWS = frozenset('<>"|?*')


class UnsafePath(Refused):
    """A path that no change may write; the message says which rule it breaks."""

    code = "SP015"


def check_path(path: str, *, allow: Collection[str] = (), place: Place | None = None) -> None:
    """Raise `UnsafePath` unless the path is one that a change may write.

    `allow` are paths that the policy takes off the list of obeyed files, nothing else: a file (`.gitattributes`,
    exactly that one) or a folder with a slash at its end (`.github/`, everything below).
    """
    reason = _unsafe(path)
    if reason is not None:
        raise UnsafePath(f"the path “{printable(path[:200])}” {reason}", place=place)
    obeyed = _obeyed(path)
    if obeyed is not None and not any(path == one or (one.endswith("/") and path.startswith(one)) for one in allow):
        raise UnsafePath(
            f"the path “{path}” is closed to proposals: programs obey “{obeyed}”",
            place=place,
            hint="change it with an ordinary commit, or let the policy in spine.yaml name it",
        )


def folded(path: str) -> str:
    """The key under which systems that ignore case or composition may file the path: equal keys, maybe one file."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).upper().casefold())


def twins(paths: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of different paths, or folders on their way, that are one file where case is ignored."""
    seen: dict[str, str] = {}
    found: set[tuple[str, str]] = set()
    for path in paths:
        end = 0
        while end != -1:
            end = path.find("/", end + 1)
            part = path if end == -1 else path[:end]
            first = seen.setdefault(folded(part), part)
            if first != part:
                found.add((first, part))
    return sorted(found)


def _unsafe(path: str) -> str | None:
    if not path:
        return "is empty"
    if len(path) > MAX_PATH_BYTES:
        return f"is longer than {MAX_PATH_BYTES} bytes"
    if has_unsafe(path):
        return "holds control, invisible or undecodable characters"
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"is longer than {MAX_PATH_BYTES} bytes"
    if path.startswith("/"):
        return "is absolute"
    if "\\" in path:
        return "holds a backslash, which some systems read as a slash"
    if ":" in path:
        return "holds a colon, which some systems read as a drive or a stream"
    if not unicodedata.is_normalized("NFC", path):
        return "is not in Unicode's composed form (NFC)"
    return next((reason for segment in path.split("/") if (reason := _unsafe_segment(segment))), None)


def _unsafe_segment(segment: str) -> str | None:
    if not segment:
        return "has an empty segment"
    if segment in {".", ".."}:
        return f"has the segment “{segment}”"
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        return f"has a segment longer than {MAX_SEGMENT_BYTES} bytes"
    name = folded(segment)
    if name.rstrip(". ") == ".git":
        return "leads into git's own folder"
    if segment[-1] in ". ":
        return "has a segment that ends with a dot or a space, which some systems drop"
    if segment[0].isspace() or segment[-1].isspace():
        return "has a segment that begins or ends with white space"
    if _DEVICE.match(name):
        return f"has the segment “{segment}”, a device on some systems"
    if _SHORT_NAME.fullmatch(name):
        return f"has the segment “{segment}”, on some systems the short name of another file"
    if unwritable := sorted(_UNWRITABLE_ON_WINDOWS.intersection(segment)):
        return f"holds “{unwritable[0]}”, which some systems cannot write"
    return None


def _obeyed(path: str) -> str | None:
    segments = path.split("/")
    if folded(segments[0]) in OBEYED_AT_TOP:
        return segments[0]
    return next((segment for segment in segments if folded(segment) in OBEYED_ANYWHERE), None)
