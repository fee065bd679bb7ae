"""Read a run's input from ``params``, whether a person typed it or nobody did.

``conf`` is what somebody sent with the run. ``params`` is the same with the defaults of
the DAG beneath it. The price list reads ``params`` and works in both cases; its sister
``__reads_conf`` reads ``conf`` and works only when a person typed everything.
"""

import logging

import pendulum
from airflow.sdk import dag, task

log = logging.getLogger(__name__)

COST = {"tea": 420, "coffee": 750, "cocoa": 310}  # cents a pack
TAGS = ["reference", "control", "beginner", "success", "16.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")

# --8<-- [start:defaults]
DEFAULTS = {
    "season": "spring",
    "margins": {"tea": 50, "coffee": 40, "cocoa": 30},  # percent
    "round_to": 10,  # cents
}
# --8<-- [end:defaults]


def price(cost: int, margin: int, step: int) -> int:
    """Return a price in cents: cost plus margin, rounded up to a multiple of step."""
    exact = cost * (100 + margin)
    return -(-exact // (100 * step)) * step


# --8<-- [start:overridden]
def compared(params: dict) -> dict:
    """Tell how a run's params differ from the defaults of the DAG."""
    changed = {k: params[k] for k in DEFAULTS if params[k] != DEFAULTS[k]}
    return {"changed": changed, "undeclared": sorted(params.keys() - DEFAULTS)}


# --8<-- [end:overridden]


@dag(
    dag_id="16_04_01_dag_run_conf_subtask_1",
    doc_md=__doc__,
    schedule="0 6 * * *",
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=DEFAULTS,
)
def price_list():
    # --8<-- [start:two-views]
    @task
    def inputs(params, dag_run=None) -> dict:
        return {"conf": dag_run.conf, **compared(params)}

    # --8<-- [end:two-views]

    # --8<-- [start:prices]
    @task
    def shop(params) -> dict:
        margins, step = DEFAULTS["margins"] | params["margins"], params["round_to"]
        return {item: price(COST[item], margins[item], step) for item in COST}

    # --8<-- [end:prices]

    # --8<-- [start:own-params]
    @task(params={"round_to": 100})
    def outlet(prices: dict, params) -> dict:
        step = params["round_to"]
        return {item: price(cents, -25, step) for item, cents in prices.items()}

    # --8<-- [end:own-params]

    # --8<-- [start:template]
    @task
    def label(text: str) -> str:
        log.info("printed: %s", text)
        return text

    # --8<-- [end:template]

    prices = shop()
    inputs()
    outlet(prices)
    label("{{ params.season }} prices, in steps of {{ params.round_to }} cents")


@dag(
    dag_id="16_04_01_dag_run_conf_subtask_1__reads_conf",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=DEFAULTS,
)
def reads_conf():
    # --8<-- [start:conf-only]
    @task
    def shop(dag_run=None) -> dict:
        margins, step = dag_run.conf["margins"], dag_run.conf["round_to"]
        return {item: price(COST[item], margins[item], step) for item in COST}

    @task
    def label(text: str) -> str:
        return text

    shop()
    label("{{ dag_run.conf.season }} prices")
    # --8<-- [end:conf-only]


prices_dag = price_list()
reads_conf()

if __name__ == "__main__":
    prices_dag.test(logical_date=pendulum.datetime(2026, 5, 1, 6, tz="UTC"))
