"""Exceptions decide: five slips, their states and tries, and a DAG that stops fast."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    FailFastDagInvalidTriggerRule,
    ParamValidationError,
)

STEM = "16_07_05_marking_success_failure_subtask_5"
FARMS = ["ash", "elm", "fir", "oak", "yew"]
DAMAGED = "AirflowFailException: cannot read '38O 40'"


def ends(run) -> dict[str, tuple]:
    """State and tries of each farm's task."""
    rows = [t for t in run.data["tasks"] if t["task_id"] == "take_in"]
    rows.sort(key=lambda row: row["map_index"])
    names = run.value("farms")
    return {names[r["map_index"]]: (r["state"], r["try_number"]) for r in rows}


def mapped(run, farm: str) -> dict:
    index = run.value("farms").index(farm)
    (row,) = (
        t
        for t in run.data["tasks"]
        if (t["task_id"], t["map_index"]) == ("take_in", index)
    )
    return row


def errors(run, farm: str) -> list[str]:
    """What each try of a farm's task has raised."""
    raised = [one["error"] for one in mapped(run, farm)["tries"]]
    return [f"{e['type']}: {e['message']}" for e in raised if e]


def slip(run, farm: str) -> dict | None:
    return mapped(run, farm)["xcoms"].get("return_value")


# --8<-- [start:five]
def test_five_slips_end_as_the_table_says(example):
    run = example.run()

    assert ends(run) == {
        "oak": ("success", 1),
        "elm": ("skipped", 1),
        "ash": ("failed", 1),  # of three tries that it may have
        "fir": ("success", 1),  # of which it is the second look
        "yew": ("success", 2),
    }
    assert errors(run, "ash") == [DAMAGED]
    assert errors(run, "yew") == ["LockedError: somebody writes the slip"]
    assert run.states["tally"] == "upstream_failed"
    assert run.value("audit") == {name: end[0] for name, end in ends(run).items()}
    assert run.state == "failed"
    # --8<-- [end:five]
    assert {mapped(run, farm)["max_tries"] for farm in FARMS} == {2}
    assert run.value("farms") == FARMS
    assert [slip(run, farm) for farm in FARMS] == [
        None,
        None,
        {"litres": 520, "fat": 39, "farm": "fir", "look": 2, "try": 1},
        {"litres": 410, "fat": 42, "farm": "oak", "look": 1, "try": 1},
        {"litres": 275, "fat": 44, "farm": "yew", "look": 1, "try": 2},
    ]


# --8<-- [start:corrected]
def test_a_skipped_index_is_missing_from_the_list(example):
    mailbox = {"oak": ["410 42"], "elm": [""], "ash": ["380 40"]}
    run = example.run("corrected", conf={"mailbox": mailbox})

    assert ends(run)["elm"] == ("skipped", 1)
    assert run.value("tally") == {
        "farms": 2,
        "litres": 410 + 380,
        "fat": 410 * 42 + 380 * 40,
    }
    assert run.state == "success"
    # --8<-- [end:corrected]


# --8<-- [start:patience]
def test_patience_ends_and_each_try_counts_its_looks_anew(example):
    mailbox = {
        "oak": ["locked"],
        "elm": ["not there"],
        "fir": ["not there", "locked", "not there", "520 39"],
    }
    run = example.run("patience", conf={"mailbox": mailbox})

    assert ends(run) == {
        "oak": ("failed", 3),
        "elm": ("failed", 1),
        "fir": ("success", 2),
    }
    assert errors(run, "oak") == 3 * ["LockedError: somebody writes the slip"]
    assert errors(run, "elm") == ["AirflowFailException: not there yet, after 2 looks"]
    assert slip(run, "fir")["look"] == 2
    # --8<-- [end:patience]
    assert run.value("audit") == {"oak": "failed", "elm": "failed", "fir": "success"}
    assert run.state == "failed"


# --8<-- [start:audit]
def test_the_audit_finds_a_state_that_the_table_does_not_know(example):
    late = {"fir": [*3 * ["locked"], "520 39"], "elm": [""]}
    run = example.run("one-try-too-late", conf={"mailbox": late})

    assert run.task("audit").error == ("AirflowFailException: fir: failed, not success")
    # --8<-- [end:audit]
    assert ends(run) == {"fir": ("failed", 3), "elm": ("skipped", 1)}
    assert run.task("audit").try_number == 1
    assert run.state == "failed"


FEW = {"oak": ["410 42"], "ash": ["38O 40"], "yew": ["locked", "275 44"]}


# --8<-- [start:fail-fast]
def test_fail_fast_skips_the_leaf_and_the_run_is_green(example):
    run = example.run("fail-fast", role="fail_fast", conf={"mailbox": FEW})

    assert ends(run) == {
        "oak": ("success", 1),
        "ash": ("failed", 1),
        "yew": ("success", 2),  # of the same mapped task: it is not stopped
    }
    assert run.states["tally"] == "skipped"
    assert run.state == "success"


def test_a_teardown_that_counts_makes_it_red(example):
    run = example.run("fail-fast-red", role="fail_fast_red", conf={"mailbox": FEW})

    assert run.states["tally"] == "skipped"
    assert run.task("settle").error == "AirflowFailException: failed: take_in_0"
    assert run.state == "failed"
    # --8<-- [end:fail-fast]
    assert ends(run)["yew"] == ("success", 2)


def test_a_teardown_that_counts_is_content_with_good_slips(example):
    good = {"oak": ["410 42"], "fir": ["520 39"]}
    run = example.run("red-but-good", role="fail_fast_red", conf={"mailbox": good})

    assert run.value("tally") == {"farms": 2, "litres": 930, "fat": 37500}
    assert set(run.states.values()) == {"success"}
    assert run.state == "success"


# --8<-- [start:one-skip]
def test_one_skip_is_enough_for_all_success(example):
    dry = {"oak": ["410 42"], "elm": [""]}
    run = example.run("one-skip", role="fail_fast", conf={"mailbox": dry})

    assert ends(run) == {"oak": ("success", 1), "elm": ("skipped", 1)}
    assert run.states["tally"] == "skipped"
    assert run.state == "success"
    # --8<-- [end:one-skip]


# --8<-- [start:rules]
@pytest.mark.parametrize("rule", ["none_failed", "all_done", "one_failed"])
def test_a_dag_that_fails_fast_has_no_other_rule(rule):
    @task(trigger_rule=rule)
    def other():
        return rule

    with (
        DAG("fast", schedule=None, fail_fast=True),
        pytest.raises(FailFastDagInvalidTriggerRule) as refused,
    ):
        other()
    assert str(refused.value).startswith("A 'fail_fast' dag can only have ")
    # --8<-- [end:rules]


def fault(act, *given, **named) -> Exception:
    with pytest.raises(Exception) as raised:
        act(*given, **named)
    return raised.value


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "DryError", "no milk today"),
        ("not there", "NotThereError", "not there yet"),
        ("locked", "LockedError", "somebody writes the slip"),
        ("410", "DamagedError", "cannot read '410'"),
        ("410 42 7", "DamagedError", "cannot read '410 42 7'"),
        ("410 4.2", "DamagedError", "cannot read '410 4.2'"),
    ],
)
def test_what_is_wrong_with_a_slip(example, text, name, words):
    wrong = fault(example.module.read, text)
    assert (type(wrong).__name__, str(wrong)) == (name, words)
    assert not isinstance(wrong, AirflowException)
    assert example.module.read("1 2") == {"litres": 1, "fat": 2}


def test_the_verdict_on_each_fault(example):
    at = example.module
    skip = at.verdict(at.DryError("dry"), 1)
    assert (type(skip), str(skip)) == (AirflowSkipException, "dry")
    fail = at.verdict(at.DamagedError("bad"), 9)
    assert (type(fail), str(fail)) == (AirflowFailException, "bad")
    locked = at.LockedError("locked")
    assert at.verdict(locked, 1) is locked
    before = datetime.now(UTC)
    later = at.verdict(at.NotThereError("no"), 1)
    assert type(later) is AirflowRescheduleException
    wait = later.reschedule_date - before
    assert timedelta(seconds=5) <= wait < timedelta(seconds=6)
    last = at.verdict(at.NotThereError("no"), 2)
    assert (type(last), str(last)) == (AirflowFailException, "no, after 2 looks")
    # Whoever catches every exception around such a line catches these, too.
    assert issubclass(AirflowSkipException, Exception)
    assert issubclass(AirflowRescheduleException, Exception)


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        (["1 2"], "success"),
        (["locked", "1 2"], "success"),
        (["1 2", ""], "skipped"),
        (["not there"], "failed"),
        (["locked"], "failed"),
        (["x"], "failed"),
    ],
)
def test_the_last_text_decides(example, texts, state):
    assert example.module.expected(texts) == state


def test_the_mailbox(example):
    (example.scratch / "oak.json").write_text(json.dumps(["a", "b", "c"]))
    found = [example.module.look(str(example.scratch), "oak") for _ in range(5)]
    assert found == ["a", "b", "c", "c", "c"]

    sort_mail = example.dag.get_task("sort_mail").python_callable
    for texts in (["old"], ["new", "newer"]):
        folder = sort_mail({"mailbox": {"fir": texts}}, "today")
        assert folder == str(example.scratch / "mailbox" / "today")
        slip = example.scratch / "mailbox" / "today" / "fir.json"
        assert json.loads(slip.read_text()) == texts


@pytest.mark.parametrize(
    "mailbox", [["oak"], {"oak": "410 42"}, {"oak": []}, {"oak": [410]}]
)
def test_what_is_no_mailbox_is_refused(example, mailbox):
    with pytest.raises(ParamValidationError, match="mailbox"):
        example.dag.test(run_conf={"mailbox": mailbox})


def test_the_dags(example):
    fast, red = example.sibling("fail_fast"), example.sibling("fail_fast_red")
    assert [d.fail_fast for d in (example.dag, fast, red)] == [False, True, True]
    for dag in (example.dag, fast, red):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert dag.params["mailbox"] == {
            "oak": ["410 42"],
            "elm": [""],
            "ash": ["38O 40"],
            "fir": ["not there", "520 39"],
            "yew": ["locked", "275 44"],
        }
        take_in = dag.get_task("take_in")
        assert (take_in.retries, take_in.retry_delay) == (2, timedelta(seconds=1))
        for name in ("sort_mail", "farms", "tally"):
            assert dag.get_task(name).retries == 0
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "sort_mail": {"take_in"},
        "farms": {"take_in"},
        "take_in": {"tally", "audit"},
        "tally": set(),
        "audit": set(),
    }
    assert example.dag.get_task("tally").trigger_rule == "none_failed"
    assert example.dag.get_task("audit").trigger_rule == "all_done"
    assert fast.get_task("tally").trigger_rule == "all_success"
    edges = {t.task_id: t.downstream_task_ids for t in red.tasks}
    assert edges == {
        "sort_mail": {"take_in", "settle"},
        "farms": {"take_in"},
        "take_in": {"tally", "settle"},
        "tally": {"settle"},
        "settle": set(),
    }
    settle = red.get_task("settle")
    assert settle.is_teardown
    assert settle.on_failure_fail_dagrun is True
    assert red.get_task("sort_mail").is_setup
