"""The scheduler pauses by itself, and this DAG resumes what it has paused."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def wait_until_paused(s, dag_id: str) -> None:
    until(
        f"{dag_id} to be paused",
        lambda: s.client.get(f"/dags/{dag_id}")["is_paused"],
        bool,
        seconds=60,
    )
    s.note_step(f"see {dag_id} paused")


def audit(s, dag_id: str, since: int = 0) -> list[str]:
    """Who has paused and unpaused the DAG, oldest first."""
    rows = s.client.pages("/eventLogs", "event_logs", dag_id=dag_id, order_by="when")
    kinds = ("paused", "patch_dag")
    return [f"{r['owner']}: {r['event']}" for r in rows if r["event"] in kinds][since:]


def fail(s, dag_id: str, times: int) -> None:
    for _ in range(times):
        assert s.wait(s.trigger(dag_id))["state"] == "failed"


# --8<-- [start:three-failures]
def test_three_failures_pause_the_dag_and_it_is_resumed(live):
    job = f"{live.paths.stem}__departures"
    feed = live.cluster.tasks_tmp / "departures.csv"
    feed.write_text("1,06:20\n1,06:00\n")
    with live.scenario("three-failures") as s:
        s.unpause(job)
        fail(s, job, 3)
        wait_until_paused(s, job)
        assert audit(s, job) == ["admin: patch_dag", "scheduler: paused"]

        waiting = s.trigger(job)
        feed.write_text("1,06:00\n1,06:20\n7,06:10\n")
        s.note_step("the feed is repaired")
        s.unpause()
        resuming = s.trigger(conf={"reason": "ticket 4711"})
        assert s.wait(resuming)["state"] == "success"
        assert s.wait(waiting)["state"] == "success"

        assert s.xcom(resuming, "history")["paused_by"] == "scheduler"
        assert s.xcom(waiting, "timetable") == {"1": 2, "7": 1}
        notes = [run["note"] for run in s.runs(job)]
        assert notes == [None, None, "resumed after 3 failures: ticket 4711", None]
        # --8<-- [end:three-failures]
        s.keep("audit log", audit(s, job))
        s.keep("said before resuming", s.xcom(resuming, "warn"))
        s.keep("timetable", s.xcom(waiting, "timetable"))
        assert s.values["audit log"] == [
            "admin: patch_dag",
            "scheduler: paused",
            "admin: patch_dag",
        ]


# --8<-- [start:too-early]
def test_one_more_failure_pauses_it_again(live):
    job = f"{live.paths.stem}__departures"
    (live.cluster.tasks_tmp / "departures.csv").write_text("1,06:20\n1,06:00\n")
    with live.scenario("unpaused-too-early", job) as s:
        before = len(audit(s, job))
        s.unpause()
        fail(s, job, 3)
        wait_until_paused(s, job)
        s.unpause()
        fail(s, job, 1)
        wait_until_paused(s, job)

        assert s.keep("audit log", audit(s, job, before)) == [
            "admin: patch_dag",
            "scheduler: paused",
            "admin: patch_dag",
            "scheduler: paused",
        ]
        # --8<-- [end:too-early]
