"""Runs over no store, one, three and twenty-five, and over one that does not exist."""

from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import ParamValidationError


def stores(count: int) -> list[str]:
    return [f"S{number:02}" for number in range(1, count + 1)]


def shape(run) -> list[str]:
    return [name for name in run.states if name.startswith("deliver")]


# --8<-- [start:three]
def test_three_stores_are_three_tasks(example):
    run = example.run()

    assert shape(run) == ["deliver[0]", "deliver[1]", "deliver[2]"]
    assert run.value("plan") == [["S01"], ["S02"], ["S03"]]
    assert run.values("deliver") == [{"S01": 1}, {"S02": 2}, {"S03": 3}]
    assert run.value("total") == 1 + 2 + 3
    assert run.value("still_to_do") == []
    # --8<-- [end:three]
    assert run.states["quote"] == "skipped"
    assert run.task("still_to_do").log == ["INFO 3 stores delivered, 0 left"]
    assert run.state == "success"


# --8<-- [start:none]
def test_an_empty_list_skips_the_vans_and_still_has_a_total(example):
    run = example.run("no-store", conf={"stores": []})

    assert run.states == {
        "plan": "success",
        "which_way": "success",
        "quote": "skipped",
        "deliver": "skipped",
        "total": "success",
        "still_to_do": "success",
    }
    assert (run.value("total"), run.value("still_to_do")) == (0, [])
    # --8<-- [end:none]


# --8<-- [start:many]
def test_twenty_five_stores_are_five_tasks(example):
    run = example.run("twenty-five", conf={"stores": stores(25)})

    assert shape(run) == [f"deliver[{van}]" for van in range(5)]
    assert run.value("plan")[0] == ["S01", "S06", "S11", "S16", "S21"]
    assert run.value("total") == sum(range(1, 26))
    # --8<-- [end:many]
    assert [sum(load.values()) for load in run.values("deliver")] == [
        55,
        60,
        65,
        70,
        75,
    ]


# --8<-- [start:bad]
def test_one_unknown_store_fails_one_van_and_is_named(example):
    run = example.run("unknown-store", conf={"stores": ["S01", "S44", "S03", "S01"]})

    assert run.states["deliver[0]"] == run.states["deliver[2]"] == "success"
    assert run.task("deliver", 1).error == ("AirflowFailException: no such store: S44")
    assert run.value("still_to_do") == ["S44"]
    assert run.states["total"] == "upstream_failed"
    assert run.state == "failed"
    # --8<-- [end:bad]
    assert run.value("plan") == [["S01"], ["S44"], ["S03"]]
    assert run.task("still_to_do").log == ["INFO 2 stores delivered, 1 left"]


# --8<-- [start:too-many]
def test_a_list_above_the_limit_starts_no_van(example):
    run = example.run("too-many", conf={"stores": stores(26)})

    assert run.task("plan").error == (
        "AirflowFailException: 26 stores sent, at most 25 a run"
    )
    assert shape(run) == ["deliver"]
    assert run.states["deliver"] == run.states["total"] == "upstream_failed"
    assert run.state == "failed"
    # --8<-- [end:too-many]
    assert run.states["quote"] == "upstream_failed"
    assert run.value("still_to_do") == []


def test_a_quote_delivers_nothing(example):
    run = example.run("quote", conf={"mode": "quote", "stores": ["S30", "S44"]})

    assert run.value("quote") == 30
    assert run.states["deliver"] == "skipped"
    assert (run.value("total"), run.value("still_to_do")) == (0, ["S30", "S44"])
    assert run.state == "success"


# --8<-- [start:installation]
def test_the_installation_has_a_limit_of_its_own(example, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "2")
    run = example.run("low-limit")

    assert run.states["plan"] == "failed"
    assert "unmappable_return_value_length" in run.task("plan").error
    # --8<-- [end:installation]


@pytest.mark.parametrize(
    ("sent", "dealt"),
    [
        ([], []),
        (["a"], [["a"]]),
        (["b", "a", "b"], [["b"], ["a"]]),
        (list("abcde"), [["a"], ["b"], ["c"], ["d"], ["e"]]),
        (list("abcdef"), [["a", "f"], ["b"], ["c"], ["d"], ["e"]]),
    ],
)
def test_how_stores_are_dealt_out(example, sent, dealt):
    assert example.module.routes(sent) == dealt


def test_the_schema(example):
    checked = example.dag.params.get_param("stores")
    assert checked.value == ["S01", "S02", "S03"]
    for bad in ("S01", ["S1"], ["S001"], ["x S01"], [1]):
        with pytest.raises(ParamValidationError):
            checked.resolve(bad)
    assert example.dag.params["mode"] == "deliver"
    with pytest.raises(ParamValidationError):
        example.dag.params.get_param("mode").resolve("plan")


def test_the_dag(example):
    dag = example.dag
    assert (dag.schedule, dag.catchup) == (None, False)
    assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert {t.task_id: t.downstream_task_ids for t in dag.tasks} == {
        "plan": {"which_way", "deliver", "quote", "still_to_do"},
        "which_way": {"deliver", "quote"},
        "quote": set(),
        "deliver": {"total", "still_to_do"},
        "total": set(),
        "still_to_do": set(),
    }
    rules = {t.task_id: t.trigger_rule for t in dag.tasks}
    assert (rules["total"], rules["still_to_do"]) == ("none_failed", "all_done")
    assert rules["deliver"] == rules["quote"] == "all_success"
    assert list(example.module.CRATES.items())[-1] == ("S30", 30)
    assert len(example.module.CRATES) == 30
