"""Runs that airflow dags trigger makes, and what a script can rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import airflow
import pytest
from airflow.cli.cli_parser import get_parser

STEM = "16_01_03_manual_trigger_subtask_3"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
CALL = ("dags", "trigger", STEM, "--run-id", "sales-2026-05-02")
CONF = ("--conf", '{"day": "2026-05-02"}', "--output", "json")
DATE = "2026-05-01T00:00:00Z"


def interval(run: dict) -> str:
    """Return the data interval of a run in words."""
    ends = {run["data_interval_start"], run["data_interval_end"]}
    if ends == {run["run_after"]}:
        return "the time of the call"
    if ends == {run["logical_date"]} and None not in ends:
        return "the logical date"
    return f"{run['data_interval_start']} to {run['data_interval_end']}"


def test_the_day_comes_from_conf_or_the_default(example):
    plain = example.run(logical_date=None)
    conf = example.run("another-day", logical_date=None, conf={"day": "2026-05-02"})

    assert (plain.state, plain.value("load")) == (
        "success",
        "orders-2026-05-01.csv loaded",
    )
    assert conf.value("load") == "orders-2026-05-02.csv loaded"


def test_the_second_call_with_one_run_id_exits_with_1(example, monkeypatch):
    monkeypatch.setenv("LOGNAME", "nightly")  # the command records its user
    twice = example.scenario("twice")
    first = twice.cli(*CALL, *CONF, name="trigger")
    second = twice.cli(*CALL, *CONF)

    assert (first.returncode, second.returncode) == (0, 1)
    said = second.stderr.strip().splitlines()[-1].partition(": ")[2]
    assert said == (
        f"A DAG Run already exists for DAG {STEM} with run id sales-2026-05-02"
    )
    assert json.loads(first.stdout)[0]["state"] == "queued"
    with example.api.client("viewer") as viewer:
        [run] = viewer.get(RUNS).json()["dag_runs"]
        assert viewer.get(f"/api/v2/dags/{STEM}").json()["is_paused"] is True
    assert (run["conf"], run["state"]) == ({"day": "2026-05-02"}, "queued")
    assert (run["logical_date"], run["data_interval_start"]) == (None, None)
    ends = {"1 first call": "exit code 0", "2 second call": f"exit code 1, {said}"}
    twice.keep("exit code, and the last line of stderr", ends)


def test_the_command_ignores_the_date_for_the_interval_and_logs_before_the_json(
    example,
):
    asked = example.scenario("interval")
    assert STEM in example.dags
    words = ("--logical-date", "2026-05-01", "--run-id", "by-cli", "--output", "json")
    loud = subprocess.run(  # with Airflow's own log level, as a script runs it
        [sys.executable, "-m", "airflow", "dags", "trigger", STEM, *words],
        capture_output=True,
        text=True,
        env=os.environ,
    )
    log_line, answer = loud.stdout.strip().splitlines()
    assert "creating dag run" in log_line
    assert json.loads(answer)[0]["logical_date"] == "2026-05-01 00:00:00+00:00"

    both = {
        "data_interval_start": "2026-04-30T00:00:00Z",
        "data_interval_end": "2026-05-02T00:00:00Z",
    }
    one = {"data_interval_start": both["data_interval_start"]}
    with asked.http("op", keep=[*both, "logical_date"]) as op:
        given = {"json": {"logical_date": "2026-05-03T00:00:00Z"} | both}
        given = op.post(RUNS, **given, extensions={"name": "given"}).json()
    with example.api.client("op") as op:
        by_cli = op.get(f"{RUNS}/by-cli").json()
        date = {"logical_date": "2026-05-02T00:00:00Z"}
        dated = op.post(RUNS, json=date).json()
        undated = op.post(RUNS, json={"logical_date": None} | both)
        half = op.post(RUNS, json={"logical_date": "2026-05-04T00:00:00Z"} | one)
        taken = op.post(RUNS, json={"logical_date": DATE, "dag_run_id": "other"})
    assert (half.status_code, taken.status_code) == (422, 409)
    assert "must be provided or both must be None" in str(half.json()["detail"])
    assert (undated.status_code, undated.json()["data_interval_start"]) == (200, None)
    assert asked.keep(
        "data interval of the run",
        {
            "1 airflow dags trigger --logical-date 2026-05-01": interval(by_cli),
            "2 REST, logical date": interval(dated),
            "3 REST, logical date and both ends": interval(given),
            "4 REST, both ends, logical date null": interval(undated.json()),
        },
    ) == {
        "1 airflow dags trigger --logical-date 2026-05-01": "the time of the call",
        "2 REST, logical date": "the logical date",
        "3 REST, logical date and both ends": (
            "2026-04-30T00:00:00Z to 2026-05-02T00:00:00Z"
        ),
        "4 REST, both ends, logical date null": "None to None",
    }


def test_the_form_names_the_interval_that_a_person_gives():
    texts = Path(airflow.__file__).parent / "ui/dist/i18n/locales/en/components.json"
    assert '"dataIntervalManual": "Specify Manually"' in texts.read_text()


def test_the_state_of_no_run_is_no_error_and_a_wrong_option_exits_with_2(
    example, capsys
):
    asking = example.scenario("asking")
    unknown = asking.cli("dags", "state", STEM, "sales-2026-05-31", name="state")
    assert (unknown.returncode, unknown.stdout.strip()) == (0, "None")

    for option in ("-e", "--note", "--run-after"):
        with pytest.raises(SystemExit) as stopped:
            get_parser().parse_args(["dags", "trigger", STEM, option, "2026-05-01"])
        assert stopped.value.code == 2
