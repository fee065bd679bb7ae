"""The settings that these pages speak of, and their defaults."""

import pytest

OPTIONS = {
    ("core", "max_active_runs_per_dag"): "runs of a DAG that are active together",
    ("core", "max_active_tasks_per_dag"): "tasks of one run that are active together",
    ("core", "parallelism"): "tasks that a scheduler keeps active, of all DAGs",
    ("core", "default_pool_task_slot_count"): "slots of the default pool",
    ("core", "dags_are_paused_at_creation"): "a new DAG is paused",
    ("core", "dag_run_conf_overrides_params"): "conf stands over params",
    ("core", "max_consecutive_failed_dag_runs_per_dag"): (
        "failed runs in a row that pause a DAG; 0 is never"
    ),
    ("core", "default_task_retries"): "retries of a task that names none",
    ("core", "default_task_retry_delay"): "seconds before a retry",
    ("core", "max_task_retry_delay"): "the longest wait of a retry with backoff",
    ("core", "rerun_with_latest_version"): "a cleared run takes the newest bundle",
    ("scheduler", "catchup_by_default"): "missed ticks become runs",
    ("scheduler", "create_cron_data_intervals"): "cron expressions cover a stretch",
    ("scheduler", "max_dagruns_to_create_per_loop"): "DAGs that get runs in a loop",
    ("scheduler", "max_dagruns_per_loop_to_schedule"): "runs looked at in a loop",
    ("scheduler", "max_tis_per_query"): "task instances queued at once",
    ("scheduler", "scheduler_idle_sleep_time"): "seconds between two idle loops",
    ("scheduler", "task_instance_heartbeat_timeout"): (
        "seconds that a worker may be silent"
    ),
    ("scheduler", "task_queued_timeout"): "seconds that a task may be queued",
    ("scheduler", "orphaned_tasks_check_interval"): (
        "seconds between two searches for tasks of schedulers that are gone"
    ),
    ("scheduler", "trigger_timeout_check_interval"): (
        "seconds between two searches for triggers that took too long"
    ),
    ("dag_processor", "min_file_process_interval"): "seconds between two parses",
    ("dag_processor", "refresh_interval"): "seconds between two looks at a bundle",
}


@pytest.mark.claim("table-config", by="config")
def test_each_setting_and_its_default(table):
    from airflow.configuration import conf

    rows = []
    for (section, name), words in OPTIONS.items():
        option = conf.configuration_description[section]["options"][name]
        default = option["default"]
        rows.append(
            [
                f"`[{section}] {name}`",
                f"`{default}`" if default not in (None, "") else "none",
                words,
            ]
        )
    table(
        "config",
        "Settings of an installation, and their defaults.",
        ["Option", "Default", "What it decides"],
        rows,
    )


@pytest.mark.claim("new-dag-is-paused", by="model")
def test_a_new_dag_is_paused(world):
    from airflow.models.dag import DagModel
    from shapes import single

    world.sync(single(), paused=None)
    with world.session() as session:
        assert session.get(DagModel, "single").is_paused is True


@pytest.mark.claim("dag-overrides-settings", by="model")
def test_a_dag_and_a_task_override_settings():
    from datetime import timedelta

    from shapes import single

    dag = single(
        schedule="@daily",
        catchup=True,
        max_active_runs=3,
        task={"retries": 4, "retry_delay": timedelta(seconds=7)},
    )
    task = dag.get_task("only")
    assert (dag.catchup, dag.max_active_runs) == (True, 3)
    assert (task.retries, task.retry_delay) == (4, timedelta(seconds=7))
