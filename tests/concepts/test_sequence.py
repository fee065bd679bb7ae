"""From the file to the end of the run: who does what."""

import os
import subprocess
import sys

import pytest
from rounds import decide, enqueue, start
from shapes import chain, single
from world import START, ago


@pytest.mark.claim("processor-writes-next-run", by="model")
def test_the_dag_processor_writes_when_the_next_run_is_due(world):
    world.sync(single(schedule="@daily", catchup=True))
    model = world.model("single")
    assert model.next_dagrun == START
    assert model.next_dagrun_create_after == START


@pytest.mark.claim("scheduler-makes-due-runs", by="scheduler")
def test_the_scheduler_makes_the_runs_that_are_due(world):
    world.sync(
        single("due", schedule="@daily", catchup=True, end_date=START),
        single("later", schedule="@daily", start_date=ago(days=-3), catchup=True),
    )
    world.step()
    assert [run.dag_id for run in world.runs()] == ["due"]


@pytest.mark.claim("scheduler-skips-paused", by="scheduler")
def test_the_scheduler_makes_none_for_a_paused_dag(world):
    world.sync(single(schedule="@daily"), paused=True)
    world.step(2)
    assert world.runs() == []


@pytest.mark.claim("next-run-moves-on", by="scheduler")
def test_with_the_run_the_scheduler_writes_when_the_next_is_due(world):
    world.sync(single(schedule="@daily", catchup=True, max_active_runs=1))
    world.step()
    assert world.model("single").next_dagrun == START.add(days=1)


@pytest.mark.claim("loop-limits", by="config")
def test_how_much_the_scheduler_takes_in_one_loop():
    from airflow.configuration import conf
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun

    assert conf.getint("scheduler", "max_dagruns_to_create_per_loop") == 10
    assert conf.getint("scheduler", "max_dagruns_per_loop_to_schedule") == 20
    assert DagModel.NUM_DAGS_PER_DAGRUN_QUERY == 10
    assert DagRun.DEFAULT_DAGRUNS_TO_EXAMINE == 20


@pytest.mark.claim("running-before-any-task", by="scheduler")
def test_a_run_is_running_before_any_task_moves(world):
    world.sync(single())
    world.trigger("single")
    start(world)
    assert world.run().state == "running"
    assert world.states() == {"only": None}


@pytest.mark.claim("scheduler-schedules-then-queues", by="scheduler")
def test_the_scheduler_sets_scheduled_and_queued(world):
    world.sync(single())
    world.trigger("single")
    start(world)
    decide(world)
    assert world.states() == {"only": "scheduled"}
    enqueue(world)
    assert world.states() == {"only": "queued"}
    assert world.ti("only").queued_dttm is not None


@pytest.mark.claim("pool-holds-back", by="scheduler")
def test_a_task_without_a_free_slot_stays_scheduled(world):
    pool = {"name": "till", "slots": 1}
    assert world.rest.post("/api/v2/pools", json=pool).status_code == 201
    held = {"pool": "till"}
    world.sync(single(task=held), single("second", task=held))
    world.trigger("single")
    world.trigger("second")
    world.step()
    assert sorted(str(t.state) for t in world.tis()) == ["queued", "scheduled"]


@pytest.mark.claim("unknown-pool-stays-scheduled", by="scheduler")
def test_a_task_of_an_unknown_pool_stays_scheduled(world):
    world.sync(single(task={"pool": "nowhere"}))
    world.trigger("single")
    world.step(3)
    assert world.states() == {"only": "scheduled"}


@pytest.mark.claim("workload-carries-token", by="scheduler")
def test_the_executor_gets_a_workload_with_a_token(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    (workload,) = world.workloads()
    assert type(workload).__name__ == "ExecuteTask"
    assert workload.token.count(".") == 2
    assert workload.ti.task_id == "only"


@pytest.mark.claim("worker-reports-over-api", by="execution-api")
def test_the_server_writes_what_the_worker_reports(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    begun = world.begin("only")
    assert begun.status_code == 200
    assert begun.json()["dag_run"]["dag_id"] == "single"
    assert world.states() == {"only": "running"}
    assert world.report("only", "success").status_code == 204
    ti = world.ti("only")
    assert (ti.state, ti.hostname) == ("success", "worker")
    assert ti.duration is not None


@pytest.mark.claim("worker-starts-queued-only", by="execution-api")
def test_a_task_that_is_not_queued_cannot_be_started(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    world.work("only")
    ti = world.ti("only")
    body = {
        "state": "running",
        "hostname": "another",
        "unixname": "worker",
        "pid": 2,
        "start_date": ago(seconds=1).isoformat(),
    }
    answer = world.execution.patch(f"/task-instances/{ti.id}/run", json=body)
    assert answer.status_code == 409


BLOCKED = """
import sys
from airflow.sdk.execution_time.supervisor import block_orm_access
block_orm_access()
from airflow.utils.session import create_session
try:
    with create_session() as session:
        session.connection()
except RuntimeError as error:
    print(error)
"""


@pytest.mark.claim("worker-has-no-database", by="model")
def test_what_a_worker_does_before_user_code_closes_the_database():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED],
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert "Direct database access via the ORM is not allowed" in done.stdout


@pytest.mark.claim("heartbeat-timeout-default", by="config")
def test_how_long_a_worker_may_be_silent():
    from airflow.configuration import conf

    assert conf.getint("scheduler", "task_instance_heartbeat_timeout") == 300
    assert conf.getfloat("scheduler", "task_queued_timeout") == 600


@pytest.mark.claim("silent-worker-fails", by="scheduler")
def test_a_silent_worker_is_given_up(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    world.begin("only")
    world.change("only", last_heartbeat_at=ago(minutes=6))
    world.scheduler._find_and_purge_task_instances_without_heartbeats()
    with world.session() as session:
        world.scheduler._process_executor_events(world.executor, session=session)
    assert world.states() == {"only": "failed"}


@pytest.mark.claim("callbacks-go-to-processor", by="scheduler")
def test_callbacks_of_a_dag_wait_for_the_dag_processor(world):
    from airflow.callbacks.callback_requests import DagCallbackRequest
    from airflow.models.db_callback_request import DbCallbackRequest

    world.sync(single(on_failure_callback=print))
    world.trigger("single")
    world.finish(only="failed")
    with world.session() as session:
        (request,) = session.query(DbCallbackRequest).all()
        assert isinstance(request.get_callback_request(), DagCallbackRequest)


@pytest.mark.claim("paused-run-is-not-examined", by="scheduler")
def test_a_pause_lets_the_task_end_and_nothing_follow(world):
    world.sync(chain("first", "last"))
    world.trigger("chain")
    world.step()
    world.begin("first")
    world.pause("chain")
    assert world.report("first", "success").status_code == 204
    world.step(3)
    assert world.states() == {"first": "success", "last": None}
    assert world.run().state == "running"


@pytest.mark.claim("paused-queued-task-may-start", by="execution-api")
def test_a_task_that_is_queued_may_start_after_the_pause(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    world.pause("single")
    assert world.states() == {"only": "queued"}
    assert world.begin("only").status_code == 200


@pytest.mark.claim("paused-finished-run-is-closed", by="scheduler")
def test_a_finished_run_of_a_paused_dag_is_closed(world):
    world.sync(single())
    world.trigger("single")
    world.step()
    world.begin("only")
    world.pause("single")
    world.report("only", "success")
    world.scheduler._update_dag_run_state_for_paused_dags()
    assert world.run().state == "success"
