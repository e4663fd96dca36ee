"""The root of all verbs. A verb's module is imported when the verb is called, and not before."""

from __future__ import annotations

import os
from importlib import import_module

import click

from spine.cli.door import Door
from spine.cli.terminal import When, open_terminal

VERBS: dict[str, dict[str, str]] = {
    "Everyday": {
        "init": "Make this repository a governed one.",
        "propose": "Make a proposal of your edits, and put the files back.",
        "show": "Show a proposal, whole.",
        "plan": "Show what a proposal would do right now; writes nothing.",
        "apply": "Land a proposal as one commit with its receipt.",
        "undo": "Propose to take a landed proposal back.",
        "list": "List the proposals.",
        "status": "Show what needs attention now.",
        "log": "Show what has landed, newest first; or all values of an address.",
        "trace": "Show how a loop, gap, proposal, commit, file or address hangs together with others.",
        "blame": "Show who set each value, by which proposal, for which loop.",
        "review": "Show what a range of commits brings, for the terminal, a pull request or a page.",
        "check": "Prove that every governed change of a range is explained.",
    },
    "And": {
        "gap": "Register, list, close and link gaps.",
        "adopt": "Govern a repository that has a history of its own.",
        "validate": "Find what is wrong in the files of one tree.",
        "verify": "Prove receipts by code that shares nothing with the writer.",
        "diff": "Show what changed by key, between revisions or files.",
        "resolve": "Settle the conflicts of a pending proposal in a new one.",
        "supersede": "Replace a pending proposal by a new one.",
        "schema": "Find out what makes an entry the same entry, and declare it.",
        "approve": "Say that a proposal may land, or review one.",
        "withdraw": "Mark a pending proposal as not to land.",
        "loop": "Work with a goal: criteria, phases, receipts.",
        "parity": "Compute an audit: who is there, who is missing, which rules fail.",
        "overlaps": "Show which open proposals meet, and an order that lands them.",
        "report": "Write the ledger as a site to read in a browser.",
        "hooks": "Let git refuse what breaks the rules, before it is made.",
        "drivers": "Let plain git merge and diff bindings by key.",
        "doctor": "Finish or forget a landing that was interrupted.",
        "explain": "Say what a code such as SP107 means, and what mends it.",
        "help": "Explain a verb, or a topic such as exit-codes.",
    },
}


class Verbs(click.Group):
    """A group that knows its verbs by name and line, and loads each from `spine.cli.VERB`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for verbs in VERBS.values() for name in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = getattr(import_module(f"spine.cli.{cmd_name}"), "command")  # noqa: B009 (its type is not known)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from spine.ids import near

            close = near(name, self.list_commands(ctx))
            meant = f"did you mean {' or '.join(close)}?" if close else "spine --help lists them"
            raise click.UsageError(f"there is no verb “{name[:60]}”; {meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section, verbs in VERBS.items():
            with formatter.section(section):
                formatter.write_dl(list(verbs.items()))


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="VERB …",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("-C", "folder", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option(
    "--color",
    "when",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours; else FORCE_COLOR, NO_COLOR and the terminal decide.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the trace of a defect.")
@click.option("--version", is_flag=True, help="Show the version and end.")
@click.pass_context
def root(context: click.Context, folder: str, when: When, verbose: bool, version: bool) -> None:
    """Changes to YAML that lives in git, as proposals: small, reviewable, landed as one provable commit."""
    context.obj = Door(folder, os.environ, open_terminal(when, os.environ))
    if version:
        from spine import __version__

        click.echo(f"spine {__version__}")
        context.exit()
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)
