"""A plan of a backfill, against the runs that the backfill then has, and refusals."""

import shlex
from datetime import UTC, date, datetime, timedelta

import pytest

STEM = "16_03_01_backfill_runs_subtask_1"
LOANS = f"{STEM}__loans"
MARCH = [date(2026, 3, 1) + timedelta(days=n) for n in range(31)]
AT_SIX = [f"{day}T06:00:00Z" for day in MARCH]
BERLIN = {"dag_id": f"{STEM}__berlin", "zone": "Europe/Berlin"}
PAST = datetime(2026, 2, 1, 6, tzinfo=UTC)


def seed(example, day: datetime, state: str, seconds: int | None = None) -> None:
    """Make a run that has ended and, unless ``None``, took so many seconds."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import update

    path = f"/api/v2/dags/{LOANS}/dagRuns"
    with example.api.client("user") as client:
        body = {"logical_date": day.isoformat(), "dag_run_id": f"seed-{day:%m-%d}"}
        run = client.post(path, json=body).raise_for_status().json()["dag_run_id"]
        client.patch(f"{path}/{run}", json={"state": state}).raise_for_status()
    if seconds is not None:
        times = {"start_date": day, "end_date": day + timedelta(seconds=seconds)}
        with create_session() as session:
            session.execute(update(DagRun).where(DagRun.run_id == run).values(**times))


def nights(example, *lengths: int, state: str = "success") -> None:
    """Make one run a night in February, of so many seconds each."""
    for n, seconds in enumerate(lengths):
        seed(example, PAST + timedelta(days=n), state, seconds)


# --8<-- [start:default]
def test_the_command_of_the_plan_makes_the_runs_of_the_plan(example):
    nights(example, 40, 50, 3600)
    run = example.run(logical_date=None)

    assert run.value("dry_run")["ticks"] == AT_SIX
    assert run.value("plan") == {
        "runs": 31,
        "from": "2026-03-01T06:00:00Z",
        "to": "2026-03-31T06:00:00Z",
        "minutes": 7,  # 8 waves of 4, 50 seconds each
    }
    command = shlex.split(run.value("command"))
    made = example.scenario("command").cli(*command[1:])

    assert made.returncode == 0, made.stderr
    with example.api.client("viewer") as client:
        asked = {"run_type": "backfill", "limit": 100, "order_by": "id"}
        runs = client.get(f"/api/v2/dags/{LOANS}/dagRuns", params=asked).json()
        [backfill] = client.get(f"/api/v2/backfills?dag_id={LOANS}").json()["backfills"]
    assert [r["logical_date"] for r in runs["dag_runs"]] == AT_SIX
    assert backfill["max_active_runs"] == 4
    # --8<-- [end:default]
    assert backfill["reprocess_behavior"] == "none"
    assert run.value("command") == (
        f"airflow backfill create --dag-id {LOANS}"
        " --from-date 2026-03-01T00:00:00+00:00 --to-date 2026-03-31T23:59:59+00:00"
        " --reprocess-behavior none --max-active-runs 4"
    )
    assert run.value("history") == {"seconds": 50.0, "days": []}
    assert run.task("plan").log == []
    assert run.task("within_budget").log == ["INFO 7 minutes, and the budget is 30"]
    assert run.state == "success"


# --8<-- [start:as-typed]
def test_the_last_day_is_not_in_the_plan_when_days_are_sent_as_typed(example):
    nights(example, 60)
    run = example.run("as-typed", conf={"as_typed": True}, logical_date=None)

    assert run.value("dry_run")["body"]["to_date"] == "2026-03-31"
    assert run.value("plan")["runs"] == 30
    assert run.value("plan")["to"] == "2026-03-30T06:00:00Z"
    assert run.task("plan").log == ["WARNING neither planned nor there: 2026-03-31"]
    # --8<-- [end:as-typed]
    assert run.value("plan")["minutes"] == 8
    assert "--to-date 2026-03-31 " in run.value("command")


# --8<-- [start:berlin]
def test_east_of_greenwich_it_is_the_first_day_that_is_missing(example):
    assert example.api.url
    conf = {**BERLIN, "as_typed": True}
    run = example.run("berlin-as-typed", conf=conf, logical_date=None)

    assert run.task("plan").log == ["WARNING neither planned nor there: 2026-03-01"]
    assert run.value("plan")["from"] == "2026-03-01T23:00:00Z"
    # --8<-- [end:berlin]
    assert run.value("plan")["to"] == "2026-03-30T22:00:00Z"
    assert run.value("plan")["runs"] == 30


def test_whole_days_are_days_on_the_clock_of_the_dag(example):
    assert example.api.url
    run = example.run("berlin", conf=BERLIN, logical_date=None)

    body = run.value("dry_run")["body"]
    assert body["from_date"] == "2026-03-01T00:00:00+01:00"
    assert body["to_date"] == "2026-03-31T23:59:59+02:00"
    assert run.value("plan")["runs"] == 31
    assert run.value("plan")["from"] == "2026-02-28T23:00:00Z"
    assert run.task("plan").log == []


# --8<-- [start:unhelpful]
def test_two_answers_of_the_api_that_do_not_help(example):
    berlin = f"/api/v2/dags/{STEM}__berlin"
    with example.api.client("viewer") as client:
        assert client.get(f"{berlin}/details").json()["timezone"] == "UTC"
        found = client.get(f"{berlin}/dagRuns?logical_date_gte=2026-03-01")
        assert found.status_code == 500
    # --8<-- [end:unhelpful]


# --8<-- [start:early]
def test_the_start_date_of_the_dag_is_no_limit(example):
    assert example.api.url
    conf = {"first_day": "2025-12-30", "last_day": "2026-01-01"}
    run = example.run("early", conf=conf, logical_date=None)

    assert run.value("plan")["runs"] == 3
    assert run.value("plan")["from"] == "2025-12-30T06:00:00Z"
    assert run.task("plan").log == [
        "WARNING 2 runs lie before the start_date of the DAG"
    ]
    # --8<-- [end:early]


# --8<-- [start:reserve]
def test_a_plan_reserves_nothing_and_is_not_the_whole_check(example):
    days = {"from_date": "2026-03-01", "to_date": "2026-03-02"}
    between = {
        "from_date": "2026-03-01T06:00:01Z",
        "to_date": "2026-03-02T05:59:59Z",
    }
    kept = example.scenario("dry-run-and-create")
    with kept.http("user", keep=["total_entries", "detail", "id"]) as client:
        for span in (between, days):
            body = {"dag_id": LOANS, **span}
            dry = client.post("/api/v2/backfills/dry_run", json=body)
            made = client.post("/api/v2/backfills", json=body)
            assert dry.status_code == 200
            assert made.status_code == (422 if span == between else 200)
        body = {"dag_id": LOANS, "from_date": "2026-03-05", "to_date": "2026-03-06"}
        assert client.post("/api/v2/backfills/dry_run", json=body).is_success
        assert client.post("/api/v2/backfills", json=body).status_code == 409
    # --8<-- [end:reserve]
    answers = [e["response"] for e in kept.exchanges]
    assert [a.get("total_entries") for a in answers[::2]] == [0, 1, 1]
    assert answers[1]["detail"].startswith(f"No runs to create for Dag {LOANS} in the")
    assert (
        answers[5]["detail"] == f"There is already a running backfill for dag {LOANS}"
    )


# --8<-- [start:both-ends]
@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        ("2026-03-02T06:00:00Z", "2026-03-04T06:00:00Z", AT_SIX[1:4]),
        ("2026-03-02T06:00:01Z", "2026-03-04T06:00:00Z", AT_SIX[2:4]),
        ("2026-03-02T06:00:00Z", "2026-03-04T05:59:59Z", AT_SIX[1:3]),
        ("2026-03-02T06:00:01Z", "2026-03-03T05:59:59Z", []),
    ],
)
def test_both_ends_are_instants_and_both_are_inside(example, first, last, ticks):
    with example.api.client("user") as client:
        body = {"dag_id": LOANS, "from_date": first, "to_date": last}
        found = client.post("/api/v2/backfills/dry_run", json=body).json()
    assert [one["logical_date"] for one in found["backfills"]] == ticks
    # --8<-- [end:both-ends]


def test_what_lies_in_the_future_is_left_out_of_a_plan(example):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    since = tomorrow - timedelta(days=4)
    with example.api.client("user") as client:
        body = {"dag_id": LOANS, "from_date": since.isoformat()}
        body["to_date"] = (tomorrow + timedelta(days=30)).isoformat()
        found = client.post("/api/v2/backfills/dry_run", json=body).json()
    assert found["total_entries"] == 3


# --8<-- [start:there]
def test_days_that_have_run_are_not_missing(example):
    seed(example, datetime(2026, 3, 2, 6, tzinfo=UTC), "failed", 10)
    seed(example, datetime(2026, 3, 3, 6, tzinfo=UTC), "success", 30)
    conf = {"first_day": "2026-03-01", "last_day": "2026-03-04", "reprocess": "failed"}
    run = example.run("some-there", conf=conf, logical_date=None)

    assert run.value("history") == {
        "seconds": 30.0,
        "days": ["2026-03-02", "2026-03-03"],
    }
    assert run.value("dry_run")["ticks"] == [AT_SIX[0], AT_SIX[1], AT_SIX[3]]
    assert run.task("plan").log == []
    assert run.value("plan")["minutes"] == 1
    # --8<-- [end:there]
    assert "--reprocess-behavior failed " in run.value("command")


# --8<-- [start:over-budget]
def test_a_plan_over_the_budget_hands_out_no_command(example):
    nights(example, 60, 120, 300)
    conf = {"budget_minutes": 15, "at_once": 4}
    run = example.run("over-budget", conf=conf, logical_date=None)

    assert run.value("plan")["minutes"] == 16
    assert run.task("within_budget").log == ["INFO 16 minutes, and the budget is 15"]
    assert run.states["command"] == "skipped"
    assert run.state == "success"
    # --8<-- [end:over-budget]


def test_a_plan_that_fills_the_budget_is_inside_it(example):
    gate = example.dag.get_task("within_budget").python_callable
    plan = {"runs": 1, "minutes": 16}
    assert gate(plan, {"budget_minutes": 16}) is True
    assert gate(plan, {"budget_minutes": 15}) is False
    assert gate(plan | {"runs": 0}, {"budget_minutes": 16}) is False


# --8<-- [start:unknown]
def test_without_history_nobody_knows_how_long_it_takes(example):
    nights(example, 70, state="failed")
    seed(example, datetime(2026, 2, 20, 6, tzinfo=UTC), "success")  # only marked
    run = example.run("no-history", logical_date=None)

    assert run.value("history")["seconds"] is None
    assert run.value("plan")["minutes"] is None
    assert run.task("within_budget").log == [
        "INFO nobody knows how long a run takes: backfill one day first"
    ]
    assert run.states["command"] == "skipped"
    # --8<-- [end:unknown]


def test_a_range_without_a_tick_is_a_plan_of_nothing(example):
    seed(example, datetime(2026, 3, 4, 6, tzinfo=UTC), "success", 30)
    conf = {"first_day": "2026-03-04", "last_day": "2026-03-04"}
    run = example.run("nothing", conf=conf, logical_date=None)

    assert run.value("plan") == {"runs": 0, "from": None, "to": None, "minutes": 0}
    assert run.task("within_budget").log == ["INFO nothing to do"]
    assert run.states["command"] == "skipped"


def test_only_the_newest_runs_say_how_long_it_takes(example):
    nights(example, 900, 10, 10, 30, 30)
    run = example.run("long-history", logical_date=None)

    assert run.value("history")["seconds"] == 20.0
    assert run.value("plan")["minutes"] == 3


PLAIN = "has a non-periodic schedule that does not support backfills"
NO_TICKS = f"{PLAIN} (it has no ticks to fill; trigger each run with a conf)"

# --8<-- [start:refusals]
REFUSALS = {
    "by_hand": NO_TICKS,
    "once": NO_TICKS,
    "endless": NO_TICKS,
    "on_return": NO_TICKS,
    "closed": "does not allow backfill runs "
    "(its owner left backfill out of allowed_run_types)",
}
RANGES = {
    "Backfill cannot be executed for future dates. "
    "(a backfill begins in the past; the schedule does the rest)": (2999, 2999),
    "from_date (2026-01-01T00:00:00+00:00) must not be after to_date "
    "(2025-01-01T00:00:00+00:00). (swap the two days)": (2026, 2025),
}


def test_what_airflow_refuses_and_what_to_do_then(example):
    cases = [(role, 2026, 2026, words) for role, words in REFUSALS.items()]
    cases += [("loans", *years, words) for words, years in RANGES.items()]
    with example.api.client("user") as client:
        for role, first, last, words in cases:
            body = {"dag_id": f"{STEM}__{role}", "from_date": f"{first}-01-01"}
            body["to_date"] = f"{last}-01-01"
            answer = client.post("/api/v2/backfills/dry_run", json=body)
            assert answer.status_code == (400 if role == "closed" else 422)
            with pytest.raises(example.module.AirflowFailException) as refused:
                example.module.checked(answer)
            assert str(refused.value).endswith(words)
    # --8<-- [end:refusals]


# --8<-- [start:no-retry]
def test_a_refusal_comes_with_advice_and_without_a_retry(example):
    assert example.api.url
    conf = {"dag_id": f"{STEM}__looks_back"}
    run = example.run("looks-back", conf=conf, logical_date=None)

    asked = run.task("dry_run")
    assert asked.error == (
        "AirflowFailException: Dag has tasks for which depends_on_past=True. "
        "You must set reprocess behavior to reprocess completed or reprocess failed. "
        "(it looks back: ask for failed or completed)"
    )
    assert (asked.try_number, asked.max_tries) == (1, 2)
    assert run.states["command"] == "upstream_failed"
    # --8<-- [end:no-retry]


def test_an_unknown_dag_and_an_unknown_right(example):
    fail = example.module.AirflowFailException
    with example.api.client("viewer") as client:
        with pytest.raises(fail) as told:
            example.module.checked(client.get("/api/v2/dags/loans/details"))
        assert str(told.value) == (
            "The Dag with ID: `loans` was not found "
            "(correct dag_id; only a DAG that was parsed has a plan)"
        )
        body = {"dag_id": LOANS, "from_date": "2026-03-01", "to_date": "2026-03-02"}
        refused = client.post("/api/v2/backfills/dry_run", json=body)
        with pytest.raises(fail) as told:
            example.module.checked(refused)
        assert str(told.value) == (
            "Forbidden (connection airflow_api needs a user who may create backfills)"
        )


def test_an_answer_without_advice_says_so(example):
    import httpx

    request = httpx.Request("GET", "http://airflow")
    refused = httpx.Response(418, json={"detail": "short and stout"}, request=request)
    with pytest.raises(example.module.AirflowFailException) as said:
        example.module.checked(refused)
    assert str(said.value) == "short and stout (no advice)"
    for status in (500, 503):
        broken = httpx.Response(status, text="no json", request=request)
        with pytest.raises(httpx.HTTPStatusError):
            example.module.checked(broken)


@pytest.mark.parametrize(
    ("runs", "at_once", "seconds", "minutes"),
    [
        (0, 4, 60, 0),
        (1, 4, 60, 1),
        (4, 4, 60, 1),
        (5, 4, 60, 2),
        (5, 4, 61, 3),
        (5, 1, 12, 1),
        (1, 1, 0.5, 1),
        (9, 3, None, None),
    ],
)
def test_runs_go_in_waves(example, runs, at_once, seconds, minutes):
    assert example.module.estimate(runs, at_once, seconds) == minutes


def test_what_comes_back_on_a_day(example):
    third = datetime(2026, 3, 3, 6, tzinfo=UTC)
    run = example.run("due", role="loans", logical_date=third)

    assert run.value("due") == ["novels", "maps"]
    assert example.module.LENT_FOR == {"novels": 31, "poems": 7, "maps": 2}


def test_the_day_in_berlin_begins_before_the_day_of_the_clock(example):
    night = datetime(2026, 3, 2, 23, tzinfo=UTC)
    run = example.run("due-berlin", role="berlin", logical_date=night)

    assert run.value("due") == ["novels", "maps"]


@pytest.mark.parametrize(
    "conf",
    [
        {"reprocess": "all"},
        {"at_once": 0},
        {"at_once": "4"},
        {"budget_minutes": -1},
        {"budget_minutes": "30"},
        {"first_day": "1 March"},
        {"last_day": "31 March"},
        {"last_day": 31},
        {"first_day": 1},
        {"as_typed": "no"},
        {"zone": 1},
        {"dag_id": 1},
    ],
)
def test_params_that_are_refused(example, conf):
    with pytest.raises(ValueError, match=next(iter(conf))):
        example.dag.test(run_conf=conf, logical_date=None)


def test_the_dags_are_what_the_page_says(example):
    dag = example.dag
    assert (dag.schedule, dag.catchup) == (None, False)
    assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert {name: dag.params[name] for name in dag.params} == {
        "dag_id": LOANS,
        "first_day": "2026-03-01",
        "last_day": "2026-03-31",
        "zone": "UTC",
        "as_typed": False,
        "reprocess": "none",
        "at_once": 4,
        "budget_minutes": 30,
    }
    assert {t.task_id: t.downstream_task_ids for t in dag.tasks} == {
        "dry_run": {"history", "plan", "command"},
        "history": {"plan"},
        "plan": {"within_budget"},
        "within_budget": {"command"},
        "command": set(),
    }
    for task in dag.tasks:
        assert (task.retries, task.retry_delay) == (2, timedelta(seconds=1))
        assert task.returns_dag_result is (task.task_id == "command")
    schedules = {
        role: example.sibling(role).schedule for role in ("loans", "berlin", "closed")
    }
    assert schedules == {
        "loans": "0 6 * * *",
        "berlin": "0 0 * * *",
        "closed": "@daily",
    }
    for role in (*schedules, "looks_back", "by_hand", "once", "endless", "on_return"):
        sister = example.sibling(role)
        assert sister.catchup is False
        zone = "Europe/Berlin" if role == "berlin" else "UTC"
        assert str(sister.timezone) in (zone, f"Timezone('{zone}')")
        assert sister.start_date.replace(tzinfo=None) == (
            datetime(2025, 12, 31, 23) if role == "berlin" else datetime(2026, 1, 1)
        )
    assert example.sibling("closed").allowed_run_types == {"scheduled", "manual"}
