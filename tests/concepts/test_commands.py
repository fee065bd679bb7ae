"""What the command line and the schema of the REST API offer."""

import re
import shlex

import pytest

from dagbook.project import Project

PAGES = sorted((Project.find().docs / "concepts").glob("*.md"))
COMMANDS = [
    pytest.param(line, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, line in enumerate(
        re.findall(r"^airflow (?:[^\n\\]|\\\n)+", page.read_text(), re.M)
    )
]


@pytest.fixture(scope="module")
def parser():
    from airflow.cli import cli_parser

    return cli_parser.get_parser()


def options(parser, *command):
    """Return the option names of a command of Airflow."""
    found = parser
    for word in command:
        actions = [a for a in found._actions if getattr(a, "choices", None)]
        found = next(a.choices[word] for a in actions if word in a.choices)
    return {name for action in found._actions for name in action.option_strings} | {
        action.dest for action in found._actions if not action.option_strings
    }


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_on_the_pages_is_one_that_airflow_takes(parser, line):
    words = shlex.split(line.replace("\\\n", " "))
    parser.parse_args(words[1:])


@pytest.mark.claim("backfill-cli-options", by="cli")
def test_the_options_of_a_backfill(parser):
    found = options(parser, "backfill", "create")
    assert {
        "--dag-id",
        "--from-date",
        "--to-date",
        "--reprocess-behavior",
        "--max-active-runs",
        "--run-backwards",
        "--dag-run-conf",
        "--dry-run",
    } <= found
    assert not {"--start-date", "--end-date", "--reprocessing-behavior"} & found


@pytest.mark.claim("trigger-cli-options", by="cli")
def test_the_options_of_a_trigger(parser):
    found = options(parser, "dags", "trigger")
    assert {"dag_id", "-l", "--logical-date", "-r", "--run-id", "-c", "--conf"} <= found
    assert not {"-e", "--exec-date", "--note", "--run-after"} & found


@pytest.mark.claim("trigger-cli-takes-dag-id", by="cli")
def test_the_word_after_trigger_is_the_dag(parser):
    words = ["dags", "trigger", "--logical-date", "2026-05-01", "orders"]
    given = parser.parse_args(words)
    assert given.dag_id == "orders"
    assert given.run_id is None


@pytest.mark.claim("clear-cli-options", by="cli")
def test_the_options_of_clearing(parser):
    found = options(parser, "tasks", "clear")
    assert {
        "dag_id",
        "--task-regex",
        "--start-date",
        "--end-date",
        "--only-failed",
        "--only-running",
        "--upstream",
        "--downstream",
    } <= found
    assert not {"--recursive", "--dag-run-id", "--run-id"} & found


@pytest.mark.claim("clear-run-cli", by="cli")
def test_a_whole_run_is_cleared_by_its_id(parser):
    assert {"dag_id", "--run-id"} <= options(parser, "dags", "clear")


@pytest.mark.claim("no-cli-wait", by="cli")
def test_the_command_line_cannot_wait(parser):
    actions = [a for a in parser._actions if getattr(a, "choices", None)]
    dags = next(a.choices["dags"] for a in actions if "dags" in a.choices)
    names = next(set(a.choices) for a in dags._actions if getattr(a, "choices", None))
    assert "trigger" in names
    assert "wait" not in names
    assert not {o for o in options(parser, "dags", "trigger") if "wait" in o}


@pytest.mark.claim("tasks-run-gone", by="cli")
def test_tasks_run_is_gone(parser):
    actions = [a for a in parser._actions if getattr(a, "choices", None)]
    tasks = next(a.choices["tasks"] for a in actions if "tasks" in a.choices)
    names = next(set(a.choices) for a in tasks._actions if getattr(a, "choices", None))
    assert "test" in names
    assert "run" not in names


@pytest.fixture
def schema(world):
    """The schema of the REST API, as the server itself gives it."""
    return world.rest.get("/openapi.json").json()


@pytest.mark.claim("backfill-rest-paths", by="openapi")
def test_the_paths_of_backfills(schema):
    paths = {path for path in schema["paths"] if "backfills" in path}
    assert {
        "/api/v2/backfills",
        "/api/v2/backfills/dry_run",
        "/api/v2/backfills/{backfill_id}/pause",
        "/api/v2/backfills/{backfill_id}/unpause",
        "/api/v2/backfills/{backfill_id}/cancel",
    } <= paths


@pytest.mark.claim("backfill-reprocess-values", by="openapi")
def test_the_ways_to_treat_what_has_run(schema):
    parts = schema["components"]["schemas"]
    assert parts["ReprocessBehavior"]["enum"] == ["failed", "completed", "none"]
    field = parts["BackfillPostBody"]["properties"]["reprocess_behavior"]
    assert field["default"] == "none"


@pytest.mark.claim("clear-rest-options", by="openapi")
def test_the_options_of_clearing_over_rest(schema):
    parts = schema["components"]["schemas"]["ClearTaskInstancesBody"]["properties"]
    assert {
        "include_past",
        "include_future",
        "include_upstream",
        "include_downstream",
        "only_failed",
        "only_running",
        "prevent_running_task",
        "run_on_latest_version",
        "reset_dag_runs",
    } <= set(parts)
    assert (parts["dry_run"]["default"], parts["only_failed"]["default"]) == (
        True,
        True,
    )


@pytest.mark.claim("clear-not-recursive", by="openapi")
def test_clearing_never_reaches_other_dags(schema):
    parts = schema["components"]["schemas"]["ClearTaskInstancesBody"]["properties"]
    assert not {
        name for name in parts if "recursive" in name or "dag_ids" in name
    } | set(parts) & {"include_subdags", "include_parentdag"}


@pytest.mark.claim("clear-run-rest", by="openapi")
def test_a_whole_run_can_be_cleared(schema):
    path = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear"
    assert "post" in schema["paths"][path]


@pytest.mark.claim("wait-is-experimental", by="openapi")
def test_waiting_is_marked_experimental(schema):
    path = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/wait"
    assert "xperimental" in str(schema["paths"][path]["get"])
