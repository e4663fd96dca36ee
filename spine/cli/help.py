"""`spine help`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.topics import TOPICS


@click.command("help")
@click.argument("what", metavar="[VERB | TOPIC]", required=False)
@click.pass_context
def command(context: click.Context, what: str | None) -> None:
    """Explain a verb, or a topic: exit-codes, json, addresses, criteria, audits."""
    door, above = context.obj, context.parent
    assert isinstance(door, Door)
    assert above is not None
    if what is None:
        door.terminal.show([above.get_help()])
    elif what in TOPICS:
        door.terminal.show([TOPICS[what].strip()])
    else:
        verbs = above.command
        assert isinstance(verbs, click.Group)
        name, verb, _ = verbs.resolve_command(above, [what])
        assert verb is not None
        with verb.make_context(name, [], parent=above, resilient_parsing=True) as inside:
            door.terminal.show([verb.get_help(inside)])
