"""Tries, waits and copies on a scheduler: what the budget adds up, as it happens."""

import pytest

pytestmark = pytest.mark.live


def log_of(s, run, try_number, map_index):
    said = s.client.log(run.dag_id, run.run_id, "plan", try_number, map_index)
    return [x["event"] for x in said if "stops at once" in x["event"]]


# --8<-- [start:tries]
def test_a_timed_out_try_waits_as_up_for_retry_and_starts_smaller(live):
    with live.scenario("up-for-retry") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"

        [told] = s.data()["runs"]
        distance, harbour, high_street = told["tasks"]
        assert high_street["path"] == ["running", "up_for_retry", "running", "success"]
        assert [x["state"] for x in high_street["tries"]] == ["failed", "success"]
        [failed, again] = stretches(high_street)
        assert again[0] - failed[1] >= 1
        [first] = stretches(harbour)
        for begun, ended in (failed, again):
            assert first[1] <= begun or ended <= first[0]
        assert s.xcom(run, "distance") == 12 + 12 + 24
        # --8<-- [end:tries]
        assert harbour["path"] == distance["path"] == ["running", "success"]
        assert failed[1] - failed[0] >= 1
        error = high_street["tries"][0]["error"]
        assert error["type"] == "AirflowTaskTimeout"
        assert log_of(s, run, 1, 1) == ["high street: 12 stops at once take too long"]
        assert log_of(s, run, 2, 1) == log_of(s, run, 1, 0) == []
        spent = told["times"]["ended"] - told["times"]["running"]
        assert spent < 60


def stretches(task):
    """Return begin and end of each try of a task instance, in seconds."""
    found, begun = [], None
    for at, state in task["times"]:
        if state == "running":
            begun = at
        elif begun is not None and state in ("success", "failed", "up_for_retry"):
            found.append((begun, at))
            begun = None
    return found


# --8<-- [start:at-once]
def test_the_policy_fails_at_the_first_timeout(live):
    with live.scenario("no-second-try", f"{live.paths.stem}__same_work") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"

        [told] = s.data()["runs"]
        [plan] = told["tasks"]
        assert plan["path"] == ["running", "failed"]
        assert (plan["try_number"], plan["max_tries"]) == (1, 2)
        assert plan["tries"][0]["error"]["type"] == "AirflowTaskTimeout"
        # --8<-- [end:at-once]
