"""Where in Airflow's source each step lives."""

import importlib
import inspect

import pytest

PLACES = [
    (
        "Writes what the dag processor has parsed",
        "airflow.dag_processing.collection",
        "update_dag_parsing_results_in_db",
    ),
    (
        "The dag processor",
        "airflow.dag_processing.manager",
        "DagFileProcessorManager",
    ),
    (
        "One loop of the scheduler",
        "airflow.jobs.scheduler_job_runner",
        "SchedulerJobRunner._do_scheduling",
    ),
    (
        "Makes the runs that are due",
        "airflow.jobs.scheduler_job_runner",
        "SchedulerJobRunner._create_dagruns_for_dags",
    ),
    (
        "Starts queued runs, backfills included",
        "airflow.jobs.scheduler_job_runner",
        "SchedulerJobRunner._start_queued_dagruns",
    ),
    (
        "Looks at one run, and enforces `dagrun_timeout`",
        "airflow.jobs.scheduler_job_runner",
        "SchedulerJobRunner._schedule_dag_run",
    ),
    (
        "Decides the state of a run, and what of it can be scheduled",
        "airflow.models.dagrun",
        "DagRun.update_state",
    ),
    (
        "Evaluates trigger rules",
        "airflow.ti_deps.deps.trigger_rule_dep",
        "TriggerRuleDep",
    ),
    (
        "Queues task instances within all limits",
        "airflow.jobs.scheduler_job_runner",
        "SchedulerJobRunner._critical_section_enqueue_task_instances",
    ),
    (
        "Takes a workload",
        "airflow.executors.base_executor",
        "BaseExecutor.queue_workload",
    ),
    (
        "Watches over the process of a task, and speaks for it",
        "airflow.sdk.execution_time.supervisor",
        "ActivitySubprocess",
    ),
    (
        "Runs the task in that process",
        "airflow.sdk.execution_time.task_runner",
        "run",
    ),
    (
        "Callbacks and listeners of the task afterwards",
        "airflow.sdk.execution_time.task_runner",
        "finalize",
    ),
    (
        "Writes the start of a task",
        "airflow.api_fastapi.execution_api.routes.task_instances",
        "ti_run",
    ),
    (
        "Writes every other report of a worker",
        "airflow.api_fastapi.execution_api.routes.task_instances",
        "ti_update_state",
    ),
    ("The states of a run", "airflow.utils.state", "DagRunState"),
    ("The states of a task instance", "airflow.utils.state", "TaskInstanceState"),
    (
        "Runs triggers",
        "airflow.jobs.triggerer_job_runner",
        "TriggererJobRunner",
    ),
    (
        "Computes when a retry is due",
        "airflow.models.taskinstance",
        "TaskInstance.next_retry_datetime",
    ),
    (
        "Clears task instances",
        "airflow.models.taskinstance",
        "clear_task_instances",
    ),
]


def find(module, name):
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.claim("table-components", by="model")
def test_each_place_is_there(table):
    for _, module, name in PLACES:
        found = find(module, name)
        assert inspect.unwrap(found).__module__ == module
    table(
        "components",
        "What a step is called in the source, and in which module.",
        ["What it does", "Name", "Module"],
        [[words, f"`{name}`", f"`{module}`"] for words, module, name in PLACES],
    )


@pytest.mark.claim("task-instance-run-gone", by="model")
def test_a_task_instance_does_not_run_itself():
    from airflow.models.taskinstance import TaskInstance

    assert not hasattr(TaskInstance, "run")
    assert not hasattr(TaskInstance, "_run_raw_task")


@pytest.mark.claim("queue-task-instance-gone", by="model")
def test_an_executor_takes_workloads():
    from airflow.executors.base_executor import BaseExecutor

    assert not hasattr(BaseExecutor, "queue_task_instance")
    assert not hasattr(BaseExecutor, "queue_command")
    names = list(inspect.signature(BaseExecutor.queue_workload).parameters)
    assert names[:2] == ["self", "workload"]


@pytest.mark.claim("update-state-returns", by="scheduler")
def test_what_update_state_returns(world):
    from airflow.models.dagrun import DagRun
    from shapes import single

    world.sync(single())
    world.trigger("single")
    with world.session() as session:
        run = session.query(DagRun).one()
        run.dag = world.scheduler.scheduler_dag_bag.get_dag_for_run(
            dag_run=run, session=session
        )
        schedulable, callback = run.update_state(
            session=session, execute_callbacks=False
        )
        assert [ti.task_id for ti in schedulable] == ["only"]
        assert callback is None


@pytest.mark.claim("retry-eligible-by-numbers", by="model")
def test_when_a_task_may_be_retried(world):
    from airflow.models.dagbag import DBDagBag
    from airflow.models.taskinstance import TaskInstance
    from shapes import single

    world.sync(single(task={"retries": 2}))
    world.trigger("single")
    with world.session() as session:
        ti = session.query(TaskInstance).one()
        dag = DBDagBag().get_latest_version_of_dag("single", session=session)
        ti.task = dag.get_task("only")
        answers = {}
        for number in (1, 2, 3):
            ti.try_number = number
            answers[number] = bool(ti.is_eligible_to_retry())
        session.rollback()
    assert answers == {1: True, 2: True, 3: False}
