"""When chosen dates, once and continuous run, and what Airflow refuses."""

from datetime import UTC, datetime

import pytest
from airflow.sdk import DAG
from airflow.sdk import EventsTimetable as SdkEventsTimetable

from dagbook.airflow_compat import DagSerialization
from dagbook.parsing.describe import ticks

STEM = "16_02_03_scheduled_runs_subtask_3"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
START = datetime(2026, 4, 1, 8, tzinfo=UTC)
MAY_1 = datetime(2026, 5, 1, tzinfo=UTC)
APRIL, MAY = "2026-04-30T20:00:00Z", "2026-05-29T20:00:00Z"


def test_events_run_on_their_dates_and_then_no_more(example):
    def after(when: str) -> list:
        return [tick["run_after"] for tick in example.ticks(when, 5)]

    assert after("2026-04-01T00:00:00+00:00") == [APRIL, MAY]
    assert after("2026-05-01T00:00:00+00:00") == [MAY]
    assert after("2026-05-30T00:00:00+00:00") == []
    plain = example.run(logical_date=None)
    assert plain.value("count_stock") == "stock at 2026-05-01 06:30"
    assert plain.state == "success"


def test_a_date_between_two_events_stands_for_an_event(example):
    between = example.run("between-events", logical_date=MAY_1)
    assert between.value("count_stock") == "stock at 2026-04-30 20:00"
    before = example.run("before-events", logical_date=START, run_after=START)
    assert before.value("count_stock") == "stock at 2026-04-30 20:00"


def test_the_command_takes_the_last_event_before_the_call(example):
    asked = example.scenario("by-hand")
    words = ("--logical-date", "2026-05-01", "--run-id", "by-cli")
    asked.cli("dags", "trigger", STEM, *words, name="trigger")
    with example.api.client("op") as op:
        runs = {"2 airflow dags trigger": op.get(f"{RUNS}/by-cli").json()}
        body = {"logical_date": "2026-05-01T06:00:00Z"}
        runs["1 REST"] = op.post(RUNS, json=body).json()
        runs["3 REST, logical date null"] = op.post(RUNS, json={"logical_date": None})
        runs["3 REST, logical date null"] = runs["3 REST, logical date null"].json()
    ends = {name: run["data_interval_end"] for name, run in sorted(runs.items())}
    assert asked.keep("data interval of a run with a date of 1 May", ends) == {
        "1 REST": APRIL,
        "2 airflow dags trigger": MAY,
        "3 REST, logical date null": None,
    }
    assert all(run["data_interval_start"] == ends[name] for name, run in runs.items())


def test_once_is_one_run_at_the_start_date(example):
    dag = DAG("once", schedule="@once", start_date=START, catchup=False)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))

    [only] = ticks(stored, "2026-01-01T00:00:00+00:00", 3)
    assert only["run_after"] == "2026-04-01T08:00:00Z"


def test_continuous_and_the_sdk_timetable_are_refused(example):
    assert example.sibling("continuous").timetable.active_runs_limit == 1
    with pytest.raises(Exception, match="requires max_active_runs <= 1") as limit:
        DAG("stock", schedule="@continuous", start_date=START).validate()
    events = SdkEventsTimetable(event_dates=[MAY_1])
    with pytest.raises(Exception, match="Failed to serialize DAG 'stock'") as sdk:
        DagSerialization.to_dict(DAG("stock", schedule=events, start_date=START))
    example.scenario("errors").keep(
        "error while the file is parsed",
        {
            "1 @continuous alone": str(limit.value),
            "2 EventsTimetable of airflow.sdk": str(sdk.value),
        },
    )
