"""What the top of a DAG file costs, and the time stamps between due and done."""

import json
import re
from datetime import datetime, timedelta

from airflow.configuration import conf
from airflow.models import TaskInstance
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.airflow_compat import parse
from dagbook.running.environment import bundle
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_13_02_reducing_run_latency"
DUE = datetime.fromisoformat("2026-05-01T06:00:00+00:00")
TWO = timedelta(seconds=2)


def heavy(example):
    """Write a copy of the file that takes two seconds to import."""
    text = example.paths.dag.read_text()
    top = "import pendulum\n"
    assert text.count(top) == 1
    file = example.scratch / "heavy.py"
    # --8<-- [start:heavy]
    sleep = "import time\n\ntime.sleep(2)  # a heavy import\n"
    file.write_text(text.replace(top, top + sleep))
    # --8<-- [end:heavy]
    return file


def test_transform_imports_what_it_needs(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("transform")) == ("success", 14)
    assert run.value("load") == "14 EUR per order"
    assert not hasattr(example.module, "statistics")  # it is not at the top


def test_a_heavy_import_at_the_top_is_paid_at_each_parse(example):
    def took(file) -> timedelta:  # the shortest: the machine may be busy
        return min(parse(file).dagbag_stats[0].duration for _ in range(3))

    files = {
        "import in the task": example.paths.dag,
        "import at the top": heavy(example),
    }
    said = {
        name: f"{'more' if took(file) >= TWO else 'less'} than 2 seconds"
        for name, file in files.items()
    }
    assert example.scenario("heavy").keep("time to import the file", said) == {
        "import in the task": "less than 2 seconds",
        "import at the top": "more than 2 seconds",
    }


def test_report_names_the_slow_file(example, monkeypatch):
    assert example.dag
    kept = example.scenario("report")
    kept.masker.extra.append(("seconds", re.compile(r"(?<=:)\d\d\.\d+(?=\")")))
    folder = bundle("sales", heavy(example).parent)
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", folder)
    done = kept.cli("dags", "report", "-o", "json", name="report")

    [row] = json.loads(done.stdout)
    assert row["file"].endswith("heavy.py")
    assert float(row["duration"].rpartition(":")[2]) >= 2
    assert (row["dag_num"], row["task_num"]) == ("1", "3")


def test_time_stamps_between_due_and_done(example):
    run_id, kept = "orders", example.scenario("time-stamps")
    with example.api.client("op") as op:
        body = {"dag_run_id": run_id, "logical_date": None}
        op.post(
            f"{PATH}/dagRuns", json={**body, "run_after": DUE.isoformat()}
        ).raise_for_status()
        op.patch(PATH, json={"is_paused": False}).raise_for_status()
    Decisions().decide()
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        [first] = session.scalars(
            select(TaskInstance).where(TaskInstance.task_id == "extract")
        )
        assert run.run_after < run.queued_at <= run.start_date
        assert run.start_date <= first.scheduled_dttm <= first.queued_dttm
        # The times of that morning.
        run.queued_at, run.start_date, run.end_date = later(1, 2, 30)
        first.scheduled_dttm, first.queued_dttm, first.start_date = later(3, 13, 18)
    with kept.http(
        "viewer", keep=["run_after", "queued_at", "start_date", "end_date"]
    ) as viewer:
        path = f"{PATH}/dagRuns/{run_id}"
        run = viewer.get(path, extensions={"name": "run"}).json()
    with kept.http(
        "viewer", keep=["scheduled_when", "queued_when", "start_date"]
    ) as viewer:
        path += "/taskInstances/extract"
        first = viewer.get(path, extensions={"name": "first task"}).json()
    stamps = {
        "run: run_after": run["run_after"],
        "run: queued_at": run["queued_at"],
        "run: start_date": run["start_date"],
        "task: scheduled_when": first["scheduled_when"],
        "task: queued_when": first["queued_when"],
        "task: start_date": first["start_date"],
        "run: end_date": run["end_date"],
    }
    seconds = [
        [name, (datetime.fromisoformat(at) - DUE).total_seconds()]
        for name, at in stamps.items()
    ]
    assert [second for _, second in seconds] == [0, 1, 2, 3, 13, 18, 30]
    kept.keep("seconds after run_after", seconds)


def test_details_have_the_time_of_the_last_parse(example):
    kept = example.scenario("details")
    with kept.http("viewer", keep=["dag_id", "last_parse_duration"]) as viewer:
        answer = viewer.get(f"{PATH}/details", extensions={"name": "details"})

    assert answer.status_code == 200
    assert "last_parse_duration" in answer.json()  # none: no DAG processor has run


def later(*seconds: int) -> list[datetime]:
    return [DUE + timedelta(seconds=one) for one in seconds]


def test_import_timeout_is_an_import_error(example, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT", "1")
    [error] = parse(heavy(example)).import_errors.values()

    first = next(line for line in error.splitlines() if "import timeout" in line)
    kept = example.scenario("timeout")
    assert kept.keep("import error", kept.masker.text(first)) == (
        "airflow.sdk.exceptions.AirflowTaskTimeout: DagBag import timeout for "
        "<tmp>/heavy.py after 1.0s."
    )


def test_defaults_of_the_settings(example):
    assert example.scenario("settings").keep(
        "defaults",
        {
            "[core] dagbag_import_timeout": conf.getfloat(
                "core", "dagbag_import_timeout"
            ),
            "[dag_processor] min_file_process_interval": conf.getint(
                "dag_processor", "min_file_process_interval"
            ),
            "[scheduler] max_dagruns_to_create_per_loop": conf.getint(
                "scheduler", "max_dagruns_to_create_per_loop"
            ),
            "[scheduler] scheduler_idle_sleep_time": conf.getfloat(
                "scheduler", "scheduler_idle_sleep_time"
            ),
        },
    ) == {
        "[core] dagbag_import_timeout": 30,
        "[dag_processor] min_file_process_interval": 30,
        "[scheduler] max_dagruns_to_create_per_loop": 10,
        "[scheduler] scheduler_idle_sleep_time": 1,
    }
