"""Two runs of the same thing: under ``dag.test()`` and on a real scheduler."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dagbook.live.parity.plan import PLAIN, Declared, Expected, TaskKey

Json = dict[str, Any]

# The scheduler sets an EmptyOperator to success by itself, without a worker.
NOT_TRIED = {"EmptyOperator"}


@dataclass(frozen=True)
class Difference:
    """One thing that is not as recorded; ``reason`` when the page declares it.

    ``task`` "": the run; ``map_index`` -1: not mapped.
    """

    task: str
    map_index: int
    recorded: str
    live: str
    reason: str = ""

    def __str__(self) -> str:
        who = self.task or "the run"
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"{who}{index}: recorded {self.recorded}, live {self.live}"


@dataclass
class Outcome:
    """What parity found for one scenario."""

    scenario: str
    signature: str
    state: str
    tasks: int
    differences: list[Difference] = field(default_factory=list)
    unused: list[Declared] = field(default_factory=list)
    seen: str = ""

    @property
    def defects(self) -> list[str]:
        """What nobody declared, and declarations that did not come true."""
        return [str(d) for d in self.differences if not d.reason] + [
            f"declared for {one.task or 'the run'}: {one.expected}; that is not what "
            "a real scheduler did"
            for one in self.unused
        ]

    def yaml(self) -> list[str]:
        """Return front matter that would declare what is not declared yet."""
        wrong = _merged([one for one in self.differences if not one.reason])
        # When the run ends another way, that says it for all its tasks.
        if wrong and not wrong[0].task:
            wrong = wrong[:1]
        lines = []
        for one in wrong if self.scenario != PLAIN else []:
            lines += [f"  - scenario: {self.scenario}"]
            lines += [f"    task: {one.task}"] if one.task else []
            lines += [f"    map_index: {one.map_index}"] if one.map_index >= 0 else []
            lines += [f"    expected: {one.live}", "    reason: …"]
        return lines

    @property
    def result(self) -> str:
        """``same``, ``declared`` or ``different``."""
        if self.defects:
            return "different"
        return "declared" if self.differences else "same"

    def data(self) -> dict[str, Any]:
        """Return the entry of ``tests/parity.json``."""
        entry: dict[str, Any] = {
            "recorded": self.signature,
            "result": self.result,
            "state": self.state,
            "tasks": self.tasks,
        }
        if self.differences:
            entry["differences"] = [asdict(one) for one in self.differences]
        return entry


def _merged(found: list[Difference]) -> list[Difference]:
    """Return one difference for all instances of a task that went the same way."""
    ways: dict[str, set[str]] = {}
    for one in found:
        ways.setdefault(one.task, set()).add(one.live)
    merged: dict[tuple[str, int], Difference] = {}
    for one in found:
        index = -1 if len(ways[one.task]) == 1 else one.map_index
        merged.setdefault((one.task, index), replace(one, map_index=index))
    return list(merged.values())


def words(state: str | None, tries: int) -> str:
    """Return ``success, try 1``; a task that never ran has no try."""
    return f"{state or 'none'}, try {tries}" if tries else f"{state or 'none'}"


def compare(
    expected: Expected, run: Json | None, tasks: list[Json], declared: list[Declared]
) -> Outcome:
    """Compare a run on the scheduler with the recording.

    Args:
        expected: the recorded run.
        run: the run as the API gives it; None when it was refused.
        tasks: its task instances.
        declared: what the page declares; only entries of this scenario count.
    """
    state = "refused" if run is None else str(run["state"])
    found: list[Difference] = []
    if state != expected.state:
        found.append(Difference("", -1, expected.state, state))
    live: dict[TaskKey, Json] = {(t["task_id"], t["map_index"]): t for t in tasks}
    # Of the plain Trigger only the end is known.
    tasks_of = set() if expected.scenario == PLAIN else set(expected.tasks) | set(live)
    for key in sorted(tasks_of):
        before, after = _told(key, expected, live)
        if before != after:
            found.append(Difference(*key, before, after))
    mine = [one for one in declared if one.scenario == expected.scenario]
    outcome = Outcome(expected.scenario, expected.signature, state, len(live))
    outcome.differences = [_explain(one, mine) for one in found]
    outcome.unused = [one for one in mine if not _came_true(one, state, live)]
    return outcome


def _told(
    key: TaskKey, expected: Expected, live: dict[TaskKey, Json]
) -> tuple[str, str]:
    before = after = "absent"
    tried = True
    if key in expected.tasks:
        state, tries, operator = expected.tasks[key]
        tried = operator not in NOT_TRIED
        before = words(state, tries if tried else 0)
    if key in live:
        task = live[key]
        after = words(task["state"], task["try_number"] if tried else 0)
    return before, after


def matches(expected: str, live: str) -> bool:
    """Return whether a declared text is what happened: the state, or state and try."""
    return expected == live or expected == live.split(",")[0]


def _explain(one: Difference, declared: list[Declared]) -> Difference:
    for entry in declared:
        if entry.task == one.task and entry.map_index in (None, one.map_index):
            if matches(entry.expected, one.live):
                return replace(one, reason=entry.reason)
        elif not entry.task and one.task:
            # The run as a whole is declared to go another way: so do its tasks.
            return replace(one, reason=entry.reason)
    return one


def _came_true(one: Declared, state: str, live: dict[TaskKey, Json]) -> bool:
    if not one.task:
        return matches(one.expected, state)
    told = [
        words(task["state"], task["try_number"])
        for key, task in live.items()
        if key[0] == one.task and one.map_index in (None, key[1])
    ]
    there = bool(told) or one.expected == "absent"
    return there and all(matches(one.expected, text) for text in told)
