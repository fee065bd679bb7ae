"""What a reader does: search, copy, download, switch the colours, use the keyboard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from kinds import KINDS
from playwright.sync_api import BrowserContext, Page, expect
from watching import Watched, path_of

from dagbook.examples import example as lookup
from dagbook.examples.example import Example
from dagbook.project import Project

pytestmark = pytest.mark.browser


def an_error(example: Example) -> str:
    """Return the words of an error that the example's recording holds."""
    for scenario in example.recording["scenarios"].values():
        for task in scenario.get("tasks", ()):
            for one in task["tries"]:
                if one["error"]:
                    return f"{one['error']['type']}: {one['error']['message']}"
    raise AssertionError("the example recorded no error: choose another one")


def search(page: Page, words: str) -> str:
    """Type into the search and return the address of the first result."""
    field = page.locator("[data-md-component=search-query]")
    field.fill(words)
    field.press("End")  # the search listens to keys
    link = page.locator(".md-search-result__link").first
    link.wait_for()
    return str(link.get_attribute("href"))


def test_search_finds_an_example_by_its_error_message(
    tab: Watched, example: Example
) -> None:
    page = tab.open("index.html")
    page.keyboard.press("/")
    assert path_of(example) in search(page, an_error(example))


def test_search_finds_it_when_the_numbers_are_others(
    tab: Watched, project: Project
) -> None:
    # The message is Airflow's own: whoever searches for it has another timeout.
    example = lookup.example(project, "16.8.4")
    words = re.sub(r"\d", "9", an_error(example))
    assert words != an_error(example)
    page = tab.open("index.html")
    page.keyboard.press("/")
    assert path_of(example) in search(page, words)


def test_search_has_the_words_of_a_page_and_not_its_listings(
    site: Path, example: Example
) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    place = path_of(example)
    found = [doc["text"] for doc in index["docs"] if doc["location"].startswith(place)]
    text = BeautifulSoup(" ".join(found), "html.parser").get_text()
    assert an_error(example) in text
    for listing in ("import pendulum", "def test_", "--8<--"):
        assert listing not in text


def test_copy_yields_the_text_of_the_file(tab: Watched, example: Example) -> None:
    page = tab.open(path_of(example))
    page.get_by_role("button", name="Copy file").click()
    expect(page.locator("[data-db-copied]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == example.source
    assert "8<--" not in copied


def test_download_equals_the_file(tab: Watched, example: Example) -> None:
    page = tab.open(path_of(example))
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download file").click()
    assert caught.value.suggested_filename == f"{example.item.stem}.py"
    assert Path(caught.value.path()).read_text("utf-8") == example.source


def test_the_recording_is_there_to_take(site: Path, example: Example) -> None:
    paths = example.item.paths(example.project)
    assert (site / path_of(example, "json")).read_bytes() == (
        paths.recording.read_bytes()
    )


def test_the_theme_follows_the_switch_and_is_kept(tab: Watched) -> None:
    page = tab.open("index.html")
    body = page.locator("body")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.emulate_media(color_scheme="light")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    for scheme in ("default", "slate"):
        page.locator(".md-header__button[for^=__palette]:visible").click()
        expect(body).to_have_attribute("data-md-color-scheme", scheme)
    page = tab.open(KINDS["example"])
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_asks_another_host_or_complains(tab: Watched, kind: str) -> None:
    page = tab.open(KINDS[kind])
    page.mouse.wheel(0, 4000)
    page.wait_for_load_state("networkidle")  # half a second without any request
    assert tab.foreign == []
    assert tab.console == []


def test_copy_and_download_are_reached_by_keyboard(
    tab: Watched, example: Example
) -> None:
    page = tab.open(path_of(example))
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.closest('.db-head') ? e.ariaLabel : ''; }"
            )
        )
        if "Download file" in seen:
            break
    assert "Copy file" in seen
    assert seen.index("Copy file") < seen.index("Download file")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-db-copied]")).to_have_text("Copied")


def test_the_download_needs_no_script(browser, server: str, example: Example) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(server + path_of(example))
        expect(page.get_by_role("link", name="Download file")).to_be_visible()
        expect(page.locator(".db-copy")).to_be_hidden()
        assert page.locator("#db-file code").text_content() == example.source
    finally:
        context.close()


def test_the_site_works_from_the_file_system(
    context: BrowserContext, site: Path, example: Example
) -> None:
    tab = Watched(context.new_page(), site.as_uri() + "/")
    page = tab.open("index.html")
    assert path_of(example) in search(page, an_error(example))
    page.locator(".md-search-result__link").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("h1")).to_be_visible()
    assert page.url.split("?")[0].split("#")[0].endswith(path_of(example))
    page.get_by_role("button", name="Copy file").click()
    expect(page.locator("[data-db-copied]")).to_have_text("Copied")
    assert tab.foreign == []
    assert tab.console == []


def test_what_is_printed_is_light_in_the_dark_too(tab: Watched) -> None:
    page = tab.open(KINDS["example"])
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    ground = "getComputedStyle(document.body).getPropertyValue('--db-ground').trim()"
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="dark", media="print")
    printed = page.evaluate(ground)
    page.emulate_media(color_scheme="light", media="screen")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    assert printed == page.evaluate(ground) != dark


def test_the_search_box_in_the_middle_of_the_home_page_answers(tab: Watched) -> None:
    page = tab.open("index.html")
    page.get_by_label("Words to search for").fill("KeyError: 'logical_date'")
    page.keyboard.press("Enter")
    link = page.locator(".md-search-result__link").first
    link.wait_for()
    assert "16_01_01_" in str(link.get_attribute("href"))


def test_nothing_of_ours_stands_in_the_head_but_one_stylesheet(tab: Watched) -> None:
    page = tab.open(KINDS["example"])
    ours = page.locator("head :is(script[src], link[rel=stylesheet])").evaluate_all(
        "all => all.map(one => (one.src || one.href).split('/assets/')[1])"
    )
    assert [one for one in ours if "stylesheets/" not in one] == ["site.css"]
