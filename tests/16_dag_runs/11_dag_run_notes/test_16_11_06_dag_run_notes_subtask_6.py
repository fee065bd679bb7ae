"""Runs are found by their conf, and notes in the audit log."""

import json

import pytest

DAG = "/api/v2/dags/16_11_06_dag_run_notes_subtask_6"
RUNS = f"{DAG}/dagRuns"
LOG = "/api/v2/eventLogs"
TICKETS = {"cups": "SHOP-12", "plates": "SHOP-13", "forks": "SHOP-120"}


@pytest.fixture
def client(example):
    """Return a client, after it has triggered a run for each ticket."""
    with example.api.client("user") as client:
        for run_id, ticket in TICKETS.items():
            body = {"dag_run_id": run_id, "logical_date": None}
            body |= {"conf": {"ticket": ticket}, "note": f"for {ticket}"}
            client.post(RUNS, json=body).raise_for_status()
        yield client


def rows(client, **query) -> list[dict]:
    """Return rows of the audit log of this DAG, in order."""
    asked = {"dag_id": DAG.rpartition("/")[2], "order_by": "id"} | query
    return client.get(LOG, params=asked).json()["event_logs"]


def test_a_plain_trigger_has_an_empty_ticket(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "50 for the shop")


def test_runs_are_found_by_conf_and_not_by_note(example, client):
    kept, found = example.scenario("search"), {}
    with kept.http("viewer", keep=["total_entries"]) as recorded:
        for name, query in {
            "by ticket": "conf_contains=SHOP-13",
            "quoted": "conf_contains=%22SHOP-12%22",
            "prefix": "conf_contains=SHOP-12",
            "note": "note_pattern=SHOP-13",
        }.items():
            url = f"{RUNS}?{query}&order_by=id"
            answer = recorded.get(url, extensions={"name": name})
            found[query] = [one["dag_run_id"] for one in answer.json()["dag_runs"]]

    assert found == {
        "conf_contains=SHOP-13": ["plates"],
        "conf_contains=%22SHOP-12%22": ["cups"],
        "conf_contains=SHOP-12": ["cups", "forks"],
        "note_pattern=SHOP-13": ["cups", "plates", "forks"],
    }
    shown = {query: ", ".join(runs) for query, runs in found.items()}
    kept.keep("runs found", shown)


def test_the_audit_log_has_every_text_and_who_wrote_it(example, client):
    kept, path = example.scenario("history"), f"{RUNS}/cups"
    client.patch(path, json={"note": "prices missing"}).raise_for_status()
    assert client.patch(path, json={"note": "x" * 1001}).status_code == 422
    with example.api.client("admin") as admin:
        admin.patch(path, json={"note": "checked"}).raise_for_status()
        admin.post(f"{path}/clear", json={"dry_run": False, "note": "again"})
    with kept.http("admin", keep=["total_entries"]) as recorded:
        query = f"dag_id={example.stem}&run_id=cups&event=patch_dag_run&order_by=id"
        answer = recorded.get(f"{LOG}?{query}", extensions={"name": "log"})

    patches = [(one["owner"], one["extra"]) for one in answer.json()["event_logs"]]
    every = [one["event"] for one in rows(client, run_id="cups")]
    assert patches.pop(1)[1] == json.dumps({"note": "x" * 1001, "method": "PATCH"})
    assert every == ["trigger_dag_run", *["patch_dag_run"] * 3, "clear_dag_run"]
    assert kept.keep("rows that were not refused", [" ".join(p) for p in patches]) == [
        'user {"note": "prices missing", "method": "PATCH"}',
        'admin {"note": "checked", "method": "PATCH"}',
    ]


def test_a_bulk_patch_writes_all_or_reports_errors_with_200(example, client):
    kept = example.scenario("bulk")
    with kept.http("user", keep=["update"]) as recorded:
        for missing in ("fail", "skip"):
            entities = [{"dag_run_id": name, "note": "ok"} for name in ("cups", "nope")]
            action = {"action": "update", "entities": entities}
            action["action_on_non_existence"] = missing
            body = {"actions": [action]}
            recorded.patch(RUNS, json=body, extensions={"name": missing})

    failed, skipped = kept.exchanges
    assert (failed["status"], skipped["status"]) == (200, 200)
    error = f"The DagRuns with these identifiers: [('{example.stem}', 'nope')]"
    assert failed["response"]["update"] == {
        "success": [],
        "errors": [{"error": f"{error} were not found", "status_code": 404}],
    }
    assert skipped["response"]["update"] == {
        "success": [f"{example.stem}.cups"],
        "errors": [],
    }
    logged = rows(client, event="bulk_dag_runs")
    assert [one["run_id"] for one in logged] == [None, None]


def test_the_note_goes_with_its_run_and_the_log_stays(example, client):
    with example.api.client("admin") as admin:
        assert admin.delete(f"{RUNS}/cups").status_code == 204
    assert client.get(f"{RUNS}/cups").status_code == 404
    again = {"dag_run_id": "cups", "logical_date": None}
    assert client.post(RUNS, json=again).json()["note"] is None

    trigger = rows(client, run_id="cups")[0]
    assert json.loads(trigger["extra"])["note"] == "for SHOP-12"
