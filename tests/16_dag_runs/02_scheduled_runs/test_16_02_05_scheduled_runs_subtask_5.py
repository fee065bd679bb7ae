"""A cron schedule at half past two on both nights, and days of 23 and 25 hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.sdk import DAG

from dagbook.airflow_compat import DagSerialization
from dagbook.parsing.describe import ticks

BERLIN = ZoneInfo("Europe/Berlin")


def local(when: str) -> str:
    """Return a time in UTC as Berlin's clock shows it."""
    at = datetime.fromisoformat(when).astimezone(BERLIN)
    return f"{at:%H:%M %Z} ({when[11:16]} UTC)"


def test_half_past_two_runs_once_on_each_night(example):
    seen = {}
    for night in ("2026-03-29", "2026-10-25"):
        runs = [t["run_after"] for t in example.ticks(f"{night}T00:00:00+00:00", 2)]
        assert [run[:10] for run in runs[:1]] == [night]
        assert runs[1][:10] > night
        seen[night] = local(runs[0])
    assert example.scenario("nights").keep("the run of 02:30", seen) == {
        "2026-03-29": "03:30 CEST (01:30 UTC)",
        "2026-10-25": "02:30 CET (01:30 UTC)",
    }


def test_a_usual_day_a_short_one_and_a_long_one(example):
    march = datetime.fromisoformat("2026-03-30T00:30:00+00:00")
    october = datetime.fromisoformat("2026-10-26T01:30:00+00:00")
    usual = example.run(logical_date=None)
    short = example.run("short-day", logical_date=march, run_after=march)
    long = example.run("long-day", logical_date=october, run_after=october)

    assert usual.state == "success"
    reports = [run.value("report") for run in (usual, short, long)]
    assert [one["date"] for one in reports] == [
        "2026-04-30",
        "2026-03-29",
        "2026-10-25",
    ]
    assert [one["hours"] for one in reports] == [24, 23, 25]
    assert [one["per hour"] for one in reports] == [10, 10, 10]
    assert [one["by 24"] for one in reports] == [10, 9.58, 10.42]


def test_python_counts_24_hours_between_two_times_of_one_zone(example):
    # --8<-- [start:wrong]
    start = datetime.combine(datetime(2026, 3, 29), time(0), BERLIN)
    end = datetime.combine(datetime(2026, 3, 30), time(0), BERLIN)
    by_clock = (end - start) / timedelta(hours=1)
    # --8<-- [end:wrong]
    in_utc = example.module.hours_between(start, end)
    with pytest.raises(TypeError) as mixed:
        end - datetime(2026, 3, 29)

    told = {
        "1 by_clock": by_clock,
        "2 hours_between(start, end)": in_utc,
        "3 end - datetime(2026, 3, 29)": f"TypeError: {mixed.value}",
    }
    assert example.scenario("wrong").keep("results", told) == {
        "1 by_clock": 24,
        "2 hours_between(start, end)": 23,
        "3 end - datetime(2026, 3, 29)": (
            "TypeError: can't subtract offset-naive and offset-aware datetimes"
        ),
    }


def test_the_zone_of_start_date_and_a_timedelta(example):
    def runs(schedule, **zone) -> list[str]:
        start = pendulum.datetime(2026, 3, 20, 2, 30, **zone)
        dag = DAG("x", schedule=schedule, start_date=start, catchup=True)
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        found = ticks(stored, "2026-03-27T12:00:00+00:00", 3)
        return [one["run_after"][11:16] for one in found]

    # The zone of start_date is taken for cron, and a timedelta drifts in local time.
    assert runs("30 2 * * *", tz="Europe/Berlin") == ["01:30", "01:30", "00:30"]
    assert runs(timedelta(days=1), tz="Europe/Berlin") == ["01:30"] * 3
    assert runs("30 2 * * *", tz="UTC") == ["02:30"] * 3
