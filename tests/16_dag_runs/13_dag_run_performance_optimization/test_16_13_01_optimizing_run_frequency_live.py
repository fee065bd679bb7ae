"""Six files in one run, and in six runs of which two work at a time."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def unscheduled(live, file, s) -> None:
    """Deploy the file without its schedule, so that only triggered runs count."""
    text = file.read_text("utf-8")
    old = 'schedule="*/15 * * * *"'
    assert text.count(old) == 1
    file.write_text(text.replace(old, "schedule=None"), "utf-8")
    until(
        "the DAG to have no schedule",
        lambda: s.client.get(f"/dags/{s.dag_id}")["timetable_summary"],
        lambda seen: seen in (None, "None"),
    )
    s.unpause()


def most(runs) -> int:
    """Return how many of the runs were running at the same time."""
    times = [(run["start_date"], run["end_date"]) for run in runs]
    return max(sum(a <= now < b for a, b in times) for now, _ in times)


def test_one_run_of_six_files(deployed):
    live, file = deployed
    with live.scenario("batch") as s:
        unscheduled(live, file, s)
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        assert s.keep("report", s.xcom(run, "report")) == "6 files, 210 EUR"


def test_six_runs_of_one_file_wait_for_each_other(deployed):
    live, file = deployed
    with live.scenario("six-runs") as s:
        unscheduled(live, file, s)
        runs = [s.trigger(conf={"files": 1}) for _ in range(6)]
        for run in runs:
            assert s.wait(run)["state"] == "success"
            assert s.xcom(run, "report") == "1 files, 10 EUR"
        assert most(s.runs()) <= 2
        s.keep("runs at the same time, at most", 2)
        tasks = sum(len(s.client.tasks(run.dag_id, run.run_id)) for run in runs)
        assert s.keep("task instances", tasks) == 18
