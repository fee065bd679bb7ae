"""The list of all examples: filters that divide it, kept in the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from watching import Watched

pytestmark = pytest.mark.browser


def test_each_filter_divides_the_examples(tab: Watched) -> None:
    page = tab.open("catalogue.html")
    rows = page.locator(".db-catalogue tbody tr")
    filters = page.locator(".db-filter select").all()
    assert len(filters) >= 4
    for one in filters:
        options = one.evaluate("e => [...e.options].map(o => o.value).filter(Boolean)")
        assert len(options) >= 2, one.get_attribute("name")
        for option in options:
            one.select_option(option)
            shown = rows.filter(visible=True).count()
            assert 0 < shown < rows.count(), option
        one.select_option("")


def test_the_filters_stand_in_the_address(tab: Watched) -> None:
    page = tab.open("catalogue.html")
    page.get_by_label("Shown by").select_option("command")
    page.get_by_label("Words").fill("backfill")
    shown = page.locator(".db-filter__count").text_content()
    page.reload()
    assert "shown-by=command" in page.url
    expect(page.get_by_label("Shown by")).to_have_value("command")
    expect(page.locator(".db-filter__count")).to_have_text(str(shown))
