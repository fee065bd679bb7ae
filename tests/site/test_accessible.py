"""Every kind of page, in both colour schemes, for every reader and every window."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from kinds import KINDS
from playwright.sync_api import Browser, expect
from watching import Watched

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(browser: Browser, server: str, kind: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    try:
        page = Watched(context.new_page(), server).open(KINDS[kind])
        # What is folded must be right too.
        page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
        light = Axe().run(page)
        assert light.violations_count == 0, light.generate_report()
        # Only the colours differ; asking everything twice would double a slow test.
        page.emulate_media(color_scheme="dark")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        dark = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert dark.violations_count == 0, dark.generate_report()
    finally:
        context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_but_code(tab: Watched, kind: str) -> None:
    page = tab.open(KINDS[kind])
    ours = page.locator(".md-content :is(.db-table, .db-timeline, .db-head)")
    for width in (768, 360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = ours.evaluate_all(
            "all => all.filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.className)"
        )
        assert cut == [], width


def test_no_page_of_an_example_scrolls_sideways_on_a_telephone(
    tab: Watched, site: Path
) -> None:
    pages = sorted(site.rglob("[0-9]*_[0-9]*_*.html"))
    assert len(pages) > 10
    wide = {}
    for path in pages:
        page = tab.open(path.relative_to(site).as_posix())
        page.set_viewport_size({"width": 360, "height": 740})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[path.name] = width
    assert wide == {}


def test_every_graph_has_a_text_alternative(tab: Watched) -> None:
    page = tab.open(KINDS["example"])
    images = page.get_by_role("img").all()
    graphs = [
        i for i in images if (i.get_attribute("class") or "").startswith("db-graph")
    ]
    assert graphs
    for graph in graphs:
        ids = str(graph.get_attribute("aria-labelledby")).split()
        assert all(page.locator(f"#{one}").text_content() for one in ids)


def test_a_graph_fits_a_telephone(browser: Browser, server: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = Watched(context.new_page(), server).open(KINDS["example"])
        box = page.locator(".db-graph__box").first
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    finally:
        context.close()
