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
REFUND = f"{STEM}__refund"
UNPAUSE = f"Unpause {REFUND} on trigger"
NOTE = "arrived broken, ticket 311"
DEFAULTS = {"order_id": 1001, "percent": 100}
ORIGIN = ("triggered_by", "triggering_user_name", "run_type", "note")


@pytest.fixture(scope="module")
def browser():
    with chromium("nobody can fill in the form") as started:
        yield started


class Form:
    """The trigger form of the refund DAG in the browser of one user."""

    def __init__(self, browser, cluster, role):
        self.home = cluster.settings.base_url
        context = browser.new_context(
            viewport={"width": 1280, "height": 1400}, locale="en-US", timezone_id="UTC"
        )
        self.tab = context.new_page()
        self.tab.set_default_timeout(90_000)
        self.sent = {}
        self.referers = set()
        self.answers = {}
        self.tab.goto(f"{self.home}/dags/{REFUND}")
        self.tab.get_by_label("Username").fill(role)
        self.tab.get_by_label("Password").fill(cluster.settings.passwords[role])
        self.tab.get_by_role("button", name="Sign in").click()
        self.button().wait_for()
        self.tab.on("request", self.asked)
        self.tab.on("response", self.answered)

    def button(self):
        return self.tab.get_by_role("button", name="Trigger").first

    def open(self):
        if not self.tab.url.endswith(REFUND):
            self.tab.goto(f"{self.home}/dags/{REFUND}")
        self.button().click()
        self.submit.wait_for()
        self.tab.get_by_role("button", name="Advanced Options").click()
        self.tab.get_by_label("Run ID").wait_for()

    @property
    def dialog(self):
        return self.tab.get_by_role("dialog").filter(has=self.submit)

    @property
    def submit(self):
        return self.tab.get_by_test_id("trigger-dag-submit")

    def labels(self):
        texts = [x.inner_text() for x in self.dialog.locator("label").all()]
        return [text.splitlines()[0].removesuffix(" *") for text in texts]

    def conf(self):
        text = self.dialog.locator(".view-lines").inner_text()
        return json.loads(text.replace("\xa0", " ") or "null")

    def wait_conf(self, wanted):
        return until("the JSON", self.conf, lambda seen: seen == wanted, seconds=60)

    def asked(self, request):
        if request.method in ("POST", "PATCH"):
            name = f"{request.method} …{request.url.rpartition(STEM)[2]}"
            self.sent[name] = request.post_data_json
            self.referers.add(request.headers.get("referer", ""))

    def answered(self, response):
        if response.request.method in ("POST", "PATCH"):
            name = f"{response.request.method} …{response.url.rpartition(STEM)[2]}"
            self.answers[name] = response.status


# --8<-- [start:fields]
def test_every_field_of_the_form_arrives_in_the_run(live, browser):
    with live.scenario("filled-in", REFUND) as s:
        form = Form(browser, live.cluster, "user")
        form.open()
        opened = datetime.now(UTC)
        assert s.keep("labels of the form", form.labels()) == [
            "Single Run",
            "Backfill",
            "Logical Date",
            UNPAUSE,
            "Order",
            "percent",
            "Run ID",
            "Dag Run Note",
            "Configuration JSON",
        ]
        tab, date = form.tab, form.dialog.get_by_test_id("datetime-input")
        preset = datetime.strptime(date.inner_text().strip(), "%b %d, %Y %H:%M")
        late = opened - preset.replace(tzinfo=UTC)
        assert timedelta(0) <= late < timedelta(minutes=3)
        assert tab.get_by_role("radio", name="Single Run").is_checked()
        assert tab.get_by_role("radio", name="Backfill").is_disabled()
        assert tab.get_by_role("checkbox", name=UNPAUSE).is_checked()
        assert tab.get_by_label("Run ID").input_value() == ""
        form.wait_conf(DEFAULTS)
        # --8<-- [end:fields]
        form.tab.get_by_role("button", name="Run Parameters").click()
        form.dialog.get_by_role("combobox", name="Order").click()
        form.tab.get_by_role("option", name="1002").click()
        form.dialog.get_by_role("spinbutton", name="percent").fill("50")
        form.tab.get_by_role("button", name="Advanced Options").click()
        form.wait_conf({"order_id": 1002, "percent": 50})
        form.tab.get_by_label("Run ID").fill("ticket-311")
        form.dialog.get_by_text("Add a note...").click()
        form.dialog.get_by_label("editable input").fill(NOTE)
        form.tab.keyboard.press("Tab")
        s.note_step("fill in order, percent, run ID and note")
        form.submit.click()
        s.note_step("press Trigger, the unpause box is ticked")
        # --8<-- [start:arrived]
        [run] = s.wait_runs(1, state="success")
        assert run.run_id == "ticket-311"
        told = s.client.run(REFUND, run.run_id)
        assert s.keep("what the run says", {name: told[name] for name in ORIGIN}) == {
            "triggered_by": "ui",
            "triggering_user_name": "user",
            "run_type": "manual",
            "note": NOTE,
        }
        assert told["conf"] == {"order_id": 1002, "percent": 50}
        assert s.keep("receipt", s.xcom(run, "receipt")) == {
            "due": 60.0,
            "asked_by": "user",
            "came_from": "unknown to a task",
        }
        sent = s.keep("sent by the browser", dict(sorted(form.sent.items())))
        assert told["logical_date"] == sent["POST …__refund/dagRuns"][
            "logical_date"
        ].replace(".000Z", "Z")
        assert form.referers == {f"{form.home}/dags/{REFUND}"}
        # --8<-- [end:arrived]
        assert sent["PATCH …__refund"] == {"is_paused": False}
        assert sent["POST …__refund/dagRuns"] == {
            "conf": {"order_id": 1002, "percent": 50},
            "dag_run_id": "ticket-311",
            "data_interval_end": None,
            "data_interval_start": None,
            "logical_date": sent["POST …__refund/dagRuns"]["logical_date"],
            "note": NOTE,
            "partition_key": None,
        }

        form.tab.goto(f"{form.home}/dags/{REFUND}")
        form.open()
        assert UNPAUSE not in form.labels()
        form.tab.get_by_label("Run ID").fill("ticket-311")
        form.submit.click()
        form.dialog.get_by_text("409 Conflict").wait_for()
        s.note_step("fill in the same run ID again: the form says 409 Conflict")
        assert len(s.runs()) == 1
        form.tab.context.close()


# --8<-- [start:emptied]
def test_an_emptied_date_and_an_unticked_box_leave_a_run_in_the_queue(live, browser):
    with live.scenario("emptied", REFUND) as s:
        s.pause()
        form = Form(browser, live.cluster, "op")
        form.open()
        form.dialog.get_by_test_id("datetime-input").click()
        form.tab.get_by_role("button", name="Clear start date").click()
        form.dialog.get_by_role("heading").first.click()  # Escape would close the form
        form.tab.get_by_role("checkbox", name=UNPAUSE).uncheck(force=True)
        form.wait_conf(DEFAULTS)
        s.note_step("empty the logical date and untick the box")
        form.submit.click()
        s.note_step("press Trigger")

        [run] = s.wait_runs(1)
        s.stays(
            "the run is queued",
            lambda: s.client.run(REFUND, run.run_id)["state"],
            "queued",
            seconds=4,
        )
        told = s.client.run(REFUND, run.run_id)
        assert (told["logical_date"], told["note"]) == (None, None)
        assert told["conf"] == DEFAULTS
        sent = s.keep("sent by the browser", form.sent)
        assert list(sent) == ["POST …__refund/dagRuns"]
        # --8<-- [end:emptied]
        assert sent["POST …__refund/dagRuns"] == {
            "conf": DEFAULTS,
            "data_interval_end": None,
            "data_interval_start": None,
            "logical_date": None,
            "partition_key": None,
        }
        s.unpause()
        assert s.wait(run)["state"] == "success"

        s.unpause(STEM)
        asked = s.trigger(STEM, run_id="who-was-it")
        assert s.wait(asked)["state"] == "success"
        [row] = [
            row
            for row in s.xcom(asked, "by_origin")
            if row["origin"].startswith("ui / op")
        ]
        assert s.keep("how the DAG of this page counts it", row) == {
            "origin": "ui / op / manual",
            "runs": 1,
            "logical_date": 0,
            "conf": 1,
            "note": 0,
            "run_id": 0,
        }
        assert s.xcom(asked, "without_a_reason") == [f"op: {run.run_id}"]
        form.tab.context.close()


# --8<-- [start:viewer]
def test_a_viewer_may_open_the_form_and_not_send_it(live, browser):
    with live.scenario("viewer", REFUND) as s:
        s.pause()
        form = Form(browser, live.cluster, "viewer")
        form.open()
        assert form.submit.is_enabled()
        form.submit.click()
        form.dialog.get_by_text("403 Forbidden").wait_for()
        s.note_step("press Trigger: the form says 403 Forbidden")
        until(
            "both answers",
            lambda: form.tab.wait_for_timeout(100) or form.answers,
            lambda answers: len(answers) == 2,
        )
        assert s.keep("answers", dict(sorted(form.answers.items()))) == {
            "PATCH …__refund": 403,
            "POST …__refund/dagRuns": 403,
        }
        assert s.runs() == []
        # --8<-- [end:viewer]
        assert s.client.get(f"/dags/{REFUND}")["is_paused"] is True
        form.tab.context.close()
