"""Wait for a vendor's file, in a run that may take 40 seconds.

With ``write_file`` false, ``extract`` writes no file, and the run times out.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_08_03_dag_run_timeout_subtask_3",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    dagrun_timeout=timedelta(seconds=40),
    tags=["reference", "control", "beginner", "success", "16.8"],
    params={"write_file": Param(True, type="boolean", description="false: time out")},
)
def sales():
    @task
    def extract(params, run_id) -> str:
        file = Path(tempfile.gettempdir(), f"vendor_{run_id}.csv")
        if params["write_file"]:
            file.write_text("A-1,20\nA-2,30\n")
        return str(file)

    @task.sensor(poke_interval=1, timeout=600)
    def vendor_file(file: str) -> bool:
        return Path(file).exists()

    @task
    def load(file: str) -> int:
        return len(Path(file).read_text().splitlines())

    file = extract()
    vendor_file(file) >> load(file)


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
