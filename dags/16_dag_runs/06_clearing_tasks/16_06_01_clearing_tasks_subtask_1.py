"""Repair what made a task fail, and let the same run go on from there.

A harbour bills ships by a tariff. A ship lay at a berth without a rate, so ``price``
failed and nothing was booked. This DAG adds the rate, asks what clearing would touch,
clears that, and waits: the run goes on, and what had worked is not done again.
"""

import json
import logging
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Connection, Param, PokeReturnValue, dag, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

DUES = "16_06_01_clearing_tasks_subtask_1__dues"
TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
SHIPS = [["Wega", 8400, "A"], ["Anna", 990, "B"], ["Lydia", 2150, "C"]]
PATIENCE = 30  # seconds; an API server under load answers late


# --8<-- [start:dues]
@dag(
    dag_id=DUES,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={"folder": Param(type="string"), "ships": Param(SHIPS, type="array")},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def dues():
    @task
    def arrivals(params) -> list[list]:
        """Return ship, hundreds of tons (a part counts as a whole), and berth."""
        return [[ship, -(-tons // 100), berth] for ship, tons, berth in params["ships"]]

    @setup
    def copy_tariff(params):
        """Make a copy, so that nobody changes a rate while bills are made."""
        shutil.copy(f"{params['folder']}/tariff.json", f"{params['folder']}/copy.json")

    @task
    def price(ships: list[list], params) -> dict[str, int]:
        """Return the cents that each ship owes."""
        tariff = json.loads(Path(params["folder"], "copy.json").read_text())
        if lacking := sorted({berth for *_, berth in ships} - set(tariff)):
            raise AirflowFailException(f"no rate for berth {', '.join(lacking)}")
        return {ship: hundreds * tariff[berth] for ship, hundreds, berth in ships}

    @teardown
    def drop_copy(params):
        Path(params["folder"], "copy.json").unlink()

    @task
    def book(bills: dict[str, int], params) -> int:
        """Write the bills into the ledger, and return their sum."""
        Path(params["folder"], "ledger.json").write_text(json.dumps(bills))
        return sum(bills.values())

    copied, dropped = copy_tariff(), drop_copy()
    bills = price(arrivals())
    copied >> bills >> dropped
    copied >> dropped
    book(bills)


# --8<-- [end:dues]


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


def path_of(run_id: str) -> str:
    return f"/dags/{DUES}/dagRuns/{quote(run_id, safe='')}"


# --8<-- [start:failed]
def failed_tasks(client: httpx.Client, run_id: str) -> list[str]:
    """Return the tasks that failed themselves, and not because another one did."""
    run = client.get(path_of(run_id))
    if run.status_code == 404:
        raise AirflowFailException(run.json()["detail"])
    state = run.raise_for_status().json()["state"]
    query = {"state": "failed"}
    found = client.get(f"{path_of(run_id)}/taskInstances", params=query)
    rows = found.raise_for_status().json()["task_instances"]
    if not rows:
        log.warning("nothing to clear: no task failed, and the run is a %s", state)
        raise AirflowSkipException
    return sorted({row["task_id"] for row in rows})


# --8<-- [end:failed]


def ask_to_clear(client: httpx.Client, body: dict) -> dict[str, int]:
    """Return the tasks that are cleared, or would be, with their ``max_tries``."""
    answer = client.post(f"/dags/{DUES}/clearTaskInstances", json=body)
    rows = answer.raise_for_status().json()["task_instances"]
    return {row["task_id"]: row["max_tries"] for row in rows}


@dag(
    dag_id="16_06_01_clearing_tasks_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "tariff": Param({"A": 2150, "B": 1840}, type="object"),
        "missing": Param({"C": 1265}, type="object"),
    },
)
def repair():
    @task
    def deliver(params, dag_run) -> str:
        """Put the tariff of the day, as the office has sent it, into a folder."""
        folder = Path(tempfile.gettempdir(), "harbour", dag_run.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tariff.json").write_text(json.dumps(params["tariff"]))
        return str(folder)

    # --8<-- [start:bill]
    folder = deliver()
    bill = TriggerDagRunOperator(
        task_id="bill",
        trigger_dag_id=DUES,
        trigger_run_id="dues__{{ run_id }}",
        conf={"folder": folder},
        wait_for_completion=True,
        poke_interval=1,
        allowed_states=["success", "failed"],
        failed_states=[],
    )
    billed = bill.output["trigger_run_id"]
    # --8<-- [end:bill]

    @task
    def look(billed: str) -> list[str]:
        with api() as client:
            return failed_tasks(client, billed)

    # --8<-- [start:preview]
    @task
    def preview(tasks: list[str], billed: str) -> list[str]:
        """Return what has to run again. Nothing changes: ``dry_run`` is the default."""
        body = {"dag_run_id": billed, "task_ids": tasks, "include_downstream": True}
        with api() as client:
            by_default = ask_to_clear(client, body)
            whole = ask_to_clear(client, body | {"only_failed": False})
        left_out = sorted(set(whole) - set(by_default))
        log.warning("only_failed would leave out %s", ", ".join(left_out) or "nothing")
        return sorted(whole)

    # --8<-- [end:preview]

    # --8<-- [start:mend]
    @task
    def mend(folder: str, params) -> str:
        """Complete the tariff, and return what to write into the cleared tasks."""
        file = Path(folder, "tariff.json")
        tariff = json.loads(file.read_text()) | params["missing"]
        file.with_suffix(".new").write_text(json.dumps(tariff))
        file.with_suffix(".new").replace(file)  # nobody reads half a tariff
        return f"rate added for berth {', '.join(sorted(params['missing']))}"

    # --8<-- [end:mend]

    # --8<-- [start:clear]
    @task
    def clear(tasks: list[str], note: str, billed: str) -> dict[str, int]:
        """Clear exactly what was previewed; return how far each task may count."""
        body = {"dag_run_id": billed, "task_ids": tasks, "note": note}
        body |= {"dry_run": False, "only_failed": False}
        with api() as client:
            return ask_to_clear(client, body)

    # --8<-- [end:clear]

    # --8<-- [start:outcome]
    @task.sensor(poke_interval=1, timeout=600)
    def outcome(billed: str) -> PokeReturnValue:
        """Wait until the run is over once more; return the tries of each task."""
        with api() as client:
            run = client.get(path_of(billed)).raise_for_status().json()
            rows = client.get(f"{path_of(billed)}/taskInstances").raise_for_status()
        if run["state"] == "failed":
            raise AirflowFailException("the run has failed again")
        tries = {r["task_id"]: r["try_number"] for r in rows.json()["task_instances"]}
        return PokeReturnValue(is_done=run["state"] == "success", xcom_value=tries)

    # --8<-- [end:outcome]

    touched = preview(look(billed), billed)
    note = mend(folder)
    touched >> note
    clear(touched, note, billed) >> outcome(billed)


dues()
repairing = repair()

if __name__ == "__main__":
    repairing.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
