"""The commands below an example's file, which work as shown for that very file.

``dag.test()`` refuses a file outside the configured DAGs folder and a database that
was never migrated, so both stand in the commands. An example that calls the REST API
needs an Airflow that answers: it is started, and runs the example itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagbook import templates
from dagbook.examples.example import Example


def commands(example: Example, requires: Sequence[str]) -> str:
    """Return the Markdown of the folded commands.

    Args:
        example: its recording says which Airflow to install.
        requires: distributions that the file needs besides Airflow.
    """
    names = [f"apache-airflow=={example.recording['airflow']}", *requires]
    return templates.fill(
        "site",
        "run_it.md.jinja",
        stem=example.item.stem,
        names=" ".join(f'"{name}"' for name in names),
        # The agreed connection of the REST API's address.
        talks="airflow_api" in example.source,
        scheduled=any(
            dag.dag_id == example.item.stem and not dag.schedule.startswith("Never")
            for dag in example.parsed().dags
        ),
    )
