"""A triggered run without its day, and a declared param with an id of its own."""

from datetime import UTC, datetime

import pytest

from dagbook.testing.child_runs import execute

DAG = "16_12_03_manual_trigger_misuse"
RUNS = f"/api/v2/dags/{DAG}/dagRuns"
FIXED = f"/api/v2/dags/{DAG}__fixed/dagRuns"
NOTHING = {"orders": 0, "total": 0, "currency": "EUR"}
DAY_AFTER = datetime(2026, 5, 2, tzinfo=UTC)
ALL = {"orders": 2, "total": 42, "currency": "EUR"}


def told(run) -> str:
    result = run.value("report")
    return (run.task("report").log or [f"{result['orders']} orders"])[0]


def test_report_of_a_triggered_run_is_empty_and_the_run_succeeds(example):
    run = example.run(logical_date=None)

    assert run.task("report").log == ["WARNING no sales between None and None"]
    assert (run.state, run.value("report")) == ("success", NOTHING)
    dag = example.dag
    assert (dag.catchup, dag.is_paused_upon_creation) == (False, True)
    assert f"{dag.start_date:%F %Z}" == "2026-01-01 UTC"
    assert example.sibling("fixed").schedule is None


def test_logical_date_gives_the_interval_before_it(example):
    first = example.run("dated", logical_date=datetime(2026, 5, 1, tzinfo=UTC))
    second = example.run("day-after", logical_date=DAY_AFTER, run_after=DAY_AFTER)
    [tick] = example.ticks("2026-05-01T00:00:00+00:00", 1)

    assert (first.value("report"), second.value("report")) == (NOTHING, ALL)
    assert example.scenario("dated").keep(
        "result of report",
        {
            "logical date 2026-05-01": told(first),
            "logical date 2026-05-02": told(second),
        },
    ) == {
        "logical date 2026-05-01": "WARNING no sales between 2026-04-30 00:00 and "
        "2026-05-01 00:00",
        "logical date 2026-05-02": "2 orders",
    }
    # The scheduled run that finds the two orders has the logical date of 1 May.
    assert (tick["logical_date"][:10], tick["run_after"][:10]) == (
        "2026-05-01",
        "2026-05-02",
    )


def test_fixed_reports_the_day_of_its_param(example):
    run = example.run("fixed", role="fixed", logical_date=None)

    assert (run.state, run.value("report")) == ("success", ALL)


@pytest.fixture
def refused(example):
    """Return what Airflow answers to a trigger of the fixed DAG with a conf."""
    with example.scenario("conf").http("user", keep=["detail", "conf"]) as client:

        def trigger(name: str, conf: dict):
            body = {"logical_date": None, "dag_run_id": name, "conf": conf}
            return client.post(FIXED, json=body, extensions={"name": name})

        yield trigger


def test_misspelled_key_is_accepted_and_bad_value_is_not(example, refused):
    typo = refused("typo", {"curency": "NOK"})
    bad_day = refused("bad-day", {"day": "yesterday"})
    assert (typo.status_code, bad_day.status_code) == (200, 400)
    assert bad_day.json()["detail"].startswith(
        "Invalid input for param day: 'yesterday' is not a 'date'"
    )
    assert refused("enum", {"currency": "USD"}).status_code == 400
    assert execute(example.sibling("fixed"), "typo") == "success"
    with example.api.client("viewer") as viewer:
        path = f"{FIXED}/typo/taskInstances/report/xcomEntries/return_value"
        assert viewer.get(path).json()["value"] == ALL
        assert viewer.get(FIXED).json()["total_entries"] == 1


def test_run_id_refuses_the_second_click(example):
    kept = example.scenario("double-click")
    with kept.http("user", keep=["dag_run_id", "state"]) as client:
        without = [client.post(RUNS, json={"logical_date": None}) for _ in range(2)]
        body = {
            "dag_run_id": "report_2026-05-01",
            "logical_date": None,
            "conf": {"day": "2026-05-01"},
        }
        first = client.post(FIXED, json=body, extensions={"name": "trigger"})
        again = client.post(FIXED, json=body, extensions={"name": "again"})

    ids = {answer.json()["dag_run_id"] for answer in without}
    assert ([a.status_code for a in without], len(ids)) == ([200, 200], 2)
    assert kept.keep(
        "status of two POSTs",
        {
            "without dag_run_id": [a.status_code for a in without],
            "dag_run_id report_2026-05-01": [first.status_code, again.status_code],
        },
    )["dag_run_id report_2026-05-01"] == [200, 409]
    assert "Unique constraint violation" in str(again.json()["detail"])
