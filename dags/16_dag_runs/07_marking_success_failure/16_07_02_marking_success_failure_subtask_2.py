"""A load runs as a job of its own, as it would on another machine.

By default the job fails after a second. In the first DAG ``on_kill`` stops the job when
Airflow stops the task. The function in the second DAG has no ``on_kill``.
"""

import logging
import subprocess
import sys
from datetime import timedelta

import pendulum
from airflow.sdk import BaseOperator, Param, dag, task

log = logging.getLogger(__name__)

STEM = "16_07_02_marking_success_failure_subtask_2"
JOB = "import time; time.sleep({seconds}); raise SystemExit({code})"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
    "params": {
        "seconds": Param(1, type="integer", minimum=0, description="of the job"),
        "code": Param(3, type="integer", description="exit code of the job; 0: good"),
    },
    "on_failure_callback": lambda context: log.warning("DAG callback"),
}


def start(params) -> subprocess.Popen:
    command = [sys.executable, "-c", JOB.format(**params)]
    # Airflow's signals go to the process group of the task, and not to this session.
    job = subprocess.Popen(command, start_new_session=True)
    log.info("the job has started")
    return job


CALLBACKS = {
    "on_failure_callback": lambda context: log.warning("failure callback"),
    "on_retry_callback": lambda context: log.warning("retry callback"),
    "on_success_callback": lambda context: log.info("success callback"),
}


# --8<-- [start:answer]
class RunJob(BaseOperator):
    def execute(self, context):
        self.job = start(context["params"])
        if code := self.job.wait():
            raise RuntimeError(f"the job ended with {code}")

    def on_kill(self):
        self.job.kill()


# --8<-- [end:answer]


@task(task_id="load", retries=1, retry_delay=timedelta(seconds=1), **CALLBACKS)
def run_job(params) -> None:
    if code := start(params).wait():
        raise RuntimeError(f"the job ended with {code}")


@task
def report() -> str:
    return "loaded"


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def with_on_kill():
    RunJob(task_id="load", retries=0, **CALLBACKS) >> report()


@dag(dag_id=f"{STEM}__function", **COMMON)
def without_on_kill():
    run_job() >> report()


load_dag = with_on_kill()
without_on_kill()

if __name__ == "__main__":
    load_dag.test()
