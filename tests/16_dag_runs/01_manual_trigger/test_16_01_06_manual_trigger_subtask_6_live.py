"""The wait endpoint in front of a scheduler, with the real roles."""

import json

import httpx
import pytest

from dagbook.live.client import ApiError
from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

BY = ("triggered_by", "triggering_user_name")
MADE_BY = ("run_type", "triggered_by", "triggering_user_name", "state")


# --8<-- [start:lines]
def lines(client, dag_id, run_id, interval):
    """Yield what the wait endpoint says to a user, line by line."""
    url = f"{client.base_url}/api/v2/dags/{dag_id}/dagRuns/{run_id}/wait"
    bearer = {"Authorization": f"Bearer {client.token()}"}
    params = {"interval": interval}
    with httpx.stream("GET", url, params=params, headers=bearer, timeout=60) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            yield json.loads(line)


# --8<-- [end:lines]


# --8<-- [start:roles]
def test_a_user_asks_and_a_viewer_waits_for_the_answer(live):
    desk = f"{live.paths.stem}__quote"
    viewer, user = live.cluster.login("viewer"), live.cluster.login("user")
    order = {"paper": "glossy", "pages": 3, "copies": 2}
    with live.scenario("one-connection", desk) as s:
        s.pause()
        with pytest.raises(ApiError, match="403"):
            viewer.trigger(desk, conf=order)
        s.note_step("the viewer is refused")
        asked = user.trigger(desk, conf=order, run_id="quote-for-two")
        s.note_step("the user triggers a run")

        said = []
        for line in lines(viewer, desk, "quote-for-two", interval=0.2):
            said.append(line)
            if len(said) == 3:
                with pytest.raises(ApiError, match="403"):
                    viewer.pause(desk, False)
                user.pause(desk, False)
                s.note_step("the user unpauses the DAG after three lines")
        s.note_step("the viewer reads the last line")

        assert [one["state"] for one in said[:3]] == ["queued"] * 3
        assert said[-1] == {
            "state": "success",
            "results": {"price": {"paper": "glossy", "sheets": 4, "cents": 584}},
        }
        states = list(dict.fromkeys(one["state"] for one in said))
        assert s.keep("states on the connection", states) == [
            "queued",
            "running",
            "success",
        ]
        # --8<-- [end:roles]
        assert all("results" not in one for one in said[:-1])
        s.keep("last line", said[-1])
        by = s.keep("who asked", {name: asked[name] for name in BY})
        assert by == {"triggered_by": "rest_api", "triggering_user_name": "user"}
        viewer.close()
        user.close()


# --8<-- [start:shop]
def test_the_shop_gets_three_answers_from_a_scheduler(live):
    desk = f"{live.paths.stem}__quote"
    with live.scenario("three-quotes") as s:
        s.client.pause(desk, False)
        s.note_step(f"unpause {desk}")
        s.unpause()
        shop = s.trigger(run_id="noon")
        assert s.wait(shop)["state"] == "success"

        cheapest = s.keep("cheapest", s.xcom(shop, "cheapest"))
        assert cheapest == {"paper": "plain", "sheets": 600, "cents": 4100}
        runs = {
            run["dag_run_id"]: run["state"]
            for run in s.client.runs(desk)
            if run["dag_run_id"].endswith("-noon")
        }
        assert s.keep("quote runs", runs) == {
            "quote-glossy-noon": "success",
            "quote-plain-noon": "success",
            "quote-recycled-noon": "success",
        }
        # --8<-- [end:shop]
        for index in range(3):
            for task_id in ("ask", "quote"):
                assert shop.task(s.client, task_id, index)["try_number"] == 1


# --8<-- [start:nightly]
def test_the_price_list_runs_by_its_schedule_and_by_no_hand(live):
    nightly = f"{live.paths.stem}__price_list"
    with live.scenario("nightly") as s:
        s.client.pause(nightly, False)
        s.note_step(f"unpause {nightly}")
        [scheduled] = until(
            "the run of the last midnight",
            lambda: s.client.runs(nightly),
            lambda runs: [run["state"] for run in runs] == ["success"],
        )
        run = LiveRun(nightly, scheduled["dag_run_id"])
        s.keep("the run", {name: scheduled[name] for name in MADE_BY})
        assert scheduled["run_type"] == "scheduled"
        assert s.keep("its prices", s.xcom(run, "cents_a_sheet")) == {
            "plain": 6,
            "recycled": 9,
            "glossy": 21,
        }
        refused = {}
        for role in ("viewer", "user", "op", "admin"):
            with pytest.raises(ApiError) as error:
                live.cluster.login(role).trigger(nightly)
            told = json.loads(error.value.detail)["detail"]
            refused[role] = f"{error.value.status} {told}"
        why = f"400 Dag with dag_id: '{nightly}' does not allow manual runs"
        assert s.keep("a trigger by hand", refused) == {
            "viewer": "403 Forbidden",
            "user": why,
            "op": why,
            "admin": why,
        }
        # --8<-- [end:nightly]
        assert len(s.client.runs(nightly)) == 1
