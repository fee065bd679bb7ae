"""Chromium for tests; where there is none they are skipped, or fail if told to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
