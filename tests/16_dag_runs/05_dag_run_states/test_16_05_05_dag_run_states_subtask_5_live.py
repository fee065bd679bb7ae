"""The old way on a real worker, and the same questions asked in the new one."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

DAY = "2026-05-02T00:00:00Z"


# --8<-- [start:orm]
def test_a_session_in_a_task_fails_on_a_worker(live):
    """The DAG is one of the lane's own: the examples may not contain such a task."""
    with live.scenario("orm", "live_database") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        [ti] = s.data()["runs"][0]["tasks"]
        assert ti["tries"][0]["error"] == {
            "type": "RuntimeError",
            "message": "Direct database access via the ORM is not allowed in "
            "Airflow 3.0",
        }
        # --8<-- [end:orm]
        s.pause()


# --8<-- [start:asked]
def test_a_worker_gets_the_same_answers_from_the_api_server(live):
    tickets = f"{live.paths.stem}__tickets"
    kiosk = {"desk": "kiosk", "printed": 20, "left": 21}
    with live.scenario("asked") as s:
        s.unpause(tickets)
        good = s.trigger(tickets)
        assert s.wait(good)["state"] == "success"
        bad = s.trigger(tickets, logical_date=DAY, conf={"desks": [kiosk]})
        assert s.wait(bad)["state"] == "failed"
        s.unpause()
        report = s.trigger(logical_date=DAY)
        assert s.wait(report)["state"] == "success"

        health = mapped(s, report, "upstream_health", 0)
        assert s.keep("health of the tickets", health) == {
            "runs": {"success": 1, "failed": 1},
            "tasks": {"success": 5, "failed": 1},
            "health": "ill",
        }
        today = mapped(s, report, "todays_run", 0)
        assert s.keep("their run of the day", today) == {
            "state": "failed",
            "failed": ["sold_0"],
            "over": ["desks -1", "sold 0", "visitors -1"],
        }
        # --8<-- [end:asked]


def mapped(s, run: LiveRun, task: str, index: int):
    """The value that a mapped task instance has returned."""
    return s.client.get(
        f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task}/xcomEntries/"
        "return_value",
        map_index=index,
        deserialize=True,
    )["value"]


# --8<-- [start:traps]
def test_an_unknown_run_is_an_error_of_another_type(live):
    with live.scenario("traps", f"{live.paths.stem}__traps") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        assert s.states(run) == {
            "asked_first": "success",
            "no_filter": "success",
            "no_such_run": "failed",
        }
        tasks = {ti["task_id"]: ti for ti in s.data()["runs"][0]["tasks"]}
        error = tasks["no_such_run"]["tries"][0]["error"]
        assert error["type"] == "AirflowRuntimeError"
        # --8<-- [end:traps]
