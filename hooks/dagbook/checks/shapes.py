"""The shapes of the JSON files that the program reads; pydantic compares.

Only what some page or check relies on is named: what a run carries besides is its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, ValidationError

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Version = Annotated[str, Field(pattern=r"^3\.\d+\.\d+$")]
Fate = Literal["passed", "failed"]


class _About(BaseModel):
    path: str
    sha256: Hash


class _Tests(_About):
    passed: list[str]


class _Error(BaseModel):
    type: str
    message: str


class _Try(BaseModel):
    try_number: int
    state: str | None
    error: _Error | None


class _Logged(_Try):
    log: list[str]
    start: float
    duration: float


class _Task(BaseModel):
    task_id: str
    map_index: int
    operator: str
    state: str | None
    tries: list[_Try]


class _Ran(_Task):
    tries: list[_Logged]  # type: ignore[assignment]
    rendered: dict[str, Any]
    xcoms: dict[str, Any]


class _Beside(BaseModel):
    dag_id: str
    run_id: str
    run_type: str
    state: str | None
    conf: dict[str, Any]
    logical_date: str | None


class _Exchange(BaseModel):
    kind: str


class _Kept(BaseModel):
    values: dict[str, Any]


class _Run(_Beside, _Kept):
    kind: Literal["run"]
    duration: float
    tasks: list[_Ran]
    runs: list[_Beside]
    exchanges: list[_Exchange]
    asset_events: list[dict[str, Any]]


class _Asked(_Kept):
    kind: Literal["exchange"]
    exchanges: list[_Exchange]


class _Refused(_Kept):
    kind: Literal["refused"]
    dag_id: str
    error: _Error
    exchanges: list[_Exchange]


class _Times(BaseModel):
    queued: float | None
    running: float | None
    ended: float | None


class _LiveTask(_Task):
    times: list[tuple[float, str | None]]


class _LiveRun(_Beside):
    tasks: list[_LiveTask]
    times: _Times


class _Step(BaseModel):
    did: str
    at: float


class _Live(_Kept):
    kind: Literal["live"]
    dag_id: str
    runs: list[_LiveRun]
    steps: list[_Step]


class _Header(BaseModel):
    format: Literal[1]
    id: str
    airflow: Version
    source: _About
    tests: _Tests
    bullets: list[str] = []


_Scenario = Annotated[_Run | _Asked | _Refused, Field(discriminator="kind")]


class Recording(_Header):
    """What ran under ``dag.test()``."""

    scenarios: Annotated[dict[str, _Scenario], Field(min_length=1)]


class LiveRecording(_Header):
    """What ran on a real scheduler."""

    scenarios: Annotated[dict[str, _Live], Field(min_length=1)]


class _Difference(BaseModel):
    task: str
    map_index: int
    recorded: str
    live: str
    reason: str


class _Compared(BaseModel):
    recorded: str
    result: Literal["same", "declared"]
    state: str
    tasks: int
    differences: list[_Difference] = []


class _OnScheduler(BaseModel):
    airflow: Version
    measured_on: str
    seconds: float
    source: Hash
    scenarios: dict[str, _Compared]


class Parity(BaseModel):
    """``tests/parity.json``."""

    format: Literal[1]
    examples: dict[str, _OnScheduler]


class Matrix(RootModel[dict[str, dict[str, Fate | Hash]]]):
    """``tests/matrix.json``."""


class _Score(BaseModel):
    path: str
    source: Hash
    counts: dict[str, int]
    equivalent: list[Any]
    survivors: list[Any]


class Mutants(RootModel[dict[str, _Score]]):
    """``tests/mutants.json``."""


class _Claim(BaseModel):
    by: str
    held: list[str]
    test: str


class Claims(BaseModel):
    """``tests/concepts/claims.json``."""

    claims: dict[str, _Claim]
    modules: dict[str, Hash]


class _Table(BaseModel):
    caption: str
    head: list[str]
    rows: list[list[Any]]


class Tables(BaseModel):
    """``tests/concepts/tables.json``."""

    tables: dict[str, _Table]


class _Change(BaseModel):
    id: str
    by: str
    start: Annotated[str, Field(alias="from")]
    to: str
    draw: bool = True


class Transitions(RootModel[dict[str, list[_Change]]]):
    """``tests/concepts/transitions.yml``."""


def misfit(shape: str, text: str, data: str) -> tuple[int, str] | None:
    """Return the line and the words of the first place of another shape, if any.

    Args:
        shape: the name of a class of this module.
        text: the file.
        data: what it holds, as JSON.
    """
    try:
        globals()[shape].model_validate_json(data)
    except ValidationError as error:
        first, *more = error.errors(include_url=False, include_input=False)
        place = first["loc"]
        name = ".".join(str(part) for part in place) or "the whole"
        words = first["msg"][:1].lower() + first["msg"][1:]
        also = f", and {len(more)} more such places" if more else ""
        there = place[:-1] if first["type"] == "missing" else place
        return _line(text, there), f"{name}: {words}{also}"
    return None


def _line(text: str, place: Sequence[int | str]) -> int:
    """Return the line of the last key, or entry of a list, of ``place``."""
    at = 0
    for part in place:
        if isinstance(part, int):
            begin = text.rfind("\n", 0, at) + 1
            deep = len(text[begin:]) - len(text[begin:].lstrip(" ")) + 2
            entries = re.compile(rf"^ {{{deep}}}[^\s\]}}]", re.M).finditer(text, at)
            found = next(islice(entries, part, None), None)
        else:
            found = re.compile(rf'"?\b{re.escape(part)}"?\s*:').search(text, at)
        at = found.start() if found else at
    return text.count("\n", 0, at) + 1
