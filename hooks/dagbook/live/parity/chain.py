"""One example of a parity session: what is left of it, what was found."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from dagbook.live.client import Json
from dagbook.live.parity.compare import Outcome
from dagbook.live.parity.plan import Plan, Request
from dagbook.live.runs import LiveRun
from dagbook.live.servers.deployment import is_of


@dataclass
class Chain:
    """One example at work: its runs, one after the other."""

    plan: Plan
    left: list[Request]
    outcomes: list[Outcome] = field(default_factory=list)
    now: Request | None = None
    run: LiveRun | None = None
    moved: float = 0.0
    states: str = ""
    forced: float = 0.0
    rest: float = 0.0
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    trouble: str = ""

    def owns(self, dag_id: str) -> bool:
        """Return whether the DAG is one of the example's file."""
        return is_of(dag_id, self.plan.item.stem)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of the whole chain."""
        return self.ended - self.began

    @property
    def defects(self) -> list[str]:
        """All defects, each with its scenario."""
        found = [f"{o.scenario}: {text}" for o in self.outcomes for text in o.defects]
        return [self.trouble, *found] if self.trouble else found


def run_id(data: Json) -> str:
    """Return a run id that no run had before, made as ``dag.test()`` makes them.

    The executor reports the end of a task late and by names: a new run must not be
    taken for a deleted one.
    """
    after = data.get("run_after") or data.get("logical_date") or "now"
    return f"manual__{after}_{secrets.token_hex(4)}"
