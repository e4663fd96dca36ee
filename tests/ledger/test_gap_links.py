"""What a proposal's operations do to gaps, and whether its links say so."""

from __future__ import annotations

from spine.change.diff import diff
from spine.change.operations import Change
from spine.globs import parse_glob
from spine.ids import GapId
from spine.ledger.gap_links import GapLinks, gap_links
from spine.records.gap_text import registered
from spine.records.proposal import FileChange
from spine.records.settings import GapRules, Settings
from tests.records.test_gap_text import ENDED, FILE, GAP, REGISTER, GapText

BLOB = "1" * 40
SETTINGS = Settings(gaps=GapRules(register="bindings/gaps.yaml"), prose=(parse_glob("a"),))
PATH = "gaps/GAP-OP-118.yaml"


def links(path: str, change: Change | None = None, content: str | None = None) -> GapLinks:
    base = None if content is not None else BLOB
    return gap_links([FileChange(path, base, "2" * 40, change, content)], SETTINGS)


def test_a_new_file_registers() -> None:
    assert links(PATH, content=FILE) == GapLinks(("GAP-OP-118",))
    assert links(PATH, content=GapText(FILE).closed(ENDED).text) == GapLinks(("GAP-OP-118",), ("GAP-OP-118",))
    assert links(PATH, content="not a gap") == GapLinks()
    assert links(PATH, content=FILE + "imported: {from: bindings/gaps.yaml}\n") == GapLinks()


def test_closing_closes_and_nothing_else_does() -> None:
    closed = GapText(FILE).closed(ENDED).text
    assert links(PATH, diff(FILE, closed)) == GapLinks((), ("GAP-OP-118",))
    assert links(PATH, diff(closed, FILE)) == GapLinks()
    assert links(PATH, diff(FILE, GapText(FILE).linked("LOOP-B-20260212").text)) == GapLinks()
    assert links("docs/GAP-OP-118.yaml", diff(FILE, closed)) == GapLinks()


def test_entries_of_a_register() -> None:
    one = "bindings/gaps.yaml"
    added = registered(REGISTER, GAP, SETTINGS.rules_for(one).identity)
    assert links(one, diff(REGISTER, added)) == GapLinks(("GAP-OP-118",))
    assert links(one, diff(REGISTER, GapText(REGISTER, "GAP-OP-117").closed(ENDED).text)) == GapLinks(
        (), ("GAP-OP-117",)
    )
    fixed = REGISTER.replace("status: open\n", "status: fixed\n")
    assert links(one, diff(REGISTER, fixed)) == GapLinks((), ("GAP-OP-117",))
    assert links(one, diff(fixed, fixed.replace("fixed", "closed"))) == GapLinks()
    both = added.replace("status: open", "status: fixed")
    assert links(one, diff(REGISTER, both)).closes == ("GAP-OP-117", GapId("GAP-OP-118"))


def test_a_text_patch_hides_what_it_does() -> None:
    hidden = Change(patch="@@ -1 +1 @@\n-status: open\n+status: closed\n")
    assert links(PATH, hidden) == GapLinks(is_whole=False)
    assert links("docs/a.md", hidden) == GapLinks()
