"""The vendor renamed a column: one load fails, and its sibling maps the new name."""

import pendulum
from airflow.sdk import dag, task

BAD = "62_06_04_no_documentation"
TAGS = ["reference", "anti-pattern", "beginner", "failure", "62.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@task
def extract() -> list[dict]:
    """Read the vendor's file."""
    return [{"order": "A-1", "total": 20}, {"order": "A-2", "total": 22}]


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    default_args={"owner": "sales-team"},
    tags=TAGS,
)
def unexplained():
    # --8<-- [start:bad]
    @task
    def load(rows: list[dict]) -> int:
        return sum(row["amount"] for row in rows)

    # --8<-- [end:bad]

    load(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    start_date=START,
    catchup=False,
    default_args={"owner": "sales-team"},
    tags=TAGS,
    schedule="@daily",
    # --8<-- [start:doc]
    doc_md=(
        "Paused on 2026-04-27 (SHOP-42): the vendor renamed `amount` to `total`.\n"
        "Unpaused on 2026-04-30: `load` maps the new name. Ask the sales team."
    ),
    # --8<-- [end:doc]
)
def explained():
    @task
    def load(rows: list[dict]) -> int:
        return sum(row["total"] for row in rows)

    load(extract())


bad = unexplained()
explained()

if __name__ == "__main__":
    bad.test(logical_date=None)
