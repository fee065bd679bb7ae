"""When a local half past two runs around a clock change, and how long the day is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

BERLIN = "Europe/Berlin"


def at(text):
    return datetime.fromisoformat(text)


# --8<-- [start:ticks]
@pytest.mark.parametrize(
    ("role", "first", "starts"),
    [
        # 02:30 does not exist on 29 March: the run comes at 03:30 local time.
        ("", "2026-03-28", ["28T01:30", "29T01:30", "30T00:30"]),
        # 02:30 exists twice on 25 October: one run, at the second of them.
        ("", "2026-10-24", ["24T00:30", "25T01:30", "26T01:30"]),
        ("new_york", "2026-03-07", ["07T07:30", "08T07:30", "09T06:30"]),
        ("new_york", "2026-10-31", ["31T06:30", "01T07:30", "02T07:30"]),
        ("utc", "2026-03-28", ["28T02:30", "29T02:30", "30T02:30"]),
    ],
)
def test_the_utc_instants_around_a_clock_change(example, role, first, starts):
    ticks = example.ticks(f"{first}T00:00:00+00:00", 3, role)

    assert [tick["run_after"][8:16] for tick in ticks] == starts
    # --8<-- [end:ticks]


def test_the_two_nights_are_not_24_hours_apart(example):
    def gaps(first, role=""):
        ticks = example.ticks(f"{first}T00:00:00+00:00", 4, role)
        moments = [at(tick["run_after"]) for tick in ticks]
        return [
            (b - a) / timedelta(hours=1)
            for a, b in zip(moments, moments[1:], strict=False)
        ]

    assert gaps("2026-03-28") == [24, 23, 24]
    assert gaps("2026-10-24") == [25, 24, 24]
    assert gaps("2026-10-24", "utc") == [24, 24, 24]


# --8<-- [start:short]
def test_the_short_day(example):
    run = example.run(logical_date=at("2026-03-30T00:30:00+00:00"))

    assert run.value("day") == {"day": "2026-03-29", "hours": 23}
    assert run.value("meter") == 57.5
    assert run.value("rate") == {"per_real_hour": 2.5, "per_24_hours": 2.396}
    # --8<-- [end:short]
    assert run.task("day").log == ["WARNING 29 March has 23 hours in Europe/Berlin"]
    assert run.state == "success"


def test_the_long_day(example):
    run = example.run("long-day", logical_date=at("2026-10-26T01:30:00+00:00"))

    assert run.value("day") == {"day": "2026-10-25", "hours": 25}
    assert run.value("rate") == {"per_real_hour": 2.5, "per_24_hours": 2.604}


# --8<-- [start:by-hand]
def test_a_run_by_hand_in_the_night_itself_settles_the_day_before(example):
    in_the_gap = at("2026-03-29T01:15:00+00:00")
    assert in_the_gap.astimezone(ZoneInfo(BERLIN)).hour == 3

    run = example.run("in-that-night", logical_date=None, run_after=in_the_gap)

    assert run.value("day") == {"day": "2026-03-28", "hours": 24}
    assert run.task("day").log == []
    # --8<-- [end:by-hand]


def test_the_same_instant_is_another_day_elsewhere(example):
    moment = at("2026-03-30T00:30:00+00:00")
    run = example.run("new-york", role="new_york", logical_date=moment)

    assert run.value("day") == {"day": "2026-03-28", "hours": 24}


# --8<-- [start:naive]
def test_a_time_without_a_zone_is_refused(example):
    fail = example.module.AirflowFailException
    with pytest.raises(fail, match="2026-03-30 02:30:00 says no time zone"):
        example.module.day_before(datetime(2026, 3, 30, 2, 30), BERLIN)
    # --8<-- [end:naive]


@pytest.mark.parametrize(
    ("moment", "day", "hours"),
    [
        ("2026-03-29T22:00:00+00:00", 29, 23),
        ("2026-03-29T21:59:59+00:00", 28, 24),
        ("2026-10-25T23:00:00+00:00", 25, 25),
        ("2026-10-25T22:59:59+00:00", 24, 24),
    ],
)
def test_a_day_begins_and_ends_at_local_midnight(example, moment, day, hours):
    start, end = example.module.day_before(at(moment), BERLIN)

    assert (start.day, start.hour, end.hour) == (day, 0, 0)
    assert (end.minute, end.second, end.microsecond) == (0, 0, 0)
    assert example.module.real_hours(start, end) == hours


def test_none_of_the_three_catches_up(example):
    assert len(example.dags) == 3
    for each in example.dags.values():
        assert each.catchup is False
    new_year = datetime(2026, 1, 1, tzinfo=ZoneInfo(BERLIN))
    assert example.dag.start_date == new_year
    assert example.sibling("utc").start_date == datetime(2026, 1, 1, tzinfo=UTC)
