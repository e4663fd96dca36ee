"""The way of a hook that has nothing to do: told in two runs of git, before anything large is loaded.

Whatever is not plain (no settings, settings that are staged too, nothing remembered yet, a broken repository) is left
to the hook itself, which remembers for the next time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

REMEMBERED = "spine-scope"
_ABOUT_FILES = frozenset({"pre-commit", "pre-merge-commit", "guard", "validate"})


def has_nothing_to_do(words: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether `spine hooks run WORDS` can end at once: what is staged is no business of spine's."""
    if not words:
        return False
    if words[0] == "commit-msg" and len(words) == 2:
        return _says_nothing(words[1])
    return words[0] in _ABOUT_FILES and len(words) == 1 and _touches_nothing(env)


def _touches_nothing(env: Mapping[str, str]) -> bool:
    from spine.records.scope import SETTINGS_FILE, read_scope
    from spine.repository.staged import glance

    seen = glance(".", env, SETTINGS_FILE)
    if seen is None:
        return False
    try:
        scope = read_scope((seen.common_dir / REMEMBERED).read_text("utf-8"), seen.oid)
    except (OSError, UnicodeDecodeError):
        return False
    return scope is not None and not any(scope.holds(path, is_gone=is_gone) for path, is_gone in seen.paths)


def _says_nothing(name: str) -> bool:
    try:
        with open(name, "rb") as file:
            return b"spine-" not in file.read().lower()
    except OSError:
        return False
