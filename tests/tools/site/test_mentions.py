"""What recordings saw, in the words of Airflow's own descriptions."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from dagbook.site import mentions as seen

OPENAPI = "api_fastapi/core_api/openapi/v2-rest-api-generated.yaml"
NUMBERS = r"\{(map_index|\w*number|backfill_id|asset_id|\w*log_id)\}"


def _airflow_paths() -> list[str]:
    text = (files("airflow") / OPENAPI).read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load(text, Loader=loader)["paths"])


def test_every_path_of_the_rest_api_is_recognised() -> None:
    """With values in place of its parameters, each path gives its template again."""
    paths = _airflow_paths()
    assert len(paths) > 60

    def shape(path: str) -> str:
        return re.sub(r"\{\w+\}", "{}", path)

    wrong = {}
    for path in paths:
        real = re.sub(r"\{\w+\}", "some_thing", re.sub(NUMBERS, "3", path))
        found = seen.call(f"get {real}?limit=1").removeprefix("GET ")
        if shape(found) != shape(path):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("PATCH /api/v2/dags/x", "PATCH /api/v2/dags/{dag_id}"),
        ("GET /api/v2/dags/~/dagRuns/", "GET /api/v2/dags/{dag_id}/dagRuns"),
        (
            "GET http://127.0.0.1:1/api/v2/dags/x/dagRuns/manual__2026-05-01T00%3A/wait",
            "GET /api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/wait",
        ),
        ("POST /auth/token", "POST /auth/token"),
    ],
)
def test_calls(request_line: str, expected: str) -> None:
    assert seen.call(request_line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("airflow dags pause x -y", "airflow dags pause"),
        ("airflow dags trigger -c '{\"a\": 1}' x", "airflow dags trigger"),
        ("airflow version", "airflow version"),
        ("airflow standalone --help now", "airflow standalone"),
        ("airflow dags list -o 'json", "airflow dags list"),
    ],
)
def test_commands(text: str, expected: str) -> None:
    assert seen.command(text) == expected


def test_errors_of_tasks_runs_and_answers() -> None:
    error = {"type": "ValueError", "message": "no"}
    recording = {
        "scenarios": {
            "b": {"kind": "refused", "error": {"type": "ParamError", "message": "p"}},
            "a": {
                "tasks": [
                    {"tries": [{"error": error}, {"error": error}, {"error": None}]},
                    {"tries": []},
                ],
                "exchanges": [
                    {"kind": "http", "status": 200, "response": {"detail": "fine"}},
                    {"kind": "http", "status": 404, "response": {"detail": "gone"}},
                    {
                        "kind": "http",
                        "status": 422,
                        "response": {"detail": [{"msg": "Field required"}]},
                    },
                    {"kind": "cli", "exit": 1},
                ],
            },
        }
    }
    assert seen.errors(recording) == [
        seen.Seen("ValueError", "no"),
        seen.Seen("HTTP 404", "gone"),
        seen.Seen("HTTP 422", "Field required"),
        seen.Seen("ParamError", "p"),
    ]


def test_an_error_that_was_kept_as_text_is_one_too() -> None:
    lines = ["Traceback", "airflow.exceptions.DagRunAlreadyExists: A DAG Run exists"]
    recording = {
        "scenarios": {
            "a": {
                "values": {"caught": "KeyError: 'ds'", "note": "Error: no type"},
                "exchanges": [{"kind": "cli", "exit": 1, "output": lines}],
            }
        }
    }
    assert seen.errors(recording) == [
        seen.Seen("KeyError", "'ds'"),
        seen.Seen("DagRunAlreadyExists", "A DAG Run exists"),
    ]
