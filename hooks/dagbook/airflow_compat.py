"""Names of Airflow that moved between minor versions; importing this loads Airflow."""

from __future__ import annotations

import inspect
from pathlib import Path

try:
    from airflow.dag_processing.dagbag import BundleDagBag, DagBag, sync_bag_to_db
    from airflow.sdk.listener import get_listener_manager
    from airflow.serialization.serialized_objects import DagSerialization
except ImportError:  # 3.1
    from airflow.listeners.listener import (  # type: ignore[assignment]
        get_listener_manager,
    )
    from airflow.models.dagbag import (  # type: ignore[no-redef]
        BundleDagBag,
        DagBag,
        sync_bag_to_db,
    )
    from airflow.serialization.serialized_objects import (  # type: ignore[assignment]
        SerializedDAG as DagSerialization,
    )

__all__ = [
    "BundleDagBag",
    "DagBag",
    "DagSerialization",
    "get_listener_manager",
    "parse",
    "sync_bag_to_db",
]


def parse(file: Path) -> BundleDagBag:
    """Return the bag of ``file``, parsed as a bundle of its own, named like it."""
    known = inspect.signature(DagBag.__init__).parameters
    named = {"bundle_name": file.stem} if "bundle_name" in known else {}
    return BundleDagBag(dag_folder=file, bundle_path=file, **named)
