"""Wrong patches planted in the writer, its own proof switched off: each lands, and `verify` finds each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import spine.actions.bringing
import spine.change.merge
import spine.change.patch
from spine.actions.apply import Applied, apply
from spine.actions.check import check
from spine.audit.verify import verify
from spine.yamldoc.nodes import Document
from tests.actions.conftest import Bench
from tests.audit.forgeries import VM, draft

FAULTS: dict[str, tuple[tuple[str, str], set[str]]] = {
    "a comment is lost": (("  # DNS\n", ""), {"SP413"}),
    "a comment behind the value is lost": (("  # for now", ""), {"SP413"}),
    "a float that is equal": (("8e66284", "8e66285"), {"SP410"}),
    "the wrong item": (("status: running\n\n  # DNS", "status: paused\n\n  # DNS"), {"SP410"}),
    "an extra line": (("    name: dns\n", "    name: dns\n    extra: 1\n"), {"SP410"}),
    "an extra blank line": (("    commit:", "\n    commit:"), {"SP411"}),
    "a reordered list": (("tags: [a, b]", "tags: [b, a]"), {"SP410"}),
    "a number becomes a text": (("vmid: 100", 'vmid: "100"'), {"SP410"}),
}


@pytest.mark.parametrize("base", [pytest.param("its own base", marks=pytest.mark.slow), "a moved base"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_patch_is_found(copied: Bench, monkeypatch: pytest.MonkeyPatch, fault: str, base: str) -> None:
    (old, new), codes = FAULTS[fault]
    bench = copied
    bench.apply(draft(bench, "tags", {VM: ("    name: web\n", "    name: web\n    tags: [a, b]\n")}))
    id_ = draft(bench, "planted", {VM: ("status: running  # for now", "status: stopped  # for now")})
    if base == "a moved base":
        bench.apply(draft(bench, "meanwhile", {VM: ('"2026-02-01"', '"2026-02-02"')}))
    assert verify(str(bench.path), "HEAD", bench.env).answer == "yes"
    fired = plant(monkeypatch, lambda text: text.replace(old, new, 1))
    assert isinstance(apply(bench.work, id_), Applied)
    monkeypatch.undo()
    assert fired, "the fault was never made"
    assert new in bench.read(VM)
    verdict = verify(str(bench.path), "HEAD", bench.env)
    assert verdict.answer == "no"
    found = {one.code for one in verdict.findings}
    assert found & (codes if base == "a moved base" else {"SP409"}), verdict.findings
    assert [one.answer for one in verdict.receipts][-1] == "no"


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_patch_that_the_proposal_promises_is_found(
    copied: Bench, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The fault is in the result that the proposal itself names, so that all blobs agree: only its meaning tells."""
    (old, new), codes = FAULTS[fault]
    bench = copied
    bench.apply(draft(bench, "tags", {VM: ("    name: web\n", "    name: web\n    tags: [a, b]\n")}))
    id_ = draft(bench, "planted", {VM: ("status: running  # for now", "status: stopped  # for now")})
    wrong = bench.read(VM).replace("status: running  # for now", "status: stopped  # for now").replace(old, new, 1)
    bench.write("wrong", wrong)
    oid = bench.run("hash-object", "-w", "--no-filters", "wrong").strip()
    (bench.path / "wrong").unlink()
    file = next((bench.path / "proposals").glob("*/*__planted/proposal.yaml"))
    text = file.read_text()
    result = text.rpartition("result: ")[2].partition("\n")[0]
    file.write_text(text.replace(result, oid))
    fired = plant(monkeypatch, lambda text: text.replace(old, new, 1))
    assert isinstance(apply(bench.work, id_), Applied)
    monkeypatch.undo()
    assert fired
    assert bench.read(VM) == wrong
    verdict = verify(str(bench.path), "HEAD", bench.env)
    assert {one.code for one in verdict.findings} & codes, verdict.findings
    assert check(bench.work, "HEAD").exit_code == 0, "check believes base and result; verify replays them"


def plant(monkeypatch: pytest.MonkeyPatch, fault: Callable[[str], str]) -> list[str]:
    """Let every patch of the writer end with a fault; gives the texts that came out wrong."""
    fired: list[str] = []

    def wrong(right: str) -> str:
        text = fault(right)
        fired.extend([text] if text != right else [])
        return text

    patch, patch_document = spine.change.patch.patch, spine.change.patch.patch_document
    monkeypatch.setattr(spine.change.patch, "prove", lambda targets, result: None)
    monkeypatch.setattr(spine.actions.bringing._Bringer, "_prove", lambda self, file, data: None)
    monkeypatch.setattr(spine.actions.bringing, "patch", lambda text, change: wrong(patch(text, change)))

    def document(text: str, parsed: Document, ops: object) -> str:
        return wrong(patch_document(text, parsed, ops))  # type: ignore[arg-type]

    monkeypatch.setattr(spine.change.merge, "patch_document", document)
    return fired
