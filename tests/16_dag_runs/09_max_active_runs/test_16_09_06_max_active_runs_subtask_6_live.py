"""Three events while a run is at work, and one more after it."""

import pytest

pytestmark = pytest.mark.live


def test_the_next_run_gets_the_first_event_and_all_files(live):
    inbox = live.cluster.tasks_tmp / "orders_inbox"
    inbox.mkdir(exist_ok=True)

    def deliver(s, number):
        (inbox / f"orders_{number}.csv").touch()
        s.asset_event("orders_csv", {"n": number})

    with live.scenario("burst") as s:
        s.unpause()
        busy = s.trigger(conf={"seconds": 120})
        s.wait_task(busy, "report", "running")
        for number in (1, 2, 3):
            deliver(s, number)
        s.mark(busy, "success")
        [first] = s.wait_runs(1, state="success", run_type="asset_triggered")
        s.stays("no run for events 2 and 3", lambda: len(s.runs()), 2, seconds=4)
        deliver(s, 4)
        runs = s.wait_runs(2, state="success", run_type="asset_triggered")

        told = [s.xcom(run, "report") for run in (first, runs[1])]
        lines = [f"{one['events']} {', '.join(one['files'])}" for one in told]
        assert s.keep("events and files of the two runs", lines) == [
            "[1] orders_1.csv, orders_2.csv, orders_3.csv",
            "[2, 3, 4] orders_4.csv",
        ]
        s.pause()
