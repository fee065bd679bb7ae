"""Ask what a backfill would do before there is one: which days, and for how long.

The library wants the loans of March counted again. This DAG asks Airflow for a dry run,
compares it with the days that were meant, multiplies by the usual length of a run, and
hands out the command for the real backfill only when all of it fits into the budget.
"""

import logging
import shlex
from datetime import date, datetime, timedelta
from statistics import median

import httpx
import pendulum
from airflow.sdk import Asset, Connection, Param, dag, result, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_03_01_backfill_runs_subtask_1"
TAGS = ["reference", "control", "beginner", "success", "16.3"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
HISTORY = 4  # runs
LENT_FOR = {"novels": 31, "poems": 7, "maps": 2}  # days

# --8<-- [start:advice]
ADVICE = {
    "was not found": "correct dag_id; only a DAG that was parsed has a plan",
    "does not allow backfill": "its owner left backfill out of allowed_run_types",
    "non-periodic schedule": "it has no ticks to fill; trigger each run with a conf",
    "for future dates": "a backfill begins in the past; the schedule does the rest",
    "must not be after": "swap the two days",
    "You must set reprocess behavior": "it looks back: ask for failed or completed",
    "Forbidden": "connection airflow_api needs a user who may create backfills",
}
# --8<-- [end:advice]


# --8<-- [start:checked]
def checked(answer: httpx.Response) -> dict:
    """Return the JSON of a good answer; end the task on a refusal, with advice."""
    if answer.is_client_error:
        said = str(answer.json()["detail"])
        tips = [tip for words, tip in ADVICE.items() if words in said]
        raise AirflowFailException(f"{said} ({', '.join(tips) or 'no advice'})")
    return answer.raise_for_status().json()


# --8<-- [end:checked]


def api() -> httpx.Client:
    """Return a client that is logged in to the server of ``airflow_api``."""
    conn = Connection.get("airflow_api")
    base = f"{conn.schema}://{conn.host}:{conn.port}"
    account = {"username": conn.login, "password": conn.password}
    token = checked(httpx.post(f"{base}/auth/token", json=account))["access_token"]
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"})


def in_utc(moment: str) -> str:
    """Return an instant as the API usually spells it; a dry run keeps your offset."""
    return pendulum.parse(moment).in_timezone("UTC").to_iso8601_string()


def day_of(moment: str, zone: str) -> str:
    """Return the calendar day of an instant, on the clock of the DAG."""
    return pendulum.parse(moment).in_timezone(zone).to_date_string()


# --8<-- [start:instants]
def instants(params: dict) -> tuple[str, str]:
    """Return the first second of the first day and the last second of the last."""
    days = (params["first_day"], params["last_day"])
    begin, end = (pendulum.parse(day, tz=params["zone"]) for day in days)
    return begin.isoformat(), end.end_of("day").replace(microsecond=0).isoformat()


# --8<-- [end:instants]


# --8<-- [start:estimate]
def estimate(runs: int, at_once: int, seconds: float | None) -> int | None:
    """Return whole minutes: runs go in waves, and a wave lasts as long as a run."""
    if seconds is None:
        return None
    waves = -(-runs // at_once)
    return -int(-waves * seconds // 60)


# --8<-- [end:estimate]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "dag_id": Param(f"{STEM}__loans", type="string"),
        "first_day": Param("2026-03-01", type="string", format="date"),
        "last_day": Param("2026-03-31", type="string", format="date"),
        "zone": Param("UTC", type="string", examples=["UTC", "Europe/Berlin"]),
        "as_typed": Param(False, type="boolean"),
        "reprocess": Param("none", type="string", enum=["none", "failed", "completed"]),
        "at_once": Param(4, type="integer", minimum=1),
        "budget_minutes": Param(30, type="integer", minimum=0),
    },
    default_args={"retries": 2, "retry_delay": timedelta(seconds=1)},
)
def plan_a_backfill():
    # --8<-- [start:dry-run]
    @task
    def dry_run(params=None) -> dict:
        dag_id, days = params["dag_id"], (params["first_day"], params["last_day"])
        from_date, to_date = days if params["as_typed"] else instants(params)
        body = {"dag_id": dag_id, "from_date": from_date, "to_date": to_date}
        body["reprocess_behavior"] = params["reprocess"]
        with api() as client:
            details = checked(client.get(f"/api/v2/dags/{dag_id}/details"))
            found = checked(client.post("/api/v2/backfills/dry_run", json=body))
        ticks = [in_utc(one["logical_date"]) for one in found["backfills"]]
        return {"body": body, "ticks": ticks, "start_date": details["start_date"]}

    # --8<-- [end:dry-run]

    # --8<-- [start:history]
    @task
    def history(params=None) -> dict:
        newest = {"state": "success", "order_by": "-end_date", "limit": HISTORY}
        begin, end = instants(params)
        inside = {"logical_date_gte": begin, "logical_date_lte": end, "limit": 100}
        with api() as client:
            path = f"/api/v2/dags/{params['dag_id']}/dagRuns"
            past = checked(client.get(path, params=newest))["dag_runs"]
            there = checked(client.get(path, params=inside))["dag_runs"]
        lengths = [run["duration"] for run in past if run["duration"]]
        days = [day_of(run["logical_date"], params["zone"]) for run in there]
        return {"seconds": median(lengths) if lengths else None, "days": days}

    # --8<-- [end:history]

    # --8<-- [start:plan]
    @task
    def plan(asked: dict, past: dict, params=None) -> dict:
        first, last = map(date.fromisoformat, (params["first_day"], params["last_day"]))
        meant = {str(first + timedelta(days=n)) for n in range((last - first).days + 1)}
        planned = [day_of(tick, params["zone"]) for tick in asked["ticks"]]
        left_out = sorted(meant - {*planned, *past["days"]})
        early = [tick for tick in asked["ticks"] if tick < (asked["start_date"] or "")]
        if left_out:
            log.warning("neither planned nor there: %s", ", ".join(left_out))
        if early:
            log.warning("%d runs lie before the start_date of the DAG", len(early))
        return {
            "runs": len(planned),
            "from": min(asked["ticks"], default=None),
            "to": max(asked["ticks"], default=None),
            "minutes": estimate(len(planned), params["at_once"], past["seconds"]),
        }

    # --8<-- [end:plan]

    # --8<-- [start:budget]
    @task.short_circuit
    def within_budget(plan: dict, params=None) -> bool:
        minutes, budget = plan["minutes"], params["budget_minutes"]
        if not plan["runs"]:
            log.info("nothing to do")
        elif minutes is None:
            log.info("nobody knows how long a run takes: backfill one day first")
        else:
            log.info("%d minutes, and the budget is %d", minutes, budget)
            return minutes <= budget
        return False

    # --8<-- [end:budget]

    # --8<-- [start:command]
    @result
    @task
    def command(asked: dict, params=None) -> str:
        body = asked["body"] | {"max_active_runs": params["at_once"]}
        flags = [(f"--{key.replace('_', '-')}", str(body[key])) for key in body]
        return shlex.join(["airflow", "backfill", "create", *sum(flags, ())])

    # --8<-- [end:command]

    asked = dry_run()
    past = history()
    asked >> past
    within_budget(plan(asked, past)) >> command(asked)


# --8<-- [start:library]
def library(role: str, schedule, start_date: datetime = START, **how):
    """Register a DAG that counts what readers bring back on the day of its run."""
    same = {"start_date": start_date, "catchup": False, "tags": TAGS}

    @dag(dag_id=f"{STEM}__{role}", schedule=schedule, **same, **how)
    def loans():
        @task
        def due(logical_date) -> list[str]:
            day = logical_date.in_timezone(start_date.timezone).day_of_year
            return [kind for kind, days in LENT_FOR.items() if day % days == 0]

        due()

    loans()


library("loans", "0 6 * * *")
library("berlin", "0 0 * * *", pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"))
library("looks_back", "@daily", default_args={"depends_on_past": True})
library("by_hand", None)
library("once", "@once")
library("endless", "@continuous", max_active_runs=1)
library("on_return", [Asset("book-returned")])
library("closed", "@daily", allowed_run_types=["scheduled", "manual"])
# --8<-- [end:library]

planning = plan_a_backfill()

if __name__ == "__main__":
    planning.test(logical_date=None)
