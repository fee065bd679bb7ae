"""A teardown holds the state of a marked run open, and a queued run stays queued."""

import pytest

pytestmark = pytest.mark.live


# --8<-- [start:failed]
def test_a_run_marked_failed_becomes_a_success(live):
    with live.scenario("marked-failed", f"{live.paths.stem}__night") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "replace", "running")
        s.mark(run, "failed")
        assert s.wait(run)["state"] == "success"
        assert s.keep("in the end", s.states(run)) == {
            "close": "success",
            "measure": "success",
            "replace": "failed",
            "inspect": "skipped",
            "reopen": "success",
        }
        s.mark(run, "failed")
        s.stays(
            "the run is a failure now",
            lambda: s.client.run(run.dag_id, run.run_id)["state"],
            "failed",
            seconds=5,
        )
        # --8<-- [end:failed]


# --8<-- [start:caught-up]
def test_the_same_night_is_caught_up_with(live):
    with live.scenario("caught-up", f"{live.paths.stem}__night") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "replace", "running")
        s.mark(run, "success")
        assert s.wait(run)["state"] == "success"
        assert s.states(run)["inspect"] == "skipped"

        (live.cluster.tasks_tmp / "tunnel" / run.run_id / "platform").touch()
        s.note_step("the lifting platform arrives")
        s.clear(run, "replace", include_downstream=True)
        s.wait_task(run, "inspect", "success")
        assert s.wait(run)["state"] == "success"
        certificate = s.keep("certificate", s.xcom(run, "inspect"))
        assert certificate == {"lux": 100, "uniformity": 0.88}
        # --8<-- [end:caught-up]
        assert set(s.states(run).values()) == {"success"}


# --8<-- [start:queued]
def test_a_queued_run_of_a_paused_dag_cannot_be_marked_away(live):
    with live.scenario("not-begun", f"{live.paths.stem}__night") as s:
        s.pause()
        run = s.trigger()
        s.mark(run, "failed")
        s.stays(
            "the run is queued, whatever it was marked",
            lambda: s.client.run(run.dag_id, run.run_id)["state"],
            "queued",
            seconds=4,
        )
        s.unpause()
        assert s.wait(run)["state"] == "success"
        assert set(s.states(run).values()) == {"skipped"}
        # --8<-- [end:queued]
