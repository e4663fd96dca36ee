"""Options that several verbs share, so that each reads the same everywhere."""

from __future__ import annotations

from dataclasses import replace

import click

from spine.cli.door import Door


def _waits(context: click.Context, _: click.Parameter, seconds: float | None) -> None:
    """What the option says is for every verb alike, so it goes to the door and not to the verb."""
    if seconds is not None and isinstance(context.obj, Door):
        context.obj = replace(context.obj, wait=seconds)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
proposal_argument = click.argument("proposal", metavar="PROPOSAL")
why_option = click.option("--why", metavar="TEXT", help="The reason, for reviewers.")
branch_option = click.option("--branch", metavar="NAME", help="Land there instead of on the branch you are on.")
apply_option = click.option("--apply", "and_apply", is_flag=True, help="Land it at once.")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0, max=86_400),
    metavar="SECONDS",
    expose_value=False,
    callback=_waits,
    help="How long to wait while others land here; 120 without it.",
)

PROPOSAL_IS = "PROPOSAL is an id, its beginning, or part of its slug."
