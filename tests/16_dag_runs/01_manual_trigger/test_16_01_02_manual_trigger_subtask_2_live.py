"""The trigger form: a browser fills it in, a scheduler runs what it asks for.

Skipped where no Chromium is found; with DAGBOOK_REQUIRE_BROWSER=1 that is an error.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dagbook.live.waiting import until
from dagbook.testing.browser import chromium

pytestmark = pytest.mark.live

STEM = "16_01_02_manual_trigger_subtask_2"
NOTE = "arrived broken"
DEFAULTS = {"order": "A-1", "pieces": 2}
CHOSEN = {"order": "A-2", "pieces": 2}
ORIGIN = ("triggered_by", "triggering_user_name", "run_type", "note", "conf")


@pytest.fixture(scope="module")
def browser():
    with chromium("nobody can fill in the form") as started:
        yield started


class Form:
    """The trigger form of the DAG in the browser of one user."""

    def __init__(self, browser, cluster, role):
        home = cluster.settings.base_url
        context = browser.new_context(
            viewport={"width": 1280, "height": 1400}, locale="en-US", timezone_id="UTC"
        )
        self.tab = context.new_page()
        self.tab.set_default_timeout(90_000)
        self.sent = {}
        self.tab.goto(f"{home}/dags/{STEM}")
        self.tab.get_by_label("Username").fill(role)
        self.tab.get_by_label("Password").fill(cluster.settings.passwords[role])
        self.tab.get_by_role("button", name="Sign in").click()
        self.tab.on("request", self.asked)
        self.tab.get_by_role("button", name="Trigger").first.click()
        self.submit = self.tab.get_by_test_id("trigger-dag-submit")
        self.submit.wait_for()
        self.dialog = self.tab.get_by_role("dialog").filter(has=self.submit)
        self.tab.get_by_role("button", name="Advanced Options").click()
        self.tab.get_by_label("Run ID").wait_for()

    def wait_conf(self, wanted):
        def conf():
            text = self.dialog.locator(".view-lines").inner_text()
            return json.loads(text.replace("\xa0", " ") or "null")

        until("the JSON", conf, lambda seen: seen == wanted, seconds=60)

    def asked(self, request):
        if request.method in ("POST", "PATCH"):
            name = f"{request.method} …{request.url.rpartition('/')[2]}"
            self.sent[name] = request.post_data_json


def test_the_form_sends_two_requests_and_all_params(live, browser):
    with live.scenario("filled-in") as s:
        form = Form(browser, live.cluster, "user")
        opened = datetime.now(UTC)
        date = form.dialog.get_by_test_id("datetime-input").inner_text().strip()
        preset = datetime.strptime(date, "%b %d, %Y %H:%M").replace(tzinfo=UTC)
        assert timedelta(0) <= opened - preset < timedelta(minutes=3)
        form.wait_conf(DEFAULTS)
        form.tab.get_by_role("button", name="Run Parameters").click()
        form.dialog.get_by_role("combobox", name="order").click()
        form.tab.get_by_role("option", name="A-2").click()
        form.tab.get_by_role("button", name="Advanced Options").click()
        form.wait_conf(CHOSEN)
        form.dialog.get_by_text("Add a note...").click()
        form.dialog.get_by_label("editable input").fill(NOTE)
        form.tab.keyboard.press("Tab")
        s.note_step("choose order A-2 and write a note")
        form.submit.click()
        s.note_step("press Trigger, the unpause box is ticked")

        [run] = s.wait_runs(1, state="success")
        told = s.client.run(STEM, run.run_id)
        assert s.keep("what the run says", {name: told[name] for name in ORIGIN}) == {
            "triggered_by": "ui",
            "triggering_user_name": "user",
            "run_type": "manual",
            "note": NOTE,
            "conf": CHOSEN,
        }
        assert s.xcom(run, "report") == "2 pieces of order A-2, asked by user"
        sent = s.keep("sent by the browser", dict(sorted(form.sent.items())))
        assert sent[f"PATCH …{STEM}"] == {"is_paused": False}
        date = sent["POST …dagRuns"]["logical_date"]
        assert sent["POST …dagRuns"] == {
            "conf": CHOSEN,
            "data_interval_end": None,
            "data_interval_start": None,
            "logical_date": date,
            "note": NOTE,
            "partition_key": None,
        }
        assert told["logical_date"] == date.replace(".000Z", "Z")
        form.tab.context.close()


def test_an_emptied_date_and_an_unticked_box_are_one_request(live, browser):
    with live.scenario("emptied") as s:
        s.pause()
        form = Form(browser, live.cluster, "op")
        form.dialog.get_by_test_id("datetime-input").click()
        form.tab.get_by_role("button", name="Clear start date").click()
        form.dialog.get_by_role("heading").first.click()  # Escape would close the form
        box = f"Unpause {STEM} on trigger"
        form.tab.get_by_role("checkbox", name=box).uncheck(force=True)
        form.wait_conf(DEFAULTS)
        form.submit.click()
        s.note_step("empty the logical date, untick the box, press Trigger")

        s.wait_runs(1)
        sent = s.keep("sent by the browser", form.sent)
        assert list(sent) == ["POST …dagRuns"]
        assert sent["POST …dagRuns"]["logical_date"] is None
        assert sent["POST …dagRuns"]["conf"] == DEFAULTS
        form.tab.context.close()
