"""Parity: ``tests/parity.json`` says what a real scheduler made of every example.

Each entry carries the hash of the source it was measured on and a signature of each
recorded run, so that a changed DAG or recording cannot land unproven.
"""

from __future__ import annotations

import copy
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagbook import files
from dagbook.live.parity.plan import Plan, plans
from dagbook.project import Project
from dagbook.recording import file as recording

if TYPE_CHECKING:
    # Only the name: `dagbook check` must not load an HTTP client.
    from dagbook.live.parity.chain import Chain

FORMAT = 1
NOISE = {"seconds", "airflow"}


def place(project: Project) -> Path:
    """Return the path of the results."""
    return project.tests / "parity.json"


def load(project: Project) -> dict[str, Any]:
    """Return the committed results, empty ones when there are none.

    Raises:
        DagbookError: the file is not JSON.
    """
    path = place(project)
    if not path.exists():
        return {"format": FORMAT, "examples": {}}
    data: dict[str, Any] = copy.deepcopy(files.data(path))
    return data


def longest_first(chosen: list[Plan], known: dict[str, Any]) -> list[Plan]:
    """Return the plans in the order in which they end soonest together.

    ``known``: results by id; an example without one is taken for long.
    """

    def took(plan: Plan) -> float:
        return float(known.get(plan.item.id, {}).get("seconds", "inf"))

    return sorted(chosen, key=took, reverse=True)


def entry(chain: Chain, measured_on: str) -> dict[str, Any]:
    """Return what the file says of one example, and on which executor and database."""
    return {
        "source": chain.plan.digest,
        "measured_on": measured_on,
        "airflow": version("apache-airflow-core"),
        "seconds": round(chain.seconds, 1),
        "scenarios": {o.scenario: o.data() for o in chain.outcomes},
    }


def save(project: Project, chains: dict[str, Chain], measured_on: str) -> bool:
    """Write the results of the examples without a defect; return whether any changed.

    An entry that differs by time only stays; examples that are gone are dropped.
    """
    data = load(project)
    old = data["examples"]
    for item_id, chain in chains.items():
        if chain.defects:
            old.pop(item_id, None)
            continue
        new = entry(chain, measured_on)
        before = old.get(item_id)
        if before is None or _facts(before) != _facts(new):
            old[item_id] = new
    known = {plan.item.id for plan in plans(project)}
    data["examples"] = {k: v for k, v in old.items() if k in known}
    return files.write(place(project), recording.dumps(data))


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in NOISE}
