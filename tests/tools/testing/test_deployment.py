"""A changed copy of an example's file, stored as the DAG processor stores it."""

import pytest

from dagbook.testing.deployment import deploy, write

STEM = "98_07_01_orders"
DAG = """\
import pendulum
from airflow.sdk import DAG

with DAG(
    "98_07_01_orders",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    max_active_runs=1,
):
    pass
"""


def test_a_deployment_is_what_the_api_shows_at_once(written):
    orders = written(STEM, DAG)
    assert orders.dag
    with orders.api.client("viewer") as client:
        found = []
        for most in (2, 3):  # the copy lies where this file lies
            before = f"max_active_runs={most - 1}"
            deploy(orders, (before, f"max_active_runs={most}"))
            dag = client.get(f"/api/v2/dags/{STEM}/details").json()
            found.append(dag["max_active_runs"])
    assert found == [2, 3]


def test_a_text_that_the_file_lacks_is_refused(written):
    orders = written(STEM, DAG)
    with pytest.raises(ValueError, match="98_07_01_orders.py has no 'catchup=False'"):
        write(orders, ("catchup=False", "catchup=True"))
