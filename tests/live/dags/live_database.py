"""A task that opens the metadata database: dag.test() lets it, a worker does not."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="live_database",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def live_database():
    @task
    def count_runs() -> int:
        from airflow.models import DagRun
        from airflow.utils.session import create_session

        with create_session() as session:
            return session.query(DagRun).count()

    count_runs()


live_database()
