"""`spine schema infer`, `list` and `show`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option, why_option
from spine.cli.workspace import open_workspace


@click.group("schema")
def command() -> None:
    """Find out what makes an entry the same entry, and declare it; show the JSON Schemas of all files and answers."""


@command.command("infer")
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--write", "is_written", is_flag=True, help="Write the declarations into spine.yaml.")
@click.option("--propose", "title", metavar="TITLE", help="Make a proposal of them.")
@why_option
@json_option
@click.pass_obj
def infer(
    door: Door, paths: tuple[str, ...], is_written: bool, title: str | None, why: str | None, as_json: bool
) -> None:
    """Propose how the lists of the governed files (or of PATHs) are identified.

    Looks at every file and its recent history. Declared is what held in every version, each with its evidence; what is
    unclear is listed as a question. Without --write or --propose nothing is written.
    """
    from spine.actions import infer as action
    from spine.actions.propose import Wanted
    from spine.review.documents import inferred_document
    from spine.review.inferred_text import inferred_lines
    from spine.review.proposed_text import proposed_lines

    if is_written and title is not None:
        raise click.UsageError("either --write or --propose")
    with open_workspace(door, writes=title is not None) as work:
        made = None
        if title is not None:
            done, made = action.propose_inferred(work, Wanted(title=title, why=why), paths)
        elif is_written:
            done = action.write_inferred(work, paths)
        else:
            done = action.infer(work, paths)
    if as_json:
        door.terminal.give(inferred_document(done, made, is_written=is_written))
        return
    door.terminal.show_folded(inferred_lines(done, door.terminal.style))
    if made is not None:
        door.terminal.show_folded(proposed_lines(made, door.terminal.style))
        door.terminal.next_step(f"spine apply {made.proposal.id}")
    elif done.found and not is_written:
        door.terminal.next_step('spine schema infer --propose "what tells our entries apart"')


@command.command("list")
@json_option
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """List the JSON Schemas of records (files of a repository) and of documents (what --json gives)."""
    from spine.actions.published_schemas import published_schemas
    from spine.review.schema_text import schema_list_document, schema_list_lines

    listed = published_schemas()
    if as_json:
        door.terminal.give(schema_list_document(listed))
    else:
        door.terminal.show(schema_list_lines(listed, door.terminal.style))


@command.command("show")
@click.argument("name")
@json_option
@click.pass_obj
def show(door: Door, name: str, as_json: bool) -> None:
    """Show the JSON Schema of a record or document.

    NAME is what stands in its first key: plan/1, or plan. The schema is draft 2020-12 and whole: it refers to no other.
    """
    from spine.actions.published_schemas import find_schema
    from spine.review.schema_text import schema_document

    found = find_schema(name)
    if as_json:
        door.terminal.give(schema_document(found))
    else:
        door.terminal.show(found.text.rstrip("\n").split("\n"))
