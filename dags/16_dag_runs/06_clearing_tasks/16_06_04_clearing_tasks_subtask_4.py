"""Clear many runs at once: plan it, do it in batches, and report run by run.

A noise meter has sent its levels late, or its DAG has got one more task since. Three
ways to clear whole runs: what failed, what is new, or everything on the latest version.
A dry run says which runs are worth it. A batch is cleared as a whole or not at all, and
what a batch refuses is tried run by run.
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

NOISE = "16_06_04_clearing_tasks_subtask_4__noise"
TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PATIENCE = 30  # seconds; an API server under load answers late

# --8<-- [start:modes]
FINISHED = ["success", "failed"]
MODES = {  # which runs are looked at, and how they are cleared
    "failed": (["failed"], {"only_failed": True}),
    "new": (FINISHED, {"only_new": True}),
    "latest": (FINISHED, {"run_on_latest_version": True}),
}
# --8<-- [end:modes]

EXTREMES = {"loudest": max}  # a task each


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


def told(answer: httpx.Response) -> dict:
    """Return what the API says, or fail with what it says is wrong."""
    if answer.is_error:
        text = f"{answer.status_code}: {answer.json()['detail']}"
        raise AirflowFailException(text)
    return answer.json()


# --8<-- [start:noise]
@dag(
    dag_id=NOISE,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"offset": Param(0, type="integer", description="calibration in decibels")},
)
def noise():
    @task
    def levels(dag_run) -> list[int]:
        day = dag_run.run_after.date()
        path = Path(tempfile.gettempdir()) / f"noise-{day}.txt"
        if not path.exists():
            raise AirflowFailException(f"the meter has sent nothing for {day}")
        return [int(level) for level in path.read_text().split()]

    @task
    def hour(levels: list[int], kind: str, params) -> int:
        return EXTREMES[kind](levels) + params["offset"]

    read = levels()
    for kind in EXTREMES:
        hour.override(task_id=kind)(read, kind)


# --8<-- [end:noise]


@dag(
    dag_id="16_06_04_clearing_tasks_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "dag_id": Param(NOISE, type="string", pattern=r"^[\w.-]+$"),
        "mode": Param("failed", type="string", enum=list(MODES)),
        "first": Param("2026-05-01T00:00:00Z", type="string", format="date-time"),
        "last": Param("2026-05-31T23:59:59Z", type="string", format="date-time"),
        "runs": Param([], type="array", description="these, and not the window"),
        "batch": Param(20, type="integer", minimum=1, maximum=100),
        "note": Param("the meter was late", type="string", maxLength=1000),
    },
)
def clear_runs():
    # --8<-- [start:choose]
    @task
    def choose(params) -> list[str]:
        """Return the runs of the window, also those without a logical date."""
        if params["runs"]:
            return params["runs"]
        states, _ = MODES[params["mode"]]
        window = {
            "run_after_gte": params["first"],
            "run_after_lte": params["last"],
            "state": states,
            "order_by": "run_after",
            "limit": params["batch"],
        }
        path, runs = f"/dags/{params['dag_id']}/dagRuns", []
        with api() as client:
            while True:
                query = {**window, "offset": len(runs)}
                page = told(client.get(path, params=query))["dag_runs"]
                if not page:
                    return runs
                runs += [run["dag_run_id"] for run in page]

    # --8<-- [end:choose]

    # --8<-- [start:plan]
    @task
    def plan(runs: list[str], params) -> dict[str, list[str]]:
        """Ask what would become of each run; leave out where nothing would."""
        _, how = MODES[params["mode"]]
        touched = {}
        with api() as client:
            for run in runs:
                path = f"/dags/{params['dag_id']}/dagRuns/{quote(run)}/clear"
                rows = told(client.post(path, json={"dry_run": True, **how}))
                touched[run] = sorted({r["task_id"] for r in rows["task_instances"]})
        return {run: tasks for run, tasks in touched.items() if tasks}

    # --8<-- [end:plan]

    # --8<-- [start:clear]
    @task
    def clear(planned: dict[str, list[str]], params) -> dict:
        """Clear batch by batch; what a batch refuses, run by run."""
        _, how = MODES[params["mode"]]
        body = {"dry_run": False, "note": params["note"], **how}
        here, runs, size = f"/dags/{params['dag_id']}", list(planned), params["batch"]
        done, refused = [], {}
        with api() as client:
            for start in range(0, len(runs), size):
                batch = runs[start : start + size]
                log.info("next batch: %s", ", ".join(batch))
                rows = [{"dag_run_id": run} for run in batch]
                whole = {**body, "dag_runs": rows}
                if client.post(f"{here}/clearDagRuns", json=whole).is_success:
                    done += batch
                    continue
                for run in batch:
                    try:
                        path = f"{here}/dagRuns/{quote(run)}/clear"
                        told(client.post(path, json=body))
                        done.append(run)
                    except AirflowFailException as error:
                        refused[run] = str(error)
        return {"cleared": done, "refused": refused}

    # --8<-- [end:clear]

    # --8<-- [start:report]
    @task
    def report(result: dict) -> str:
        text = f"{len(result['cleared'])} cleared"
        if result["refused"]:
            raise AirflowFailException(f"{text}, not cleared: {result['refused']}")
        return text

    # --8<-- [end:report]

    report(clear(plan(choose())))


noise()
clearing = clear_runs()

if __name__ == "__main__":
    clearing.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
