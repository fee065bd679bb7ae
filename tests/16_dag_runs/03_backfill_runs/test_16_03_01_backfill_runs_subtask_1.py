"""Which runs a backfill would create: both ends, other days, and refusals."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import DAG, Asset

from dagbook.airflow_compat import DagSerialization

STEM = "16_03_01_backfill_runs_subtask_1"
BERLIN = f"{STEM}__berlin"
BACKFILLS = "/api/v2/backfills"
DAYS = ("2026-03-01", "2026-03-31")
MARCH = ("2026-03-01", "2026-03-31T23:59:59Z")


@pytest.fixture
def op(example):
    """Return a client whose exchanges are not recorded."""
    with example.api.client("op") as client:
        yield client


def body(first: str, last: str, dag_id: str = STEM) -> dict:
    return {"dag_id": dag_id, "from_date": first, "to_date": last}


def days(client, *asked: str) -> list[str]:
    """Return the logical dates of a dry run, in UTC."""
    answer = client.post(f"{BACKFILLS}/dry_run", json=body(*asked)).json()
    times = [datetime.fromisoformat(r["logical_date"]) for r in answer["backfills"]]
    return [f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" for time in times]


def ends(found: list[str]) -> str:
    return f"{len(found)} runs, {found[0]} to {found[-1]}"


def test_a_plain_trigger_loads_the_day_of_run_after(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", "orders-2026-05-01.csv loaded")


def test_a_date_is_midnight_so_the_last_day_is_missing(example, op):
    asked = example.scenario("march")
    with asked.http("op", keep=["total_entries"]) as client:
        whole = {"json": body(*MARCH), "extensions": {"name": "dry run"}}
        assert (
            client.post(f"{BACKFILLS}/dry_run", **whole).json()["total_entries"] == 31
        )
    assert asked.keep(
        "dry run",
        {
            "to_date 2026-03-31": ends(days(op, *DAYS)),
            "to_date 2026-03-31T23:59:59Z": ends(days(op, *MARCH)),
        },
    ) == {
        "to_date 2026-03-31": "30 runs, 2026-03-01 06:00 to 2026-03-30 06:00",
        "to_date 2026-03-31T23:59:59Z": "31 runs, 2026-03-01 06:00 to 2026-03-31 06:00",
    }
    words = ("--dag-id", STEM, "--from-date", DAYS[0], "--to-date", MARCH[1])
    done = asked.cli("backfill", "create", *words, "--dry-run", name="command")
    assert done.returncode == 0
    assert "2026-03-31" in done.stdout
    assert op.get(BACKFILLS, params={"dag_id": STEM}).json()["total_entries"] == 0


def test_a_local_midnight_loses_its_first_day(example, op):
    zoned = ("2026-03-01T00:00:00+01:00", "2026-03-31T23:59:59+02:00", BERLIN)
    assert example.scenario("berlin").keep(
        "dry run of the DAG in Berlin, times in UTC",
        {
            "1 2026-03-01 to 2026-03-31": ends(days(op, *DAYS, BERLIN)),
            "2 with the offset of Berlin": ends(days(op, *zoned)),
        },
    ) == {
        "1 2026-03-01 to 2026-03-31": "30 runs, 2026-03-01 23:00 to 2026-03-30 22:00",
        "2 with the offset of Berlin": "31 runs, 2026-02-28 23:00 to 2026-03-30 22:00",
    }


def test_days_before_start_date_are_run_with_their_tasks(example, op):
    assert len(days(op, "2025-12-30", "2026-01-01T23:59:59Z")) == 3
    early = body("2025-12-30", "2025-12-31", BERLIN)
    op.post(BACKFILLS, json=early).raise_for_status()
    [run] = op.get(f"/api/v2/dags/{BERLIN}/dagRuns").json()["dag_runs"]
    url = f"/api/v2/dags/{BERLIN}/dagRuns/{run['dag_run_id']}/taskInstances"
    rows = op.get(url.replace("+", "%2B")).json()["task_instances"]
    assert [row["task_id"] for row in rows] == ["load"]  # its start_date is in July


def test_the_future_is_left_out_and_a_timedelta_counts_from_from_date(example, op):
    now = datetime.now(UTC)
    since, until = now - timedelta(days=3), now + timedelta(days=30)
    assert len(days(op, since.isoformat(), until.isoformat())) == 3

    first = datetime(2026, 3, 1, 15, tzinfo=UTC)
    start = datetime(2026, 1, 1, 6, tzinfo=UTC)
    dag = DAG("x", schedule=timedelta(days=1), start_date=start, catchup=False)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    found = stored.iter_dagrun_infos_between(first, first + timedelta(days=1))
    assert [one.logical_date.hour for one in found] == [15, 15]


def test_a_dry_run_does_not_check_all_that_create_checks(example, op):
    later = datetime.now(UTC) + timedelta(days=1)
    cases = {
        "1 no run in the range": body("2026-03-01T06:00:01Z", "2026-03-02T05:59:59Z"),
        "2 from tomorrow": body(later.isoformat(), later.isoformat()),
        "3 first backfill": body("2026-03-01", "2026-03-02"),
        "4 a second one": body("2026-03-05", "2026-03-06"),
    }
    told = {}
    for name, asked in cases.items():
        dry = op.post(f"{BACKFILLS}/dry_run", json=asked)
        made = op.post(BACKFILLS, json=asked)
        told[name] = f"dry run {dry.status_code}, create {made.status_code}"
    assert example.scenario("refused").keep("status", told) == {
        "1 no run in the range": "dry run 200, create 422",
        "2 from tomorrow": "dry run 422, create 422",
        "3 first backfill": "dry run 200, create 200",
        "4 a second one": "dry run 200, create 409",
    }
    future = op.post(f"{BACKFILLS}/dry_run", json=cases["2 from tomorrow"]).json()
    assert future["detail"] == "Backfill cannot be executed for future dates."
    with example.api.client("viewer") as viewer:
        forbidden = viewer.post(f"{BACKFILLS}/dry_run", json=cases["4 a second one"])
    assert forbidden.status_code == 403


@pytest.mark.parametrize("schedule", [None, "@once", "@continuous", [Asset("sales")]])
def test_schedules_that_are_not_periodic(example, schedule):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dag = DAG("x", schedule=schedule, max_active_runs=1, start_date=start)
    for one, periodic in ((dag, False), (example.dag, True)):
        stored = DagSerialization.from_dict(DagSerialization.to_dict(one))
        assert stored.timetable.periodic is periodic
