"""Run history again: with other parameters, with newer code, or by partition.

A delivery company reports what its vehicles emit. The factors are params, so a backfill
can send better ones. The method is code, so a backfill decides which version of the DAG
a day is run on. The sister ``__by_key`` has partition keys in place of logical dates.
"""

import logging
from datetime import timedelta

import pendulum
from airflow.sdk import CronPartitionTimetable, Param, dag, task

log = logging.getLogger(__name__)

TAGS = ["reference", "control", "beginner", "success", "16.3"]
KILOMETRES = {
    "2026-05-01": {"truck": 132, "van": 84},
    "2026-05-02": {"truck": 240, "van": 61},
    "2026-05-03": {"truck": 0, "van": 95},
}
COMMON = {
    "start_date": pendulum.datetime(2026, 5, 1, tz="UTC"),
    "end_date": pendulum.datetime(2026, 5, 4, tz="UTC"),
    "catchup": False,
    "tags": TAGS,
}

# --8<-- [start:params]
FACTORS = {
    "truck": Param(700, type="integer", minimum=1, description="grams of CO2 per km"),
    "van": Param(200, type="integer", minimum=1, description="grams of CO2 per km"),
}
# --8<-- [end:params]

# --8<-- [start:method]
METHOD = "one way"


def driven(kilometres: int) -> int:
    """Return the kilometres that count."""
    return kilometres


# --8<-- [end:method]


def grams(day: str, factors: dict[str, int]) -> dict[str, int]:
    """Return what each vehicle emitted on a day."""
    return {v: driven(km) * factors[v] for v, km in KILOMETRES[day].items()}


@dag(
    dag_id="16_03_06_backfill_runs_subtask_6",
    doc_md=__doc__,
    schedule="@daily",
    params=FACTORS,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
    **COMMON,
)
def emissions():
    # --8<-- [start:report]
    @task
    def measure(logical_date, params) -> dict:
        return grams(f"{logical_date:%Y-%m-%d}", params)

    @task
    def report(measured: dict, logical_date, dag_run) -> dict:
        total = sum(measured.values())
        sent = sorted(dag_run.conf or {})
        log.info("%s: %d g, %s, sent: %s", logical_date.date(), total, METHOD, sent)
        return {"kg": round(total / 1000, 1), "method": METHOD, "sent": sent}

    # --8<-- [end:report]

    report(measure())


# --8<-- [start:by-key]
@dag(
    dag_id="16_03_06_backfill_runs_subtask_6__by_key",
    schedule=CronPartitionTimetable(
        "0 6 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"
    ),
    params=FACTORS,
    **COMMON,
)
def by_key():
    @task
    def report(dag_run, params) -> dict:
        day = dag_run.partition_key
        return {"day": day, "kg": round(sum(grams(day, params).values()) / 1000, 1)}

    report()


# --8<-- [end:by-key]

emissions_dag = emissions()
by_key()

if __name__ == "__main__":
    emissions_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
