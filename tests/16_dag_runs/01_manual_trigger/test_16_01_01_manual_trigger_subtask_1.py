"""A manual run with a logical date, without one, and with a mistyped one."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

TOTAL = 120.00 + 42.50 + 250.00


# --8<-- [start:typed]
def test_a_typed_logical_date_is_the_business_day(example):
    run = example.run(logical_date=datetime(2026, 5, 1, tzinfo=UTC))

    assert run.value("which_day") == {"day": "2026-05-01", "source": "logical_date"}
    assert run.value("daily_total") == TOTAL
    assert run.value("legacy_day") == "2026-05-01"
    # --8<-- [end:typed]
    card = run.value("run_card")
    assert card["run_id"] == run.run_id
    assert run.run_id.startswith("manual__2026-05-01T06:30:00")
    assert (card["run_type"], card["started_by"]) == ("manual", "dag_test")
    assert card["has_interval"] is True
    written = json.loads((example.scratch / "orders-2026-05-01.json").read_text())
    assert written == card
    assert run.state == "success"


# --8<-- [start:untyped]
def test_without_a_logical_date_the_run_still_knows_its_day(example):
    run = example.run("no-logical-date", logical_date=None)

    assert run.value("which_day") == {"day": "2026-05-01", "source": "run_after"}
    assert run.value("daily_total") == TOTAL
    assert run.value("legacy_day") == "KeyError: 'ds'"
    assert run.value("run_card")["has_interval"] is False
    # --8<-- [end:untyped]
    assert run.state == "success"


@pytest.mark.parametrize(("day", "total"), [(2, 15.75), (30, 89.90)])
def test_the_day_decides_which_orders_count(example, day, total):
    when = datetime(2026, 5 if day == 2 else 4, day, 6, 30, tzinfo=UTC)
    run = example.run(f"day-{day}", logical_date=when, run_after=when)

    assert run.value("daily_total") == total


def test_nothing_but_a_person_starts_it_and_errors_are_tried_again(example):
    which_day = example.dag.get_task("which_day")

    assert example.dag.schedule is None
    assert which_day.retries == 2
    assert which_day.retry_delay == timedelta(seconds=1)


# --8<-- [start:typo]
def test_a_mistyped_year_fails_at_once_without_a_retry(example):
    run = example.run("mistyped-year", logical_date=datetime(2016, 5, 1, tzinfo=UTC))

    which_day = run.task("which_day")
    assert run.state == "failed"
    assert which_day.error == (
        "AirflowFailException: 2016-05-01 is 3652 days ago: a typing error?"
    )
    assert which_day.try_number == 1
    assert which_day.max_tries == 2
    assert run.states["daily_total"] == "upstream_failed"
    assert run.states["run_card"] == "upstream_failed"
    assert run.states["legacy_day"] == "success"
    # --8<-- [end:typo]
    assert not list(example.scratch.iterdir())


@pytest.mark.parametrize(
    ("day", "accepted"),
    [
        (date(2026, 5, 1), True),
        (date(2026, 5, 2), False),
        (date(2025, 3, 27), True),
        (date(2025, 3, 26), False),
    ],
)
def test_the_guard_ends_at_today_and_at_400_days(example, day, accepted):
    guard = example.module.refuse_implausible
    if accepted:
        assert guard(day, today=date(2026, 5, 1)) is None
    else:
        with pytest.raises(example.module.AirflowFailException, match=day.isoformat()):
            guard(day, today=date(2026, 5, 1))
