"""Two changes by hand on a real scheduler, and an audit until both are explained."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

MONTHS = ["march", "april"]


# --8<-- [start:books]
def test_an_audit_fails_until_each_change_is_explained(live):
    books = f"{live.paths.stem}__books"
    with live.scenario("books") as s:
        s.unpause(books)
        s.unpause()
        march = s.trigger(books, run_id="march")
        april = s.trigger(books, run_id="april")
        assert s.wait(march)["state"] == "failed"
        assert s.wait(april)["state"] == "success"

        path = f"/dags/{books}/dagRuns/march/taskInstances/reconcile"
        fee = {"new_state": "success", "note": "3 cents are a fee of the bank"}
        s.client.patch(path, fee)
        s.note_step("mark reconcile of march as success, with a note")
        assert s.wait(march, "success")["state"] == "success"
        s.clear(april, "close")
        s.wait_task(april, "close", "success")
        assert s.wait(april)["state"] == "success"

        audit = s.trigger()
        assert s.wait(audit)["state"] == "failed"
        changes = s.keep("changes", s.xcom(audit, "read_log")["changes"])
        assert [(one["where"], one["from"], one["to"]) for one in changes] == [
            ("march reconcile", "failed", "success"),
            ("april close", "success", "cleared"),
        ]
        found = s.keep("found", s.xcom(audit, "compare"))
        assert found == ["april close: cleared by admin, without a note"]
        s.note(april, "the closing was to be sent again")
        assert s.wait(s.trigger())["state"] == "success"
        # --8<-- [end:books]
        reports = s.client.get("/eventLogs", dag_id=books, task_id="done")
        states = [s.states(LiveRun(books, month))["done"] for month in MONTHS]
        assert (reports["total_entries"], states) == (0, ["success"] * 2)
    assert LiveRun(books, "march").task(s.client, "close")["try_number"] == 1
