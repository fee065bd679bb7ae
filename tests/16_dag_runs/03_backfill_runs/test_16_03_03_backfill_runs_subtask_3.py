"""One week of runs in every state, and what three backfills make of it."""

from datetime import UTC, datetime

import pendulum
import pytest

STEM = "16_03_03_backfill_runs_subtask_3"
CASH_UP = f"{STEM}__cash_up"
RUNS = f"/api/v2/dags/{CASH_UP}/dagRuns"
MON, TUE, WED, THU, FRI, SAT, SUN = [f"2026-03-0{n}" for n in range(2, 9)]
NONE = [FRI, SUN]
FAILED = [TUE, FRI, SAT, SUN]
COMPLETED = [MON, TUE, WED, FRI, SAT, SUN]
ALL_WEEK = {"from_date": "2026-03-02", "to_date": "2026-03-08", "dag_id": CASH_UP}


def make_week(example, client) -> None:
    for day, state in example.module.WEEK.items():
        if state:
            example.module.make_run(client, day, state)


def rows(client, *fields: str) -> dict[str, list]:
    """Return fields of the runs of the week by day."""
    found = client.get(f"{RUNS}?order_by=logical_date").json()["dag_runs"]
    return {run["logical_date"][:10]: [run[f] for f in fields] for run in found}


def clear_numbers() -> dict[str, int]:
    """Return how often each run was cleared, which no endpoint tells."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(DagRun.logical_date, DagRun.clear_number)
        return {f"{day:%Y-%m-%d}": number for day, number in session.execute(query)}


# --8<-- [start:default]
def test_the_three_behaviours_and_one_week(example):
    example.api.export("user")
    run = example.run(logical_date=None)

    assert [one["days"] for one in run.values("ask")] == [NONE, FAILED, COMPLETED]
    assert run.value("matrix") == {
        "2026-03-02 success": "completed",
        "2026-03-03 failed": "failed, completed",
        "2026-03-04 success": "completed",
        "2026-03-05 queued": "",
        "2026-03-06 no run": "none, failed, completed",
        "2026-03-07 failed": "failed, completed",
        "2026-03-08 no run": "none, failed, completed",
    }
    # --8<-- [end:default]
    assert [run.task("ask", n).log for n in range(3)] == [
        ["INFO none: 2 runs"],
        ["INFO failed: 4 runs"],
        ["INFO completed: 6 runs"],
    ]
    assert run.value("make_week") == example.module.WEEK
    assert {r["state"] for r in run.runs} == {"success", "failed", "queued"}
    assert run.state == "success"


# --8<-- [start:created]
@pytest.mark.parametrize(
    ("behaviour", "days"),
    [("none", NONE), ("failed", FAILED), ("completed", COMPLETED)],
)
def test_the_backfill_runs_what_the_dry_run_said(example, behaviour, days):
    with example.api.client("user") as client:
        make_week(example, client)
        body = ALL_WEEK | {"reprocess_behavior": behaviour}
        client.post("/api/v2/backfills", json=body).raise_for_status()
        runs = rows(client, "dag_run_id", "run_type", "triggered_by", "state")
    again = clear_numbers()
    example.scenario(f"created-{behaviour}").keep(
        "the week after",
        {
            run_id: f"type {run_type}, {state}, cleared {again[day]}"
            for day, (run_id, run_type, _, state) in runs.items()
        },
    )
    for day, (run_id, run_type, triggered_by, state) in runs.items():
        existed = run_id == f"cash-up-{day}"
        assert existed is bool(example.module.WEEK[day])
        assert again[day] == int(existed and day in days)
        if day in days:
            assert (run_type, triggered_by, state) == ("backfill", "backfill", "queued")
        else:
            assert (run_type, triggered_by) == ("manual", "rest_api")
            assert state == example.module.WEEK[day]
    # --8<-- [end:created]
    assert {day for day in runs if runs[day][1] == "backfill"} == set(days)


# --8<-- [start:conf]
@pytest.mark.parametrize(
    ("name", "sent", "old_run", "new_run"),
    [
        ("no-conf", {}, {"mark": "."}, {}),
        ("a-conf", {"dag_run_conf": {"mark": ","}}, {"mark": ","}, {"mark": ","}),
        ("an-empty-conf", {"dag_run_conf": {}}, {}, {}),
    ],
)
def test_an_old_run_keeps_its_conf_unless_the_backfill_brings_one(
    example, name, sent, old_run, new_run
):
    with example.api.client("user") as client:
        old = {"dag_run_id": "old", "logical_date": f"{TUE}T00:00:00Z"}
        old["conf"] = {"mark": "."}
        client.post(RUNS, json=old).raise_for_status()
        client.patch(f"{RUNS}/old", json={"state": "failed"}).raise_for_status()
        body = ALL_WEEK | {"to_date": WED, "reprocess_behavior": "failed", **sent}
        client.post("/api/v2/backfills", json=body).raise_for_status()
        confs = rows(client, "conf")
    assert confs == {MON: [new_run], TUE: [old_run], WED: [new_run]}
    # --8<-- [end:conf]
    example.scenario(name).keep("conf by day", {day: confs[day][0] for day in confs})


# --8<-- [start:running]
def test_a_run_at_work_is_not_touched(example):
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import update

    with example.api.client("user") as client:
        make_week(example, client)
        with create_session() as session:
            monday = DagRun.run_id == f"cash-up-{MON}"
            session.execute(update(DagRun).where(monday).values(state="running"))
        days = example.module.would_run(client, "completed")
        body = ALL_WEEK | {"reprocess_behavior": "completed"}
        client.post("/api/v2/backfills", json=body).raise_for_status()
        runs = rows(client, "run_type", "state")
    assert MON not in days
    assert runs[MON] == ["manual", "running"]
    assert runs[THU] == ["manual", "queued"]
    # --8<-- [end:running]


def test_nothing_to_run_is_a_backfill_all_the_same(example):
    kept = example.scenario("nothing-to-run")
    with example.api.client("user") as client:
        example.module.make_run(client, MON, "success")
    body = ALL_WEEK | {"to_date": MON}
    with kept.http("user", keep=["total_entries", "id", "completed_at"]) as client:
        dry = client.post("/api/v2/backfills/dry_run", json=body).json()
        made = client.post("/api/v2/backfills", json=body)

    assert dry["total_entries"] == 0
    assert made.status_code == 200
    assert made.json()["completed_at"] is None


# --8<-- [start:ui-name]
@pytest.mark.parametrize(
    ("scenario", "word", "hint"),
    [
        ("ui-name", "Missing and Errored Runs", "failed"),
        ("ui-missing", "missing runs", "none"),
        ("ui-all", "All Runs", "completed"),
        ("no-name", "success", "none, failed or completed"),
    ],
)
def test_the_words_of_the_ui_are_unknown_to_the_api(example, scenario, word, hint):
    message = (
        f"'{word}': Input should be 'failed', 'completed' or 'none'. Ask for {hint}"
    )
    with example.api.client("user") as client:
        with pytest.raises(example.module.AirflowFailException) as refused:
            example.module.would_run(client, word)
        assert str(refused.value) == message
    if scenario == "ui-name":
        run = example.run(
            scenario, conf={"behaviours": ["none", word]}, logical_date=None
        )
        assert run.task("ask", 0).value["days"] == NONE
        assert run.task("ask", 1).error == f"AirflowFailException: {message}"
        assert run.states["matrix"] == "upstream_failed"
        assert run.state == "failed"
    # --8<-- [end:ui-name]


# --8<-- [start:mismatch]
@pytest.mark.parametrize(
    ("behaviour", "days", "wrong"),
    [
        ("none", [FRI], f"{SUN} (no run) with none"),
        ("none", [TUE, FRI, SUN], f"{TUE} (failed) with none"),
        ("failed", [MON, *FAILED], f"{MON} (success) with failed"),
        ("failed", [TUE, FRI, SUN], f"{SAT} (failed) with failed"),
        ("completed", COMPLETED[1:], f"{MON} (success) with completed"),
        ("completed", [*COMPLETED, THU], f"{THU} (queued) with completed"),
        ("completed", [MON, WED, SAT, SUN], f"{TUE} (failed) with completed, {FRI} "),
    ],
)
def test_an_answer_that_breaks_the_rule_fails(example, behaviour, days, wrong):
    with pytest.raises(example.module.AirflowFailException) as refused:
        example.module.compare(example.module.WEEK, {behaviour: days})
    assert str(refused.value).startswith(f"not by the rule: {wrong}")
    # --8<-- [end:mismatch]


# --8<-- [start:again]
def test_the_same_week_is_made_once(example):
    with example.api.client("user") as client:
        make_week(example, client)
        client.patch(f"{RUNS}/cash-up-{MON}", json={"state": "failed"})
        make_week(example, client)
        states = rows(client, "state")
        with (
            example.api.client("viewer") as viewer,
            pytest.raises(Exception, match="403"),
        ):
            example.module.make_run(viewer, FRI, "queued")
    assert states == {MON: ["success"], TUE: ["failed"], WED: ["success"]} | {
        THU: ["queued"],
        SAT: ["failed"],
    }
    # --8<-- [end:again]


@pytest.mark.parametrize(
    ("day", "mark", "cents"),
    [(2, ".", 2050), (3, ",", 1200), (6, ".", 1210), (8, ".", 0)],
)
def test_the_tills_of_a_day_are_added_up(example, day, mark, cents):
    add_up = example.sibling("cash_up").get_task("add_up").python_callable
    assert add_up(pendulum.datetime(2026, 3, day), {"mark": mark}) == cents


def test_a_day_is_cashed_up(example):
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    run = example.run("cash-up", role="cash_up", logical_date=moment)

    assert run.value("add_up") == 2050


def test_a_till_with_commas_fails(example):
    moment = datetime(2026, 3, 7, tzinfo=UTC)
    run = example.run("commas", role="cash_up", logical_date=moment)

    assert run.task("add_up").error == ("AirflowFailException: no amounts: 21,00 4,05")
    assert run.state == "failed"


def test_params_that_are_refused(example):
    for conf in ({"behaviours": []}, {"behaviours": "none"}):
        with pytest.raises(ValueError, match="behaviours"):
            example.dag.test(run_conf=conf, logical_date=None)
    for mark in (";", None):
        with pytest.raises(ValueError, match="mark"):
            example.sibling("cash_up").test(run_conf={"mark": mark})


def test_the_dags_are_what_the_page_says(example):
    dag, cash_up = example.dag, example.sibling("cash_up")
    assert (dag.schedule, dag.catchup) == (None, False)
    assert (cash_up.schedule, cash_up.catchup) == ("@daily", True)
    assert dag.start_date == cash_up.start_date == datetime(2026, 3, 2, tzinfo=UTC)
    assert cash_up.end_date == datetime(2026, 3, 8, tzinfo=UTC)
    assert dag.params["behaviours"] == ["none", "failed", "completed"]
    assert cash_up.params["mark"] == "."
    assert {t.task_id: t.downstream_task_ids for t in dag.tasks} == {
        "make_week": {"ask", "matrix"},
        "behaviours": {"ask"},
        "ask": {"matrix"},
        "matrix": set(),
    }
    assert example.module.TILLS == {
        MON: "4.50 12.20 3.80",
        TUE: "9,90 2,10",
        WED: "7.00 7.00 1.25",
        THU: "15.40",
        FRI: "3.30 8.80",
        SAT: "21,00 4,05",
        SUN: "",
    }
    assert example.module.LATER == "2999-01-01T00:00:00Z"
