"""`spine report`"""

from __future__ import annotations

from pathlib import Path

import click

from spine.cli.door import Door
from spine.cli.options import json_option
from spine.cli.workspace import open_workspace


@click.command("report")
@click.option("-o", "--output", "output", metavar="DIR", required=True, help="The folder to write; made if need be.")
@click.option("--at", "revision", metavar="REVISION", default="HEAD", show_default=True, help="The commit to look at.")
@click.option("--title", metavar="TEXT", default="Ledger", show_default=True, help="What the site is called.")
@click.option("--force", is_flag=True, help="Write into a folder that holds other files; replaces those in the way.")
@json_option
@click.pass_obj
def command(door: Door, output: str, revision: str, title: str, force: bool, as_json: bool) -> None:
    """Write the ledger of a commit as a static site: open work, each loop, gap, proposal and binding, a timeline.

    The pages need no script and no server and load nothing from elsewhere; open index.html. Run again, only what
    differs is written, and pages that are no longer made are removed. The same commit gives the same bytes.
    """
    from spine.actions.report import report
    from spine.printable import printable
    from spine.repository.published import publish
    from spine.review.report_document import report_document
    from spine.review.site import site_files

    folder = Path(door.folder, output)
    with open_workspace(door) as work:
        site = report(work, revision=revision)
        files = site_files(site, title=title)
    done = publish(folder, files, {"commit": str(site.commit.id)}, force=force)
    if as_json:
        door.terminal.give(report_document(done, str(site.commit.id)))
        return
    size = f"{done.size / 1e6:.1f} MB"
    lines = [f"{done.files} files ({size}): {len(done.written)} written, {len(done.removed)} removed"]
    lines += [f"left alone, as somebody changed it: {printable(path)}" for path in done.left]
    door.terminal.show([*lines, printable(str(folder / "index.html"))])
