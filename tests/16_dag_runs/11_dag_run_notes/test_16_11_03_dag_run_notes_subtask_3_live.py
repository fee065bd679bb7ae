"""The note of a clear on a real scheduler: it stays through the next try."""

import pytest

from dagbook.live.client import quoted

pytestmark = pytest.mark.live


def test_the_note_of_a_clear_stays(live):
    with live.scenario("cleared") as s:
        s.unpause()
        run = s.trigger(conf={"fail": True})
        assert s.wait(run)["state"] == "failed"
        body = {
            "dag_run_id": run.run_id,
            "task_ids": [["load", 1]],
            "only_failed": False,
            "dry_run": False,
            "note": "prices arrived, SHOP-13",
        }
        s.client.post(f"/dags/{quoted(s.dag_id)}/clearTaskInstances", body)
        s.note_step("clear load[1] with a note")
        assert s.wait(run)["state"] == "failed"
        rows = {t["map_index"]: t for t in s.client.tasks(s.dag_id, run.run_id)}
        assert (rows[1]["try_number"], rows[1]["note"]) == (2, body["note"])
        assert rows[0]["note"] is None
        s.keep("load[1]", f"try 2, note: {rows[1]['note']}")
