"""How many tasks of two runs work at the same time, by their own times."""

import pytest

pytestmark = pytest.mark.live


def most(tasks) -> int:
    """Return how many of the tasks ran at the same time."""
    times = [(ti["start_date"], ti["end_date"]) for ti in tasks]
    return max(sum(a <= now < b for a, b in times) for now, _ in times)


def test_two_runs_share_the_limit_of_load_only(live):
    with live.scenario("two-runs") as s:
        s.unpause()
        runs = [s.trigger(conf={"seconds": 3}) for _ in range(2)]
        found = []
        for run in runs:
            assert s.wait(run)["state"] == "success"
            found.append(s.client.tasks(run.dag_id, run.run_id))
        extracts = [[ti for ti in one if ti["task_id"] == "extract"] for one in found]
        loads = [ti for one in found for ti in one if ti["task_id"] == "load"]
        assert all(most(one) <= 2 for one in extracts)
        assert most(sum(extracts, [])) > 2
        assert s.keep("most load tasks at the same time", most(loads)) == 1
        s.pause()
