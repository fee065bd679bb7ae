"""Pass input on to another DAG: some of it, with an id to follow it, and no secret.

The conf of a run is stored for good, and everybody who may read the run reads it too.
So an order hands over a list of allowed keys, adds the id by which all its runs can be
found, and names a connection instead of sending a password.
"""

import logging
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

SHIP = "16_04_06_dag_run_conf_subtask_6__ship"
TAGS = ["reference", "control", "beginner", "success", "16.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
GRAMS = {1001: 350, 1002: 1_200, 1003: 90}
WRAPPING = 40  # grams

# --8<-- [start:lists]
FORWARDED = ("order", "gift")
FORBIDDEN = ("password", "passwd", "secret", "token", "api_key")
# --8<-- [end:lists]


# --8<-- [start:secrets]
def secrets(value: object, path: str = "conf") -> list[str]:
    """Return where a value holds something named like a secret, however deep."""
    found = []
    pairs = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = enumerate(value)
    for key, inner in pairs:
        if any(word in str(key).lower() for word in FORBIDDEN):
            found.append(f"{path}.{key}")
        found += secrets(inner, f"{path}.{key}")
    return found


# --8<-- [end:secrets]


@dag(
    dag_id=SHIP,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "order": Param(type="integer", enum=list(GRAMS)),
        "gift": Param(False, type="boolean"),
        "correlation_id": Param(type="string", minLength=1),
        "conn_id": Param(type="string"),
    },
)
def ship():
    # --8<-- [start:child]
    @task
    def parcel(params) -> dict:
        log.info("%s: order %d", params["correlation_id"], params["order"])
        grams = GRAMS[params["order"]] + WRAPPING * params["gift"]
        return {"order": params["order"], "grams": grams}

    @task
    def carrier(params) -> dict:
        conn = Connection.get(params["conn_id"])
        return {"connection": conn.conn_id, "password_found": bool(conn.password)}

    # --8<-- [end:child]

    parcel() >> carrier()


@dag(
    dag_id="16_04_06_dag_run_conf_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "order": Param(1001, type="integer", enum=list(GRAMS)),
        "gift": Param(False, type="boolean"),
    },
    default_args={"retries": 2, "retry_delay": timedelta(seconds=1)},
)
def order():
    # --8<-- [start:handover]
    @task
    def handover(params, dag_run=None) -> dict:
        if found := secrets(dag_run.conf):
            raise AirflowFailException(f"send a connection id, not {', '.join(found)}")
        return {
            **{key: params[key] for key in FORWARDED},
            "correlation_id": dag_run.conf.get("correlation_id", dag_run.run_id),
            "conn_id": "airflow_api",
        }

    # --8<-- [end:handover]

    # --8<-- [start:trigger]
    TriggerDagRunOperator(
        task_id="ship",
        trigger_dag_id=SHIP,
        trigger_run_id="ship-{{ params.order }}",
        logical_date=None,
        reset_dag_run=True,
        conf=handover(),
    )
    # --8<-- [end:trigger]


@dag(
    dag_id="16_04_06_dag_run_conf_subtask_6__with_a_date",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def with_a_date():
    # --8<-- [start:not-json]
    TriggerDagRunOperator(
        task_id="ship",
        trigger_dag_id=SHIP,
        logical_date=None,
        conf={"order": 1001, "ship_on": START},
    )
    # --8<-- [end:not-json]


ship()
order_dag = order()
with_a_date()

if __name__ == "__main__":
    order_dag.test(run_conf={"order": 1002, "gift": True, "coupon": "MAY"})
