"""The pause in the table dag, read by SQL and compared with the REST API."""

import sqlite3

import pytest
from airflow.configuration import conf
from airflow.utils.db import upgradedb

STEM = "62_04_01_db_state"
DAGS = "/api/v2/dags"
COLUMNS = ("dag_id", "is_paused", "is_stale", "bundle_name", "next_dagrun_create_after")


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


@pytest.fixture
def file(example) -> str:
    """Return the file of Airflow's database."""
    return conf.get("database", "sql_alchemy_conn").partition("sqlite:///")[2]


# --8<-- [start:answer]
def paused(file: str) -> list[tuple[str, str]]:
    sql = """SELECT dag_id, bundle_name FROM dag
             WHERE is_paused AND NOT is_stale ORDER BY dag_id"""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


# --8<-- [end:answer]


def ask(file: str, sql: str) -> list[tuple]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def pause(op, value: bool) -> None:
    op.patch(f"{DAGS}/{STEM}", json={"is_paused": value}).raise_for_status()


def test_plain_run_loads_the_sales(example):
    run = example.run()

    assert (run.state, run.value("load")) == ("success", 42)
    assert (example.dag.schedule, example.dag.catchup) == ("@daily", False)


def test_sql_finds_what_the_api_lists(example, op, file):
    pause(op, False)
    assert paused(file) == []
    pause(op, True)
    found = paused(file)
    listed = op.get(DAGS, params={"paused": True}).json()["dags"]
    assert found == [(d["dag_id"], d["bundle_name"]) for d in listed]
    assert example.scenario("query").keep("paused DAGs", found) == [(STEM, STEM)]


def test_the_columns_of_the_table(example, file):
    assert example.dag
    info = {row[1]: row[2:] for row in ask(file, "PRAGMA table_info(dag)")}
    found = {name: info[name][0] for name in COLUMNS}
    kept = example.scenario("columns")
    assert kept.keep("type by column", found) == {
        "dag_id": "VARCHAR(250)",
        "is_paused": "BOOLEAN",
        "is_stale": "BOOLEAN",
        "bundle_name": "VARCHAR(250)",
        "next_dagrun_create_after": "TIMESTAMP",
    }
    (_, not_null, default, _) = info["is_paused"]
    assert (not_null, default) == (1, None)


def test_two_questions_by_sql_and_by_rest(example, op, file):
    pause(op, True)
    overdue = (
        "SELECT dag_id FROM dag WHERE is_paused "
        "AND next_dagrun_create_after < CURRENT_TIMESTAMP"
    )
    owners = "SELECT owners, count(*) FROM dag WHERE is_paused GROUP BY owners"
    found = {
        "1 paused and overdue": ask(file, overdue),
        "2 paused, by owner": ask(file, owners),
    }
    assert example.scenario("questions").keep("rows", found) == {
        "1 paused and overdue": [(STEM,)],
        "2 paused, by owner": [("airflow", 1)],
    }
    by_owner = op.get(DAGS, params={"paused": True, "owners": "airflow"}).json()
    assert by_owner["total_entries"] == 1
    [plan] = ask(file, "EXPLAIN QUERY PLAN SELECT * FROM dag WHERE is_paused")
    assert plan[3] == "SCAN dag"


def test_a_write_on_the_read_only_connection_is_refused(example, op, file):
    pause(op, True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        ask(file, "UPDATE dag SET is_paused = 0")
    said = example.scenario("refused").keep("error", str(refused.value))
    assert said == "attempt to write a readonly database"
    assert paused(file) == [(STEM, STEM)]


def test_a_migration_leaves_the_pause(example, op, file):
    pause(op, True)
    upgradedb()
    kept = example.scenario("migrated")
    assert kept.keep("paused DAGs after the migration", paused(file)) == [(STEM, STEM)]
