"""The pause in the database and in the API: compared, changed by SQL, repaired."""

import sqlite3
from contextlib import closing

import pytest
from airflow.configuration import conf

STEM = "62_08_05_db_state"
PATH = f"/api/v2/dags/{STEM}"
DAGS = "/api/v2/dags"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the DAG paused."""
    assert example.dag
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": True}).raise_for_status()
        yield client


# --8<-- [start:answer]
def in_database(file: str, dag_id: str) -> tuple:
    sql = "SELECT is_paused, is_stale FROM dag WHERE dag_id = ?"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        return db.execute(sql, [dag_id]).fetchone()


# --8<-- [end:answer]


@pytest.fixture
def file(op) -> str:
    """Return the file of the harness's database, for this test alone."""
    return conf.get("database", "sql_alchemy_conn").partition("sqlite:///")[2]


def update(file: str, value: object) -> None:
    """Change the flag by hand, which nobody should do."""
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE dag SET is_paused = ? WHERE dag_id = ?", [value, STEM])


def by_rest(op) -> bool:
    return op.get(PATH).json()["is_paused"]


def audit(op) -> int:
    query = {"dag_id": STEM, "event": "patch_dag", "limit": 1}
    return op.get("/api/v2/eventLogs", params=query).json()["total_entries"]


def compared(op, file: str) -> str:
    return f"database {in_database(file, STEM)[0]}, API {by_rest(op)}"


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_database_and_api_say_the_same(example, op, file):
    assert in_database(file, STEM) == (1, 0)
    found = example.scenario("compared").keep("is_paused", compared(op, file))
    assert found == "database 1, API True"


def test_an_update_by_hand_is_seen_at_once_and_leaves_no_row(example, op, file):
    before = audit(op)
    update(file, 0)
    kept = example.scenario("by SQL")
    assert kept.keep("is_paused", compared(op, file)) == "database 0, API False"
    assert kept.keep("new rows of the audit log", audit(op) - before) == 0


def test_null_is_refused_and_two_is_not(example, op, file):
    with pytest.raises(sqlite3.IntegrityError) as refused:
        update(file, None)
    update(file, 2)
    kept = example.scenario("broken")
    error = kept.keep("error of NULL", str(refused.value))
    assert error == "NOT NULL constraint failed: dag.is_paused"
    listed = {
        f"paused={flag}": op.get(DAGS, params={"paused": flag}).json()["total_entries"]
        for flag in ("true", "false")
    }
    found = {"1 is_paused": compared(op, file)} | listed
    assert kept.keep("after UPDATE … is_paused = 2", found) == {
        "1 is_paused": "database 2, API True",
        "paused=true": 0,
        "paused=false": 0,
    }


def test_a_patch_of_the_value_it_has_repairs_nothing(example, op, file):
    update(file, 2)
    seen = []
    kept = example.scenario("repaired")
    with kept.http("op", keep=["is_paused"]) as client:
        for flag in (True, False, True):
            body, name = {"is_paused": flag}, {"name": f"{len(seen)}-{flag}"}
            client.patch(PATH, json=body, extensions=name).raise_for_status()
            seen.append(f"PATCH {flag}: database {in_database(file, STEM)[0]}")
    assert kept.keep("flag after each request", seen) == [
        "PATCH True: database 2",
        "PATCH False: database 0",
        "PATCH True: database 1",
    ]
