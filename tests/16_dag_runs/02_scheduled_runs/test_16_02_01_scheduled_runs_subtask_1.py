"""A scheduled time has no interval; the hours before it do; the setting moves dates."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG
from airflow.timetables.base import DataInterval
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.utils.types import DagRunType

from dagbook.airflow_compat import DagSerialization
from dagbook.parsing.describe import ticks

MAY_1 = datetime(2026, 5, 1, tzinfo=UTC)
FROM = "2026-05-01T00:00:00+00:00"
SETTING = "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS"
DAY = ["2026-04-30 00 h", "2026-04-30 09 h", "2026-04-30 21 h"]


def test_the_hours_before_the_run_hold_three_orders(example):
    undated = example.run(logical_date=None)
    dated = example.run("dated", logical_date=MAY_1)

    assert undated.value("report") == dated.value("report") == "3 orders"
    assert dated.value("extract") == DAY  # the start is included, the end is not
    assert undated.value("extract")[-1] == "2026-05-01 00 h"
    assert undated.state == dated.state == "success"


def test_the_interval_of_the_same_day_holds_none(example):
    run = example.run("by-interval", role="by_interval", logical_date=MAY_1)

    assert (run.state, run.value("extract")) == ("success", [])
    [first, second] = example.ticks(FROM, 2)
    dates = set(first.values())
    assert dates == {"2026-05-01T00:00:00Z"}
    assert set(second.values()) == {"2026-05-02T00:00:00Z"}


def test_the_setting_gives_intervals_and_moves_the_logical_date(example, monkeypatch):
    monkeypatch.setenv(SETTING, "True")
    run = example.run("with-intervals", role="by_interval", logical_date=MAY_1)
    assert run.value("extract") == DAY

    at_midnight = {"run_after": "2026-05-02T00:00:00Z"}
    [with_setting] = example.ticks(FROM, 1, "by_interval")
    assert with_setting == at_midnight | {
        "logical_date": "2026-05-01T00:00:00Z",
        "start": "2026-05-01T00:00:00Z",
        "end": "2026-05-02T00:00:00Z",
    }
    with_intervals = CronDataIntervalTimetable("@daily", timezone="UTC")
    may_2 = MAY_1 + timedelta(days=1)
    assert (
        with_intervals.generate_run_id(
            run_type=DagRunType.SCHEDULED,
            run_after=may_2,
            data_interval=DataInterval(MAY_1, may_2),
        )
        == "scheduled__2026-05-02T00:00:00+00:00"
    )
    daily, once = (
        DAG("x", schedule=preset).timetable for preset in ("@daily", "@once")
    )
    assert type(daily).__name__ == type(with_intervals).__name__
    assert type(once).__name__ == "OnceTimetable"
    example.scenario("with-intervals").keep(
        "run of 2026-05-02 00:00",
        {
            "1 by default": {
                "logical date": "2026-05-02",
                "data interval": "2026-05-02 to 2026-05-02",
            },
            "2 with create_cron_data_intervals": {
                "logical date": with_setting["logical_date"][:10],
                "data interval": (
                    f"{with_setting['start'][:10]} to {with_setting['end'][:10]}"
                ),
            },
        },
    )


def test_the_setting_of_cron_holds_for_a_timedelta_too(example, monkeypatch):
    def length() -> timedelta:
        start = datetime(2026, 4, 28, tzinfo=UTC)
        dag = DAG("x", schedule=timedelta(days=1), start_date=start, catchup=True)
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        [tick] = ticks(stored, FROM, 1)
        ends = (datetime.fromisoformat(tick[key]) for key in ("start", "end"))
        start, end = ends
        return end - start

    assert length() == timedelta(0)
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CREATE_DELTA_DATA_INTERVALS", "True")
    assert length() == timedelta(0)
    monkeypatch.setenv(SETTING, "True")
    assert length() == timedelta(days=1)


def test_a_run_without_a_date_has_no_interval_at_all(example):
    run = example.run("no-date", role="by_interval", logical_date=None)

    assert run.state == "failed"
    assert run.task("extract").error == (
        "TypeError: unsupported operand type(s) for -: 'NoneType' and 'NoneType'"
    )
