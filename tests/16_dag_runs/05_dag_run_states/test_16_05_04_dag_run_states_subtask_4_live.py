"""The DAG processor calls the callbacks of a DAG, and not those of a marked run."""

import json

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def told(live) -> list[str]:
    """Return the lines that the callbacks wrote."""
    path = live.cluster.tasks_tmp / "sales_runs.log"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.removeprefix(f"{live.paths.stem}: ") for line in lines]


def processor_log(live) -> list[str]:
    """Return what the DAG processor has logged of callbacks that failed."""
    logs = live.cluster.settings.home / "logs" / "dag_processor"
    files = [path for path in logs.rglob("*.log") if live.paths.stem in path.name]
    rows = [json.loads(row) for path in files for row in path.read_text().splitlines()]
    return [row["event"] for row in rows if row["event"].startswith("Callback failed")]


def test_a_failed_run_is_told_and_a_marked_one_is_not(live):
    # Other runs of the same cluster have written there, too.
    (live.cluster.tasks_tmp / "sales_runs.log").unlink(missing_ok=True)
    with live.scenario("marked") as s:
        run = s.trigger()
        s.mark(run, "failed")
        assert s.wait(run)["state"] == "failed"
        s.unpause()
        s.stays("no callback is called", lambda: told(live), [], seconds=4)

        failed = s.trigger(conf={"fail": True})
        assert s.wait(failed)["state"] == "failed"
        lines = until("a line", lambda: told(live), bool, seconds=60)
        assert [line.split(",")[0] for line in lines] == ["task_failure"]
        until("the error of page", lambda: processor_log(live), bool, seconds=60)
        s.keep("reasons told", [line.split(",")[0] for line in lines])
