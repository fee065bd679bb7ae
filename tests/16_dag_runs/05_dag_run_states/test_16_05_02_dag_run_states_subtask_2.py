"""Five runs with the same failure in the middle, and who hears of it."""

from datetime import UTC, datetime

import pytest

EVEN = {"entries": {"rent": -90_000, "wages": -214_000, "sales": 304_000}}
OFF = "ValueError: the books are off by 40.00"
HELD = "PermissionError: the auditor is at work on the books"


def told(example, scenario: str, role: str = "") -> list[str]:
    """What people were told, line by line; kept for the page."""
    dag = example.sibling(role) if role else example.dag
    lines = (example.scratch / f"{dag.dag_id}.alerts").read_text().splitlines()
    return example.scenario(scenario).keep("people were told", lines)


def left_behind(example) -> bool:
    return bool(list(example.scratch.glob("*.sqlite")))


def test_shapes_and_rules(example):
    edges = {
        "": {("open_books", "balance"), ("balance", "close_books")},
        "watched_late": {
            ("open_books", "balance"),
            ("balance", "close_books"),
            ("close_books", "watcher"),
        },
    }
    edges["watched"] = edges["watched_late"] | {
        ("open_books", "watcher"),
        ("balance", "watcher"),
    }
    edges["teardown"] = edges["strict"] = edges[""] | {("open_books", "close_books")}
    for role, wanted in edges.items():
        dag = example.sibling(role) if role else example.dag
        found = {(t.task_id, d) for t in dag.tasks for d in t.downstream_task_ids}
        assert found == wanted
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert dag.params["entries"] == example.module.ENTRIES
        assert dag.params["auditor"] is False
        assert dag.params.get_param("auditor").schema["type"] == "boolean"
        assert dag.params.get_param("entries").schema["type"] == "object"
        close = dag.get_task("close_books")
        torn = role in ("teardown", "strict")
        assert close.is_teardown is torn
        assert dag.get_task("open_books").is_setup is torn
        assert close.trigger_rule == ("all_done_setup_success" if torn else "all_done")
        assert close.on_failure_fail_dagrun is (role == "strict")
        if role.startswith("watched"):
            assert dag.get_task("watcher").trigger_rule == "one_failed"
    assert sum(example.module.ENTRIES.values()) == 4000


def test_the_books_by_hand(example):
    dag = example.dag
    opens, balances, closes = (
        dag.get_task(name).python_callable
        for name in ("open_books", "balance", "close_books")
    )
    with pytest.raises(ValueError, match="no entries: nothing to open"):
        opens(params={"entries": {}}, dag=dag)
    assert opens(params={"entries": {"bread": 250, "cash": -250}}, dag=dag) == 2
    assert balances(dag=dag) == "2 entries balance"
    with pytest.raises(PermissionError, match="the auditor is at work"):
        closes(params={"auditor": True}, dag=dag)
    assert left_behind(example)
    assert closes(params={"auditor": False}, dag=dag) == "removed"
    assert not left_behind(example)
    opens(params={"entries": {"bread": 250, "cash": -245}}, dag=dag)
    with pytest.raises(ValueError, match=r"^the books are off by 0\.05$"):
        balances(dag=dag)


def test_every_task_and_the_run_have_a_callback(example):
    module, dag = example.module, example.dag
    assert [t.on_failure_callback for t in dag.tasks] == [[module.task_failed]] * 3
    module.run_failed({"dag": dag, "reason": "task_failure"})
    module.run_succeeded({"dag": dag, "reason": "success"})
    module.task_failed({"dag": dag, "ti": dag.get_task("balance")})
    lines = (example.scratch / f"{dag.dag_id}.alerts").read_text().splitlines()
    assert lines == [
        "the run failed: task_failure",
        "the run succeeded: success",
        "balance failed",
    ]


# --8<-- [start:green]
def test_an_all_done_leaf_makes_the_run_green(example):
    run = example.run()

    assert run.states == {
        "open_books": "success",
        "balance": "failed",
        "close_books": "success",
    }
    assert run.task("balance").error == OFF
    assert run.state == "success"
    assert told(example, "default") == ["balance failed", "the run succeeded: success"]
    # --8<-- [end:green]
    assert run.value("open_books") == 3
    assert run.value("close_books") == "removed"
    assert not left_behind(example)


# --8<-- [start:watched]
def test_a_watcher_below_every_task_makes_it_red(example):
    run = example.run("watched", role="watched")

    assert run.states == {
        "open_books": "success",
        "balance": "failed",
        "close_books": "success",
        "watcher": "failed",
    }
    assert run.task("watcher").error == (
        "AirflowFailException: a task of this run has failed"
    )
    assert run.state == "failed"
    assert sorted(told(example, "watched", "watched")) == [
        "balance failed",
        "the run failed: task_failure",
        "watcher failed",
    ]
    # --8<-- [end:watched]
    assert not left_behind(example)


def test_the_watcher_is_skipped_when_nothing_fails(example):
    run = example.run("watched-even", role="watched", conf=EVEN)

    assert run.states == {
        "open_books": "success",
        "balance": "success",
        "close_books": "success",
        "watcher": "skipped",
    }
    assert run.value("balance") == "3 entries balance"
    assert run.state == "success"
    assert told(example, "watched-even", "watched") == ["the run succeeded: success"]


# --8<-- [start:watched-late]
def test_a_watcher_below_the_last_task_sees_nothing(example):
    run = example.run("watched-late", role="watched_late")

    assert run.task("balance").error == OFF
    assert run.states["close_books"] == "success"
    assert run.states["watcher"] == "skipped"
    assert run.state == "success"
    # --8<-- [end:watched-late]
    assert told(example, "watched-late", "watched_late") == [
        "balance failed",
        "the run succeeded: success",
    ]


# --8<-- [start:teardown]
def test_a_teardown_is_no_leaf_and_leaves_the_decision_to_the_work(example):
    run = example.run("teardown", role="teardown")

    assert run.states == {
        "open_books": "success",
        "balance": "failed",
        "close_books": "success",
    }
    assert run.state == "failed"
    assert not left_behind(example)
    assert told(example, "teardown", "teardown") == [
        "balance failed",
        "the run failed: task_failure",
    ]
    # --8<-- [end:teardown]
    assert run.task("balance").error == OFF


# --8<-- [start:held]
@pytest.mark.parametrize(
    ("role", "state", "last"),
    [
        ("teardown", "success", "the run succeeded: success"),
        ("strict", "failed", "the run failed: task_failure"),
    ],
)
def test_a_teardown_that_fails_counts_only_when_told_to(example, role, state, last):
    name = f"{role}-held"
    run = example.run(name, role=role, conf=EVEN | {"auditor": True})

    assert run.value("balance") == "3 entries balance"
    assert run.task("close_books").error == HELD
    assert run.state == state
    assert told(example, name, role) == ["close_books failed", last]
    assert left_behind(example)
    # --8<-- [end:held]
    assert run.states["close_books"] == "failed"


# --8<-- [start:nothing]
@pytest.mark.parametrize(
    ("role", "close", "error"),
    [
        ("", "failed", True),
        ("teardown", "upstream_failed", False),
    ],
)
def test_a_teardown_does_not_clean_up_what_was_never_opened(
    example, role, close, error
):
    name = f"{role or 'leaf'}-unopened"
    run = example.run(name, role=role, conf={"entries": {}})

    assert run.states == {
        "open_books": "failed",
        "balance": "upstream_failed",
        "close_books": close,
    }
    assert run.task("open_books").error == "ValueError: no entries: nothing to open"
    assert (run.task("close_books").error or "").startswith("FileNotFound") is error
    assert run.state == "failed"
    # --8<-- [end:nothing]
    failed = ["open_books failed"] + ["close_books failed"] * error
    assert told(example, name, role) == [*failed, "the run failed: task_failure"]


def test_books_that_are_even_close_green_everywhere(example):
    run = example.run("strict-even", role="strict", conf=EVEN)

    assert set(run.states.values()) == {"success"}
    assert run.state == "success"
    assert not left_behind(example)
