"""What a worker answers to a database session, and to the state of an unknown run."""

import pytest

pytestmark = pytest.mark.live


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
        s.pause()


def test_a_worker_gets_its_counts_from_the_api_server(live):
    loads = f"{live.paths.stem}__load"
    with live.scenario("counted") as s:
        s.unpause(loads)
        broken = s.trigger(loads, run_id="broken", conf={"orders": [20, -1]})
        assert s.wait(broken)["state"] == "failed"
        s.unpause()
        run = s.trigger(conf={"run_id": "broken"})
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "report")["failed tasks"] == 1
        assert s.xcom(run, "state") == "failed"


def test_the_state_of_an_unknown_run_is_another_error_on_a_worker(deployed):
    live, file = deployed
    with live.scenario("no-such-run") as s:
        count = "if not ti.get_dr_count(LOAD, run_ids=[run_id]):"
        file.write_text(file.read_text("utf-8").replace(count, "if False:"), "utf-8")
        s.unpause()
        run = s.trigger(conf={"run_id": "yesterday"})
        assert s.wait(run)["state"] == "failed"
        tasks = {ti["task_id"]: ti for ti in s.data()["runs"][0]["tasks"]}
        assert tasks["state"]["tries"][0]["error"]["type"] == "AirflowRuntimeError"
