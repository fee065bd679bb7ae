"""Which DAGs a bulk pause hits, by pattern, by prefix, and without a pattern."""

import pytest

STEM = "62_10_01_naming"
BOTH = [STEM, f"{STEM}__nonessential"]


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def hit(op, send) -> str:
    """Unpause both DAGs, send a bulk pause, and return which of them it paused."""
    for dag_id in BOTH:
        op.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
    answer = send().raise_for_status()
    paused = [i for i in BOTH if op.get(f"/api/v2/dags/{i}").json()["is_paused"]]
    assert answer.json()["total_entries"] == len(paused)
    return ", ".join(i.removeprefix(STEM) or STEM for i in paused) or "none"


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


@pytest.fixture
def bulk(example, op):
    """Return a function that sends a recorded bulk pause and says what it paused."""

    def sent(scenario: str, name: str, **query: str) -> str:
        with example.scenario(scenario).http("op", keep=["total_entries"]) as client:

            def send():
                return client.patch(
                    "/api/v2/dags",
                    params=query,
                    json={"is_paused": True},
                    extensions={"name": name},
                )

            return hit(op, send)

    return sent


def test_a_prefix_beside_the_pattern_hits_the_group(example, bulk):
    any_id = {"dag_id_pattern": "~"}
    group = bulk("group", "group", **any_id, dag_id_prefix_pattern=f"{STEM}__non")
    dashes = bulk("group", "dashes", **any_id, dag_id_prefix_pattern=f"{STEM}__")
    assert (group, dashes) == ("__nonessential", f"{STEM}, __nonessential")
    kept = example.scenario("group")
    kept.keep("paused by the prefix 62_10_01_naming__non", group)
    kept.keep("paused by the prefix 62_10_01_naming__", dashes)


def test_a_pattern_is_a_part_of_the_id_without_case(example, bulk):
    table = {
        "1 6__10_01_NAMING": f"{STEM}, __nonessential",
        "2 01_naming": f"{STEM}, __nonessential",
        "3 naming__non|no_such": "__nonessential",
        "4 ^62_10_01_naming$": "none",
    }
    found = {
        name: bulk("patterns", name, dag_id_pattern=name.partition(" ")[2])
        for name in table
    }
    assert example.scenario("patterns").keep("paused by dag_id_pattern", found) == table


def test_without_a_pattern_the_id_must_hold_none(example, op, bulk):
    table = {
        "1 tags=62.10": {"tags": "62.10"},
        "2 dag_id_prefix_pattern=62_10_01": {"dag_id_prefix_pattern": "62_10_01"},
        "3 dag_id_pattern=~&tags=62.10": {"dag_id_pattern": "~", "tags": "62.10"},
    }
    found = {}
    for name, query in table.items():
        paused = bulk("without a pattern", name, **query)
        listed = op.get("/api/v2/dags", params=query).json()["total_entries"]
        found[name] = f"PATCH pauses {paused}; GET lists {listed}"
    assert example.scenario("without a pattern").keep("by filter", found) == {
        "1 tags=62.10": "PATCH pauses __nonessential; GET lists 2",
        "2 dag_id_prefix_pattern=62_10_01": "PATCH pauses __nonessential; GET lists 2",
        "3 dag_id_pattern=~&tags=62.10": (
            f"PATCH pauses {STEM}, __nonessential; GET lists 2"
        ),
    }


def test_owner_tag_and_doc_lead_to_the_dag(example, op):
    kept = example.scenario("found")
    with kept.http("viewer", keep=["total_entries", "doc_md"]) as client:
        query = {"dag_id_pattern": "~", "owners": "sales", "tags": "62.10"}
        answer = client.get("/api/v2/dags", params=query, extensions={"name": "search"})
        found = answer.json()
        path = f"/api/v2/dags/{STEM}/details"
        details = client.get(path, extensions={"name": "details"}).json()
    assert found["total_entries"] == 1
    assert [one["dag_id"] for one in found["dags"]] == [STEM]
    assert "https://shop.example/pause" in details["doc_md"]
