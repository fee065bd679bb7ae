"""The same fees again and again: cleared, crashed, corrected, and asked for twice."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.log_trigger import when_logged

ADA, BEN, CLEO = (f"2026-05/{pupil}" for pupil in ("ada", "ben", "cleo"))
DUE = {ADA: 60 * 80, BEN: 90 * 80, CLEO: 45 * 80}
KEYS = [f"{who}/1" for who in DUE]
ONCE = [f"{who}/1: {cents} cents, requests: 1" for who, cents in DUE.items()]
REFUSE = (
    "CREATE TRIGGER refuse BEFORE UPDATE ON outbox "
    "BEGIN SELECT RAISE(ABORT, 'the outbox is read-only'); END"
)


def ask(example, name, statement):
    """Ask a database as somebody else, or change it."""
    path = example.scratch / f"16_06_06_{name}.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        return db.execute(statement).fetchall()


def bookings(example):
    """What the bank has booked, oldest first, and how often it was asked to."""
    found = ask(example, "bank", "SELECT key, cents, asked FROM bookings ORDER BY 1")
    return [f"{key}: {cents} cents, requests: {n}" for key, cents, n in found]


def outbox(example):
    return ask(example, "outbox", "SELECT key, cents, booking FROM outbox ORDER BY 1")


def debits(sent):
    """What `send` returns for the first version of each debit."""
    return [
        {"key": f"{who}/1", "cents": cents, "sent": sent} for who, cents in DUE.items()
    ]


def is_noted(example):
    """Whether the outbox has the number of each booking that the bank has made."""
    booked = ask(example, "bank", "SELECT key, cents, number FROM bookings ORDER BY 1")
    return outbox(example) == booked


def clear(client, run, **what):
    """Clear tasks of a run; all of them when none is named."""
    dag_id = run.data["dag_id"]
    body = {"dag_run_id": run.run_id, "dry_run": False, "only_failed": False, **what}
    path = f"/api/v2/dags/{dag_id}/clearTaskInstances"
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["total_entries"]


def work(example, run):
    """Run a cleared run to its end, on a DAG that was parsed for it alone."""
    dags, _ = load(example.paths.dag)
    return execute(dags[run.data["dag_id"]], run.run_id)


def seen(client, run):
    """State and try of each task of a run."""
    path = f"/api/v2/dags/{run.data['dag_id']}/dagRuns/{run.run_id}/taskInstances"
    rows = client.get(path).json()["task_instances"]
    rows.sort(key=lambda row: (row["task_id"], row["map_index"]))
    return {
        f"{row['task_id']}[{row['map_index']}]".replace("[-1]", ""): (
            f"{row['state']}, try {row['try_number']}"
        )
        for row in rows
    }


def returned(client, run, task_id, map_index=-1):
    path = f"/api/v2/dags/{run.data['dag_id']}/dagRuns/{run.run_id}/taskInstances"
    entry = f"{path}/{task_id}/xcomEntries/return_value"
    return client.get(entry, params={"map_index": map_index}).json()["value"]


def sent(client, run, count):
    return [returned(client, run, "send", index) for index in range(count)]


# --8<-- [start:again]
def test_a_second_run_of_the_month_asks_for_nothing(example):
    first = example.run()
    written = outbox(example)
    later = datetime(2026, 5, 2, tzinfo=UTC)
    second = example.run("again", logical_date=later, run_after=later)

    assert first.values("send") == debits("now")
    assert second.values("send") == debits("before")
    assert first.value("check") == second.value("check") == DUE
    assert outbox(example) == written
    assert bookings(example) == ONCE
    # --8<-- [end:again]
    assert is_noted(example)
    assert first.value("bill") == DUE
    assert first.value("queue") == KEYS
    assert second.value("queue") == first.value("queue")
    assert first.task("queue").log == [
        "INFO 2026-05/ada/1: +4800 cents",
        "INFO 2026-05/ben/1: +7200 cents",
        "INFO 2026-05/cleo/1: +3600 cents",
    ]
    assert second.task("queue").log == []
    assert first.task("send", 1).log == [
        "INFO 2026-05/ben/1: the bank has booked 7200 cents"
    ]
    assert second.task("send", 1).log == []
    assert {first.state, second.state} == {"success"}


# --8<-- [start:cleared]
def test_clearing_one_index_or_everything_books_nothing(example):
    run = example.run("cleared")
    kept = example.scenario("cleared")
    with kept.http("admin", keep=["total_entries"]) as admin:
        assert clear(admin, run, task_ids=[["send", 1]]) == 1
        assert clear(admin, run, task_ids=["send"], dry_run=True) == 3
    with example.api.client("admin") as admin:
        assert seen(admin, run)["send[1]"] == "None, try 1"
        assert work(example, run) == "success"
        states = kept.keep("after clearing one index", seen(admin, run))
        tried = [states[f"send[{index}]"] for index in range(3)]
        assert tried == ["success, try 1", "success, try 2", "success, try 1"]
        assert sent(admin, run, 3) == [
            *(debits("now")[0], debits("before")[1], debits("now")[2]),
        ]

        assert clear(admin, run) == 6
        assert work(example, run) == "success"
        assert seen(admin, run)["send[0]"] == "success, try 2"
        assert sent(admin, run, 3) == debits("before")
    assert kept.keep("the bank, after both", bookings(example)) == ONCE
    # --8<-- [end:cleared]
    assert states["bill"] == states["check"] == "success, try 1"


# --8<-- [start:corrected]
def test_a_changed_amount_is_a_new_version_at_the_end_of_the_list(example):
    run = example.run("corrected")
    kept = example.scenario("corrected")
    register = example.scratch / "lessons-2026-05.txt"
    register.write_text("ada 30\nben 45\nada 15\nben 45\ndora 20\n")
    with example.api.client("admin") as admin:
        clear(admin, run)
        assert work(example, run) == "success"
        keys = kept.keep("queue returned", returned(admin, run, "queue"))
        results = sent(admin, run, 6)
        sends = [f"{one['key']}: sent {one['sent']}" for one in results]
        kept.keep("send returned", sends)
        assert kept.keep("check returned", returned(admin, run, "check")) == {
            ADA: 45 * 80,
            BEN: 90 * 80,
            "2026-05/dora": 20 * 80,
        }
    new = {f"{ADA}/2": -1200, f"{CLEO}/2": -3600, "2026-05/dora/1": 1600}
    assert keys == [*KEYS, *new]
    assert results == debits("before") + [
        {"key": key, "cents": cents, "sent": "now"} for key, cents in new.items()
    ]
    assert kept.keep("the bank", bookings(example)) == [
        f"{ADA}/1: 4800 cents, requests: 1",
        f"{ADA}/2: -1200 cents, requests: 1",
        f"{BEN}/1: 7200 cents, requests: 1",
        f"{CLEO}/1: 3600 cents, requests: 1",
        f"{CLEO}/2: -3600 cents, requests: 1",
        "2026-05/dora/1: 1600 cents, requests: 1",
    ]
    # --8<-- [end:corrected]


# --8<-- [start:crash]
def test_a_crash_after_the_booking_asks_twice_and_books_once(example):
    def crash():
        booked = "SELECT cents FROM bookings WHERE key = '2026-05/ben/1'"
        assert ask(example, "bank", booked) == [(7200,)]
        assert outbox(example)[1] == (f"{BEN}/1", 7200, None)  # but not noted
        raise MemoryError("between the bank and the outbox")

    with when_logged(example, "ben/1: the bank has booked", crash):
        run = example.run("crash")

    assert run.task("send", 1).errors == [
        "MemoryError: between the bank and the outbox"
    ]
    assert run.task("send", 1).try_number == 2
    kept = example.scenario("crash").keep("the bank", bookings(example))
    assert kept == [ONCE[0], f"{BEN}/1: 7200 cents, requests: 2", ONCE[2]]
    # --8<-- [end:crash]
    assert run.values("send") == debits("now")
    assert is_noted(example)
    assert [run.task("send", n).try_number for n in (0, 2)] == [1, 1]
    assert run.value("check") == DUE
    assert run.state == "success"


# --8<-- [start:unmarked]
def test_what_failed_to_be_marked_is_cleared_and_booked_once(example):
    example.run("march", conf={"month": "2026-03"})
    ask(example, "outbox", REFUSE)
    run = example.run("unmarked")

    assert run.states == {
        **{"bill": "success", "queue": "success", "check": "upstream_failed"},
        **dict.fromkeys(("send[0]", "send[1]", "send[2]"), "failed"),
    }
    assert run.task("send", 0).errors == ["IntegrityError: the outbox is read-only"] * 2
    assert bookings(example)[3:] == [
        one.replace("requests: 1", "requests: 2") for one in ONCE
    ]

    ask(example, "outbox", "DROP TRIGGER refuse")
    with example.api.client("admin") as admin:
        assert clear(admin, run, only_failed=True) == 4
        assert work(example, run) == "success"
        assert sent(admin, run, 3) == debits("now")
    assert bookings(example)[3:] == [
        one.replace("requests: 1", "requests: 3") for one in ONCE
    ]
    # --8<-- [end:unmarked]
    assert run.task("send", 0).max_tries == 1
    assert is_noted(example)


# --8<-- [start:naive]
def test_without_an_outbox_a_clear_collects_twice(example):
    run = example.run("naive", role="naive")
    with example.api.client("admin") as admin:
        clear(admin, run, task_ids=["collect"])
        assert work(example, run) == "success"
        again = returned(admin, run, "collect")
    assert [run.value("collect"), again] == [[1, 2, 3], [4, 5, 6]]
    booked = example.module.statement("2026-04")
    assert example.scenario("naive").keep("the bank", booked) == {
        "2026-04/ada": 2 * 4800,
        "2026-04/ben": 2 * 7200,
        "2026-04/cleo": 2 * 3600,
    }
    # --8<-- [end:naive]


# --8<-- [start:reused]
def test_the_bank_refuses_a_key_that_stands_for_something_else(example):
    debit, error = example.module.debit, example.module.KeyReusedError
    assert debit("k", ADA, 4800) == debit("k", ADA, 4800) == 1
    assert debit("k2", ADA, 1) == 2
    with pytest.raises(error, match=r"^k is 4800 cents of 2026-05/ada$"):
        debit("k", ADA, 3600)
    with pytest.raises(error):
        debit("k", BEN, 4800)
    # --8<-- [end:reused]
    assert ask(example, "bank", "SELECT key, cents, asked FROM bookings") == [
        ("k", 4800, 2),
        ("k2", 1, 1),
    ]


def test_what_the_bank_says_besides_fails_the_check(example):
    example.module.debit("by hand", ADA, 1)
    run = example.run("too-much")
    assert run.task("check").error == (
        f"AirflowFailException: due: {DUE}, booked: {DUE | {ADA: 4801}}"
    )
    assert run.state == "failed"


def test_the_statement_is_of_one_month_and_leaves_out_what_is_paid_back(example):
    for key, account, cents in (
        ("1", BEN, 300),
        ("2", ADA, 100),
        ("3", ADA, 20),
        ("4", CLEO, 50),
        ("5", CLEO, -50),
        ("6", "2026-04/ada", 7),
    ):
        example.module.debit(key, account, cents)
    statement = example.module.statement("2026-05")
    assert list(statement.items()) == [(ADA, 120), (BEN, 300)]


def test_the_outbox_of_one_month(example):
    enqueue = example.module.enqueue
    assert enqueue("2026-05", {BEN: 5, ADA: 7}) == [f"{ADA}/1", f"{BEN}/1"]
    assert enqueue("2026-04", {"2026-04/ada": 7}) == ["2026-04/ada/1"]
    assert enqueue("2026-05", {ADA: 7, BEN: 6}) == [f"{ADA}/1", f"{BEN}/1", f"{BEN}/2"]
    assert enqueue("2026-05", {ADA: 9})[2:] == [f"{BEN}/2", f"{ADA}/2", f"{BEN}/3"]
    assert outbox(example) == [
        ("2026-04/ada/1", 7, None),
        (f"{ADA}/1", 7, None),
        (f"{ADA}/2", 2, None),
        (f"{BEN}/1", 5, None),
        (f"{BEN}/2", 1, None),
        (f"{BEN}/3", -6, None),
    ]


def written_twice(database):
    with database("outbox") as db:
        for _ in range(2):
            db.execute("INSERT INTO outbox VALUES ('k', 'a', 1, NULL)")


def test_an_error_takes_back_the_whole_transaction(example):
    assert example.module.enqueue("2026-05", {}) == []
    with pytest.raises(sqlite3.IntegrityError):
        written_twice(example.module.database)
    assert outbox(example) == []


def test_a_database_that_is_in_use_is_waited_for(example):
    with example.module.database("outbox") as db:
        assert db.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


def test_the_fees(example):
    assert example.module.fees("2026-05", "") == {}
    lessons = "zoe 30\nada 1\nzoe 15\nben 0\n"
    fees = example.module.fees("2026-05", lessons)
    assert list(fees.items()) == [(ADA, 80), ("2026-05/zoe", 3600)]


@pytest.mark.parametrize("month", ["2026-5", "x2026-05", "2026-05-01", "%", 202605])
def test_what_no_month_is(example, month):
    for dag in (example.dag, example.sibling("naive")):
        with pytest.raises(ParamValidationError):
            dag.test(run_conf={"month": month})


def test_the_dags(example):
    naive = example.sibling("naive")
    for dag in (example.dag, naive):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert (example.dag.params["month"], naive.params["month"]) == (
        "2026-05",
        "2026-04",
    )
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "bill": {"queue", "check"},
        "queue": {"send"},
        "send": {"check"},
        "check": set(),
    }
    send = example.dag.get_task("send").partial_kwargs
    assert (send["retries"], send["retry_delay"]) == (1, timedelta(seconds=1))
    assert naive.get_task("bill").downstream_task_ids == {"collect"}
