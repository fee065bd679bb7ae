"""One more task is deployed, and two days are cleared, on an Airflow of their own."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

ONE_MORE = ('{"loudest": max}', '{"loudest": max, "quietest": min}')


# --8<-- [start:one-more-task]
def test_an_added_task_runs_alone_or_along_with_what_failed(deployed):
    live, file = deployed
    noise = f"{live.paths.stem}__noise"

    def deliver(day, levels):
        (live.cluster.tasks_tmp / f"noise-2026-05-0{day}.txt").write_text(levels)

    with live.scenario("one-more-task") as s:

        def day(number, **how):
            moment = f"2026-05-0{number}T06:00:00Z"
            name = {"run_id": f"may-{number}", "logical_date": moment}
            return s.trigger(noise, **name, run_after=moment, **how)

        def tries(run):
            rows = s.client.tasks(noise, run.run_id)
            told = {r["task_id"]: f"{r['state']}, try {r['try_number']}" for r in rows}
            return dict(sorted(told.items()))

        def control(**conf):
            run = s.trigger(conf=conf)
            assert s.wait(run)["state"] == "success"
            return s.xcom(run, "plan")

        s.unpause(noise)
        s.unpause()
        deliver(1, "62 81 58 77")
        first, second = day(1), day(2, conf={"offset": 3})
        assert s.wait(first)["state"] == "success"
        assert s.wait(second)["state"] == "failed"

        text = file.read_text()
        assert text.count(ONE_MORE[0]) == 1
        file.write_text(text.replace(*ONE_MORE))
        s.note_step("deploy one more task, quietest")
        until(
            "version 2",
            lambda: s.client.get(f"/dags/{noise}/dagVersions")["total_entries"],
            lambda count: count == 2,
        )
        deliver(2, "60 84 71")
        s.note_step("the meter sends the levels of may-2")

        plan = s.keep("plan of what failed", control(mode="failed"))
        assert plan == {"may-2": ["levels", "loudest"]}
        assert s.wait(second)["state"] == "success"
        assert s.keep("may-2, which failed", tries(second)) == {
            "loudest": "success, try 1",
            "levels": "success, try 2",
            "quietest": "success, try 1",
        }
        plan = s.keep("plan of what is new", control(mode="new"))
        assert plan == {"may-1": ["quietest"]}
        assert s.wait(first)["state"] == "success"
        assert s.keep("may-1, a success from the first", tries(first)) == {
            "loudest": "success, try 1",
            "levels": "success, try 1",
            "quietest": "success, try 1",
        }
        # --8<-- [end:one-more-task]
        note = s.client.get(f"/dags/{noise}/dagRuns/may-1")["note"]
        assert note == "the meter was late"
        for run, levels in ((first, (81, 58)), (second, (84 + 3, 60 + 3))):
            kinds = ("loudest", "quietest")
            assert tuple(s.xcom(run, kind) for kind in kinds) == levels
