"""The SQL that the API server sends for a list of runs, and what SQLite makes of it."""

import re
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
from airflow.configuration import conf
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

STEM = "16_13_05_database_query_optimization"
PATH = f"/api/v2/dags/{STEM}/dagRuns"

# --8<-- [start:answer]
# GET /api/v2/dags/{dag_id}/dagRuns?…
HAVE_AN_INDEX = (
    "state=failed",
    "run_id_prefix_pattern=oslo",
    "logical_date_gte=2026-05-01T00:00:00Z",
)
READ_ALL_RUNS_OF_THE_DAG = (
    "run_id_pattern=oslo",
    "start_date_gte=2026-05-01T00:00:00Z",
    "conf_contains=oslo",
)
# --8<-- [end:answer]
HISTORY = {"oslo_1": "success", "oslo_2": "success", "oslo_3": "failed"}


@pytest.fixture
def op(example):
    """Return a client, and three finished runs of May."""
    with example.api.client("op") as client:
        for run_id, state in HISTORY.items():
            date = f"2026-05-0{run_id[-1]}T00:00:00Z"
            client.post(PATH, json={"dag_run_id": run_id, "logical_date": date})
            client.patch(f"{PATH}/{run_id}", json={"state": state}).raise_for_status()
        with create_session() as session:
            for run in session.scalars(select(DagRun)):
                run.start_date = datetime.fromisoformat("2026-05-01T06:00:00+00:00")
        yield client


@pytest.fixture
def copy(example, op):
    """Return a copy of the database, which no Airflow uses."""
    made = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(example.home / "airflow.db")) as source:
        source.backup(made)
    with closing(made):
        yield made


def asked(op, query: str, begin: str = "SELECT dag_run.id") -> tuple:
    """Send the request; return the SQL of the API server, and its values."""
    found = []

    def listen(conn, cursor, statement, parameters, context, executemany):
        if statement.startswith(begin) and "FROM dag_run" in statement:
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        op.get(f"{PATH}?{query}").raise_for_status()
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    [one] = found
    return one


def plan(database, statement: str, values) -> list[str]:
    """Return how SQLite reads dag_run, and whether it sorts."""
    rows = database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row[3] for row in rows if re.search(r" dag_run |ORDER BY", row[3])]


def test_a_run_that_is_running_does_not_count(example):
    assert example.run(logical_date=None).value("report") == "0 failed, 0 success"


def test_the_counts_are_those_of_the_database(example, op):
    run = example.run("history", logical_date=None)

    assert run.value("report") == "1 failed, 2 success"


def test_which_filters_use_an_index(example, op, copy):
    found = {}
    for query in HAVE_AN_INDEX + READ_ALL_RUNS_OF_THE_DAG:
        how = plan(copy, *asked(op, query))[0]
        columns = re.findall(r"(\w+)[=<>]\?", how)
        found[query.partition("=")[0]] = ", ".join(dict.fromkeys(columns))

    assert found == {
        "state": "dag_id, state",
        "run_id_prefix_pattern": "dag_id, run_id",
        "logical_date_gte": "dag_id, logical_date",
        "run_id_pattern": "dag_id",
        "start_date_gte": "dag_id",
        "conf_contains": "dag_id",
    }
    two = {name: found[name] for name in ("state", "start_date_gte")}
    example.scenario("plans").keep("columns looked up in an index", two)


def test_a_page_is_counted_as_well(example, op):
    said = {}
    for name, query in {"offset": "limit=1", "cursor": "limit=1&cursor="}.items():
        statement, _ = asked(op, query, begin="SELECT count(*)")
        some = " LIMIT ?" in statement
        said[name] = "counts up to a limit" if some else "counts all runs that match"

    assert example.scenario("count").keep("pages by", said) == {
        "offset": "counts all runs that match",
        "cursor": "counts up to a limit",
    }


def test_indexes_of_the_table(example, copy):
    found = []
    for _, name, unique, _, partial in copy.execute("PRAGMA index_list(dag_run)"):
        rows = copy.execute(f"PRAGMA index_info({name})")
        columns = ", ".join(row[2] for row in rows)
        [sql] = copy.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name])
        only = f" where {sql[0].partition(' WHERE ')[2]}" if partial else ""
        found.append(columns + (" (unique)" if unique else "") + only)

    assert example.scenario("indexes").keep("indexes of dag_run", sorted(found)) == [
        "created_dag_version_id",
        "dag_id",
        "dag_id, logical_date (unique)",
        "dag_id, run_id (unique)",
        "dag_id, state",
        "run_after",
        "state, dag_id where state='queued'",
        "state, dag_id where state='running'",
    ]


def test_an_own_index_saves_the_sort(example, op, copy):
    newest = asked(op, "order_by=-start_date")
    assert plan(copy, *newest)[1:] == ["USE TEMP B-TREE FOR ORDER BY"]
    copy.execute("CREATE INDEX own ON dag_run (dag_id, start_date)")
    assert plan(copy, *newest) == ["SEARCH dag_run USING INDEX own (dag_id=?)"]


def test_db_clean_counts_before_it_deletes(example, op):
    kept = example.scenario("clean")
    words = "db clean --clean-before-timestamp 2026-06-01 -t dag_run --dry-run"
    done = kept.cli(*words.split(), name="clean")

    found = done.stdout.partition("Checking table dag_run\n")[2]
    assert found.startswith("Found 3 rows meeting deletion criteria.")
    assert op.get(PATH).json()["total_entries"] == 3


def test_the_access_log_has_the_time_of_each_request(example, op, capfd):
    kept = example.scenario("log")
    op.get(f"{PATH}?state=failed")
    op.get(PATH)  # the same connection: the line of the first request is written
    [line] = re.findall("request finished.*state=failed.*", capfd.readouterr().out)
    fields = dict(re.findall(r"(method|path|query|duration_us)=(\S*)", line))
    assert int(fields["duration_us"]) > 0
    kept.varies("duration_us")
    assert kept.keep("request finished", fields)["path"] == PATH


def test_the_defaults_of_the_pool(example):
    keys = ("sql_alchemy_pool_size", "sql_alchemy_max_overflow")
    found = {key: conf.getint("database", key) for key in keys}
    kept = example.scenario("pool").keep("connections of one process", found)
    assert list(kept.values()) == [5, 10]
