"""Three runs asked for at once: with the limit in the wrong place, and in the right."""

import pytest

pytestmark = pytest.mark.live

ORDER = {"orders": [{"number": "A-1", "bottles": 1}]}


# --8<-- [start:together]
@pytest.mark.parametrize(
    ("name", "role", "together"),
    [("three-of-the-bad", "", True), ("three-of-the-fixed", "__fixed", False)],
)
def test_runs_that_were_queued_together(live, name, role, together):
    with live.scenario(name, f"{live.paths.stem}{role}") as s:
        runs = [s.trigger(conf=ORDER) for _ in range(3)]
        s.unpause()
        for run in runs:
            assert s.wait(run)["state"] == "success"

        times = [run["times"] for run in s.data()["runs"]]
        last_start = max(t["running"] for t in times)
        first_end = min(t["ended"] for t in times)
        assert (last_start < first_end) is together
        s.keep("all three at the same time", last_start < first_end)
        # --8<-- [end:together]
        if not together:
            times.sort(key=lambda t: t["running"])
            for earlier, later in zip(times, times[1:], strict=False):
                assert earlier["ended"] <= later["running"]
