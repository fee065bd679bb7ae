"""Checkpoint and recovery: a job that is longer than any one of its tries.

An archive keeps the amounts of 1000 cheques, in words, in 50 shards. It closes every
login after 28 reads, so no try can read it all. The task keeps its place and its counts
together in the task state store, and the next try goes on from there.
"""

import logging
import tempfile
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pendulum
from airflow.sdk import (
    NEVER_EXPIRE,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

SHARDS = 50
CHEQUES_PER_SHARD = 20
READS_PER_LOGIN = 28
ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(amount: int) -> str:
    """Return an amount from 1 to 1000 as a cheque says it."""
    if amount == 1000:
        return "one thousand"
    ones, tens = ONES.split(), TENS.split()
    hundreds, rest = divmod(amount, 100)
    words = [ones[hundreds - 1], "hundred"] if hundreds else []
    if hundreds and rest:
        words.append("and")
    if rest >= 20:
        words.append(tens[rest // 10 - 2])
        rest %= 10
    if rest:
        words.append(ones[rest - 1])
    return " ".join(words)


# --8<-- [start:archive]
def write_index(folder: Path) -> None:
    """Write the checksums of all shards, which may be read without a login."""
    shards = sorted(folder.glob("*.txt"))
    lines = [f"{sha256(s.read_bytes()).hexdigest()}  {s.name}" for s in shards]
    (folder / "SHA256SUMS").write_text("\n".join(lines))


class ArchiveClosedError(Exception):
    """The archive wants a new login."""


class Login:
    """One login to the archive: stands for any service with a quota per session."""

    def __init__(self, folder: Path):
        self.folder, self.left = folder, READS_PER_LOGIN

    def read(self, shard: int) -> str:
        if self.left == 0:
            raise ArchiveClosedError(f"closed after {READS_PER_LOGIN} reads")
        self.left -= 1
        return (self.folder / f"{shard:02}.txt").read_text()


# --8<-- [end:archive]


# --8<-- [start:edition]
def edition(folder: Path) -> str:
    """Return a fingerprint of the archive: other shards give another one."""
    return sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()[:12]


# --8<-- [end:edition]


@dag(
    dag_id="100_05_04_checkpoint_and_recovery",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "patterns", "intermediate", "success", "100.5"],
    params={
        "every": Param(10, type="integer", minimum=1, description="Shards per save")
    },
)
def cheque_vocabulary():
    @task
    def file_cheques() -> str:
        """Write the 50 shards, and return their folder."""
        folder = Path(tempfile.gettempdir()) / "cheques"
        folder.mkdir(exist_ok=True)
        for shard in range(SHARDS):
            first = shard * CHEQUES_PER_SHARD + 1
            amounts = range(first, first + CHEQUES_PER_SHARD)
            text = "\n".join(in_words(amount) for amount in amounts)
            (folder / f"{shard:02}.txt").write_text(text)
        write_index(folder)
        log.info("filed %d shards", SHARDS)
        return str(folder)

    # --8<-- [start:retries]
    @task(
        retries=3,
        retry_delay=timedelta(seconds=1),
        retry_policy=ExceptionRetryPolicy(
            rules=[RetryRule(FileNotFoundError, RetryAction.FAIL)]
        ),
    )
    # --8<-- [end:retries]
    def count_words(where: str, params=None, ti=None, task_state_store=None):
        every, folder = params["every"], Path(where)
        # --8<-- [start:resume]
        current = edition(folder)
        saved = task_state_store.get("checkpoint", default={})
        if saved and saved["edition"] != current:
            log.warning("shards changed after shard %d was saved", saved["next"])
            saved = {}
        start, counts = saved.get("next", 0), Counter(saved.get("counts", {}))
        log.info("try %d starts at shard %d", ti.try_number, start)
        # --8<-- [end:resume]

        # --8<-- [start:save]
        login, reached = Login(folder), start
        try:
            for shard in range(start, SHARDS):
                counts.update(login.read(shard).split())
                if (shard + 1) % every == 0:
                    reached = shard + 1
                    checkpoint = {"edition": current, "next": reached, "counts": counts}
                    task_state_store.set(
                        "checkpoint", checkpoint, retention=NEVER_EXPIRE
                    )
                    log.info("saved before shard %d", reached)
        except ArchiveClosedError as closed:
            if reached == start:
                raise AirflowFailException(
                    f"no save within {READS_PER_LOGIN} reads: lower every={every}"
                ) from closed
            raise
        # --8<-- [end:save]

        # --8<-- [start:cleanup]
        task_state_store.delete("checkpoint")
        receipt = {"edition": current, "shards": SHARDS, "tries": ti.try_number}
        task_state_store.set("receipt", receipt, retention=timedelta(days=7))
        # --8<-- [end:cleanup]
        return dict(counts)

    @task
    def vocabulary(counts: dict[str, int]):
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        return {
            "words": sum(counts.values()),
            "different": len(counts),
            "most_common": {word: counts[word] for word in ranked[:3]},
        }

    vocabulary(count_words(file_cheques()))


cheques = cheque_vocabulary()

if __name__ == "__main__":
    cheques.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
