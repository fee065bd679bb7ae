"""The request of the UI's switch, by role, and what the UI reads about pausing."""

import pytest

from dagbook.running.environment import USERS

STEM = "62_01_02_ui_pause"
PATH = f"/api/v2/dags/{STEM}"
KEYS = ["require_confirmation_dag_change", "hide_paused_dags_by_default"]


def is_paused(example) -> bool:
    with example.api.client("viewer") as client:
        return client.get(PATH).json()["is_paused"]


def test_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_user_op_and_admin_may_pause_and_a_viewer_may_look(example):
    kept = example.scenario("roles")
    told = {}
    for number, user in enumerate(USERS, 1):
        before = is_paused(example)
        with kept.http(user, keep=["is_paused", "detail"]) as client:
            read = client.get(PATH, extensions={"name": f"{user} reads"})
            body = {"is_paused": not before}
            sent = client.patch(PATH, json=body, extensions={"name": f"{user} pauses"})
        told[f"{number} {user}"] = f"GET {read.status_code}, PATCH {sent.status_code}"
        assert is_paused(example) is (before if sent.status_code == 403 else not before)

    assert kept.exchanges[1]["response"] == {"detail": "Forbidden"}
    assert kept.keep("status by role", told) == {
        "1 viewer": "GET 200, PATCH 403",
        "2 user": "GET 200, PATCH 200",
        "3 op": "GET 200, PATCH 200",
        "4 admin": "GET 200, PATCH 200",
    }


def test_switch_sends_a_patch_and_its_answer_has_the_new_state(example):
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
    kept = example.scenario("switched")
    with kept.http("user", keep=["dag_id", "is_paused"]) as client:
        body = {"is_paused": True}
        paused = client.patch(PATH, json=body, extensions={"name": "pause"})

    assert (paused.status_code, paused.json()["is_paused"]) == (200, True)


def test_bulk_request_pauses_by_a_part_of_the_name(example):
    with example.api.client("op") as client:
        assert example.dag
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
    kept = example.scenario("bulk")
    with kept.http("op", keep=["total_entries"]) as client:
        path = "/api/v2/dags?dag_id_pattern=62_01_02"
        body = {"is_paused": True}
        sent = client.patch(path, json=body, extensions={"name": "pause-many"})

    assert (sent.status_code, sent.json()["total_entries"]) == (200, 1)
    assert is_paused(example) is True


def test_filter_of_the_list_asks_for_paused_or_active_dags(example):
    assert example.dag
    kept = example.scenario("filter")
    seen = {}
    with kept.http("viewer", keep=["total_entries"]) as client:
        for name, query in {
            "Paused": "?paused=true",
            "Active": "?paused=false",
        }.items():
            path = f"/ui/dags{query}"
            found = client.get(path, extensions={"name": name}).json()["dags"]
            seen[name] = [dag["dag_id"] for dag in found]

    assert kept.keep("DAGs in the list", seen) == {"Active": [], "Paused": [STEM]}


@pytest.mark.parametrize(
    ("scenario", "value"), [("config default", "False"), ("config changed", "True")]
)
def test_ui_reads_two_settings(example, monkeypatch, scenario, value):
    assert example.dag
    for key in KEYS:
        monkeypatch.setenv(f"AIRFLOW__API__{key.upper()}", value)
    kept = example.scenario(scenario)
    with kept.http("viewer", keep=KEYS) as client:
        found = client.get("/ui/config", extensions={"name": "config"}).json()

    assert [str(found[key]) for key in KEYS] == [value, value]
