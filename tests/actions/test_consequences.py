"""A landing that would break a declared rule is refused before there is a commit; old debt blocks nothing."""

from __future__ import annotations

import pytest

from spine.actions.apply import Applied, Breaks
from spine.actions.plan import plan
from spine.actions.sources import WorkTree
from spine.actions.validate import update_baseline, validate
from spine.ledger import sheets
from spine.records.baseline import BASELINE
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document
from tests.actions.conftest import Bench

SETTINGS = """\
spine: settings/1
refs:
  - {from: "bindings/health.yaml#endpoints[].host", to: "bindings/ssh.yaml#targets[].id"}
rules:
  - {unique: "bindings/*.yaml#**.vmid"}
"""
SSH = "targets:\n  - id: shop\n  - id: home\n"
HEALTH = "endpoints:\n  - id: a\n    host: shop\n  - id: b\n    host: gone\n"


@pytest.fixture
def ruled(bench: Bench) -> Bench:
    bench.commit("rules", **{"spine.yaml": SETTINGS, "bindings/ssh.yaml": SSH, "bindings/health.yaml": HEALTH})
    return bench


def test_what_others_refer_to_cannot_go(ruled: Bench) -> None:
    ruled.write("bindings/ssh.yaml", "targets:\n  - id: home\n")
    id_ = ruled.propose("the shop closes").proposal.id
    found = plan(ruled.work, id_)
    assert found.outcome == "blocked"
    assert [(str(one.place), one.code) for one in found.findings] == [("bindings/health.yaml:3:11", "SP330")]
    tip = ruled.tip("HEAD")
    with pytest.raises(Breaks, match=r"would bring SP330: shop, which was targets.* is gone, and 1 value refers to it"):
        ruled.apply(id_)
    assert ruled.tip("HEAD") == tip


def test_old_debt_blocks_nothing_and_new_debt_does(ruled: Bench) -> None:
    ruled.write("bindings/health.yaml", HEALTH + "  - id: c\n    host: home\n")
    assert isinstance(ruled.apply(ruled.propose("one more endpoint").proposal.id), Applied)
    ruled.write("bindings/health.yaml", HEALTH + "  - id: c\n    host: hone\n")
    with pytest.raises(Breaks, match="hone") as raised:
        ruled.apply(ruled.propose("a slip").proposal.id)
    assert raised.value.place is not None
    assert str(raised.value.place) == "bindings/health.yaml:7:11"


def test_a_new_file_is_held_against_the_others(ruled: Bench) -> None:
    ruled.write("bindings/shop.yaml", "vms:\n  - vmid: 100\n")
    ruled.apply(ruled.propose("the shop's machines").proposal.id)
    ruled.write("bindings/home.yaml", "vms:\n  - vmid: 100\n")
    with pytest.raises(Breaks, match="SP331"):
        ruled.apply(ruled.propose("the same number at home").proposal.id)


def test_a_rule_that_is_declared_is_asked_at_once(ruled: Bench) -> None:
    ruled.write("spine.yaml", SETTINGS + '  - {choice: "bindings/ssh.yaml#targets[].id", of: [shop]}\n')
    with pytest.raises(Breaks, match="SP332"):
        ruled.apply(ruled.propose("only the shop").proposal.id)


def test_no_change_brings_its_own_excuse(ruled: Bench) -> None:
    """Debt in the baseline is that of the branch, whatever the proposal writes there."""
    gone = "targets:\n  - id: home\n"
    ruled.write("bindings/ssh.yaml", gone)
    excuse = "spine: baseline/1\nfindings:\n" + "".join(
        f"  - {{file: bindings/health.yaml, code: {one.code}, what: '{one.message}'}}\n"
        for one in validate(ruled.work).findings
    )
    ruled.write(BASELINE, excuse)
    assert validate(ruled.work).findings == ()
    id_ = ruled.propose("the shop closes", WorkTree(("bindings/ssh.yaml", BASELINE))).proposal.id
    with pytest.raises(Breaks, match="SP330"):
        ruled.apply(id_)


def test_debt_that_the_branch_knows_may_come_back(ruled: Bench) -> None:
    known = '{file: bindings/health.yaml, code: SP116, what: "endpoints[id=b].host is lost, which %s does not have"}'
    target = "bindings/ssh.yaml#targets[].id"
    ruled.commit("known", **{BASELINE: f"spine: baseline/1\nfindings:\n  - {known % target}\n"})
    ruled.write("bindings/health.yaml", HEALTH.replace("gone", "lost"))
    assert isinstance(ruled.apply(ruled.propose("lost, and not gone").proposal.id), Applied)
    assert update_baseline(ruled.work) == 0


def test_what_a_change_cannot_affect_is_not_read(ruled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of forty bindings those are parsed that are touched or may name what goes."""
    for number in range(40):
        host = "shop" if number == 7 else "home"
        ruled.write(f"bindings/more/{number}.yaml", f"endpoints:\n  - {{id: a, host: {host}}}\n")
    ruled.write("spine.yaml", SETTINGS.replace("bindings/health.yaml#", "bindings/**/*.yaml#"))
    ruled.commit("many")
    parsed: list[str] = []

    def counted(text: str, *, file: str = "") -> Document:
        parsed.append(file)
        return parse(text, file=file)

    monkeypatch.setattr(sheets, "parse", counted)
    ruled.write("bindings/ssh.yaml", "targets:\n  - id: home\n")
    id_ = ruled.propose("the shop closes").proposal.id
    parsed.clear()
    assert [one.message.count("bindings/") for one in plan(ruled.work, id_).findings] == [3]  # where it was, two places
    assert set(parsed) == {"bindings/ssh.yaml", "bindings/health.yaml", "bindings/more/7.yaml"}
    ruled.write("bindings/more/1.yaml", "endpoints:\n  - {id: a, host: shop}\n")
    id_ = ruled.propose("one moves").proposal.id
    parsed.clear()
    assert plan(ruled.work, id_).outcome == "clean"
    assert set(parsed) == {"bindings/ssh.yaml", "bindings/more/1.yaml"}
