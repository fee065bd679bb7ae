"""The lane proves itself: what only a scheduler does, on small DAGs of its own."""

import pytest

from dagbook.live.waiting import NotSeenError

pytestmark = pytest.mark.live


def test_mapped_totals_add_up(live):
    with live.scenario("totals", "live_orders") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "publish") == "518.15 EUR"
        assert [s.states(run)[f"total[{i}]"] for i in range(3)] == ["success"] * 3


def test_a_failing_day_is_retried_and_stops_the_sign_off_only(live):
    with live.scenario("broken-day", "live_orders") as s:
        s.unpause()
        run = s.trigger(conf={"broken_day": "2026-05-01"})
        assert s.wait(run)["state"] == "failed"
        assert s.states(run) == {
            "days": "success",
            "total[0]": "success",
            "total[1]": "failed",
            "total[2]": "success",
            "report": "success",
            "publish": "success",
            "sign_off": "upstream_failed",
        }
        (told,) = s.data()["runs"]
        broken = next(t for t in told["tasks"] if t["map_index"] == 1)
        assert broken["path"] == ["running", "up_for_retry", "running", "failed"]
        assert broken["tries"][1]["error"] == {
            "type": "ValueError",
            "message": "the orders of 2026-05-01 cannot be read",
        }


def test_three_ways_to_wait_take_three_paths(live):
    with live.scenario("waits", "live_waits") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        (told,) = s.data()["runs"]
        paths = {t["task_id"]: t["path"] for t in told["tasks"]}
        assert paths == {
            "poke": ["running", "success"],
            "reschedule": ["running", "up_for_reschedule", "running", "success"],
            "deferred": ["running", "deferred", "running", "success"],
        }


def test_a_worker_refuses_what_dag_test_accepts(live):
    with live.scenario("database", "live_database") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        ((told,),) = [r["tasks"] for r in s.data()["runs"]]
        error = told["tries"][0]["error"]
        assert error["type"] == "RuntimeError"
        assert error["message"].startswith("Direct database access via the ORM is not")


def test_a_pause_in_the_middle_lets_the_task_end_and_nothing_follow(live):
    with live.scenario("pause", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        s.wait_task(run, "gate", "running")
        s.pause()
        (live.folder / "open").touch()
        s.wait_task(run, "gate", "success")
        s.stays(
            "after has no state",
            lambda: s.states(run)["after"],
            None,
            seconds=4,
        )
        assert s.client.run(run.dag_id, run.run_id)["state"] == "running"
        s.unpause()
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "after") == "went through on try 1"


def test_clearing_runs_a_task_again_and_marking_does_not(live):
    with live.scenario("clear-and-mark", "live_orders") as s:
        s.unpause()
        run = s.trigger(conf={"broken_day": "2026-05-01"})
        s.wait(run, "failed")
        s.clear(run, "report", include_downstream=True)
        _, told = s.steps[-1]["did"].split(" with ")
        assert told == "include_downstream=true, only_failed=false"
        s.wait_task(run, "report", "success")
        s.wait(run, "failed")
        again = s.wait_task(run, "publish", "success")
        assert again["try_number"] == 2
        s.mark(run, "success", "sign_off")
        marked = s.wait_task(run, "sign_off", "success")
        assert marked["try_number"] == 0
        s.mark(run, "success")
        s.wait(run, "success")
        s.note(run, "the second of May was read by hand")
        assert "by hand" in s.client.run(run.dag_id, run.run_id)["note"]


def test_catchup_goes_day_by_day_when_one_run_is_allowed(live):
    with live.scenario("catchup", "live_daily__catchup") as s:
        s.unpause()
        runs = s.wait_runs(4, state="success", run_type="scheduled")
        told = s.data()["runs"]
        assert [r["logical_date"][:10] for r in told] == [
            f"2026-03-0{day}" for day in (1, 2, 3, 4)
        ]
        times = [r["times"] for r in told]
        for earlier, later in zip(times, times[1:], strict=False):
            assert earlier["ended"] <= later["running"]
        assert [s.xcom(r, "day") for r in runs][0] == "2026-03-01"


def test_a_backfill_makes_its_own_runs(live):
    with live.scenario("backfill", "live_daily__backfill") as s:
        # Without catchup the newest tick is after the end date: no scheduled run.
        s.unpause()
        s.backfill("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", max_active_runs=1)
        runs = s.wait_runs(3, state="success", run_type="backfill")
        assert sorted(s.xcom(r, "day") for r in runs) == [
            "2026-03-01",
            "2026-03-02",
            "2026-03-03",
        ]


def test_an_asset_event_starts_the_consumer_whoever_posts_it(live):
    with live.scenario("assets", "live_stock") as s:
        s.unpause("live_stock__consumer")
        s.unpause()
        s.wait(s.trigger(), "success")
        (first,) = s.wait_runs(
            1,
            dag_id="live_stock__consumer",
            state="success",
            run_type="asset_triggered",
        )
        assert s.xcom(first, "pieces") == [95]
        s.asset_event("live_stock", {"pieces": 7})
        runs = s.wait_runs(2, dag_id="live_stock__consumer", state="success")
        assert s.xcom(runs[1], "pieces") == [7]


def test_a_wait_that_is_not_met_tells_what_was_seen(live):
    with live.scenario("not-met", "live_gate") as s:
        run = s.trigger(conf={"folder": str(live.folder)})
        with pytest.raises(NotSeenError) as error:
            s.wait(run, "success", seconds=1)
        assert str(error.value).startswith(
            "waited 1 s for the run of live_gate to be success; last seen: run queued; "
        )
        assert str(error.value).endswith("the DAG is paused")
        s.mark(run, "failed")


def test_the_four_roles_may_do_what_their_names_say(live):
    answers = {}
    for role in ("viewer", "user", "op", "admin"):
        client = live.cluster.login(role)
        try:
            client.pause("live_orders")
            answers[role] = "may"
        except Exception as error:
            answers[role] = str(error.status)
        finally:
            client.close()
    assert answers == {"viewer": "403", "user": "may", "op": "may", "admin": "may"}
