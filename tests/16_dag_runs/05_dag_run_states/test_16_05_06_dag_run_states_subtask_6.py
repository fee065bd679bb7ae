"""The scheduler's count of failures, who has paused, and when it is safe to resume."""

from datetime import UTC, datetime, timedelta

import pytest

GOOD = "1,06:00\n1,06:20\n7,06:10\n"
LATE = "1,06:20\n1,06:00\n7,06:10\n"


def job(example) -> str:
    return f"{example.stem}__departures"


def feed(example, text: str) -> None:
    (example.scratch / "departures.csv").write_text(text)


def failed_runs(example, count: int, name: str = "failure") -> None:
    """Let the job fail on the first days of May."""
    for day in range(1, count + 1):
        date = datetime(2026, 5, day, tzinfo=UTC)
        run = example.run(
            f"{name}-{day}", role="departures", logical_date=date, run_after=date
        )
        assert run.state == "failed"


def scheduler_checks(example) -> None:
    """Call the scheduler's own check, which comes too early in ``dag.test()``."""
    from airflow.models import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    limit = example.sibling("departures").max_consecutive_failed_dag_runs
    with create_session() as session:
        newest = session.scalars(select(DagRun).where(DagRun.dag_id == job(example)))
        newest.first()._check_last_n_dagruns_failed(job(example), limit, session)


def is_paused(example) -> bool:
    answer = example.api.client("viewer").get(f"/api/v2/dags/{job(example)}")
    return answer.json()["is_paused"]


def unpause(example, user: str = "op", paused: bool = False) -> None:
    client = example.api.client(user)
    client.patch(f"/api/v2/dags/{job(example)}", json={"is_paused": paused})


# --8<-- [start:resumed]
def test_it_is_resumed_when_the_feed_is_good_again(example):
    unpause(example)
    feed(example, LATE)
    failed_runs(example, 3)
    assert is_paused(example) is False  # dag.test() has not paused it
    scheduler_checks(example)
    assert is_paused(example) is True

    feed(example, GOOD)
    run = example.run(conf={"reason": "ticket 4711"})

    assert run.value("history") == {
        "is_paused": True,
        "paused_by": "scheduler",
        "limit": 3,
        "last_failed": ["manual__2026-05-03T00:00:00+00:00"],
        "failed": 3,
        "left": 0,
        "pauses": True,
        "hidden_by": [],
    }
    assert run.value("resume") == "resumed after 3 failures: ticket 4711"
    assert is_paused(example) is False
    notes = {r["run_id"]: r["note"] for r in run.runs if r["dag_id"] == job(example)}
    assert notes["manual__2026-05-03T00:00:00+00:00"] == run.value("resume")
    assert set(notes.values()) == {None, run.value("resume")}
    # --8<-- [end:resumed]
    assert run.task("warn").log == ["WARNING 3 failed in a row, paused by scheduler"]
    assert [run.task(t).try_number for t in ("history", "warn", "resume")] == [1, 1, 1]
    assert set(run.states.values()) == {"success"}


# --8<-- [start:refused]
def test_it_stays_paused_as_long_as_the_cause_is_there(example):
    unpause(example)
    feed(example, LATE)
    failed_runs(example, 3, "bad-feed")
    scheduler_checks(example)

    run = example.run("refused")

    resume = run.task("resume")
    assert resume.error == (
        "AirflowFailException: it would fail again: row 2: line 1 leaves at 06:00, "
        "after 06:20"
    )
    assert (resume.try_number, resume.max_tries) == (1, 1)
    assert is_paused(example) is True
    # --8<-- [end:refused]
    assert [r["note"] for r in run.runs] == [None, None, None]
    assert run.state == "failed"


# --8<-- [start:by-hand]
def test_what_a_person_has_paused_is_left_to_that_person(example):
    unpause(example)
    feed(example, GOOD)
    unpause(example, "op", paused=True)

    run = example.run("by-hand")

    assert run.value("history")["paused_by"] == "op"
    assert run.task("resume").error == "AirflowFailException: paused by op: ask there"
    assert is_paused(example) is True
    # --8<-- [end:by-hand]
    assert run.task("warn").log == ["WARNING 0 failed in a row, paused by op"]


# --8<-- [start:hidden]
def test_a_run_whose_time_has_not_come_hides_the_streak(example):
    unpause(example)
    body = {"logical_date": None, "run_after": "2099-01-01T00:00:00Z"}
    op = example.api.client("op")
    op.post(f"/api/v2/dags/{job(example)}/dagRuns", json=body).raise_for_status()
    failed_runs(example, 3, "below")
    scheduler_checks(example)

    run = example.run("hidden")

    assert is_paused(example) is False
    history = run.value("history")
    assert (history["failed"], history["pauses"]) == (3, False)
    assert history["hidden_by"] == ["queued"]
    assert run.task("warn").log == [
        "WARNING 3 failed in a row, not paused, because one is queued"
    ]
    # --8<-- [end:hidden]
    assert run.states["resume"] == "skipped"


def test_two_more_failures_are_left_after_the_first(example):
    unpause(example)
    failed_runs(example, 1, "only")

    run = example.run("one-failure")

    assert run.value("warn") == "2 more until it is paused"
    assert run.task("warn").log == [
        "WARNING 1 failed in a row, 2 more until it is paused"
    ]
    assert run.states == {"history": "success", "warn": "success", "resume": "skipped"}
    assert run.value("history")["paused_by"] == "nobody on record"
    assert run.state == "success"


# --8<-- [start:same-verdict]
@pytest.mark.parametrize(
    "history",  # oldest first
    [
        "failed failed",
        "failed failed failed",
        "success failed failed failed",
        "failed failed failed success",
        "failed failed success failed",
        "failed failed failed queued",
        "failed failed queued failed failed failed",
    ],
)
def test_the_verdict_is_that_of_the_scheduler(example, history):
    unpause(example)
    states = history.split()
    runs, op = f"/api/v2/dags/{job(example)}/dagRuns", example.api.client("op")
    for number, state in enumerate(states, 1):
        body = {"dag_run_id": f"r{number}", "logical_date": None}
        body["run_after"] = f"2026-05-0{number}T00:00:00Z"
        op.post(runs, json=body).raise_for_status()
        if state != "queued":
            op.patch(f"{runs}/r{number}", json={"state": state}).raise_for_status()
    scheduler_checks(example)

    newest_first = [{"state": state} for state in reversed(states)]
    assert is_paused(example) is example.module.streak(newest_first, 3)["pauses"]
    # --8<-- [end:same-verdict]


@pytest.mark.parametrize(
    ("states", "limit", "failed", "left", "pauses", "hidden_by"),
    [
        ("", 3, 0, 3, False, []),
        ("failed", 3, 1, 2, False, []),
        ("failed failed failed failed", 3, 4, 0, True, []),
        ("success failed failed", 3, 0, 3, False, []),
        ("failed success failed", 3, 1, 2, False, []),
        ("queued failed failed", 3, 2, 1, False, []),
        ("running queued failed failed failed", 3, 3, 0, False, ["queued", "running"]),
        ("failed failed failed", 0, 3, None, False, []),
        ("", 0, 0, None, False, []),
        ("failed", 1, 1, 0, True, []),
        ("queued failed", 1, 1, 0, False, ["queued"]),
    ],
)
def test_a_streak(example, states, limit, failed, left, pauses, hidden_by):
    runs = [{"state": state} for state in states.split()]
    assert example.module.streak(runs, limit) == {
        "failed": failed,
        "left": left,
        "pauses": pauses,
        "hidden_by": hidden_by,
    }


def test_whose_event_counts(example):
    auto = {"event": "paused", "owner": "scheduler", "extra": "[('is_paused', True)]"}
    hand = {"event": "patch_dag", "owner": "op", "extra": '{"is_paused": true}'}
    off = {"event": "patch_dag", "owner": "ann", "extra": '{"is_paused": false}'}
    bare = {"event": "trigger_dag_run", "owner": "ann", "extra": None}
    who = example.module.paused_by
    assert who([bare, auto, hand]) == "scheduler"
    assert who([bare, hand, auto]) == "op"
    assert who([off, hand, auto]) == "op"
    assert who([hand | {"event": "post_dag"}, auto]) == "scheduler"
    assert who([off, bare]) == who([]) == "nobody on record"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD, ""),
        ("", "there are no departures"),
        ("1,06:00\n1,06:00\n", "row 2: line 1 leaves at 06:00, after 06:00"),
        ("1,06:00\n7,05:00\n", ""),
        ("1,06:00\n1,6:20\n", "row 2: '6:20' is no time"),
        ("1\n", "row 1: '' is no time"),
    ],
)
def test_what_is_wrong_with_a_feed(example, text, problem):
    assert example.module.complaint(text) == problem


def test_a_slow_server_is_waited_for(example):
    example.api.export()
    with example.module.api() as client:
        assert client.timeout.read == 30


def test_the_departures(example):
    feed(example, GOOD)
    good = example.run("departures", role="departures")
    assert good.value("timetable") == {"1": 2, "7": 1}
    feed(example, LATE)
    next_day = datetime(2026, 5, 2, tzinfo=UTC)
    bad = example.run(
        "departures-late", role="departures", logical_date=next_day, run_after=next_day
    )
    assert bad.task("timetable").errors == [
        "AirflowFailException: row 2: line 1 leaves at 06:00, after 06:20"
    ]


def test_the_dags(example):
    departures = example.sibling("departures")
    assert departures.max_consecutive_failed_dag_runs == 3
    assert departures.max_active_runs == 1
    assert example.dag.max_consecutive_failed_dag_runs == 0
    for dag in (example.dag, departures):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "history": {"warn", "resume"},
        "warn": {"resume"},
        "resume": set(),
    }
    for task in example.dag.tasks:
        assert (task.retries, task.retry_delay) == (1, timedelta(seconds=1))
    params = example.dag.params
    assert params["dag_id"] == job(example)
    assert params["reason"] == "the feed was repaired"
    assert params.get_param("dag_id").schema == {
        "type": "string",
        "pattern": r"^[\w.-]+$",
    }
    assert params.get_param("reason").schema == {"type": "string", "minLength": 1}
