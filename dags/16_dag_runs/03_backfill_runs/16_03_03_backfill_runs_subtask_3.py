"""What a backfill does with dates that have a run already: none, failed, completed.

A bakery cashes up every day. One week has it all: runs that succeeded, that failed,
that wait in the queue, and days without a run. This DAG makes such a week, asks the dry
run about it with each reprocess behaviour, and fails when an answer breaks the rule.
"""

import logging
from decimal import Decimal, InvalidOperation

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_03_03_backfill_runs_subtask_3"
CASH_UP = f"{STEM}__cash_up"
RUNS = f"/api/v2/dags/{CASH_UP}/dagRuns"
TAGS = ["reference", "control", "beginner", "success", "16.3"]
MONDAY = pendulum.datetime(2026, 3, 2, tz="UTC")
SUNDAY = MONDAY.add(days=6)
LATER = "2999-01-01T00:00:00Z"

# --8<-- [start:week]
WEEK = {  # the state of each day's run; "" is a day without a run
    "2026-03-02": "success",
    "2026-03-03": "failed",
    "2026-03-04": "success",
    "2026-03-05": "queued",
    "2026-03-06": "",
    "2026-03-07": "failed",
    "2026-03-08": "",
}
# --8<-- [end:week]

# --8<-- [start:rule]
RUN_AGAIN = {
    "none": {""},
    "failed": {"", "failed"},
    "completed": {"", "failed", "success"},
}
IN_THE_UI = {
    "missing runs": "none",
    "missing and errored runs": "failed",
    "all runs": "completed",
}
# --8<-- [end:rule]

TILLS = {  # what each day's till printed
    "2026-03-02": "4.50 12.20 3.80",
    "2026-03-03": "9,90 2,10",
    "2026-03-04": "7.00 7.00 1.25",
    "2026-03-05": "15.40",
    "2026-03-06": "3.30 8.80",
    "2026-03-07": "21,00 4,05",
    "2026-03-08": "",
}


def api() -> httpx.Client:
    """Return a client that is logged in to the server of ``airflow_api``."""
    conn = Connection.get("airflow_api")
    base = f"{conn.schema}://{conn.host}:{conn.port}"
    account = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{base}/auth/token", json=account).raise_for_status()
    sent = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=base, headers=sent)


# --8<-- [start:seed]
def make_run(client: httpx.Client, day: str, state: str) -> None:
    """Make the run of a day, or find it there, and put it into a state."""
    name = f"cash-up-{day}"
    body = {"dag_run_id": name, "logical_date": f"{day}T00:00:00Z"}
    if state == "queued":
        body["run_after"] = LATER  # or a scheduler starts it
    answer = client.post(RUNS, json=body)
    if answer.status_code != 409:
        answer.raise_for_status()
    if state != "queued":
        client.patch(f"{RUNS}/{name}", json={"state": state}).raise_for_status()


# --8<-- [end:seed]


# --8<-- [start:dry-run]
def would_run(client: httpx.Client, behaviour: str) -> list[str]:
    """Return the days that a backfill of the week would run."""
    body = {"dag_id": CASH_UP, "reprocess_behavior": behaviour}
    body |= {"from_date": MONDAY.isoformat(), "to_date": SUNDAY.isoformat()}
    answer = client.post("/api/v2/backfills/dry_run", json=body)
    if answer.status_code == 422:
        hint = IN_THE_UI.get(behaviour.lower(), "none, failed or completed")
        said = answer.json()["detail"][0]["msg"]
        raise AirflowFailException(f"{behaviour!r}: {said}. Ask for {hint}")
    found = answer.raise_for_status().json()["backfills"]
    return [one["logical_date"][:10] for one in found]


# --8<-- [end:dry-run]


# --8<-- [start:compare]
def compare(week: dict[str, str], answers: dict[str, list[str]]) -> dict[str, str]:
    """Return, for each day, which behaviours run it; refuse what breaks the rule."""
    wrong = [
        f"{day} ({state or 'no run'}) with {behaviour}"
        for behaviour, days in answers.items()
        for day, state in week.items()
        if (day in days) != (state in RUN_AGAIN[behaviour])
    ]
    if wrong:
        raise AirflowFailException(f"not by the rule: {', '.join(wrong)}")
    return {
        f"{day} {state or 'no run'}": ", ".join(b for b in answers if day in answers[b])
        for day, state in week.items()
    }


# --8<-- [end:compare]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=MONDAY,
    catchup=False,
    tags=TAGS,
    params={"behaviours": Param(list(RUN_AGAIN), type="array", minItems=1)},
)
def all_three():
    @task
    def make_week() -> dict[str, str]:
        with api() as client:
            for day, state in WEEK.items():
                if state:
                    make_run(client, day, state)
            inside = {"logical_date_gte": MONDAY, "logical_date_lte": SUNDAY}
            query = {key: moment.isoformat() for key, moment in inside.items()}
            runs = client.get(RUNS, params=query).raise_for_status().json()["dag_runs"]
        there = {run["logical_date"][:10]: run["state"] for run in runs}
        return {day: there.get(day, "") for day in WEEK}

    @task
    def behaviours(params=None) -> list[str]:
        return params["behaviours"]

    @task
    def ask(behaviour: str) -> dict:
        with api() as client:
            days = would_run(client, behaviour)
        log.info("%s: %d runs", behaviour, len(days))
        return {"behaviour": behaviour, "days": days}

    @task
    def matrix(week: dict, answers) -> dict[str, str]:
        return compare(week, {one["behaviour"]: one["days"] for one in answers})

    week = make_week()
    asked = ask.expand(behaviour=behaviours())
    week >> asked
    matrix(week, asked)


# --8<-- [start:cash-up]
@dag(
    dag_id=CASH_UP,
    schedule="@daily",
    start_date=MONDAY,
    end_date=SUNDAY,
    catchup=True,
    tags=TAGS,
    params={"mark": Param(".", type="string", enum=[".", ","])},
)
def cash_up():
    @task
    def add_up(logical_date, params=None) -> int:
        printed = TILLS[logical_date.to_date_string()]
        amounts = printed.replace(params["mark"], ".")
        try:
            return int(sum(map(Decimal, amounts.split())) * 100)
        except InvalidOperation:
            raise AirflowFailException(f"no amounts: {printed}") from None

    add_up()


# --8<-- [end:cash-up]

asking = all_three()
cash_up()

if __name__ == "__main__":
    asking.test(logical_date=None)
