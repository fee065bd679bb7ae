"""What a worker answers to a task that asks for the pause flag of another DAG."""

import pytest

pytestmark = pytest.mark.live


def test_a_worker_reads_the_flag_and_refuses_a_session(live):
    refunds = f"{live.paths.stem}__refunds"
    with live.scenario("flag") as s:
        s.unpause()
        s.pause(refunds)
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "refunds_open") is False
        s.unpause(refunds)
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "refunds_open") is True


def test_a_session_in_a_task_fails_on_a_worker(live):
    """The DAG is one of the lane's own: the examples may not contain such a task."""
    with live.scenario("orm", "live_database") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        [ti] = s.data()["runs"][0]["tasks"]
        error = ti["tries"][0]["error"]
        assert error["type"] == "RuntimeError"
        assert error["message"].startswith("Direct database access via the ORM is not")
        s.pause()


def test_an_unknown_dag_is_another_error_on_a_worker(deployed):
    live, file = deployed
    with live.scenario("unknown") as s:
        text = file.read_text("utf-8").replace("get_dag(REFUNDS)", 'get_dag("nope")')
        file.write_text(text, "utf-8")
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        tasks = {ti["task_id"]: ti for ti in s.data()["runs"][0]["tasks"]}
        error = tasks["refunds_open"]["tries"][0]["error"]
        assert error["type"] == "AirflowRuntimeError"
