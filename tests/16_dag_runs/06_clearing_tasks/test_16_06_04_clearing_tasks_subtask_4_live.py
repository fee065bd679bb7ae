"""One more task is deployed; only_new runs it alone in an old run."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

OLD = "    load(extract())\n"
NEW = """
    @task
    def report(total: int) -> str:
        return f"sold {total}"

    report(load(extract()))
"""


def test_the_new_task_runs_alone_in_the_old_run(deployed):
    live, file = deployed
    with live.scenario("one-more-task") as s:
        s.unpause()
        run = s.trigger(run_id="may-1")
        assert s.wait(run)["state"] == "success"
        text = file.read_text("utf-8")
        assert text.count(OLD) == 1
        file.write_text(text.replace(OLD, NEW), "utf-8")
        s.note_step("deploy one more task, report")
        versions = f"/dags/{s.dag_id}/dagVersions"
        until(
            "version 2",
            lambda: s.client.get(versions)["total_entries"],
            lambda count: count == 2,
        )
        body = {"dag_runs": [{"dag_run_id": "may-1"}], "only_new": True}
        s.client.post(f"/dags/{s.dag_id}/clearDagRuns", {**body, "dry_run": False})
        s.note_step("clear may-1 with only_new")
        s.wait_task(run, "report", "success")
        assert s.wait(run)["state"] == "success"
        rows = s.client.tasks(run.dag_id, run.run_id)
        tries = {row["task_id"]: row["try_number"] for row in rows}
        tries = s.keep("tries", dict(sorted(tries.items())))
        assert tries == {"extract": 1, "load": 1, "report": 1}
