"""Load orders at the vendor's prices, from a copy that a setup task makes.

Without ``vendor_file`` the prices are those of this file, and the run succeeds.
"""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

PRICES = {"cup": 4, "plate": 7}


@dag(
    dag_id="16_06_01_clearing_tasks_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.6"],
    params={"vendor_file": Param("", type="string", description="JSON of prices")},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def sales():
    @task
    def extract() -> dict[str, int]:
        """Return how many pieces of each article were ordered."""
        return {"cup": 10, "plate": 3}

    @setup
    def copy(params, run_id) -> str:
        """Copy the vendor's prices, so that they cannot change during the load."""
        file, vendor = params["vendor_file"], json.dumps(PRICES)
        copied = Path(tempfile.gettempdir(), f"prices_{run_id}.json")
        copied.write_text(Path(file).read_text() if file else vendor)
        return str(copied)

    @task
    def load(orders: dict[str, int], copied: str) -> list[int]:
        prices = json.loads(Path(copied).read_text())
        if missing := sorted(orders.keys() - prices):
            raise AirflowFailException(f"no price for {', '.join(missing)}")
        return [pieces * prices[article] for article, pieces in orders.items()]

    @teardown
    def drop(copied: str) -> None:
        Path(copied).unlink()

    @task
    def report(amounts: list[int]) -> int:
        return sum(amounts)

    copied = copy()
    loaded = load(extract(), copied)
    loaded >> drop(copied)
    report(loaded)


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
