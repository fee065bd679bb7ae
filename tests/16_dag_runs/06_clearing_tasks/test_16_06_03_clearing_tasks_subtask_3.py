"""A signal amid the work of three cranes, the keys of others, a polite question."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.log_trigger import when_logged

STEM = "16_06_03_clearing_tasks_subtask_3"
RUN_ID = "manual__2026-05-01T06:30:00+00:00"
RUN_AFTER = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
PLAIN = ["try 1 takes the key", "try 1 finally"]


@pytest.fixture(autouse=True)
def sigterm_as_before():
    """Airflow leaves its handler in this process, which is not a task's own."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def hold(example, name: str) -> Path:
    return example.scratch / "quay" / name


def give_key(example, name: str, holder: str) -> None:
    hold(example, name).mkdir(parents=True)
    os.symlink(holder, hold(example, name) / "key")


def keys(example) -> list[str]:
    """The holds whose key somebody has."""
    return [
        n for n in ("fore", "mid", "aft") if os.path.lexists(hold(example, n) / "key")
    ]


def unload(example, *still_open: str):
    """A run that nobody but a test can end, so that it is not recorded."""
    return example.dag.test(
        logical_date=datetime(2026, 5, 1, tzinfo=UTC),
        run_after=RUN_AFTER,
        run_conf={"open": list(still_open)},
    )


def logbook(example, scenario: str, name: str) -> list[str]:
    lines = (hold(example, name) / "logbook").read_text().splitlines()
    return example.scenario(scenario).keep("logbook", lines)


def tasks(example, run) -> dict[str, dict]:
    """The task instances of a run, by id, as the API tells them."""
    path = f"/api/v2/dags/{STEM}/dagRuns/{quote(run.run_id)}/taskInstances"
    with example.api.client("viewer") as viewer:
        found = viewer.get(path).json()["task_instances"]
    return {ti["task_id"]: ti for ti in found}


def seen(example, run, task_id: str) -> tuple[str, int]:
    ti = tasks(example, run)[task_id]
    return ti["state"], ti["try_number"]


def ask(example, scenario: str, run_id: str = RUN_ID, **conf):
    """Run the sister, which asks the API by connection ``airflow_api``."""
    assert example.api
    return example.run(
        scenario, role="ask", logical_date=None, conf={"run_id": run_id, **conf}
    )


def test_a_ship_is_unloaded(example):
    run = example.run()

    assert run.value("fore") == {"fore0": 21400, "fore1": 18250, "fore2": 9900}
    assert run.value("tally") == {
        "containers": 3 + 2 + 3,
        "kg": 49550 + 57590 + 51620,
    }
    assert run.value("logbooks") == dict.fromkeys(("fore", "mid", "aft"), PLAIN)
    assert keys(example) == []
    assert set(run.states.values()) == {"success"}


# --8<-- [start:signal]
def test_the_signal_stops_nothing(example):
    def told() -> None:
        signal.raise_signal(signal.SIGTERM)
        (hold(example, "fore") / "closed").touch()

    hold(example, "fore").mkdir(parents=True)
    (hold(example, "fore") / "closed").touch()  # by the ship of yesterday
    with when_logged(example, "fore waits", told):
        run = unload(example, "fore")

    assert logbook(example, "told-and-deaf", "fore") == [
        "try 1 takes the key",
        "try 1 waits",
        "try 1 finally",
    ]
    assert seen(example, run, "fore") == ("success", 1)
    # --8<-- [end:signal]


# --8<-- [start:hasty]
def test_who_gives_the_key_back_at_once_works_on_without_it(example):
    def close() -> None:
        os.symlink("somebody else", hold(example, "mid") / "key")  # nobody had it
        (hold(example, "mid") / "closed").touch()

    with (
        when_logged(example, "mid waits", lambda: signal.raise_signal(signal.SIGTERM)),
        when_logged(example, "mid works on without the key", close),
    ):
        run = unload(example, "mid")

    assert logbook(example, "told-and-hasty", "mid") == [
        "try 1 takes the key",
        "try 1 waits",
        "try 1 on_kill",
        "try 1 works on without the key",
        "try 1 finally",
    ]
    assert os.readlink(hold(example, "mid") / "key") == "somebody else"
    assert seen(example, run, "mid") == ("success", 1)
    # --8<-- [end:hasty]


# --8<-- [start:heedful]
def test_who_stops_first_gives_the_key_back_in_finally(example):
    def told() -> None:
        signal.raise_signal(signal.SIGTERM)
        (hold(example, "aft") / "closed").touch()

    with when_logged(example, "aft waits", told):
        run = unload(example, "aft")

    assert logbook(example, "told-and-heedful", "aft") == [
        "try 1 takes the key",
        "try 1 waits",
        "try 1 on_kill",
        "try 1 finally",
        "try 2 takes the key",
        "try 2 finally",
    ]
    assert seen(example, run, "aft") == ("success", 2)
    # --8<-- [end:heedful]
    assert keys(example) == []
    crane = example.module.HeedfulCrane(task_id="aft", hold=str(hold(example, "aft")))
    crane.told_to_stop = True
    with pytest.raises(example.module.NotAllowedError, match="^told to stop$"):
        crane.unload()


# --8<-- [start:takeover]
def test_the_key_of_an_earlier_try_is_taken_over(example):
    give_key(example, "fore", f"{RUN_ID} try 0")
    (hold(example, "fore") / "logbook").write_text("try 9 takes the key\n")

    run = example.run("left-by-an-earlier-try")

    assert run.value("logbooks")["fore"] == [
        "try 1 takes the key over",
        "try 1 finally",
    ]
    assert keys(example) == []
    # --8<-- [end:takeover]
    assert run.task("fore").try_number == 1


# --8<-- [start:taken]
def test_the_key_of_somebody_else_is_left_with_them(example):
    give_key(example, "fore", "manual__yesterday try 1")

    run = example.run("somebody-else-has-it")

    assert (
        run.task("fore").errors
        == ["NotAllowedError: manual__yesterday try 1 has the key"] * 2
    )
    assert os.readlink(hold(example, "fore") / "key") == "manual__yesterday try 1"
    assert run.states["tally"] == "upstream_failed"
    # --8<-- [end:taken]
    assert run.task("fore").log == ["WARNING the key of fore is taken"] * 2
    assert (run.states["mid"], run.state) == ("success", "failed")


def test_the_retry_gets_the_key_when_the_other_is_done(example):
    give_key(example, "fore", "manual__yesterday try 1")

    with when_logged(
        example, "the key of fore is taken", (hold(example, "fore") / "key").unlink
    ):
        run = example.run("somebody-else-is-done")

    assert run.value("logbooks")["fore"] == ["try 2 takes the key", "try 2 finally"]
    assert run.state == "success"


# --8<-- [start:polite]
def test_a_polite_question_changes_nothing(example):
    asked = []

    def ask_and_close() -> None:
        asked.append(ask(example, "polite"))
        body = {"dry_run": False, "only_failed": False, "dag_run_id": RUN_ID}
        with example.scenario("polite").http("op") as op:
            asked.append(
                op.post(
                    f"/api/v2/dags/{STEM}/clearTaskInstances",
                    json=body | {"prevent_running_task": True},
                )
            )
        (hold(example, "fore") / "closed").touch()

    with when_logged(example, "fore waits", ask_and_close):
        run = unload(example, "fore")

    sister, answer = asked
    assert sister.task("ask").log == [
        "WARNING a crane is at work: left alone, and nothing was cleared"
    ]
    assert (sister.states["ask"], sister.state) == ("skipped", "success")
    assert answer.status_code == 409
    assert {ti["try_number"] for ti in tasks(example, run).values()} == {1}
    # --8<-- [end:polite]
    assert "Disable 'prevent_running_task' to proceed" in answer.json()["detail"]
    assert run.state == "success"


# --8<-- [start:force]
def test_with_force_the_result_of_the_old_process_is_refused(example, capfd):
    asked = []

    def force_and_close() -> None:
        asked.append(ask(example, "force", force=True))
        (hold(example, "aft") / "closed").touch()

    with when_logged(example, "aft waits", force_and_close):
        unload(example, "aft")

    assert asked[0].value("ask")["aft"] == "restarting"
    said = capfd.readouterr().out
    assert "Failed to report terminal task state to supervisor" in said
    assert "'reason': 'not_found', 'message': 'Task Instance not found'" in said
    # --8<-- [end:force]


def test_who_is_not_at_work_is_cleared_without_force(example):
    run = unload(example)
    sister = ask(example, "cleared", run.run_id)

    assert sister.value("ask") == dict.fromkeys(
        [*example.module.CRANES, "tally", "logbooks"]
    )
    assert sister.state == "success"


def test_an_unknown_run_is_a_failure(example):
    sister = ask(example, "no-such-run", "manual__never")

    assert sister.task("ask").error == (
        f"AirflowFailException: Dag Run id manual__never not found in dag {STEM}"
    )


def test_a_line_is_in_the_logbook_once(example):
    crane = example.module.Crane(task_id="mid", hold=str(example.scratch))
    crane.me = "a try 3"
    assert [crane.note(words) for words in ("waits", "finally", "waits")] == [
        True,
        True,
        False,
    ]
    assert (example.scratch / "logbook").read_text() == "try 3 waits\ntry 3 finally\n"


@pytest.mark.parametrize(
    ("holder", "me", "mine"),
    [
        ("a try 1", "a try 2", True),
        ("a try 9", "a try 10", True),
        ("a try 2", "a try 2", False),
        ("a try 3", "a try 2", False),
        ("b try 1", "a try 2", False),
        ("a try 1 try 1", "a try 2", False),
    ],
)
def test_which_key_may_be_taken_over(example, holder, me, mine):
    assert example.module.superseded(holder, me) is mine


@pytest.mark.parametrize("holds", [["bilge"], "fore"])
def test_what_is_not_a_list_of_holds_is_refused(example, holds):
    with pytest.raises(ParamValidationError, match="open"):
        example.dag.test(run_conf={"open": holds})


@pytest.mark.parametrize("conf", [{}, {"run_id": 2}])
def test_the_sister_asks_about_one_run(example, conf):
    with pytest.raises(ParamValidationError, match="run_id"):
        example.sibling("ask").test(run_conf=conf)


def test_the_dags(example):
    for dag in (example.dag, example.sibling("ask")):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    cranes = {"fore", "mid", "aft"}
    assert {t.task_id: t.downstream_task_ids for t in example.dag.tasks} == {
        "dock": {*cranes, "logbooks"},
        **dict.fromkeys(cranes, {"tally", "logbooks"}),
        "tally": set(),
        "logbooks": set(),
    }
    for name in cranes:
        crane = example.dag.get_task(name)
        assert (crane.retries, crane.retry_delay) == (1, timedelta(seconds=1))
        assert type(crane) is example.module.CRANES[name]
