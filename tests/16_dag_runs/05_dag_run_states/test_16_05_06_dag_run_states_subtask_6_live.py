"""The scheduler pauses a DAG after three failures, and again after the next one."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def fail(s, times: int) -> None:
    for _ in range(times):
        assert s.wait(s.trigger(conf={"fail": True}))["state"] == "failed"


def wait_until_paused(s) -> None:
    dag = f"/dags/{s.dag_id}"
    paused = "the DAG to be paused"
    until(paused, lambda: s.client.get(dag)["is_paused"], bool, seconds=60)
    s.note_step("see the DAG paused")


def test_three_failures_pause_the_dag_and_one_more_pauses_it_again(live):
    with live.scenario("three-failures") as s:
        s.unpause()
        fail(s, 3)
        wait_until_paused(s)
        s.unpause()
        fail(s, 1)
        wait_until_paused(s)

        waiting = s.trigger()
        s.unpause()
        assert s.wait(waiting)["state"] == "success"
        rows = s.client.pages(
            "/eventLogs", "event_logs", dag_id=s.dag_id, event="paused"
        )
        assert s.keep("owner of paused", [row["owner"] for row in rows]) == [
            "scheduler",
            "scheduler",
        ]
