"""Notes of task instances: written by a clear, by a PATCH, and kept."""

from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute

DAG = "/api/v2/dags/16_11_03_dag_run_notes_subtask_3"
CLEAR = f"{DAG}/clearTaskInstances"
SOUTH = {"task_ids": [["load", 1]], "only_failed": False}


@pytest.fixture
def client(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("user") as client:
        yield client


@pytest.fixture
def run_id(client) -> str:
    """Return a queued run in which the south will fail."""
    body = {"dag_run_id": "SHOP-13", "logical_date": None, "conf": {"fail": True}}
    client.post(f"{DAG}/dagRuns", json=body).raise_for_status()
    return "SHOP-13"


def ask(client, run_id: str, rest: str = "") -> dict:
    return client.get(f"{DAG}/dagRuns/{quote(run_id)}{rest}").json()


def notes(client, run_id: str) -> dict[str, str | None]:
    """Return the notes of the run's task instances, and of the run."""
    rows = ask(client, run_id, "/taskInstances")["task_instances"]
    loads = {f"load[{r['map_index']}]": r["note"] for r in rows if r["map_index"] >= 0}
    return loads | {"run": ask(client, run_id)["note"]}


def test_a_plain_trigger_loads_both_regions(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.values("load") == ["north loaded", "south loaded"]
    assert example.dag.schedule is None  # a run of it is one that somebody asked for


def test_the_note_of_a_clear_stays_through_the_next_tries(example, client, run_id):
    kept = example.scenario("cleared")
    assert execute(example.dag, run_id) == "failed"
    body = {"dag_run_id": run_id} | SOUTH | {"dry_run": False}
    body["note"] = "prices arrived, SHOP-13"
    with kept.http("user", keep=["total_entries"]) as recorded:
        recorded.post(CLEAR, json=body, extensions={"name": "clear"}).raise_for_status()
    assert execute(example.dag, run_id) == "failed"
    south = ask(client, run_id, "/taskInstances/load/1")
    tries = ask(client, run_id, "/taskInstances/load/1/tries")["task_instances"]
    shown = f"{south['state']} (try {south['try_number']}), note: {south['note']}"
    assert kept.keep("load[1] after its second try", shown) == (
        "failed (try 2), note: prices arrived, SHOP-13"
    )
    assert [one["try_number"] for one in tries] == [1, 2]
    assert not [one for one in tries if "note" in one]

    body = {"dag_run_id": run_id} | SOUTH | {"dry_run": False}
    client.post(CLEAR, json=body).raise_for_status()
    assert notes(client, run_id) == {
        "load[0]": None,
        "load[1]": "prices arrived, SHOP-13",
        "run": None,
    }


def test_which_request_writes_which_note(example, client, run_id):
    execute(example.dag, run_id)
    seen, kept = {}, example.scenario("noted")
    path = f"{DAG}/dagRuns/{run_id}"
    with kept.http("user", keep=["total_entries"]) as recorded:

        def send(case, method, where, name="", **body):
            answer = recorded.request(
                method, where, json=body, extensions={"name": name or case}
            )
            answer.raise_for_status()
            seen[case] = notes(client, run_id)

        one, every = f"{path}/taskInstances/load/1", f"{path}/taskInstances/load"
        send("1 PATCH load/1", "PATCH", one, "one", note="supplier is closed")
        again = {"dag_run_id": run_id} | SOUTH
        send("2 clear, dry run", "POST", CLEAR, **again, note="a dry run")
        send("3 PATCH load", "PATCH", every, note="both regions")
        send("4 clear the run", "POST", f"{path}/clear", dry_run=False, note="SHOP-13")
        empty = again | {"dry_run": False, "note": ""}
        send("5 clear with empty note", "POST", CLEAR, **empty)
        send("6 PATCH load/1, empty note", "PATCH", one, note="")

    rows = {case: list(texts.values()) for case, texts in seen.items()}
    assert rows == {
        "1 PATCH load/1": [None, "supplier is closed", None],
        "2 clear, dry run": [None, "supplier is closed", None],
        "3 PATCH load": ["both regions", "both regions", None],
        "4 clear the run": ["both regions", "both regions", "SHOP-13"],
        "5 clear with empty note": ["both regions", "both regions", "SHOP-13"],
        "6 PATCH load/1, empty note": ["both regions", None, "SHOP-13"],
    }
    shown = {
        case: ", ".join(f"{name} {text or '–'}" for name, text in texts.items())
        for case, texts in seen.items()
    }
    kept.keep("notes after each request", shown)


def test_a_note_that_is_too_long_clears_nothing(example, client, run_id):
    execute(example.dag, run_id)
    body = {"dag_run_id": run_id} | SOUTH | {"dry_run": False, "note": "x" * 1001}
    answer = client.post(CLEAR, json=body)

    assert answer.status_code == 422
    said = answer.json()["detail"][0]["msg"]
    assert said == "String should have at most 1000 characters"
    assert ask(client, run_id, "/taskInstances/load/1")["state"] == "failed"


def test_a_mark_and_its_note_in_one_request(example, client, run_id):
    execute(example.dag, run_id)
    path = f"{DAG}/dagRuns/{run_id}/taskInstances/load/1"
    body = {"new_state": "success", "note": "loaded by hand, SHOP-13"}
    kept = example.scenario("marked")
    with kept.http("user", keep=[]) as recorded:
        recorded.patch(path, json=body, extensions={"name": "mark"}).raise_for_status()

    south = ask(client, run_id, "/taskInstances/load/1")
    shown = {"state": south["state"], "note": south["note"]}
    assert kept.keep("load[1]", shown) == {
        "state": "success",
        "note": "loaded by hand, SHOP-13",
    }
