"""Groups and neighbours, marked in one request, or not at all."""

import json
from datetime import UTC, datetime

import pytest

from dagbook.testing.child_runs import executing
from dagbook.testing.log_trigger import when_logged

STEM = "16_07_04_marking_success_failure_subtask_4"
WATER = f"{STEM}__water"
RUNS = f"/api/v2/dags/{WATER}/dagRuns"
WEEK = ["monday", "tuesday", "wednesday", "by-hand"]
NORTH = ["regions.north.read[0]", "regions.north.read[1]", "regions.north.total"]
SOUTH = ["regions.south.read[0]", "regions.south.total"]
GROUP = "taskGroupInstances/regions.north"
MARKED = [f"{day} {task}" for day in ("tuesday", "wednesday") for task in NORTH]
ORDER = {"marks": MARKED, "restarts": ["tuesday bill", "wednesday bill"]}


def refusal(act, *given) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given)
    return f"{refused.type.__name__}: {refused.value}"


def named(row) -> str:
    name = f"{row['dag_run_id']} {row['task_id']}[{row['map_index']}]"
    return name.removesuffix("[-1]")


def seen(example, *fields) -> dict:
    """Fields of each task instance of the water's runs."""
    with example.api.client("viewer") as viewer:
        answer = viewer.get(f"{RUNS}/~/taskInstances", params={"limit": 100})
    rows = answer.json()["task_instances"]
    return {named(row): tuple(row[field] for field in fields) for row in rows}


def bills(example) -> dict[str, str]:
    """State and try of each run's bill."""
    found = seen(example, "state", "try_number")
    return {
        day: "{}, try {}".format(*found[f"{day} bill"])
        for day in WEEK
        if f"{day} bill" in found
    }


def runs(example) -> list[dict]:
    with example.api.client("viewer") as viewer:
        return viewer.get(RUNS).json()["dag_runs"]


def events(example, name: str | None) -> list[dict]:
    with example.api.client("admin") as admin:
        query = {"dag_id": WATER} | ({"event": name} if name else {})
        return admin.get("/api/v2/eventLogs", params=query).json()["event_logs"]


def week(example, client) -> None:
    """Ask for the runs; nothing executes them."""
    for name, date in example.module.WEEK.items():
        body = {"dag_run_id": name, "logical_date": date}
        client.post(RUNS, json=body).raise_for_status()


# --8<-- [start:refused]
def test_more_than_was_ordered_is_not_marked(example):
    assert example.api.url
    with executing([example.sibling("water")]):
        run = example.run(limit=180)

    assert run.value("ask") == {
        "marks": sorted([*(f"monday {task}" for task in NORTH), *MARKED]),
        "restarts": ["by-hand bill", "tuesday bill", "wednesday bill"],
    }
    assert run.task("approve").error == (
        "AirflowFailException: too much: ['marks monday regions.north.read[0]', "
        "'marks monday regions.north.read[1]', 'marks monday regions.north.total', "
        "'restarts by-hand bill'], missing: []"
    )
    assert (run.state, run.states["apply"]) == ("failed", "upstream_failed")
    assert events(example, "patch_task_group_instances") == []
    # --8<-- [end:refused]
    assert run.states["ask"] == "success"
    assert run.states["done"] == "upstream_failed"
    assert run.value("week") == WEEK
    assert bills(example) == {"monday": "success, try 1"} | dict.fromkeys(
        WEEK[1:], "upstream_failed, try 0"
    )


# --8<-- [start:ordered]
def test_what_was_ordered_is_marked_and_the_bills_are_written(example):
    assert example.api.url
    with executing([example.sibling("water")]):
        run = example.run("ordered", conf={"switches": ["future"]}, limit=180)

    assert run.value("ask") == ORDER
    assert run.value("apply") == ORDER["marks"]
    after = seen(example, "state", "try_number", "note")
    skipped = [name for name, (state, *_) in after.items() if state == "skipped"]
    assert sorted(skipped) == ORDER["marks"]
    kept = example.scenario("ordered")
    assert kept.keep("the bills afterwards", bills(example)) == {
        "monday": "success, try 1",
        "tuesday": "success, try 1",
        "wednesday": "success, try 1",
        "by-hand": "upstream_failed, try 0",
    }
    (event,) = events(example, "patch_task_group_instances")
    # --8<-- [end:ordered]
    assert run.task("approve").log == ["INFO as ordered: 6 marks"]
    assert set(run.states.values()) == {"success"}
    noted = {name: note for name, (*_, note) in after.items() if note}
    assert kept.keep("notes", noted) == {
        f"tuesday {task}": "the meters are frozen" for task in NORTH
    }
    assert (event["run_id"], event["owner"]) == ("tuesday", "admin")
    assert json.loads(event["extra"]) == {
        "group_id": "regions.north",
        "include_future": True,
        "new_state": "skipped",
        "note": "the meters are frozen",
        "method": "PATCH",
    }
    with example.api.client("viewer") as viewer:
        for day, cents in (("monday", 3050), ("tuesday", 1910), ("wednesday", 1860)):
            entry = f"{RUNS}/{day}/taskInstances/bill/xcomEntries/return_value"
            assert viewer.get(entry).json()["value"] == cents


# --8<-- [start:changed]
def test_a_plan_that_has_changed_meanwhile_is_not_carried_out(example):
    def thursday() -> None:
        body = {"dag_run_id": "thursday", "logical_date": "2026-05-07T00:00:00Z"}
        body["run_after"] = "2100-01-01T00:00:00Z"  # it waits
        with example.api.client("op") as op:
            op.post(RUNS, json=body).raise_for_status()

    assert example.api.url
    with (
        executing([example.sibling("water")]),
        when_logged(example, "as ordered", thursday),
    ):
        run = example.run("changed", conf={"switches": ["future"]}, limit=180)

    assert run.states["approve"] == "success"
    assert run.task("apply").error == (
        "AirflowFailException: too much: ['marks thursday regions.north.read[0]', "
        "'marks thursday regions.north.read[1]', "
        "'marks thursday regions.north.total'], missing: []"
    )
    assert events(example, "patch_task_group_instances") == []
    # --8<-- [end:changed]
    assert run.state == "failed"
    assert run.states["done"] == "upstream_failed"


# --8<-- [start:reach]
def test_what_a_target_and_a_switch_reach(example):
    example.api.export("op")
    with example.api.client("op") as op, example.module.api() as client:
        week(example, op)

        def reach(target: str, *switches: str, run_id="tuesday") -> list[str]:
            params = {"run_id": run_id, "target": target, "switches": switches}
            return example.module.mark(client, params | {"note": "n"}, "skipped")

        tuesday = [f"tuesday {task}" for task in NORTH]
        assert reach(GROUP) == reach(GROUP, "upstream") == tuesday
        assert reach(GROUP, "downstream") == ["tuesday bill", *tuesday]
        assert reach("taskGroupInstances/regions") == [
            f"tuesday {task}" for task in NORTH + SOUTH
        ]
        read = "taskInstances/regions.north.read"
        assert reach(read) == tuesday[:2]
        assert reach(f"{read}/1") == [tuesday[1]]
        assert reach(f"{read}/1", "downstream") == [
            "tuesday bill",
            "tuesday regions.north.read[1]",
            "tuesday regions.north.total",
        ]
        # Upstream of a mapped instance are all instances, not the one of its index.
        total = "taskInstances/regions.north.total"
        assert reach(total, "upstream") == tuesday
        assert [len(reach(total, *dates)) for dates in (["past"], ["future"])] == [2, 2]
        assert len(reach(total, "past", "future")) == 3
        # --8<-- [end:reach]
        assert reach(total, "past", run_id="by-hand") == ["by-hand regions.north.total"]
        params = {"run_id": "tuesday", "target": f"{read}/1", "switches": ["future"]}
        assert example.module.mark(client, params, None) == [tuesday[1]]
        assert client.timeout.read == 30
        for target, text in (
            ("taskGroupInstances/north", "Task group 'north' not found in DAG '"),
            ("taskInstances/read", "Task 'read' not found in Dag '"),
        ):
            refused = refusal(reach, target)
            assert refused == f"AirflowFailException: 404: {text}{WATER}'"


def failed_bills(client) -> None:
    """Mark the bill of each run as failed."""
    for day in WEEK:
        path = f"{RUNS}/{day}/taskInstances/bill"
        client.patch(path, json={"new_state": "failed"}).raise_for_status()


# --8<-- [start:undated]
def test_a_run_without_a_logical_date_restarts_tasks_of_all_runs(example):
    kept = example.scenario("undated")
    body = {"new_state": "skipped", "include_future": True}
    total = f"{RUNS}/by-hand/taskInstances/regions.north.total"
    with example.api.client("op") as op:
        week(example, op)
        failed_bills(op)
        listed = op.patch(f"{total}/dry_run", json=body).json()["task_instances"]
        dry = kept.keep("the dry run lists", [named(row) for row in listed])
        assert dry == ["by-hand regions.north.total"]
        before = kept.keep("bills before", bills(example))
        assert before == dict.fromkeys(WEEK, "failed, try 0")
        assert op.patch(total, json=body).status_code == 200
    after = kept.keep("bills after", bills(example))
    assert after == dict.fromkeys(WEEK, "None, try 0")
    with kept.http("op", keep=["detail"]) as op:
        refused = op.patch(f"{RUNS}/by-hand/{GROUP}", json=body)
    assert refused.status_code == 500
    # --8<-- [end:undated]
    assert refused.json()["detail"]["reason"] == "Database error"
    example.api.export("op")
    params = {"run_id": "by-hand", "switches": ["past"], "state": "skipped"}
    params |= {"target": "taskInstances/regions.south.total", "note": "n"}
    with example.module.api() as client:
        assert refusal(example.module.plan, client, params) == (
            "AirflowFailException: 400: Cannot use include_past or include_future "
            "with no logical_date(e.g. manually or asset-triggered)."
        )


# --8<-- [start:failed]
def test_what_is_marked_failed_with_its_downstream_is_cleared_at_once(example):
    kept = example.scenario("failed-downstream")
    with kept.http("op", keep=["total_entries"]) as op:
        with example.api.client("op") as quiet:
            week(example, quiet)
        body = {"new_state": "failed", "include_downstream": True}
        answer = op.patch(f"{RUNS}/tuesday/{GROUP}", json=body)
    states = {row["task_id"]: row["state"] for row in answer.json()["task_instances"]}
    assert kept.keep("states in the answer", states) == {
        "regions.north.read": "failed",
        "regions.north.total": "failed",
        "bill": None,
    }
    # --8<-- [end:failed]
    assert answer.json()["total_entries"] == 4
    (run,) = (d for d in runs(example) if d["dag_run_id"] == "tuesday")
    assert run["state"] == "queued"


def test_the_answer_of_a_task_leaves_out_the_neighbours(example):
    body = {"new_state": "skipped", "include_upstream": True, "include_past": True}
    with example.api.client("op") as op:
        week(example, op)
        path = f"{RUNS}/tuesday/taskInstances/regions.north.total"
        answer = op.patch(path, json=body).json()["task_instances"]
        assert [named(row) for row in answer] == ["tuesday regions.north.total"]
        skipped = [f"{day} {task}" for day in WEEK[:2] for task in NORTH]
        after = seen(example, "state")
        assert sorted(n for n, (s,) in after.items() if s == "skipped") == skipped
        again = op.patch(f"{RUNS}/tuesday/{GROUP}", json={"new_state": "skipped"})
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "All task instances in the group are already in skipped state",
    )


# --8<-- [start:bulk]
def test_a_bulk_request_answers_200_whatever_becomes_of_it(example):
    kept = example.scenario("bulk")
    read, total = "regions.north.read", "regions.north.total"

    def bulk(client, day, *entities, **more):
        skip = [{"new_state": "skipped", **entity} for entity in entities]
        actions = [{"action": "update", "entities": skip, **more}]
        path = f"{RUNS}/{day}/taskInstances"
        answer = client.patch(path, json={"actions": actions})
        assert answer.status_code == 200
        found = answer.json()["update"]
        return (
            [one.partition(f"{day}.")[2] for one in found["success"]],
            [error["status_code"] for error in found["errors"]],
        )

    with example.api.client("op") as op:
        week(example, op)
    with kept.http("op", keep=["update"]) as op:
        # A mapped task without an index: all are skipped, and one is an error.
        assert bulk(op, "monday", {"task_id": read}) == ([f"{read}[0]"], [409])
        # One task is there already: what stands behind it is not done.
        again = {"task_id": total, "map_index": -1}
        assert bulk(op, "tuesday", again) == ([f"{total}[-1]"], [])
        assert bulk(op, "tuesday", again, {"task_id": "bill"}) == ([], [409])
        # One task is misspelled: nothing is done.
        misspelled = {"task_id": "totl", "map_index": -1}
        assert bulk(op, "wednesday", again, misspelled) == ([], [404])
    states = seen(example, "state")
    wanted = [f"monday {read}[0]", f"monday {read}[1]", f"tuesday {total}"]
    assert sorted(name for name, state in states.items() if state[0]) == wanted
    # --8<-- [end:bulk]
    shown = [*wanted, "tuesday bill", f"wednesday {total}"]
    kept.keep("states afterwards", {name: states[name][0] for name in shown})
    names = {event["event"] for event in events(example, None)}
    assert kept.keep("events in the audit log", sorted(names)) == ["trigger_dag_run"]


def test_a_plan_is_what_was_ordered_or_it_is_named(example):
    compare = example.module.compare
    order = {"marks": ["a b", "a c"], "restarts": ["a d"]}
    other = {"marks": ["a c", "a b"], "restarts": ["a d"]}
    assert compare(order, other) is None
    assert refusal(compare, order, {"marks": ["a b", "a e"], "restarts": []}) == (
        "AirflowFailException: too much: ['marks a c', 'restarts a d'], "
        "missing: ['marks a e']"
    )
    assert refusal(compare, {"marks": [], "restarts": []}, order) == (
        "AirflowFailException: too much: [], "
        "missing: ['marks a b', 'marks a c', 'restarts a d']"
    )
    assert example.module.task_of("monday regions.north.read[12]") == (
        "regions.north.read"
    )


def test_the_plan_of_a_task_and_of_a_success(example):
    """A task that is marked itself is not started again."""
    example.api.export("op")
    with example.api.client("op") as op, example.module.api() as client:
        week(example, op)
        failed_bills(op)
        total = {"run_id": "tuesday", "target": "taskInstances/regions.north.total"}
        total |= {"state": "success", "note": "n"}

        def plan(*switches: str) -> dict[str, list[str]]:
            return example.module.plan(client, total | {"switches": switches})

        own, bill = ["tuesday regions.north.total"], ["tuesday bill"]
        assert plan() == {"marks": own, "restarts": bill}
        assert plan("downstream") == {"marks": bill + own, "restarts": []}
        assert plan("past") == {
            "marks": ["monday regions.north.total", *own],
            "restarts": ["monday bill", *bill],
        }
        assert plan("upstream") == {
            "marks": [f"tuesday {task}" for task in NORTH],
            "restarts": bill,
        }
        path = f"{RUNS}/tuesday/taskInstances/regions.north.total"
        op.patch(path, json={"new_state": "failed"}).raise_for_status()
        assert plan() == {"marks": own, "restarts": []}


def test_the_week_is_asked_for_once_and_settled_when_nothing_may_start(example):
    example.api.export("op")
    found = {name: example.dag.get_task(name) for name in ("week", "settled")}
    days, settled = (found[name].python_callable for name in ("week", "settled"))
    assert settled() is True
    assert days() == WEEK
    assert settled() is False
    assert days() == []
    with example.api.client("op") as op:
        for day in WEEK:
            op.patch(f"{RUNS}/{day}", json={"state": "failed"}).raise_for_status()
        body = {"dag_run_id": "waits", "logical_date": None}
        body["run_after"] = "2100-01-01T00:00:00Z"
        op.post(RUNS, json=body).raise_for_status()
    assert settled() is True


def test_the_water(example):
    water = example.sibling("water")
    read, total, bill = (
        water.get_task(name).python_callable
        for name in ("regions.south.read", "regions.south.total", "bill")
    )

    class Day:
        run_id = "monday"

    litres = {}
    for Day.run_id in WEEK:
        try:
            litres[Day.run_id] = [read(m, Day) for m in ("mill", "quay", "farm")]
        except Exception as error:
            litres[Day.run_id] = f"{type(error).__name__}: {error}"
    silent = "AirflowFailException: mill is silent"
    assert litres == {"monday": [275, 310, 940]} | dict.fromkeys(WEEK[1:], silent)
    farm = []
    for Day.run_id in WEEK:
        farm.append(read("farm", Day))
    assert farm == [940, 955, 930, 948]
    assert total([275, 310]) == 585
    assert (bill([585, 940]), bill([None, 955]), bill([0, 1])) == (3050, 1910, 2)
    assert example.module.WEEK == {
        "monday": "2026-05-04T00:00:00Z",
        "tuesday": "2026-05-05T00:00:00Z",
        "wednesday": "2026-05-06T00:00:00Z",
        "by-hand": None,
    }


def test_the_dags(example):
    water = example.sibling("water")
    for dag in (example.dag, water):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert water.is_paused_upon_creation is False
    assert {t.task_id: t.downstream_task_ids for t in water.tasks} == {
        "regions.north.read": {"regions.north.total"},
        "regions.north.total": {"bill"},
        "regions.south.read": {"regions.south.total"},
        "regions.south.total": {"bill"},
        "bill": set(),
    }
    assert water.get_task("bill").trigger_rule == "none_failed"
    assert water.get_task("regions.north.total").trigger_rule == "all_success"
    assert {t.task_id: t.downstream_task_ids for t in example.dag.tasks} == {
        "week": {"settled"},
        "settled": {"ask"},
        "ask": {"approve"},
        "approve": {"apply"},
        "apply": {"done"},
        "done": set(),
    }
    for name in ("settled", "done"):
        sensor = example.dag.get_task(name)
        assert (sensor.poke_interval, sensor.timeout, sensor.mode) == (1, 600, "poke")
    params = example.dag.params
    assert {name: params.get_param(name).schema for name in params} == {
        "run_id": {"type": "string", "pattern": r"^[\w-]+$"},
        "target": {
            "type": "string",
            "pattern": (r"^(taskGroupInstances/[\w.-]+|taskInstances/[\w.-]+(/\d+)?)$"),
        },
        "switches": {
            "type": "array",
            "items": {"enum": ["upstream", "downstream", "past", "future"]},
        },
        "state": {"enum": ["skipped", "success"]},
        "note": {"type": "string", "minLength": 1},
        "order": {"type": "object", "required": ["marks", "restarts"]},
    }
    assert dict(params) == {
        "run_id": "tuesday",
        "target": GROUP,
        "switches": ["past", "future"],
        "state": "skipped",
        "note": "the meters are frozen",
        "order": ORDER,
    }
