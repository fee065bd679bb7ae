"""Airflow's own command line, with the imports of a task done beforehand.

LocalExecutor forks a process for each task, and each imports the same packages to load
its DAG file: a third of what a task costs here. Run as ``python -m
dagbook.live.servers.preloaded scheduler``, this module imports them once, before the
first fork, and then is ``airflow scheduler``; nothing else is different.
"""

from __future__ import annotations

import importlib
import sys

NEEDED = (
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.definitions.decorators",
    "airflow.providers.standard.decorators.branch_python",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.decorators.sensor",
    "airflow.providers.standard.operators.trigger_dagrun",
)


def main() -> None:
    """Import what tasks need, then hand over to ``airflow`` with the same words."""
    from airflow.__main__ import main as airflow

    for name in NEEDED:
        importlib.import_module(name)
    sys.argv[0] = "airflow"
    airflow()


if __name__ == "__main__":
    main()
