"""Counts and states that a task asks for, checked against runs made beforehand."""

from datetime import UTC, datetime

import pytest

GOOD = {"desk": "main gate", "printed": 400, "left": 132}
ALSO = {"desk": "river gate", "printed": 150, "left": 61}
BAD = {"desk": "kiosk", "printed": 20, "left": 21}


def day(number: int) -> dict:
    """The arguments of a run on that day of May."""
    date = datetime(2026, 5, number, tzinfo=UTC)
    return {"logical_date": date, "run_after": date}


def names(example) -> tuple[str, str]:
    return f"{example.stem}__tickets", f"{example.stem}__gift_shop"


# --8<-- [start:health]
def test_a_feed_is_scored_and_one_that_never_ran_is_not_healthy(example):
    good = example.run("tickets-good", role="tickets", **day(1))
    conf = {"desks": [GOOD, BAD, ALSO]}
    bad = example.run("tickets-bad", role="tickets", conf=conf, **day(2))
    run = example.run(**day(2))

    assert run.values("upstream_health") == [
        {
            "runs": {"success": 1, "failed": 1},
            "tasks": {"success": 4 + 3, "failed": 1},
            "health": "ill",  # (3 · 1 + 1) of (3 · 2 + 8): 29 per cent
        },
        {
            "runs": {"success": 0, "failed": 0},
            "tasks": {"success": 0, "failed": 0},
            "health": "no data",
        },
    ]
    # --8<-- [end:health]
    assert good.value("visitors") == 268 + 89
    assert bad.task("sold", 1).error == (
        "AirflowFailException: kiosk: more left than printed"
    )
    assert [run.task("upstream_health", n).log for n in (0, 1)] == [
        ["INFO tickets: ill, 29"],
        ["INFO gift_shop: no data, None"],
    ]
    assert run.values("todays_run") == [
        {
            "state": "failed",
            "failed": ["sold_1"],
            "over": ["desks -1", "sold 0", "sold 1", "sold 2", "visitors -1"],
        },
        {"state": "no run", "failed": []},
    ]
    assert run.value("about_itself") == {"counted": 1, "running": 1, "last_good": None}
    assert run.state == "success"


# --8<-- [start:itself]
def test_a_run_counts_itself_and_finds_the_one_before(example):
    example.run("first-report", **day(2))
    run = example.run("second-report", **day(3))

    assert run.value("about_itself") == {
        "counted": 2,
        "running": 1,
        "last_good": "2026-05-02",
    }
    # --8<-- [end:itself]
    undated = example.run("undated", logical_date=None)
    assert undated.value("about_itself")["last_good"] is None
    assert undated.value("about_itself")["counted"] == 3
    assert undated.values("todays_run") == [{"state": "no run", "failed": []}] * 2
    assert undated.state == "success"


# --8<-- [start:traps]
def test_three_questions_with_a_surprising_answer(example):
    example.run("tickets-one", role="tickets", **day(1))
    example.run("tickets-two", role="tickets", **day(2))
    run = example.run("traps", role="traps")

    assert run.value("no_filter") == {
        "an empty list": 2,
        "a wrong state": 0,
        "a wrong DAG": 0,
    }
    error = run.task("no_such_run").error
    assert error.startswith("ServerResponseError: Server returned error")
    assert "and run_id 'yesterday' was not found" in error
    assert run.states["asked_first"] == "success"
    assert run.value("asked_first") is None
    # --8<-- [end:traps]
    assert run.state == "failed"


@pytest.mark.parametrize(
    ("runs", "tasks", "percent", "verdict"),
    [
        ((0, 0), (0, 0), None, "no data"),
        ((1, 0), (4, 0), 0, "healthy"),
        ((0, 1), (0, 0), 100, "ill"),
        ((0, 0), (3, 1), 25, "ill"),
        ((1, 1), (7, 1), 29, "ill"),
        ((4, 0), (4, 4), 20, "ill"),
        ((2, 1), (11, 1), 19, "healthy"),
    ],
)
def test_the_score(example, runs, tasks, percent, verdict):
    counts = [{"success": good, "failed": bad} for good, bad in (runs, tasks)]
    assert example.module.score(*counts) == percent
    assert example.module.verdict(percent) == verdict


def test_the_limit_between_healthy_and_ill(example):
    assert [example.module.verdict(n) for n in (19, 20)] == ["healthy", "ill"]


def test_all_that_was_printed_may_be_left(example):
    sold = example.sibling("tickets").get_task("sold").python_callable
    assert sold({"desk": "kiosk", "printed": 20, "left": 20}) == 0


def test_the_dags(example):
    tickets, gift_shop = names(example)
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert example.dag.params["feeds"] == [tickets, gift_shop]
    assert example.sibling("tickets").params["desks"] == [GOOD, ALSO]
    for dag, name in ((example.dag, "feeds"), (example.sibling("tickets"), "desks")):
        schema = dag.params.get_param(name).schema
        assert schema == {"type": "array", "minItems": 1}
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "feeds": {"upstream_health", "todays_run"},
        "upstream_health": set(),
        "todays_run": set(),
        "about_itself": set(),
    }
    edges = {t.task_id: t.downstream_task_ids for t in example.sibling("tickets").tasks}
    assert edges == {"desks": {"sold"}, "sold": {"visitors"}, "visitors": set()}
