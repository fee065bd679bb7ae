"""An outbox that cannot be marked fails a run; clears repair it, and book nothing."""

import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.live

REFUSE = (
    "CREATE TRIGGER refuse BEFORE UPDATE ON outbox "
    "BEGIN SELECT RAISE(ABORT, 'the outbox is read-only'); END"
)


# --8<-- [start:unmarked]
def test_no_clear_books_anything_again(live):
    def ask(name, statement):
        path = live.cluster.tasks_tmp / f"16_06_06_{name}.sqlite"
        with closing(sqlite3.connect(path, timeout=30)) as db, db:
            return db.execute(statement).fetchall()

    def bank():
        of_june = "FROM bookings WHERE key LIKE '2026-06/%' ORDER BY key"
        return dict(ask("bank", f"SELECT key, cents {of_june}")), [
            asked for (asked,) in ask("bank", f"SELECT asked {of_june}")
        ]

    with live.scenario("unmarked") as s:

        def tries(run):
            rows = list(s.client.tasks(s.dag_id, run.run_id))
            rows.sort(key=lambda row: (row["task_id"], row["map_index"]))
            return {
                f"{row['task_id']} {row['map_index']}": row["try_number"]
                for row in rows
                if row["task_id"] in ("queue", "send")
            }

        s.unpause()
        assert s.wait(s.trigger(conf={"month": "2026-03"}))["state"] == "success"
        ask("outbox", REFUSE)
        s.note_step("the outbox refuses to be marked")
        run = s.trigger(conf={"month": "2026-06"})
        assert s.wait(run)["state"] == "failed"
        booked, asked = bank()
        assert asked == [2, 2, 2]  # a try and a retry each

        ask("outbox", "DROP TRIGGER refuse")
        s.note_step("the outbox can be marked again")
        s.clear(run, "send", "check", only_failed=True)
        assert s.wait(run)["state"] == "success"
        assert bank() == (booked, [3, 3, 3])

        body = {"dag_run_id": run.run_id, "task_ids": [["send", 1]]}
        body |= {"dry_run": False, "only_failed": False}
        s.client.post(f"/dags/{s.dag_id}/clearTaskInstances", body)
        s.note_step("clear index 1 of send")
        s.wait_task(run, "send", "success", map_index=1)
        assert s.wait(run)["state"] == "success"
        s.keep("tries after clearing one index", tries(run))
        s.clear(run)
        assert s.wait(run)["state"] == "success"
        assert bank() == (booked, [3, 3, 3])
        # --8<-- [end:unmarked]
        s.keep("booked, after two clears more", booked)
        s.keep("how often the bank was asked", bank()[1])
        assert booked == {
            "2026-06/ada/1": 4800,
            "2026-06/ben/1": 7200,
            "2026-06/cleo/1": 3600,
        }
        assert s.values["tries after clearing one index"] == {
            "queue -1": 1,
            "send 0": 3,
            "send 1": 4,
            "send 2": 3,
        }
