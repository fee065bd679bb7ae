"""Two new DAGs are unpaused: one runs at once, one waits."""

from datetime import UTC, datetime, time

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_dag_without_start_date_waits_for_its_next_time(live):
    with_start = f"{live.paths.stem}__with_start"
    until(  # within five minutes after its time a run starts at once
        "the minutes around 06:00 UTC to pass",
        lambda: datetime.now(UTC).time(),
        lambda now: not time(5, 58) <= now < time(6, 6),
        seconds=600,
    )
    with live.scenario("both") as s:
        s.unpause()
        s.unpause(with_start)
        s.wait_runs(1, dag_id=with_start, state="success", run_type="scheduled")
        s.stays(
            "one run, of the DAG with a start_date",
            lambda: [len(s.runs()), len(s.runs(with_start))],
            [0, 1],
            seconds=6,
        )
        s.keep(
            "runs after unpausing both",
            {
                "no start_date": f"{len(s.runs())} runs",
                "start_date 2026-05-01": f"{len(s.runs(with_start))} run",
            },
        )
