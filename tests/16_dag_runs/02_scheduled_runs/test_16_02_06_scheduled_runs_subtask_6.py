"""Days that are booked in order, a day that is not, and runs that are in no order."""

from datetime import UTC, datetime, timedelta

import pytest


def evening(day, hour=18):
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def at(day, hour=18):
    moment = evening(day, hour)
    return {"logical_date": moment, "run_after": moment}


# The first run of each test opens a new ledger.
NEW = {"opening": 0}


def test_the_first_day_has_no_day_before_it(example):
    run = example.run(**at(1), conf=NEW)

    assert run.value("continuity") is None
    assert run.value("takings") == {
        "until": "2026-05-01T18:00:00+00:00",
        "opening": 0,
        "taken": 12_600 + 19_800,
    }
    assert run.value("ledger") == 32_400
    assert run.task("ledger").log == ["INFO 0 + 32400 = 32400 cents"]
    assert run.state == "success"


# --8<-- [start:in-order]
def test_each_day_opens_with_what_the_day_before_closed_with(example):
    first = example.run("day-1", **at(1), conf={"opening": 500})
    second = example.run("day-2", **at(2))

    assert first.value("ledger") == 500 + 32_400
    assert second.value("continuity") == "2026-05-01 18:00"
    assert second.value("takings") == {
        "until": "2026-05-02T18:00:00+00:00",
        "opening": 32_900,
        "taken": 27_900,
    }
    assert second.value("ledger") == 60_800
    # --8<-- [end:in-order]


# --8<-- [start:gap]
def test_the_day_after_a_failed_day_names_it_and_books_nothing(example):
    example.run("before-the-gap-1", **at(1), conf=NEW)
    example.run("before-the-gap-2", **at(2))
    third = example.run("bad-till", **at(3))
    fourth = example.run("gap", **at(4))

    assert third.value("continuity") == "2026-05-02 18:00"
    assert third.task("takings").error == (
        "AirflowFailException: 2026-05-03T17:50:00+00:00: "
        "40 tickets are 36000 cents, not 35100"
    )
    assert third.states["ledger"] == "upstream_failed"
    assert fourth.task("continuity").error == (
        "AirflowFailException: not booked yet: 2026-05-03"
    )
    assert fourth.states["takings"] == fourth.states["ledger"] == "upstream_failed"
    # --8<-- [end:gap]
    assert third.task("takings").try_number == 1
    assert fourth.task("continuity").try_number == 1
    assert (third.state, fourth.state) == ("failed", "failed")


# --8<-- [start:watermark]
def test_a_failed_day_leaves_the_watermark_where_it_was(example):
    example.run("watermark-2", **at(2), conf=NEW)
    example.run("watermark-3", **at(3))
    with example.api.client("viewer") as api:
        assets = api.get("/api/v2/assets").json()["assets"]
        [asset] = [a["id"] for a in assets if a["name"] == "exhibition_ledger"]
        book = api.get(f"/api/v2/assets/{asset}/state-store/book").json()["value"]

    assert book == {"until": "2026-05-02T18:00:00+00:00", "closing": 27_900}
    # --8<-- [end:watermark]


# --8<-- [start:backwards]
def test_an_earlier_day_is_not_booked_after_a_later_one(example):
    example.run("later-day", **at(2), conf=NEW)
    earlier = example.run("earlier-day", **at(1))

    assert earlier.task("takings").error == (
        "AirflowFailException: booked until 2026-05-02T18:00:00+00:00, "
        "not 2026-05-01T18:00:00+00:00"
    )
    assert earlier.task("takings").try_number == 1
    assert earlier.states["ledger"] == "upstream_failed"
    # --8<-- [end:backwards]


def test_the_closed_day_is_not_missing(example):
    example.run("monday", **at(4), conf={"opening": 100})
    wednesday = example.run("wednesday", **at(6))

    assert wednesday.value("continuity") == "2026-05-04 18:00"
    assert wednesday.value("takings")["opening"] == 100 + 8_100
    assert wednesday.value("takings")["taken"] == 10_800


# --8<-- [start:by-hand]
def test_a_run_by_hand_shortens_the_day_after_it(example):
    example.run("evening-1", **at(1), conf=NEW)
    noon = example.run("noon", **at(2, 13))
    night = example.run("evening-2", **at(2))

    assert noon.value("takings")["taken"] == 27_900
    assert night.value("continuity") == "2026-05-02 13:00"
    assert night.value("takings")["taken"] == 0
    assert night.value("ledger") == noon.value("ledger") == 60_300
    # --8<-- [end:by-hand]


def test_a_run_without_a_logical_date_has_no_place(example):
    run = example.run("no-date", logical_date=None)

    assert run.task("continuity").error == (
        "AirflowFailException: a run without a logical date is not in a row"
    )
    assert run.task("continuity").try_number == 1
    assert run.states["takings"] == run.states["ledger"] == "upstream_failed"


# --8<-- [start:missing-days]
@pytest.mark.parametrize(
    ("last", "this", "missing"),
    [
        (evening(1), evening(2), []),
        (evening(1), evening(3), ["2026-05-02"]),
        (evening(2), evening(6), ["2026-05-03", "2026-05-04"]),
        (evening(4), evening(6), []),
        # A run by hand in the afternoon leaves that evening to be booked.
        (evening(3, 15), evening(3), []),
        (evening(3, 15), evening(4), ["2026-05-03"]),
        (evening(3, 15), evening(4, 12), ["2026-05-03"]),
        (evening(3, 19), evening(4), []),
    ],
)
def test_which_days_are_missing_between_two_runs(example, last, this, missing):
    assert example.module.missing_days(last, this) == missing
    # --8<-- [end:missing-days]


# --8<-- [start:schedule]
def test_the_list_of_days_and_the_schedule_agree(example):
    ticks = example.ticks("2026-05-01T00:00:00Z", 9)
    days = [tick["run_after"][:10] for tick in ticks]

    assert days == [f"2026-05-0{n}" for n in (1, 2, 3, 4, 6)]
    assert days[1:-1] == example.module.missing_days(evening(1), evening(6))
    # --8<-- [end:schedule]
    assert ticks[0]["run_after"] == "2026-05-01T18:00:00Z"


@pytest.mark.parametrize(
    ("moment", "cents"),
    [("2026-05-01T12:30:00+00:00", 12_600), ("2026-05-03T17:50:00+00:00", 36_000)],
)
def test_a_correction_stands_for_what_was_in_the_till(example, moment, cents):
    fixed = {"2026-05-03T17:50:00+00:00": 36_000}
    assert example.module.count(moment, fixed) == cents
    fail = example.module.AirflowFailException
    with pytest.raises(fail, match="tickets are"):
        example.module.count(moment, {moment: cents + 1})


# --8<-- [start:first-run]
def test_a_ledger_that_nobody_opened_begins_a_day_back_with_nothing(example):
    takings = example.dag.get_task("takings").python_callable
    store = {example.module.LEDGER: {}}

    assert takings({"opening": None}, evening(2), store) == {
        "until": "2026-05-02T18:00:00+00:00",
        "opening": 0,
        "taken": 27_900,
    }
    # --8<-- [end:first-run]
    booked = {"book": {"until": "2026-05-02T18:00:00+00:00", "closing": 5}}
    again = takings({"opening": None}, evening(2), {example.module.LEDGER: booked})
    assert (again["opening"], again["taken"]) == (5, 0)


def test_a_correction_is_read_when_the_day_is_booked(example, monkeypatch):
    fixed = '{"2026-05-03T17:50:00+00:00": 36000}'
    monkeypatch.setenv("AIRFLOW_VAR_TILL_CORRECTIONS", fixed)
    takings = example.dag.get_task("takings").python_callable
    booked = {"book": {"until": "2026-05-02T18:00:00+00:00", "closing": 60_300}}

    third = takings({"opening": None}, evening(3), {example.module.LEDGER: booked})
    assert third["taken"] == 3_600 + 36_000


@pytest.mark.parametrize("opening", [-1, "0"])
def test_an_opening_balance_is_a_number_of_cents(example, opening):
    with pytest.raises(ValueError, match="opening"):
        example.run(f"opening-{opening}", conf={"opening": opening})


def test_what_only_a_scheduler_looks_at(example):
    dag = example.dag
    assert (dag.catchup, dag.max_active_runs) == (True, 1)
    assert (dag.start_date, dag.end_date) == (evening(1), evening(6))
    waits = [task.task_id for task in dag.tasks if task.depends_on_past]
    assert waits == ["ledger"]
    assert dag.get_task("ledger").upstream_task_ids == {"takings"}
    assert dag.get_task("takings").upstream_task_ids == {"continuity"}
    assert {task.retries for task in dag.tasks} == {1}
    assert dag.get_task("ledger").retry_delay == timedelta(seconds=1)
