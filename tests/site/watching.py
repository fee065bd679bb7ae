"""A tab that keeps what a page asks for and says, and where an example's files lie."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request

from dagbook.examples import example as lookup


@dataclass
class Watched:
    """A page whose every request and console message is kept.

    Args:
        page: the tab.
        home: the only address it may ask.
    """

    page: Page
    home: str
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda r: self.console.append(f"failed {r.url}"))
        self.page.on("console", self._message)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.foreign.append(request.url)

    def _message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(message.text)

    def open(self, path: str) -> Page:
        """Go to a page of the site and wait until its scripts have run."""
        self.page.goto(self.home + path)
        self.page.wait_for_function("document.readyState === 'complete'")
        return self.page


def path_of(example: lookup.Example, ending: str = "html") -> str:
    """Return where a file of an example lies below the site."""
    return f"{example.item.folder}/{example.item.stem}.{ending}"
