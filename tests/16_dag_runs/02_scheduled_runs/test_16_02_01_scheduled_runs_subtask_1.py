"""A tick has no interval; the window is the DAG's own; old dates can be had back."""

from datetime import UTC, datetime, timedelta

import pytest

MAY_1 = datetime(2026, 5, 1, tzinfo=UTC)
OLD_DATES = "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS"


# --8<-- [start:tick]
def test_the_interval_of_a_tick_holds_nothing(example):
    run = example.run(logical_date=MAY_1)

    assert run.value("by_interval") == {
        "from": "2026-05-01T00:00:00+00:00",
        "to": "2026-05-01T00:00:00+00:00",
        "readings": 0,
        "kwh": 0,
    }
    assert run.value("by_window") == {
        "from": "2026-04-30T00:00:00+00:00",
        "to": "2026-05-01T00:00:00+00:00",
        "readings": 4,
        "kwh": 0.5 + 2.0 + 3.25 + 4.0,
    }
    assert run.value("day_total") == 9.75
    # --8<-- [end:tick]
    assert run.task("day_total").log == [
        "WARNING the data interval holds 0 readings, the window 4"
    ]
    assert run.state == "success"


# --8<-- [start:old-dates]
def test_one_setting_brings_the_intervals_back(example, monkeypatch):
    monkeypatch.setenv(OLD_DATES, "True")
    run = example.run("with-intervals", logical_date=MAY_1, conf={"window_hours": None})

    assert run.value("by_interval") == run.value("by_window")
    assert run.value("by_window")["from"] == "2026-04-30T00:00:00+00:00"
    assert run.value("day_total") == 9.75
    assert run.task("day_total").log == []
    # --8<-- [end:old-dates]


# --8<-- [start:dates]
def test_all_four_dates_of_a_tick_are_the_same(example):
    for tick in example.ticks("2026-05-01T00:00:00Z", 3):
        assert len(set(tick.values())) == 1
    first = example.ticks("2026-05-01T00:00:00Z", 1)[0]
    assert first["run_after"] == "2026-05-01T00:00:00Z"


def test_with_intervals_the_logical_date_is_a_day_before_the_start(
    example, monkeypatch
):
    monkeypatch.setenv(OLD_DATES, "True")
    first = example.ticks("2026-05-01T00:00:00Z", 1)[0]

    assert first["logical_date"] == first["start"] == "2026-05-01T00:00:00Z"
    assert first["run_after"] == first["end"] == "2026-05-02T00:00:00Z"
    # --8<-- [end:dates]


# --8<-- [start:guard]
def test_an_empty_interval_without_a_window_is_refused(example):
    run = example.run("no-window", logical_date=MAY_1, conf={"window_hours": None})

    by_window = run.task("by_window")
    assert run.state == "failed"
    assert by_window.error == (
        "AirflowFailException: the interval of this run begins and ends at "
        "2026-05-01 00:00: set window_hours, or give the DAG a timetable with intervals"
    )
    assert (by_window.try_number, by_window.max_tries) == (1, 1)
    assert run.states["day_total"] == "upstream_failed"
    # --8<-- [end:guard]


def test_a_window_without_readings_is_no_result(example):
    run = example.run("nothing-there", logical_date=datetime(2026, 5, 9, tzinfo=UTC))

    assert run.task("day_total").error == (
        "AirflowFailException: no reading from 2026-05-08T00:00:00+00:00 "
        "to 2026-05-09T00:00:00+00:00"
    )
    assert run.task("day_total").try_number == 1


def test_a_window_includes_its_start_and_not_its_end(example):
    add = example.module.consumption
    six = timedelta(hours=6)

    assert add(MAY_1 - six, MAY_1)["kwh"] == 4.0
    assert add(MAY_1, MAY_1 + six)["kwh"] == 0.75
    assert add(MAY_1 - 5 * six, MAY_1 - 4 * six)["kwh"] == 1.5


@pytest.mark.parametrize("hours", [0, -24, "24"])
def test_a_window_of_no_hours_is_no_window(example, hours):
    with pytest.raises(ValueError, match="window_hours"):
        example.run(f"hours-{hours}", conf={"window_hours": hours})


def test_a_window_may_be_any_length(example):
    run = example.run("two-days", logical_date=MAY_1, conf={"window_hours": 30})

    assert run.value("by_window")["readings"] == 5


def test_it_starts_at_the_latest_midnight_only(example):
    assert example.dag.schedule == "@daily"
    assert example.dag.catchup is False
    assert example.dag.start_date == datetime(2026, 4, 1, tzinfo=UTC)
    assert example.dag.get_task("day_total").retry_delay == timedelta(seconds=1)
    assert example.dag.params.get_param("window_hours").schema == {
        "type": ["null", "integer"],
        "minimum": 1,
    }
