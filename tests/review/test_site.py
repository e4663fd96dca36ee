"""The site as files: links, ids, policy, hostile text, and that the same ledger gives the same bytes."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import escape

from spine.actions.report import report
from spine.actions.review import review_one
from spine.actions.workspace import Workspace
from spine.address import parse
from spine.printable import has_unsafe
from spine.repository import Repository
from spine.review.proposal_view import proposal_view
from spine.review.site.book import Book, Here, anchor_of, page_name
from spine.review.site.frame import POLICY
from spine.review.site.prose import inline, prose
from tests.large_ledger import HOSTILE, SCRIPT, TEAM

from .conftest import Written, files_of
from .html_page import Page

SAFE = re.compile(r"(?:(?:loop|gap|proposal|binding)s/)?[A-Za-z0-9_-]+\.(?:html|css)")


@pytest.fixture(scope="module")
def pages(small: Written) -> dict[str, Page]:
    return {path: Page(path, small.text(path)) for path in small.pages()}


def test_every_thing_has_a_page_with_a_safe_name(small: Written) -> None:
    made = small.made
    for kind, ids in (("loops", made.loops), ("proposals", made.proposals)):
        assert {f"{kind}/{id_}.html" for id_ in ids} <= set(small.files)
    assert len([path for path in small.files if path.startswith("bindings/")]) == len(made.bindings) + 2  # spine.yaml
    assert all(SAFE.fullmatch(path) for path in small.files)
    assert len({path.lower() for path in small.files}) == len(small.files)


def test_every_link_leads_somewhere(pages: dict[str, Page], small: Written) -> None:
    ids = {path: set(page.ids()) for path, page in pages.items()}
    count = 0
    for page in pages.values():
        for target, anchor in page.links():
            assert target in small.files, (page.path, target)
            assert not anchor or anchor in ids[target], (page.path, target, anchor)
            count += 1
    assert count > 2_000


def test_ids_stand_once_and_labels_exist(pages: dict[str, Page]) -> None:
    for page in pages.values():
        twice = [id_ for id_, count in Counter(page.ids()).items() if count > 1]
        assert (page.path, twice) == (page.path, [])
        for _, attrs in page.elements:
            label = attrs.get("aria-labelledby")
            assert label is None or label in page.ids(), (page.path, label)


def test_nothing_runs_and_nothing_loads(pages: dict[str, Page]) -> None:
    for page in pages.values():
        tags = {tag for tag, _ in page.elements}
        assert not tags & set("script style iframe object embed img form base".split()), page.path
        names = {name for _, attrs in page.elements for name in attrs}
        assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcset")], page.path
        policy = [one for one in page.named("meta") if one.get("http-equiv")]
        assert [one["content"] for one in policy] == [POLICY]
        assert (len(page.named("h1")), len(page.named("main"))) == (1, 1)
        assert page.named("html") == [{"lang": "en"}]


def test_hostile_text_is_shown_as_text(small: Written, pages: dict[str, Page]) -> None:
    for path in small.files:
        assert not has_unsafe(small.text(path), multiline=True), path
    seen: Counter[str] = Counter()
    for page in pages.values():
        for text in HOSTILE:
            shown = text.replace("\x1b", "␛").replace("\x07", "␇").replace("\u202e", "<U+202E>")
            seen[text] += shown.replace("\u202c", "<U+202C>").replace("\u200b", "<U+200B>") in page.text
    assert all(seen[text] > 5 for text in HOSTILE), seen
    assert "{{ 7 * 7 }}" in TEAM
    assert not [page.path for page in pages.values() if "{{ 7" not in page.text and "@team" in page.text]
    assert SCRIPT in pages["proposals/index.html"].text


def test_loops_are_rendered_without_their_html(small: Written, pages: dict[str, Page]) -> None:
    loop = pages[f"loops/{small.made.loops[0]}.html"]
    outside = [one for one in loop.named("a") if (one.get("href") or "").startswith("http")]
    assert {one["href"] for one in outside} == {"https://example.org/plan", "https://example.org/chart.png"}
    assert all(one["rel"] == "noreferrer noopener" for one in outside)
    assert "[odd](javascript:alert(1))" in loop.text
    assert "the plan (../docs/plan.md)" in loop.text  # a relative link was meant for the repository
    assert loop.named("th")


def test_the_same_ledger_gives_the_same_bytes(small: Written, tmp_path: Path, env: dict[str, str]) -> None:
    clone = tmp_path / "elsewhere"
    subprocess.run(["git", "clone", "-q", str(small.made.path), str(clone)], env=env, check=True)
    (clone / "bindings/backup.yaml").write_text("edited: true\n")
    assert files_of(clone, env, datetime(2031, 1, 1, tzinfo=UTC)) == small.files


def test_values_stand_beside_who_set_them(small: Written, env: dict[str, str]) -> None:
    """Against `git log -S`, which knows nothing of spine: the values that proposals made are all different."""
    checked = 0
    for path in small.made.bindings:
        page = small.text(f"bindings/{page_name(path)}.html")
        runs = re.findall(
            r'<div class="run ([a-z]+)"><div class=who>(.*?)</div><ol start="(\d+)">(.*?)</ol>', page, re.S
        )
        for kind, who, _, lines in runs:
            for value in re.findall(r"status: <b>((?:active|paused|planned|retired)-\d+)</b>", lines):
                words = ["git", "-C", str(small.made.path), "log", "--format=%H %s", f"-S: {value}\n", "--", path]
                found = subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout.splitlines()
                commit, _, subject = found[0].partition(" ")
                if subject.startswith("tiny fix"):
                    assert (kind, "by hand" in who) == ("hand", True)
                else:
                    message = ["git", "-C", str(small.made.path), "log", "-1", "--format=%B", commit]
                    said = subprocess.run(message, env=env, check=True, capture_output=True, text=True).stdout
                    assert kind == "proposal"
                    assert re.search(r"CP-[\w-]+", who)[0] == re.search(r"Spine-Proposal: (\S+)", said)[1]  # type: ignore[index]
                checked += 1
    assert checked > 20


def test_a_long_binding_is_folded_and_its_lines_are_all_there(small: Written, pages: dict[str, Page]) -> None:
    (path,) = [path for path in pages if path.startswith("bindings/bindings-long-")]
    page = pages[path]
    text = subprocess.run(
        ["git", "-C", str(small.made.path), "show", "main:bindings/long.yaml"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = re.findall(r"<li id=L(\d+)>", small.text(path))
    assert [int(line) for line in lines] == list(range(1, text.count("\n") + 1))
    folds = page.named("details")
    assert len(folds) > 50
    assert sum("open" in one for one in folds) < 3
    shown = page.text.partition("before spine\n")[2] or page.text
    assert all(line.strip() in shown for line in text.split("\n"))
    assert len(small.files[path]) < 2.5 * len(text.encode())


def test_what_needs_attention_comes_first(small: Written, pages: dict[str, Page]) -> None:
    text = " ".join(pages["index.html"].text.split())
    order = ["would conflict", "without a receipt", "ready to land", "that several open proposals write", "open gaps"]
    places = [text.find(words, text.find("Needs attention")) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_parity_is_a_chart_that_reads_as_a_table(small: Written, pages: dict[str, Page]) -> None:
    for path in ("index.html", f"loops/{small.made.loops[0]}.html"):
        text = " ".join(pages[path].text.split())
        assert "The house beside the network <b>&" in text
        assert "1 rule fails" in text
        assert "cannot be told: bindings/not.there.yaml is not there" in text
        cells = re.findall(
            r'<svg class="meter (\w*)"[^\n]*?width="([\d.]+)"[^\n]*?</svg> (\d+) of (\d+)',
            small.text(path).partition("table class=parity")[2],
        )
        assert cells[0][0] == "bad"
        for _, width, count, total in cells:
            assert float(width) == pytest.approx(100 * int(count) / int(total), abs=0.06)


def test_a_criterion_is_shown_as_claimed_and_as_computed(small: Written, pages: dict[str, Page]) -> None:
    text = " ".join(pages[f"loops/{small.made.loops[0]}.html"].text.split())
    assert "ClaimedComputed 1Every machine has an entry met not so blocked by GAP-OP-101" in text
    assert "bindings/backup.yaml machines[vmid=100].status" in text


def test_a_conflict_names_the_values_and_who_set_them(small: Written, pages: dict[str, Page]) -> None:
    found = [page for page in pages.values() if page.path.startswith("proposals/") and "both sides set" in page.text]
    assert found
    text = " ".join(found[0].text.split())
    assert re.search(
        r"base active target \S+ set by \S+ in [0-9a-f]{7}, .*?, \d{4}-\d\d-\d\d proposed conflicting-3", text
    )


def test_a_proposal_is_shown_as_every_review_shows_it(small: Written, env: dict[str, str]) -> None:
    with Repository.open(small.made.path, env) as repo:
        work = Workspace(repo, lambda: datetime(2026, 5, 1, tzinfo=UTC), "", "run")
        seen = {one.id: proposal_view(review_one(work, one.id)) for one in report(work).ledger.proposals.values()}
    assert len(seen) > 60
    for id_, view in seen.items():
        page = small.text(f"proposals/{id_}.html")
        assert f'<p class="summary">{escape(view.summary)}</p>' in page
        told = [str(one) for file in view.files for entry in file.change.entries for one in entry.sentences]
        assert page.count('<div class="op ') >= min(len(told), 400)
        assert all(escape(warning) in page for warning in view.warnings)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CP-20260212-080601__home-infra", "CP-20260212-080601__home-infra"),
        ("LOOP-HOME-20260212", "LOOP-HOME-20260212"),
        ("../../etc/passwd", "etc-passwd-"),
        ("GAP-op-1", "gap-op-1-"),
        ("<script>", "script-"),
        ("ä", ""),
        ("\udcff", ""),
    ],
)
def test_names_of_pages(text: str, name: str) -> None:
    found = page_name(text)
    assert found.startswith(name)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", found)
    assert found == name or re.search(r"[0-9a-f]{8}$", found)


@pytest.mark.parametrize("address", ["vms[vmid=100].status", 'a."b c"', 'x[id="<&\'>"]', '"ä"."\u202e"', "[#3]"])
def test_an_anchor_holds_nothing_that_means_something(address: str) -> None:
    anchor = anchor_of(parse(address))
    assert anchor.isascii()
    assert not set(anchor) & set(" \"'<>&`#?")
    assert not re.search(r"%(?![0-9A-F]{2})", anchor)


def here() -> Here:
    book = Book()
    book.add("gap", "GAP-OP-118")
    book.add("proposal", "CP-20260212-080601__home")
    return Here(book, "loops/LOOP-A-20260212.html")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see GAP-OP-118, not GAP-OP-1189", 'see <a href="../gaps/GAP-OP-118.html">GAP-OP-118</a>, not GAP-OP-1189'),
        ("CP-20260212-080601", '<a href="../proposals/CP-20260212-080601__home.html">CP-20260212-080601</a>'),
        ("<b>x</b> `<i>`", "&lt;b&gt;x&lt;/b&gt; <code>&lt;i&gt;</code>"),
        ("![a](http://x/y.png)", '!<a class=out rel="noreferrer noopener" href="http://x/y.png">a <span class=url>(http://x/y.png)</span></a>'),
        ("[a](../x.md)", "<span class=path>a <span class=url>(../x.md)</span></span>"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("[x](data:text/html,1)", "[x](data:text/html,1)"),
        ("a\x1b[2Jb\u202e", "a␛[2Jb&lt;U+202E&gt;"),
    ],
)  # fmt: skip
def test_a_line_of_markdown(text: str, html: str) -> None:
    assert inline(text, here()) == html


def test_a_text_of_markdown() -> None:
    text = "---\nstatus: open\n---\n# A\n\n- [x] done\n- [~] GAP-OP-118\n\n<script>x</script>\n\n```\n</code>\n```\n"
    assert prose(text, here()).replace("\n", "") == (
        '<h3>A</h3><ul><li><span class="mark met" role=img aria-label="met"></span> done</li>'
        '<li><span class="mark partly" role=img aria-label="partly met"></span> '
        '<a href="../gaps/GAP-OP-118.html">GAP-OP-118</a></li></ul>'
        "<p>&lt;script&gt;x&lt;/script&gt;</p><pre><code>&lt;/code&gt;</code></pre>"
    )


def test_many_links_take_linear_time() -> None:
    text = "[a](b) " * 60_000
    assert prose(text, here()).count("<span class=path>") == 60_000
