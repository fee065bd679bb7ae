"""The next runs after a change of schedule, start_date or timetable."""

import pendulum
import pytest
from airflow.sdk import DAG, CronDataIntervalTimetable
from airflow.timetables.base import DagRunInfo

from dagbook.airflow_compat import DagSerialization
from dagbook.running.dag_test import load
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_10_05_catchup_behavior_subtask_5"
NOON = pendulum.datetime(2026, 5, 10, 12, tz="UTC")
LAST = NOON.start_of("day")  # the newest scheduled run


@pytest.fixture
def clock(monkeypatch):
    """Let timetables read a given time from the clock; at first noon of 10 May."""

    def at(moment):
        for kind in ("trigger", "interval"):
            monkeypatch.setattr(f"airflow.timetables.{kind}.utcnow", lambda: moment)

    at(NOON)
    return at


def after(schedule="@daily", start="2026-05-01", *, catchup: bool, last=LAST) -> str:
    """Return which runs start at once, or when the next one starts."""
    start = pendulum.parse(start)
    dag = DAG("changed", schedule=schedule, start_date=start, catchup=catchup)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    due, info = [], DagRunInfo.exact(last)
    while True:
        info = stored.next_dagrun_info(last_automated_run_info=info)
        if info.run_after > NOON:
            break
        due.append(f"{info.run_after:%d %B %H:%M}")
    if not due:
        return f"{info.run_after:%d %B %H:%M}"
    many = f"{len(due)} at once, {due[0]} to {due[-1]}"
    return many if len(due) > 1 else f"{due[0]}, at once"


def test_plain_trigger_loads_the_day_of_the_run(example):
    run = example.run()
    assert (run.state, run.value("extract")) == ("success", "2026-05-01")
    assert run.task("load").log == ["INFO sales of 2026-05-01 loaded"]


def test_next_run_follows_from_the_newest_run(example, clock):
    intervals = CronDataIntervalTimetable("@daily", timezone="UTC")
    changes = {
        "1 start_date 1 April": {"start": "2026-04-01"},
        "2 start_date 15 May": {"start": "2026-05-15"},
        "3 @hourly": {"schedule": "@hourly"},
        "4 0 6 * * *": {"schedule": "0 6 * * *"},
        "5 0 18 * * *": {"schedule": "0 18 * * *"},
        "6 CronDataIntervalTimetable": {"schedule": intervals},
    }
    seen = {}
    for name, change in changes.items():
        without, with_it = (after(**change, catchup=on) for on in (False, True))
        seen[name] = without
        if with_it != without:
            seen[f"{name}, catchup=True"] = with_it

    title = "next run after the change"
    assert example.scenario("table").keep(title, seen) == {
        "1 start_date 1 April": "11 May 00:00",
        "2 start_date 15 May": "15 May 00:00",
        "2 start_date 15 May, catchup=True": "11 May 00:00",
        "3 @hourly": "10 May 12:00, at once",
        "3 @hourly, catchup=True": "12 at once, 10 May 01:00 to 10 May 12:00",
        "4 0 6 * * *": "10 May 06:00, at once",
        "5 0 18 * * *": "10 May 18:00",
        "6 CronDataIntervalTimetable": "12 May 00:00",
    }


def test_slower_schedule_repeats_nothing(example, clock):
    seen = {
        f"{last:%H:%M} on 10 May": after(catchup=True, last=last)
        for last in (LAST, LAST.add(hours=1), NOON)
    }
    assert example.scenario("slower").keep(
        "next run of @daily if the newest hourly run was at", seen
    ) == dict.fromkeys(seen, "11 May 00:00")


def test_stored_next_run_tells_what_an_unpause_starts(example, clock, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    clock(LAST.add(seconds=30))
    kept = example.scenario("look")
    with example.api.client() as admin:
        admin.patch(PATH, json={"is_paused": False}).raise_for_status()
        Decisions().decide()
        admin.patch(PATH, json={"is_paused": True}).raise_for_status()
        runs = admin.get(f"{PATH}/dagRuns").json()["dag_runs"]
    assert [run["run_after"] for run in runs] == ["2026-05-10T00:00:00Z"]

    clock(NOON)
    changed = example.scratch / example.paths.dag.name
    text = example.paths.dag.read_text()
    changed.write_text(text.replace('schedule="@daily"', 'schedule="0 6 * * *"'))
    load(changed)
    words = ("dags", "next-execution", example.stem, "--field", "run_after", "-n", "3")
    shown = kept.cli(*words, name="next-execution").stdout.split()
    with kept.http("viewer", keep=["next_dagrun_run_after"]) as client:
        stored = client.get(PATH, extensions={"name": "next"}).json()

    assert shown == [f"2026-05-{day}T06:00:00+00:00" for day in (10, 11, 12)]
    assert stored["next_dagrun_run_after"] == "2026-05-10T06:00:00Z"
