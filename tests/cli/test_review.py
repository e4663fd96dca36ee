"""`spine review`: what a range brings, on the terminal, as a comment, as a page and as JSON."""

from __future__ import annotations

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
