"""The search answers what people type, and costs nothing before it is used."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from queries import QUERIES
from watching import Watched

from dagbook.examples import example as lookup
from dagbook.project import Project
from dagbook.site import build, search

FIELD = "[data-md-component=search-query]"
FOUND = """() => [...document.querySelectorAll(".md-search-result__item")].map(
  (item) => item.querySelector("a").getAttribute("href"))"""
NOTHING = """() => document.querySelector(".md-search-result__meta")
  .textContent.startsWith("No ")"""
LIMIT = 350_000
"""Bytes of the index of a whole site, compressed."""


def ask(page: Page, words: str) -> list[str]:
    """Type into the search and return the found pages in their order."""
    field = page.locator(FIELD)
    # Without a result in between nobody can tell old results from new ones.
    field.fill("zzzz")
    field.press("End")
    page.wait_for_function(NOTHING)
    field.fill(words)
    field.press("End")
    page.locator(".md-search-result__item").first.wait_for()
    addresses = [re.split(r"[?#]", one)[0] for one in page.evaluate(FOUND)]
    return [one.removeprefix("http://").partition("/")[2] for one in addresses]


def pages(project: Project, answers: str | list[str]) -> set[str]:
    """Return the written pages among the answers to a question."""
    named = [answers] if isinstance(answers, str) else answers
    known = {e.item.id: e.item for e in build.written(project)}
    found = {
        f"{known[one].folder}/{known[one].stem}.html" for one in named if one in known
    }
    return found | {f"{one}.html" for one in named if one.startswith("concepts/")}


@pytest.mark.browser
def test_the_right_page_stands_among_the_first(tab: Watched, project: Project) -> None:
    page = tab.open("index.html")
    asked = [(words, right) for words, a in QUERIES if (right := pages(project, a))]
    assert len(asked) >= 60
    places = {}
    for words, right in asked:
        found = ask(page, words)
        places[words] = min(
            (n for n, one in enumerate(found) if one in right), default=99
        )
    behind = {words: place + 1 for words, place in places.items() if place}
    first, three, five = (
        sum(place < limit for place in places.values()) / len(asked)
        for limit in (1, 3, 5)
    )
    print(f"first {first:.0%}, first three {three:.0%}, first five {five:.0%}")
    assert first >= 0.60, behind
    assert three >= 0.85, behind
    assert five >= 0.95, behind


def test_every_id_of_the_table_is_in_the_contract(project: Project) -> None:
    ids = {item.id for item in lookup.contract(project).items}
    for words, answers in QUERIES:
        for one in [answers] if isinstance(answers, str) else answers:
            assert one in ids or (project.docs / f"{one}.md").is_file(), words


@pytest.mark.browser
@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("TriggerDagRunOperator", "DagRunOperator"),
        ("max_consecutive_failed_dag_runs", "consecutive"),
        ("airflow.exceptions.AirflowSensorTimeout", "AirflowSensorTimeout"),
    ],
)
def test_a_name_is_found_whole_and_by_its_parts(
    tab: Watched, whole: str, part: str
) -> None:
    page = tab.open("index.html")
    assert set(ask(page, whole)[:3]) & set(ask(page, part)[:3])


@pytest.mark.browser
def test_a_whole_name_finds_no_page_that_has_only_its_parts(
    tab: Watched, site: Path
) -> None:
    index = json.loads((site / search.FILE).read_text(encoding="utf-8"))
    name = "max_active_runs"
    having = {
        doc["location"].partition("#")[0] for doc in index["docs"] if name in str(doc)
    }
    found = ask(tab.open("index.html"), name)
    assert 0 < len(found) <= len(having)
    assert set(found) <= having


@pytest.mark.browser
def test_the_index_is_fetched_at_the_first_touch(tab: Watched) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    page = tab.open("index.html")
    page.wait_for_load_state("networkidle")
    heavy = ("search_index.json", "search.js", "/workers/")
    assert not [one for one in asked if any(part in one for part in heavy)]
    with page.expect_request("**/search_index.json"):
        page.locator(FIELD).focus()


@pytest.mark.browser
def test_an_address_with_a_query_is_answered(tab: Watched) -> None:
    page = tab.open("index.html?q=DeadlineAlert")
    page.locator(".md-search-result__item").first.wait_for()


def test_the_index_of_a_whole_site_is_small(site: Path, project: Project) -> None:
    index = json.loads((site / search.FILE).read_text(encoding="utf-8"))
    written = [f"{e.item.folder}/{e.item.stem}" for e in build.written(project)]
    mine = [d for d in index["docs"] if d["location"].startswith(tuple(written))]
    total = len(lookup.contract(project).items)
    # Copies lie further apart than gzip looks back: they cost what new pages cost.
    wanted = len(mine) * total // len(written)
    copies = (mine * (total // len(written) + 1))[: wanted - len(mine)]
    text = json.dumps({**index, "docs": index["docs"] + copies}, ensure_ascii=False)
    size = len(gzip.compress(text.encode()))
    print(f"{size} bytes for {total} examples")
    assert size <= LIMIT


def test_lists_and_pages_for_contributors_do_not_stand_in_the_way(site: Path) -> None:
    index = json.loads((site / search.FILE).read_text(encoding="utf-8"))
    for doc in index["docs"]:
        place = doc["location"]
        assert not place.startswith(("contributing/", "tags", "spec/", "find/"))
        if "index.html" in place and not place.startswith("concepts/"):
            assert doc["boost"] == search.LISTS
