"""Runs started by the real command line, and what a script can rely on."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

STEM = "16_01_03_manual_trigger_subtask_3"
NORTH = b"id,amount\r\n1,120.00\r\n2,42.50\r\n"


def airflow(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a script would, with Airflow's own log level."""
    command = [sys.executable, "-m", "airflow", *words]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ)


# --8<-- [start:default]
def test_a_day_is_written_and_writing_it_again_changes_no_byte(example):
    first = example.run()
    again = example.run("again")

    written = first.value("write_day")
    assert written == {
        "file": "sales-north-2026-05-01.csv",
        "rows": 2,
        "sha256": hashlib.sha256(NORTH).hexdigest(),
    }
    assert again.value("write_day") == written
    assert [file.name for file in example.scratch.iterdir()] == [written["file"]]
    # --8<-- [end:default]
    assert (example.scratch / written["file"]).read_bytes() == NORTH
    assert first.state == again.state == "success"
    assert first.value("plan") == {"region": "north", "day": "2026-05-01"}
    assert first.log == ["INFO 2 sales in the north on 2026-05-01"]


def test_conf_wins_over_the_logical_date(example):
    run = example.run("conf", conf={"day": "2026-05-02"})

    assert run.value("plan") == {"region": "north", "day": "2026-05-02"}
    assert run.value("write_day")["file"] == "sales-north-2026-05-02.csv"
    written = example.scratch / "sales-north-2026-05-02.csv"
    assert written.read_text() == "id,amount\n4,15.75\n"


def test_a_region_has_its_own_file(example):
    run = example.run("south", conf={"region": "south"})

    assert run.value("plan") == {"region": "south", "day": "2026-05-01"}
    written = example.scratch / "sales-south-2026-05-01.csv"
    assert written.read_text() == "id,amount\n3,89.90\n"


# --8<-- [start:typo]
def test_a_mistyped_key_is_refused_and_not_ignored(example):
    run = example.run("typo", conf={"regoin": "south"})

    plan = run.task("plan")
    assert plan.error == (
        "AirflowFailException: conf has ['regoin']: it may have region and day"
    )
    assert run.states["write_day"] == "upstream_failed"
    assert not list(example.scratch.iterdir())
    # --8<-- [end:typo]
    assert run.states == dict.fromkeys(
        ["select_sales", "write_day"], "upstream_failed"
    ) | {"plan": "failed"}


def test_no_day_at_all_is_an_error(example):
    run = example.run("no-day", logical_date=None)

    assert run.task("plan").error == (
        "AirflowFailException: no day: trigger with -l DAY, or with a day in conf"
    )


# --8<-- [start:half]
def test_a_writer_that_breaks_leaves_the_old_file(example):
    target = example.scratch / "sales.csv"
    target.write_text("yesterday")

    def breaks():
        yield {"id": 1, "amount": "1.00"}
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        example.module.write_csv(target, breaks())

    assert target.read_text() == "yesterday"
    # --8<-- [end:half]


def test_the_declarations_that_the_page_speaks_of(example):
    dag = example.dag
    assert (dag.schedule, dag.catchup, dag.max_active_runs) == (None, False, 1)
    assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    region, day = (dag.params.get_param(name) for name in ("region", "day"))
    assert (region.value, day.value) == ("north", None)
    assert region.schema == {"type": "string", "enum": ["north", "south"]}
    assert day.schema == {"type": ["null", "string"], "format": "date"}
    assert dag.get_task("plan").downstream_task_ids == {"select_sales", "write_day"}
    assert dag.get_task("select_sales").downstream_task_ids == {"write_day"}


# --8<-- [start:script]
def test_the_script_starts_a_run_once(example):
    assert STEM in example.dags
    first = example.module.trigger("south", "2026-05-01")
    again = example.module.trigger("south", "2026-05-01")
    scenario = example.scenario("script")
    scenario.keep("first call", "{}: {}".format(*first))
    scenario.keep("second call", "{}: {}".format(*again))

    assert first == (0, "sales-south-2026-05-01")
    assert again == (
        3,
        f"A DAG Run already exists for DAG {STEM} with run id sales-south-2026-05-01",
    )
    # --8<-- [end:script]
    with example.api.client("viewer") as client:
        [run] = client.get(f"/api/v2/dags/{STEM}/dagRuns").json()["dag_runs"]
    assert run["conf"] == {"region": "south", "day": "2026-05-01"}


# --8<-- [start:interval]
def test_the_cli_sets_the_interval_to_now_and_the_api_to_the_date(example):
    scenario = example.scenario("interval")
    scenario.cli(
        *("dags", "trigger", STEM, "--run-id", "by-cli"),
        *("--logical-date", "2026-05-01", "--output", "yaml"),
    )
    fields = ["dag_run_id", "logical_date", "data_interval_start", "data_interval_end"]
    runs = f"/api/v2/dags/{STEM}/dagRuns"
    with scenario.http("op", keep=fields) as client:
        next_day = {"logical_date": "2026-05-02T00:00:00Z", "dag_run_id": "by-api"}
        by_api = client.post(runs, json=next_day).json()
        same_day = {"logical_date": "2026-05-01T00:00:00Z", "dag_run_id": "south"}
        taken = client.post(runs, json=same_day)
    with example.api.client("viewer") as client:
        by_cli = client.get(f"{runs}/by-cli").json()

    assert by_cli["logical_date"] == "2026-05-01T00:00:00Z"
    assert by_cli["data_interval_start"] == by_cli["run_after"]
    assert by_cli["data_interval_end"] == by_cli["run_after"]
    assert by_api["data_interval_start"] == by_api["logical_date"]
    assert taken.status_code == 409
    # --8<-- [end:interval]
    assert (by_cli["triggered_by"], by_cli["state"]) == ("cli", "queued")


# --8<-- [start:refusals]
REFUSALS = {
    "a key without quotes": ["--conf", "{region: north}"],
    "an array": ["--conf", '["north"]'],
    "no such region": ["--conf", '{"region": "west"}'],
    "no such month": ["--logical-date", "2026-13-01"],
}


def test_airflow_says_1_or_2_and_the_script_says_why(example):
    assert STEM in example.dags
    scenario = example.scenario("refusals")
    exits, codes, said = [], set(), {}
    for name, words in REFUSALS.items():
        done = airflow("dags", "trigger", STEM, *words)
        code, said[name] = example.module.verdict(done)
        exits.append(done.returncode)
        codes.add(code)
        scenario.keep(name, f"exit {done.returncode}: {said[name]}")

    assert exits == [1, 1, 1, 2]
    assert codes == {4}
    assert said["an array"] == "DagRun conf must be a JSON object or null"
    assert said["no such region"] == (
        "Invalid input for param region: 'west' is not one of ['north', 'south']"
    )
    # --8<-- [end:refusals]
    assert said["a key without quotes"].startswith("Expecting property name")
    assert said["no such month"].startswith("argument -l/--logical-date")


# --8<-- [start:asking]
def test_the_answers_that_a_script_reads_wrongly(example):
    scenario = example.scenario("asking")
    run_id = "sales-north-2026-05-01"
    assert STEM in example.dags
    conf = json.dumps({"day": "2026-05-01"})
    words = ("--run-id", run_id, "--conf", conf, "--output", "json")
    loud = airflow("dags", "trigger", STEM, *words)
    log_line, answer = loud.stdout.strip().splitlines()
    scenario.keep("first line of stdout", log_line.partition(" [airflow")[0].rstrip())

    assert "creating dag run" in log_line
    assert json.loads(answer)[0]["state"] == "queued"

    known = scenario.cli("dags", "state", STEM, run_id)
    unknown = scenario.cli("dags", "state", STEM, "sales-north-2026-05-10")
    listed = scenario.cli("dags", "list-runs", STEM, "--output", "json")

    assert known.stdout.strip() == f"queued, {conf}"
    assert (unknown.returncode, unknown.stdout.strip()) == (0, "None")
    assert [run["run_id"] for run in json.loads(listed.stdout)] == [run_id]
    # --8<-- [end:asking]
