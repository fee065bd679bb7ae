"""What a deadline counts from, what its callback writes, and dag.test()."""

from datetime import timedelta

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.deadline import Deadline
from airflow.sdk import DeadlineReference, SyncCallback
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from dagbook.running.dag_test import load

QUEUED = "DeadlineReference.DAGRUN_QUEUED_AT"
AVERAGE = "DeadlineReference.AVERAGE_RUNTIME(max_runs=10, min_runs=1)"


def trigger(example, admin, role: str) -> str:
    """Trigger the DAG ``<stem>__<role>``; tell the deadline of the run."""
    path = f"/api/v2/dags/{example.stem}__{role}/dagRuns"
    run_id = admin.post(path, json={"logical_date": None}).json()["dag_run_id"]
    with create_session() as session:
        run = session.scalars(select(DagRun).filter_by(run_id=run_id)).one()
        found = session.scalars(select(Deadline).filter_by(dagrun_id=run.id)).all()
        # The next run finds that this one took 100 seconds.
        run.state, run.start_date = "success", run.queued_at
        run.end_date = run.start_date + timedelta(seconds=100)
        if not found:
            return "no deadline"
        after = (found[0].deadline_time - run.queued_at).total_seconds()
    return f"{after // 10 * 10:.0f} s after it was queued"


def copy(example, role: str, reference: str) -> None:
    """Write a copy of the DAG that has another reference."""
    source = example.paths.dag.read_text()
    assert source.count(QUEUED) == 1
    file = example.scratch / f"{role}.py"
    copied = source.replace(QUEUED, reference)
    file.write_text(copied.replace(example.stem, f"{example.stem}__{role}"))
    load(file)


def test_what_each_reference_counts_from(example):
    copy(example, "queued", QUEUED)
    copy(example, "logical", "DeadlineReference.DAGRUN_LOGICAL_DATE")
    copy(example, "average", AVERAGE)
    with example.api.client("admin") as admin:
        seen = {
            "1 DAGRUN_QUEUED_AT": trigger(example, admin, "queued"),
            "2 DAGRUN_LOGICAL_DATE": trigger(example, admin, "logical"),
            "3 AVERAGE_RUNTIME, first run": trigger(example, admin, "average"),
            "4 AVERAGE_RUNTIME, after 100 s": trigger(example, admin, "average"),
        }

    kept = example.scenario("references")
    assert kept.keep("deadline of a run without a logical date", seen) == {
        "1 DAGRUN_QUEUED_AT": "30 s after it was queued",
        "2 DAGRUN_LOGICAL_DATE": "no deadline",
        "3 AVERAGE_RUNTIME, first run": "no deadline",
        "4 AVERAGE_RUNTIME, after 100 s": "130 s after it was queued",
    }


def test_a_run_in_time_warns_nobody(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 100)
    assert not example.module.LATE.exists()


def test_the_deadline_is_below_the_timeout_of_the_run(example):
    alert = example.dag.deadline
    alert = alert[0] if isinstance(alert, list) else alert

    assert alert is not None
    assert alert.reference == DeadlineReference.DAGRUN_QUEUED_AT
    assert alert.interval == timedelta(seconds=30) < example.dag.dagrun_timeout
    assert isinstance(alert.callback, SyncCallback)
    assert alert.callback.path.endswith(".warn")


def test_the_callback_reads_the_run_from_its_context(example):
    late, warn = example.module.LATE, example.module.warn
    for run_id, state in (("monday", "running"), ("tuesday", "failed")):
        warn({"dag_run": {"dag_run_id": run_id, "state": state}})

    lines = late.read_text().splitlines()
    assert lines == ["monday is late: running", "tuesday has ended: failed"]


def test_a_negative_time_fails_the_run(example):
    run = example.run("broken", conf={"seconds": -1})

    assert run.task("extract").error == "ValueError: sleep length must be non-negative"
    assert run.state == "failed"


def test_dag_test_fails_at_the_end_of_a_run_with_a_deadline(example):
    with pytest.raises(StatementError) as failure:
        example.dag.test()

    message = str(failure.value).splitlines()[0]
    assert message.endswith("'dict' object has no attribute 'hex'")
    example.scenario("dag-test").keep(
        "error of dag.test()", f"StatementError: {message}"
    )
