"""Writes the cases anew: `python -m tests.conformance.make [NAME …]`. Look at the difference before you commit it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spine.audit.objects import CannotRead
from spine.audit.report import Verdict
from spine.audit.verify import verify
from tests.actions.conftest import Bench
from tests.audit.conftest import end, new_bench, runner
from tests.audit.forgeries import FORGERIES, NET, honest, land
from tests.conformance.honest import HONEST
from tests.conftest import scrubbed_environment

HERE = Path(__file__).resolve().parent
BAD = """receipt-typed-by-hand receipt-of-another-proposal digest-edited proposal-edited-in-its-landing
proposal-and-digest-edited-together receipt-claims-a-path-too-many blob-before-typed-by-hand receipt-in-another-month
receipt-moved-to-a-later-commit receipt-deleted-later landing-reverted proposal-edited-later effect-vanished
more-than-the-proposal-with-a-new-receipt binding-becomes-a-link mode-changed-by-hand edited-by-hand
settings-narrowed-by-hand settings-removed-then-edited trailer-of-another-proposal undone-twice withdrawn-and-landed
merge-drops-an-effect squash-with-an-edit-of-its-own rebase-that-lost-a-comment covers-what-never-was
covers-by-another-proposal""".split()


def bring_back(folder: Path, case: Path, told: dict[str, Any]) -> Path:
    """The repository of a case, as its README says."""
    run = runner(scrubbed_environment(folder))
    path = folder / "repo"
    path.mkdir()
    run("init", "-q", "-b", "main", f"--object-format={told.get('object_format', 'sha1')}", cwd=path)
    stream = (case / "history.fi").read_bytes()
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=path, env=scrubbed_environment(folder), input=stream, check=True
    )
    if "depth" in told:
        run("clone", "-q", "--bare", f"--depth={told['depth']}", path.as_uri(), str(folder / "cut"), cwd=folder)
        return folder / "cut"
    return path


def ask(path: Path, env: dict[str, str], told: dict[str, Any]) -> dict[str, Any]:
    """What verify says, in the words of expected.json."""
    try:
        return said(verify(str(path), str(told.get("range", "main")), env))
    except CannotRead as error:
        return {"answer": "cannot tell", "exit": int(error.exit_code), "receipts": [], "findings": []}


def said(verdict: Verdict) -> dict[str, Any]:
    return {
        "answer": verdict.answer,
        "exit": int(verdict.exit_code),
        "receipts": [
            {"proposal": one.proposal, "commit": one.commit, "answer": one.answer, "how": one.how}
            for one in verdict.receipts
        ],
        "findings": [{"code": one.code, "place": str(one.place)} for one in (*verdict.findings, *verdict.unknown)],
    }


def make(name: str, act: Callable[[Bench], None], **told: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = new_bench(Path(folder))
        act(bench)
        end(bench)
        words = ["git", "fast-export", "--all"]
        stream = subprocess.run(words, cwd=bench.path, env=dict(bench.env), capture_output=True, check=True).stdout
        case = HERE / name
        case.mkdir(exist_ok=True)
        (case / "history.fi").write_bytes(stream)
    with tempfile.TemporaryDirectory() as folder:
        path = bring_back(Path(folder), case, told)
        expected = {"title": name.replace("-", " "), **told, **ask(path, scrubbed_environment(Path(folder)), told)}
    (case / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", "utf-8")


def forged(name: str) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        honest(bench)
        FORGERIES[name][0](bench)

    return act


def main(names: list[str]) -> None:
    cases: dict[str, tuple[Callable[[Bench], None], dict[str, Any]]] = {
        **{f"good-{name}": (act, {}) for name, act in HONEST.items()},
        **{f"bad-{name}": (forged(name), {}) for name in BAD},
        "unknown-shallow": (honest, {"depth": 2}),
        "unknown-sha256": (honest, {"object_format": "sha256"}),
        "good-behind-a-bad-commit": (_behind, {"range": "main~1..main"}),
    }
    for name, (act, told) in cases.items():
        if not names or name in names:
            make(name, act, **told)


def _behind(bench: Bench) -> None:
    forged("edited-by-hand")(bench)
    land(bench, "last", {NET: ("id: lan", "id: lane")})


if __name__ == "__main__":
    main(sys.argv[1:])
