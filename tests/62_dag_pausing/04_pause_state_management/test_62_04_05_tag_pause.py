"""Which DAGs a bulk pause by tag hits, with and without a pattern."""

import pytest

STEM = "62_04_05_tag_pause"
LEFT = f"{STEM}__none_left"
DAGS = "/api/v2/dags"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


@pytest.fixture
def pause(example, op):
    """Return a function that sends a recorded bulk pause by a query string.

    It returns how many DAGs the answer counts, and which are paused afterwards.
    """

    def sent(scenario: str, query: str) -> tuple[int, list[str]]:
        for dag_id in (STEM, LEFT):
            body = {"is_paused": False}
            op.patch(f"{DAGS}/{dag_id}", json=body).raise_for_status()
        with example.scenario(scenario).http("op", keep=["total_entries"]) as client:
            body, name = {"is_paused": True}, {"name": query}
            answer = client.patch(f"{DAGS}?{query}", json=body, extensions=name)
        found = op.get(DAGS, params={"paused": True, "order_by": "dag_id"}).json()
        hit = [one["dag_id"] for one in found["dags"]]
        return answer.raise_for_status().json()["total_entries"], hit

    return sent


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_a_tag_with_the_pattern_pauses_its_dags(example, op, pause):
    count, hit = pause("right", "dag_id_pattern=~&tags=62.4")
    assert (count, hit) == (2, [STEM, LEFT])
    assert example.scenario("right").keep("paused DAGs", hit) == hit

    query = {"event": "patch_dags", "order_by": "-event_log_id", "limit": 1}
    [row] = op.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    assert (row["owner"], row["dag_id"]) == ("op", None)


def test_a_tag_alone_hits_ids_that_contain_none(example, op, pause):
    count, hit = pause("tags alone", "tags=62.4")
    assert (count, hit) == (1, [LEFT])
    kept = example.scenario("tags alone")
    listed = op.get(DAGS, params={"tags": "62.4"}).json()["total_entries"]
    assert kept.keep("GET with the same query lists", listed) == 2
    kept.keep("paused DAGs", hit)


def test_a_tag_alone_pauses_nothing_where_no_id_contains_none(pause):
    assert pause("nothing", "tags=62.4&dag_id_prefix_pattern=no_such") == (0, [])


def test_two_tags_mean_any_of_them_or_all(example, pause):
    low = "dag_id_pattern=~&tags=62.4&tags=low"
    table = {
        "1 tags=62.4&tags=low": [STEM, LEFT],
        "2 tags=62.4&tags=low&tags_match_mode=all": [LEFT],
    }
    found = dict(
        zip(
            table,
            (
                pause("groups", low)[1],
                pause("groups", f"{low}&tags_match_mode=all")[1],
            ),
            strict=True,
        )
    )
    assert example.scenario("groups").keep("paused with dag_id_pattern=~", found) == (
        table
    )


def test_other_filters_narrow_the_group(example, pause):
    table = {
        "1 dag_id_pattern=none_left": [LEFT],
        "2 dag_id_pattern=none_left|no_such": [LEFT],
        "3 dag_id_pattern=~&owners=nobody": [],
        "4 dag_id_pattern=~&paused=true": [],
    }
    found = {
        name: pause("narrowed", f"{name.partition(' ')[2]}&tags=62.4")[1]
        for name in table
    }
    assert example.scenario("narrowed").keep("paused with tags=62.4", found) == table
