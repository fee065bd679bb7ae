"""A run without a logical date, with one, and with one that is too early."""

from datetime import UTC, datetime

APRIL_30 = datetime(2026, 4, 30, tzinfo=UTC)
MAY_2 = datetime(2026, 5, 2, 6, 30, tzinfo=UTC)


def test_the_day_is_the_logical_date_or_else_that_of_run_after(example):
    undated = example.run(logical_date=None)
    dated = example.run("dated", logical_date=APRIL_30, run_after=MAY_2)

    assert undated.value("extract") == "orders-2026-05-01.csv"
    assert undated.value("load") == "loaded into sales, day 2026-05-01"
    assert dated.value("extract") == "orders-2026-04-30.csv"
    assert dated.value("load") == "loaded into sales, day 2026-04-30"
    assert dated.run_id == "manual__2026-05-02T06:30:00+00:00"
    assert (undated.state, dated.state) == ("success", "success")
    assert list(undated.states) == ["extract", "load", "report"]

    without, given = undated.value("report"), dated.value("report")
    assert (without["ds"], given["ds"]) == (None, "2026-04-30")
    assert set(without["keys"]) < set(given["keys"])
    missing = sorted(set(given["keys"]) - set(without["keys"]))
    assert example.scenario("default").keep("missing keys", missing) == [
        "data_interval_end",
        "data_interval_start",
        "ds",
        "ds_nodash",
        "logical_date",
        "prev_data_interval_end_success",
        "prev_data_interval_start_success",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
    ]


def test_each_way_to_read_ds_fails_without_a_date(example):
    run = example.run("needs-date", role="needs_date", logical_date=None)

    assert run.task("from_context").error == "KeyError: 'ds'"
    assert run.task("as_argument").error == (
        "TypeError: needs_a_date.<locals>.as_argument() "
        "missing 1 required positional argument: 'ds'"
    )
    assert run.task("in_template").error == "UndefinedError: 'ds' is undefined"
    assert run.state == "failed"


def test_the_same_three_tasks_work_with_a_date(example):
    run = example.run("has-date", role="needs_date", logical_date=APRIL_30)

    assert [run.value(task) for task in run.states] == ["2026-04-30"] * 3


def test_a_date_before_start_date_is_a_success_without_tasks(example):
    run = example.run("before-start", logical_date=datetime(2025, 12, 31, tzinfo=UTC))

    assert (run.state, run.states) == ("success", {})
