"""Pausing for three reasons, resuming, and a person's pause that is kept."""

import json

import pytest

from dagbook.testing.child_runs import execute

STEM = "62_02_05_conditional_pause"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
TARGET = f"{STEM}__load_sales"
PATH = f"/api/v2/dags/{TARGET}"
NOTE = f"/api/v2/variables/{TARGET}__paused_because"
DOWN = {"key": "vendor_down", "value": "yes"}
FULL_DISK = {"min_free_gb": 1_000_000}
LEFT_ALONE = "left alone"


class Shop:
    """The watch, the flag of its target, the note and the audit log."""

    def __init__(self, example, client):
        self.example, self.client = example, client
        self.rounds = 0
        self.pause(False)

    def pause(self, paused: bool) -> None:
        self.client.patch(PATH, json={"is_paused": paused}).raise_for_status()

    def watch(self, clock: str = "06:30", **conf) -> str:
        """Run the watch once; return what it did, the flag and the note."""
        self.rounds += 1
        name = f"round-{self.rounds}"
        body = {"dag_run_id": name, "logical_date": None, "conf": conf}
        body["run_after"] = f"2026-05-01T{clock}:00Z"
        self.client.post(RUNS, json=body).raise_for_status()
        assert execute(self.example.dag, name) == "success"
        path = f"{RUNS}/{name}/taskInstances/switch/xcomEntries/return_value"
        did = self.client.get(path).json()["value"]
        return f"{did}; {self.flag()}; {self.note()}"

    def flag(self) -> str:
        return "paused" if self.client.get(PATH).json()["is_paused"] else "active"

    def note(self) -> str:
        answer = self.client.get(NOTE)
        return f"note: {answer.json()['value']}" if answer.is_success else "no note"

    def patches(self) -> list[bool]:
        """Return each flag that the watch has sent; it logs in as admin."""
        query = {"dag_id": TARGET, "event": "patch_dag", "order_by": "event_log_id"}
        rows = self.client.get("/api/v2/eventLogs", params=query).json()["event_logs"]
        rows = [row for row in rows if row["owner"] == "admin"]
        return [json.loads(row["extra"])["is_paused"] for row in rows]


@pytest.fixture
def shop(example):
    assert example.dags
    with example.api.client("op") as client:
        yield Shop(example, client)


def test_without_a_reason_the_dag_is_left_alone(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("reasons")) == ("success", [])
    assert run.value("switch") == LEFT_ALONE


def test_paused_while_the_disk_is_full_and_resumed(example, shop):
    seen = {
        "1 disk is full": shop.watch(**FULL_DISK),
        "2 disk is still full": shop.watch(**FULL_DISK),
        "3 disk has room": shop.watch(),
    }

    kept = example.scenario("disk")
    assert kept.keep("what the watch did; the DAG; the note", seen) == {
        "1 disk is full": "paused; paused; note: disk is nearly full",
        "2 disk is still full": "left alone; paused; note: disk is nearly full",
        "3 disk has room": "active again; active; no note",
    }
    sent = kept.keep("is_paused in the requests of the watch", shop.patches())
    assert sent == [True, False]


def test_paused_in_a_closed_hour_of_utc(example, shop):
    closed = {"closed_hours": [2, 3]}
    seen = {at: shop.watch(at, **closed) for at in ("01:50", "02:00", "04:00")}

    assert example.scenario("hours").keep("what the watch did at", seen) == {
        "01:50": "left alone; active; no note",
        "02:00": "paused; paused; note: closed hour",
        "04:00": "active again; active; no note",
    }


def test_paused_by_a_variable_from_outside(example, shop):
    kept = example.scenario("vendor")
    with kept.http("op", keep=["key", "value"]) as client:
        url, name = "/api/v2/variables", {"name": "vendor-down"}
        assert client.post(url, json=DOWN, extensions=name).status_code == 201
        seen = {"1 vendor_down is yes": shop.watch()}
        assert client.delete(f"{url}/vendor_down").status_code == 204
    seen["2 vendor_down is deleted"] = shop.watch()

    assert kept.keep("what the watch did; the DAG; the note", seen) == {
        "1 vendor_down is yes": "paused; paused; note: vendor is down",
        "2 vendor_down is deleted": "active again; active; no note",
    }


def test_a_pause_by_a_person_is_kept(example, shop):
    shop.pause(True)
    seen = {"1 a person has paused": shop.watch()}
    seen["2 the disk is full too"] = shop.watch(**FULL_DISK)
    seen["3 the disk has room"] = shop.watch()

    kept = example.scenario("by-hand")
    assert kept.keep("what the watch did; the DAG; the note", seen) == {
        "1 a person has paused": "left alone; paused; no note",
        "2 the disk is full too": "left alone; paused; no note",
        "3 the disk has room": "left alone; paused; no note",
    }


def test_without_the_note_the_dag_stays_paused(shop):
    shop.watch(**FULL_DISK)
    shop.client.delete(NOTE).raise_for_status()

    assert shop.watch() == "left alone; paused; no note"


def test_the_note_goes_when_a_person_has_resumed(shop):
    shop.watch(**FULL_DISK)
    shop.pause(False)
    assert shop.watch(**FULL_DISK) == "paused; paused; note: disk is nearly full"
    shop.pause(False)
    assert shop.watch() == "active again; active; no note"
    shop.pause(True)

    assert shop.watch() == "left alone; paused; no note"
    assert shop.patches() == [True, True]
