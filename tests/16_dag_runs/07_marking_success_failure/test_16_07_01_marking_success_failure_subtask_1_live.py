"""A failed check is marked on a real scheduler: the run goes on, the log stays."""

import pytest

pytestmark = pytest.mark.live


def errors(s, run) -> list[str]:
    """The texts of the exceptions in the log of the first try of check."""
    lines = s.client.log(run.dag_id, run.run_id, "check", 1)
    return [one["exc_value"] for x in lines for one in x.get("error_detail") or []]


def test_the_run_goes_on_and_the_log_of_the_failed_try_stays(live):
    with live.scenario("marked") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        s.mark(run, "success", "check")
        s.wait_task(run, "report", "success")
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "report") == "10 pieces, not checked"
        tries = s.client.tries(run.dag_id, run.run_id, "check")
        assert [(t["try_number"], t["state"]) for t in tries] == [(1, "success")]
        told = s.keep("errors in the log of check, try 1", errors(s, run))
        assert told == ["an order of 7 pieces"]
