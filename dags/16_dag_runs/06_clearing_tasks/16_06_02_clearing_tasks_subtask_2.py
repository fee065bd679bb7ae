"""Measure what a clear would touch, and refuse it when that is too much.

Four switches widen a clear: to tasks before and after, and to runs before and after.
This DAG measures each of them by a dry run on a week of a river gauge, holds what is
asked for against a budget and a list of tasks that must not run twice, and clears.
"""

import json
import logging
import tempfile
from pathlib import Path
from statistics import median

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

RIVER = "16_06_02_clearing_tasks_subtask_2__river"
TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
WEEK = {
    "monday": "2026-05-04T00:00:00Z",
    "tuesday": "2026-05-05T00:00:00Z",
    "wednesday": "2026-05-06T00:00:00Z",
    "thursday": "2026-05-07T00:00:00Z",
    "friday": "2026-05-08T00:00:00Z",
    "by-hand": None,
}
READINGS = {  # mm, from Monday to Friday
    "weir": [2140, 2210, 2395, 2300, 2180],
    "bridge": [2155, 2190, 2410, 2290, 2205],
    "mill": [2120, 2240, 2350, 2335, 2190],
}
FLOOD = 2390  # mm
SWITCHES = ["upstream", "downstream", "past", "future"]
MOMENT = {"type": ["null", "string"], "format": "date-time"}
PATIENCE = 30  # seconds; an API server under load answers late


# --8<-- [start:river]
@dag(
    dag_id=RIVER,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def river():
    @task
    def gauge(name: str, dag_run) -> int:
        """Return the reading of the day; the gauges rest from Friday to Monday."""
        day = dag_run.logical_date or dag_run.run_after
        return READINGS[name][min(day.weekday(), 4)]

    @task
    def level(readings: list[int]) -> int:
        """Return the middle one: a single wrong gauge does not count."""
        return median(readings)

    @task
    def archive(height: int, dag_run) -> None:
        folder = Path(tempfile.gettempdir(), "river")
        folder.mkdir(exist_ok=True)
        (folder / f"{dag_run.run_id}.json").write_text(json.dumps({"mm": height}))

    @task
    def warn(height: int, dag_run) -> bool:
        """Send a warning: a line that nobody can take back."""
        if height >= FLOOD:
            with Path(tempfile.gettempdir(), "warnings.txt").open("a") as sent:
                sent.write(f"{dag_run.run_id}: {height} mm\n")
        return height >= FLOOD

    height = level(gauge.expand(name=list(READINGS)))
    archive(height)
    warn(height)


# --8<-- [end:river]


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


# --8<-- [start:touch]
def touch(client: httpx.Client, body: dict, switches: list[str]) -> dict:
    """Return what a clear touches; without ``dry_run: False`` nothing changes."""
    body = {"only_failed": False} | body | {f"include_{one}": True for one in switches}
    answer = client.post(f"/dags/{RIVER}/clearTaskInstances", json=body)
    if answer.status_code in (400, 404):
        return {"refused": answer.json()["detail"]}
    rows = answer.raise_for_status().json()["task_instances"]
    runs = sorted(rows, key=lambda row: (row["logical_date"] or "", row["dag_run_id"]))
    names = [row["dag_run_id"] for row in runs]
    return {
        "instances": len(rows),
        "runs": {name: names.count(name) for name in names},
        "tasks": sorted({row["task_id"] for row in rows}),
    }


# --8<-- [end:touch]


# --8<-- [start:where]
def where(params) -> dict:
    """Say which runs are meant. A body that does not say it means all of them."""
    if params["run_id"]:
        return {"dag_run_id": params["run_id"]}
    if not (params["first"] and params["last"]):
        raise AirflowFailException("name a run, or the first and the last moment")
    return {"start_date": params["first"], "end_date": params["last"]}


# --8<-- [end:where]


# --8<-- [start:permit]
def permit(found: dict, budget: int, protected: list[str]) -> None:
    """Raise unless all that was found may run again."""
    if "refused" in found:
        raise AirflowFailException(found["refused"])
    if not found["instances"]:
        raise AirflowFailException("that touches nothing: is each task spelled right?")
    if harmed := sorted(set(found["tasks"]) & set(protected)):
        raise AirflowFailException(f"{', '.join(harmed)} must not run twice")
    if found["instances"] > budget:
        size = f"{found['instances']} task instances of {len(found['runs'])} runs"
        log.warning("%s are more than the budget of %d", size, budget)
        raise AirflowSkipException


# --8<-- [end:permit]


@dag(
    dag_id="16_06_02_clearing_tasks_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "run_id": Param("tuesday", type=["null", "string"]),
        "first": Param(None, **MOMENT),
        "last": Param(None, **MOMENT),
        "tasks": Param(["archive"], type="array", minItems=1),
        "switches": Param(["future"], type="array", items={"enum": SWITCHES}),
        "budget": Param(10, type="integer", minimum=1),
        "protected": Param(["warn"], type="array"),
    },
)
def radius():
    @task
    def week() -> list[str]:
        """Ask for the runs of the week; those that are there stay as they are."""
        created = []
        with api() as client:
            for name, date in WEEK.items():
                body = {"dag_run_id": name, "logical_date": date}
                answer = client.post(f"/dags/{RIVER}/dagRuns", json=body)
                if answer.status_code != 409:
                    created.append(answer.raise_for_status().json()["dag_run_id"])
        return created

    # --8<-- [start:measure]
    @task
    def measure(switches: list[str], params) -> dict:
        """Ask what one switch alone would touch."""
        body = where(params) | {"task_ids": params["tasks"]}
        with api() as client:
            return {"switches": switches, **touch(client, body, switches)}

    @task
    def decide(params) -> dict[str, int]:
        """Measure what was asked for; return its runs if all of it may run again."""
        body = where(params) | {"task_ids": params["tasks"]}
        with api() as client:
            found = touch(client, body, params["switches"])
        permit(found, params["budget"], params["protected"])
        log.info("%d task instances may be cleared", found["instances"])
        return found["runs"]

    # --8<-- [end:measure]

    @task.sensor(poke_interval=1, timeout=600)
    def settled() -> bool:
        """Wait until no run of the river is under way."""
        query = {"state": ["queued", "running"], "limit": 1}
        with api() as client:
            left = client.get(f"/dags/{RIVER}/dagRuns", params=query).raise_for_status()
        return left.json()["total_entries"] == 0

    # --8<-- [start:clear]
    @task
    def clear(runs: dict[str, int], params) -> dict[str, int]:
        """Clear run by run, so that a run nobody has measured is not hit."""
        vertical = [one for one in params["switches"] if one.endswith("stream")]
        cleared = {}
        with api() as client:
            for run_id in runs:
                body = {"dag_run_id": run_id, "task_ids": params["tasks"]}
                done = touch(client, body | {"dry_run": False}, vertical)
                permit(done, params["budget"], params["protected"])
                cleared |= done["runs"]
        log.info("%d runs are queued again", len(cleared))
        return cleared

    # --8<-- [end:clear]

    there, runs = week(), decide()
    measured = measure.expand(switches=[[], *([one] for one in SWITCHES)])
    done = settled.override(task_id="done")()
    there >> measured >> runs >> settled() >> clear(runs) >> done


river()
measuring = radius()

if __name__ == "__main__":
    measuring.test(logical_date=pendulum.datetime(2026, 5, 9, tz="UTC"))
