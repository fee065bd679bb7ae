"""The runs that catchup=True and catchup=False leave to the scheduler."""

from datetime import UTC, datetime

import pendulum
import pytest
from airflow.sdk import DAG, CronDataIntervalTimetable
from sqlalchemy import select

from dagbook.airflow_compat import DagSerialization
from dagbook.testing.scheduler import Decisions

NOON = pendulum.datetime(2026, 5, 1, 12, tz="UTC")


@pytest.fixture
def may(monkeypatch):
    """Let timetables read noon of 1 May 2026 from the clock."""
    monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: NOON)


def due(dag) -> list[str]:
    """Return the logical dates of the runs that are due until noon."""
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    found, info = [], stored.next_dagrun_info(last_automated_run_info=None)
    while info and info.run_after <= NOON:
        found.append(f"{info.logical_date:%Y-%m-%d}")
        info = stored.next_dagrun_info(last_automated_run_info=info)
    return found


def test_plain_trigger_loads_the_year_of_the_run(example):
    run = example.run()
    assert (run.state, run.value("load"), run.value("report")) == (
        "success",
        2026,
        [2026],
    )


def test_catchup_decides_between_all_missed_ticks_and_the_newest(example, may):
    assert example.scenario("due").keep(
        "runs due on 1 May 2026",
        {
            "catchup=True": due(example.dag),
            "catchup=False": due(example.sibling("newest_only")),
        },
    ) == {
        "catchup=True": ["2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01"],
        "catchup=False": ["2026-01-01"],
    }


def test_scheduler_creates_one_run_of_a_dag_in_each_loop(example):
    with example.api.client() as client:
        for dag_id in example.dags:
            change = {"is_paused": False}
            client.patch(f"/api/v2/dags/{dag_id}", json=change).raise_for_status()
    scheduler, counts = Decisions(), []
    this_year = datetime.now(UTC).year
    for _ in range(2023, this_year + 2):
        scheduler.decide()
        counts.append({dag_id: len(runs_of(dag_id)) for dag_id in example.dags})

    all_years, newest = example.stem, f"{example.stem}__newest_only"
    assert [one[all_years] for one in counts[:3]] == [1, 2, 3]
    assert runs_of(all_years) == list(range(2023, this_year + 1))
    assert runs_of(newest) == [this_year]
    assert all(one[newest] == 1 for one in counts)


def runs_of(dag_id: str) -> list[int]:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        query = select(DagRun.logical_date).where(DagRun.dag_id == dag_id)
        return sorted(date.year for date in session.scalars(query))


def test_ticks_on_start_date_and_end_date_count(example, may):
    def copy(start, schedule="@yearly", end=None):
        start, end = pendulum.parse(start), pendulum.parse(end) if end else None
        return DAG("x", schedule=schedule, start_date=start, end_date=end, catchup=True)

    intervals = CronDataIntervalTimetable("@yearly", timezone="UTC")
    seen = {
        "start_date 1 January 2023": due(copy("2023-01-01")),
        "start_date 2 January 2023": due(copy("2023-01-02")),
        "end_date 1 January 2025": due(copy("2023-01-01", end="2025-01-01")),
        "CronDataIntervalTimetable": due(copy("2023-01-01", intervals)),
    }
    years = {name: [day[:4] for day in days] for name, days in seen.items()}
    assert example.scenario("edges").keep("years with a run", years) == {
        "start_date 1 January 2023": ["2023", "2024", "2025", "2026"],
        "start_date 2 January 2023": ["2024", "2025", "2026"],
        "end_date 1 January 2025": ["2023", "2024", "2025"],
        "CronDataIntervalTimetable": ["2023", "2024", "2025"],
    }


def test_where_catchup_is_set(example, monkeypatch):
    start = {"schedule": "@yearly", "start_date": NOON}
    with pytest.raises(ValueError) as refused:
        DAG("x", schedule="@yearly", catchup=True)
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT", "True")
    by_config = DAG("x", **start).catchup
    monkeypatch.delenv("AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT")

    assert example.scenario("where").keep(
        "catchup of the DAG",
        {
            "1 not set": DAG("x", **start).catchup,
            "2 default_args={'catchup': True}": DAG(
                "x", default_args={"catchup": True}, **start
            ).catchup,
            "3 [scheduler] catchup_by_default = True": by_config,
            "4 catchup=True without start_date": f"ValueError: {refused.value}",
        },
    ) == {
        "1 not set": False,
        "2 default_args={'catchup': True}": False,
        "3 [scheduler] catchup_by_default = True": True,
        "4 catchup=True without start_date": "ValueError: start_date is required when "
        "catchup=True",
    }
