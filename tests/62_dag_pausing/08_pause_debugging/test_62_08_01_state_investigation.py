"""Who paused a DAG: rows of the audit log, and the rows that a query does not show."""

import getpass

import pytest
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import func, select

STEM = "62_08_01_state_investigation"
PATH = f"/api/v2/dags/{STEM}"
LOGS = "/api/v2/eventLogs"
EVENTS = ["patch_dag", "cli_dag_pause", "cli_dag_unpause", "paused"]


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def rows(client, **query: object) -> list[str]:
    """Return event and owner of each row, oldest first."""
    query = {"included_events": EVENTS, "order_by": "event_log_id"} | query
    found = client.get(LOGS, params=query).json()["event_logs"]
    return [f"{row['event']} by {row['owner']}" for row in found]


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_the_newest_row_of_the_dag_says_who(example, op):
    op.patch(PATH, json={"is_paused": True}).raise_for_status()
    kept = example.scenario("who")
    query = f"dag_id={STEM}&event=patch_dag&order_by=-when&limit=1"
    with kept.http("viewer", keep=["is_paused", "owner", "extra"]) as client:
        flag = client.get(PATH, extensions={"name": "flag"}).json()["is_paused"]
        told = client.get(f"{LOGS}?{query}", extensions={"name": "who"})
    [row] = told.json()["event_logs"]
    assert flag is True
    assert row["owner"] == "op"
    assert row["extra"] == '{"is_paused": true, "method": "PATCH"}'


def test_four_changes_and_the_one_that_the_dag_s_rows_lack(example, op):
    with example.api.client("admin") as admin:
        op.patch(PATH, json={"is_paused": True}).raise_for_status()
        kept = example.scenario("timeline")
        kept.cli("dags", "unpause", STEM, name="unpause")
        bulk = {"dag_id_pattern": STEM}
        admin.patch("/api/v2/dags", params=bulk, json={"is_paused": True})
        admin.patch(PATH, json={"is_paused": False}).raise_for_status()

        os_user = getpass.getuser()
        own = rows(admin, dag_id=STEM)
        assert own == [
            "patch_dag by op",
            f"cli_dag_unpause by {os_user}",
            "patch_dag by admin",
        ]
        many = rows(admin, included_events=["patch_dags"])
        assert many == ["patch_dags by admin"]
    names = [one.replace(os_user, "user of the system") for one in own]
    kept.keep("rows with the DAG's id", names)
    kept.keep("rows of bulk requests", many)


def test_a_regular_expression_of_the_shell_is_hidden_by_the_api(example, op):
    kept = example.scenario("hidden")
    kept.cli(
        *("dags", "pause", "62_08_01.*", "--treat-dag-id-as-regex", "-y"), name="regex"
    )
    with example.api.client("admin") as admin:
        listed = len(rows(admin))
    with create_session() as session:
        query = select(func.count()).where(Log.event == "cli_dag_pause")
        stored = session.scalar(query)
    assert op.get(PATH).json()["is_paused"] is True
    assert kept.keep("rows", {"by the API": listed, "in the table log": stored}) == {
        "by the API": 0,
        "in the table log": 1,
    }


def test_a_refused_body_has_a_row_too(example, op):
    assert op.patch(PATH, json={"is_paused": "maybe"}).status_code == 422
    assert rows(op, dag_id=STEM) == ["patch_dag by op"]
    assert op.get(PATH).json()["is_paused"] is True  # as at its creation
