"""`spine hooks`: what git or pre-commit calls before a commit or a push, and what tells git to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spine.actions.workspace import Workspace
    from spine.errors import Finding
    from spine.review.findings_text import FindLine

STAGES = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push", "guard", "validate")


@click.group("hooks", subcommand_metavar="VERB …")
def command() -> None:
    """Let git refuse what breaks the rules, before it is committed or pushed.

    With pre-commit: see .pre-commit-hooks.yaml. Without: spine hooks install.
    """


@command.command("run", short_help="What git or pre-commit calls.")
@click.argument("stage", type=click.Choice(STAGES))
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.pass_obj
def run(door: Door, stage: str, words: tuple[str, ...]) -> int:
    """What git or pre-commit calls. They look at what git is about to commit, never at the work tree.

    guard: no governed file changes without a proposal. validate: what is staged brings no finding that HEAD has not.
    pre-commit and pre-merge-commit: both. commit-msg FILE: trailers are well formed and true. pre-push [REMOTE URL]:
    the pushed range passes check. Ends with 0, or with 1 and the reasons.
    """
    from spine.errors import Exit, worst

    with open_workspace(door) as work:
        if stage == "pre-push":
            return _push(door, work, words)
        if stage == "commit-msg":
            if len(words) != 1:
                raise click.UsageError("commit-msg takes the file of the message")
            return _message(door, work, words[0])
        ends = []
        if stage != "validate":
            ends.append(_guard(door, work))
        if stage != "guard":
            ends.append(_validate(door, work))
        _remember(work)
    return worst([Exit(end) for end in ends])


def _guard(door: Door, work: Workspace) -> int:
    from spine.actions.guard import guard

    merging = [name.removeprefix("GITHEAD_") for name in door.env if name.startswith("GITHEAD_")]
    found = guard(work, author_date=door.env.get("GIT_AUTHOR_DATE"), merging=merging)
    return _tell(door, work, found, "guard", "governed files change by proposals; to commit all the same, and record "
                 "it afterwards: git commit --no-verify")  # fmt: skip


def _validate(door: Door, work: Workspace) -> int:
    from spine.actions.validate_staged import validate_staged

    return _tell(door, work, validate_staged(work), "validate", "what is staged brings these")


def _message(door: Door, work: Workspace, name: str) -> int:
    from pathlib import Path

    from spine.actions.message_check import check_message

    text = Path(door.folder, name).read_bytes().decode("utf-8", "replace")
    found = check_message(work, text)
    lines = text.split("\n")
    return _tell(door, work, found, "commit-msg", f"the message is in {name}", lines)


def _push(door: Door, work: Workspace, words: tuple[str, ...]) -> int:
    from spine.actions.push_check import Pushed, check_push, read_pushed
    from spine.errors import Exit, worst
    from spine.repository import commits_named
    from spine.review.check_text import report_lines

    to = door.env.get("PRE_COMMIT_TO_REF")
    remote = words[0] if words else door.env.get("PRE_COMMIT_REMOTE_NAME", "origin")
    if to is not None:  # pre-commit has read git's lines, and says what they mean in variables
        since = door.env.get("PRE_COMMIT_FROM_REF", "")
        named = commits_named(work.repo, [to, since])
        ref = door.env.get("PRE_COMMIT_REMOTE_BRANCH", "")
        pushed: tuple[Pushed, ...] = (Pushed(ref, named[to], named.get(since)),) if to in named else ()
    else:
        pushed = read_pushed(work.repo, sys.stdin.read())
    ends = []
    for report in check_push(work, pushed, remote):
        ends.append(Exit(report.exit_code))
        if report.exit_code != Exit.DONE:
            door.terminal.show(report_lines(report, door.terminal.style))
    end = worst(ends)
    if end == Exit.UNKNOWN:
        door.terminal.say("what this clone lacks nobody can check here; the push goes on")
        return Exit.DONE
    return end


def _tell(
    door: Door, work: Workspace, found: Iterable[Finding], stage: str, why: str, lines: list[str] | None = None
) -> int:
    """Show what was found, and why the commit is refused, if it is."""
    from spine.errors import Exit

    found = list(found)
    if not found:
        return Exit.DONE
    from spine.review.findings_text import finding_lines
    from spine.review.hook_text import refusal_lines

    shown = []
    for one in found:
        shown += finding_lines(one, door.terminal.style, _line_finder(work, lines))
    errors = sum(one.severity == "error" for one in found)
    door.terminal.show([*shown, *refusal_lines(stage, errors, why, door.terminal.style)])
    return Exit.FAILED if errors else Exit.DONE


def _line_finder(work: Workspace, lines: list[str] | None) -> FindLine:
    from spine.cli.source_lines import lines_from
    from spine.repository import IndexSnapshot

    if lines is None:
        return lines_from(IndexSnapshot(work.repo))
    return lambda place: lines[place.line - 1] if place.line is not None and place.line <= len(lines) else None


def _remember(work: Workspace) -> None:
    """Keep what tells a commit that is no business of spine's, so that the next one is told in two runs of git."""
    from contextlib import suppress

    from spine.cli.quick import REMEMBERED
    from spine.errors import SpineError
    from spine.ledger.reading import settings_of
    from spine.records.scope import SETTINGS_FILE, read_scope, scope_of, write_scope
    from spine.repository import File, IndexSnapshot, look, put, staged_oid

    with suppress(SpineError, OSError):  # it is of use only, and never needed
        oid = staged_oid(work.repo, SETTINGS_FILE)
        there = look(work.repo.common_dir, REMEMBERED)
        known = there.data.decode("utf-8", "replace") if isinstance(there, File) else ""
        if oid is not None and read_scope(known, oid) is None:
            text = write_scope(scope_of(settings_of(IndexSnapshot(work.repo))), oid)
            if text is not None:
                put(work.repo.common_dir, REMEMBERED, File(text.encode("utf-8")))


@command.command("install", short_help="Write the hooks that git calls.")
@click.option("--print", "only_print", is_flag=True, help="Show the lines instead, for hooks that are there already.")
@json_option
@click.pass_obj
def install(door: Door, only_print: bool, as_json: bool) -> None:
    """Write git's hooks pre-commit, pre-merge-commit, commit-msg and pre-push where git looks for them.

    A hook that is there already is left alone, and then nothing is written.
    """
    from spine.actions.hook_setup import STAGES, hook_line
    from spine.actions.hook_setup import install as do_install
    from spine.review.hook_text import hooks_document, hooks_lines, print_lines

    if only_print:
        lines = {stage: hook_line(sys.executable, stage) for stage in STAGES}
        if as_json:
            door.terminal.give(hooks_document("hooks-lines", lines=lines))
        else:
            door.terminal.show(print_lines(lines))
        return
    with open_workspace(door) as work:
        changed = do_install(work, sys.executable)
    if as_json:
        door.terminal.give(hooks_document("hooks-install", hooks=changed))
    else:
        door.terminal.show(hooks_lines(changed, "nothing to do: all hooks are installed"))


@command.command("uninstall", short_help="Take back what install did.")
@json_option
@click.pass_obj
def uninstall(door: Door, as_json: bool) -> None:
    """Remove the hooks that spine wrote, and no other."""
    from spine.actions.hook_setup import uninstall as do_uninstall
    from spine.review.hook_text import hooks_document, hooks_lines

    with open_workspace(door) as work:
        gone = do_uninstall(work)
    if as_json:
        door.terminal.give(hooks_document("hooks-uninstall", hooks=gone))
    else:
        door.terminal.show(hooks_lines(gone, "nothing to do: no hook is spine's", "removed"))


@command.command("status", short_help="Show which hooks are spine's.")
@json_option
@click.pass_obj
def status(door: Door, as_json: bool) -> None:
    """Show each hook: installed, called from another's hook, kept by pre-commit, another's, missing."""
    from spine.actions.hook_setup import status as get_status
    from spine.review.hook_text import hooks_document, hooks_lines

    with open_workspace(door) as work:
        hooks = get_status(work)
    if as_json:
        door.terminal.give(hooks_document("hooks-status", hooks=hooks))
    else:
        door.terminal.show(hooks_lines(hooks, ""))
    if any(hook.state == "missing" for hook in hooks):
        door.terminal.next_step("spine hooks install")
