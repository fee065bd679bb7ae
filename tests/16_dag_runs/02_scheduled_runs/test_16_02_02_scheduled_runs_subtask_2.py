"""Four timetables that say "every day", and what each of them makes of a day."""

from datetime import UTC, datetime, timedelta

import pytest

MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)
HALF_PAST_SIX = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def moment(text):
    return datetime.fromisoformat(text)


# --8<-- [start:ticks]
@pytest.mark.parametrize(
    ("role", "first_name", "first_start"),
    [
        ("", "2026-04-28T00:00:00Z", "2026-04-29T00:00:00Z"),
        ("cron_interval", "2026-04-29T00:00:00Z", "2026-04-30T00:00:00Z"),
        ("delta_tick", "2026-04-27T06:30:00Z", "2026-04-28T06:30:00Z"),
        ("delta_interval", "2026-04-28T06:30:00Z", "2026-04-29T06:30:00Z"),
    ],
)
def test_the_first_run_of_each_timetable(example, role, first_name, first_start):
    first, second, third = example.ticks("2026-04-01T00:00:00+00:00", 3, role)

    assert first["logical_date"] == first["start"] == first_name
    assert first["run_after"] == first["end"] == first_start
    assert moment(second["start"]) == moment(first["end"])
    assert moment(third["end"]) - moment(second["end"]) == DAY
    # --8<-- [end:ticks]


# --8<-- [start:midnight]
@pytest.mark.parametrize("role", ["", "cron_interval", "delta_tick", "delta_interval"])
def test_at_midnight_all_four_cover_the_same_day(example, role):
    name = role.replace("_", "-")
    run = example.run(f"midnight-{name}" if role else "default", role=role)

    assert run.value("window") == {
        "from": "2026-04-30T00:00:00+00:00",
        "to": "2026-05-01T00:00:00+00:00",
    }
    assert run.value("arrivals") == {"lorries": 3, "quiet_hours": 9.0}
    assert run.value("title") == "3 lorries, report of 01 May"
    # --8<-- [end:midnight]
    assert run.task("title").log == [
        "INFO called 01 May, allowed to start at 01 May 06:30"
    ]
    assert run.state == "success"


# --8<-- [start:by-hand]
def test_by_hand_at_half_past_six_a_tick_counts_back_from_the_clock(example):
    run = example.run("by-hand-tick", logical_date=HALF_PAST_SIX)

    assert run.value("window") == {
        "from": "2026-04-30T06:30:00+00:00",
        "to": "2026-05-01T06:30:00+00:00",
    }
    assert run.value("arrivals")["lorries"] == 4


def test_by_hand_at_half_past_six_an_interval_is_the_last_whole_day(example):
    run = example.run(
        "by-hand-interval", role="cron_interval", logical_date=HALF_PAST_SIX
    )

    assert run.value("window")["to"] == "2026-05-01T00:00:00+00:00"
    assert run.value("arrivals")["lorries"] == 3
    # --8<-- [end:by-hand]


# --8<-- [start:nothing-ran]
def test_a_run_called_by_a_day_before_the_start_date_has_no_tasks(example):
    first = example.ticks("2026-04-01T00:00:00+00:00", 1, "delta_tick")[0]
    name = moment(first["logical_date"])
    assert name < example.sibling("delta_tick").start_date

    run = example.run("before-the-start", role="delta_tick", logical_date=name)

    assert run.state == "success"
    assert run.states == {}
    # --8<-- [end:nothing-ran]


# --8<-- [start:changed]
def test_a_changed_length_stops_the_report(example):
    run = example.run("changed", role="cron_interval", conf={"expected_hours": 1})

    window = run.task("window")
    assert run.state == "failed"
    assert window.error == (
        "AirflowFailException: this run covers 24 hours, the report expects 1: "
        "somebody has changed the timetable"
    )
    assert run.states["arrivals"] == run.states["title"] == "upstream_failed"
    # --8<-- [end:changed]


def test_expected_hours_is_a_number(example):
    with pytest.raises(ValueError, match="expected_hours"):
        example.run("not-a-number", conf={"expected_hours": "24"})


@pytest.mark.parametrize("hours", [23, 25])
def test_an_hour_more_or_less_is_another_length(example, hours):
    require = example.module.require_length
    with pytest.raises(example.module.AirflowFailException, match="covers 24 hours"):
        require(MIDNIGHT - DAY, MIDNIGHT, timedelta(hours=hours))
    assert require(MIDNIGHT - DAY, MIDNIGHT, DAY) is None


def test_an_arrival_counts_from_the_start_and_not_at_the_end(example):
    count = example.dag.get_task("arrivals").python_callable

    exactly = count(
        {"from": "2026-04-30T05:40:00+00:00", "to": "2026-04-30T15:00:00+00:00"}
    )
    assert exactly == {"lorries": 2, "quiet_hours": 7 + 50 / 60}
    rest = count(
        {"from": "2026-04-29T22:15:00+00:00", "to": "2026-04-29T22:16:00+00:00"}
    )
    assert rest["lorries"] == 1
    last = count(
        {"from": "2026-05-01T05:20:00+00:00", "to": "2026-05-01T06:11:00+00:00"}
    )
    assert last["lorries"] == 2


def test_none_of_the_four_catches_up(example):
    assert len(example.dags) == 4
    for each in example.dags.values():
        assert each.catchup is False
        assert each.start_date == datetime(2026, 4, 28, 6, 30, tzinfo=UTC)
