"""Answers from outside while a run waits: child runs that end, people who decide.

Under ``dag.test()`` nothing executes a child run and nobody answers a
human-in-the-loop task: a thread does it over the public REST API.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

PAUSE = 0.15


@dataclass
class Answers:
    """What the responder will say.

    Args:
        children: dag_id → states, one for each run in the order of their creation; the
            last one is used for all further runs.
        people: task_id → body of ``PATCH …/hitlDetails``, such as
            ``{"chosen_options": ["Approve"], "params_input": {}}``.
    """

    children: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)


@contextmanager
def _repeating(step: Callable[[], None], pause: float, name: str) -> Iterator[None]:
    """Call ``step`` in a thread, every ``pause`` seconds, until the block ends."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(pause):
            step()

    thread = threading.Thread(target=loop, daemon=True, name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


@contextmanager
def responding(client: httpx.Client, answers: Answers) -> Iterator[Answers]:
    """Answer in a thread until the block ends.

    Raises:
        RuntimeError: an answer was refused by Airflow.
    """

    def step() -> None:
        try:
            if not answers.trouble:
                _children(client, answers)
                _people(client, answers)
        except httpx.HTTPError as error:
            answers.trouble.append(repr(error))

    with _repeating(step, PAUSE, "responder"):
        yield answers
    if answers.trouble:
        raise RuntimeError("; ".join(answers.trouble))


@contextmanager
def deciding_timeouts(dag: Any) -> Iterator[None]:
    """Let ``response_timeout`` take effect while the block runs.

    ``dag.test()`` waits for a person for ever; the scheduler's own method gives the
    defaults as the answer when the time is over, or fails the task.
    """
    given = [getattr(task, "partial_kwargs", vars(task)) for task in dag.tasks]
    if not any(one.get("response_timeout") for one in given):
        yield
        return
    from airflow.executors.local_executor import LocalExecutor
    from airflow.jobs.job import Job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner

    scheduler: Any = SchedulerJobRunner(job=Job(), executors=[LocalExecutor()])
    step = scheduler.check_awaiting_input_timeouts
    with _repeating(step, 3 * PAUSE, "response-timeouts"):
        yield


def _children(client: httpx.Client, answers: Answers) -> None:
    for dag_id, states in answers.children.items():
        found = client.get(
            f"/api/v2/dags/{dag_id}/dagRuns",
            params={"state": "queued", "order_by": "id"},
        )
        if found.status_code == 404:
            continue  # the child is not there yet
        for run in found.raise_for_status().json()["dag_runs"]:
            state = states.pop(0) if len(states) > 1 else states[0]
            run_id = run["dag_run_id"]
            client.patch(
                f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}",
                json={"state": state},
            ).raise_for_status()


def _people(client: httpx.Client, answers: Answers) -> None:
    if not answers.people:
        return
    waiting = client.get(
        "/api/v2/dags/~/dagRuns/~/hitlDetails", params={"response_received": False}
    )
    for detail in waiting.raise_for_status().json()["hitl_details"]:
        ti = detail["task_instance"]
        body = answers.people.get(ti["task_id"])
        # The question is there before the task waits; an answer in between is kept, and
        # the task, once it waits, is not woken by it (3.3.2).
        if body is None or ti["state"] not in ("awaiting_input", "deferred"):
            continue
        run_id = quote(ti["dag_run_id"], safe="")
        client.patch(
            f"/api/v2/dags/{ti['dag_id']}/dagRuns/{run_id}/taskInstances/"
            f"{ti['task_id']}/{ti['map_index']}/hitlDetails",
            json=body,
        ).raise_for_status()
