"""Chromium for tests; where there is none they are skipped, or fail if told to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Page

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox inside a container, and nothing that calls home.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

MOST = 80_000
"""Bytes of one picture, at most."""


@contextmanager
def chromium(without: str) -> Iterator[Browser]:
    """Start the Chromium of this machine and close it when the block ends.

    Where there is none it skips, or fails if DAGBOOK_REQUIRE_BROWSER=1; ``without``
    says what cannot be tested then.
    """
    import pytest
    from playwright.sync_api import sync_playwright

    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if not found:
        words = f"no Chromium found (looked for {', '.join(CHROMIUMS)})"
        if os.environ.get("DAGBOOK_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{words}, and DAGBOOK_REQUIRE_BROWSER=1 asks for one")
        pytest.skip(f"{words}: {without}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def pictures(place: Path, tab: Page, clip: FloatRect) -> None:
    """Take a picture of a part of Airflow's UI in its light and in its dark mode.

    Args:
        place: the files are called ``<place>-light.png`` and ``<place>-dark.png``.
        tab: the page in the browser.
        clip: the part of it, in pixels.

    Raises:
        ValueError: a picture is larger than a page should load.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    for mode in ("light", "dark"):
        tab.emulate_media(color_scheme=mode)
        tab.mouse.move(0, 0)
        tab.wait_for_timeout(1000)  # colours fade
        file = place.with_name(f"{place.name}-{mode}.png")
        size = len(tab.screenshot(path=file, clip=clip, animations="disabled"))
        if size > MOST:
            raise ValueError(
                f"{file.name} has {size} bytes, at most {MOST} are allowed"
            )
