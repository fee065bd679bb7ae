"""Lost updates in one run and between two, a limit without effect, and a lock."""

from datetime import UTC, datetime

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from dagbook.testing.log_trigger import when_logged

NEXT_DAY = {
    "logical_date": datetime(2026, 5, 2, tzinfo=UTC),
    "run_after": datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
}


def test_two_orders_of_one_run_overwrite_each_other(example):
    run = example.run()

    assert [run.task("read_stock", n).log for n in (0, 1)] == [
        ["INFO A-1: 100 in stock"],
        ["INFO A-2: 100 in stock"],
    ]
    assert run.task("check").log == ["WARNING 6 sold, stock went down by 3"]
    assert run.state == "success"


def test_run_in_the_middle_of_another_is_overwritten(example):
    inner = []

    def second() -> None:
        inner.append(example.run("second-run", **NEXT_DAY))

    with when_logged(example, "book A-", second):
        first = example.run("first-run")

    assert [run["state"] for run in inner[0].runs] == ["running"]  # the first run
    assert inner[0].task("check").log == ["WARNING 6 sold, stock went down by 3"]
    assert first.task("check").log == ["WARNING 12 sold, stock went down by 3"]
    assert (first.state, inner[0].state) == ("success", "success")


def test_lock_keeps_both_orders(example):
    with example.module.shop(f"{example.stem}__fixed") as dies_in_the_middle:
        dies_in_the_middle.execute("BEGIN IMMEDIATE")
        dies_in_the_middle.execute("UPDATE stock SET pieces = 0")

    run = example.run("fixed", role="fixed")

    assert run.task("check").log == ["INFO 6 sold, stock went down by 6"]
    assert run.state == "success"


def test_book_waits_for_the_lock_and_tries_again(example):
    todo = ["BEGIN IMMEDIATE"]

    def hold_lock_for_the_first_try_of_a1(record) -> bool:
        if other.in_transaction:
            other.execute("COMMIT")
        elif record.getMessage() == "book A-1" and todo:
            other.execute(todo.pop())
        return True

    with example.module.shop(f"{example.stem}__fixed") as other:
        example.module.log.addFilter(hold_lock_for_the_first_try_of_a1)
        run = example.run("locked", role="fixed")
        example.module.log.removeFilter(hold_lock_for_the_first_try_of_a1)

    assert run.task("book", 0).errors == ["OperationalError: database is locked"]
    assert [run.task("book", n).try_number for n in (0, 1)] == [2, 1]
    assert run.task("check").log == ["INFO 6 sold, stock went down by 6"]


def test_max_active_runs_counts_only_on_the_dag(example):
    wrong, right = example.dag, example.sibling("fixed")
    assert wrong.default_args["max_active_runs"] == 1
    with pytest.raises(TypeError) as refused:
        EmptyOperator(task_id="book", max_active_runs=1)

    assert example.scenario("limits").keep(
        "max_active_runs=1",
        {
            "in default_args": wrong.max_active_runs,
            "on a task": str(refused.value).splitlines()[0],
            "on the DAG": right.max_active_runs,
        },
    ) == {
        "in default_args": 16,
        "on a task": "Invalid arguments were passed to EmptyOperator (task_id: book). "
        "Invalid arguments were:",
        "on the DAG": 1,
    }
    other = DAG("shop", schedule="@daily", default_args={"catchup": True})
    assert other.catchup is False
