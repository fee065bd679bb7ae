"""A scheduler runs the children once; they carry the user of their parent."""

import pytest

pytestmark = pytest.mark.live
DAY = "2026-05-02T06:30:00Z"


def test_two_runs_of_the_parent_make_two_children(live):
    bill = f"{live.paths.stem}__bill"
    with live.scenario("two-rounds") as s:
        s.unpause()
        s.unpause(bill)
        first = s.trigger(run_id="first-round", run_after=DAY)
        asked = s.wait(first, "success")
        names = s.xcom(first, "check")
        second = s.trigger(run_id="second-round", run_after=DAY)
        s.wait(second, "success")
        assert s.states(second)["bill[0]"] == s.states(second)["bill[1]"] == "skipped"

        runs = s.wait_runs(2, state="success", dag_id=bill)
        assert sorted(run.run_id for run in runs) == names
        told = [s.client.run(bill, name)["triggering_user_name"] for name in names]
        assert told == [asked["triggering_user_name"]] * 2
        assert told[0] is not None
        s.keep("user of the children is the user of the parent", True)
