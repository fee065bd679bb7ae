"""A group, later runs, one index and a bulk: what a mark changes and starts again."""

import pytest

from dagbook.testing.child_runs import execute

DAG = "/api/v2/dags/16_07_04_marking_success_failure_subtask_4"
RUNS = f"{DAG}/dagRuns"
SOUTH = ["south.read[0]", "south.read[1]", "south.total"]
NOTE = "rome sends nothing today"
SKIPPED = {"new_state": "skipped"}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def begin(op, run_id: str, date: str | None = None) -> str:
    """Create a run that no scheduler has started, and return its path."""
    body = {"dag_run_id": run_id, "logical_date": date}
    op.post(RUNS, json=body).raise_for_status()
    return f"{RUNS}/{run_id}"


def failed(example, op, run_id: str, date: str | None = None) -> str:
    path = begin(op, run_id, date)
    assert execute(example.dag, run_id) == "failed"
    return path


def name(row) -> str:
    return f"{row['task_id']}[{row['map_index']}]".removesuffix("[-1]")


def named(answer) -> list[str]:
    return sorted(
        name(row) for row in answer.raise_for_status().json()["task_instances"]
    )


def field(op, path: str, key: str = "state") -> dict:
    """A field of each task instance of a run."""
    rows = op.get(f"{path}/taskInstances").raise_for_status().json()
    return {name(row): row[key] for row in rows["task_instances"]}


def skipped(op, path: str) -> list[str]:
    return sorted(n for n, state in field(op, path).items() if state == "skipped")


def test_one_shop_stops_the_report(example):
    run = example.run(logical_date=None)
    assert run.task("south.read", 0).error == (
        "AirflowFailException: rome has sent nothing"
    )
    assert run.task("south.read", 1).state == "success"
    assert run.states["report"] == run.states["south.total"] == "upstream_failed"
    assert run.state == "failed"


def test_a_skipped_group_lets_the_report_go_on(example, op):
    path = failed(example, op, "may-1")
    group = f"{path}/taskGroupInstances/south"
    kept = example.scenario("group")
    body = SKIPPED | {"note": NOTE}
    with kept.http("op", keep=["total_entries", "detail"]) as sent:
        dry = named(sent.patch(f"{group}/dry_run", json=SKIPPED))
        marked = named(sent.patch(group, json=body, extensions={"name": "mark"}))
        again = sent.patch(group, json=body)
    queued = op.get(path).json()["state"]
    cleared = [n for n, state in field(op, path).items() if state is None]
    ended = execute(example.dag, "may-1")

    assert dry == marked == skipped(op, path) == SOUTH
    assert (cleared, queued, ended) == (["report"], "queued", "success")
    total = op.get(f"{path}/taskInstances/report/xcomEntries/return_value").json()
    assert total["value"] == 20 + 30
    xcoms = op.get(f"{path}/taskInstances/south.read/xcomEntries?map_index=1").json()
    assert xcoms["total_entries"] == 1  # the mark keeps what it had pushed
    assert again.status_code == 409
    assert again.json()["detail"] == (
        "All task instances in the group are already in skipped state"
    )
    shown = {"1 skipped": marked, "2 cleared": cleared, "3 listed by the dry run": dry}
    kept.keep("task instances", shown)
    kept.keep("state of the run", ["failed", queued, ended])


def test_include_future_takes_later_runs_and_the_note_stays_here(example, op):
    days = {day: f"2026-05-0{day}T00:00:00Z" for day in (1, 2, 3)}
    paths = {day: begin(op, f"may-{day}", date) for day, date in days.items()}
    kept = example.scenario("future")
    body = SKIPPED | {"include_future": True, "note": NOTE}
    with kept.http("op", keep=["total_entries"]) as sent:
        group = f"{paths[2]}/taskGroupInstances/south"
        answer = sent.patch(group, json=body, extensions={"name": "future"})
        one = f"{paths[1]}/taskInstances/south.read/0"
        sent.patch(one, json=SKIPPED).raise_for_status()

    assert answer.json()["total_entries"] == 6
    found = {f"may-{day}": skipped(op, path) for day, path in paths.items()}
    assert found == {"may-1": SOUTH[:1], "may-2": SOUTH, "may-3": SOUTH}
    notes = {n for day in (1, 3) for n in field(op, paths[day], "note").values()}
    assert notes == {None}
    noted = [n for n, note in field(op, paths[2], "note").items() if note == NOTE]
    assert sorted(noted) == SOUTH
    kept.keep("skipped in each run", found)


def test_failed_with_downstream_is_cleared_at_once(example, op):
    path = begin(op, "may-1")
    body = {"new_state": "failed", "include_downstream": True}
    kept = example.scenario("failed-downstream")
    with kept.http("op", keep=["total_entries"]) as sent:
        answer = sent.patch(f"{path}/taskGroupInstances/south", json=body)
    rows = answer.json()["task_instances"]
    states = {name(row): row["state"] for row in rows}
    assert states == dict.fromkeys(SOUTH, "failed") | {"report": None}
    kept.keep("states in the answer", states)


def test_future_without_a_date_restarts_tasks_of_other_runs(example, op):
    dated = failed(example, op, "may-1", "2026-05-01T00:00:00Z")
    failed(example, op, "may-2", "2026-05-02T00:00:00Z")
    path = failed(example, op, "no-date")
    newer = failed(example, op, "newer")  # has no date either
    body = SKIPPED | {"include_future": True}
    total = f"{path}/taskInstances/south.total"
    assert named(op.patch(f"{total}/dry_run", json=body)) == ["south.total"]
    kept = example.scenario("undated")
    with kept.http("op", keep=["detail"]) as sent:
        group = f"{path}/taskGroupInstances/south"
        refused = sent.patch(group, json=body, extensions={"name": "group"})
        assert field(op, dated)["report"] == "upstream_failed"
        sent.patch(total, json=body).raise_for_status()
    assert refused.status_code == 500
    assert refused.json()["detail"]["reason"] == "Database error"
    reports = {
        run: [
            field(op, f"{RUNS}/{run}")["report"],
            op.get(f"{RUNS}/{run}").json()["state"],
        ]
        for run in ("may-1", "may-2", "no-date")
    }
    assert reports == dict.fromkeys(reports, [None, "queued"])
    assert field(op, newer)["report"] == "upstream_failed"
    shown = {run: "report cleared, run queued" for run in reports}
    kept.keep("each run after a mark in no-date", shown)


def test_a_bulk_mark_is_200_and_stops_at_its_first_error(example, op):
    path = begin(op, "may-1")
    kept = example.scenario("bulk")
    total = {"task_id": "south.total", "map_index": -1}
    read = {"task_id": "south.read"}  # no map_index

    def bulk(sent, *entities, **named):
        update = {"action": "update", "entities": [SKIPPED | one for one in entities]}
        body = {"actions": [update]}
        answer = sent.patch(f"{path}/taskInstances", json=body, extensions=named)
        assert answer.status_code == 200
        errors = answer.json()["update"]["errors"]
        return [(one["status_code"], one["error"]) for one in errors]

    with kept.http("op", keep=["update"]) as sent:
        assert bulk(sent, total) == []
        report = {"task_id": "report"}  # comes after those with a map_index
        (again,) = bulk(sent, total, report, name="bulk")
        assert skipped(op, path) == ["south.total"]  # the report is not done
        (mapped,) = bulk(sent, read)
    assert again == (409, "Task id south.total is already in skipped state")
    assert mapped[0] == 409  # the first index has marked the second one too
    assert skipped(op, path) == SOUTH
    kept.keep("errors in the answer", ["{} {}".format(*again)])
