"""The document that the project started from: what it claims, computed from bindings written from its facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine.actions.loop_change import change_loop
from spine.actions.loop_edits import sync_loop
from spine.actions.loop_views import LoopReport, check_claims
from spine.actions.parity import parity
from spine.records.loop import read_loop

from .conftest import Bench

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "../shared/seed/LOOP-HOME-INFRA-DOC-PARITY-20260212.scope.md"
ID = "LOOP-HOME-INFRA-DOC-PARITY-20260212"
PATH = f"loops/{ID}.scope.md"
CHECKS = """\
checks:
  1: {at: "bindings/vm.lifecycle.yaml#vms[proxmox_host=proxmox-home].vmid", has: [100, 101, 102, 103, 105]}
  2: {at: "bindings/docker.compose.targets.yaml#targets.*", where: {site: home}, count: ">= 1"}
  3:
    all:
      - {in: bindings/services.health.yaml, query: "endpoints[?site=='home'].id", count: 3}
      - {at: "bindings/services.health.yaml#endpoints[site=home].host", among: "bindings/ssh.targets.yaml#targets[].id"}
  4: {at: "bindings/backup.inventory.yaml#targets[site=home].enabled", every: true}
  6: {at: "bindings/capabilities.yaml#capabilities.*", where: {site: home}, count: 3}
"""
AUDIT = """\
audits:
  home-parity:
    columns: {Shop: {site: shop}, Home: {site: home}}
    rows:
      SSH targets: {at: "bindings/ssh.targets.yaml#targets[]"}
      Docker compose targets: {at: "bindings/docker.compose.targets.yaml#targets.*"}
      Backup inventory (enabled): {at: "bindings/backup.inventory.yaml#targets[]", where: {enabled: true}}
    rules: [Home >= 1 where Shop > 0]
"""
GAP = """\
spine: gap/1
id: GAP-OP-118
title: LXC backups fail
type: runtime-bug
severity: high
status: open
loop: LOOP-HOME-INFRA-DOC-PARITY-20260212
found: 2026-02-12
"""


@pytest.fixture
def seed(bench: Bench) -> Bench:
    """This repository's bindings, the seed's document with checks, and an audit."""
    if not SEED.is_file():
        pytest.skip("the seed is not here: ../shared/seed, beside the project's root")
    files = {f"bindings/{file.name}": file.read_text("utf-8") for file in sorted((ROOT / "bindings").glob("*.yaml"))}
    settings = (ROOT / "spine.yaml").read_text("utf-8").partition("\naudits:")[0].rstrip("\n")
    files |= {"spine.yaml": f"{settings}\n{AUDIT}", "gaps/GAP-OP-118.yaml": GAP}
    bench.commit("bindings", **files)
    bench.commit(
        "the seed", **{PATH: SEED.read_text("utf-8").replace("severity: medium\n", f"severity: medium\n{CHECKS}")}
    )
    return bench


def answers(report: LoopReport) -> dict[int, tuple[str | None, str, str]]:
    return {one.criterion.number: (one.claimed, one.computed, one.why) for one in report.loops[0].verdicts}


def codes(report: LoopReport) -> list[tuple[str, str]]:
    """What is found of criteria and tables; of receipts that name commits of elsewhere other tests speak."""
    return [(one.code, one.message) for one in report.findings if one.code >= "SP220"]


def test_the_seed_is_read_without_loss() -> None:
    if not SEED.is_file():
        pytest.skip("the seed is not here: ../shared/seed, beside the project's root")
    loop = read_loop(SEED.read_text("utf-8"), file=PATH)
    assert [one.mark for one in loop.criteria] == ["met", "met", "met", "partly", "met", "met", "met"]
    assert ([len(one.items) for one in loop.phases], len(loop.remaining), len(loop.receipts)) == ([4, 2, 3, 4], 3, 4)
    assert [len(table.rows) for table in loop.tables] == [8]


def test_what_the_seed_claims_is_computed_and_the_rest_is_said_to_be_a_claim(seed: Bench) -> None:
    report = check_claims(seed.work, ID)
    assert answers(report) == {
        1: ("met", "true", "all 5 are there"),
        2: ("met", "true", "1 place"),
        3: ("met", "true", "3 results; all of 3 places among bindings/ssh.targets.yaml#targets[].id"),
        4: ("partly", "false", "not true: targets[name=home-lxc-103-download-primary].enabled is false, "
                               "targets[name=home-vm-101-immich-primary].enabled is false, "
                               "targets[name=home-lxc-105-pihole-primary].enabled is false"),
        5: ("met", "a claim", ""),
        6: ("met", "true", "3 places"),
        7: ("met", "a claim", ""),
    }  # fmt: skip
    assert codes(report) == []
    places = [one.evidence.where for one in report.loops[0].verdicts[0].evidence]
    assert places[0] == "bindings/vm.lifecycle.yaml#vms[vmid=100,proxmox_host=proxmox-home].vmid"
    assert {one.made_so_by.subject for one in report.loops[0].verdicts if one.made_so_by} == {"bindings"}


def test_a_probe_on_a_host_that_no_target_has_is_shown(seed: Bench) -> None:
    text = seed.read("bindings/services.health.yaml")
    seed.write("bindings/services.health.yaml", text.replace("host: pihole-home", "host: pihole"))
    seed.run("commit", "-qam", "as the seed has it")
    closed = check_claims(seed.work, ID)
    # The loop was closed before; what it claimed was so then.
    assert answers(closed)[3][1] == "false"
    assert closed.loops[0].verdicts[2].when_closed == "true"
    assert codes(closed) == []
    open_again = seed.read(PATH).replace("status: closed\n", "status: open\n").replace("closed: 2026-02-12\n", "")
    seed.write(PATH, open_again)
    assert codes(check_claims(seed.work, ID)) == [
        ("SP220", "criterion 3 is ticked, and it is not so: pihole is not among bindings/ssh.targets.yaml#targets[].id")
    ]
    seed.commit("closed with it", **{PATH: seed.read(PATH)})
    seed.commit("closed", **{PATH: open_again.replace("status: open\n", "status: closed\nclosed: 2026-02-12\n")})
    assert [code for code, _ in codes(check_claims(seed.work, ID))] == ["SP220"]
    (wrong,) = [
        one for one in check_claims(seed.work, ID).loops[0].verdicts if one.computed == "false" and one.claimed == "met"
    ]
    assert [(one.evidence.where, one.evidence.value) for one in wrong.evidence] == [
        ("bindings/services.health.yaml#endpoints[id=pihole-home].host", "pihole")
    ]


def test_a_table_that_says_17_where_the_data_says_15_is_shown_and_written_anew(seed: Bench) -> None:
    text = seed.read(PATH).replace("status: closed\n", "status: open\n").replace("closed: 2026-02-12\n", "")
    typed = (
        "| Category | Shop | Home |\n|---|---|---|\n| SSH targets | 16 | 5 |\n"
        "| Docker compose targets | 10 | **1** |\n| Backup inventory (enabled) | 17 | 2 of 5 |\n"
    )
    around = f"<!-- spine:parity home-parity -->\n{typed}<!-- /spine:parity -->\n"
    seed.write(PATH, text.replace("## Success Criteria\n", f"{around}\n## Success Criteria\n"))
    ((code, message),) = codes(check_claims(seed.work, ID))
    assert code == "SP226"
    assert "Backup inventory (enabled), Shop: 17 is written, 15 of 17 computed" in message
    assert "SSH targets, Home: 5 is written, 6 computed" in message
    before = seed.read(PATH)
    change_loop(seed.work, ID, sync_loop)
    after = seed.read(PATH)
    assert codes(check_claims(seed.work, ID)) == []
    assert "| Backup inventory (enabled) | 15 of 17 | 2 of 5 | Home: home-lxc-103-download-primary, " in after
    start, end = before.index("<!-- spine:parity"), before.index("<!-- /spine:parity")
    assert after.startswith(before[:start])
    tail = before[end : before.index("## Receipts")]
    assert tail in after
    change_loop(seed.work, ID, sync_loop)
    assert seed.read(PATH) == after


def test_the_audit_names_who_is_missing(seed: Bench) -> None:
    table = parity(seed.work, "home").table
    cell = table.cell("Backup inventory (enabled)", "Home")
    assert cell is not None
    assert (cell.count, cell.total) == (2, 5)
    assert cell.missing == (
        "home-lxc-103-download-primary", "home-vm-101-immich-primary", "home-lxc-105-pihole-primary",
    )  # fmt: skip
