"""When the first run of a new DAG comes, by start_date and run_immediately."""

from datetime import timedelta

import pendulum
import pytest
from airflow.sdk import DAG, CronTriggerTimetable

from dagbook.airflow_compat import DagSerialization

SIX = pendulum.datetime(2026, 5, 10, 6, tz="UTC")
MAY = pendulum.datetime(2026, 5, 1, tz="UTC")
LATER = {
    "4 min": timedelta(minutes=4),
    "2 h": timedelta(hours=2),
    "3 h": timedelta(hours=3),
    "12 h": timedelta(hours=12),
}


@pytest.fixture
def clock(monkeypatch):
    """Let timetables read a given time from the clock."""

    def at(moment):
        monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: moment)

    return at


def six(run_immediately=False) -> CronTriggerTimetable:
    return CronTriggerTimetable(
        "0 6 * * *", timezone="UTC", run_immediately=run_immediately
    )


def next_run(schedule, last=None, **arguments):
    dag = DAG("new", schedule=schedule, catchup=False, **arguments)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    return stored.next_dagrun_info(last_automated_run_info=last)


def test_plain_trigger_loads_three_orders(example):
    run = example.run()
    assert (run.state, run.value("load")) == ("success", 3)


def test_only_the_dag_with_a_start_date_is_due_at_noon(example, clock):
    clock(SIX.add(hours=6))
    with_start = example.sibling("with_start")
    kept = example.scenario("next")
    with kept.http("viewer", keep=["next_dagrun_run_after"]) as client:
        for name, dag in {"waits": example.dag, "at-once": with_start}.items():
            path = f"/api/v2/dags/{dag.dag_id}"
            client.get(path, extensions={"name": name}).raise_for_status()

    assert [one["response"] for one in kept.exchanges] == [
        {"next_dagrun_run_after": "2026-05-11T06:00:00Z"},
        {"next_dagrun_run_after": "2026-05-10T06:00:00Z"},
    ]


def test_which_first_runs_start_at_once(example, clock):
    settings = {
        "1 start_date in the past": lambda: next_run(six(), start_date=MAY),
        '2 no start_date, schedule="0 6 * * *"': lambda: next_run("0 6 * * *"),
        "3 run_immediately=False": lambda: next_run(six(False)),
        "4 run_immediately=timedelta(minutes=5)": lambda: next_run(
            six(timedelta(minutes=5))
        ),
        "5 run_immediately=timedelta(0)": lambda: next_run(six(timedelta(0))),
        "6 run_immediately=True": lambda: next_run(six(True)),
    }
    at_once = {name: [] for name in settings}
    for words, delay in LATER.items():
        clock(SIX + delay)
        for name, ask in settings.items():
            if ask().run_after == SIX:
                at_once[name].append(words)

    shown = {name: ", ".join(words) or "none" for name, words in at_once.items()}
    assert example.scenario("table").keep(
        "runs at once if unpaused after 06:00 by", shown
    ) == {
        "1 start_date in the past": "4 min, 2 h, 3 h, 12 h",
        '2 no start_date, schedule="0 6 * * *"': "4 min, 2 h",
        "3 run_immediately=False": "4 min, 2 h",
        "4 run_immediately=timedelta(minutes=5)": "4 min",
        "5 run_immediately=timedelta(0)": "none",
        "6 run_immediately=True": "4 min, 2 h, 3 h, 12 h",
    }


@pytest.mark.parametrize("setting", [False, True, timedelta(0)])
def test_run_immediately_has_no_effect_beside_a_start_date_or_a_run(clock, setting):
    clock(SIX.subtract(days=1))
    first = next_run(six(True))
    assert first.run_after == SIX.subtract(days=1)
    clock(SIX.add(hours=12))
    assert next_run(six(setting), start_date=MAY).run_after == SIX
    assert next_run(six(setting), last=first).run_after == SIX


def test_zero_loses_the_time_at_which_the_file_is_parsed_again(example, clock):
    def planned(run_immediately):
        plans = []
        for seconds in (-1, 1):
            clock(SIX.add(seconds=seconds))
            plans.append(f"{next_run(six(run_immediately)).run_after:%d %B %H:%M}")
        return f"{plans[0]}, then {plans[1]}"

    assert example.scenario("parsed-again").keep(
        "next run, parsed at 05:59:59 and again at 06:00:01 on 10 May",
        {
            "run_immediately=timedelta(0)": planned(timedelta(0)),
            "run_immediately=timedelta(minutes=5)": planned(timedelta(minutes=5)),
        },
    ) == {
        "run_immediately=timedelta(0)": "10 May 06:00, then 11 May 06:00",
        "run_immediately=timedelta(minutes=5)": "10 May 06:00, then 10 May 06:00",
    }
