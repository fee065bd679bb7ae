"""A DAG file on an Airflow that is up: read at once, and without a past."""

import pytest

from dagbook.live.servers.cluster import ClusterError
from dagbook.live.servers.deployment import deploy
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

FILE = '''"""Deployed by a test."""
import pendulum
from airflow.sdk import Asset, dag, task

@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def live_deployed():
    @task(outlets=[Asset("live_deployed")])
    def say():
        return "old"
    say()

live_deployed()
'''
DAG = "live_deployed"


@pytest.fixture
def file(live, tmp_path):
    source = tmp_path / f"{DAG}.py"
    source.write_text(FILE)
    (copy,) = deploy(live.cluster, {f"live/{DAG}.py": source}).values()
    live.cluster.wait_for_dags({DAG})
    yield copy
    copy.unlink()


def test_an_edit_is_the_next_run(live, file):
    with live.scenario("edited", DAG) as s:
        s.unpause()
        s.wait(s.trigger(), "success")
        file.write_text(
            FILE.replace("    say()\n", '    say.override(task_id="more")()\n')
        )
        until(
            "a second version",
            lambda: live.cluster.client.get(f"/dags/{DAG}/dagVersions"),
            lambda seen: seen["total_entries"] == 2,
        )
        run = s.trigger()
        s.wait(run, "success")
        assert s.states(run) == {"more": "success"}


def test_a_file_that_is_deployed_again_has_no_past(live, file, tmp_path):
    client = live.cluster.client
    with live.scenario("again", DAG) as s:
        s.unpause()
        s.wait(s.trigger(), "success")
        # A task that is at work when the file comes again is ended.
        s.trigger()
    deploy(live.cluster, {f"live/{DAG}.py": tmp_path / f"{DAG}.py"})
    live.cluster.wait_for_dags({DAG})
    assert client.runs(DAG) == []
    assert client.get(f"/dags/{DAG}")["is_paused"]
    assert client.get(f"/dags/{DAG}/dagVersions")["total_entries"] == 1
    events = client.pages("/assets/events", "asset_events", source_dag_id=DAG)
    assert list(events) == []


def test_a_broken_file_is_told_at_once(live, file, tmp_path):
    source = tmp_path / f"{DAG}.py"
    source.write_text(f"{FILE}import no_such_module\n")
    deploy(live.cluster, {f"live/{DAG}.py": source})
    with pytest.raises(ClusterError, match=rf"{DAG}.py: ModuleNotFoundError"):
        live.cluster.wait_for_dags({DAG})
