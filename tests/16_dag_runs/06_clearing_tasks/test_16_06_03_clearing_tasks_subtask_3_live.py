"""A running task is cleared: its process is told, and killed five seconds later."""

import pytest

pytestmark = pytest.mark.live


def logged(s, run, words: str) -> list[str]:
    lines = s.client.log(run.dag_id, run.run_id, "load", 1)
    return [x["event"] for x in lines if x["event"].startswith(words)]


@pytest.mark.parametrize(
    ("scenario", "role", "ends"),
    [("cleared-at-work", "", 1), ("cleared-function", "__function", 0)],
)
def test_the_process_ends_by_itself_or_is_killed(live, scenario, role, ends):
    dag_id = f"{live.paths.stem}{role}"
    with live.scenario(scenario, dag_id) as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 60})
        s.wait_task(run, "load", "running")
        s.clear(run, "load")
        assert s.states(run)["load"] == "restarting"

        assert s.wait(run)["state"] == "success"
        assert run.task(s.client, "load")["try_number"] == 2
        assert len(logged(s, run, "finally")) == ends
        told = "Server indicated the task shouldn't be running anymore"
        assert logged(s, run, told)
        assert logged(s, run, "Task killed!")
