"""`spine validate`"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from spine.cli.door import Door
from spine.cli.reporting import chosen, formats, give, line_at
from spine.cli.workspace import open_workspace

if TYPE_CHECKING:
    from spine.actions.workspace import Workspace
    from spine.errors import Exit, Finding
    from spine.review.findings_text import FindLine

NOT_TEXT = "SP110"


@click.command("validate")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--at", "revision", metavar="REVISION", help="The files of a commit.")
@click.option("--staged", is_flag=True, help="The files of the index.")
@click.option("--update-baseline", is_flag=True, help="Drop from spine-baseline.yaml what is gone; add nothing.")
@formats
@click.pass_obj
def command(
    door: Door, paths: tuple[str, ...], revision: str | None, staged: bool, update_baseline: bool, form: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Find what is wrong in the files of one tree: formats, identities, references, links.

    Looks at the work tree, or at a commit or the index if asked to; with PATH only at what is below it. Ends with 0,
    with 2 if a file is malformed, else with 1 if files disagree. What spine-baseline.yaml knows is not shown.
    """
    from spine.actions.validate import validate
    from spine.review.documents import validate_document
    from spine.review.findings_text import findings_lines
    from spine.review.rows import count_of, rows_of

    if revision is not None and staged:
        raise click.UsageError("either --at or --staged, not both")
    if update_baseline and (revision is not None or staged or paths):
        raise click.UsageError("the baseline is that of the whole work tree")
    form = chosen(form, as_json=as_json)
    if update_baseline and form not in ("text", "json"):
        raise click.UsageError("updating the baseline finds nothing that could be given in this format")
    with open_workspace(door) as work:
        if update_baseline:
            return _update(door, work, as_json=form == "json")
        done = validate(work, where="index" if staged else "work tree", revision=revision, paths=paths)
        ending = exit_of(done.findings)
        find_line = _lines(work, revision, staged=staged)
        if form == "json":
            door.terminal.give(validate_document(done, ending))
        elif form != "text":
            rows = rows_of(done.findings)
            give(door, form, "validate", rows, f"Validate: {count_of(rows)}", ending, line_at(find_line))
        else:
            door.terminal.show(findings_lines(done.findings, door.terminal.style, find_line))
            if done.known or done.gone:
                door.terminal.say(f"{done.known} more in the baseline" + (f", {done.gone} gone" if done.gone else ""))
            if done.gone:
                door.terminal.next_step("spine validate --update-baseline")
    return ending


def _update(door: Door, work: Workspace, *, as_json: bool) -> Exit:
    from spine.actions.validate import update_baseline
    from spine.errors import Exit
    from spine.review.documents import baseline_document

    dropped = update_baseline(work)
    if as_json:
        door.terminal.give(baseline_document(dropped))
    else:
        door.terminal.show([f"{dropped} known finding{'' if dropped == 1 else 's'} dropped"])
    return Exit.DONE


def exit_of(findings: Iterable[Finding]) -> Exit:
    """2 if something cannot be read (the codes of readers, and bytes that are no text), 1 for other errors, else 0."""
    from spine.errors import Exit, worst

    errors = [finding.code for finding in findings if finding.severity == "error"]
    return worst([Exit.REFUSED if code < "SP100" or code == NOT_TEXT else Exit.FAILED for code in errors])


def _lines(work: Workspace, revision: str | None, *, staged: bool) -> FindLine:
    """Source lines from the tree that was looked at."""
    from spine.cli.source_lines import lines_from
    from spine.repository import IndexSnapshot, resolve, snapshot_of, work_tree_of

    if revision is not None or work.repo.is_bare:
        return lines_from(snapshot_of(work.repo, resolve(work.repo, revision or "HEAD")))
    return lines_from(IndexSnapshot(work.repo) if staged else work_tree_of(work.repo))
