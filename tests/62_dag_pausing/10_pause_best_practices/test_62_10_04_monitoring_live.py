"""The deadline of a queued run fires although its DAG is paused."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

SALES = "62_10_04_monitoring__sales"


def test_a_run_that_waits_in_a_paused_dag_is_told(live):
    file = live.cluster.tasks_tmp / "62_10_04_monitoring.waiting"
    with live.scenario("waiting", SALES) as s:
        s.pause()
        run = s.trigger()

        def told() -> list[str]:
            lines = file.read_text().splitlines() if file.exists() else []
            return [line for line in lines if line.startswith(run.run_id)]

        lines = until("the warning", told, bool, seconds=180)
        assert s.client.run(SALES, run.run_id)["state"] == "queued"
        s.keep("warnings while the run is queued", len(lines))
        assert len(lines) == 1
        s.unpause()
        assert s.wait(run)["state"] == "success"
