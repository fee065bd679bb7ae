"""The switch in a real browser: its request, its pictures, and a viewer who is refused.

Skipped where no Chromium is found; with DAGBOOK_REQUIRE_BROWSER=1 that is an error.
"""

import pytest

from dagbook.live.waiting import until
from dagbook.testing.browser import chromium, pictures

pytestmark = pytest.mark.live

STEM = "62_01_02_ui_pause"


@pytest.fixture(scope="module")
def browser():
    with chromium("nobody can press the switch") as started:
        yield started


def paused(s):
    return s.client.get(f"/dags/{STEM}")["is_paused"]


@pytest.fixture
def look(live, browser):
    """Open a page of the UI as one of the users."""
    contexts = []

    def opened(role, path):
        context = browser.new_context(
            viewport={"width": 1000, "height": 700}, locale="en-US", timezone_id="UTC"
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(90_000)
        tab.goto(f"{live.cluster.settings.base_url}{path}")
        tab.get_by_label("Username").fill(role)
        tab.get_by_label("Password").fill(live.cluster.settings.passwords[role])
        tab.get_by_role("button", name="Sign in").click()
        return tab

    yield opened
    for context in contexts:
        context.close()


def test_the_switch_pauses_at_once_and_the_filter_finds_it(live, look):
    images = live.paths.page.with_suffix("")
    with live.scenario("pressed") as s:
        s.unpause()
        tab = look("user", f"/dags/{STEM}")
        switch = tab.get_by_test_id("toggle-pause")
        switch.wait_for()
        if live.record:
            clip = {"x": 276, "y": 66, "width": 712, "height": 108}
            pictures(images / "switch", tab, clip)
        with tab.expect_request(lambda asked: asked.method == "PATCH") as sent:
            switch.click()
        until("the pause", lambda: paused(s), lambda seen: seen, seconds=60)
        s.note_step("press the switch as user")
        body = sent.value.post_data_json
        assert s.keep("sent by the browser", body) == {"is_paused": True}

        tab.goto(f"{live.cluster.settings.base_url}/dags?name_pattern=62_01_02_ui")
        tab.get_by_text("Paused", exact=True).click()
        switch.wait_for()
        if live.record:
            clip = {"x": 68, "y": 100, "width": 924, "height": 244}
            pictures(images / "filter", tab, clip)
        assert "paused=true" in tab.url


def test_a_viewer_is_refused_and_the_switch_stays(live, look):
    with live.scenario("refused") as s:
        s.unpause()
        tab = look("viewer", f"/dags/{STEM}")
        switch = tab.get_by_test_id("toggle-pause")
        with tab.expect_response(lambda got: got.request.method == "PATCH") as refused:
            switch.click()
        assert s.keep("status", refused.value.status) == 403
        tab.get_by_text("Access Denied").first.wait_for()
        assert switch.get_attribute("data-state") == "checked"
        assert not paused(s)
