"""`make demo`: two people, one binding, and nothing lost. Everything below is real output of real commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

BINDING = "bindings/compose.targets.yaml"
START = """\
# Where the compose stacks run. One entry a host.
version: 1
updated: "2026-02-12"

targets:
  docker-host:
    ssh_target: docker-host
    enabled: true
    notes: "Frontends and the dashboard."
    stacks:
      - name: storefront
        path: /opt/stacks/storefront
      - name: artwork
        path: /opt/stacks/artwork
      - name: quotes
        path: /opt/stacks/quotes

  # monitoring moved here in January
  observability:
    ssh_target: observability
    enabled: true
    stacks:
      - name: grafana
        path: /opt/stacks/grafana
"""
ADA = START.replace(
    '"Frontends and the dashboard."', '"Frontends and the dashboard. artwork and quotes are interim here."'
)
for _stack in ("artwork", "quotes"):
    _path = f"        path: /opt/stacks/{_stack}\n"
    ADA = ADA.replace(_path, f"{_path}        # interim: moves to apps-vm\n")
BEN = (
    START
    + """\

  # ─── Home site ───
  vault-home:
    ssh_target: vault
    enabled: true
    stacks:
      - name: vaultwarden
        path: /home/ron/vaultwarden
"""
)


class Stage:
    """A temporary repository, and a voice that says what happens in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.minute = 0
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),  # the spine that it lies beside
        }
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            self.env["FORCE_COLOR"] = "1"

    def say(self, text: str) -> None:
        """A heading or a sentence of the story."""
        print("\n" + textwrap.fill(text, 100), flush=True)

    def act(self, title: str) -> None:
        """A new chapter."""
        line = f"── {title} "
        print(f"\n\n{line}{'─' * max(3, 100 - len(line))}", flush=True)

    def run(self, *words: str, who: str = "Ada", quiet: bool = False, fails: int = 0) -> str:
        """Run a command as somebody, show it with its output, and insist on its exit code."""
        self.minute += 1
        env = {
            **self.env,
            "GIT_AUTHOR_NAME": who,
            "GIT_AUTHOR_EMAIL": f"{who.lower()}@example.org",
            "GIT_COMMITTER_NAME": who,
            "GIT_COMMITTER_EMAIL": f"{who.lower()}@example.org",
        }
        argv = [sys.executable, "-m", "spine", *words[1:]] if words[0] == "spine" else list(words)
        done = subprocess.run(argv, cwd=self.folder, env=env, capture_output=True, text=True)
        if not quiet:
            shown = " ".join(f"'{word}'" if set(word) & set(" []{}#*?") else word for word in words)
            print(f"\n{who.lower()}$ {shown}")
            print(textwrap.indent((done.stdout + done.stderr).rstrip(), "  "), flush=True)
        if done.returncode != fails:
            sys.exit(f"demo: {' '.join(words)} ended with {done.returncode}, expected {fails}\n{done.stderr}")
        return done.stdout

    def edit(self, text: str) -> None:
        """What an editor would do."""
        (self.folder / BINDING).write_text(text)

    def read(self) -> str:
        """The binding as it is now."""
        return (self.folder / BINDING).read_text()

    def drafts(self) -> list[str]:
        """The ids of all proposals in the work tree, oldest first."""
        return sorted(path.name for path in self.folder.glob("proposals/*/CP-*"))


def main() -> None:
    """Play all acts; ends with exit code 0 only if every claim turned out true."""
    with tempfile.TemporaryDirectory(prefix="spine-demo-") as folder:
        repo = Path(folder) / "infra"
        (repo / "bindings").mkdir(parents=True)
        stage = Stage(repo)
        start(stage)
        ada, ben = two_people(stage)
        nothing_lost(stage, ada, ben)
        whole_files(stage)
        conflict(stage)
        undo_and_log(stage, ada)
        proof(stage)
        site = read(stage)
    print(f"\nThe ledger of this story, to read in a browser: {site}/index.html")
    print("\nThat was spine. The README shows the same with your own repository in a minute.")


def start(stage: Stage) -> None:
    stage.act("A repository with one binding becomes a governed one")
    stage.run("git", "init", "-q", "-b", "main", quiet=True)
    stage.edit(START)
    stage.run("git", "add", "-A", quiet=True)
    stage.run("git", "commit", "-qm", "the bindings as they are", quiet=True)
    stage.run("spine", "init")
    stage.run("git", "add", "-A", quiet=True)
    stage.run("git", "commit", "-qm", "adopt spine", quiet=True)


def two_people(stage: Stage) -> tuple[str, str]:
    stage.act("Two people start from the same commit")
    stage.say("Ada marks two stacks as interim and rewrites a note. She edits the file as always, and proposes:")
    stage.edit(ADA)
    stage.run("spine", "propose", "mark interim stacks", "--why", "artwork and quotes move to apps-vm in March")
    (ada,) = stage.drafts()
    stage.say("Ben, from the same commit and knowing nothing of Ada, adds an entry to the same binding:")
    stage.edit(BEN)
    stage.run("spine", "propose", "register the home vault", "--why", "it runs and nobody watches it", who="Ben")
    ben = next(one for one in stage.drafts() if one != ada)
    stage.say("A proposal is a small file to review. It says what it changes by key, and what it saw there:")
    print(textwrap.indent((stage.folder / f"proposals/{ada[3:7]}-{ada[7:9]}/{ada}/proposal.yaml").read_text(), "  "))
    return ada, ben


def nothing_lost(stage: Stage, ada: str, ben: str) -> None:
    stage.act("Both land, and nothing is lost")
    stage.run("spine", "apply", ada)
    stage.run("spine", "plan", ben, who="Ben")
    stage.run("spine", "apply", ben, who="Ben")
    now = stage.read()
    kept = now.count("# interim: moves to apps-vm") + now.count("artwork and quotes are interim here")
    stage.say(f"Ada's three edits that are still there: {kept} of 3. Ben's entry is there: {'vault-home:' in now}.")
    if kept != 3 or "vault-home:" not in now:
        sys.exit("demo: an edit was lost")


def whole_files(stage: Stage) -> None:
    stage.act("The same with whole-file copies")
    stage.say("Had Ben sent his copy of the file instead (as a script, a bot or a hurried colleague does):")
    landed = stage.read()
    stage.edit(BEN)
    stage.run("git", "--no-pager", "diff", "--stat", "--", BINDING, who="Ben")
    gone = [line for line in landed.splitlines() if line not in BEN.splitlines()]
    for line in gone:
        print(f"  lost: {line.strip()}")
    if len(gone) != 3:
        sys.exit(f"demo: expected three lost lines, found {len(gone)}")
    stage.edit(landed)


def conflict(stage: Stage) -> None:
    stage.act("A true conflict is refused, and explained")
    stage.say("Both change the same value; the second to land is told who was first.")
    place = f"{BINDING}#targets.docker-host.enabled"
    known = set(stage.drafts())
    stage.run("spine", "propose", "pause docker-host", "--set", f"{place}=false", "--why", "power work", quiet=True)
    mine = next(one for one in stage.drafts() if one not in known)
    known.add(mine)
    stage.run(
        "spine", "propose", "keep docker-host on standby", "--set", f"{place}=standby", "--why", "fail-over",
        who="Ben", quiet=True,
    )  # fmt: skip
    theirs = next(one for one in stage.drafts() if one not in known)
    stage.run("spine", "apply", mine)
    stage.run("spine", "apply", theirs, who="Ben", fails=3)


def undo_and_log(stage: Stage, ada: str) -> None:
    stage.act("Undo is a proposal, too")
    known = set(stage.drafts())
    stage.run("spine", "undo", ada, "--why", "the move is off", quiet=True)
    back = next(one for one in stage.drafts() if one not in known)
    stage.run("spine", "apply", back)
    if "interim" in stage.read() or "vault-home:" not in stage.read():
        sys.exit("demo: the undo took back too much, or too little")
    stage.run("spine", "log")


def proof(stage: Stage) -> None:
    stage.act("And all of it can be proved from git alone")
    first = stage.run("git", "rev-list", "--max-parents=0", "HEAD", quiet=True).strip()
    stage.run("spine", "check", f"{first[:12]}..HEAD")
    stage.say("Somebody edits the binding behind spine's back:")
    stage.edit(stage.read().replace("path: /opt/stacks/grafana", "path: /srv/grafana"))
    stage.run("git", "commit", "-qam", "tiny fix", who="Eve")
    stage.run("spine", "check", "HEAD^..HEAD", fails=1)


def read(stage: Stage) -> Path:
    stage.act("The ledger as a site")
    stage.say(
        "Ben's refused proposal is committed, so that others see it wait. Then, from that commit alone: "
        "what is open, what landed and who set each value, in static pages; what waits, and Eve's edit, come first."
    )
    stage.run("git", "add", "proposals", who="Ben", quiet=True)
    stage.run("git", "commit", "-qm", "what waits to land", who="Ben", quiet=True)
    site = Path(os.environ.get("SPINE_DEMO_SITE") or tempfile.mkdtemp(prefix="spine-demo-site-"))
    stage.run("spine", "report", "-o", str(site), "--title", "infra")
    page = (site / "index.html").read_text()
    if "1 commit changed governed files without a receipt" not in page or "would conflict" not in page:
        sys.exit("demo: the site does not say what needs attention")
    return site


if __name__ == "__main__":
    main()
