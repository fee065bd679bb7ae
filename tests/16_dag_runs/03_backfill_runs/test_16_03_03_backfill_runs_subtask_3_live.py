"""A week that the scheduler ran, with two failures, and those days again."""

import pytest

pytestmark = pytest.mark.live

TUE, SAT = "2026-03-03", "2026-03-07"


# --8<-- [start:again]
def test_failed_days_run_again_under_their_old_ids(live):
    with live.scenario("failed-days-again", f"{live.paths.stem}__cash_up") as s:
        s.unpause()
        s.wait_runs(5, state="success", run_type="scheduled")
        s.wait_runs(2, state="failed", run_type="scheduled")
        before = {run["dag_run_id"] for run in s.runs()}
        assert all(name.startswith("scheduled__") for name in before)

        s.backfill(
            "2026-03-02T00:00:00Z",
            "2026-03-08T00:00:00Z",
            reprocess_behavior="failed",
            dag_run_conf={"mark": ","},
        )
        again = s.wait_runs(2, state="success", run_type="backfill")
        assert {run.run_id[11:21] for run in again} == {TUE, SAT}
        assert {run["dag_run_id"] for run in s.runs()} == before
        cents = {run.run_id[11:21]: s.xcom(run, "add_up") for run in again}
        assert s.keep("cents of the second try", cents) == {
            TUE: 1200,
            SAT: 2505,
        }
        tries = {
            run["run_id"][11:21]: run["tasks"][0]["try_number"]
            for run in s.data()["runs"]
        }
        # --8<-- [end:again]
        assert {day for day, number in tries.items() if number == 2} == {TUE, SAT}
        assert set(tries.values()) == {1, 2}
