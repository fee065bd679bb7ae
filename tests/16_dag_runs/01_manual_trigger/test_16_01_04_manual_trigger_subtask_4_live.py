"""Two shops ask at the same moment, and a failed parcel is cleared."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live


# --8<-- [start:at-once]
def test_two_shops_that_ask_at_once_get_one_parcel(live):
    packing = f"{live.paths.stem}__packing"
    order = {"order": "B-7", "items": {"mug": 2, "poster": 1}}
    with live.scenario("two-shops-at-once") as s:
        shops = [s.trigger(conf=order, run_id=f"shop-{n}") for n in (1, 2)]
        s.unpause(packing)
        s.unpause()
        for shop in shops:
            assert s.wait(shop)["state"] == "success"

        first, second = (times(s, shop, "place") for shop in shops)
        assert first["running"] < second["success"]
        assert second["running"] < first["success"]
        placed = [s.xcom(shop, "place") for shop in shops]
        assert {one["run_id"] for one in placed} == {"order-B-7"}
        assert sorted(one["created"] for one in placed) == [False, True]
        parcels = [s.xcom(shop, "parcel") for shop in shops]
        assert parcels == [{"order": "B-7", "grams": 2 * 340 + 120 + 80}] * 2
        [packed] = s.runs(packing)
        assert packed["state"] == "success"
        # --8<-- [end:at-once]
        again = [s.xcom(shop, "place_again")["created"] for shop in shops]
        assert again == [False, False]
        one = s.client.tries(packing, "order-B-7", "pack")
        assert [(x["try_number"], x["state"]) for x in one] == [(1, "success")]
        s.keep("both tasks place at work at the same time", True)
        s.keep("how many created a run", sum(one["created"] for one in placed))
        s.keep("both parcels", parcels)


def times(s, run, task_id):
    """Return when a task instance of a run was last in each state."""
    for told in s.data()["runs"]:
        if told["run_id"] == run.run_id:
            [task] = [t for t in told["tasks"] if t["task_id"] == task_id]
            return {state: at for at, state in task["times"]}
    raise LookupError(run)


# --8<-- [start:cleared]
def test_clearing_packs_the_same_order_again_under_the_same_name(live):
    packing = f"{live.paths.stem}__packing"
    order = {"order": "A-9", "items": {"mug": 59}}
    with live.scenario("too-heavy-twice") as s:
        s.unpause(packing)
        s.unpause()
        shop = s.trigger(conf=order, run_id="shop-3")
        assert s.wait(shop)["state"] == "failed"
        packed = LiveRun(packing, "order-A-9")
        s.wait(packed, "failed")

        s.clear(packed)
        s.wait(packed, "failed")
        told = s.client.tries(packing, packed.run_id, "pack")
        assert [(x["try_number"], x["state"]) for x in told] == [
            (1, "failed"),
            (2, "failed"),
        ]
        [run] = s.runs(packing)
        assert (run["dag_run_id"], run["conf"]) == ("order-A-9", order)
        # --8<-- [end:cleared]
        assert s.states(shop) == {
            "place": "success",
            "parcel": "failed",
            "place_again": "upstream_failed",
        }
        s.keep("the run after it was cleared", {k: run[k] for k in KEPT})


KEPT = ("dag_run_id", "run_type", "conf", "state")
