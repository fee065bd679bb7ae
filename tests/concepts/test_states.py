"""The states themselves, as Airflow's enums have them."""

import pytest

RUN = {
    "queued": "It waits for the scheduler to start it.",
    "running": "The scheduler looks after its tasks.",
    "success": "It is over, and no leaf has failed, or it was marked.",
    "failed": "It is over: a leaf has failed, it took too long, nothing could run, or "
    "it was marked.",
}

TASK = {
    None: "Waits for the tasks before it. Written `none` here, empty in the database.",
    "scheduled": "May run; waits for a slot.",
    "queued": "Handed to the executor; waits for a worker.",
    "running": "A worker is at it.",
    "success": "It has returned, or it was marked.",
    "failed": "It has raised and no retry follows, `fail_fast` stopped it, or it was "
    "marked.",
    "skipped": "It was not to run, or it skipped itself.",
    "upstream_failed": "It cannot run, because something before it failed.",
    "removed": "Its task is gone from the DAG.",
    "up_for_retry": "It has raised, and waits for its next try.",
    "up_for_reschedule": "It has raised `AirflowRescheduleException`, as a sensor in "
    "the mode `reschedule` does, and holds no slot until its date.",
    "deferred": "A trigger waits in its place, in the triggerer.",
    "awaiting_input": "It waits for a person, and holds no slot.",
    "restarting": "It was cleared while it ran, and its process has not ended yet.",
}


@pytest.mark.claim("four-run-states", by="enum")
def test_a_run_has_one_of_four_states():
    from airflow.utils.state import DagRunState

    assert {state.value for state in DagRunState} == set(RUN)


@pytest.mark.claim("thirteen-task-states", by="enum")
def test_a_task_instance_has_one_of_thirteen_states_or_none():
    from airflow.utils.state import TaskInstanceState

    assert {state.value for state in TaskInstanceState} == set(TASK) - {None}


@pytest.mark.claim("no-shutdown-state", by="enum")
def test_shutdown_is_gone():
    from airflow.utils.state import TaskInstanceState

    assert "shutdown" not in {state.value for state in TaskInstanceState}


@pytest.mark.claim("task-terminal-states", by="enum")
def test_five_states_are_final():
    from airflow.utils.state import State

    assert {state.value for state in State.finished} == {
        "success",
        "failed",
        "skipped",
        "upstream_failed",
        "removed",
    }


@pytest.mark.claim("table-run-states", by="enum")
def test_the_run_states(table):
    from airflow.utils.state import DagRunState, State

    final = {state.value for state in State.finished_dr_states}
    table(
        "run-states",
        "The states of a run.",
        ["State", "Final", "What it means"],
        [
            [{"state": s.value}, "yes" if s.value in final else "no", RUN[s.value]]
            for s in sorted(DagRunState, key=lambda s: list(RUN).index(s.value))
        ],
    )


@pytest.mark.claim("table-task-states", by="enum")
def test_the_task_states(table):
    from airflow.models.pool import Pool
    from airflow.utils.state import State, TaskInstanceState

    final = {state.value for state in State.finished}
    slots = {state.value for state in Pool(pool="any").get_occupied_states()}
    counted = Pool(pool="any", include_deferred=True).get_occupied_states()
    assert {state.value for state in counted} - slots == {"deferred"}
    held = dict.fromkeys(slots, "yes") | {"deferred": "with `include_deferred`"}
    members = [None, *(state.value for state in TaskInstanceState)]
    assert set(members) == set(TASK)
    table(
        "task-states",
        "The states of a task instance, and whether it holds a slot of its pool.",
        ["State", "Final", "Pool slot", "What it means"],
        [
            [
                {"state": name or "none"},
                "yes" if name in final else "no",
                held.get(name, "no"),
                words,
            ]
            for name, words in TASK.items()
        ],
    )
