"""When five schedules run, which dates their runs have, and which are no schedules."""

from datetime import UTC, datetime, timedelta

import pytest


def starts(ticks):
    return [tick["run_after"] for tick in ticks]


# --8<-- [start:events]
def test_events_run_on_their_days_and_then_never_again(example):
    ticks = example.ticks("2026-04-01T00:00:00+00:00", 5)

    assert starts(ticks) == [
        "2026-04-03T20:00:00Z",
        "2026-04-30T20:00:00Z",
        "2026-05-29T20:00:00Z",
    ]


def test_a_run_between_two_events_stands_for_the_last_one(example):
    run = example.run()

    assert run.value("count_stock") == {
        "until": "2026-04-30T20:00:00+00:00",
        "pieces": 120 - 15 + 60 - 70,
    }
    assert run.value("order_more") == 5
    # --8<-- [end:events]
    assert run.task("count_stock").log == ["INFO 4 movements until 30 April 20:00"]
    assert run.data["logical_date"] == "2026-05-01T00:00:00Z"
    assert run.state == "success"


def test_a_run_before_the_first_event_stands_for_the_first(example):
    run = example.run("too-early", logical_date=datetime(2026, 4, 2, tzinfo=UTC))

    assert run.value("count_stock")["until"] == "2026-04-03T20:00:00+00:00"
    assert run.value("order_more") == 0


# --8<-- [start:others]
def test_when_the_others_run(example):
    new_year = "2026-01-01T00:00:00+00:00"

    assert starts(example.ticks(new_year, 5, "opening")) == ["2026-04-01T08:00:00Z"]
    assert starts(example.ticks(new_year, 3, "six_hours")) == [
        "2026-04-01T08:00:00Z",
        "2026-04-01T14:00:00Z",
        "2026-04-01T20:00:00Z",
    ]
    assert example.ticks(new_year, 5, "on_demand") == []


def test_continuous_takes_one_run_at_a_time(example):
    always = example.sibling("always")

    assert always.max_active_runs == 1
    assert always.timetable.active_runs_limit == 1
    # --8<-- [end:others]


def test_the_others_count_until_their_own_moment(example):
    by_hand = example.run("on-demand", role="on_demand", logical_date=None)
    tick = example.run(
        "six-hours",
        role="six_hours",
        logical_date=datetime(2026, 5, 4, 10, tzinfo=UTC),
    )

    assert by_hand.value("count_stock")["until"] == "2026-05-01T06:30:00+00:00"
    assert by_hand.value("count_stock")["pieces"] == 95
    assert tick.value("count_stock")["pieces"] == 90
    assert tick.value("order_more") == 10


# --8<-- [start:refused]
def test_three_schedules_are_refused_while_the_file_is_parsed(example):
    run = example.run("wrong", role="wrong")

    answers = run.value("refusals")
    assert "requires max_active_runs <= 1" in answers["always"]
    assert "Exactly 5, 6 or 7 columns" in answers["half_seven"]
    assert answers["catch_up"] == "start_date is required when catchup=True"
    # --8<-- [end:refused]


# --8<-- [start:sdk-events]
def test_the_events_timetable_of_the_sdk_cannot_be_stored(example):
    from airflow.sdk import DAG, EventsTimetable
    from airflow.serialization.serialized_objects import DagSerialization

    dates = [datetime(2026, 5, 1, tzinfo=UTC)]
    dag = DAG("inspections", schedule=EventsTimetable(event_dates=dates))

    with pytest.raises(Exception, match="Failed to serialize DAG 'inspections'"):
        DagSerialization.to_dict(dag)
    # --8<-- [end:sdk-events]


def test_what_is_accepted_is_no_refusal(example):
    fail = example.module.AirflowFailException
    with pytest.raises(fail, match="accepted after all"):
        example.module.refusal(schedule="@hourly")


def test_fewer_than_no_pieces_is_a_wrong_booking(example):
    order = example.dag.get_task("order_more").python_callable

    assert order({"pieces": 0}) == 100
    assert order({"pieces": 101}) == 0
    with pytest.raises(example.module.AirflowFailException, match="-1 pieces"):
        order({"pieces": -1})


def test_all_start_at_the_opening_and_none_catches_up(example):
    for each in example.dags.values():
        assert each.start_date == datetime(2026, 4, 1, 8, tzinfo=UTC)
        assert each.catchup is False
    assert example.sibling("six_hours").schedule == timedelta(hours=6)
    assert example.dag.timetable.description == "Inspection days"
    assert example.sibling("wrong").schedule is None
