"""The first screen of each example holds its answer, and its page is light."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from watching import Watched, path_of

from dagbook.examples import exceptions
from dagbook.examples.example import Example
from dagbook.project import Project
from dagbook.site import build

pytestmark = pytest.mark.browser

ELEMENTS = 1500
BYTES = 60_000
"""Of a page with all that it loads besides the theme, compressed."""

MEASURE = """() => {
  const box = (css) => document.querySelector(css)?.getBoundingClientRect();
  return {
    ends: Object.fromEntries(
      ["h1", ".db-head", ".db-answer > p", ".db-answer > .highlight",
       ".db-answer > figure", ".db-answer"].map((css) => [css, box(css)?.bottom])),
    code: box(".db-answer > .highlight")?.top,
    wide: document.documentElement.scrollWidth,
    elements: document.querySelectorAll("*").length,
  };
}"""


def _rewritten() -> list[Example]:
    project = Project(Path(__file__).resolve().parents[2])
    known = exceptions.load(project)
    return [e for e in build.written(project) if not known.waits(e.item.id)]


@pytest.mark.parametrize("example", _rewritten(), ids=lambda one: one.item.id)
def test_the_answer_stands_on_the_first_screen(
    tab: Watched, site: Path, example: Example
) -> None:
    page = tab.page
    page.set_viewport_size({"width": 1280, "height": 800})
    tab.open(path_of(example))
    desk = page.evaluate(MEASURE)
    assert None not in desk["ends"].values(), desk
    assert {css: end for css, end in desk["ends"].items() if end > 800} == {}
    assert desk["wide"] == 1280
    assert desk["elements"] <= ELEMENTS
    assert _weight(site, site / path_of(example)) <= BYTES

    page.set_viewport_size({"width": 390, "height": 844})
    phone = page.evaluate(MEASURE)
    assert phone["code"] < 844
    assert phone["wide"] == 390

    page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _weight(site: Path, page: Path) -> int:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    named = [one.get("href") for one in soup.select("link[rel=stylesheet]")]
    named += [one.get("src") for one in soup.select("script[src]")]
    # The theme's own files lie in folders of their own.
    own = [page.parent / str(name).partition("?")[0] for name in named]
    ours = [path for path in own if path.resolve().parent == site / "assets"]
    assert len(ours) == 3  # a stylesheet and two scripts
    return sum(len(gzip.compress(path.read_bytes())) for path in [page, *ours])
