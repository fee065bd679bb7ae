"""Mark a group of tasks in several runs at once, if that is all it does.

The water meters of a valley are frozen, and two days of its northern group have failed.
One request marks them as skipped. Before that, dry runs say what it would mark and what
it would start again, and nothing is marked unless both are what was ordered.
"""

import logging

import httpx
import pendulum
from airflow.sdk import Connection, Param, TaskGroup, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

WATER = "16_07_04_marking_success_failure_subtask_4__water"
TAGS = ["reference", "control", "beginner", "failure", "16.7"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
WEEK = {
    "monday": "2026-05-04T00:00:00Z",
    "tuesday": "2026-05-05T00:00:00Z",
    "wednesday": "2026-05-06T00:00:00Z",
    "by-hand": None,
}
REGIONS = {"north": ["mill", "quay"], "south": ["farm"]}
READINGS = {  # litres; a meter that is frozen sends nothing
    "monday": {"mill": 275, "quay": 310, "farm": 940},
    "tuesday": {"farm": 955},
    "wednesday": {"farm": 930},
    "by-hand": {"farm": 948},
}
CENTS = 2  # a litre
DATES = ["past", "future"]
SWITCHES = ["upstream", "downstream", *DATES]
PATIENCE = 30  # seconds; an API server under load answers late

# --8<-- [start:order]
FROZEN = ["regions.north.read[0]", "regions.north.read[1]", "regions.north.total"]
ORDER = {
    "marks": [f"{day} {task}" for day in ("tuesday", "wednesday") for task in FROZEN],
    "restarts": ["tuesday bill", "wednesday bill"],
}
# --8<-- [end:order]


# --8<-- [start:water]
@dag(
    dag_id=WATER,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def water():
    @task
    def read(meter: str, dag_run) -> int:
        if meter not in READINGS[dag_run.run_id]:
            raise AirflowFailException(f"{meter} is silent")
        return READINGS[dag_run.run_id][meter]

    @task
    def total(litres: list[int]) -> int:
        return sum(litres)

    @task(trigger_rule="none_failed")
    def bill(totals: list[int | None]) -> int:
        """Bill the regions that were read; a group that was skipped has no total."""
        return CENTS * sum(litres for litres in totals if litres is not None)

    totals = []
    with TaskGroup("regions"):
        for region, meters in REGIONS.items():
            with TaskGroup(region):
                totals.append(total(read.expand(meter=meters)))
    bill(totals)


# --8<-- [end:water]


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


# --8<-- [start:ask]
def instances(answer: httpx.Response) -> list[str]:
    """Return the task instances of an answer, or fail with what it says is wrong."""
    if answer.is_error:
        raise AirflowFailException(f"{answer.status_code}: {answer.json()['detail']}")
    rows = answer.json()["task_instances"]
    names = (f"{r['dag_run_id']} {r['task_id']}[{r['map_index']}]" for r in rows)
    return sorted(name.removesuffix("[-1]") for name in names)


def mark(client: httpx.Client, params, state: str | None, last="/dry_run") -> list[str]:
    """Ask what would be marked; it is done only without ``last``."""
    path = f"/dags/{WATER}/dagRuns/{params['run_id']}/{params['target']}{last}"
    body = {f"include_{one}": True for one in params["switches"]}
    if state:
        body |= {"new_state": state, "note": params["note"]}
    return instances(client.patch(path, json=body))


# --8<-- [end:ask]


# --8<-- [start:plan]
def plan(client: httpx.Client, params) -> dict[str, list[str]]:
    """Return what is marked, and what starts again although it is not marked."""
    marks = mark(client, params, params["state"])
    named = mark(client, params, None)  # without a state: all that the target means
    tasks = sorted({task_of(one) for one in named})
    body = {"dag_run_id": params["run_id"], "task_ids": tasks}
    body |= {f"include_{one}": True for one in params["switches"] if one in DATES}
    body |= {"include_downstream": True, "only_failed": True, "dry_run": True}
    failed = instances(client.post(f"/dags/{WATER}/clearTaskInstances", json=body))
    behind = (one for one in failed if task_of(one) not in tasks)
    return {"marks": marks, "restarts": [one for one in behind if one not in marks]}


def task_of(instance: str) -> str:
    return instance.split()[1].partition("[")[0]


# --8<-- [end:plan]


# --8<-- [start:compare]
def compare(found: dict[str, list[str]], wanted: dict[str, list[str]]) -> None:
    """Raise unless the plan is what was ordered, no more and no less."""
    kinds = ("marks", "restarts")
    more = [f"{k} {one}" for k in kinds for one in found[k] if one not in wanted[k]]
    less = [f"{k} {one}" for k in kinds for one in wanted[k] if one not in found[k]]
    if more or less:
        raise AirflowFailException(f"too much: {more}, missing: {less}")


# --8<-- [end:compare]


@dag(
    dag_id="16_07_04_marking_success_failure_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "run_id": Param("tuesday", type="string", pattern=r"^[\w-]+$"),
        "target": Param(
            "taskGroupInstances/regions.north",
            type="string",
            pattern=r"^(taskGroupInstances/[\w.-]+|taskInstances/[\w.-]+(/\d+)?)$",
        ),
        "switches": Param(["past", "future"], type="array", items={"enum": SWITCHES}),
        "state": Param("skipped", enum=["skipped", "success"]),
        "note": Param("the meters are frozen", type="string", minLength=1),
        "order": Param(ORDER, type="object", required=["marks", "restarts"]),
    },
)
def mark_group():
    @task
    def week() -> list[str]:
        """Ask for the runs of the week; those that are there stay as they are."""
        created = []
        with api() as client:
            for name, date in WEEK.items():
                body = {"dag_run_id": name, "logical_date": date}
                answer = client.post(f"/dags/{WATER}/dagRuns", json=body)
                if answer.status_code != 409:
                    created.append(answer.raise_for_status().json()["dag_run_id"])
        return created

    @task.sensor(poke_interval=1, timeout=600)
    def settled() -> bool:
        """Wait until no run that may start is under way."""
        query = {"state": ["queued", "running"], "limit": 1}
        query["run_after_lte"] = pendulum.now("UTC").isoformat()
        with api() as client:
            left = client.get(f"/dags/{WATER}/dagRuns", params=query).raise_for_status()
        return left.json()["total_entries"] == 0

    # --8<-- [start:steps]
    @task
    def ask(params) -> dict[str, list[str]]:
        with api() as client:
            return plan(client, params)

    @task
    def approve(found: dict[str, list[str]], params) -> None:
        compare(found, params["order"])
        log.info("as ordered: %d marks", len(found["marks"]))

    @task
    def apply(params) -> list[str]:
        """Ask once more, then mark all of it in one request."""
        with api() as client:
            compare(plan(client, params), params["order"])
            return mark(client, params, params["state"], last="")

    # --8<-- [end:steps]

    found = ask()
    week() >> settled() >> found
    approve(found) >> apply() >> settled.override(task_id="done")()


water()
marking = mark_group()

if __name__ == "__main__":
    marking.test(logical_date=pendulum.datetime(2026, 5, 7, tz="UTC"))
