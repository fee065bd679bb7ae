"""Two timetables with a daily interval: at midnight, by hand, and their errors."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import (
    DAG,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
)
from airflow.utils.types import DagRunType

from dagbook.airflow_compat import DagSerialization
from dagbook.parsing.describe import ticks

MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)
HALF_PAST_SIX = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
START = datetime(2026, 4, 28, 6, 30, tzinfo=UTC)
NOW = "2026-05-01T10:15:00+00:00"
DAY = timedelta(days=1)


def test_a_run_without_a_date_takes_the_24_hours_before(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.value("report") == (
        "report of no date: orders from 2026-04-30 06:30 to 2026-05-01 06:30"
    )


@pytest.mark.parametrize("role", ["", "tick"])
def test_both_cover_one_day_and_are_named_by_its_start(example, role):
    [tick] = example.ticks("2026-05-01T00:00:00+00:00", 1, role)
    assert tick["logical_date"] == tick["start"] == "2026-05-01T00:00:00Z"
    assert tick["run_after"] == tick["end"] == "2026-05-02T00:00:00Z"
    end = datetime.fromisoformat(tick["run_after"])
    stored = DagSerialization.from_dict(DagSerialization.to_dict(example.dag))
    run_id = stored.timetable.generate_run_id(
        run_type=DagRunType.SCHEDULED, run_after=end, data_interval=None
    )
    assert run_id == "scheduled__2026-05-02T00:00:00+00:00"  # not the logical date
    if not role:
        run = {"logical date": tick["logical_date"], "starts at": tick["run_after"]}
        interval = f"{tick['start']} to {tick['end']}"
        kept = example.scenario("midnight")
        kept.keep("run of either timetable", run | {"data interval": interval})


def test_by_hand_the_interval_is_the_last_day_or_counts_back(example):
    day = example.run("by-hand", logical_date=HALF_PAST_SIX)
    back = example.run("by-hand-tick", role="tick", logical_date=HALF_PAST_SIX)

    assert day.value("extract") == "orders from 2026-04-30 00:00 to 2026-05-01 00:00"
    assert back.value("extract") == "orders from 2026-04-30 06:30 to 2026-05-01 06:30"
    assert day.value("report").startswith("report of 2026-05-01: ")


def first(schedule, catchup: bool) -> str:
    """Return when a DAG that starts on 28 April 06:30 runs next after 1 May 10:15."""
    dag = DAG("x", schedule=schedule, start_date=START, catchup=catchup)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    [tick] = ticks(stored, NOW, 1)
    return tick["run_after"]


def test_a_timedelta_counts_from_now_without_catchup(example):
    assert example.scenario("timedelta").keep(
        "next run after 2026-05-01 10:15",
        {
            "1 timedelta(days=1)": first(DAY, False),
            "2 timedelta(days=1), catchup=True": first(DAY, True),
            "3 DeltaDataIntervalTimetable, catchup=True": first(
                DeltaDataIntervalTimetable(DAY), True
            ),
        },
    ) == {
        "1 timedelta(days=1)": "2026-05-01T10:15:00Z",
        "2 timedelta(days=1), catchup=True": "2026-05-02T06:30:00Z",
        "3 DeltaDataIntervalTimetable, catchup=True": "2026-05-03T06:30:00Z",
    }


def test_timezone_is_required(example):
    # --8<-- [start:no-timezone]
    missing = "missing 1 required positional argument: 'timezone'"
    with pytest.raises(TypeError, match=missing):
        CronDataIntervalTimetable("@daily")
    with pytest.raises(TypeError, match=missing):
        CronTriggerTimetable("@daily", interval=DAY)
    # --8<-- [end:no-timezone]


def test_a_run_named_before_start_date_is_a_success_without_tasks(example):
    [tick] = example.ticks("2026-04-28T00:00:00+00:00", 1, "tick")
    named = datetime.fromisoformat(tick["logical_date"])
    assert named < START
    run = example.run("before-start", role="tick", logical_date=named)

    assert (run.state, run.states) == ("success", {})
