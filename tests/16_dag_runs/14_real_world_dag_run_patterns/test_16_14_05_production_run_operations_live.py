"""A file that changes in the middle of a run: the next task runs the new code."""

import pytest

pytestmark = pytest.mark.live


def test_next_task_of_a_running_run_has_the_new_code(deployed):
    live, file = deployed
    with live.scenario("mid-run") as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 20})
        s.wait_task(run, "load", "running")
        text = file.read_text("utf-8")
        assert text.count('"v1"') == 1
        file.write_text(text.replace('"v1"', '"v2"'), "utf-8")
        s.note_step("change v1 to v2 in the file")
        assert s.wait(run)["state"] == "success"
        assert s.keep("report of the run", s.xcom(run, "report")) == (
            f"{live.paths.stem}: loaded with v1, reported with v2"
        )
        answer = s.client.run(run.dag_id, run.run_id)
        versions = [one["version_number"] for one in answer["dag_versions"]]
        assert s.keep("versions of the DAG in the run", versions) == [1]
        assert s.keep("bundle_version of the run", answer["bundle_version"]) is None
        s.pause()
