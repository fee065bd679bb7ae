"""A failed check is marked a success: what goes on, what is missing, what stays red."""

from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.child_runs import execute, executing

STEM = "16_07_01_marking_success_failure_subtask_1"
TOO_MUCH = "AirflowFailException: 194.8 mm is more than twice 66.0 mm"
AS_USUAL = {"rain": {"2": 84, "9": 581}}
REASON = "the gauge was looked at: it is right"
FAILED = {
    "measure": "success",
    "check": "failed",
    "alert": "success",
    "publish": "upstream_failed",
    "archive": "upstream_failed",
}


def begin(example, role: str = "", **conf) -> str:
    """Create a run that nobody has begun, and return its path."""
    dag_id = f"{STEM}__{role}" if role else STEM
    body = {"dag_run_id": "may", "logical_date": None, "conf": conf}
    with example.api.client("op") as op:
        op.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body).raise_for_status()
    return f"/api/v2/dags/{dag_id}/dagRuns/may"


def failed(example, role: str = "") -> str:
    """Leave a run behind whose check has failed, and return its path."""
    path = begin(example, role)
    dag = example.sibling(role) if role else example.dag
    assert execute(dag, "may") == "failed"
    return path


def tasks(client, path: str) -> dict[str, dict]:
    rows = client.get(f"{path}/taskInstances").json()["task_instances"]
    return {row["task_id"]: row for row in rows}


def states(client, path: str) -> dict[str, str | None]:
    return {name: row["state"] for name, row in tasks(client, path).items()}


def xcom(client, path: str, task: str):
    """What a task has returned, or the status of the answer when it has not."""
    answer = client.get(f"{path}/taskInstances/{task}/xcomEntries/return_value")
    return answer.json()["value"] if answer.is_success else answer.status_code


def kept_files(example, role: str = "") -> dict[str, str]:
    folder = example.scratch / (f"{STEM}__{role}" if role else STEM)
    return {file.name: file.read_text() for file in folder.iterdir()}


def refusal(act, *given, **named) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given, **named)
    return f"{refused.type.__name__}: {refused.value}"


# --8<-- [start:default]
def test_the_check_fails_and_what_follows_does_not_begin(example):
    run = example.run()

    assert run.states == FAILED
    assert run.state == "failed"
    assert run.task("check").error == TOO_MUCH
    assert run.task("publish").try_number == 0
    # --8<-- [end:default]
    assert run.value("measure") == 1948
    assert run.value("alert") == "sent"
    assert (run.task("check").try_number, run.task("check").xcoms) == (1, {})
    assert kept_files(example) == {"alerts": "look at the gauge\n"}


@pytest.mark.parametrize("role", ["", "strict"])
def test_usual_rain_is_published_with_its_percentage(example, role):
    run = example.run(f"{role or 'as'}-usual", role=role, conf=AS_USUAL)

    assert run.value("check") == 101
    assert run.value("publish") == "66.5 mm, +1 % against other years"
    assert run.value("archive") == 33
    assert run.states == {
        "measure": "success",
        "check": "success",
        "alert": "skipped",
        "publish": "success",
        "archive": "success",
    }
    assert run.state == "success"
    assert kept_files(example, role) == {"bulletin": run.value("publish")}


# --8<-- [start:pattern]
def test_a_marked_check_hands_down_nothing(example):
    run = example.run("marked-in-a-test", mark_success="check")

    assert run.states["check"] == "success"
    assert run.task("check").xcoms == {}
    assert run.value("publish") == "194.8 mm, not checked"
    assert run.state == "success"


def test_a_publish_without_a_fallback_fails_below_a_marked_check(example):
    run = example.run("marked-strict", role="strict", mark_success="check")

    assert run.states["check"] == "success"
    assert run.task("publish").error == (
        "TypeError: unsupported operand type(s) for -: 'NoneType' and 'int'"
    )
    assert run.states["archive"] == "upstream_failed"
    assert run.state == "failed"
    # --8<-- [end:pattern]
    assert run.states["alert"] == "skipped"


# --8<-- [start:marked]
def test_the_mark_frees_what_had_waited_and_touches_nothing_else(example):
    path = failed(example)
    kept = example.scenario("marked")
    op = kept.http("op", keep=["total_entries", "detail"])
    look = example.api.client("viewer")
    before = tasks(look, path)
    check = f"{path}/taskInstances/check"
    op.patch(check, json={"new_state": "success", "note": REASON}).raise_for_status()
    after = tasks(look, path)

    assert {name: row["state"] for name, row in before.items()} == FAILED
    assert {name: row["state"] for name, row in after.items()} == FAILED | {
        "check": "success",
        "publish": None,
        "archive": None,
    }
    assert look.get(path).json()["state"] == "queued"
    assert xcom(look, path, "check") == 404
    # --8<-- [end:marked]
    kept.keep("states after the mark", states(look, path))
    for key in ("try_number", "max_tries", "start_date", "end_date", "duration"):
        assert after["check"][key] == before["check"][key]
    assert after["check"]["note"] == REASON
    assert [row["note"] for row in before.values()] == [None] * 5
    assert after["alert"] == before["alert"]
    tries = look.get(f"{check}/tries").json()["task_instances"]
    told = [(one["try_number"], one["state"]) for one in tries]
    assert kept.keep("tries of check", told) == [(1, "success")]

    again = op.patch(check, json={"new_state": "success", "note": "oh, and: sorry"})
    assert again.status_code == 409
    assert again.json()["detail"] == "Task id check is already in success state"
    assert tasks(look, path)["check"]["note"] == REASON
    op.patch(check, json={"note": f"{REASON}. Ada"}).raise_for_status()
    assert tasks(look, path)["check"]["note"] == f"{REASON}. Ada"

    assert execute(example.dag, "may") == "success"
    assert states(look, path) == dict.fromkeys(FAILED, "success")
    bulletin = kept.keep("bulletin", xcom(look, path, "publish"))
    assert bulletin == "194.8 mm, not checked"
    assert tasks(look, path)["publish"]["try_number"] == 1
    assert kept_files(example) == {
        "alerts": "look at the gauge\n",
        "bulletin": "194.8 mm, not checked",
    }
    look.close()


# --8<-- [start:hole]
def test_each_mark_moves_the_hole_one_task_down(example):
    path = failed(example, "strict")
    kept = example.scenario("hole")
    op = kept.http("op", keep=["total_entries"])
    look = example.api.client("viewer")
    seen = []
    for task in ("check", "publish", "archive"):
        mark = {"new_state": "success"}
        op.patch(f"{path}/taskInstances/{task}", json=mark).raise_for_status()
        if look.get(path).json()["state"] == "queued":
            assert execute(example.sibling("strict"), "may") == "failed"
        seen.append(states(look, path))

    assert [s["publish"] for s in seen] == ["failed", "success", "success"]
    assert [s["archive"] for s in seen] == ["upstream_failed", "failed", "success"]
    assert set(seen[-1].values()) == {"success"}
    assert look.get(path).json()["state"] == "failed"
    assert "bulletin" not in kept_files(example, "strict")
    # --8<-- [end:hole]
    for task, states_then in zip(("check", "publish", "archive"), seen, strict=True):
        kept.keep(f"after {task} was marked", states_then)
    kept.keep("the run in the end", look.get(path).json()["state"])
    assert [xcom(look, path, t) for t in ("check", "publish", "archive")] == [404] * 3
    tries = {name: row["try_number"] for name, row in tasks(look, path).items()}
    assert set(tries.values()) == {1}

    op.patch(path, json={"state": "queued"}).raise_for_status()
    assert execute(example.sibling("strict"), "may") == "success"
    assert {n: r["try_number"] for n, r in tasks(look, path).items()} == tries
    look.close()


# --8<-- [start:in-advance]
def test_a_check_that_is_marked_before_it_begins_never_does(example):
    path = begin(example)
    kept = example.scenario("in-advance")
    op = kept.http("op", keep=["total_entries", "detail"])
    mark = {"new_state": "success", "note": "the gauge is being replaced tonight"}
    op.patch(f"{path}/taskInstances/check", json=mark).raise_for_status()

    assert execute(example.dag, "may") == "success"
    with example.api.client("viewer") as look:
        assert xcom(look, path, "publish") == "194.8 mm, not checked"
        ends = kept.keep("states in the end", states(look, path))
        assert ends == dict.fromkeys(FAILED, "success") | {"alert": "skipped"}
        assert tasks(look, path)["check"]["try_number"] == 0
    # --8<-- [end:in-advance]
    assert kept_files(example) == {"bulletin": "194.8 mm, not checked"}


# --8<-- [start:accepted]
def test_a_false_alarm_is_accepted(example):
    path = failed(example)
    with example.api.client("admin") as admin:
        admin.patch(f"/api/v2/dags/{STEM}", json={"is_paused": False})
    with executing([example.dag]):
        accepted = example.run(
            "accepted",
            role="accept",
            logical_date=None,
            conf={"run_id": "may", "reason": REASON},
        )

    assert accepted.value("alarm") == ["archive", "publish"]
    assert accepted.value("mark") == "success"
    assert accepted.value("gaps") == ["check"]
    assert accepted.task("gaps").log == ["WARNING a success without a result: check"]
    with example.api.client("viewer") as look:
        assert look.get(path).json()["state"] == "success"
        assert tasks(look, path)["check"]["note"] == REASON
        assert xcom(look, path, "publish") == "194.8 mm, not checked"
    # --8<-- [end:accepted]
    assert accepted.state == "success"


# --8<-- [start:refused]
def test_something_else_has_failed(example):
    begin(example, rain={})
    assert execute(example.dag, "may") == "failed"
    conf = {"run_id": "may", "reason": REASON}
    run = example.run("no-reading", role="accept", logical_date=None, conf=conf)

    assert run.task("alarm").error == (
        "AirflowFailException: failed: measure; I accept a failed check only"
    )
    assert run.states["mark"] == "upstream_failed"
    # --8<-- [end:refused]
    assert run.state == "failed"
    with example.api.client("viewer") as look:
        path = f"/api/v2/dags/{STEM}/dagRuns/may"
        assert states(look, path)["check"] == "upstream_failed"
        assert states(look, path)["alert"] == "success"


def steps(example) -> dict:
    """The functions of the tasks that accept an alarm."""
    example.api.export("op")
    return {
        task.task_id: task.python_callable for task in example.sibling("accept").tasks
    }


def test_nothing_is_accepted_twice(example):
    failed(example)
    do = steps(example)
    may = {"run_id": "may", "reason": REASON}
    assert refusal(do["over"], params=may) == (
        "AirflowFailException: the run has failed again"
    )
    assert do["alarm"](params=may) == ["archive", "publish"]
    assert do["mark"](params=may) == "success"
    assert do["over"](params=may) is False
    assert refusal(do["alarm"], params=may) == (
        "AirflowFailException: failed: nothing; I accept a failed check only"
    )
    assert refusal(do["mark"], params=may) == (
        "AirflowFailException: Task id check is already in success state"
    )
    assert do["gaps"](params=may) == ["check"]
    assert execute(example.dag, "may") == "success"
    assert do["over"](params=may) is True


def test_a_run_that_is_not_there(example):
    do = steps(example)
    other = {"run_id": "may be #2", "reason": REASON}
    lost = (
        "AirflowFailException: The DagRun with "
        f"dag_id: `{STEM}` and run_id: `may be #2` was not found"
    )
    assert refusal(do["alarm"], params=other) == lost
    assert refusal(do["over"], params=other) == lost
    assert refusal(do["gaps"], params=other) == lost
    assert example.module.api().timeout.read == 30


def test_a_run_without_a_gap(example):
    begin(example, **AS_USUAL)
    assert execute(example.dag, "may") == "success"
    do = steps(example)
    assert do["gaps"](params={"run_id": "may"}) == []


@pytest.mark.parametrize(
    "conf",
    [
        {},
        {"run_id": "may"},
        {"reason": REASON},
        {"run_id": 5, "reason": REASON},
        {"run_id": "may", "reason": "it is ok."},
        {"run_id": "may", "reason": "x" * 1001},
        {"run_id": "may", "reason": 1234567890},
    ],
)
def test_a_mark_without_a_reason_is_refused(example, conf):
    with pytest.raises(ParamValidationError):
        example.sibling("accept").test(run_conf=conf)


@pytest.mark.parametrize("rain", [[84], {"2": "much"}])
def test_what_is_no_reading_is_refused(example, rain):
    with pytest.raises(ParamValidationError, match="rain"):
        example.dag.test(run_conf={"rain": rain})


def test_reasons_may_be_as_long_as_a_note(example):
    reason = example.sibling("accept").params.get_param("reason").schema
    assert reason == {"type": "string", "minLength": 10, "maxLength": 1000}
    failed(example)
    longest = {"run_id": "may", "reason": "x" * 1000}
    assert steps(example)["mark"](params=longest) == "success"


def test_the_arithmetic(example):
    do = {task.task_id: task.python_callable for task in example.dag.tasks}
    assert example.module.USUAL == 660
    assert sum(example.module.RAIN.values()) == 84 + 131 + 1266 + 410 + 57 == 1948
    assert example.module.mm(1) == "0.1 mm"
    assert example.module.mm(1240) == "124.0 mm"
    assert refusal(do["measure"], {"rain": {}}) == (
        "AirflowFailException: no reading has arrived"
    )
    assert do["measure"]({"rain": {"1": 0, "2": 31}}) == 31
    assert do["check"](1320) == 200
    assert refusal(do["check"], 1321) == (
        "AirflowFailException: 132.1 mm is more than twice 66.0 mm"
    )
    assert do["check"](0) == 0
    for role in ("", "strict"):
        dag = example.sibling(role) if role else example.dag
        publish = dag.get_task("publish").python_callable
        assert publish(620, 94) == "62.0 mm, -6 % against other years"
        assert publish(660, 100) == "66.0 mm, +0 % against other years"
    assert do["publish"](0, None) == "0.0 mm, not checked"


def test_an_office_sends_every_alert_and_keeps_one_bulletin(example):
    do = {task.task_id: task.python_callable for task in example.dag.tasks}
    for words in ("first", "second bulletin"):
        assert do["alert"](dag=example.dag) == "sent"
        assert do["archive"](words, dag=example.dag) == len(words)
    assert kept_files(example) == {
        "alerts": 2 * "look at the gauge\n",
        "bulletin": "second bulletin",
    }
    assert refusal(do["archive"], None, dag=example.dag) == (
        "AirflowFailException: there is no bulletin to keep"
    )


def test_the_dags(example):
    for role in ("", "strict", "accept"):
        dag = example.sibling(role) if role else example.dag
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert {task.retries for task in dag.tasks} == {0}
    for dag in (example.dag, example.sibling("strict")):
        assert dag.params["rain"] == example.module.RAIN
        edges = {task.task_id: task.downstream_task_ids for task in dag.tasks}
        assert edges == {
            "measure": {"check", "publish"},
            "check": {"alert", "publish"},
            "alert": set(),
            "publish": {"archive"},
            "archive": set(),
        }
        rules = {task.task_id: task.trigger_rule for task in dag.tasks}
        assert rules.pop("alert") == "one_failed"
        assert set(rules.values()) == {"all_success"}
    accept = example.sibling("accept")
    assert {t.task_id: t.downstream_task_ids for t in accept.tasks} == {
        "alarm": {"mark"},
        "mark": {"over"},
        "over": {"gaps"},
        "gaps": set(),
    }
    over = accept.get_task("over")
    assert (over.poke_interval, over.timeout, over.mode) == (1, 600, "poke")
