"""`spine review`: what a range brings, on the terminal, as a comment, as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from .conftest import Done, House


def test_a_range_is_reviewed(house: House, inside: Callable[..., Done]) -> None:
    base = house.tip()
    house.edit("bindings/vm.yaml", "status: stopped", "status: running")
    pending = house.propose("start the dns <b>", "--why", "see #12")["id"]
    house.git("add", "-A")
    house.git("commit", "-qm", "a proposal")
    landed = house.propose("another network", "--set", "bindings/net.yaml#nets[id=lan].cidr=10.1.0.0/16", "--apply")[
        "id"
    ]
    house.edit("bindings/vm.yaml", "status: running", "status: paused")
    house.commit("by hand")
    range_ = f"{base}..HEAD"
    said = inside("review", range_)
    assert said.code == 0
    assert said.out.split("\n")[-2] == (
        "Review: 1 proposal to land (1 ready to land), 1 landed, 1 finding about changes without a receipt"
    )
    comment = inside("review", range_, "--format", "markdown").out
    assert comment.startswith("<!-- spine:review -->\n## Review of ")
    assert "`start the dns <b>`" in comment
    page = house.path / "review.html"
    assert inside("review", range_, "--format", "html", "-o", str(page)).code == 0
    text = page.read_text("utf-8")
    assert "start the dns &lt;b&gt;" in text
    assert pending in text
    assert landed in text
    document = inside("review", range_, "--json").document
    assert [one["proposal"]["id"] for one in document["pending"]] == [pending]
    assert [one["proposal"]["id"] for one in document["landed"]] == [landed]
    assert [(one["code"], one["place"]["file"][13:]) for one in document["by_hand"]] == [("SP107", "bindings/vm.yaml")]
    assert document["counts"] == {"add": 0, "change": 1, "remove": 0}


def test_one_proposal_is_shown_in_every_form(house: House, inside: Callable[..., Done]) -> None:
    id_ = house.propose("stop <b>", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped")["id"]
    assert inside("show", id_, "--format", "markdown").out.startswith("<!-- spine:review -->\n")
    assert "<title>" + id_ + ": stop &lt;b&gt;</title>" in inside("show", id_, "--format", "html").out
    assert inside("show", id_, "--format", "json").document == inside("show", id_, "--json").document


def test_a_review_is_written_whole_or_not_at_all(house: House, inside: Callable[..., Done]) -> None:
    id_ = house.propose("stop", "--set", "bindings/vm.yaml#vms[vmid=100].status=stopped")["id"]
    kept, link = house.path / "kept.md", house.path / "link.md"
    kept.write_text("old", "utf-8")
    link.symlink_to("kept.md")
    before = kept.stat().st_ino
    assert inside("show", id_, "--format", "markdown", "-o", "link.md").out == ""
    assert link.is_symlink()
    assert kept.stat().st_ino != before  # another file in its place, not the old one written over
    assert kept.read_text("utf-8") == inside("show", id_, "--format", "markdown").out
    assert inside("show", id_, "--json", "-o", "one.json").code == 0
    assert json.loads((house.path / "one.json").read_text("utf-8")) == inside("show", id_, "--json").document
    text = inside("--color", "always", "show", id_, "-o", "one.txt")
    assert "\x1b" not in (house.path / "one.txt").read_text("utf-8")
    assert text.code == 0
    assert inside("show", id_, "-o", "/dev/stdout").code == 0
    refused = inside("show", id_, "-o", "no/where/one.md")
    assert refused.code == 2
    assert "there is no folder" in refused.err
    assert "mkdir -p" in refused.err
    assert not [path.name for path in house.path.iterdir() if path.name.startswith(".spine-")]
