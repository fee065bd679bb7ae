"""The causes of failed runs, read from the logs of real workers."""

from collections import Counter

import pytest

pytestmark = pytest.mark.live


def cause(s, run) -> str:
    """The exception in the log of the first try of load."""
    lines = s.client.log(run.dag_id, run.run_id, "load", 1)
    [error] = [line["error_detail"][0] for line in lines if "error_detail" in line]
    return f"{error['exc_type']}: {error['exc_value']}"


def test_five_runs_fail_for_two_causes(live):
    with live.scenario("five-runs") as s:
        s.unpause()
        rows = ["A-2,x", "B-7", "B-4,x", "C-1", "C-1,x"]
        runs = [s.trigger(conf={"rows": ["A-1,3", row]}) for row in rows]
        for run in runs:
            assert s.wait(run)["state"] == "failed"
            assert s.states(run)["report"] == "upstream_failed"
        counted = Counter(cause(s, run) for run in runs)
        assert s.keep("failed runs", dict(counted)) == {
            "ValueError: invalid literal for int() with base 10: 'x'": 3,
            "IndexError: list index out of range": 2,
        }
