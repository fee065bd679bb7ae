"""What parity will run: the recorded runs of every example, in a workable order."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dagbook.examples import example as lookup
from dagbook.files import sha256
from dagbook.pages import reader as page
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.spec.model import Item

SMOKE = 15

TaskKey = tuple[str, int]


@dataclass(frozen=True)
class Expected:
    """One recorded run, or one recorded refusal of a conf.

    Args:
        scenario: its name in the recording.
        data: the scenario as recorded.
    """

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
    def state(self) -> str:
        """The final state of the run; ``refused`` when there was none."""
        return "refused" if self.refused else str(self.data["state"])

    @property
    def tasks(self) -> dict[TaskKey, tuple[str | None, int, str]]:
        """State, tries and operator of each task instance."""
        return {
            (t["task_id"], t["map_index"]): (
                t["state"],
                t["try_number"],
                t["operator"],
            )
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


@dataclass(frozen=True)
class Request:
    """One run to ask for, and the recorded runs that asked for the same.

    Tests often make the same run under different circumstances, which a real scheduler
    does not know of: it runs once and is compared with each.

    Args:
        earlier: runs of the same DAG that were over when this one began.
        expected: at least one.
    """

    earlier: tuple[dict[str, Any], ...]
    expected: tuple[Expected, ...]

    @property
    def data(self) -> dict[str, Any]:
        """What to ask for: ``dag_id``, ``logical_date``, ``run_after``, ``conf``."""
        return self.expected[0].data

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        """What people answered while it ran, by task."""
        found: dict[str, dict[str, Any]] = self.data.get("answers", {}).get(
            "people", {}
        )
        return found


@dataclass(frozen=True)
class Declared:
    """A difference that the page declares.

    Args:
        scenario: where.
        task: which task; empty: the run.
        map_index: which instance; None: all of the task.
        expected: what a real scheduler does, such as ``failed`` or ``success, try 2``.
        reason: why.
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

    @property
    def requests(self) -> list[Request]:
        """The runs to ask for; ``default`` first, then the alphabet."""
        groups: dict[str, list[Expected]] = {}
        for one in sorted(
            self.expected, key=lambda one: (one.scenario != "default", one.scenario)
        ):
            groups.setdefault(_asked(one), []).append(one)
        return [Request(earlier(found[0]), tuple(found)) for found in groups.values()]


def plans(project: Project, only: str = "") -> list[Plan]:
    """Return a plan for every example that has recorded runs.

    Args:
        project: where.
        only: ids or beginnings of ids, with commas; empty: all.
    """
    wanted = [one.strip() for one in only.split(",") if one.strip()]
    found = []
    for example in lookup.examples(project):
        item, paths = example.item, example.paths
        if wanted and not any(_below(item.id, one) for one in wanted):
            continue
        if example.recorded is None or not paths.dag.exists():
            continue  # what is no JSON, the check of the recordings says so
        scenarios = example.recorded.get("scenarios", {})
        expected = [
            Expected(name, data)
            for name, data in scenarios.items()
            if data["kind"] in ("run", "refused")
        ]
        if expected:
            found.append(
                Plan(
                    item,
                    paths.dag,
                    sha256(paths.dag),
                    expected,
                    declared(paths.page, project),
                )
            )
    return found


def _below(item_id: str, wanted: str) -> bool:
    return item_id == wanted or item_id.startswith(f"{wanted.rstrip('.')}.")


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


def earlier(one: Expected) -> tuple[dict[str, Any], ...]:
    """Return the runs of the same DAG that were over before the recorded one began."""
    return tuple(
        run
        for run in one.data.get("runs", [])
        if run["dag_id"] == one.dag_id
        and run["run_type"] == "manual"
        and run["state"] in ("success", "failed")
    )


def _asked(one: Expected) -> str:
    keys = ("dag_id", "logical_date", "run_after", "conf", "answers")
    asked = {key: one.data.get(key) for key in keys}
    return recording.dumps([asked, earlier(one), one.refused])


def smoke(all_plans: list[Plan], limit: int = SMOKE) -> list[Plan]:
    """Return at most ``limit`` plans that together cover every mode.

    Chosen greedily: each next example is the one with the most modes that none before
    it had. Of its runs only those stay that add a mode.
    """
    chosen: list[Plan] = []
    left = list(all_plans)
    covered: set[str] = set()
    while left and len(chosen) < limit:
        best = max(left, key=lambda plan: len(modes(plan) - covered))
        if not modes(best) - covered:
            break
        left.remove(best)
        kept: list[Expected] = []
        for request in best.requests:
            if modes(best, request.expected) - covered:
                covered |= modes(best, request.expected)
                kept += request.expected
        chosen.append(replace(best, expected=kept))
    return sorted(
        chosen, key=lambda plan: [p.item.id for p in all_plans].index(plan.item.id)
    )


def modes(plan: Plan, expected: Iterable[Expected] | None = None) -> set[str]:
    """Return the modes of execution that runs of the example cover, in words.

    A mode is a section, an operator, a state, a way to be triggered.
    """
    found = {f"section {plan.item.id.split('.')[0]}"}
    for one in plan.expected if expected is None else expected:
        found.add(f"run {one.state}")
        found.add("dated" if one.data.get("logical_date") else "undated")
        if one.data.get("conf"):
            found.add("conf")
        if one.data.get("runs"):
            found.add("other runs")
        if one.data.get("asset_events"):
            found.add("assets")
        if one.data.get("answers"):
            found.add("people")
        for (_, map_index), (state, tries, operator) in one.tasks.items():
            found |= {f"operator {operator}", f"task {state}"}
            if map_index >= 0:
                found.add("mapped")
            if tries > 1:
                found.add("retried")
    return found


def snapshot(project: Project, chosen: list[Plan], target: Path) -> dict[str, Path]:
    """Copy the DAG files below ``target`` and return them as bundles by section.

    The copies are what the hashes stand for, whatever is edited while Airflow runs.
    """
    bundles = {}
    for plan in chosen:
        copy = target / plan.source.relative_to(project.dags)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(plan.source, copy)
        plan.digest = sha256(copy)
        section = plan.item.folder.split("/")[0]
        bundles[section] = target / section
    return bundles
