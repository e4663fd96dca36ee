"""Options that several verbs share, so that each reads the same everywhere."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
proposal_argument = click.argument("proposal", metavar="PROPOSAL")
why_option = click.option("--why", metavar="TEXT", help="The reason, for reviewers.")
branch_option = click.option("--branch", metavar="NAME", help="Land there instead of on the branch you are on.")
apply_option = click.option("--apply", "and_apply", is_flag=True, help="Land it at once.")

PROPOSAL_IS = "PROPOSAL is an id, its beginning, or part of its slug."
