"""The site of 300 proposals in headless Chromium: links, requests, the console, axe, hostile text, paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spine.repository.published import publish
from tests.large_ledger import HOSTILE

from .conftest import Written

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
AXE = "window.axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => ({id: one.id,\
 impact: one.impact, at: one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))})))"
FACTS = "() => ({ids: [...document.querySelectorAll('[id]')].map(one => one.id), title: document.title, text:\
 document.body.textContent, wide: document.documentElement.scrollWidth > innerWidth, links:\
 [...document.querySelectorAll('a[href]')].map(one => one.href)})"

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip("there is no Chromium at /usr/bin/chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(large: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("pages") / "site"
    assert len(publish(written, large.files, {}).written) == len(large.files)
    return written


class Visit:
    """A window on the site that writes down what it asks for and what it complains of."""

    def __init__(self, browser: Any, folder: Path, **how: Any) -> None:
        self.folder, self.asked, self.said = folder, [], []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **how)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def go(self, path: str, anchor: str = "") -> None:
        self.page.goto((self.folder / path).as_uri() + anchor)


def kinds(large: Written) -> list[str]:
    """One page of each kind, hostile ones where there are."""
    made = large.made
    hostile = list(made.hostile)
    pages = ["index.html", "timeline.html", *(f"{kind}s/index.html" for kind in ("loop", "gap", "proposal", "binding"))]
    for kind, head in (("loops", "LOOP-"), ("gaps", "GAP-"), ("proposals", "CP-")):
        pages += [f"{kind}/{next(id_ for id_ in hostile if id_.startswith(head))}.html"]
    pages += [next(path for path in large.pages() if f"bindings/bindings-{name}" in path) for name in ("odd", "vault")]
    return pages


def test_every_page_opens_and_every_link_resolves(browser: Any, large: Written, folder: Path) -> None:
    visit = Visit(browser, folder)
    ids: dict[str, set[str]] = {}
    links: list[tuple[str, str]] = []
    for path in large.pages():
        visit.go(path)
        facts = visit.page.evaluate(FACTS)
        here = (folder / path).as_uri()
        ids[here] = set(facts["ids"])
        links += [(path, link) for link in facts["links"] if not link.startswith("https://example.org/")]
        assert facts["title"].endswith(" · Ledger"), path
    for path, link in links:
        page, _, anchor = link.partition("#")
        assert page in ids, (path, link)
        assert not anchor or anchor in ids[page], (path, link)
    assert len(links) > 5_000
    assert visit.said == []
    root = folder.as_uri()
    assert [url for url in visit.asked if not url.startswith((f"{root}/", "data:image/svg+xml,"))] == []
    visit.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, large: Written, folder: Path, scheme: str) -> None:
    import axe_playwright_python

    # The policy of the pages lets no script in; only here it is set aside, to bring the checker along.
    visit = Visit(browser, folder, color_scheme=scheme, bypass_csp=True)
    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    for path in kinds(large):
        visit.go(path)
        visit.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        visit.page.evaluate(script)
        found = visit.page.evaluate(AXE)
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], f"{path}: {json.dumps(serious, indent=1)}"
    visit.context.close()


def test_hostile_text_is_text(browser: Any, large: Written, folder: Path) -> None:
    visit = Visit(browser, folder)
    shown = [text.replace("\x1b", "␛").replace("\x07", "␇").replace("\u202e", "<U+202E>").replace("\u202c", "<U+202C>")
             .replace("\u200b", "<U+200B>") for text in HOSTILE]  # fmt: skip
    seen = set()
    for path in kinds(large):
        visit.go(path)
        facts = visit.page.evaluate(FACTS)
        seen |= {text for text in shown if text in facts["text"]}
        assert visit.page.evaluate("document.querySelectorAll('script, img, b > b, style').length") == 0
        assert facts["title"] != "owned"
    assert seen == set(shown)
    visit.context.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(browser: Any, large: Written, folder: Path, width: int) -> None:
    visit = Visit(browser, folder)
    visit.page.set_viewport_size({"width": width, "height": 900})
    for path in kinds(large):
        visit.go(path)
        assert not visit.page.evaluate(FACTS)["wide"], path
    visit.context.close()


def test_a_link_to_a_folded_line_opens_it(browser: Any, large: Written, folder: Path) -> None:
    visit = Visit(browser, folder)
    (path,) = [path for path in large.pages() if "bindings-long-" in path]
    visit.go(path, "#L9000")
    box = visit.page.locator("#L9000").bounding_box()
    assert box is not None
    assert box["height"] > 0
    visit.context.close()


def test_the_filter_works_without_a_script(browser: Any, large: Written, folder: Path) -> None:
    visit = Visit(browser, folder, java_script_enabled=False)
    visit.go("proposals/index.html")
    everything = visit.page.locator(".group li:visible").count()
    visit.page.locator("#show-withdrawn").check()
    left = visit.page.locator(".group li:visible")
    assert 0 < left.count() < everything
    assert visit.page.locator('.group li[data-state="withdrawn"]').count() == left.count()
    visit.page.locator("#show-withdrawn").press("ArrowLeft")
    assert visit.page.locator('.group li[data-state="superseded"]:visible').count() > 0
    visit.context.close()


def test_it_prints(browser: Any, large: Written, folder: Path) -> None:
    visit = Visit(browser, folder, color_scheme="dark")
    visit.go("index.html")
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert visit.page.pdf(format="A4").startswith(b"%PDF-")
    visit.context.close()
