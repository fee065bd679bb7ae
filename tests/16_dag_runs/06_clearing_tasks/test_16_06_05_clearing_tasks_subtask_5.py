"""What a clear leaves, what the next try takes away, and what both leave alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.child_runs import executing
from dagbook.testing.log_trigger import when_logged

STEM = "16_06_05_clearing_tasks_subtask_5"
PAGES = {
    "primes": [1, 3],  # 95 primes below 500
    "squares": [5, 5],
    "cubes": [7, 10],
    "powers": [11, 11],
    "triangles": [13, 14],
}
STORE = "cubes:7-10 powers:11-11 primes:1-3 squares:5-5 triangles:13-14"
SET = {name: f"INFO set {name}: pages {a} to {b}" for name, (a, b) in PAGES.items()}


def lines(*chapters: str) -> list[str]:
    return [SET[chapter] for chapter in chapters]


def store(example, run) -> dict:
    """What is in the state store of the task, by key."""
    with example.api.client("viewer") as viewer:
        found = viewer.get(f"{task_path(run)}/state-store").json()["task_state_store"]
    return {entry["key"]: entry["value"]["pages"] for entry in found}


def printed(example):
    """A run of the book that has succeeded, and is not recorded itself."""
    return example.dag.test(
        logical_date=datetime(2026, 5, 1, tzinfo=UTC),
        run_after=datetime(2026, 5, 1, 6, 30, tzinfo=UTC),
    )


def folder(example) -> Path:
    """Where the manuscripts of such a run lie."""
    return example.scratch / "books" / "manual__2026-05-01T06:30:00+00:00"


def write(example, chapter: str, more: int = 0) -> None:
    """Write a manuscript as the author would, or with some lines more."""
    numbers = [str(n) for n in example.module.TABLES[chapter]] + ["0"] * more
    (folder(example) / f"{chapter}.txt").write_text("\n".join(numbers))


def task_path(run) -> str:
    return f"/api/v2/dags/{STEM}/dagRuns/{quote(run.run_id)}/taskInstances/set_pages"


def unpause(example, paused: bool = False) -> None:
    with example.api.client("admin") as admin:
        admin.patch(f"/api/v2/dags/{STEM}", json={"is_paused": paused})


def is_paused(example) -> bool:
    with example.api.client("viewer") as viewer:
        return viewer.get(f"/api/v2/dags/{STEM}").json()["is_paused"]


def report(example, run, scenario: str, **conf):
    """Clear the task by the sister DAG, while somebody executes what is cleared."""
    unpause(example)
    with executing([example.dag]):
        return example.run(
            scenario,
            role="report",
            logical_date=None,
            conf={"run_id": run.run_id, **conf},
        )


def test_a_book_in_one_try(example):
    folder(example).mkdir(parents=True)  # as if the delivery had been cleared, too
    run = example.run()

    assert run.value("set_pages") == {"imprint": "printing 1", "pages": PAGES}
    assert run.value("contents") == [
        "primes 1",
        "squares 5",
        "cubes 7",
        "powers 11",
        "triangles 13",
    ]
    assert run.task("set_pages").log == lines(*PAGES)
    assert run.task("set_pages").xcoms == PAGES | {
        "return_value": {"imprint": "printing 1", "pages": PAGES}
    }
    assert [event["asset"] for event in run.asset_events] == ["book-of-tables"]
    assert set(run.states.values()) == {"success"}


# --8<-- [start:retried]
def test_a_retry_finds_the_store_and_no_xcom(example):
    run = example.run("late", conf={"late": ["cubes"]})

    set_pages = run.task("set_pages")
    assert [one["log"] for one in set_pages.tries] == [
        [*lines("primes", "squares"), "WARNING cubes has not been delivered"],
        ["WARNING cubes has not been delivered"],
    ]
    assert set_pages.xcoms == {}  # the second try has begun, and pushed nothing
    assert store(example, run) == {"primes": [1, 3], "squares": [5, 5]}
    # --8<-- [end:retried]
    example.scenario("late").keep("state store", store(example, run))
    assert (set_pages.try_number, set_pages.max_tries) == (2, 1)
    assert [error.split(":")[0] for error in set_pages.errors] == [
        "FileNotFoundError"
    ] * 2
    assert run.states["contents"] == "upstream_failed"
    assert (run.state, run.asset_events) == ("failed", [])
    with example.api.client("viewer") as viewer:
        entries = viewer.get(f"{task_path(run)}/state-store").json()
    assert [e["expires_at"] for e in entries["task_state_store"]] == [None, None]


# --8<-- [start:arrives]
def test_the_retry_sets_what_the_first_try_could_not(example):
    with when_logged(
        example,
        "cubes has not been delivered",
        lambda: write(example, "cubes"),
    ):
        run = example.run("arrives-in-time", conf={"late": ["cubes"]})

    assert [one["log"] for one in run.task("set_pages").tries] == [
        [*lines("primes", "squares"), "WARNING cubes has not been delivered"],
        lines("cubes", "powers", "triangles"),
    ]
    assert run.value("set_pages") == {"imprint": "printing 2", "pages": PAGES}
    assert sorted(run.task("set_pages").xcoms) == [
        "cubes",
        "powers",
        "return_value",
        "triangles",
    ]
    # --8<-- [end:arrives]
    assert run.state == "success"
    assert store(example, run) == PAGES


# --8<-- [start:inventory]
def test_what_a_clear_leaves_and_what_the_next_try_takes(example):
    run = printed(example)
    with example.api.client("op") as op:
        op.patch(task_path(run), json={"note": "proofs are with the editor"})
    write(example, "squares", more=41)  # 81 lines: 5, 6 and 7

    sister = report(example, run, "corrected")
    before, waiting, after = map(sister.value, ("before", "waiting", "after"))
    keys = "cubes powers primes return_value squares triangles"
    assert before["XCom"] == waiting["XCom"] == keys
    assert after["XCom"] == "cubes powers return_value squares triangles"
    assert before["state store"] == waiting["state store"] == STORE
    assert after["state store"] == (
        "cubes:9-12 powers:13-13 primes:1-3 squares:5-7 triangles:15-16"
    )
    # --8<-- [end:inventory]
    for seen, state, tries, imprint, events in (
        (before, "success", "success", "printing 1", 1),
        (waiting, None, "success, None", "printing 1", 1),
        (after, "success", "success, success", "printing 2", 2),
    ):
        assert seen["state"] == state
        assert seen["tries"] == tries
        assert seen["rendered"] == imprint
        assert seen["asset events"] == events
        assert seen["note"] == "proofs are with the editor"
        assert seen["conf"] == {}
    assert sister.value("fates") == {
        "state": "changed by the clear",
        "tries": "changed by the clear",
        "XCom": "kept until the next try began",
        "state store": "kept until the next try began",
        "rendered": "kept until the next try began",
        "note": "kept",
        "conf": "kept",
        "asset events": "kept until the next try began",
    }
    assert sister.value("clear") == 2
    assert set(sister.states.values()) == {"success"}
    assert not is_paused(example)


# --8<-- [start:a-little]
def test_a_correction_that_moves_no_page_sets_one_chapter(example):
    run = printed(example)
    write(example, "squares", more=1)  # 41 lines: 5 and 6

    after = report(example, run, "corrected-a-little").value("after")
    assert after["XCom"] == "return_value squares"
    corrected = STORE.replace("squares:5-5", "squares:5-6")
    assert after["state store"] == corrected

    sister = report(example, run, "forget", forget=True)
    assert sister.value("before")["state store"] == corrected
    assert sister.value("waiting")["state store"] == ""
    assert sister.value("after")["XCom"] == (
        "cubes powers primes return_value squares triangles"
    )
    # --8<-- [end:a-little]
    assert sister.value("after")["state store"] == corrected
    assert sister.value("fates")["state store"] == "changed by the clear"


def test_a_run_that_is_not_there_is_found_before_anything_is_paused(example):
    unpause(example)
    run = example.run(
        "no-such-run", role="report", logical_date=None, conf={"run_id": "2 May"}
    )

    assert run.task("before").error.startswith("AirflowFailException: 404 ")
    assert {run.states[task] for task in ("pause", "clear", "unpause", "over")} == {
        "upstream_failed"
    }
    assert run.state == "failed"
    assert not is_paused(example)


def test_a_paused_book_is_not_cleared(example):
    run = printed(example)
    unpause(example, paused=True)
    sister = example.run(
        "paused", role="report", logical_date=None, conf={"run_id": run.run_id}
    )

    assert sister.task("pause").error == (
        "AirflowFailException: paused already: nothing cleared would run"
    )
    assert sister.states["clear"] == "upstream_failed"
    assert is_paused(example)


def test_the_book_is_unpaused_when_the_clear_is_refused(example):
    run = printed(example)
    unpause(example)

    def lose() -> None:
        assert is_paused(example)
        with example.api.client("admin") as admin:
            admin.delete(task_path(run).removesuffix("/taskInstances/set_pages"))

    with when_logged(example, "paused", lose):
        sister = example.run(
            "refused", role="report", logical_date=None, conf={"run_id": run.run_id}
        )
    assert sister.task("clear").error == (
        f"AirflowFailException: 404 Dag Run id {run.run_id} not found in dag {STEM}"
    )
    assert sister.states["unpause"] == "success"
    assert sister.states["over"] == "upstream_failed"
    assert sister.state == "failed"
    assert not is_paused(example)


@pytest.mark.parametrize(
    ("count", "first", "last"), [(1, 1, 1), (40, 1, 1), (41, 7, 8), (81, 9, 11)]
)
def test_forty_lines_are_a_page(example, count, first, last):
    assert example.module.pages("\n".join(["1"] * count), first) == [first, last]


@pytest.mark.parametrize(("page", "then"), [(3, 5), (4, 5), (5, 7), (10, 11)])
def test_a_chapter_begins_on_the_right(example, page, then):
    assert example.module.next_right_hand(page) == then


def test_a_fingerprint_names_all_that_the_pages_depend_on(example, monkeypatch):
    fingerprint = example.module.fingerprint
    assert fingerprint("1\n4\n9", 5) == fingerprint("1\n4\n9", 5)
    others = {fingerprint("1\n4\n9", 5), fingerprint("1\n4\n9", 7)}
    others.add(fingerprint("1\n4\n16", 5))
    monkeypatch.setattr(example.module, "LINES_PER_PAGE", 36)
    others.add(fingerprint("1\n4\n9", 5))
    assert len(others) == 4
    assert {len(one) for one in others} == {12}


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ((1, 1, 1), "kept"),
        ((1, 1, 2), "kept until the next try began"),
        ((1, 2, 2), "changed by the clear"),
        ((1, 2, 1), "changed by the clear"),
    ],
)
def test_what_became_of_it(example, seen, words):
    assert example.module.fate(*seen) == words


@pytest.mark.parametrize("late", [["quarks"], "cubes"])
def test_what_is_not_a_list_of_chapters_is_refused(example, late):
    with pytest.raises(ParamValidationError, match="late"):
        example.dag.test(run_conf={"late": late})


@pytest.mark.parametrize("conf", [{}, {"run_id": 2}])
def test_a_report_is_about_one_run(example, conf):
    with pytest.raises(ParamValidationError, match="run_id"):
        example.sibling("report").test(run_conf=conf)


@pytest.mark.parametrize(
    ("chapter", "count", "first", "last"),
    [
        ("primes", 95, 2, 499),
        ("squares", 40, 1, 1600),
        ("cubes", 121, 1, 1771561),
        ("powers", 13, 1, 4096),
        ("triangles", 80, 1, 3240),
    ],
)
def test_the_tables(example, chapter, count, first, last):
    table = example.module.TABLES[chapter]
    assert (len(table), table[0], table[-1]) == (count, first, last)


def test_the_dags(example):
    report = example.sibling("report")
    for dag in (example.dag, report):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert report.max_active_runs == 1
    set_pages = example.dag.get_task("set_pages")
    assert (set_pages.retries, set_pages.retry_delay) == (1, timedelta(seconds=1))
    assert {t.task_id: t.downstream_task_ids for t in example.dag.tasks} == {
        "deliver": {"set_pages"},
        "set_pages": {"contents"},
        "contents": set(),
    }
    assert {t.task_id: t.downstream_task_ids for t in report.tasks} == {
        "before": {"pause", "fates"},
        "pause": {"clear", "unpause"},
        "clear": {"waiting"},
        "waiting": {"unpause", "over", "fates"},
        "unpause": {"over"},
        "over": {"after"},
        "after": {"fates"},
        "fates": set(),
    }
    over = report.get_task("over")
    assert (over.poke_interval, over.timeout, over.mode) == (0.5, 600, "poke")
    assert report.get_task("pause").is_setup
    assert report.get_task("unpause").is_teardown
