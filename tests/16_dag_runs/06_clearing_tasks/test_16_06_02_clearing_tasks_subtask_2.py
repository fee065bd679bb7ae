"""What a clear would touch, counted before it is done, and when it is refused."""

import json
from datetime import UTC, datetime

import pytest

from dagbook.testing.child_runs import executing
from dagbook.testing.log_trigger import when_logged

STEM = "16_06_02_clearing_tasks_subtask_2"
RIVER = f"{STEM}__river"
RUNS = f"/api/v2/dags/{RIVER}/dagRuns"
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "by-hand"]
DATED, FROM_TUESDAY = WEEK[:5], WEEK[1:5]
READING_AND_ARCHIVE = ["archive", "gauge", "level"]


def each(value, names: list[str]) -> dict:
    return dict.fromkeys(names, value)


def refusal(act, *given) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given)
    return f"{refused.type.__name__}: {refused.value}"


def end(example) -> None:
    """Mark all queued runs of the river as a success; nothing executes them."""
    with example.api.client("op") as op:
        queued = op.get(RUNS, params={"state": "queued"}).json()["dag_runs"]
        for run in queued:
            path = f"{RUNS}/{run['dag_run_id']}"
            op.patch(path, json={"state": "success"}).raise_for_status()


def week_is_over(example) -> None:
    with example.api.client("op") as op:
        for name, date in example.module.WEEK.items():
            body = {"dag_run_id": name, "logical_date": date}
            op.post(RUNS, json=body).raise_for_status()
    end(example)


def ended(example):
    """End the runs that the DAG has cleared, at the moment when it says so."""
    return when_logged(example, "are queued again", lambda: end(example))


def table(run) -> dict[str, str]:
    """What each switch touches, in a line."""
    return {
        " ".join(one["switches"]) or "no switch": one.get("refused")
        or f"{one['instances']} of {', '.join(one['runs'])}"
        for one in run.values("measure")
    }


# --8<-- [start:measured]
def test_each_switch_is_measured_and_what_was_measured_is_cleared(example):
    assert example.api.url
    with executing([example.sibling("river")]):
        run = example.run(limit=240)  # 36 tasks of the week, and four again

    assert run.values("measure") == [
        {
            "switches": [],
            "instances": 1,
            "runs": {"tuesday": 1},
            "tasks": ["archive"],
        },
        {
            "switches": ["upstream"],
            "instances": 5,  # the gauge is mapped, and counts three times
            "runs": {"tuesday": 5},
            "tasks": ["archive", "gauge", "level"],
        },
        {
            "switches": ["downstream"],
            "instances": 1,
            "runs": {"tuesday": 1},
            "tasks": ["archive"],
        },
        {
            "switches": ["past"],
            "instances": 2,
            "runs": each(1, ["monday", "tuesday"]),
            "tasks": ["archive"],
        },
        {
            "switches": ["future"],
            "instances": 4,
            "runs": each(1, FROM_TUESDAY),
            "tasks": ["archive"],
        },
    ]
    assert run.value("clear") == run.value("decide") == each(1, FROM_TUESDAY)
    with example.api.client("viewer") as viewer:
        path = f"/api/v2/dags/{RIVER}/dagRuns/~/taskInstances"
        rows = viewer.get(path, params={"limit": 100}).json()["task_instances"]
    tries = {
        r["dag_run_id"]: r["try_number"] for r in rows if r["task_id"] == "archive"
    }
    assert tries == each(1, WEEK) | each(2, FROM_TUESDAY)
    # --8<-- [end:measured]
    kept = example.scenario("default")
    kept.keep("tries of archive", {name: tries[name] for name in WEEK})
    assert kept.keep("task instances, and their runs", table(run)) == {
        "no switch": "1 of tuesday",
        "upstream": "5 of tuesday",
        "downstream": "1 of tuesday",
        "past": "2 of monday, tuesday",
        "future": "4 of tuesday, wednesday, thursday, friday",
    }
    assert len(rows) == 6 * 6
    others = {r["try_number"] for r in rows if r["task_id"] != "archive"}
    assert (others, {r["state"] for r in rows}) == ({1}, {"success"})
    sent = (example.scratch / "warnings.txt").read_text().splitlines()
    assert sent[0] == "wednesday: 2395 mm"
    stored = {
        name: json.loads((example.scratch / "river" / f"{name}.json").read_text())["mm"]
        for name in DATED
    }
    assert stored == {
        "monday": 2140,
        "tuesday": 2210,
        "wednesday": 2395,
        "thursday": 2300,
        "friday": 2190,
    }
    assert run.value("week") == WEEK
    assert run.task("decide").log == ["INFO 4 task instances may be cleared"]
    assert run.task("clear").log == ["INFO 4 runs are queued again"]
    assert set(run.states.values()) == {"success"}


# --8<-- [start:over-budget]
def test_too_much_is_skipped_with_the_reason(example):
    assert example.api.url
    conf = {"tasks": ["gauge"], "switches": ["past", "future"]}
    run = example.run("over-budget", conf=conf)

    assert run.task("decide").log == [
        "WARNING 18 task instances of 6 runs are more than the budget of 10"
    ]
    assert run.states["decide"] == "skipped"
    assert run.states["clear"] == "skipped"
    assert run.state == "success"
    # --8<-- [end:over-budget]
    assert [m["instances"] for m in run.values("measure")] == [3, 3, 6, 6, 12]
    assert run.value("measure", 3)["runs"] == each(3, ["monday", "tuesday"])
    assert [run.states[t] for t in ("settled", "done")] == ["skipped", "skipped"]
    with example.api.client("viewer") as viewer:
        assert viewer.get(RUNS, params={"state": "queued"}).json()["total_entries"] == 6


# --8<-- [start:protected]
def test_a_protected_task_is_refused_however_small_the_radius(example):
    assert example.api.url
    conf = {"run_id": "wednesday", "tasks": ["level"], "switches": ["downstream"]}
    run = example.run("protected", conf=conf)

    assert run.value("measure", 2)["tasks"] == ["archive", "level", "warn"]
    assert run.task("decide").error == "AirflowFailException: warn must not run twice"
    assert run.states["clear"] == "upstream_failed"
    # --8<-- [end:protected]
    assert run.state == "failed"
    assert run.value("measure", 1)["tasks"] == ["gauge", "level"]


# --8<-- [start:undated]
def test_a_run_without_a_logical_date_has_neither_past_nor_future(example):
    assert example.api.url
    run = example.run("undated", conf={"run_id": "by-hand", "switches": ["past"]})

    refused = (
        "Cannot use include_past or include_future with no logical_date"
        "(e.g. manually or asset-triggered)."
    )
    assert run.value("measure", 0)["runs"] == {"by-hand": 1}
    assert run.value("measure", 3) == {"switches": ["past"], "refused": refused}
    assert run.value("measure", 4) == {"switches": ["future"], "refused": refused}
    assert run.task("decide").error == f"AirflowFailException: {refused}"
    # --8<-- [end:undated]
    example.scenario("undated").keep("task instances, and their runs", table(run))
    assert run.value("measure", 1)["runs"] == {"by-hand": 5}
    assert run.states["clear"] == "upstream_failed"


# --8<-- [start:window]
def test_a_window_of_dates_spares_the_task_that_is_not_named(example):
    week_is_over(example)
    conf = {"run_id": None, "first": "2026-05-05T00:00:00Z"}
    conf |= {"last": "2026-05-06T00:00:00Z", "switches": []}
    with ended(example):
        run = example.run("window", conf=conf | {"tasks": READING_AND_ARCHIVE})

    assert run.value("clear") == each(5, ["tuesday", "wednesday"])
    # --8<-- [end:window]
    assert run.value("week") == []
    assert [m["instances"] for m in run.values("measure")] == [10, 10, 12, 15, 20]
    assert run.value("measure", 3)["runs"] == each(5, WEEK[:3])
    assert run.value("measure", 4)["runs"] == each(5, FROM_TUESDAY)
    assert set(run.states.values()) == {"success"}


# --8<-- [start:new-run]
def test_a_run_that_nobody_has_measured_is_not_hit(example):
    def another_day() -> None:
        body = {"dag_run_id": "saturday", "logical_date": "2026-05-09T00:00:00Z"}
        with example.api.client("op") as op:
            op.post(RUNS, json=body).raise_for_status()
        end(example)

    week_is_over(example)
    with when_logged(example, "may be cleared", another_day), ended(example):
        run = example.run("new-run")

    assert run.value("clear") == each(1, FROM_TUESDAY)
    with example.api.client("admin") as admin:
        query = {"event": "post_clear_task_instances", "dag_id": RIVER}
        logged = admin.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    assert sorted(one["run_id"] for one in logged) == sorted(FROM_TUESDAY)
    # --8<-- [end:new-run]
    ends = {other["run_id"]: other["state"] for other in run.runs}
    assert ends == each("success", [*WEEK, "saturday"])
    assert run.state == "success"


# --8<-- [start:bodies]
def test_what_a_body_means(example):
    with example.api.client("op") as op:
        for name, date in example.module.WEEK.items():
            body = {"dag_run_id": name, "logical_date": date}
            op.post(RUNS, json=body).raise_for_status()

        def radius(**body) -> str:
            found = example.module.touch(op_v2, body, [])
            return f"{found['instances']} instances of {len(found['runs'])} runs"

        op_v2 = example.module.api()
        archive = {"task_ids": ["archive"]}
        tuesday = archive | {"dag_run_id": "tuesday"}
        window = {
            "start_date": "2000-01-01T00:00:00Z",
            "end_date": "2100-01-01T00:00:00Z",
        }
        told = {
            "nothing named": radius(),
            "a task": radius(**archive),
            "a task and a window of a century": radius(**archive, **window),
            "a task and a run": radius(**tuesday),
            "a task, a run, past and future": radius(
                **tuesday, include_past=True, include_future=True
            ),
            "one mapped instance and downstream": radius(
                dag_run_id="tuesday", task_ids=[["gauge", 1]], include_downstream=True
            ),
            "a task that does not exist": radius(
                dag_run_id="tuesday", task_ids=["archve"]
            ),
        }
    assert told == {
        "nothing named": "36 instances of 6 runs",
        "a task": "6 instances of 6 runs",
        "a task and a window of a century": "5 instances of 5 runs",
        "a task and a run": "1 instances of 1 runs",
        "a task, a run, past and future": "6 instances of 6 runs",
        "one mapped instance and downstream": "4 instances of 1 runs",
        "a task that does not exist": "0 instances of 0 runs",
    }
    # --8<-- [end:bodies]
    example.scenario("bodies").keep("what a body touches", told)
    assert op_v2.timeout.read == 30
    both = {"dag_run_id": "tuesday", "start_date": "2026-05-05T00:00:00Z"}
    assert "422" in refusal(example.module.touch, op_v2, both, [])
    op_v2.close()


def found(instances: int, tasks: list[str]) -> dict:
    return {"instances": instances, "runs": {"a": 1, "b": 1}, "tasks": tasks}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({"refused": "no"}, "AirflowFailException: no"),
        (
            found(0, []),
            "AirflowFailException: that touches nothing: is each task spelled right?",
        ),
        (
            found(9, ["b", "x", "a"]),
            "AirflowFailException: a, b must not run twice",
        ),
        (found(4, ["x"]), "AirflowSkipException: "),
    ],
)
def test_what_is_not_permitted(example, what, text):
    assert refusal(example.module.permit, what, 3, ["a", "b"]) == text


def test_the_budget_may_be_spent_to_the_end(example):
    assert example.module.permit(found(3, ["x"]), 3, ["a"]) is None


def test_either_a_run_or_both_ends_of_a_window(example):
    where = example.module.where
    neither = {"run_id": None, "first": None, "last": None}
    ends = {"first": "2026-05-05T00:00:00Z", "last": "2026-05-06T00:00:00Z"}
    assert where(neither | {"run_id": "x"} | ends) == {"dag_run_id": "x"}
    assert where(neither | ends) == {
        "start_date": "2026-05-05T00:00:00Z",
        "end_date": "2026-05-06T00:00:00Z",
    }
    for end in ends:
        assert refusal(where, neither | {end: ends[end]}) == (
            "AirflowFailException: name a run, or the first and the last moment"
        )


def test_a_run_that_is_gone_stops_the_clearing(example):
    example.api.export("op")
    clear = example.dag.get_task("clear").python_callable
    params = {"tasks": ["archive"], "switches": [], "budget": 1, "protected": []}
    assert refusal(clear, {"sunday": 1}, params) == (
        f"AirflowFailException: Dag Run id sunday not found in dag {RIVER}"
    )


# --8<-- [start:vertical]
def test_only_the_switches_within_a_run_go_with_each_run(example):
    example.api.export("op")
    with example.api.client("op") as op:
        for name in ("monday", "tuesday"):
            body = {"dag_run_id": name, "logical_date": example.module.WEEK[name]}
            op.post(RUNS, json=body).raise_for_status()
        clear = example.dag.get_task("clear").python_callable
        params = {"tasks": ["level"], "budget": 9, "protected": []}
        params["switches"] = ["upstream", "downstream", "past", "future"]
        assert clear({"monday": 6}, params) == {"monday": 6}
    with example.api.client("admin") as admin:
        query = {"event": "post_clear_task_instances", "dag_id": RIVER}
        (logged,) = admin.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    assert logged["run_id"] == "monday"
    # --8<-- [end:vertical]


def test_a_week_is_asked_for_once_and_settled_when_it_is_over(example):
    example.api.export("op")
    tasks = {t: example.dag.get_task(t) for t in ("week", "settled")}
    week, settled = (tasks[t].python_callable for t in ("week", "settled"))
    assert settled() is True
    assert week() == WEEK
    assert settled() is False
    assert week() == []
    end(example)
    assert settled() is True


def test_a_day_is_archived_again_over_what_is_there(example):
    class Today:
        run_id = "today"

    archive = example.sibling("river").get_task("archive").python_callable
    for height in (2200, 2210):
        archive(height, Today)
        stored = example.scratch / "river" / "today.json"
        assert json.loads(stored.read_text()) == {"mm": height}


@pytest.mark.parametrize(
    ("height", "warned"), [(2389, False), (2390, True), (2391, True)]
)
def test_a_flood_begins_at_a_height(example, height, warned):
    class Today:
        run_id = "today"

    warn = example.sibling("river").get_task("warn").python_callable
    assert warn(height, Today) is warned
    sent = example.scratch / "warnings.txt"
    assert sent.exists() is warned
    if warned:
        warn(height, Today)
        assert sent.read_text() == f"today: {height} mm\n" * 2


def test_a_gauge_of_a_weekend_shows_friday(example):
    gauge = example.sibling("river").get_task("gauge").python_callable

    class Run:
        logical_date = None
        run_after = datetime(2026, 5, 4, tzinfo=UTC)

    shown = []
    for day in range(4, 11):
        Run.run_after = datetime(2026, 5, day, tzinfo=UTC)
        shown.append(gauge("mill", Run))
    assert shown == [2120, 2240, 2350, 2335, 2190, 2190, 2190]
    Run.logical_date = datetime(2026, 5, 5, tzinfo=UTC)
    assert gauge("bridge", Run) == 2190
    level = example.sibling("river").get_task("level").python_callable
    assert level([9000, 2190, 2210]) == 2210


def test_the_dags(example):
    river = example.sibling("river")
    for dag in (example.dag, river):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert {t.task_id: t.downstream_task_ids for t in river.tasks} == {
        "gauge": {"level"},
        "level": {"archive", "warn"},
        "archive": set(),
        "warn": set(),
    }
    assert {t.task_id: t.downstream_task_ids for t in example.dag.tasks} == {
        "week": {"measure"},
        "measure": {"decide"},
        "decide": {"settled", "clear"},
        "settled": {"clear"},
        "clear": {"done"},
        "done": set(),
    }
    moment = {"type": ["null", "string"], "format": "date-time"}
    schemas = {name: example.dag.params.get_param(name).schema for name in CONF}
    assert schemas == {
        "run_id": {"type": ["null", "string"]},
        "first": moment,
        "last": moment,
        "tasks": {"type": "array", "minItems": 1},
        "switches": {
            "type": "array",
            "items": {"enum": ["upstream", "downstream", "past", "future"]},
        },
        "budget": {"type": "integer", "minimum": 1},
        "protected": {"type": "array"},
    }
    assert {name: example.dag.params[name] for name in CONF} == CONF
    for name in ("settled", "done"):
        sensor = example.dag.get_task(name)
        assert (sensor.poke_interval, sensor.timeout) == (1, 600)
        assert sensor.mode == "poke"
    assert example.module.READINGS == {
        "weir": [2140, 2210, 2395, 2300, 2180],
        "bridge": [2155, 2190, 2410, 2290, 2205],
        "mill": [2120, 2240, 2350, 2335, 2190],
    }
    assert river.is_paused_upon_creation is False


CONF = {
    "run_id": "tuesday",
    "first": None,
    "last": None,
    "tasks": ["archive"],
    "switches": ["future"],
    "budget": 10,
    "protected": ["warn"],
}
