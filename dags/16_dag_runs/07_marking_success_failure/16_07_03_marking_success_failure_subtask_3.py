"""Mark a whole run, and read what became of it.

A road tunnel is closed for a night of work. In the middle of it the shift leader marks
the run: who is at work gets that state, who has not begun is skipped, and the teardown
that reopens the tunnel runs all the same. This DAG marks, waits for the end, marks once
more if the end is another one, and fails when a green night has no proof of its work.
"""

import logging
import tempfile
from pathlib import Path
from statistics import mean
from urllib.parse import quote

import httpx
import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Connection, Param, PokeReturnValue, dag, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_07_03_marking_success_failure_subtask_3"
NIGHT = f"{STEM}__night"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
}
LUX = {"A1": 96, "A2": 104, "B1": 22, "B2": 92, "C1": 88, "C2": 9}
TOO_DARK, NEW_LAMP = 60, 110  # lux
UNIFORM = 0.75  # of the mean is what the darkest lamp gives at least
CRITICAL = ("replace", "inspect")
PATIENCE = 30  # seconds; an API server under load answers late


def tunnel(run_id: str) -> Path:
    """Return the folder that stands for the tunnel of a night."""
    return Path(tempfile.gettempdir(), "tunnel", run_id)


# --8<-- [start:night]
@dag(dag_id=NIGHT, is_paused_upon_creation=False, **COMMON)
def night():
    @setup
    def close(run_id: str) -> None:
        tunnel(run_id).mkdir(parents=True, exist_ok=True)
        (tunnel(run_id) / "barrier").touch()

    @task
    def measure() -> list[str]:
        """Return the lamps that give too little light."""
        return [lamp for lamp, lux in LUX.items() if lux < TOO_DARK]

    @task.sensor(poke_interval=1, timeout=3600)
    def replace(dark: list[str], run_id: str) -> PokeReturnValue:
        """Wait for the lifting platform, and return the lux with new lamps."""
        came = (tunnel(run_id) / "platform").exists()
        if not came:
            log.info("%d lamps to change, and no platform", len(dark))
        return PokeReturnValue(came, xcom_value=LUX | dict.fromkeys(dark, NEW_LAMP))

    @task
    def inspect(lux: dict[str, int]) -> dict[str, float]:
        """Return the certificate without which nobody may drive here."""
        average = mean(lux.values())
        share = round(min(lux.values()) / average, 2)
        if share < UNIFORM:
            raise AirflowFailException(f"the darkest lamp gives {share} of the mean")
        return {"lux": average, "uniformity": share}

    @teardown
    def reopen(run_id: str) -> None:
        (tunnel(run_id) / "barrier").unlink()

    closed, reopened = close(), reopen()
    dark = measure()
    closed >> dark
    inspect(replace(dark)) >> reopened
    closed >> reopened


# --8<-- [end:night]


def api() -> httpx.Client:
    """Return a client of the server that connection ``airflow_api`` names."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    return httpx.Client(
        base_url=f"{server}/api/v2/dags/{NIGHT}/dagRuns",
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
    )


def ask(client: httpx.Client, method: str, *path: str, **body) -> dict:
    """Return a good answer about a run; a refusal is a failure without a retry."""
    url = "/".join(quote(part, safe="") for part in path)
    answer = client.request(method, url, json=body or None)
    if answer.is_client_error:
        raise AirflowFailException(f"{answer.status_code} {answer.json()['detail']}")
    return answer.raise_for_status().json()


def states(client: httpx.Client, run_id: str) -> dict[str, str | None]:
    tasks = ask(client, "GET", run_id, "taskInstances")["task_instances"]
    return {ti["task_id"]: ti["state"] for ti in tasks}


# --8<-- [start:proof]
def doubt(client: httpx.Client, run_id: str, task_id: str) -> str:
    """Return why a task cannot count as done; nothing when its result is there."""
    state = states(client, run_id)[task_id]
    if state != "success":
        return f"{task_id} is {state}"
    xcoms = ask(client, "GET", run_id, "taskInstances", task_id, "xcomEntries")
    if "return_value" not in [entry["key"] for entry in xcoms["xcom_entries"]]:
        return f"{task_id} is a success without a result"
    return ""


# --8<-- [end:proof]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    params={"state": Param("success", type="string", enum=["success", "failed"])},
    **COMMON,
)
def end_the_night():
    begin = TriggerDagRunOperator(
        task_id="begin",
        trigger_dag_id=NIGHT,
        trigger_run_id="night__{{ run_id }}",
    )
    tonight = begin.output["trigger_run_id"]

    @task.sensor(poke_interval=1, timeout=600)
    def at_work(tonight: str) -> bool:
        with api() as client:
            running = states(client, tonight)["replace"] == "running"
        if running:
            log.info("somebody is at work in the tunnel")
        return running

    # --8<-- [start:mark]
    @task
    def mark(tonight: str, params) -> dict:
        """End the night, and return what Airflow answers and what the tasks are."""
        note = "the shift is over"
        with api() as client:
            run = ask(client, "PATCH", tonight, state=params["state"], note=note)
            log.info("asked for %s, and the run is %s", params["state"], run["state"])
            return {"answer": run["state"], "tasks": states(client, tonight)}

    # --8<-- [end:mark]

    # --8<-- [start:insist]
    @task.sensor(poke_interval=1, timeout=600)
    def ended(tonight: str) -> PokeReturnValue:
        with api() as client:
            state = ask(client, "GET", tonight)["state"]
        return PokeReturnValue(state in ("success", "failed"), xcom_value=state)

    @task
    def insist(tonight: str, ended: str, params) -> str:
        """Mark the run again, now that no teardown holds its state open."""
        if ended == params["state"]:
            return ended
        log.warning("asked for %s, and it became a %s", params["state"], ended)
        with api() as client:
            return ask(client, "PATCH", tonight, state=params["state"])["state"]

    # --8<-- [end:insist]

    # --8<-- [start:audit]
    @task
    def audit(tonight: str, state: str) -> str:
        """Fail for a green night whose critical tasks have nothing to show."""
        if state == "failed":
            return "nobody takes this night for a good one"
        with api() as client:
            doubts = [doubt(client, tonight, task_id) for task_id in CRITICAL]
        if any(doubts):
            raise AirflowFailException("green, but " + ", ".join(filter(None, doubts)))
        return "every critical task has a result"

    # --8<-- [end:audit]

    end = ended(tonight)
    at_work(tonight) >> mark(tonight) >> end
    audit(tonight, insist(tonight, end))


night()
end_of_night = end_the_night()

if __name__ == "__main__":
    end_of_night.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
