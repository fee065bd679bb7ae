"""Collect every fee exactly once, however often its task is cleared.

A music school collects the fees of a month by direct debit. The outbox keeps what was
asked of the bank, so a second pass asks only for what is missing. A crash after the
bank has booked, and before the outbox knows, is closed by a key that the bank keeps.
The sister ``__naive`` has neither, and collects twice.
"""

import logging
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
MONTH = r"^\d{4}-\d{2}$"
CENTS_A_MINUTE = 80
LESSONS = "ada 30\nben 45\nada 30\ncleo 45\nben 45\n"  # a pupil, and minutes
TABLES = {
    "outbox": "outbox (key TEXT PRIMARY KEY, account, cents, booking)",
    "bank": "bookings (number INTEGER PRIMARY KEY, key UNIQUE, account, cents, asked)",
}


@contextmanager
def database(name: str) -> Iterator[sqlite3.Connection]:
    """Open a database for one transaction, which is kept as a whole or not at all."""
    path = Path(tempfile.gettempdir()) / f"16_06_06_{name}.sqlite"
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"CREATE TABLE IF NOT EXISTS {TABLES[name]}")
        with db:
            yield db


# --8<-- [start:bank]
class KeyReusedError(Exception):
    """The key belongs to a debit of another amount."""


def debit(key: str, account: str, cents: int) -> int:
    """Stand for the bank: book a debit once per key, and return its number."""
    with database("bank") as db:
        known = "SELECT number, account, cents FROM bookings WHERE key = ?"
        if row := db.execute(known, [key]).fetchone():
            if row[1:] != (account, cents):
                raise KeyReusedError(f"{key} is {row[2]} cents of {row[1]}")
            db.execute("UPDATE bookings SET asked = asked + 1 WHERE key = ?", [key])
            return row[0]
        new = "INSERT INTO bookings VALUES (NULL, ?, ?, ?, 1)"
        return db.execute(new, [key, account, cents]).lastrowid


# --8<-- [end:bank]


def statement(month: str) -> dict[str, int]:
    """Return what the bank has booked for a month, by account."""
    with database("bank") as db:
        total = (
            "SELECT account, sum(cents) FROM bookings WHERE account LIKE ? "
            "GROUP BY account HAVING sum(cents) <> 0 ORDER BY account"
        )
        return dict(db.execute(total, [f"{month}/%"]))


def fees(month: str, lessons: str) -> dict[str, int]:
    """Return what is due for a month's lessons in cents, by account."""
    minutes: Counter[str] = Counter()
    for lesson in lessons.splitlines():
        pupil, length = lesson.split()
        minutes[f"{month}/{pupil}"] += int(length)
    return {who: n * CENTS_A_MINUTE for who, n in sorted(minutes.items()) if n}


# --8<-- [start:enqueue]
def enqueue(month: str, due: dict[str, int]) -> list[str]:
    """Write down what is due and was not asked for; return all keys, oldest first."""
    with database("outbox") as db:
        asked = {
            account: (versions, cents)
            for account, versions, cents in db.execute(
                "SELECT account, count(*), sum(cents) FROM outbox "
                "WHERE account LIKE ? GROUP BY account",
                [f"{month}/%"],
            )
        }
        for account in sorted({*due, *asked}):
            versions, cents = asked.get(account, (0, 0))
            if missing := due.get(account, 0) - cents:
                key = f"{account}/{versions + 1}"
                row = [key, account, missing]
                db.execute("INSERT INTO outbox VALUES (?, ?, ?, NULL)", row)
                log.info("%s: %+d cents", key, missing)
        keys = "SELECT key FROM outbox WHERE account LIKE ? ORDER BY rowid"
        return [key for (key,) in db.execute(keys, [f"{month}/%"])]


# --8<-- [end:enqueue]


@task
def bill(params) -> dict[str, int]:
    """Read the register of lessons, as it is now."""
    path = Path(tempfile.gettempdir()) / f"lessons-{params['month']}.txt"
    return fees(params["month"], path.read_text() if path.exists() else LESSONS)


@dag(
    dag_id="16_06_06_clearing_tasks_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"month": Param("2026-05", type="string", pattern=MONTH)},
)
def collect_fees():
    @task
    def queue(due: dict[str, int], params) -> list[str]:
        return enqueue(params["month"], due)

    # --8<-- [start:send]
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def send(key: str) -> dict:
        """Have the bank book one row of the outbox, unless it is known to have done."""
        with database("outbox") as db:
            row = "SELECT account, cents, booking FROM outbox WHERE key = ?"
            account, cents, booking = db.execute(row, [key]).fetchone()
        if booking:
            return {"key": key, "cents": cents, "sent": "before"}
        booking = debit(key, account, cents)
        log.info("%s: the bank has booked %d cents", key, cents)
        with database("outbox") as db:
            done = "UPDATE outbox SET booking = ? WHERE key = ?"
            db.execute(done, [booking, key])
        return {"key": key, "cents": cents, "sent": "now"}

    # --8<-- [end:send]

    # --8<-- [start:check]
    @task
    def check(due: dict[str, int], params) -> dict[str, int]:
        """Compare what is due with what the bank says, and not with the outbox."""
        booked = statement(params["month"])
        if booked != due:
            raise AirflowFailException(f"due: {due}, booked: {booked}")
        return booked

    # --8<-- [end:check]

    due = bill()
    send.expand(key=queue(due)) >> check(due)


@dag(
    dag_id="16_06_06_clearing_tasks_subtask_6__naive",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"month": Param("2026-04", type="string", pattern=MONTH)},
)
def naive():
    # --8<-- [start:naive]
    @task
    def collect(due: dict[str, int]) -> list[int]:
        return [debit(str(uuid4()), who, cents) for who, cents in due.items()]

    # --8<-- [end:naive]

    collect(bill())


collecting = collect_fees()
naive()

if __name__ == "__main__":
    collecting.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
