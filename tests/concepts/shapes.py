"""The DAGs that the tests write to the database, built in Python."""

from __future__ import annotations

from typing import Any

from world import START


def chain(
    *names: str, dag_id: str = "chain", tasks: dict[str, Any] | None = None, **dag: Any
) -> Any:
    """Return a DAG whose tasks follow each other.

    Args:
        names: task ids, ``first``, ``middle``, ``last`` by default.
        dag_id: of the DAG.
        tasks: arguments of single tasks, by task id.
        dag: arguments of the DAG.
    """
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    given = {"schedule": None, "start_date": START, "catchup": False, **dag}
    with DAG(dag_id, **given) as made:
        before = None
        for name in names or ("first", "middle", "last"):
            task = PythonOperator(
                task_id=name, python_callable=print, **(tasks or {}).get(name, {})
            )
            if before is not None:
                before >> task
            before = task
    return made


def single(dag_id: str = "single", **dag: Any) -> Any:
    """Return a DAG of one task, ``only``."""
    task = dag.pop("task", {})
    return chain("only", dag_id=dag_id, tasks={"only": task}, **dag)


def branching() -> Any:
    """Return a DAG ``branching``: ``choose``, then ``left`` and ``right``."""
    from airflow.providers.standard.operators.python import (
        BranchPythonOperator,
        PythonOperator,
    )
    from airflow.sdk import DAG

    with DAG("branching", schedule=None, start_date=START) as made:
        choose = BranchPythonOperator(task_id="choose", python_callable=print)
        for name in ("left", "right"):
            choose >> PythonOperator(task_id=name, python_callable=print)
    return made


def mapped() -> Any:
    """Return a DAG ``mapped``: ``list``, then ``each`` for each of its elements."""
    from airflow.sdk import DAG, task

    with DAG("mapped", schedule=None, start_date=START) as made:

        @task(task_id="list")
        def make() -> list[int]:
            return []

        @task
        def each(number: int) -> int:
            return number

        each.expand(number=make())
    return made


def spread() -> Any:
    """Return a DAG ``spread``: ``each`` for three numbers, then ``last``."""
    from airflow.sdk import DAG, task

    with DAG("spread", schedule=None, start_date=START) as made:

        @task
        def each(number: int) -> int:
            return number

        @task
        def last(numbers: list[int]) -> int:
            return sum(numbers)

        last(each.expand(number=[1, 2, 3]))
    return made
