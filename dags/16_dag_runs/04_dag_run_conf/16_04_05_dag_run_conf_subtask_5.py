"""A list in the conf decides how many tasks run, and none is a number too.

The stores that somebody sends are dealt out to at most five vans, and each van is one
mapped task. No store, one store, twenty-five stores, a store that does not exist: each
gives a run of another shape, and the last two tasks can cope with all of them.
"""

import logging

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

VANS = 5
MOST_STORES = 25
CRATES = {f"S{number:02}": number for number in range(1, 31)}


# --8<-- [start:routes]
def routes(stores: list[str]) -> list[list[str]]:
    """Deal stores out to the vans, each store once; a van without stores stays home."""
    once = list(dict.fromkeys(stores))
    return [once[van::VANS] for van in range(min(VANS, len(once)))]


# --8<-- [end:routes]


@dag(
    dag_id="16_04_05_dag_run_conf_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.4"],
    params={
        "stores": Param(
            ["S01", "S02", "S03"],
            type="array",
            items={"type": "string", "pattern": "^S[0-9]{2}$"},
        ),
        "mode": Param("deliver", enum=["deliver", "quote"]),
    },
)
def restock():
    # --8<-- [start:limit]
    @task
    def plan(params) -> list[list[str]]:
        stores = params["stores"]
        if len(stores) > MOST_STORES:
            raise AirflowFailException(
                f"{len(stores)} stores sent, at most {MOST_STORES} a run"
            )
        return routes(stores)

    # --8<-- [end:limit]

    # --8<-- [start:branch]
    @task.branch
    def which_way(params) -> str:
        return params["mode"]

    @task
    def quote(planned: list[list[str]]) -> int:
        return sum(CRATES.get(store, 0) for route in planned for store in route)

    # --8<-- [end:branch]

    # --8<-- [start:deliver]
    @task
    def deliver(route: list[str]) -> dict[str, int]:
        unknown = [store for store in route if store not in CRATES]
        if unknown:
            raise AirflowFailException(f"no such store: {', '.join(unknown)}")
        return {store: CRATES[store] for store in route}

    # --8<-- [end:deliver]

    # --8<-- [start:total]
    @task(trigger_rule="none_failed")
    def total(loads) -> int:
        return sum(sum(load.values()) for load in loads or [])

    # --8<-- [end:total]

    # --8<-- [start:missing]
    @task(trigger_rule="all_done")
    def still_to_do(planned, loads) -> list[str]:
        done = {store for load in loads or [] for store in load}
        left = [s for route in planned or [] for s in route if s not in done]
        log.info("%d stores delivered, %d left", len(done), len(left))
        return sorted(left)

    # --8<-- [end:missing]

    # --8<-- [start:shape]
    planned = plan()
    loads = deliver.expand(route=planned)
    planned >> which_way() >> [loads, quote(planned)]
    total(loads)
    still_to_do(planned, loads)
    # --8<-- [end:shape]


restock_dag = restock()

if __name__ == "__main__":
    restock_dag.test(run_conf={"stores": ["S04", "S05"]})
