"""Lost updates between runs and inside one, limits that limit nothing, and a lock."""

from datetime import UTC, datetime, timedelta

import pytest

from dagbook.testing.log_trigger import when_logged

A1 = {"number": "A-1", "bottles": 3}
B1 = {"number": "B-1", "bottles": 2}
SECOND_OF_MAY = {
    "logical_date": datetime(2026, 5, 2, tzinfo=UTC),
    "run_after": datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
}


# --8<-- [start:overlap]
def test_a_run_in_the_middle_of_another_is_overwritten(example):
    inner = []

    def run_b() -> None:
        inner.append(example.run("overlap-b", conf={"orders": [B1]}, **SECOND_OF_MAY))

    with when_logged(example, "A-1: 100 in stock", run_b):
        run_a = example.run("overlap-a", conf={"orders": [A1]})

    (run_b,) = inner
    assert [r["state"] for r in run_b.runs] == ["running"]  # A, while B began and ended
    assert run_b.task("read_stock", 0).log == ["INFO B-1: 100 in stock"]
    assert run_b.value("stocktake") == {"sold": 2, "left": 98, "lost": 0}
    assert run_a.value("stocktake") == {"sold": 5, "left": 97, "lost": 2}
    assert run_a.task("stocktake").log == [
        "WARNING lost update: 5 of 100 sold, and 97 left"
    ]
    assert (run_a.state, run_b.state) == ("success", "success")
    # --8<-- [end:overlap]
    assert run_a.task("read_stock", 0).log == ["INFO A-1: 100 in stock"]


def test_two_runs_one_after_the_other_lose_nothing(example):
    example.run("alone-a", conf={"orders": [A1]})
    run_b = example.run("alone-b", conf={"orders": [B1]}, **SECOND_OF_MAY)

    assert run_b.task("read_stock", 0).log == ["INFO B-1: 97 in stock"]
    assert run_b.value("stocktake") == {"sold": 5, "left": 95, "lost": 0}
    assert run_b.task("stocktake").log == []


# --8<-- [start:inside]
def test_two_orders_of_one_run_do_the_same(example):
    run = example.run()

    assert [run.task("read_stock", i).log for i in (0, 1)] == [
        ["INFO A-1: 100 in stock"],
        ["INFO A-2: 100 in stock"],
    ]
    assert run.value("stocktake") == {"sold": 6, "left": 97, "lost": 3}
    assert run.task("stocktake").log == [
        "WARNING lost update: 6 of 100 sold, and 97 left"
    ]
    assert run.state == "success"
    # --8<-- [end:inside]
    assert run.values("book") == ["A-1", "A-2"]
    assert set(run.states.values()) == {"success"}
    assert run.task("take_orders").log == ["INFO 2 orders"]


# --8<-- [start:limits]
def test_where_max_active_runs_counts(example):
    from airflow.sdk import DAG, task

    def limit_of(**how) -> int:
        return DAG("shop", schedule=None, **how).max_active_runs

    def on_a_task() -> str:
        with pytest.raises(TypeError) as refused, DAG("shop", schedule=None):
            task(lambda: None, max_active_runs=1)()
        return str(refused.value).splitlines()[0].partition(" (task_id")[0]

    assert example.scenario("limits").keep(
        "max_active_runs",
        {
            "in default_args": limit_of(default_args={"max_active_runs": 1}),
            "in params": limit_of(params={"max_active_runs": 1}),
            "on a task": on_a_task(),
            "on the DAG": limit_of(max_active_runs=1),
        },
    ) == {
        "in default_args": 16,
        "in params": 16,
        "on a task": "Invalid arguments were passed to _PythonDecoratedOperator",
        "on the DAG": 1,
    }
    assert example.dag.default_args["max_active_runs"] == 1
    assert example.dag.max_active_runs == 16
    assert example.sibling("fixed").max_active_runs == 1
    # --8<-- [end:limits]


def test_the_fixed_dag_books_both_orders(example):
    run = example.run("fixed", role="fixed")

    assert run.value("stocktake") == {"sold": 6, "left": 94, "lost": 0}
    assert run.task("stocktake").log == []
    assert run.values("book") == ["A-1", "A-2"]
    assert [run.task("book", i).try_number for i in (0, 1)] == [1, 1]

    with example.module.connect(example.module.FIXED) as dies_in_the_middle:
        dies_in_the_middle.execute("BEGIN IMMEDIATE")
        example.module.write_sale(dies_in_the_middle, B1, left=92)
    again = example.run("fixed-again", role="fixed", **SECOND_OF_MAY)
    assert again.value("stocktake") == {"sold": 12, "left": 88, "lost": 0}


# --8<-- [start:locked]
def test_somebody_else_in_the_middle_of_a_sale_is_waited_for(example):
    shop = example.module
    with shop.connect(shop.FIXED) as other:

        def begin() -> None:
            other.execute("BEGIN IMMEDIATE")
            shop.write_sale(other, B1, left=98)

        def end() -> None:
            other.execute("COMMIT")

        with (
            when_logged(example, "1 orders", begin),
            when_logged(example, "somebody else", end),
        ):
            run = example.run("locked", role="fixed", conf={"orders": [A1]})

    book = run.task("book", 0)
    assert book.errors == ["OperationalError: database is locked"]
    assert book.log == ["WARNING A-1: somebody else has the stock"]
    assert (book.try_number, book.max_tries) == (2, 2)
    assert run.value("stocktake") == {"sold": 5, "left": 95, "lost": 0}
    # --8<-- [end:locked]
    assert 0.9 < book.tries[0]["duration"] < 1.9  # as long as SQLite waits by timeout=
    assert run.state == "success"


@pytest.mark.parametrize("orders", [[], "A-1"])
def test_orders_are_a_list_with_something_in_it(example, orders):
    for one in (example.dag, example.sibling("fixed")):
        with pytest.raises(ValueError, match="orders"):
            one.test(run_conf={"orders": orders})


def test_the_dags_are_what_the_page_says(example):
    fixed = example.sibling("fixed")
    for one in (example.dag, fixed):
        assert (one.schedule, one.catchup) == (None, False)
        assert one.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert one.params.get_param("orders").schema == {"type": "array", "minItems": 1}
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "take_orders": {"read_stock"},
        "read_stock": {"book"},
        "book": {"stocktake"},
        "stocktake": set(),
    }
    edges = {t.task_id: t.downstream_task_ids for t in fixed.tasks}
    assert edges == {"take_orders": {"book"}, "book": {"stocktake"}, "stocktake": set()}
    book = fixed.get_task("book")
    assert book.partial_kwargs["retries"] == 2
    assert book.partial_kwargs["retry_delay"] == timedelta(seconds=1)
