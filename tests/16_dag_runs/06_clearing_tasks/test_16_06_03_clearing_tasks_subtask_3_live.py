"""Three cranes are cleared at work: what each process does before it is gone."""

import os

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

CRANES = ("fore", "mid", "aft")


def logbook(live, name: str) -> list[str]:
    path = live.cluster.tasks_tmp / "quay" / name / "logbook"
    return path.read_text().splitlines() if path.exists() else []


def wait_for(live, try_number: int) -> None:
    """Wait until each crane waits for customs in that try."""
    line = f"try {try_number} waits"
    until(
        f"{line!r} in every logbook",
        lambda: [logbook(live, name) for name in CRANES],
        lambda books: all(line in book for book in books),
        seconds=180,
    )


def errors(s, run, name: str) -> list[str]:
    """What the log of the first try says, as an error."""
    lines = s.client.log(run.dag_id, run.run_id, name, 1)
    return [line["event"] for line in lines if line.get("level") == "error"]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# --8<-- [start:cleared]
def test_each_crane_is_killed_in_its_own_way(live):
    with live.scenario("cleared-at-work") as s:
        s.unpause()
        s.unpause(sister := f"{live.paths.stem}__ask")
        run = s.trigger(conf={"open": list(CRANES)})
        wait_for(live, try_number=1)
        s.note_step("see every crane wait for customs")
        first = {name: run.task(s.client, name)["pid"] for name in CRANES}

        polite = s.trigger(sister, conf={"run_id": run.run_id})
        assert s.wait(polite)["state"] == "success"
        assert s.states(polite) == {"ask": "skipped"}

        force = s.trigger(sister, conf={"run_id": run.run_id, "force": True})
        assert s.wait(force)["state"] == "success"
        cleared = s.keep("states after the clear", s.xcom(force, "ask"))
        assert cleared == dict.fromkeys(CRANES, "restarting") | {
            "tally": None,
            "logbooks": None,
        }
        wait_for(live, try_number=2)
        s.note_step("see every crane wait again")
        assert all(gone(pid) for pid in first.values())
        for name in CRANES:
            (live.cluster.tasks_tmp / "quay" / name / "closed").touch()
        s.note_step("close the holds")
        assert s.wait(run)["state"] == "success"
        assert s.keep("logbooks", s.xcom(run, "logbooks")) == {
            "fore": [
                "try 1 takes the key",
                "try 1 waits",
                "try 2 takes the key over",
                "try 2 waits",
                "try 2 finally",
            ],
            "mid": [
                "try 1 takes the key",
                "try 1 waits",
                "try 1 on_kill",
                "try 1 works on without the key",
                "try 2 takes the key",
                "try 2 waits",
                "try 2 finally",
            ],
            "aft": [
                "try 1 takes the key",
                "try 1 waits",
                "try 1 on_kill",
                "try 1 finally",
                "try 2 takes the key",
                "try 2 waits",
                "try 2 finally",
            ],
        }
        # --8<-- [end:cleared]
        log = s.keep("errors in the log", {n: errors(s, run, n) for n in CRANES})
        for lines in log.values():
            assert lines[0].startswith("Server indicated the task shouldn't be running")
            assert lines[-1] == "Task killed!"
        told = s.data()["runs"][0]["tasks"]
        for crane in (task for task in told if task["task_id"] in CRANES):
            assert crane["path"] == ["running", "success"]
            assert [one["state"] for one in crane["tries"]] == ["failed", "success"]
        assert s.xcom(run, "tally") == {"containers": 8, "kg": 158760}

        # Whether a forced clear raises max_tries depends on what else ends in the same
        # second (3.3.2). This one does, and is what the recording ends with.
        again = s.trigger(sister, conf={"run_id": run.run_id})
        assert s.wait(again)["state"] == "success"
        assert s.xcom(again, "ask") == dict.fromkeys(cleared)
        assert s.wait(run)["state"] == "success"
        last = s.xcom(run, "logbooks")
        for name in CRANES:
            assert last[name][-2:] == ["try 3 takes the key", "try 3 finally"]
            assert run.task(s.client, name)["max_tries"] == 2 + 1
