"""Make each cause on the one DAG, and let Airflow's scheduler decide about a run."""

from datetime import UTC, datetime

import pytest
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_02_04_scheduled_runs_subtask_4"
FACTS = [
    "has_import_errors",
    "is_stale",
    "is_paused",
    "next_dagrun_run_after",
    "max_active_runs",
]
FIRST, SECOND, LAST = (f"2026-05-0{day}T06:00:00Z" for day in (1, 2, 3))


def next_run(client):
    return client.get(f"{PATH}/details").json()["next_dagrun_run_after"]


def scheduled(client):
    runs = client.get(f"{PATH}/dagRuns?run_type=scheduled&order_by=id").json()
    return [run["logical_date"] for run in runs["dag_runs"]]


def end_all_runs(client):
    going = client.get(f"{PATH}/dagRuns?state=queued&state=running").json()
    for run in going["dag_runs"]:
        path = f"{PATH}/dagRuns/{run['dag_run_id'].replace('+', '%2B')}"
        client.patch(path, json={"state": "success"}).raise_for_status()


def test_a_plain_trigger_needs_no_schedule(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sales: 42 EUR")


def test_paused_and_full_hide_each_other(example):
    kept = example.scenario("paused-full")
    with example.api.client("op") as op:
        body = {"logical_date": None, "dag_run_id": "by-hand"}
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
        with kept.http("viewer", keep=FACTS) as viewer:
            facts = viewer.get(f"{PATH}/details", extensions={"name": "details"}).json()
        with kept.http("viewer", keep=["total_entries"]) as viewer:
            path = f"{PATH}/dagRuns?state=queued&state=running&limit=1"
            runs = viewer.get(path, extensions={"name": "runs"}).json()
        with kept.http(None, keep=["scheduler"]) as anybody:
            path = "/api/v2/monitor/health"
            health = anybody.get(path, extensions={"name": "health"}).json()

        assert [facts[key] for key in FACTS] == [False, False, True, FIRST, 1]
        assert runs["total_entries"] == 1
        assert health["scheduler"]["status"] == "unhealthy"

        deploy(example)
        op.patch(PATH, json={"is_paused": False}).raise_for_status()
        scheduler = Decisions()
        scheduler.decide()
        after = {"after the unpause": scheduled(op)}
        end_all_runs(op)
        scheduler.decide()
        assert scheduled(op) == []  # a flag says full until the file is parsed again
        deploy(example)
        scheduler.decide()
        after["after the triggered run, too, is over"] = scheduled(op)

    assert kept.keep("scheduled runs", after) == {
        "after the unpause": [],
        "after the triggered run, too, is over": [FIRST],
    }


def test_a_manual_run_takes_the_place_of_a_tick_and_end_date_is_the_last(
    example, capfd
):
    kept = example.scenario("taken")
    with kept.http("op", keep=["dag_run_id", "run_type", "logical_date"]) as client:
        body = {"dag_run_id": "by-hand", "logical_date": FIRST}
        client.post(f"{PATH}/dagRuns", json=body, extensions={"name": "trigger"})
    with example.api.client("op") as op:
        op.patch(PATH, json={"is_paused": False}).raise_for_status()
        scheduler = Decisions()
        end_all_runs(op)
        scheduler.decide()
        assert (scheduled(op), next_run(op)) == ([], SECOND)
        scheduler.decide()
        end_all_runs(op)
        deploy(example)
        scheduler.decide()
        dates, left = scheduled(op), next_run(op)

    said = "run already exists; skipping dagrun creation"
    assert capfd.readouterr().out.count(said) == 1
    kept.keep("log of the scheduler", said)
    assert kept.keep("scheduled runs until end_date", dates) == [SECOND, LAST]
    assert kept.keep("next_dagrun_run_after then", left) is None


def test_a_broken_file_makes_its_dag_stale_and_unlisted(example):
    kept = example.scenario("broken")
    assert example.dags
    deploy(example)
    deploy(example, ("import pendulum\n", "import oven\nimport pendulum\n"))
    with kept.http("viewer", keep=FACTS) as viewer:
        facts = viewer.get(f"{PATH}/details", extensions={"name": "details"}).json()
    with example.api.client("op") as op:
        [error] = op.get("/api/v2/importErrors").json()["import_errors"]
        listed = op.get("/api/v2/dags").json()["total_entries"]
        with_stale = op.get("/api/v2/dags?exclude_stale=false").json()["total_entries"]
        tasks = op.get(f"{PATH}/tasks").json()["total_entries"]
        trigger = op.post(f"{PATH}/dagRuns", json={"logical_date": None})
        op.patch(PATH, json={"is_paused": False}).raise_for_status()
        scheduler = Decisions()
        scheduler.decide()
        assert scheduled(op) == []
        deploy(example)
        scheduler.decide()
        assert scheduled(op) == [FIRST]

    assert (facts["has_import_errors"], facts["is_stale"]) == (True, True)
    assert facts["next_dagrun_run_after"] == FIRST
    last_line = error["stack_trace"].strip().splitlines()[-1]
    assert kept.keep("last line of stack_trace", last_line) == (
        "ModuleNotFoundError: No module named 'oven'"
    )
    assert kept.keep("entries of GET /dags", listed) == 0
    assert (with_stale, tasks) == (1, 3)
    assert kept.keep(
        "trigger", f"{trigger.status_code} {trigger.json()['detail']}"
    ) == (f"404 Dag with dag_id: '{example.stem}' not found")


def test_an_unknown_dag_is_404(example):
    with example.api.client("viewer") as client:
        answer = client.get(f"{PATH}4/details")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("parsed_at", "first_run"),
    [("2026-05-01T05:59:50Z", FIRST), ("2026-05-01T06:00:20Z", SECOND)],
)
def test_a_start_date_of_now_moves_the_first_tick(parsed_at, first_run):
    now = datetime.fromisoformat(parsed_at)
    dag = DAG("sales", schedule="0 6 * * *", start_date=now, catchup=True)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    first = stored.timetable.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(stored.start_date, None, catchup=True),
    )

    assert first.run_after == datetime.fromisoformat(first_run).astimezone(UTC)
