"""Watch a run from the first state to the last, from inside and from outside.

``Witness`` is a listener: Airflow calls it when a run or a task changes its state, and
it writes a line. Copied to the plugins folder, this file registers it. ``__timeline``
asks the REST API about a run that is over, and tells how long it waited and worked.
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pendulum
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

STEM = "16_05_01_dag_run_states_subtask_1"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
}
FULL = 500  # grams


# --8<-- [start:witness]
class Witness:
    """Writes down every change of state that Airflow tells a listener about."""

    def note(self, seen, who: str, *states) -> None:
        if seen.dag_id == STEM:
            before, now = (getattr(state, "value", state) for state in states)
            with (Path(tempfile.gettempdir()) / "witness.log").open("a") as notes:
                notes.write(f"{who}: {before} -> {now}\n")

    def note_task(self, before, ti) -> None:
        self.note(ti, f"{ti.task_id}, try {ti.try_number}", before, ti.state)

    @hookimpl
    def on_dag_run_running(self, dag_run, msg):
        self.note(dag_run, f"run ({msg})", "queued", dag_run.state)

    @hookimpl
    def on_dag_run_success(self, dag_run, msg):
        self.note(dag_run, f"run ({msg})", "running", dag_run.state)

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg):
        self.note(dag_run, f"run ({msg})", "running", dag_run.state)

    @hookimpl
    def on_task_instance_running(self, previous_state, task_instance):
        self.note_task(previous_state, task_instance)

    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        self.note_task(previous_state, task_instance)

    @hookimpl
    def on_task_instance_failed(self, previous_state, task_instance, error):
        self.note_task(previous_state, task_instance)

    @hookimpl
    def on_task_instance_skipped(self, previous_state, task_instance):
        self.note_task(previous_state, task_instance)


# --8<-- [end:witness]


# --8<-- [start:plugin]
class WitnessPlugin(AirflowPlugin):
    name = "witness"
    listeners = [Witness()]


# --8<-- [end:plugin]


# --8<-- [start:job]
@dag(
    dag_id=STEM,
    doc_md=__doc__,
    params={"grams": Param([500, 512, 505], type="array")},
    **COMMON,
)
def packing():
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def weigh(params, dag_run) -> list[int]:
        zeroed = Path(tempfile.gettempdir()) / f"zeroed-{dag_run.run_id}"
        if not zeroed.exists():
            zeroed.touch()
            raise RuntimeError("the scale was not at zero; it is now")
        return params["grams"]

    @task
    def grade(grams: list[int]) -> list[int]:
        if not grams:
            raise ValueError("nothing on the belt")
        return [FULL - weight for weight in grams if weight < FULL]

    @task
    def top_up(missing: list[int]) -> int:
        if not missing:
            raise AirflowSkipException("no bag is light")
        return sum(missing)

    @task
    def book_flour(grams: int) -> str:
        return f"{grams} g of flour"

    book_flour(top_up(grade(weigh())))


# --8<-- [end:job]


# --8<-- [start:spans]
def seconds(start: str | None, end: str | None) -> float | None:
    """Return how long something took; ``None`` where Airflow has no instant."""
    if start is None or end is None:
        return None
    took = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return took.total_seconds()


def spans(run: dict, tasks: list[dict]) -> list[dict]:
    """Return what the run and its tasks waited and worked for, in order."""
    rows = [
        ("run waits", run["queued_at"], run["start_date"]),
        ("run works", run["start_date"], run["end_date"]),
    ]
    ran = [one for one in tasks if one["try_number"]]
    for one in sorted(ran, key=lambda one: one["start_date"]):
        name = one["task_id"]
        rows.append((f"{name} waits", one["scheduled_when"], one["start_date"]))
        rows.append((f"{name} works", one["start_date"], one["end_date"]))
    return [{"what": what, "duration": seconds(a, b)} for what, a, b in rows]


# --8<-- [end:spans]


# --8<-- [start:timeline]
@dag(
    dag_id=f"{STEM}__timeline",
    params={"run_id": Param("", type="string", minLength=1)},
    **COMMON,
)
def timeline():
    @task
    def read_back(params) -> list[dict]:
        conn = Connection.get("airflow_api")
        base = f"http://{conn.host}:{conn.port}"
        login = {"username": conn.login, "password": conn.password}
        token = httpx.post(f"{base}/auth/token", json=login).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        path = f"/api/v2/dags/{STEM}/dagRuns/{quote(params['run_id'], safe='')}"
        with httpx.Client(base_url=base, headers=bearer) as api:
            run = api.get(path).raise_for_status().json()
            tasks = api.get(f"{path}/taskInstances").raise_for_status().json()
        return spans(run, tasks["task_instances"])

    read_back()


# --8<-- [end:timeline]

job = packing()
timeline()

if __name__ == "__main__":
    job.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
