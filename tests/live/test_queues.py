"""On CeleryExecutor a task's queue decides which worker runs it."""

import pytest

from dagbook.live.servers.celery import WORKERS, CeleryCluster

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _distributed(cluster):
    if not isinstance(cluster, CeleryCluster):
        pytest.skip("one worker, no queues; run `make live EXECUTOR=celery`")


def test_each_task_runs_on_the_worker_of_its_queue(live):
    with live.scenario("queues", "live_queues") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "on_default") == "worker-default"
        assert s.xcom(run, "on_large") == "worker-large"
        assert s.xcom(run, "both") == sorted(WORKERS)
        hosts = {
            ti["task_id"]: ti["queue"] for ti in s.client.tasks(run.dag_id, run.run_id)
        }
        assert hosts == {
            "on_default": "default",
            "on_large": "large",
            "both": "default",
        }


def test_without_its_worker_a_task_stays_queued_and_the_others_go_on(live):
    cluster = live.cluster
    with live.scenario("queue-without-worker", "live_queues") as s:
        cluster.keeping.stop("worker-large")
        s.note_step("stop the worker of queue large")
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "on_default", "success")
        s.wait_task(run, "on_large", "queued")
        s.stays(
            "on_large waits for a worker",
            lambda: s.states(run)["on_large"],
            "queued",
            seconds=5,
        )
        cluster.start_worker("worker-large", WORKERS["worker-large"])
        s.note_step("start a worker of queue large")
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "on_large") == "worker-large"
