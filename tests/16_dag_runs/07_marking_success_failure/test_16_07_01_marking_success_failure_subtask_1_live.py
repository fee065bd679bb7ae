"""A false alarm is accepted; and what is left of a run whose every task was marked."""

import pytest

pytestmark = pytest.mark.live

REASON = "the gauge was looked at: it is right"


def logged(s, run, task: str) -> list[str]:
    """What the first try of a task has logged as an error."""
    lines = s.client.log(run.dag_id, run.run_id, task, 1)
    return [x["event"] for x in lines if x.get("level") == "error"]


def errors(s, run, task: str) -> list[str]:
    """The texts of the exceptions in the log of a task's first try."""
    lines = s.client.log(run.dag_id, run.run_id, task, 1)
    return [one["exc_value"] for x in lines for one in x.get("error_detail") or []]


# --8<-- [start:accepted]
def test_the_run_goes_on_and_its_log_still_tells_why_it_had_not(live):
    accept = f"{live.paths.stem}__accept"
    with live.scenario("accepted") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        s.unpause(accept)
        accepting = s.trigger(accept, conf={"run_id": run.run_id, "reason": REASON})
        assert s.wait(accepting)["state"] == "success"

        assert s.client.run(run.dag_id, run.run_id)["state"] == "success"
        assert set(s.states(run).values()) == {"success"}
        assert s.xcom(run, "publish") == "194.8 mm, not checked"
        tries = s.client.tries(run.dag_id, run.run_id, "check")
        assert [(t["try_number"], t["state"]) for t in tries] == [(1, "success")]
        assert s.keep("log of check, try 1", errors(s, run, "check")) == [
            "194.8 mm is more than twice 66.0 mm"
        ]
        # --8<-- [end:accepted]
        assert s.keep("gaps", s.xcom(accepting, "gaps")) == ["check"]
        check = run.task(s.client, "check")
        assert s.keep("note of check", check["note"]) == REASON


# --8<-- [start:hole]
def test_every_task_is_marked_and_the_run_is_still_a_failure(live):
    strict = f"{live.paths.stem}__strict"
    with live.scenario("hole", strict) as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        for task, next_one in (("check", "publish"), ("publish", "archive")):
            s.mark(run, "success", task)
            s.wait_task(run, next_one, "failed")
            assert s.wait(run)["state"] == "failed"
        s.mark(run, "success", "archive")
        assert set(s.states(run).values()) == {"success"}
        s.stays(
            "the run is a failure",
            lambda: s.client.run(run.dag_id, run.run_id)["state"],
            "failed",
            seconds=4,
        )
        s.mark(run, "queued")
        assert s.wait(run)["state"] == "success"
        # --8<-- [end:hole]
