"""Read the input of a run from params, in Python and in a template.

The second DAG reads dag_run.conf, and fails when nothing was sent.
"""

import pendulum
from airflow.sdk import dag, task

STEM = "16_04_01_dag_run_conf_subtask_1"
COMMON = {
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.4"],
}
# --8<-- [start:defaults]
PARAMS = {"region": "north", "step": 10, "prices": {"cup": 4, "plate": 7}}
# --8<-- [end:defaults]


@dag(dag_id=STEM, schedule="0 6 * * *", doc_md=__doc__, params=PARAMS, **COMMON)
def daily_prices():
    @task
    def report(text: str) -> str:
        return text

    # --8<-- [start:answer]
    @task
    def extract(params) -> str:
        return params["region"]

    reported = report("{{ params.region }}, step {{ params.step }}")
    # --8<-- [end:answer]

    # --8<-- [start:own]
    @task(params={"step": 5})
    def outlet(params, dag_run=None) -> dict:
        return {"params": dict(params), "conf": dag_run.conf}

    # --8<-- [end:own]

    extract() >> reported >> outlet()


@dag(dag_id=f"{STEM}__reads_conf", schedule=None, **COMMON)
def prices_from_conf():
    @task
    def report(text: str) -> str:
        return text

    # --8<-- [start:reads-conf]
    @task
    def extract(dag_run=None) -> str:
        return dag_run.conf["region"]

    extract(), report("{{ dag_run.conf.region }}")
    # --8<-- [end:reads-conf]


prices = daily_prices()
prices_from_conf()

if __name__ == "__main__":
    prices.test(logical_date=None)
