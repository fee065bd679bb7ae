"""Load the orders of each store in a run of its own, with settings of its own."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

STEM = "16_14_02_multi_tenant_run_management"
CHILD = f"{STEM}__store"
TAGS = ["real-world", "control", "advanced", "success", "16.14"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")

STORES = {"berlin": {"currency": "EUR"}, "oslo": {"currency": "NOK"}}
ORDERS = {"berlin": [20, 22], "oslo": [300]}


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def all_stores():
    # --8<-- [start:answer]
    runs = [
        {"trigger_run_id": store + "-{{ run_id }}", "conf": {"store": store, **more}}
        for store, more in STORES.items()
    ]
    TriggerDagRunOperator.partial(
        task_id="start", trigger_dag_id=CHILD, logical_date=None
    ).expand_kwargs(runs)
    # --8<-- [end:answer]


@dag(
    dag_id=CHILD,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=2,
    tags=TAGS,
    # --8<-- [start:params]
    params={
        "store": Param("berlin", type="string", enum=sorted(STORES)),
        "currency": Param("EUR", type="string", pattern="^[A-Z]{3}$"),
    },
    # --8<-- [end:params]
)
def one_store():
    # --8<-- [start:load]
    @task
    def load(params=None) -> str:
        store, currency = params["store"], params["currency"]
        file = Path(tempfile.gettempdir(), f"sales-{store}.db")  # one for each store
        rows = [(amount, currency) for amount in ORDERS[store]]
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS sales (amount, currency)")
            db.executemany("INSERT INTO sales VALUES (?, ?)", rows)
        return f"{file.name}: {sum(ORDERS[store])} {currency}"

    # --8<-- [end:load]
    load()


stores_dag = all_stores()
one_store()

if __name__ == "__main__":
    stores_dag.test(logical_date=None)
