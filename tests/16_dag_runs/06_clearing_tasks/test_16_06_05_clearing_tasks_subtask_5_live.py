"""A task is cleared while its DAG is paused; the logs of both tries stay."""

import pytest

pytestmark = pytest.mark.live


def test_the_next_try_takes_the_xcom_and_the_store_stays(live):
    with live.scenario("cleared") as s:
        s.unpause()
        run = s.trigger(run_id="cleared")
        assert s.wait(run)["state"] == "success"
        path = f"/dags/{s.dag_id}/dagRuns/cleared/taskInstances/load"

        def keys(what: str, rows: str) -> list[str]:
            return sorted(row["key"] for row in s.client.get(f"{path}/{what}")[rows])

        s.pause()
        s.clear(run, "load")
        assert keys("xcomEntries", "xcom_entries") == ["return_value", "try_1"]
        s.unpause()
        assert s.wait(run, "success")["state"] == "success"
        xcoms = s.keep("XCom", keys("xcomEntries", "xcom_entries"))
        assert xcoms == ["return_value", "try_2"]
        store = s.keep("state store", keys("state-store", "task_state_store"))
        assert store == ["try_1", "try_2"]
        for number in (1, 2):
            assert s.client.log(run.dag_id, run.run_id, "load", number)
