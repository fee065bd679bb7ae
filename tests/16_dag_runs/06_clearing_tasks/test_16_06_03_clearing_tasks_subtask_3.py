"""A running task is cleared: what its process is told, and the states of the task."""

import signal
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from types import SimpleNamespace

import pytest
from airflow.models import TaskInstance
from airflow.sdk.api.client import ServerResponseError
from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor
from airflow.triggers.base import BaseTrigger
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_06_03_clearing_tasks_subtask_3"
RUN = f"{DAG}/dagRuns/today"
FINALLY = "INFO finally: the connection is closed"


@pytest.fixture(autouse=True)
def sigterm_as_before():
    """Airflow leaves its handler in this process, which is not a task's own."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def told_once(example, monkeypatch):
    """Send SIGTERM to the task in its first second, as its supervisor does."""
    seconds = iter([signal.SIGTERM])

    def sleep(_):
        for number in seconds:
            signal.raise_signal(number)

    assert example.dags
    monkeypatch.setattr(example.module, "time", SimpleNamespace(sleep=sleep))


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the DAG is not paused."""
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def running(op) -> Decisions:
    """Let the scheduler queue ``load`` of a new run, and let it be at work."""
    body = {"dag_run_id": "today", "logical_date": None}
    op.post(f"{DAG}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    with create_session() as session:
        load = select(TaskInstance).where(TaskInstance.task_id == "load")
        session.scalars(load).one().state = "running"
    return scheduler


def clear(client, prevent: bool = False, name: str = "clear"):
    body = {
        "dag_run_id": "today",
        "task_ids": ["load"],
        "only_failed": False,
        "dry_run": False,
        "prevent_running_task": prevent,
    }
    url = f"{DAG}/clearTaskInstances"
    return client.post(url, json=body, extensions={"name": name})


def state(op) -> str | None:
    return op.get(f"{RUN}/taskInstances/load").json()["state"]


def test_a_plain_trigger_loads_the_stock(example):
    run = example.run(logical_date=None)
    assert run.task("load").log == [FINALLY]
    assert run.value("report") == "the stock is loaded"
    assert run.state == "success"


def test_on_kill_and_a_flag_end_the_try_with_finally(example, told_once):
    run = example.run("told-to-stop", logical_date=None, conf={"seconds": 2})
    load = run.task("load")
    assert load.errors == ["RuntimeError: told to stop"]
    assert [one["log"] for one in load.tries] == [[FINALLY], [FINALLY]]
    assert (load.try_number, run.state) == (2, "success")


def test_a_function_does_not_notice_the_signal(example, told_once):
    conf = {"seconds": 2}
    run = example.run("function", role="function", logical_date=None, conf=conf)
    assert (run.task("load").errors, run.task("load").try_number) == ([], 1)


def test_a_clear_of_a_running_task_is_refused_or_restarts_it(example, op):
    running(op)
    kept = example.scenario("refused")
    with kept.http(keep=["detail"]) as client:
        refused = clear(client, prevent=True, name="refused")
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(
        "AirflowClearRunningTaskException: Disable 'prevent_running_task' to proceed"
    )
    assert state(op) == "running"
    assert clear(op).status_code == 200
    assert state(op) == "restarting"
    kept.keep("state of load after a clear that is not refused", state(op))


def test_a_second_clear_or_a_mark_starts_a_try_beside_the_old_process(example, op):
    scheduler = running(op)
    clear(op)
    second = clear(op, prevent=True)
    twice = [second.status_code, state(op)]
    scheduler.decide()
    queued = state(op)
    op.patch(RUN, json={"state": "failed"}).raise_for_status()
    op.delete(RUN).raise_for_status()

    running(op)
    path = f"{RUN}/taskInstances/load"
    op.patch(path, json={"new_state": "failed"}).raise_for_status()
    marked = [clear(op, prevent=True).status_code, state(op)]
    assert twice == marked == [200, None]
    assert queued in ("scheduled", "queued")
    shown = {
        "1 cleared twice": "200, state none",
        "2 marked as failed, then cleared": "200, state none",
    }
    example.scenario("second-clear").keep("with prevent_running_task", shown)


@pytest.mark.parametrize(
    ("report", "then"), [("success", None), ("failed", "up_for_retry")]
)
def test_retry_delay_counts_if_the_executor_reports_a_failure(
    example, op, report, then
):
    scheduler = running(op)
    clear(op)
    scheduler.executor_reports("load", report)
    assert state(op) == then


def test_a_cleared_try_can_push_an_xcom_and_report_no_state(example, op):
    running(op)
    with create_session() as session:
        ids = select(TaskInstance.id).where(TaskInstance.task_id == "load")
        old = session.scalars(ids).one()
    clear(op)
    worker = InProcessTestSupervisor._api_client()
    with pytest.raises(ServerResponseError) as refused:
        worker.task_instances.succeed(old, datetime.now(UTC), [], [], None)
    assert (refused.value.response.status_code, state(op)) == (404, "restarting")
    worker.xcoms.set(example.stem, "today", "load", "return_value", "loaded")
    pushed = op.get(f"{RUN}/taskInstances/load/xcomEntries/return_value")
    assert pushed.json()["value"] == "loaded"


def test_a_deferred_task_has_the_on_kill_of_its_trigger():
    assert iscoroutinefunction(BaseTrigger.on_kill)
