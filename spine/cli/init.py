"""`spine init`"""

from __future__ import annotations

import shlex

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("init")
@click.option("--bindings", metavar="DIR", default="bindings", show_default=True, help="Where the governed YAML lies.")
@json_option
@click.pass_obj
def command(door: Door, bindings: str, as_json: bool) -> None:
    """Make this repository a governed one.

    Writes spine.yaml and the git attribute that keeps proposals byte-exact; commits nothing. Header fields that hold
    a time stamp and only grew in recent history get the merge rule that the newest stamp wins.
    """
    from spine.actions.init import init
    from spine.printable import printable
    from spine.review.documents import init_document

    with open_workspace(door) as work:
        done = init(work, bindings=bindings)
    if as_json:
        door.terminal.give(init_document(done))
        return
    door.terminal.show(f"wrote {printable(path)}" for path in done.written)
    door.terminal.show(f"rule: of two values of {printable(name)} the newest wins" for name in done.stamps)
    count = done.governed
    door.terminal.show([f"{count} file{' is' if count == 1 else 's are'} governed"])
    if done.missing is not None:
        there = f"; there is some in {', '.join(map(printable, done.elsewhere))}" if done.elsewhere else ""
        folder = shlex.quote(printable(done.elsewhere[0])) if done.elsewhere else "DIR"
        door.terminal.say(f"warning: no .yaml file is below {printable(done.missing)}/{there}")
        door.terminal.say(f"  hint: rm spine.yaml && spine init --bindings {folder}; new files there will be governed")
    door.terminal.next_step(f"git add {' '.join(done.written)} && git commit")
