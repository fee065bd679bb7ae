"""A backfill that is asked for twice, refused, locked out, left alone, and finished."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pendulum
import pytest

from dagbook.testing.child_runs import executing

STEM = "16_03_02_backfill_runs_subtask_2"
TAKINGS = f"{STEM}__takings"
RUNS = f"/api/v2/dags/{TAKINGS}/dagRuns"
DAYS = ["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-15"]
IDS = [f"backfill__{day}T00:00:00+00:00" for day in DAYS]
ASKED = {
    "dag_id": TAKINGS,
    "from_date": "2026-03-12T00:00:00+00:00",
    "to_date": "2026-03-15T00:00:00+00:00",
    "max_active_runs": 2,
    "dag_run_conf": {"cents": 950},
}


def pause(example) -> None:
    with example.api.client() as client:
        path = f"/api/v2/dags/{TAKINGS}"
        client.patch(path, json={"is_paused": True}).raise_for_status()


# --8<-- [start:default]
def test_the_backfill_has_four_runs_and_they_write_four_files(example):
    example.api.export("user")
    with executing([example.sibling("takings")]):
        run = example.run(logical_date=None, limit=200)

    assert run.value("create") == {"id": 1, "created": True}
    assert [one["dag_run_id"] for one in run.value("inspect")] == IDS
    assert run.value("inspect")[0] == {
        "dag_run_id": "backfill__2026-03-12T00:00:00+00:00",
        "run_type": "backfill",
        "triggered_by": "backfill",
        "triggering_user_name": "user",
        "conf": {"cents": 950},
    }
    assert run.value("finished") == dict.fromkeys(DAYS, "success")
    written = sorted(example.scratch.glob("takings-*.csv"))
    assert [file.name for file in written] == [f"takings-{day}.csv" for day in DAYS]
    # --8<-- [end:default]
    assert written[1].read_text() == (
        "film,seats,cents\nShort films,120,114000\nThe lighthouse,95,90250\n"
    )
    assert run.task("create").log == run.task("somebody_runs_them").log == []
    assert run.state == "success"


# --8<-- [start:paused]
def test_the_runs_of_a_paused_dag_are_created_and_stay_queued(example):
    pause(example)
    with executing([example.sibling("takings")]):
        run = example.run("paused", logical_date=None)

    assert len(run.value("inspect")) == 4
    assert run.task("somebody_runs_them").log == [
        f"WARNING {TAKINGS} is paused: its runs stay queued"
    ]
    assert run.states["finished"] == "skipped"
    assert run.state == "success"
    assert {r["state"] for r in run.runs if r["dag_id"] == TAKINGS} == {"queued"}
    # --8<-- [end:paused]
    assert not list(example.scratch.glob("*.csv"))


# --8<-- [start:twice]
def test_a_backfill_that_is_asked_for_twice_is_one(example):
    pause(example)
    zurich = ASKED | {
        "from_date": "2026-03-12T01:00:00+01:00",
        "to_date": "2026-03-15T01:00:00+01:00",
    }
    with example.api.client("op") as client:
        there = client.post("/api/v2/backfills", json=zurich).json()["id"]
        run = example.run("twice", logical_date=None)
        listed = client.get(f"/api/v2/backfills?dag_id={TAKINGS}").json()

    assert run.value("create") == {"id": there, "created": False}
    assert run.task("create").log == [f"INFO backfill {there} is at work already"]
    assert run.value("inspect")[0]["triggering_user_name"] == "op"
    assert listed["total_entries"] == 1
    # --8<-- [end:twice]


# --8<-- [start:another]
def test_another_backfill_at_work_is_waited_for_and_not_taken_over(example):
    busy = example.module.BusyError
    with example.api.client("op") as client:
        other = ASKED | {"to_date": "2026-03-13T00:00:00+00:00", "max_active_runs": 1}
        there = client.post("/api/v2/backfills", json=other).json()["id"]
        with pytest.raises(busy) as told:
            example.module.create(client, ASKED)
        assert str(told.value) == (
            f"backfill {there}, 2026-03-12T00:00:00Z to 2026-03-13T00:00:00Z, "
            "differs: ['to_date', 'max_active_runs']"
        )
        client.put(f"/api/v2/backfills/{there}/cancel").raise_for_status()
        assert example.module.create(client, ASKED) == {"id": there + 1} | {
            "created": True
        }
    # --8<-- [end:another]


def test_a_backfill_that_ends_between_the_two_questions_is_asked_for_again(example):
    with example.api.client("op") as client:
        there = client.post("/api/v2/backfills", json=ASKED).json()["id"]
        client.put(f"/api/v2/backfills/{there}/cancel").raise_for_status()
        with pytest.raises(example.module.BusyError, match=r"differs: \[\]$"):
            example.module.at_work(client, ASKED)


# --8<-- [start:until-noticed]
def test_a_backfill_whose_runs_have_ended_is_at_work_until_the_scheduler_looks(example):
    kept = example.scenario("all-runs-ended")
    pause(example)
    fields = ["id", "state", "completed_at", "detail", "total_entries"]
    with kept.http("op", keep=fields) as client:
        there = client.post("/api/v2/backfills", json=ASKED).json()["id"]
        for run_id in IDS:
            client.patch(f"{RUNS}/{run_id}", json={"state": "success"})
        seen = client.get(f"/api/v2/backfills/{there}").json()
        again = client.post("/api/v2/backfills", json=ASKED)

    assert seen["completed_at"] is None
    assert again.status_code == 409
    assert again.json()["detail"] == (
        f"There is already a running backfill for dag {TAKINGS}"
    )
    # --8<-- [end:until-noticed]


# --8<-- [start:locked]
def test_a_locked_database_is_asked_again(example):
    with example.api.client("op") as client:
        with closing(sqlite3.connect(example.home / "airflow.db")) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            with pytest.raises(example.module.BusyError) as told:
                example.module.create(client, ASKED)
        assert str(told.value).startswith('500 {"detail":{"reason":"Database error"')
        assert example.module.create(client, ASKED)["created"] is True
    # --8<-- [end:locked]


@pytest.mark.parametrize(
    ("status", "error"),
    [(499, "AirflowFailException"), (500, "BusyError"), (503, "BusyError")],
)
def test_which_answers_pass_by_themselves(example, status, error):
    answer = httpx.Response(status, json={"detail": "Database is locked"})
    with pytest.raises(getattr(example.module, error), match=f"^{status} .*locked"):
        example.module.checked(answer)


# --8<-- [start:cli]
def test_the_command_line_asks_for_the_same_with_other_defaults(example):
    assert TAKINGS in example.dags
    kept = example.scenario("cli")
    words = ("backfill", "create", "--dag-id", TAKINGS)
    span = ("--from-date", "2026-03-12", "--to-date", "2026-03-15")
    dry = kept.cli(*words, *span, "--dry-run")
    with example.api.client("viewer") as client:
        assert client.get(RUNS).json()["total_entries"] == 0
    made = kept.cli(*words, *span)

    assert [dry.returncode, made.returncode] == [0, 0]
    assert dry.stdout.count("2026-03-1") == 6  # the four days, and the two ends
    assert made.stdout.strip() == ""
    # --8<-- [end:cli]
    with kept.http("viewer", keep=["backfills"]) as client:
        [one] = client.get(f"/api/v2/backfills?dag_id={TAKINGS}").json()["backfills"]
    with example.api.client("viewer") as client:
        runs = client.get(RUNS).json()["dag_runs"]
    assert (one["max_active_runs"], one["reprocess_behavior"]) == (10, "none")
    assert one["dag_run_conf"] is None
    assert [run["dag_run_id"] for run in runs] == IDS
    assert {run["triggered_by"] for run in runs} == {"backfill"}
    assert {str(run["conf"]) for run in runs} == {"{}"}


# --8<-- [start:refused]
def test_a_refusal_is_not_repeated(example):
    example.api.export("user")
    run = example.run("conf", conf={"conf": {"cents": 0}}, logical_date=None)

    create = run.task("create")
    assert create.error.splitlines()[0] == (
        "AirflowFailException: 422 Invalid input for param cents: "
        "0 is less than the minimum of 1"
    )
    assert (create.try_number, create.max_tries) == (1, 2)
    assert run.states["finished"] == "upstream_failed"
    # --8<-- [end:refused]
    assert [r for r in run.runs if r["dag_id"] == TAKINGS] == []


@pytest.mark.parametrize(
    ("user", "dag_id", "error"),
    [
        ("viewer", TAKINGS, "^403 Forbidden$"),
        ("user", "films", "^404 Could not find dag films$"),
    ],
)
def test_who_may_not_create_and_what_is_not_there(example, user, dag_id, error):
    fail = example.module.AirflowFailException
    with example.api.client(user) as client, pytest.raises(fail, match=error):
        example.module.create(client, ASKED | {"dag_id": dag_id})


# --8<-- [start:early]
def test_only_a_run_of_a_backfill_has_tasks_before_the_start_date(example):
    with example.api.client("user") as client:
        for day in ("2026-03-11", "2026-03-13"):
            by_hand = {"logical_date": f"{day}T00:00:00Z", "dag_run_id": day}
            client.post(RUNS, json=by_hand).raise_for_status()
        body = ASKED | {"from_date": "2026-03-10T00:00:00Z"}
        assert example.module.create(client, body)["created"] is True
        tasks = {
            run_id: client.get(f"{RUNS}/{run_id}/taskInstances").json()["total_entries"]
            for run_id in ("2026-03-11", "backfill__2026-03-10T00:00:00+00:00")
        }
        runs = example.module.runs_of(client, ASKED)
    assert list(tasks.values()) == [0, 1]
    # --8<-- [end:early]
    assert [run["dag_run_id"] for run in runs] == [IDS[0], *IDS[2:]]


def test_a_day_without_a_festival_is_a_failure(example):
    write_day = example.sibling("takings").get_task("write_day").python_callable
    fail = example.module.AirflowFailException
    with pytest.raises(fail, match="^there was no festival on 2026-03-11$"):
        write_day(pendulum.datetime(2026, 3, 11), {"cents": 900, "folder": ""})


def test_a_day_that_is_run_by_hand_has_the_old_price(example):
    folder = example.scratch / "out"
    folder.mkdir()
    run = example.run(
        "by-hand",
        role="takings",
        conf={"folder": str(folder)},
        logical_date=datetime(2026, 3, 12, tzinfo=UTC),
    )

    assert run.value("write_day") == {
        "file": "takings-2026-03-12.csv",
        "cents": 279_000,
    }
    written = (folder / "takings-2026-03-12.csv").read_bytes()
    assert written == b"film,seats,cents\r\nOpening night,310,279000\r\n"


@pytest.mark.parametrize(
    "conf",
    [
        {"at_once": 0},
        {"at_once": "2"},
        {"from_date": 12},
        {"to_date": 15},
        {"conf": []},
        {"dag_id": 1},
    ],
)
def test_params_that_are_refused(example, conf):
    with pytest.raises(ValueError, match=next(iter(conf))):
        example.dag.test(run_conf=conf, logical_date=None)


def test_the_dags_are_what_the_page_says(example):
    dag, takings = example.dag, example.sibling("takings")
    assert (dag.schedule, dag.catchup) == (None, False)
    assert (takings.schedule, takings.catchup) == ("@daily", False)
    assert dag.start_date == takings.start_date == datetime(2026, 3, 12, tzinfo=UTC)
    assert takings.end_date == datetime(2026, 3, 15, tzinfo=UTC)
    assert takings.is_paused_upon_creation is False
    cents, folder = (takings.params.get_param(name) for name in ("cents", "folder"))
    assert (cents.value, cents.schema) == (900, {"type": "integer", "minimum": 1})
    assert (folder.value, folder.schema) == ("", {"type": "string"})
    assert {name: dag.params[name] for name in dag.params} == {
        "dag_id": TAKINGS,
        "from_date": "2026-03-12",
        "to_date": "2026-03-15",
        "at_once": 2,
        "conf": {"cents": 950},
    }
    assert example.module.instant("2026-03-12") == ASKED["from_date"]
    assert example.module.instant("2026-03-12T01:00+01:00").endswith("+01:00")
    order = ["create", "inspect", "somebody_runs_them", "finished"]
    for name, after in zip(order, order[1:], strict=False):
        assert dag.get_task(name).downstream_task_ids == {after}
    for task in dag.tasks:
        assert (task.retries, task.retry_delay) == (2, timedelta(seconds=1))
    sensor = dag.get_task("finished")
    assert (sensor.mode, sensor.poke_interval, sensor.timeout) == ("poke", 1, 600)
    assert example.module.SEATS["2026-03-15"] == {
        "Closing night": 305,
        "Short films": 88,
    }
    assert list(example.module.SEATS) == DAYS
