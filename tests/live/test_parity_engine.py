"""The engine of parity, on recordings written for it: what it must see and not see."""

from types import SimpleNamespace

import pytest

from dagbook.live.parity.plan import PLAIN, Declared, Expected, Plan
from dagbook.live.parity.run import Parity

pytestmark = pytest.mark.live


def expected(scenario, dag_id, state, tasks, *, kind="run", **more):
    data = {
        "kind": kind,
        "dag_id": dag_id,
        "state": state,
        "conf": {},
        "logical_date": "2026-05-01T00:00:00Z",
        "run_after": "2026-05-01T06:30:00Z",
        "runs": [],
        "tasks": [
            {
                "task_id": task_id,
                "map_index": -1,
                "state": final,
                "try_number": tries,
                "operator": "@task",
            }
            for task_id, final, tries in tasks
        ],
    }
    return Expected(scenario, data | more)


def plan(dag_id, *recorded, declared=(), ends="success"):
    item = SimpleNamespace(id=dag_id, stem=dag_id, folder="live")
    source = SimpleNamespace(name=f"{dag_id}.py")
    plain = Expected(PLAIN, {"kind": "plain", "dag_id": dag_id, "state": ends})
    return Plan(item, source, "", [plain, *recorded], list(declared))


def run(live, *plans):
    said = []
    done = Parity(live.cluster, said.append).run(list(plans))
    outcomes = {
        name: {o.scenario: o for o in chain.outcomes} for name, chain in done.items()
    }
    return outcomes, said


def test_a_wrong_conf_is_refused_and_no_conf_is_the_plain_trigger(live):
    wrong = expected(
        "number", "live_orders", "", [], kind="refused", conf={"broken_day": 7}
    )
    outcomes, said = run(live, plan("live_orders", wrong))
    told = outcomes["live_orders"]
    assert {name: o.result for name, o in told.items()} == {
        PLAIN: "same",
        "number": "same",
    }, said
    assert told["number"].state == "refused"


def test_a_defect_is_seen_twice_and_told_with_its_error(live):
    database = expected(
        "default", "live_database", "success", [("count_runs", "success", 1)]
    )
    waits = [(name, "success", 1) for name in ("poke", "reschedule", "deferred")]
    outcomes, said = run(
        live,
        plan("live_database", database, ends="failed"),
        plan(
            "live_waits",
            expected("default", "live_waits", "success", waits),
            # The test of this scenario had a hand in it.
            expected("by-hand", "live_waits", "failed", [("poke", "failed", 1)]),
            declared=[Declared("by-hand", "", None, "success", "the test killed it")],
        ),
    )
    wrong = outcomes["live_database"]["default"]
    assert wrong.defects == [
        "the run: recorded success, live failed",
        "count_runs: recorded success, try 1, live failed, try 1",
    ]
    assert "Direct database access via the ORM is not allowed" in wrong.seen
    assert "live_database once more, alone" in said
    assert "live_waits once more, alone" not in said
    assert outcomes["live_waits"]["default"].result == "same"
    assert outcomes["live_waits"]["by-hand"].result == "declared"


def test_a_dag_that_is_not_there_is_told_and_does_not_stop_the_others(
    live, monkeypatch
):
    monkeypatch.setattr("dagbook.live.parity.run.PARSE_LIMIT", 1.0)
    monkeypatch.setattr("dagbook.live.parity.run.PARSE_EACH", 0.0)
    done = Parity(live.cluster, lambda line: None).run(
        [
            plan("live_nowhere", expected("default", "live_nowhere", "success", [])),
            plan(
                "live_database",
                expected(
                    "default", "live_database", "failed", [("count_runs", "failed", 1)]
                ),
                ends="failed",
            ),
        ]
    )
    assert done["live_database"].defects == []
    assert done["live_nowhere"].defects == [
        "live_nowhere is not registered; no import error"
    ]
