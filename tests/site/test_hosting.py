"""The site under an address of its own: what SITE_URL sets, below a sub-path too."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect
from serving import QUIET, Quiet
from watching import Watched

from dagbook.project import Project

URL = "https://docs.example.org/sub/path/"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Path:
    """Build a small site with the project's own settings, for a sub-path."""
    folder = tmp_path_factory.mktemp("hosted")
    (folder / "docs/more").mkdir(parents=True)
    home = "---\ndescription: It's <one> & only\n---\n# Home\n\nHello.\n"
    (folder / "docs/index.md").write_text(home, encoding="utf-8")
    (folder / "docs/more/page.md").write_text("# More\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(
        f"INHERIT: {project.root}/mkdocs.yml\n"
        "plugins: [search]\nwatch: []\n"
        f"theme: {{custom_dir: '{project.root}/hooks/theme'}}\n"
        f"hooks: ['{project.root}/hooks/mkdocs_hook.py']\n",
        encoding="utf-8",
    )
    # Where it lies below the server's root says where it is published.
    out = folder / "root/sub/path"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"),
            *("-f", str(folder / "mkdocs.yml"), "-d", str(out)),
        ],
        cwd=project.root,
        env={**os.environ, **QUIET, "DAGBOOK_CHECK": "0", "SITE_URL": URL},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "root"


def read(hosted: Path, page: str) -> BeautifulSoup:
    text = (hosted / "sub/path" / page).read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def test_a_page_names_its_address_and_what_it_says(hosted: Path) -> None:
    page = read(hosted, "index.html")
    assert page.select_one("link[rel=canonical]")["href"] == f"{URL}index.html"
    assert page.select_one("meta[property='og:url']")["content"] == f"{URL}index.html"
    about = page.select_one("meta[property='og:description']")["content"]
    assert "only" in about
    deeper = read(hosted, "more/page.html")
    assert deeper.select_one("link[rel=canonical]")["href"] == f"{URL}more/page.html"


def test_the_sitemap_has_each_page(hosted: Path) -> None:
    root = ElementTree.parse(hosted / "sub/path/sitemap.xml").getroot()
    found = [one.text for one in root.findall(".//{*}loc")]
    assert sorted(map(str, found)) == [f"{URL}index.html", f"{URL}more/page.html"]


class _Below(Quiet):
    """Answers a wrong address with the page for it, as hosts do."""

    def send_error(self, code: int, *_: object, **__: object) -> None:
        body = Path(self.directory, "sub/path/404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def address(hosted: Path) -> Iterator[str]:
    handler = functools.partial(_Below, directory=str(hosted))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join(timeout=10)


@pytest.mark.browser
def test_a_wrong_address_is_styled_and_offers_the_search(
    browser: Browser, address: str
) -> None:
    tab = Watched(browser.new_page(), address)
    failed: list[str] = []
    tab.page.on("response", lambda r: r.status == 404 and failed.append(r.url))
    page = tab.open("sub/path/some/where/else.html")
    # The small site has no stylesheet of our own; the theme's must be there.
    assert [one for one in failed if "stylesheets" in one or "javascripts" in one] == []
    expect(page.locator("h1")).to_have_text("Page not found")
    assert page.evaluate("document.styleSheets.length") >= 2
    page.get_by_label("Words to search for").fill("More")
    page.locator(".db-ask button").click()
    page.locator(".md-search-result__item").first.wait_for()
    assert page.url.startswith(f"{address}sub/path/index.html?q=More")
