"""Cancel a backfill, find what it strands, and go on at another pace."""

import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError

from dagbook.testing.child_runs import execute, executing
from dagbook.testing.log_trigger import when_logged
from dagbook.testing.scheduler import Decisions

METER = "16_03_04_backfill_runs_subtask_4__meter"
RUNS = f"/api/v2/dags/{METER}/dagRuns"
DAYS = [f"2026-05-0{n}" for n in range(1, 7)]
KEPT = ["id", "is_paused", "completed_at", "max_active_runs", "detail", "state"]


def ask(client, first=1, last=6, **more):
    """Create a backfill of some days of May and return it."""
    body = {
        "dag_id": METER,
        "from_date": f"2026-05-0{first}T00:00:00Z",
        "to_date": f"2026-05-0{last}T00:00:00Z",
        **more,
    }
    answer = client.post("/api/v2/backfills", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def name(day):
    return f"backfill__2026-05-0{day}T00:00:00+00:00"


def states(client):
    """The states of all runs of the meter, by day."""
    runs = client.get(RUNS, params={"order_by": "logical_date"}).json()["dag_runs"]
    return {int(run["logical_date"][8:10]): run["state"] for run in runs}


def known(client):
    """All backfills of the meter, oldest first: paused, over, pace."""
    query = {"dag_id": METER, "order_by": "id"}
    found = client.get("/api/v2/backfills", params=query).json()["backfills"]
    return [
        (b["is_paused"], b["completed_at"] is not None, b["max_active_runs"])
        for b in found
    ]


@pytest.fixture
def scheduler(example):
    return Decisions()


# --8<-- [start:decisions]
def test_a_backfill_is_started_in_its_own_order_at_its_own_pace(example, scheduler):
    kept = example.scenario("decisions")
    with example.api.client("admin") as admin:
        admin.patch(f"/api/v2/dags/{METER}", json={"is_paused": False})
        number = ask(admin, max_active_runs=2, run_backwards=True)
        scheduler.decide()
        begun = dict.fromkeys(range(1, 5), "queued") | {5: "running", 6: "running"}
        assert kept.keep("one round of decisions", states(admin)) == begun

        admin.put(f"/api/v2/backfills/{number}/pause")
        admin.patch(f"{RUNS}/{name(6)}", json={"state": "success"})
        scheduler.decide()
        assert kept.keep("paused, and 6 May is done", states(admin)) == begun | {
            6: "success"
        }
        admin.put(f"/api/v2/backfills/{number}/unpause")
        scheduler.decide()
        assert kept.keep("unpaused", states(admin)) == begun | {
            6: "success",
            4: "running",
        }
    # --8<-- [end:decisions]


# --8<-- [start:passed-over]
@pytest.mark.parametrize(
    ("paused", "then"), [(True, "queued"), (False, "running")], ids=["paused", "not"]
)
def test_a_pause_outlives_its_backfill(example, scheduler, paused, then):
    with example.api.client("admin") as admin:
        admin.patch(f"/api/v2/dags/{METER}", json={"is_paused": False})
        number = ask(admin, last=1)
        scheduler.decide()
        if paused:
            admin.put(f"/api/v2/backfills/{number}/pause")
        admin.patch(f"{RUNS}/{name(1)}", json={"state": "success"})
        scheduler.close_backfills()
        assert known(admin) == [(paused, True, 10)]

        admin.post(f"{RUNS}/{name(1)}/clear", json={"dry_run": False})
        scheduler.decide()
        scheduler.decide()
        assert states(admin) == {1: then}
    # --8<-- [end:passed-over]


def test_without_a_backfill_there_is_nothing_to_stop(example):
    with example.api.client("admin") as admin:
        run = example.run(logical_date=None)

        assert known(admin) == [(False, False, 2)]
        assert states(admin) == dict.fromkeys(range(1, 7), "queued")
    assert run.states == {
        "stop": "success",
        "find_stranded": "success",
        "release": "skipped",
        "drained": "success",
        "start": "success",
        "overview": "success",
    }
    assert (run.value("stop"), run.value("find_stranded")) == ([], [])
    assert run.value("start") == {
        "max_active_runs": 2,
        "reprocess_behavior": "failed",
    }
    assert run.value("overview") == dict.fromkeys(DAYS, "queued")
    assert run.task("drained").log == ["INFO 0 runs of the old backfill are under way"]


# --8<-- [start:other-pace]
def test_another_pace_is_another_backfill_of_the_rest(example):
    with example.api.client("admin") as admin:
        number = ask(admin, max_active_runs=4, run_backwards=True)
        assert execute(example.sibling("meter"), name(6)) == "success"
        run = example.run("other-pace", logical_date=None, conf={"max_active_runs": 1})

        assert run.value("stop") == [number]
        assert known(admin) == [(True, True, 4), (False, False, 1)]
        assert states(admin) == dict.fromkeys(range(1, 6), "queued") | {6: "success"}
    assert run.value("find_stranded") == []
    # --8<-- [end:other-pace]
    assert run.value("start")["max_active_runs"] == 1
    assert run.value("overview") == dict.fromkeys(DAYS, "queued") | {
        "2026-05-06": "success"
    }
    assert run.state == "success"


# --8<-- [start:after-cancel]
def test_a_cancelled_backfill_cannot_go_on(example):
    scenario = example.scenario("after-cancel")
    with scenario.http("admin", keep=KEPT) as admin:
        number = ask(admin, last=2, max_active_runs=1)
        assert admin.put(f"/api/v2/backfills/{number}/pause").json()["is_paused"]
        cancelled = admin.put(f"/api/v2/backfills/{number}/cancel").json()
        assert cancelled["is_paused"] is True
        assert cancelled["completed_at"]
        for verb in ("unpause", "pause", "cancel"):
            answer = admin.put(f"/api/v2/backfills/{number}/{verb}")
            assert answer.status_code == 409
            assert answer.json()["detail"] == "Backfill is already completed."
    # --8<-- [end:after-cancel]
    with example.api.client("admin") as admin:
        assert states(admin) == {1: "failed", 2: "failed"}
        tasks = admin.get(f"{RUNS}/{name(1)}/taskInstances").json()["task_instances"]
        assert [task["state"] for task in tasks] == [None, None]
        assert admin.put("/api/v2/backfills/999/pause").status_code == 404


# --8<-- [start:rescue]
def test_a_run_that_was_cleared_after_the_cancel_is_rescued(example, scheduler):
    with example.scenario("stranded").http("admin", keep=["state", "detail"]) as admin:
        number = ask(admin, last=3)
        admin.put(f"/api/v2/backfills/{number}/cancel")
        clear = admin.post(f"{RUNS}/{name(2)}/clear", json={"dry_run": False})
        assert clear.json()["state"] == "queued"

    with example.api.client("admin") as admin:
        admin.patch(f"/api/v2/dags/{METER}", json={"is_paused": False})
        scheduler.decide()
        assert states(admin) == {1: "failed", 2: "queued", 3: "failed"}
        run = example.run("rescue", logical_date=None)
        assert run.value("find_stranded") == [name(2)]
        assert run.values("release") == ["failed"]
        assert known(admin) == [(True, True, 10), (False, False, 2)]
        assert states(admin) == dict.fromkeys(range(1, 7), "queued")
        scheduler.decide()
        rescued = admin.get(f"{RUNS}/{name(2)}").json()
    assert (rescued["state"], rescued["note"]) == (
        "running",
        "its backfill was cancelled",
    )
    # --8<-- [end:rescue]
    assert run.value("stop") == []


# --8<-- [start:in-flight]
def test_a_new_backfill_alone_leaves_the_stranded_run_where_it_is(example):
    scenario = example.scenario("in-flight")
    with example.api.client("admin") as admin:
        number = ask(admin, last=3)
        admin.put(f"/api/v2/backfills/{number}/cancel")
        admin.post(f"{RUNS}/{name(2)}/clear", json={"dry_run": False})
    with scenario.http("admin", keep=["backfills", "total_entries"]) as admin:
        body = {
            "dag_id": METER,
            "from_date": "2026-05-01T00:00:00Z",
            "to_date": "2026-05-03T00:00:00Z",
            "reprocess_behavior": "completed",
        }
        plan = admin.post("/api/v2/backfills/dry_run", json=body).json()
    days = [entry["logical_date"][:10] for entry in plan["backfills"]]
    assert days == ["2026-05-01", "2026-05-03"]
    # --8<-- [end:in-flight]


# --8<-- [start:under-way]
def test_the_new_backfill_waits_for_what_is_under_way(example):
    mark = example.scratch / "2026-05-01.complete"
    with example.api.client("admin") as admin, ExitStack() as worker:
        admin.patch(f"/api/v2/dags/{METER}", json={"is_paused": False})
        number = ask(admin, last=1, dag_run_conf={"folder": str(example.scratch)})
        worker.enter_context(executing([example.sibling("meter")]))
        limit = time.monotonic() + 30
        while states(admin) != {1: "running"}:
            assert time.monotonic() < limit

        def complete_the_day():
            mark.touch()
            worker.close()  # ends when the run has ended

        with when_logged(example, "1 runs of the old backfill", complete_the_day):
            run = example.run("under-way", logical_date=None)

    assert run.value("stop") == [number]
    assert run.task("drained").log == [
        "INFO 1 runs of the old backfill are under way",
        "INFO 0 runs of the old backfill are under way",
    ]
    overview = dict.fromkeys(DAYS, "queued") | {"2026-05-01": "success"}
    assert run.value("overview") == overview
    # --8<-- [end:under-way]
    assert run.state == "success"


# --8<-- [start:refused]
def test_a_range_in_the_future_is_refused_for_good(example):
    assert example.api.url
    future = {"from_date": "2999-01-01T00:00:00Z", "to_date": "2999-01-02T00:00:00Z"}
    run = example.run("future", logical_date=None, conf=future)

    start = run.task("start")
    assert start.error == (
        "AirflowFailException: 422 Backfill cannot be executed for future dates."
    )
    assert (start.try_number, start.max_tries) == (1, 1)
    assert run.states["overview"] == "upstream_failed"
    # --8<-- [end:refused]
    assert run.state == "failed"


def test_a_server_that_is_busy_is_asked_again(example):
    request = httpx.Request("GET", "http://127.0.0.1/")
    busy = httpx.Response(503, request=request)
    with pytest.raises(httpx.HTTPStatusError, match="503"):
        example.module.checked(busy)
    refused = httpx.Response(404, json={"detail": "no"}, request=request)
    with pytest.raises(AirflowFailException, match="^404 no$"):
        example.module.checked(refused)
    assert example.module.checked(httpx.Response(200, json={}, request=request)) == {}


def test_a_backfill_that_ends_by_itself_in_between_is_no_error(example):
    with example.api.client("admin") as admin:
        number = ask(admin)
        with example.module.api() as client:
            assert example.module.cancel(client, number) is True
            assert example.module.cancel(client, number) is False
            with pytest.raises(AirflowFailException, match="^404 Backfill not found"):
                example.module.cancel(client, 999)
        assert known(admin) == [(True, True, 10)]


def test_what_the_desk_sees_of_the_meter(example):
    def seen(first, last, *states):
        days = {"from_date": f"{DAYS[first - 1]}T00:00:00Z"}
        days["to_date"] = f"{DAYS[last - 1]}T00:00:00Z"
        with example.module.api() as client:
            found = example.module.backfill_runs(client, days, *states)
        return [run["dag_run_id"] for run in found]

    with example.api.client("admin") as admin:
        by_hand = {"logical_date": "2026-05-03T00:00:00Z"}
        assert admin.post(RUNS, json=by_hand).status_code == 200
        older = ask(admin, run_backwards=True)
        admin.patch(f"{RUNS}/{name(4)}", json={"state": "success"})
        assert seen(2, 5) == [name(2), name(4), name(5)]
        assert seen(2, 5, "queued") == [name(2), name(5)]
        assert seen(2, 5, "running") == []
        admin.put(f"/api/v2/backfills/{older}/cancel")
        newer = ask(admin, last=1, reprocess_behavior="failed")
        with example.module.api() as client:
            found = example.module.backfills(client)
        assert [backfill["id"] for backfill in found] == [newer, older]


# --8<-- [start:stranded]
@pytest.mark.parametrize(
    ("day", "paused", "over", "answer"),
    [
        ("2026-05-02", True, True, True),
        ("2026-05-02", False, True, False),
        ("2026-05-02", True, False, False),
        ("2026-05-01", True, True, True),
        ("2026-05-03", True, True, True),
        ("2026-04-30", True, True, False),
        ("2026-05-04", True, True, False),
    ],
)
def test_who_is_stranded(example, day, paused, over, answer):
    backfill = {
        "from_date": "2026-05-01T00:00:00Z",
        "to_date": "2026-05-03T00:00:00Z",
        "is_paused": paused,
        "completed_at": "2026-05-20T12:00:00Z" if over else None,
    }
    run = {"logical_date": f"{day}T00:00:00Z"}
    assert example.module.stranded(run, [backfill]) is answer
    newer = backfill | {"is_paused": False}
    assert example.module.stranded(run, [newer, backfill]) is False
    # --8<-- [end:stranded]


@pytest.mark.parametrize(
    ("day", "kwh", "cents"),
    [
        (1, 21, 651),
        (2, 18, 432),
        (3, 21, 504),
        (4, 32, 992),
        (5, 34, 1054),
        (6, 16, 496),
        (9, 36, 864),
        (10, 39, 936),
    ],
)
def test_what_a_day_costs(example, day, kwh, cents):
    assert example.module.cost(date(2026, 5, day)) == {"kwh": kwh, "cents": cents}


def test_a_day_of_the_meter(example):
    run = example.run(
        "saturday", role="meter", logical_date=datetime(2026, 5, 2, tzinfo=UTC)
    )
    assert run.value("consumption") == {"kwh": 18, "cents": 432}
    assert run.states == {"complete": "success", "consumption": "success"}


@pytest.mark.parametrize(
    "conf",
    [
        {"max_active_runs": 0},
        {"max_active_runs": "2"},
        {"from_date": 501},
        {"to_date": 3},
    ],
)
def test_what_the_form_refuses(example, conf):
    with pytest.raises(ParamValidationError):
        example.dag.test(run_conf=conf)


def test_the_dags(example):
    assert (example.dag.schedule, example.dag.catchup) == (None, False)
    assert example.dag.max_active_runs == 1
    assert example.dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "stop": {"find_stranded"},
        "find_stranded": {"release"},
        "release": {"drained"},
        "drained": {"start"},
        "start": {"overview"},
        "overview": set(),
    }
    drained = example.dag.get_task("drained")
    assert (drained.poke_interval, drained.timeout) == (0.5, 3600)
    assert (drained.mode, drained.trigger_rule) == ("poke", "none_failed")
    start = example.dag.get_task("start")
    assert (start.retries, start.retry_delay) == (1, timedelta(seconds=1))
    meter = example.sibling("meter")
    assert (meter.schedule, meter.catchup, meter.max_active_runs) == (
        "@daily",
        False,
        1,
    )
    assert meter.start_date == datetime(2026, 5, 1, tzinfo=UTC)
    assert meter.end_date == datetime(2026, 5, 10, tzinfo=UTC)
    complete = meter.get_task("complete")
    assert (complete.poke_interval, complete.timeout, complete.mode) == (
        0.5,
        600,
        "poke",
    )
    assert complete.downstream_task_ids == {"consumption"}
    assert meter.params.get_param("folder").schema == {"type": "string"}
    assert example.dag.params["run_backwards"] is False
