"""What a listener hears of a run and what it does not, and what the API tells later."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from airflow.listeners import hookimpl
from airflow.listeners.listener import get_listener_manager as of_the_scheduler
from airflow.sdk.exceptions import ParamValidationError
from airflow.sdk.listener import get_listener_manager as of_the_task

WEIGHED = [
    "weigh, try 1: queued -> running",
    "weigh, try 1: running -> up_for_retry",
    "weigh, try 2: queued -> running",
    "weigh, try 2: running -> success",
]


@contextmanager
def listening(*listeners: object) -> Iterator[None]:
    """Register listeners as a plugin does: for the scheduler's part and the task's."""
    managers = [of_the_scheduler(), of_the_task()]
    for listener in listeners:
        for manager in managers:
            manager.add_listener(listener)
    try:
        yield
    finally:
        for listener in listeners:
            for manager in managers:
                manager.pm.unregister(listener)


def written(example) -> list[str]:
    return (example.scratch / "witness.log").read_text().splitlines()


def test_spans_of_instants_that_can_be_checked_by_hand(example):
    noon = "2026-05-01T12:00:"

    def ti(name, tries, *at):
        fields = ("scheduled_when", "start_date", "end_date")
        moments = [second and f"{noon}{second}Z" for second in at]
        named = {"task_id": name, "try_number": tries}
        return named | dict(zip(fields, moments, strict=True))

    run = {
        "queued_at": f"{noon}00Z",
        "start_date": f"{noon}02.5Z",
        "end_date": f"{noon}30Z",
    }
    tasks = [
        ti("second", 1, "12", "13", "20"),
        ti("by_rule", 0, None, "21", "21"),
        ti("first", 2, "03", "05", "11"),
        ti("at_work", 1, "21", "22", None),
    ]
    assert example.module.spans(run, tasks) == [
        {"what": "run waits", "duration": 2.5},
        {"what": "run works", "duration": 27.5},
        {"what": "first waits", "duration": 2.0},
        {"what": "first works", "duration": 6.0},
        {"what": "second waits", "duration": 1.0},
        {"what": "second works", "duration": 7.0},
        {"what": "at_work waits", "duration": 1.0},
        {"what": "at_work works", "duration": None},
    ]
    assert example.module.seconds(None, run["end_date"]) is None


def test_the_dags(example):
    dag, asks = example.dag, example.sibling("timeline")
    for one in (dag, asks):
        assert (one.schedule, one.catchup) == (None, False)
        assert one.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    weigh = dag.get_task("weigh")
    assert (weigh.retries, weigh.retry_delay) == (1, timedelta(seconds=1))
    assert dag.get_task("book_flour").upstream_task_ids == {"top_up"}
    assert dag.params["grams"] == [500, 512, 505]
    assert dag.params.get_param("grams").schema["type"] == "array"
    schema = asks.params.get_param("run_id").schema
    assert (schema["type"], schema["minLength"]) == ("string", 1)
    assert example.module.FULL == 500


def test_a_run_begins_with_running_and_other_dags_are_left_alone(example):
    class Seen:
        dag_id, task_id, try_number, state = example.stem, "weigh", 1, "running"

    class Other(Seen):
        dag_id = "another"

    witness = example.module.Witness()
    witness.on_dag_run_running(Other, "")
    witness.on_task_instance_running("queued", Other)
    witness.on_dag_run_running(Seen, "started")
    assert written(example) == ["run (started): queued -> running"]


# --8<-- [start:heard]
def test_a_listener_hears_what_tasks_do_and_not_what_is_decided_for_them(example):
    with listening(example.module.Witness()):
        run = example.run()

    lines = example.scenario("default").keep("the witness wrote", written(example))
    assert lines == [
        *WEIGHED,
        "grade, try 1: queued -> running",
        "grade, try 1: running -> success",
        "top_up, try 1: queued -> running",
        "top_up, try 1: running -> skipped",
        "run (success): running -> success",
    ]
    assert run.states == {
        "weigh": "success",
        "grade": "success",
        "top_up": "skipped",
        "book_flour": "skipped",  # by its trigger rule: nobody was told
    }
    # --8<-- [end:heard]
    assert run.state == "success"
    assert run.value("weigh") == [500, 512, 505]
    assert run.value("grade") == []
    assert run.task("weigh").errors == [
        "RuntimeError: the scale was not at zero; it is now"
    ]
    assert (run.task("weigh").try_number, run.task("weigh").max_tries) == (2, 1)


def test_a_failed_run_is_told_once_and_its_blocked_tasks_never(example):
    with listening(example.module.Witness()):
        run = example.run("nothing-on-the-belt", conf={"grams": []})

    scenario = example.scenario("nothing-on-the-belt")
    assert scenario.keep("the witness wrote", written(example)) == [
        *WEIGHED,
        "grade, try 1: queued -> running",
        "grade, try 1: running -> failed",
        "run (task_failure): running -> failed",
    ]
    assert run.task("grade").error == "ValueError: nothing on the belt"
    assert run.states["top_up"] == run.states["book_flour"] == "upstream_failed"
    assert run.state == "failed"


def test_light_bags_are_topped_up(example):
    run = example.run("light", conf={"grams": [500, 480, 499]})

    assert run.value("grade") == [20, 1]
    assert run.value("top_up") == 21
    assert run.value("book_flour") == "21 g of flour"
    assert run.state == "success"


# --8<-- [start:clumsy]
class Clumsy:
    """A listener with a bug in two of its hooks."""

    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        raise RuntimeError("the bug of a listener")

    @hookimpl
    def on_dag_run_success(self, dag_run, msg):
        raise RuntimeError("the bug of a listener")


def test_a_listener_that_raises_changes_no_state_but_silences_others(example):
    with listening(example.module.Witness(), Clumsy()):
        run = example.run("clumsy", conf={"grams": [480]})

    assert set(run.states.values()) == {"success"}
    assert run.state == "success"
    lines = example.scenario("clumsy").keep("the witness wrote", written(example))
    assert [line for line in lines if line.endswith("success")] == []
    assert len([line for line in lines if line.endswith("running")]) == 5
    # --8<-- [end:clumsy]
    assert run.value("top_up") == 20
    assert lines[1] == "weigh, try 1: running -> up_for_retry"


# --8<-- [start:times]
def test_under_dag_test_a_run_never_waits_and_begins_on_its_logical_date(example):
    first = example.run("observed")
    with example.api.client("admin") as api:
        path = f"/api/v2/dags/{example.stem}/dagRuns/{quote(first.run_id)}"
        run = api.get(path).json()
    assert run["queued_at"] is None
    assert run["start_date"] == run["logical_date"] == "2026-05-01T00:00:00Z"

    example.scenario("timeline").varies("duration")
    asked = example.run("timeline", role="timeline", conf={"run_id": first.run_id})
    rows = {row["what"]: row["duration"] for row in asked.value("read_back")}
    assert list(rows) == [
        "run waits",
        "run works",
        "weigh waits",
        "weigh works",
        "grade waits",
        "grade works",
        "top_up waits",
        "top_up works",
    ]
    assert rows["run waits"] is None
    # --8<-- [end:times]
    assert all(rows[name] > 0 for name in list(rows)[2:])


def test_the_timeline_of_an_unknown_run_fails(example):
    example.api.export()
    asked = example.run("unknown", role="timeline", conf={"run_id": "no such run"})

    error = asked.task("read_back").error
    assert error.startswith("HTTPStatusError: Client error '404 Not Found'")
    assert "/dagRuns/no%20such%20run'" in error
    assert asked.state == "failed"


def test_the_timeline_needs_a_run(example):
    with pytest.raises(ParamValidationError, match="run_id"):
        example.run("no-run-id", role="timeline")


# --8<-- [start:plugin]
def test_airflow_takes_the_listener_from_the_plugins_folder(example):
    plugins = example.scratch / "plugins"
    plugins.mkdir()
    shutil.copy(example.paths.dag, plugins / "witness.py")
    who_listens = (
        "from airflow.listeners.listener import get_listener_manager as scheduler\n"
        "from airflow.sdk.listener import get_listener_manager as task\n"
        "for manager in (scheduler(), task()):\n"
        "    print([type(one).__name__ for one in manager.pm.get_plugins()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", who_listens],
        env=os.environ | {"AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-2:] == ["['Witness']", "['Witness']"]
    # --8<-- [end:plugin]
    plugin = example.module.WitnessPlugin
    assert plugin.name == "witness"
    assert [type(one) for one in plugin.listeners] == [example.module.Witness]
