"""Hooks for people: why a commit is refused, which hooks there are, and the lines for hooks of other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spine.actions.hook_setup import Hook
from spine.errors import Exit
from spine.printable import printable
from spine.review.json_parts import Json, document, word
from spine.review.style import Style

_CONFIG = """\
# .pre-commit-config.yaml
minimum_pre_commit_version: 4.4.0
default_install_hook_types: [pre-commit, pre-merge-commit, commit-msg, pre-push]
repos:
  - repo: local
    hooks:
      - {id: spine-guard, name: "spine: guard", entry: spine hooks run guard, language: unsupported,
         pass_filenames: false, always_run: true, stages: [pre-commit, pre-merge-commit]}
      - {id: spine-validate, name: "spine: validate", entry: spine hooks run validate, language: unsupported,
         pass_filenames: false, always_run: true, stages: [pre-commit, pre-merge-commit]}
      - {id: spine-commit-msg, name: "spine: commit-msg", entry: spine hooks run commit-msg, language: unsupported,
         stages: [commit-msg]}
      - {id: spine-pre-push, name: "spine: pre-push", entry: spine hooks run pre-push, language: unsupported,
         pass_filenames: false, always_run: true, stages: [pre-push]}
"""


def refusal_lines(stage: str, errors: int, why: str, style: Style) -> list[str]:
    """The last line of a hook that found something."""
    if not errors:
        return []
    count = f"{errors} finding{'' if errors == 1 else 's'}"
    return [style("strong", f"spine {stage}: refused, {count}") + f" ({printable(why)})"]


def hooks_lines(hooks: Sequence[Hook], nothing: str, said: str | None = None) -> list[str]:
    """A line a hook."""
    if not hooks:
        return [nothing]
    width = max(len(hook.stage) for hook in hooks)
    return [f"{hook.stage:{width}}  {said or hook.state}  {printable(hook.path)}" for hook in hooks]


def print_lines(lines: Mapping[str, str]) -> list[str]:
    """What to add to hooks that are there already, and to pre-commit's configuration."""
    out = ["# In a hook that is there already, before it ends:"]
    for stage, line in lines.items():
        out += [f"# {stage}", line]
    return [*out, "", *_CONFIG.rstrip("\n").split("\n")]


def hooks_document(verb: str, *, hooks: Sequence[Hook] | None = None, lines: Mapping[str, str] | None = None) -> Json:
    """The hooks with their states, or the lines for hooks of others, for programs."""
    if lines is not None:
        return document(verb, Exit.DONE, lines=dict(lines))
    shown = [{"stage": one.stage, "path": one.path, "state": word(one.state)} for one in hooks or ()]
    return document(verb, Exit.DONE, hooks=shown)
