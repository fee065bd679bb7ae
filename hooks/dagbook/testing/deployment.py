"""A changed example file, as it is deployed and read by the DAG processor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def write(example: Any, *changes: tuple[str, str]) -> Path:
    """Write a copy of the example's file with changes, and make it the only bundle.

    Args:
        example: the fixture of the test.
        changes: text of the file and what stands in its place.

    Raises:
        ValueError: the file lacks a text that is to be changed.
    """
    from dagbook.running.dag_test import own_bundle

    text: str = example.paths.dag.read_text(encoding="utf-8")
    for before, after in changes:
        if before not in text:
            raise ValueError(f"{example.paths.dag.name} has no {before!r} to change")
        text = text.replace(before, after)
    file = Path(example.scratch, example.paths.dag.name)
    file.write_text(text, encoding="utf-8")
    own_bundle(file)
    return file


def read(file: Path) -> None:
    """Parse a file and store its DAGs, as the DAG processor does.

    Versions of a file follow each other at once here: Airflow would store a second one
    only after ``[core] min_serialized_dag_update_interval``.
    """
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    from dagbook.airflow_compat import parse, sync_bag_to_db
    from dagbook.running.dag_test import own_bundle

    os.environ["AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL"] = "0"
    own_bundle(file)
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(parse(file), file.stem, None)


def deploy(example: Any, *changes: tuple[str, str]) -> None:
    """Deploy the example's file with changes: ``write`` it and ``read`` it."""
    read(write(example, *changes))
