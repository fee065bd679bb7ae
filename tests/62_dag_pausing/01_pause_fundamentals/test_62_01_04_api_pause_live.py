"""What a run does that is triggered while its DAG is paused by a task."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


# --8<-- [start:queued]
def test_a_paused_dag_keeps_a_triggered_run_in_the_queue(live):
    reminders = f"{live.paths.stem}__reminders"
    settled(live, reminders)
    with live.scenario("queued-until-unpaused") as s:
        s.include(reminders)
        s.unpause()
        switch = s.trigger(run_id="switch-off")
        assert s.wait(switch)["state"] == "success"
        assert s.xcom(switch, "set_paused") == {"was": False, "is_paused": True}

        runs = [s.trigger(reminders, run_id=name) for name in ("asked", "asked-again")]
        s.stays(
            "both runs are queued, and their tasks have no state",
            lambda: [
                (s.client.run(reminders, r.run_id)["state"], s.states(r)) for r in runs
            ],
            [("queued", {"overdue": None})] * 2,
            seconds=5,
        )
        waiting = [s.client.run(reminders, r.run_id)["start_date"] for r in runs]
        assert s.keep("start of both runs, while paused", waiting) == [None, None]

        switch = s.trigger(run_id="switch-on", conf={"is_paused": False})
        assert s.wait(switch)["state"] == "success"
        assert s.xcom(switch, "set_paused") == {"was": True, "is_paused": False}
        for run in runs:
            assert s.wait(run)["state"] == "success"
            assert len(s.xcom(run, "overdue")) == 4
        # --8<-- [end:queued]
        assert [one["run_type"] for one in s.runs(reminders)] == ["manual"] * 2


def settled(live, dag_id):
    """Wait until the DAG, active from its first parse, has its scheduled run behind."""
    live.cluster.wait_for_dags({dag_id}, seconds=120)
    client = live.cluster.client
    client.pause(dag_id, False)
    until(
        "the run of the last tick",
        lambda: [run["state"] for run in client.runs(dag_id, run_type="scheduled")],
        lambda states: states == ["success"],
        seconds=120,
    )
