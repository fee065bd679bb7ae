"""The code of a DAG changes, and its days are run again, on an Airflow of their own."""

import pytest

from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

BODY = [
    ('METHOD = "one way"', 'METHOD = "there and back"'),
    ("return kilometres", "return 2 * kilometres"),
]
TASKS = (
    "report(measure())",
    'report(measure()) >> report.override(task_id="archive")(measure())',
)


def midnight(day):
    return f"2026-05-0{day}T00:00:00Z"


def edit(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


# --8<-- [start:new-code]
def test_a_local_bundle_has_one_code_whatever_the_version_says(deployed):
    live, file = deployed
    with live.scenario("new-code") as s:
        days = {
            day: LiveRun(s.dag_id, f"backfill__2026-05-0{day}T00:00:00+00:00")
            for day in (1, 2, 3)
        }

        def fill(first, last, **more):
            number = s.backfill(
                midnight(first), midnight(last), reprocess_behavior="completed", **more
            )
            for day in range(first, last + 1):
                s.wait(days[day], "success")
            s.client.request("PUT", f"/api/v2/backfills/{number}/cancel")

        def seen(day):
            rows = s.client.tasks(s.dag_id, days[day].run_id)
            report = s.xcom(days[day], "report")
            return {
                "result": f"{report['kg']} kg, {report['method']}",
                "versions": {
                    row["task_id"]: row["dag_version"]["version_number"] for row in rows
                },
            }

        s.unpause()
        fill(1, 3)
        before = s.keep("first of May, before", seen(1))
        assert before["result"] == "109.2 kg, one way"

        for change in BODY:
            edit(file, *change)
        s.note_step("change the method in the file")
        fill(1, 1, run_on_latest_version=False)
        first = s.keep("first of May, run_on_latest_version: false", seen(1))
        assert first["result"] == "218.4 kg, there and back"
        assert first["versions"] == before["versions"] == {"measure": 1, "report": 1}

        edit(file, *TASKS)
        s.note_step("add a task to the file")
        until(
            "version 2",
            lambda: s.client.get(f"/dags/{s.dag_id}/dagVersions")["total_entries"],
            lambda count: count == 2,
        )
        fill(2, 2, run_on_latest_version=False)
        second = s.keep("second of May, run_on_latest_version: false", seen(2))
        fill(3, 3)
        third = s.keep("third of May, left out", seen(3))
        assert third["versions"] == dict.fromkeys(third["versions"], 2)
        assert second["versions"] == third["versions"] | {"measure": 1, "report": 1}
        assert set(third["versions"]) == {"measure", "report", "measure__1", "archive"}
        # --8<-- [end:new-code]
        assert second["result"] == "360.4 kg, there and back"
        assert third["result"] == "38.0 kg, there and back"
