"""A run that waits, runs, ends, and is cleared: its instants on a real scheduler."""

import pytest

pytestmark = pytest.mark.live


# --8<-- [start:instants]
def test_from_queued_to_success_every_instant_is_later_than_the_one_before(live):
    with live.scenario("queued-running-success") as s:
        run = s.trigger(run_id="first-batch")

        def now():
            return s.client.run(run.dag_id, run.run_id)

        s.stays("the run is queued", lambda: now()["state"], "queued", seconds=3)
        waiting = now()
        assert waiting["queued_at"] is not None
        assert waiting["start_date"] is waiting["end_date"] is None

        s.unpause()
        done = s.wait(run)
        assert done["state"] == "success"
        assert waiting["queued_at"] == done["queued_at"]
        assert done["queued_at"] < done["start_date"] < done["end_date"]

        tasks = {t["task_id"]: t for t in s.client.tasks(run.dag_id, run.run_id)}
        instants = ("scheduled_when", "queued_when", "start_date", "end_date")
        for name in ("weigh", "grade", "top_up"):
            moments = [tasks[name][field] for field in instants]
            assert moments == sorted(moments)
            assert done["start_date"] < moments[0] < moments[-1] < done["end_date"]
        by_rule = tasks["book_flour"]
        assert by_rule["scheduled_when"] is by_rule["queued_when"] is None
        assert by_rule["start_date"] == by_rule["end_date"]
        # --8<-- [end:instants]
        assert (by_rule["state"], by_rule["try_number"]) == ("skipped", 0)

        # --8<-- [start:read-back]
        asks = f"{live.paths.stem}__timeline"
        s.unpause(asks)
        asked = s.trigger(asks, run_id="read-back", conf={"run_id": run.run_id})
        assert s.wait(asked)["state"] == "success"
        spans = {r["what"]: r["duration"] for r in s.xcom(asked, "read_back")}
        assert min(spans.values()) > 0
        assert spans["run waits"] >= 3
        assert spans["run works"] >= sum(
            spans[f"{name} works"] for name in ("weigh", "grade", "top_up")
        )
        s.keep("read back", list(spans))
        # --8<-- [end:read-back]
        assert len(spans) == 8

        # --8<-- [start:cleared]
        s.clear(run, "grade", include_downstream=True)
        again = s.wait(run)
        assert done["end_date"] < again["queued_at"] < again["start_date"]
        assert again["start_date"] < again["end_date"]
        after = {t["task_id"]: t for t in s.client.tasks(run.dag_id, run.run_id)}
        assert after["weigh"]["end_date"] == tasks["weigh"]["end_date"]
        assert after["weigh"]["end_date"] < again["start_date"]
        # --8<-- [end:cleared]
        assert after["grade"]["try_number"] == 2
        assert again["state"] == "success"
