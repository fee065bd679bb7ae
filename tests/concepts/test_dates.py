"""The dates of a run: logical date, data interval, run after."""

from datetime import timedelta

import dagtest
import pytest
from shapes import chain, single
from world import START, ago

DAY = timedelta(days=1)


def ticks(schedule, count=2, start=START, catchup=True, last=None):
    """Return the next runs of a schedule by its own timetable.

    Args:
        schedule: as a DAG takes it.
        count: how many.
        start: the DAG's start date.
        catchup: whether missed ticks count.
        last: the DagRunInfo of the newest run that exists.
    """
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    dag = DAG("ticks", schedule=schedule, start_date=start, catchup=catchup)
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    window = TimeRestriction(earliest=start, latest=None, catchup=catchup)
    found = []
    for _ in range(count):
        interval = last.data_interval if last else None
        last = timetable.next_dagrun_info(
            last_automated_data_interval=interval, restriction=window
        )
        if last is None:
            break
        found.append(last)
    return found


def timetable_name(schedule):
    from airflow.sdk import DAG

    return type(DAG("named", schedule=schedule, start_date=START).timetable).__name__


@pytest.mark.claim("run-after-always", by="model")
def test_a_run_always_has_run_after_and_need_not_have_the_others():
    from airflow.models.dagrun import DagRun

    columns = DagRun.__table__.columns
    nullable = {
        name: columns[name].nullable
        for name in (
            "run_after",
            "logical_date",
            "data_interval_start",
            "data_interval_end",
        )
    }
    assert nullable == {
        "run_after": False,
        "logical_date": True,
        "data_interval_start": True,
        "data_interval_end": True,
    }


@pytest.mark.claim("cron-is-trigger-timetable", by="timetable")
@pytest.mark.parametrize("schedule", ["@daily", "0 6 * * MON"])
def test_a_cron_schedule_is_a_trigger_timetable(schedule):
    assert timetable_name(schedule) == "CronTriggerTimetable"


@pytest.mark.claim("timedelta-is-trigger-timetable", by="timetable")
def test_a_timedelta_is_a_trigger_timetable():
    assert timetable_name(DAY) == "DeltaTriggerTimetable"


@pytest.mark.claim("tick-is-a-point", by="scheduler")
def test_a_scheduled_run_has_one_instant_in_four_columns(world):
    world.sync(single(schedule="@daily", end_date=START, catchup=True))
    world.step()
    run = world.run()
    dates = {
        run.logical_date,
        run.data_interval_start,
        run.data_interval_end,
        run.run_after,
    }
    assert dates == {START}


@pytest.mark.claim("first-tick-at-start-date", by="timetable")
def test_the_first_run_is_at_the_first_tick_from_the_start_date_on():
    assert ticks("@daily")[0].run_after == START
    assert ticks("0 6 * * *")[0].run_after == START.add(hours=6)


@pytest.mark.claim("interval-timetable-covers-a-day", by="timetable")
def test_an_interval_timetable_runs_after_the_interval_it_covers():
    from airflow.sdk import CronDataIntervalTimetable

    first = ticks(CronDataIntervalTimetable("@daily", timezone="UTC"))[0]
    assert first.data_interval == (START, START.add(days=1))
    assert first.logical_date == START
    assert first.run_after == START.add(days=1)


@pytest.mark.claim("timetable-needs-timezone", by="timetable")
def test_a_cron_timetable_needs_a_timezone():
    from airflow.sdk import CronDataIntervalTimetable, CronTriggerTimetable

    with pytest.raises(TypeError, match="timezone"):
        CronDataIntervalTimetable("@daily")
    with pytest.raises(TypeError, match="timezone"):
        CronTriggerTimetable("0 6 * * *", interval=DAY)


@pytest.mark.claim("cron-interval-option", by="config")
def test_an_option_brings_intervals_back(monkeypatch):
    from airflow.configuration import conf

    assert conf.getboolean("scheduler", "create_cron_data_intervals") is False
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS", "True")
    assert timetable_name("@daily") == "CronDataIntervalTimetable"


@pytest.mark.claim("delta-interval-option-unread", by="config")
def test_the_option_for_timedeltas_does_nothing(monkeypatch):
    from airflow.configuration import conf

    assert conf.getboolean("scheduler", "create_delta_data_intervals") is False
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CREATE_DELTA_DATA_INTERVALS", "True")
    assert timetable_name(DAY) == "DeltaTriggerTimetable"
    monkeypatch.delenv("AIRFLOW__SCHEDULER__CREATE_DELTA_DATA_INTERVALS")
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS", "True")
    assert timetable_name(DAY) == "DeltaDataIntervalTimetable"


@pytest.mark.claim("manual-run-has-no-dates", by="rest")
def test_a_manual_run_has_no_date_unless_it_is_given_one(world):
    world.sync(single(schedule="@daily", start_date=ago(days=1)))
    run = world.trigger("single")
    assert run.logical_date is None
    assert run.data_interval_start is None
    assert run.data_interval_end is None


@pytest.mark.claim("asset-run-has-no-dates", by="scheduler")
def test_a_run_that_assets_started_has_no_date(world):
    from airflow.sdk import Asset

    asset = Asset("orders", uri="x-shop://orders")
    producer = chain("write", dag_id="producer", tasks={"write": {"outlets": [asset]}})
    world.sync(producer, single("consumer", schedule=[asset]))
    world.step()
    found = world.rest.get("/api/v2/assets").json()["assets"][0]["id"]
    posted = world.rest.post("/api/v2/assets/events", json={"asset_id": found})
    assert posted.status_code == 200, posted.text
    world.step()
    run = world.run()
    assert run.run_type == "asset_triggered"
    assert run.logical_date is None
    assert run.data_interval_start is None


@pytest.mark.claim("interval-from-logical-date-by-rest", by="rest")
def test_rest_takes_the_interval_from_the_logical_date(world):
    world.sync(single(schedule="@daily"))
    body = {"logical_date": START.isoformat()}
    answer = world.rest.post("/api/v2/dags/single/dagRuns", json=body).json()
    assert answer["data_interval_start"] == "2026-05-01T00:00:00Z"
    assert answer["data_interval_end"] == "2026-05-01T00:00:00Z"


@pytest.mark.claim("interval-from-now-by-cli", by="model")
def test_the_command_line_takes_the_interval_from_run_after(world):
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.utils.types import DagRunTriggeredByType

    world.sync(single(schedule="@daily"))
    with world.session() as session:
        trigger_dag(
            "single",
            triggered_by=DagRunTriggeredByType.CLI,
            logical_date=START,
            session=session,
        )
    run = world.run()
    assert run.logical_date == START
    assert run.data_interval_start > START.add(months=1)


@pytest.mark.claim("no-date-no-ds", by="dag.test")
def test_without_a_logical_date_the_context_lacks_names(world):
    ran = dagtest.run(world, "names", logical_date=None)
    assert ran.states == {"names": "success"}
    without = set(ran.returned["names"])
    ran = dagtest.run(world, "names")
    missing = set(ran.returned["names"]) - without
    assert missing == {
        "logical_date",
        "ds",
        "ds_nodash",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "data_interval_start",
        "data_interval_end",
        "prev_data_interval_start_success",
        "prev_data_interval_end_success",
    }


@pytest.mark.claim("execution-date-gone", by="dag.test")
def test_the_context_has_no_execution_date(world):
    ran = dagtest.run(world, "names")
    old = {"execution_date", "next_ds", "prev_ds", "tomorrow_ds", "yesterday_ds"}
    assert not old & set(ran.returned["names"])


@pytest.mark.claim("run-after-future-waits", by="scheduler")
def test_a_run_for_the_future_waits_queued(world):
    world.sync(single())
    world.trigger("single", run_after=ago(hours=-1).isoformat())
    world.step(2)
    assert world.run().state == "queued"


@pytest.mark.claim("logical-date-future-hangs", by="scheduler")
def test_a_logical_date_in_the_future_starts_nothing(world):
    world.sync(single())
    world.trigger("single", logical_date=ago(hours=-1).isoformat())
    world.step(3)
    assert world.run().state == "running"
    assert world.states() == {"only": None}


@pytest.mark.claim("table-schedules", by="timetable")
def test_first_runs_of_each_schedule(table):
    from airflow.sdk import (
        Asset,
        CronDataIntervalTimetable,
        CronTriggerTimetable,
        DeltaDataIntervalTimetable,
    )

    late = START.add(hours=6)
    kinds = {
        '`"@daily"`': "@daily",
        '`"0 6 * * *"`': "0 6 * * *",
        "`timedelta(days=1)`": DAY,
        '`"@once"`': "@once",
        '`CronTriggerTimetable("0 6 * * *", timezone="UTC", '
        "interval=timedelta(days=1))`": (
            CronTriggerTimetable("0 6 * * *", timezone="UTC", interval=DAY)
        ),
        '`CronDataIntervalTimetable("@daily", timezone="UTC")`': (
            CronDataIntervalTimetable("@daily", timezone="UTC")
        ),
        "`DeltaDataIntervalTimetable(timedelta(days=1))`": (
            DeltaDataIntervalTimetable(DAY)
        ),
        "`None`": None,
        "`[Asset(…)]`": [Asset("orders")],
    }
    rows = []
    for words, schedule in kinds.items():
        name = timetable_name(schedule)
        found = ticks(schedule, 1, start=late) if schedule != [] else []
        if not found:
            rows.append([words, f"`{name}`", "no run by date", "–", "–"])
            continue
        (first,) = found
        interval = first.data_interval
        span = (
            "a point"
            if interval.start == interval.end
            else f"{_short(interval.start)} to {_short(interval.end)}"
        )
        rows.append(
            [
                words,
                f"`{name}`",
                _short(first.logical_date),
                span,
                _short(first.run_after),
            ]
        )
    table(
        "schedules",
        "The first run of a DAG that starts on 1 May 2026 at 06:00 UTC, with catchup.",
        ["Schedule", "Timetable", "Logical date", "Data interval", "Run after"],
        rows,
    )


def _short(moment):
    return f"{moment:D MMM HH:mm}"
