"""A scheduler runs what the round asks for, and keeps one run for the morning."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live


# --8<-- [start:two-rounds]
def test_two_bills_at_once_one_in_the_morning_and_none_twice(live):
    billing = f"{live.paths.stem}__billing"
    with live.scenario("two-rounds") as s:
        s.unpause()
        first = s.trigger(run_id="first-round")
        day = s.wait(first, "success")["run_after"][:10]

        ada, bo, cai = (
            LiveRun(billing, f"bill-{customer}-{day}")
            for customer in ("ada", "bo", "cai")
        )
        s.wait(ada, "success")
        s.wait(bo, "success")
        assert (s.xcom(ada, "bill"), s.xcom(bo, "bill")) == (13240, 12000)
        waiting = s.client.run(billing, cai.run_id)
        assert waiting["run_after"] > f"{day}T24"
        s.stays(
            "the run of Cai's bill is queued",
            lambda: s.client.run(billing, cai.run_id)["state"],
            "queued",
            seconds=4,
        )

        second = s.trigger(run_id="second-round")
        s.wait(second, "success")
        skipped = [state for state in s.states(second).values() if state == "skipped"]
        assert len(skipped) == 3
        states = {r["dag_run_id"]: r["state"] for r in s.client.runs(billing)}
        assert states == {
            ada.run_id: "success",
            bo.run_id: "success",
            cai.run_id: "queued",
        }
        # --8<-- [end:two-rounds]
        names = {ada.run_id: "Ada", bo.run_id: "Bo", cai.run_id: "Cai"}
        s.keep("billing runs", {names[n]: state for n, state in states.items()})
