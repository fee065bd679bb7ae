"""Running tasks again."""

from datetime import timedelta

import pytest
from shapes import chain, single
from world import START


def ended(world, **states):
    """Bring a run of first → middle → last to its end and return it."""
    world.sync(chain(tasks={"first": {"retries": 2}}))
    world.trigger("chain", logical_date=START.isoformat())
    world.finish(**states)
    return world.run()


def cleared(world, run, *tasks, **more):
    answer = world.clear(
        "chain", dag_run_id=run.run_id, task_ids=list(tasks) or None, **more
    )
    assert answer.status_code == 200, answer.text
    return sorted(row["task_id"] for row in answer.json()["task_instances"])


@pytest.mark.claim("clear-empties-state", by="rest")
def test_a_cleared_task_has_no_state(world):
    run = ended(world)
    cleared(world, run, "first")
    assert world.states()["first"] is None


@pytest.mark.claim("clear-keeps-try-number", by="scheduler")
def test_the_try_number_counts_on_when_the_task_is_scheduled(world):
    run = ended(world)
    cleared(world, run, "first")
    assert world.ti("first").try_number == 1
    world.step()
    assert world.ti("first").try_number == 2


@pytest.mark.claim("clear-sets-max-tries", by="rest")
def test_max_tries_becomes_the_tries_so_far_and_all_retries_anew(world):
    run = ended(world)
    assert world.ti("first").max_tries == 2
    cleared(world, run, "first")
    assert world.ti("first").max_tries == 1 + 2


@pytest.mark.claim("clear-requeues-run", by="rest")
def test_the_run_is_queued_again(world):
    run = ended(world)
    cleared(world, run, "first")
    again = world.run()
    assert (again.state, again.run_id) == ("queued", run.run_id)
    assert again.clear_number == run.clear_number + 1
    assert again.queued_at > run.queued_at
    assert again.start_date is None
    assert again.end_date is None


@pytest.mark.claim("clear-leaves-running-run", by="rest")
def test_a_running_run_goes_on(world):
    world.sync(chain())
    world.trigger("chain")
    world.step()
    world.work("first")
    before = world.run()
    cleared(world, before, "first")
    after = world.run()
    assert (after.state, after.end_date) == ("running", None)
    assert after.start_date == before.start_date
    assert after.clear_number == before.clear_number + 1
    assert after.queued_at > before.queued_at


@pytest.mark.claim("clear-running-keeps-max-tries", by="rest")
def test_max_tries_of_a_running_task_stays(world):
    world.sync(chain(tasks={"first": {"retries": 2}}))
    run = world.trigger("chain")
    world.step()
    world.begin("first")
    cleared(world, run, "first")
    assert (world.states()["first"], world.ti("first").max_tries) == ("restarting", 2)


@pytest.mark.claim("clear-keeps-conf", by="rest")
def test_the_conf_stays_what_it_was(world):
    world.sync(chain())
    world.trigger("chain", conf={"day": "friday"})
    world.finish()
    cleared(world, world.run(), "first")
    assert world.run().conf == {"day": "friday"}


@pytest.mark.claim("clear-can-leave-run", by="rest")
def test_the_run_can_be_left_as_it_is(world):
    run = ended(world)
    cleared(world, run, "last", reset_dag_runs=False)
    assert world.states()["last"] is None
    assert world.run().state == "success"


@pytest.mark.claim("clear-asks-first", by="rest")
def test_by_default_nothing_is_cleared(world):
    run = ended(world, middle="failed")
    asked = {"dag_run_id": run.run_id}
    answer = world.rest.post("/api/v2/dags/chain/clearTaskInstances", json=asked)
    named = {row["task_id"] for row in answer.json()["task_instances"]}
    assert named == {"middle", "last"}
    assert world.states()["middle"] == "failed"


@pytest.mark.claim("clear-failed-means-upstream-failed-too", by="rest")
def test_only_failed_means_upstream_failed_too(world):
    run = ended(world, middle="failed")
    assert cleared(world, run, only_failed=True) == ["last", "middle"]


@pytest.mark.claim("clear-running-can-be-refused", by="rest")
def test_a_running_task_can_be_protected(world):
    world.sync(chain())
    run = world.trigger("chain")
    world.step()
    world.begin("first")
    answer = world.clear(
        "chain", dag_run_id=run.run_id, task_ids=["first"], prevent_running_task=True
    )
    assert answer.status_code == 409
    assert world.states()["first"] == "running"


@pytest.mark.claim("clear-past-needs-date", by="rest")
@pytest.mark.parametrize("option", ["include_past", "include_future"])
def test_past_and_future_need_a_logical_date(world, option):
    world.sync(chain())
    run = world.trigger("chain")
    answer = world.clear(
        "chain", dag_run_id=run.run_id, task_ids=["first"], **{option: True}
    )
    assert answer.status_code == 400


@pytest.mark.claim("clear-window-by-logical-date", by="rest")
def test_a_window_of_dates_finds_no_run_without_a_date(world):
    world.sync(chain())
    world.trigger("chain")
    world.trigger("chain", logical_date=START.isoformat())
    window = {
        "start_date": START.subtract(days=1).isoformat(),
        "end_date": START.add(years=1).isoformat(),
    }
    answer = world.clear("chain", task_ids=["first"], dry_run=True, **window)
    runs = {row["dag_run_id"] for row in answer.json()["task_instances"]}
    assert runs == {world.runs()[1].run_id}


@pytest.mark.claim("clear-newest-code-by-default-unversioned", by="scheduler")
def test_a_cleared_run_without_a_bundle_version_sees_new_tasks(world):
    world.sync(chain("first"))
    run = world.trigger("chain")
    world.finish()
    world.sync(chain("first", "added"))
    cleared(world, run, "first")
    world.finish()
    assert world.states() == {"first": "success", "added": "success"}


OPTIONS = {
    "only the task": {},
    "Upstream": {"include_upstream": True},
    "Downstream": {"include_downstream": True},
    "Past": {"include_past": True},
    "Future": {"include_future": True},
    "Past and Downstream": {"include_past": True, "include_downstream": True},
    "Only failed": {"only_failed": True},
    "the whole run": {"task_ids": None},
    "the whole run, only failed": {"task_ids": None, "only_failed": True},
}


@pytest.mark.claim("table-clear-options", by="rest")
def test_what_each_option_touches(world, table):
    """Three days; `middle` of the second day is selected, and has failed."""
    world.sync(chain())
    names = {}
    for day, word in enumerate(("before", "selected", "after")):
        run = world.trigger("chain", logical_date=START.add(days=day).isoformat())
        names[run.run_id] = word
    for run_id, word in names.items():
        failed = word == "selected"
        for task in ("first", "middle", "last"):
            state = "success"
            if failed and task != "first":
                state = "failed" if task == "middle" else "upstream_failed"
            world.change(task, run_id=run_id, state=state)
        world.change_run(run_id, state="failed" if failed else "success")
    chosen = next(run_id for run_id, word in names.items() if word == "selected")
    rows = []
    for words, option in OPTIONS.items():
        body = {"dag_run_id": chosen, "task_ids": ["middle"], **option}
        answer = world.clear("chain", dry_run=True, **body)
        assert answer.status_code == 200, answer.text
        touched = {word: [] for word in names.values()}
        for row in answer.json()["task_instances"]:
            touched[names[row["dag_run_id"]]].append(row["task_id"])
        order = ["first", "middle", "last"]
        cells = [
            ", ".join(f"`{t}`" for t in order if t in touched[word]) or "–"
            for word in ("before", "selected", "after")
        ]
        rows.append([words, *cells])
    table(
        "clear-options",
        "What clearing `middle` of the selected run touches, in a DAG first → middle → "
        "last whose selected run failed at `middle`.",
        ["Option", "Run before", "Selected run", "Run after"],
        rows,
    )


@pytest.mark.claim("clear-keeps-xcom-until-start", by="execution-api")
def test_xcoms_go_when_the_task_starts_again(world):
    run = ended(world)
    ti = world.ti("first")
    path = f"/xcoms/chain/{run.run_id}/first/return_value"
    assert world.execution.post(path, json="412.50").status_code == 201
    cleared(world, run, "first")
    assert world.execution.get(path).status_code == 200
    world.step()
    begun = world.begin("first")
    assert begun.json()["xcom_keys_to_clear"] == ["return_value"]
    assert ti.task_id == "first"


@pytest.mark.claim("history-row-per-try", by="rest")
def test_each_try_stays_in_the_history(world):
    run = ended(world, first="failed")
    cleared(world, run, "first")
    world.finish()
    path = f"/api/v2/dags/chain/dagRuns/{run.run_id}/taskInstances/first/tries"
    tries = world.rest.get(path).json()["task_instances"]
    told = [(one["try_number"], one["state"]) for one in tries]
    assert told == [(1, "failed"), (2, "success")]


@pytest.mark.claim("history-none-after-first-try", by="rest")
def test_a_first_try_that_ended_is_not_in_the_history_yet(world):
    from airflow.models.taskinstancehistory import TaskInstanceHistory

    run = ended(world)
    with world.session() as session:
        assert session.query(TaskInstanceHistory).count() == 0
    path = f"/api/v2/dags/chain/dagRuns/{run.run_id}/taskInstances/first/tries"
    tries = world.rest.get(path).json()["task_instances"]
    assert [(one["try_number"], one["state"]) for one in tries] == [(1, "success")]


@pytest.mark.claim("history-new-id", by="rest")
def test_the_cleared_try_keeps_its_id_and_the_next_gets_a_new_one(world):
    from airflow.models.taskinstancehistory import TaskInstanceHistory

    run = ended(world)
    before = world.ti("first").id
    cleared(world, run, "first")
    with world.session() as session:
        kept = session.query(TaskInstanceHistory).one()
        assert kept.task_instance_id == before
    assert world.ti("first").id != before


@pytest.mark.claim("history-columns", by="model")
def test_the_history_holds_attributes_and_no_xcom():
    from airflow.models.taskinstancehistory import TaskInstanceHistory

    columns = set(TaskInstanceHistory.__table__.columns.keys())
    assert {"state", "start_date", "end_date", "hostname", "try_number"} <= columns
    assert not {name for name in columns if "xcom" in name or "rendered_f" in name}


@pytest.mark.claim("history-on-retry", by="execution-api")
def test_a_retry_leaves_a_row_too(world):
    from airflow.models.taskinstancehistory import TaskInstanceHistory

    world.sync(single(task={"retries": 1, "retry_delay": timedelta(0)}))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.report("only", "up_for_retry")
    with world.session() as session:
        kept = session.query(TaskInstanceHistory).one()
        assert (kept.try_number, kept.state) == (1, "failed")
