"""A landing that would break a declared rule is refused before there is a commit; old debt blocks nothing."""

from __future__ import annotations

import pytest

from spine.actions.apply import Applied, Breaks
from spine.actions.plan import plan
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
    assert [(str(one.place), one.code) for one in found.findings] == [("bindings/health.yaml:3:11", "SP116")]
    tip = ruled.tip("HEAD")
    with pytest.raises(Breaks, match=r"would bring SP116: endpoints.* is shop, which"):
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
