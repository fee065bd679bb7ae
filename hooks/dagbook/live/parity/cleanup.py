"""A clean slate between two scenarios of parity, as far as there can be one."""

from __future__ import annotations

import shutil
from typing import Any

from dagbook.live.client import ApiError, Client, quoted
from dagbook.live.servers.cluster import Cluster


def forget_files(cluster: Cluster) -> None:
    """Empty the temporary folder of the tasks."""
    shutil.rmtree(cluster.tasks_tmp, ignore_errors=True)
    cluster.tasks_tmp.mkdir()


def forget(cluster: Cluster) -> None:
    """Remove temporary files, Variables and pools; only when nothing is running."""
    forget_files(cluster)
    client = cluster.client
    for variable in list(client.pages("/variables", "variables")):
        client.request("DELETE", f"/api/v2/variables/{quoted(variable['key'])}")
    for pool in list(client.pages("/pools", "pools")):
        if pool["name"] != "default_pool":
            client.request("DELETE", f"/api/v2/pools/{quoted(pool['name'])}")


def connect(cluster: Cluster, present: bool) -> None:
    """Create the connection ``airflow_api``, or delete it: a plain Airflow has none."""
    try:
        if present:
            cluster.client.post("/connections", cluster.settings.connection())
        else:
            cluster.client.request("DELETE", "/api/v2/connections/airflow_api")
    except ApiError as error:
        if error.status not in (404, 409):
            raise


def end_backfills(client: Client, dag_id: str) -> None:
    """Cancel what an earlier scenario left of a backfill.

    It counts as running until the scheduler looks, once in half a minute, and a new
    backfill of the DAG is refused until then.
    """
    for backfill in client.pages("/backfills", "backfills", dag_id=dag_id):
        if backfill["completed_at"] is None:
            try:
                client.request("PUT", f"/api/v2/backfills/{backfill['id']}/cancel")
            except ApiError as error:
                if error.status != 409:  # the scheduler has looked by now
                    raise


def unmasked(cluster: Cluster, value: Any) -> Any:
    """Return a recorded conf with the tasks' temporary folder of this machine in it."""
    if isinstance(value, str):
        return value.replace("<tmp>", str(cluster.tasks_tmp))
    if isinstance(value, dict):
        return {key: unmasked(cluster, one) for key, one in value.items()}
    if isinstance(value, list):
        return [unmasked(cluster, one) for one in value]
    return value
