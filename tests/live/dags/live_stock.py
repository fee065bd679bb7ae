"""An asset, the DAG that updates it, and the DAG that runs when it was updated."""

import pendulum
from airflow.sdk import Asset, Metadata, dag, task

STOCK = Asset("live_stock", uri="x-live://warehouse/stock")
COUNTED = {"bolts": 40, "nuts": 55}


@dag(
    dag_id="live_stock",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def live_stock():
    @task(outlets=[STOCK])
    def count():
        yield Metadata(STOCK, {"pieces": sum(COUNTED.values())})

    count()


@dag(
    dag_id="live_stock__consumer",
    schedule=[STOCK],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def live_stock_consumer():
    @task
    def pieces(triggering_asset_events=None) -> list[int]:
        return [e.extra["pieces"] for e in triggering_asset_events[STOCK]]

    pieces()


live_stock()
live_stock_consumer()
