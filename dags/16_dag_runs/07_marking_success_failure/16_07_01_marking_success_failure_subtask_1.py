"""A false alarm: mark the failed check a success, and know what is missing then.

A weather station sums up the rain of May. ``check`` compares it with other years and
fails, and ``publish`` waits in vain for its percentage. It really did rain that much.
The sister ``__accept`` marks ``check``, waits for the run and lists what nobody has
returned. The sister ``__strict`` publishes in a way that cannot do without.
"""

import logging
import tempfile
from pathlib import Path
from urllib.parse import quote

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STATION = "16_07_01_marking_success_failure_subtask_1"
TAGS = ["reference", "control", "beginner", "failure", "16.7"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
RAIN = {"2": 84, "9": 131, "17": 1266, "18": 410, "29": 57}  # day: tenths of a mm
OTHER_MAYS = {2021: 612, 2022: 488, 2023: 731, 2024: 904, 2025: 565}
USUAL = sum(OTHER_MAYS.values()) // len(OTHER_MAYS)


def mm(tenths: int) -> str:
    return f"{tenths / 10:.1f} mm"


def office(dag) -> Path:
    """Return the folder in which a DAG keeps what it sends and what it publishes."""
    folder = Path(tempfile.gettempdir(), dag.dag_id)
    folder.mkdir(exist_ok=True)
    return folder


@task
def measure(params) -> int:
    """Return the rain of the month."""
    if not params["rain"]:
        raise AirflowFailException("no reading has arrived")
    return sum(params["rain"].values())


# --8<-- [start:check]
@task
def check(total: int) -> int:
    """Return the rain in percent of the usual; fail when it is hard to believe."""
    if total > 2 * USUAL:
        raise AirflowFailException(f"{mm(total)} is more than twice {mm(USUAL)}")
    return round(100 * total / USUAL)


@task(trigger_rule="one_failed")
def alert(dag) -> str:
    """Ask somebody to look at the gauge. What was sent stays sent."""
    with (office(dag) / "alerts").open("a") as sent:
        sent.write("look at the gauge\n")
    return "sent"


# --8<-- [end:check]


# --8<-- [start:fallback]
@task
def publish(total: int, percent: int | None) -> str:
    """Return the bulletin. Without a percentage, nobody has checked the sum."""
    if percent is None:
        return f"{mm(total)}, not checked"
    return f"{mm(total)}, {percent - 100:+d} % against other years"


# --8<-- [end:fallback]


# --8<-- [start:strict]
@task(task_id="publish")
def publish_strictly(total: int, percent: int) -> str:
    return f"{mm(total)}, {percent - 100:+d} % against other years"


# --8<-- [end:strict]


@task
def archive(bulletin: str | None, dag) -> int:
    """Keep the bulletin of the month, and return how many characters it has."""
    if bulletin is None:
        raise AirflowFailException("there is no bulletin to keep")
    return (office(dag) / "bulletin").write_text(bulletin)


def station(dag_id: str, publish):
    @dag(
        dag_id=dag_id,
        doc_md=__doc__,
        schedule=None,
        start_date=START,
        catchup=False,
        tags=TAGS,
        params={
            "rain": Param(
                RAIN, type="object", additionalProperties={"type": "integer"}
            ),
        },
    )
    # --8<-- [start:month]
    def month():
        total = measure()
        percent = check(total)
        percent >> alert()
        archive(publish(total, percent))

    # --8<-- [end:month]

    return month()


def api() -> httpx.Client:
    """Return a client of the API that connection ``airflow_api`` leads to."""
    to = Connection.get("airflow_api")
    server = f"{to.schema}://{to.host}:{to.port}"
    login = {"username": to.login, "password": to.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=30)
    token = answer.raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=server, headers=headers, timeout=30)


def said(answer: httpx.Response) -> dict:
    """Return what the API said; what it refuses, no retry will change."""
    if answer.is_client_error:
        raise AirflowFailException(answer.json()["detail"])
    return answer.raise_for_status().json()


def run_path(run_id: str) -> str:
    return f"/api/v2/dags/{STATION}/dagRuns/{quote(run_id)}"


def states(client: httpx.Client, run_id: str) -> dict[str, str | None]:
    """Return the state of each task of a run; fail when there is no such run."""
    said(client.get(run_path(run_id)))
    rows = said(client.get(f"{run_path(run_id)}/taskInstances"))["task_instances"]
    return {row["task_id"]: row["state"] for row in rows}


@dag(
    dag_id=f"{STATION}__accept",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "run_id": Param(type="string"),
        "reason": Param(type="string", minLength=10, maxLength=1000),
    },
)
def accept():
    # --8<-- [start:alarm]
    @task
    def alarm(params) -> list[str]:
        """Return what waits for the check; refuse when something else has failed."""
        with api() as client:
            found = states(client, params["run_id"])
        failed = sorted(name for name, state in found.items() if state == "failed")
        if failed != ["check"]:
            told = ", ".join(failed) or "nothing"
            raise AirflowFailException(f"failed: {told}; I accept a failed check only")
        return sorted(n for n, state in found.items() if state == "upstream_failed")

    # --8<-- [end:alarm]

    # --8<-- [start:mark]
    @task
    def mark(params) -> str:
        """Mark the check, and return the state that it has now."""
        body = {"new_state": "success", "note": params["reason"]}
        path = f"{run_path(params['run_id'])}/taskInstances/check"
        with api() as client:
            return said(client.patch(path, json=body))["task_instances"][0]["state"]

    @task.sensor(poke_interval=1, timeout=600)
    def over(params) -> bool:
        """Wait for the run, which the mark has put back into the queue."""
        with api() as client:
            state = said(client.get(run_path(params["run_id"])))["state"]
        if state == "failed":
            raise AirflowFailException("the run has failed again")
        return state == "success"

    # --8<-- [end:mark]

    # --8<-- [start:gaps]
    @task
    def gaps(params) -> list[str]:
        """Return the tasks that are a success and have returned nothing."""
        with api() as client:
            found = states(client, params["run_id"])
            path = f"{run_path(params['run_id'])}/taskInstances/~/xcomEntries"
            entries = said(client.get(path))["xcom_entries"]
        returned = {e["task_id"] for e in entries if e["key"] == "return_value"}
        good = {name for name, state in found.items() if state == "success"}
        missing = sorted(good - returned)
        log.warning("a success without a result: %s", ", ".join(missing) or "none")
        return missing

    # --8<-- [end:gaps]

    alarm() >> mark() >> over() >> gaps()


may = station(STATION, publish)
station(f"{STATION}__strict", publish_strictly)
accept()

if __name__ == "__main__":
    may.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
