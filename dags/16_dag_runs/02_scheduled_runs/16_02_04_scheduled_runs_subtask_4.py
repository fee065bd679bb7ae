"""Why did my DAG not run? One answer for each thing that keeps a schedule from running.

The DAG asks the REST API what Airflow knows of other DAGs and says, for each, why it
has no new run and when the next one comes. The seven DAGs below it are patients for it
to look at: each has another reason. It asks as somebody who may only read.
"""

import logging
from datetime import UTC, datetime, timedelta

import httpx
import pendulum
from airflow.sdk import Asset, Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_02_04_scheduled_runs_subtask_4"
TAGS = ["reference", "control", "beginner", "success", "16.2"]
APRIL = pendulum.datetime(2026, 4, 1, 6, tz="UTC")
FLOUR, YEAST = Asset("mill_flour"), Asset("cellar_yeast")

# --8<-- [start:patients]
PATIENTS = {
    "paused": {"schedule": "0 6 * * *", "start_date": APRIL},
    "pulse": {"schedule": "* * * * * */30", "start_date": APRIL},
    "later": {
        "schedule": "0 6 * * *",
        "start_date": pendulum.datetime(2099, 1, 1, 12, tz="UTC"),
    },
    "over": {
        "schedule": "0 6 * * *",
        "start_date": APRIL,
        "end_date": pendulum.datetime(2026, 4, 30, 6, tz="UTC"),
    },
    "by_hand": {"schedule": None, "start_date": APRIL},
    "full": {"schedule": "0 6 * * *", "start_date": APRIL, "max_active_runs": 1},
    "assets": {"schedule": FLOUR & YEAST, "start_date": APRIL},
}
# --8<-- [end:patients]


# --8<-- [start:order]
def explain(seen: dict, now: datetime) -> tuple[str, str]:
    """Return the first reason why a DAG has no new run; one repair shows the next."""
    facts, waiting = seen["dag"], seen["unfinished"]
    if facts is None:
        return "unknown", f"no DAG has this id; {len(seen['broken'])} files are broken"
    if facts["has_import_errors"]:
        return "broken", seen["broken"].get(facts["relative_fileloc"], "no stack trace")
    if facts["is_stale"]:
        return "gone", f"{facts['relative_fileloc']} does not define it any more"
    if facts["is_paused"]:
        return "paused", f"{len(waiting)} runs wait until it is unpaused"
    if facts["asset_expression"]:
        return "assets", f"no event yet of {', '.join(seen['missing'])}"
    if facts["timetable_summary"] is None:
        return "by hand", "it has no schedule"
    if len(waiting) >= facts["max_active_runs"]:
        return "full", f"{waiting[0]} is not over, {facts['max_active_runs']} allowed"
    if facts["next_dagrun_run_after"] is None:
        return "over", f"no tick is left until {facts['end_date']}"
    due = datetime.fromisoformat(facts["next_dagrun_run_after"])
    if due > now:
        return "next", f"next run at {due.isoformat()}"
    if seen["scheduler"] != "healthy":
        return "no scheduler", f"due since {due.isoformat()}"
    return "due", f"since {due.isoformat()}, the scheduler will come to it"


# --8<-- [end:order]


def log_in(api: httpx.Client, access: Connection) -> None:
    """Let all further requests of the client carry the token of its user."""
    account = {"username": access.login, "password": access.password}
    token = api.post("/auth/token", json=account).raise_for_status().json()
    api.headers["Authorization"] = f"Bearer {token['access_token']}"


# --8<-- [start:last-line]
def broken_files(api: httpx.Client) -> dict[str, str]:
    """Return file and last line of the trace: the line that says what is wrong."""
    errors = api.get("/api/v2/importErrors").raise_for_status().json()["import_errors"]
    return {e["filename"]: e["stack_trace"].strip().splitlines()[-1] for e in errors}


# --8<-- [end:last-line]


# --8<-- [start:missing]
def missing_assets(api: httpx.Client, dag_id: str) -> list[str]:
    """Return the assets that have sent no event since the last run."""
    wanted = api.get("/api/v2/assets", params={"dag_ids": dag_id}).raise_for_status()
    there = api.get(f"/api/v2/dags/{dag_id}/assets/queuedEvents").raise_for_status()
    had = {event["asset_id"] for event in there.json()["queued_events"]}
    return [a["name"] for a in wanted.json()["assets"] if a["id"] not in had]


# --8<-- [end:missing]


# --8<-- [start:look]
def look_at(api: httpx.Client, dag_id: str) -> dict:
    """Return what Airflow knows of a DAG; ``dag`` is None when it knows nothing."""
    answer = api.get(f"/api/v2/dags/{dag_id}/details")
    if answer.status_code == 404:
        return {"dag": None, "unfinished": [], "missing": []}
    facts = answer.raise_for_status().json()
    going = {"state": ["queued", "running"], "order_by": "id"}
    runs = api.get(f"/api/v2/dags/{dag_id}/dagRuns", params=going).raise_for_status()
    return {
        "dag": facts,
        "unfinished": [run["dag_run_id"] for run in runs.json()["dag_runs"]],
        "missing": missing_assets(api, dag_id),
    }


# --8<-- [end:look]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="0 7 * * *",
    start_date=APRIL,
    catchup=False,
    tags=TAGS,
    params={
        "dag_ids": Param(
            [f"{STEM}__{role}" for role in PATIENTS if role != "pulse"],
            type="array",
            items={"type": "string"},
            minItems=1,
        )
    },
    default_args={
        "owner": "on call",
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
    },
)
def why_no_run():
    # --8<-- [start:verdicts]
    @task
    def verdicts(params=None) -> dict[str, list[str]]:
        access = Connection.get("airflow_api")
        address = f"{access.schema}://{access.host}:{access.port}"
        told = {}
        with httpx.Client(base_url=address) as api:
            log_in(api, access)
            health = api.get("/api/v2/monitor/health").raise_for_status().json()
            common = {
                "broken": broken_files(api),
                "scheduler": health["scheduler"]["status"],
            }
            for dag_id in params["dag_ids"]:
                seen = look_at(api, dag_id) | common
                kind, why = told[dag_id] = list(explain(seen, datetime.now(UTC)))
                log.info("%s: %s, %s", dag_id, kind, why)
        return told

    # --8<-- [end:verdicts]

    # --8<-- [start:alarm]
    @task
    def alarm(told: dict[str, list[str]]) -> int:
        """Fail for what nobody can have wanted; a pause may be on purpose."""
        bad = {"unknown", "broken", "gone", "no scheduler"}
        wrong = [f"{d} ({kind})" for d, (kind, _) in told.items() if kind in bad]
        if wrong:
            raise AirflowFailException(f"will not run: {', '.join(wrong)}")
        return len(told)

    # --8<-- [end:alarm]

    alarm(verdicts())


def bake():
    @task
    def loaves(params=None) -> int:
        return params["grams"] // 750

    loaves()


why = why_no_run()
for role, arguments in PATIENTS.items():
    dag(
        dag_id=f"{STEM}__{role}",
        catchup=False,
        tags=TAGS,
        params={"grams": 12_000},
        is_paused_upon_creation=role in ("paused", "pulse", "full"),
        **arguments,
    )(bake)()

if __name__ == "__main__":
    why.test(logical_date=pendulum.datetime(2026, 5, 1, 7, tz="UTC"))
