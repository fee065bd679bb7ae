"""Every kind of page, in both colour schemes, for every reader and every window."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from kinds import KINDS
from playwright.sync_api import Browser
from watching import Watched

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(
    browser: Browser, server: str, kind: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    try:
        page = Watched(context.new_page(), server).open(KINDS[kind])
        # What is folded must be right too.
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    finally:
        context.close()


@pytest.mark.parametrize("width", [320, 360, 768])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_but_code(
    browser: Browser, server: str, kind: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    try:
        page = Watched(context.new_page(), server).open(KINDS[kind])
        found = page.evaluate("document.documentElement.scrollWidth")
        assert found <= width
        ours = page.locator(".md-content :is(.db-table, .db-timeline, .db-head)")
        cut = ours.evaluate_all(
            "all => all.filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.className)"
        )
        assert cut == []
    finally:
        context.close()


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
