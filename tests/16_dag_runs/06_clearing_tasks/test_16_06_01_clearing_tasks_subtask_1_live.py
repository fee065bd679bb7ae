"""A cleared run goes on, and one of which too little was cleared fails again."""

import json

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live


def tries(s, run) -> dict[str, str]:
    """The tries of each task, and the states that they have ended in."""
    told = {}
    for task in ("arrivals", "copy_tariff", "price", "drop_copy", "book"):
        rows = s.client.tries(run.dag_id, run.run_id, task)
        told[task] = ", ".join(f"{one['try_number']} {one['state']}" for one in rows)
    return told


# --8<-- [start:continued]
def test_the_run_goes_on_and_what_had_worked_is_not_done_again(live):
    dues = f"{live.paths.stem}__dues"
    s_hides = str(live.cluster.tasks_tmp)
    with live.scenario("continued") as s:
        s.hide(s_hides)
        s.unpause(dues)
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"

        billed = LiveRun(dues, f"dues__{run.run_id}")
        assert s.wait(billed)["state"] == "success"
        assert s.keep("tries, and how they ended", tries(s, billed)) == {
            "arrivals": "1 success",
            "copy_tariff": "1 success, 2 success",
            "price": "1 failed, 2 success",
            "drop_copy": "1 success, 2 success",
            "book": "0 upstream_failed, 1 success",  # it had never begun
        }
        # --8<-- [end:continued]
        assert s.xcom(billed, "book") == 226830
        assert s.keep("tries, as outcome saw them", s.xcom(run, "outcome")) == {
            "arrivals": 1,
            "book": 1,
            "copy_tariff": 2,
            "drop_copy": 2,
            "price": 2,
        }


# --8<-- [start:too-little]
def test_a_setup_that_worked_is_left_out_by_only_failed(live):
    dues = f"{live.paths.stem}__dues"
    tariff = live.folder / "tariff.json"
    tariff.write_text(json.dumps({"A": 2150, "B": 1840}))
    with live.scenario("only-what-failed", dues) as s:
        s.hide(str(live.folder))
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        assert s.wait(run)["state"] == "failed"
        tariff.write_text(json.dumps({"A": 2150, "B": 1840, "C": 1265}))
        s.note_step("add the rate of berth C to the tariff")

        s.clear(run, "price", include_downstream=True, only_failed=True)
        s.wait_task(run, "price", "failed")
        assert s.wait(run)["state"] == "failed"
        assert tries(s, run)["copy_tariff"] == "1 success"

        s.clear(run, "price", include_downstream=True)
        assert s.wait(run)["state"] == "success"
        assert s.keep("tries, and how they ended", tries(s, run)) == {
            "arrivals": "1 success",
            "copy_tariff": "1 success, 2 success",
            "price": "1 failed, 2 failed, 3 failed, 4 success",
            "drop_copy": "1 success, 2 success",
            "book": "0 upstream_failed, 1 success",
        }
        # --8<-- [end:too-little]
