"""What `spine drivers install` and `uninstall` set, for people and for programs."""

from __future__ import annotations

import shlex

from spine.actions.driver_setup import Setup
from spine.errors import Exit
from spine.printable import printable
from spine.review.json_parts import Json, document

_TAKE_BACK = {"team": "", "local": " --local", "global": " --global"}


def print_lines(setup: Setup) -> list[str]:
    """The commands and lines that would do it by hand."""
    out = [f"git config --{setup.scope} {name} {shlex.quote(value)}" for name, value in setup.settings]
    out += ["", f"# in {setup.attributes_file}:", *map(printable, setup.lines)]
    return out + [f"# left out: {printable(reason)}" for reason in setup.left_out]


def installed_lines(setup: Setup) -> list[str]:
    """What was done, what it means, and how to take it back."""
    out = [f"set {printable(name)}" for name in setup.changed] or ["everything was set already"]
    out += [f"left out: {printable(reason)}" for reason in setup.left_out]
    if not setup.lines:
        out.append("no governed pattern of spine.yaml holds YAML, so no file has the drivers")
    out.append(
        "git merge, rebase, cherry-pick, revert and stash now merge these files by key; git diff shows them by key"
    )
    out.append("git log -p and git show do so with --ext-diff; git diff --no-ext-diff shows lines")
    return [*out, f"to take it back: spine drivers uninstall{_TAKE_BACK[setup.where]}"]


def setup_document(setup: Setup) -> Json:
    """What is set, or would be."""
    return document(
        "drivers",
        Exit.DONE,
        where=setup.where,
        scope=setup.scope,
        settings=dict(setup.settings),
        attributes={"file": setup.attributes_file, "lines": list(setup.lines)},
        left_out=list(setup.left_out),
        changed=list(setup.changed),
    )


def removed_document(changed: tuple[str, ...]) -> Json:
    """What was taken back."""
    return document("drivers", Exit.DONE, changed=list(changed))
