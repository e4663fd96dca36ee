"""`spine explain`"""

from __future__ import annotations

import click

from spine.cli.door import Door
from spine.cli.options import json_option


@click.command("explain")
@click.argument("code", metavar="[CODE]", required=False)
@json_option
@click.pass_obj
def command(door: Door, code: str | None, as_json: bool) -> None:
    """Say what the code of a finding or an error means, and what mends it.

    With its reason, an example of what is wrong and one of what is right. Without CODE all codes are listed.
    """
    from spine.actions.explanations import explain, groups
    from spine.review.explain_documents import explanation_document, explanations_document
    from spine.review.explain_text import explanation_lines, explanations_lines

    terminal = door.terminal
    if code is not None:
        one = explain(code)
        if as_json:
            terminal.give(explanation_document(one))
        else:
            terminal.show(explanation_lines(one, terminal.style))
        return
    if as_json:
        terminal.give(explanations_document(groups()))
    else:
        terminal.show(explanations_lines(groups(), terminal.style))
        terminal.next_step("spine explain SP107")
