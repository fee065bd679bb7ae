"""Five slips and two ways of failing fast, on a scheduler that starts them at once."""

import pytest

pytestmark = pytest.mark.live

FEW = {"oak": ["410 42"], "ash": ["38O 40"], "yew": ["locked", "275 44"]}


# --8<-- [start:paths]
def test_two_of_five_come_back_and_only_one_of_them_is_a_retry(live):
    with live.scenario("five-slips") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        assert s.states(run) == {
            "sort_mail": "success",
            "farms": "success",
            "take_in[0]": "failed",
            "take_in[1]": "skipped",
            "take_in[2]": "success",
            "take_in[3]": "success",
            "take_in[4]": "success",
            "tally": "upstream_failed",
            "audit": "success",
        }
        rows = s.client.tasks(run.dag_id, run.run_id)
        tries = {r["map_index"]: r["try_number"] for r in rows if r["map_index"] >= 0}
        assert tries == {0: 1, 1: 1, 2: 1, 3: 1, 4: 2}
        # --8<-- [end:paths]


def test_a_failure_that_ends_a_run_does_not_make_it_red(live):
    with live.scenario("fail-fast", f"{live.paths.stem}__fail_fast") as s:
        s.unpause()
        run = s.trigger(conf={"mailbox": FEW})
        assert s.wait(run)["state"] == "success"
        assert s.states(run)["take_in[0]"] == "failed"
        assert s.states(run)["take_in[2]"] == "success"
        assert s.states(run)["tally"] == "skipped"
