"""A task decides its own state: skip, fail for good, come again later, try again.

Five farms deliver milk to a dairy. For each, a slip lies in the mailbox: litres, and
grams of fat in a litre. A slip can be empty, damaged, not there yet, or locked by the
clerk who writes it. ``OUTCOMES`` says which exception each of them becomes, and
``audit`` compares the states of the tasks with it. The sisters ``__fail_fast`` and
``__fail_fast_red`` stop at the first failure.
"""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

STEM = "16_07_05_marking_success_failure_subtask_5"
LOOKS = 2  # at a slip that is not there yet
PAUSE = 5  # seconds until the next look; one second is too soon
# What is found at the first look, at the second, and at all that follow.
MAILBOX = {
    "oak": ["410 42"],
    "elm": [""],
    "ash": ["38O 40"],  # a letter in place of the zero
    "fir": ["not there", "520 39"],
    "yew": ["locked", "275 44"],
}


# --8<-- [start:outcomes]
class DryError(Exception):
    """The farm has no milk today."""


class DamagedError(Exception):
    """The slip cannot be read, and will not get better."""


class NotThereError(Exception):
    """The slip has not arrived, which is no fault of this task."""


class LockedError(Exception):
    """Somebody writes the slip at this moment."""


OUTCOMES = {  # what is wrong, what Airflow is told, and how such a task ends
    DryError: (AirflowSkipException, "skipped"),
    DamagedError: (AirflowFailException, "failed"),
    NotThereError: (AirflowRescheduleException, "failed"),
    LockedError: (None, "failed"),
}
# --8<-- [end:outcomes]


# --8<-- [start:read]
def read(text: str) -> dict[str, int]:
    """Return litres and fat of a slip, or raise what is wrong with it."""
    if text == "not there":
        raise NotThereError("not there yet")
    if text == "locked":
        raise LockedError("somebody writes the slip")
    if not text:
        raise DryError("no milk today")
    try:
        litres, fat = map(int, text.split())
    except ValueError as wrong:
        raise DamagedError(f"cannot read {text!r}") from wrong
    return {"litres": litres, "fat": fat}


# --8<-- [end:read]


def look(folder: str, farm: str) -> str:
    """Return what lies in the mailbox now. The next look may find something else."""
    file = Path(folder, f"{farm}.json")
    text, *later = json.loads(file.read_text())
    if later:
        file.write_text(json.dumps(later))
    return text


# --8<-- [start:airflow]
def verdict(wrong: Exception, looks: int) -> Exception:
    """Return the exception by which Airflow learns what is wrong."""
    tell, _ = OUTCOMES[type(wrong)]
    if tell is None:
        return wrong  # any other exception: up_for_retry while tries are left
    if tell is not AirflowRescheduleException:
        return tell(str(wrong))
    if looks >= LOOKS:
        return AirflowFailException(f"{wrong}, after {looks} looks")
    return AirflowRescheduleException(pendulum.now("UTC").add(seconds=PAUSE))


@task(retries=2, retry_delay=timedelta(seconds=1))
def take_in(folder: str, farm: str, ti, task_reschedule_count: int):
    """Return a farm's litres and fat, with the number of the look and of the try."""
    looks = task_reschedule_count + 1
    try:
        slip = read(look(folder, farm))
    except tuple(OUTCOMES) as wrong:
        raise verdict(wrong, looks) from wrong
    return slip | {"farm": farm, "look": looks, "try": ti.try_number}


# --8<-- [end:airflow]


@task
def sort_mail(params, run_id) -> str:
    """Put the slips into the mailbox."""
    folder = Path(tempfile.gettempdir(), "mailbox", run_id)
    folder.mkdir(parents=True, exist_ok=True)
    for farm, texts in params["mailbox"].items():
        (folder / f"{farm}.json").write_text(json.dumps(texts))
    return str(folder)


@task
def farms(params) -> list[str]:
    return sorted(params["mailbox"])  # JSON in a database has no order


# --8<-- [start:tally]
@task
def tally(slips: list[dict]) -> dict[str, int]:
    """Return the litres of all farms, and the grams of fat in them."""
    litres = sum(slip["litres"] for slip in slips)
    fat = sum(slip["litres"] * slip["fat"] for slip in slips)
    return {"farms": len(slips), "litres": litres, "fat": fat}


# --8<-- [end:tally]


# --8<-- [start:audit]
def expected(texts: list[str]) -> str:
    """Return how the task of a farm ends: the last thing that lies there decides."""
    try:
        read(texts[-1])
    except tuple(OUTCOMES) as wrong:
        return OUTCOMES[type(wrong)][1]
    return "success"


@task(trigger_rule="all_done")
def audit(params, ti) -> dict[str, str]:
    """Return the state of each farm's task; fail when the table says another one."""
    found = ti.get_task_states(ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    states = {f: found[f"take_in_{n}"] for n, f in enumerate(sorted(params["mailbox"]))}
    for farm, texts in params["mailbox"].items():
        if states[farm] != expected(texts):
            raise AirflowFailException(f"{farm}: {states[farm]}, not {expected(texts)}")
    return states


# --8<-- [end:audit]

COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
    "params": {
        "mailbox": Param(
            MAILBOX,
            type="object",
            additionalProperties={
                "type": "array",
                "minItems": 1,
                "items": {"type": "string"},
            },
        )
    },
}


# --8<-- [start:dairy]
@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def dairy():
    slips = take_in.partial(folder=sort_mail()).expand(farm=farms())
    tally.override(trigger_rule="none_failed")(slips)
    slips >> audit()


# --8<-- [end:dairy]


# --8<-- [start:fail-fast]
@dag(dag_id=f"{STEM}__fail_fast", fail_fast=True, **COMMON)
def stops_green():
    tally(take_in.partial(folder=sort_mail()).expand(farm=farms()))


# --8<-- [end:fail-fast]


# --8<-- [start:fail-fast-red]
@task
def settle(ti) -> None:
    """Fail when a task of the run has failed, for a skipped leaf does not tell."""
    found = ti.get_task_states(ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    failed = sorted(name for name, state in found.items() if state == "failed")
    if failed:
        raise AirflowFailException(f"failed: {', '.join(failed)}")


@dag(dag_id=f"{STEM}__fail_fast_red", fail_fast=True, **COMMON)
def stops_red():
    folder = sort_mail()
    slips = take_in.partial(folder=folder).expand(farm=farms())
    tallied, settled = tally(slips), settle()
    [slips, tallied] >> settled
    settled.as_teardown(setups=folder, on_failure_fail_dagrun=True)


# --8<-- [end:fail-fast-red]

dairy_dag = dairy()
stops_green()
stops_red()

if __name__ == "__main__":
    dairy_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
