"""The same day again and again, a crash in the middle, and days out of order."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError

from dagbook.testing.log_trigger import when_logged

DAG = "16_03_05_backfill_runs_subtask_5"
KEPT = ["detail", "total_entries", "reprocess_behavior"]


def may(day):
    return {
        "logical_date": datetime(2026, 5, day, tzinfo=UTC),
        "run_after": datetime(2026, 5, day, 6, 30, tzinfo=UTC),
    }


def receipts(example):
    """What is in the books, asked by somebody else."""
    with closing(sqlite3.connect(example.scratch / "16_03_05_till.sqlite")) as db:
        query = "SELECT day, number, cents FROM receipts ORDER BY day, number"
        return db.execute(query).fetchall()


def ledger(example):
    with closing(sqlite3.connect(example.scratch / "16_03_05_till.sqlite")) as db:
        return dict(db.execute("SELECT day, closing FROM ledger ORDER BY day"))


FIRST = [
    ("2026-05-01", "101", 240),
    ("2026-05-01", "102", 390),
    ("2026-05-01", "103", 280),
]


# --8<-- [start:again]
def test_a_day_run_three_times_is_the_same_day(example):
    runs = [example.run(name) for name in ("default", "again", "once-more")]

    for run in runs:
        assert run.value("load") == 3
        assert run.value("ledger") == 20_000 + 240 + 390 + 280
        assert run.value("export") == runs[0].value("export")
    assert receipts(example) == FIRST
    assert ledger(example) == {"2026-05-01": 20_910}
    assert [run.task("load").log for run in runs] == [
        ["INFO 2026-05-01: 0 receipts out", "INFO 2026-05-01: 3 receipts in"],
        ["INFO 2026-05-01: 3 receipts out", "INFO 2026-05-01: 3 receipts in"],
        ["INFO 2026-05-01: 3 receipts out", "INFO 2026-05-01: 3 receipts in"],
    ]
    # --8<-- [end:again]
    assert runs[0].value("export")["file"] == "receipts-2026-05-01.csv"
    assert (example.scratch / "receipts-2026-05-01.csv").read_text() == (
        "2026-05-01,101,espresso,240\n2026-05-01,102,cake,390\n2026-05-01,103,tea,280\n"
    )
    assert not list(example.scratch.glob("*.part"))
    assert runs[0].value("export")["sha256"] == "9f29ec265476"
    assert {run.state for run in runs} == {"success"}


# --8<-- [start:crash]
def test_a_crash_between_delete_and_insert_loses_nothing(example):
    example.run("before-the-crash")

    def crash():
        assert receipts(example) == FIRST  # nobody else sees the hole
        raise MemoryError("in the middle of the replacement")

    with when_logged(example, "3 receipts out", crash):
        run = example.run("crash", conf={"void": ["102"]})

    load = run.task("load")
    assert load.errors == ["MemoryError: in the middle of the replacement"]
    assert load.log == [
        "INFO 2026-05-01: 3 receipts out",  # the second try: they are all there
        "INFO 2026-05-01: 2 receipts in",
    ]
    assert (load.try_number, load.max_tries) == (2, 1)
    assert receipts(example) == [FIRST[0], FIRST[2]]
    # --8<-- [end:crash]
    assert run.value("ledger") == 20_520
    assert run.state == "success"


# --8<-- [start:correction]
def test_a_correction_has_to_be_carried_through_the_later_days(example):
    for day in (1, 2, 3, 4):
        example.run(f"day-{day}", **may(day))
    books = example.scenario("correction")
    before = books.keep("closings before", ledger(example))

    example.run("first-day-corrected", conf={"void": ["102"]}, **may(1))
    reopened = books.keep("closings after the first day", ledger(example))
    assert reopened == {"2026-05-01": 20_520}

    for day in (2, 3, 4):
        example.run(f"day-{day}-corrected", conf={"void": ["102"]}, **may(day))
    whole = books.keep("closings after all days", ledger(example))
    assert {day: before[day] - whole[day] for day in whole} == dict.fromkeys(whole, 390)
    # --8<-- [end:correction]
    assert before == {
        "2026-05-01": 20_910,
        "2026-05-02": 22_300,
        "2026-05-03": 24_120,
        "2026-05-04": 24_120,
    }
    example.run("third-day-again", **may(3))
    assert sorted(ledger(example)) == ["2026-05-01", "2026-05-02", "2026-05-03"]


# --8<-- [start:gap]
def test_a_missing_day_is_noticed_by_the_books_alone(example):
    assert example.run("before-the-gap", **may(1)).state == "success"
    run = example.run("gap", **may(3))

    assert run.states == {"load": "success", "export": "success", "ledger": "failed"}
    assert run.task("ledger").error == (
        "AirflowFailException: the books of 2026-05-02 are not closed"
    )
    assert run.task("ledger").try_number == 1
    # --8<-- [end:gap]
    assert run.value("load") == 3
    assert ledger(example) == {"2026-05-01": 20_910}


def test_a_wrong_count_closes_nothing(example):
    wrong = {"counted": {"2026-05-01": 20_919}}
    run = example.run("wrong-count", conf=wrong)
    assert run.task("ledger").error == (
        "AirflowFailException: 2026-05-01: 20919 in the till, not 20910"
    )
    assert ledger(example) == {}
    right = {"counted": {"2026-05-01": 20_910, "2026-05-02": 1}}
    assert example.run("right-count", conf=right).value("ledger") == 20_910
    assert ledger(example) == {"2026-05-01": 20_910}


def body(**more):
    return {
        "dag_id": DAG,
        "from_date": "2026-05-01T00:00:00Z",
        "to_date": "2026-05-04T00:00:00Z",
        **more,
    }


# --8<-- [start:refused]
def test_a_dag_that_looks_back_is_not_filled_backwards_or_without_a_choice(example):
    backwards = {"run_backwards": True, "reprocess_behavior": "completed"}
    assert example.api.url
    with example.scenario("refused").http("admin", keep=KEPT) as admin:
        for path in ("/api/v2/backfills/dry_run", "/api/v2/backfills"):
            answer = admin.post(path, json=body(**backwards))
            assert (answer.status_code, answer.json()["detail"]) == (
                422,
                "Backfill cannot be run in reverse when the Dag has tasks "
                "where depends_on_past=True.",
            )
            answer = admin.post(path, json=body())
            assert (answer.status_code, answer.json()["detail"]) == (
                422,
                "Dag has tasks for which depends_on_past=True. You must set reprocess "
                "behavior to reprocess completed or reprocess failed.",
            )
        plan = admin.post(
            "/api/v2/backfills/dry_run", json=body(reprocess_behavior="failed")
        )
        assert plan.json()["total_entries"] == 4
        runs = admin.get(f"/api/v2/dags/{DAG}/dagRuns").json()
        assert runs["total_entries"] == 0
        # --8<-- [end:refused]
        made = admin.post("/api/v2/backfills", json=body(reprocess_behavior="failed"))
        assert made.status_code == 200


def test_the_command_line_refuses_too(example):
    done = example.scenario("command-line").cli(
        *("backfill", "create", "--dag-id", DAG),
        *("--from-date", "2026-05-01", "--to-date", "2026-05-04"),
    )
    assert done.returncode == 1
    assert "InvalidReprocessBehavior" in done.stderr


def test_the_opening_is_the_closing_of_the_day_before(example):
    example.run("opening")
    with example.module.books() as db:
        assert example.module.opening(db, date(2026, 5, 1)) == 20_000
        assert example.module.opening(db, date(2026, 5, 2)) == 20_910
        with pytest.raises(AirflowFailException, match="^the books of 2026-05-02 are"):
            example.module.opening(db, date(2026, 5, 3))
        with pytest.raises(AirflowFailException, match="^the books of 2026-04-29 are"):
            example.module.opening(db, date(2026, 4, 30))


def rows_that_end_too_early():
    yield ("8", "cake", 390)
    raise ValueError("too short")


def test_an_error_takes_back_the_whole_block(example):
    with example.module.books() as db:
        example.module.replace_day(db, "2026-05-02", [("7", "tea", 280)])
    with pytest.raises(ValueError, match="too short"), example.module.books() as db:
        example.module.replace_day(db, "2026-05-02", rows_that_end_too_early())
    assert receipts(example) == [("2026-05-02", "7", 280)]


@pytest.mark.parametrize("conf", [{"void": "102"}, {"counted": [1]}])
def test_what_the_form_refuses(example, conf):
    with pytest.raises(ParamValidationError):
        example.dag.test(run_conf=conf)


def test_the_dag(example):
    dag = example.dag
    assert (dag.schedule, dag.catchup) == ("@daily", False)
    assert dag.start_date == datetime(2026, 5, 1, tzinfo=UTC)
    assert dag.end_date == datetime(2026, 5, 4, tzinfo=UTC)
    looks_back = {task.task_id: task.depends_on_past for task in dag.tasks}
    assert looks_back == {"load": False, "export": False, "ledger": True}
    edges = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    assert edges == {"load": {"export", "ledger"}, "export": set(), "ledger": set()}
    load = dag.get_task("load")
    assert (load.retries, load.retry_delay) == (1, timedelta(seconds=1))
    assert {t.retries for t in dag.tasks if t.task_id != "load"} == {0}
    ticks = example.ticks("2026-05-01T00:00:00Z", 9)
    assert [tick["logical_date"][:10] for tick in ticks] == list(
        example.module.RECEIPTS
    )
