"""``airflow`` with the imports of a task done before the first fork of LocalExecutor.

``python -m dagbook.live.servers.preloaded scheduler``: a third of a task's cost here.
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
