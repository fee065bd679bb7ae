"""What parity will run: the recorded runs of every example, in a workable order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dagbook.examples import example as lookup
from dagbook.examples import exceptions
from dagbook.files import sha256
from dagbook.pages import reader as page
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.spec.model import Item

SMOKE = 15

# The run that the Trigger button makes: no conf, no date, a plain Airflow.
PLAIN = "plain-trigger"
PLAIN_STATES = {"success": "success", "failure": "failed"}

TaskKey = tuple[str, int]


@dataclass(frozen=True)
class Expected:
    """One recorded run, or one recorded refusal of a conf, by its scenario's name."""

    scenario: str
    data: dict[str, Any]

    @property
    def dag_id(self) -> str:
        """The DAG that runs."""
        return str(self.data["dag_id"])

    @property
    def refused(self) -> bool:
        """Whether Airflow refused to create the run."""
        return bool(self.data["kind"] == "refused")

    @property
    def plain(self) -> bool:
        """Whether it asks for no more than the plain Trigger does."""
        return self.scenario == PLAIN or (
            self.scenario == "default"
            and self.data["kind"] == "run"
            and not (self.data.get("conf") or self.data.get("logical_date"))
            and "__" not in self.dag_id
        )

    @property
    def state(self) -> str:
        """The final state of the run; ``refused`` when there was none."""
        return "refused" if self.refused else str(self.data["state"])

    @property
    def tasks(self) -> dict[TaskKey, tuple[str | None, int, str]]:
        """State, tries and operator of each task instance."""
        return {
            (t["task_id"], t["map_index"]): (t["state"], t["try_number"], t["operator"])
            for t in self.data.get("tasks", [])
        }

    @property
    def signature(self) -> str:
        """A short hash over all that parity asks for and compares."""
        facts = {
            "asked": [self.data.get(k) for k in ("dag_id", "logical_date", "conf")],
            "state": self.state,
            "tasks": [[*key, *value] for key, value in sorted(self.tasks.items())],
        }
        return hashlib.sha256(recording.dumps(facts).encode()).hexdigest()[:16]


# Runs that ask for the same. Tests make the same run in different ways, which a real
# scheduler does not know of: it runs once and is compared with each.
Request = tuple[Expected, ...]


@dataclass(frozen=True)
class Declared:
    """A difference that the page declares.

    ``task`` "": the run; ``map_index`` None: all instances; ``expected`` is such as
    ``failed`` or ``success, try 2``.
    """

    scenario: str
    task: str
    map_index: int | None
    expected: str
    reason: str


@dataclass
class Plan:
    """One example and its recorded runs."""

    item: Item
    source: Path
    digest: str
    expected: list[Expected]
    declared: list[Declared] = field(default_factory=list)

    @property
    def dag_ids(self) -> set[str]:
        """The DAGs that have recorded runs."""
        return {one.dag_id for one in self.expected}

    def requests(self, plain: bool) -> list[Request]:
        """Return what to ask for: the plain Trigger, or the recorded scenarios.

        A scenario ``default`` that is itself that trigger runs with it.
        """
        if plain:
            alike = [one for one in self.expected if one.plain]
            alike.sort(key=lambda one: one.scenario != PLAIN)
            return [tuple(alike)] if alike else []
        groups: dict[str, list[Expected]] = {}
        found = sorted(self.expected, key=lambda one: one.scenario)
        for one in sorted(found, key=lambda one: one.scenario != "default"):
            if one.scenario != PLAIN:
                groups.setdefault(_asked(one), []).append(one)
        return [tuple(group) for group in groups.values()]


def plans(project: Project, only: str = "") -> list[Plan]:
    """Return a plan for every example that ``only`` means and that has recorded runs.

    Scenarios in which the test had a hand (``hands``) are left out.

    Raises:
        DagbookError: a part of ``only`` means nothing.
    """
    found = []
    chosen = {item.id for item in lookup.contract(project).select(only)}
    old = exceptions.load(project)
    for example in lookup.examples(project):
        item, paths = example.item, example.paths
        if item.id not in chosen:
            continue
        if example.recorded is None or not paths.dag.exists():
            continue  # what is no JSON, the check of the recordings says so
        scenarios = example.recorded.get("scenarios", {})
        expected = [
            Expected(name, data)
            for name, data in scenarios.items()
            if data["kind"] in ("run", "refused") and not data.get("hands")
        ]
        state = scenarios.get("default", {}).get("state", "success")
        state = PLAIN_STATES.get(item.outcome, state)
        trigger = {"kind": "plain", "dag_id": item.stem, "state": state}
        if not old.waits(item.id):  # rewritten: the plain Trigger works
            expected.insert(0, Expected(PLAIN, trigger))
        if expected:
            differs = declared(paths.page, project)
            found.append(Plan(item, paths.dag, sha256(paths.dag), expected, differs))
    return found


def declared(path: Path, project: Project) -> list[Declared]:
    """Return the differences that the front matter of the page at ``path`` declares."""
    if not path.exists():
        return []
    return [
        Declared(
            scenario=str(entry["scenario"]),
            task=str(entry.get("task") or ""),
            map_index=entry.get("map_index"),
            expected=str(entry["expected"]),
            reason=str(entry["reason"]),
        )
        for entry in page.read(path, project).front.live_difference
    ]


def _asked(one: Expected) -> str:
    keys = ("dag_id", "logical_date", "run_after", "conf")
    return recording.dumps([one.refused, *(one.data.get(key) for key in keys)])


def smoke(all_plans: list[Plan], limit: int = SMOKE) -> list[Plan]:
    """Return at most ``limit`` plans that together cover every mode.

    Greedily: next comes the one with the most new modes, of its runs those with one.
    """
    chosen: list[Plan] = []
    left = list(all_plans)
    covered: set[str] = set()
    while left and len(chosen) < limit:
        best = max(left, key=lambda plan: len(modes(plan) - covered))
        if not modes(best) - covered:
            break
        left.remove(best)
        kept = [one for one in best.expected if one.scenario == PLAIN]
        for request in best.requests(plain=False):
            if modes(best, request) - covered:
                covered |= modes(best, request)
                kept += request
        chosen.append(replace(best, expected=kept))
    order = [plan.item.id for plan in all_plans]
    return sorted(chosen, key=lambda plan: order.index(plan.item.id))


def modes(plan: Plan, expected: Iterable[Expected] | None = None) -> set[str]:
    """Return the modes of execution that runs of the example cover, in words.

    A mode is a section, an operator, a state, a way to be triggered.
    """
    found = {f"section {plan.item.id.split('.')[0]}"}
    for one in plan.expected if expected is None else expected:
        if one.scenario == PLAIN:
            continue
        found.add(f"run {one.state}")
        found.add("dated" if one.data.get("logical_date") else "undated")
        if one.data.get("conf"):
            found.add("conf")
        if one.data.get("asset_events"):
            found.add("assets")
        for (_, map_index), (state, tries, operator) in one.tasks.items():
            found |= {f"operator {operator}", f"task {state}"}
            if map_index >= 0:
                found.add("mapped")
            if tries > 1:
                found.add("retried")
    return found
