"""Create a backfill, find its runs, and ask for a second one too early."""

from collections import Counter

import pytest
from airflow.sdk import DAG

from dagbook.testing.scheduler import Decisions

STEM = "16_03_02_backfill_runs_subtask_2"
PATH = f"/api/v2/dags/{STEM}"
DAYS = ["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-15"]
ASKED = {"dag_id": STEM, "from_date": DAYS[0], "to_date": DAYS[3]}
RANGE = (
    f"{PATH}/dagRuns?run_type=backfill"
    "&logical_date_gte=2026-03-12T00:00:00Z&logical_date_lte=2026-03-15T00:00:00Z"
)
BACKFILL = ["id", "max_active_runs", "completed_at", "detail"]


def states(client):
    return dict(Counter(run["state"] for run in client.get(RANGE).json()["dag_runs"]))


def test_a_plain_trigger_is_a_manual_run(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", "orders-2026-05-01.csv loaded")


def test_the_command_makes_four_queued_runs_that_start_after_the_unpause(example):
    assert example.dag.max_active_runs == 1
    created = example.scenario("created")
    words = ("--from-date", DAYS[0], "--to-date", DAYS[3])
    made = created.cli("backfill", "create", "--dag-id", STEM, *words, name="create")
    assert (made.returncode, made.stdout) == (0, "")

    with created.http("viewer", keep=["total_entries"]) as viewer:
        answer = viewer.get(RANGE, extensions={"name": "runs"}).json()
    runs = {run["dag_run_id"]: run["state"] for run in answer["dag_runs"]}
    assert created.keep("runs", runs) == {
        f"backfill__{day}T00:00:00+00:00": "queued" for day in DAYS
    }
    first = answer["dag_runs"][0]
    assert (first["run_type"], first["triggered_by"]) == ("backfill", "backfill")
    assert not [key for key in first if "backfill" in key]  # nor its number anywhere

    scheduler = Decisions()
    with example.api.client("op") as op:
        scheduler.decide()
        seen = {"paused": states(op)}
        op.patch(PATH, json={"is_paused": False}).raise_for_status()
        scheduler.decide()
        seen["unpaused"] = states(op)
        types = {r["run_type"] for r in op.get(f"{PATH}/dagRuns").json()["dag_runs"]}
    assert created.keep("states", seen) == {
        "paused": {"queued": 4},
        "unpaused": {"running": 4},
    }
    assert types == {"backfill"}  # end_date has passed
    days = [row["run_after"][:10] for row in example.ticks("2026-01-01T00:00:00Z", 60)]
    assert (days[0], days[-1]) == ("2026-03-01", "2026-03-31")


def test_a_backfill_is_at_work_until_the_scheduler_looks_for_its_end(example):
    ended = example.scenario("all-runs-ended")
    with ended.http("user", keep=BACKFILL) as user:
        first = user.post("/api/v2/backfills", json=ASKED, extensions={"name": "post"})
        with example.api.client("user") as client:
            for day in DAYS:
                path = f"{PATH}/dagRuns/backfill__{day}T00:00:00%2B00:00"
                client.patch(path, json={"state": "success"}).raise_for_status()
            assert states(client) == {"success": 4}
            there = client.get(
                f"/api/v2/backfills?dag_id={STEM}&order_by=-id&limit=1"
            ).json()["backfills"][0]
        again = user.post("/api/v2/backfills", json=ASKED, extensions={"name": "again"})
        Decisions().close_backfills()
        late = user.post("/api/v2/backfills", json=ASKED, extensions={"name": "late"})

    assert (first.json()["max_active_runs"], first.json()["completed_at"]) == (10, None)
    assert (there["id"], there["completed_at"]) == (first.json()["id"], None)
    assert (again.status_code, again.json()["detail"]) == (
        409,
        f"There is already a running backfill for dag {STEM}",
    )
    assert (late.status_code, late.json()["id"]) == (200, first.json()["id"] + 1)


def test_dags_backfill_is_gone(example):
    done = example.scenario("gone").cli("dags", "backfill", STEM)

    assert done.returncode == 2
    error = done.stderr.strip().splitlines()[-1]
    assert example.scenario("gone").keep("error", error) == (
        "airflow dags command error: argument COMMAND: Command `dags backfill` has "
        "been removed. Please use `airflow backfill create`, see help above."
    )


def test_a_plain_date_in_the_filter_is_a_500(example):
    with example.api.client("viewer") as client:
        answer = client.get(f"{PATH}/dagRuns?logical_date_gte={DAYS[0]}")

    assert answer.status_code == 500
    assert answer.json()["detail"]["reason"] == "Database error"


def test_a_schedule_cannot_allow_backfills_only():
    with pytest.raises(ValueError, match="must include SCHEDULED when the Dag has a"):
        DAG("sales", schedule="@daily", allowed_run_types=["backfill"])
