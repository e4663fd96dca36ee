"""`spine verify`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option


@click.command("verify")
@click.argument("commits", metavar="[A..B]", default="HEAD", required=False)
@json_option
@click.pass_obj
def command(door: Door, commits: str, as_json: bool) -> int:
    """Prove the receipts of a range by code that shares nothing with the code that wrote them.

    Without a range everything up to HEAD is proved, B alone means everything up to B. The answer is yes (0), no (1) or
    cannot tell (6).
    """
    from spine.audit.verify import verify
    from spine.review.verify_text import verdict_lines, verify_document

    verdict = verify(door.folder, commits, door.env)
    if as_json:
        door.terminal.give(verify_document(verdict))
    else:
        door.terminal.show(verdict_lines(verdict, door.terminal.style))
    return verdict.exit_code
