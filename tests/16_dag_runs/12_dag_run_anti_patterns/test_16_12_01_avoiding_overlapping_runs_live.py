"""Three runs asked for at once: with the limit in the wrong place, and in the right."""

from itertools import pairwise

import pytest

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("name", "role", "together"),
    [("three-bad", "", True), ("three-fixed", "__fixed", False)],
)
def test_limit_on_the_dag_keeps_runs_apart(live, name, role, together):
    with live.scenario(name, f"{live.paths.stem}{role}") as s:
        runs = [s.trigger() for _ in range(3)]
        s.unpause()
        for run in runs:
            assert s.wait(run)["state"] == "success"

        times = [run["times"] for run in s.data()["runs"]]
        times.sort(key=lambda one: one["running"])
        overlaps = [b["running"] < a["ended"] for a, b in pairwise(times)]
        assert overlaps == [together] * 2
        s.keep("runs overlap", together)
