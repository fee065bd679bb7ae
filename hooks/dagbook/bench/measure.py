"""Seconds of a command or a step, several times, and their median."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dagbook.problems import DagbookError, Problem


@dataclass
class Series:
    """Seconds of one thing by round: on the clock and, where known, of processors."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the seconds on the clock."""
        return statistics.median(self.wall)

    @property
    def cpu_median(self) -> float | None:
        """Median of the seconds of processor time."""
        return statistics.median(self.cpu) if self.cpu else None

    def add(self, wall: float, cpu: float | None = None) -> None:
        """Keep one round."""
        self.wall.append(wall)
        if cpu is not None:
            self.cpu.append(cpu)


def run(
    series: Series,
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str | None],
    name: str,
) -> str:
    """Run a command, add its seconds to ``series`` and return what it printed.

    Args:
        environment: added to this process's own; ``None`` removes a variable.
        name: what is measured, for the error.

    Raises:
        DagbookError: the command failed; a failed build has no speed.
    """
    merged = {**os.environ, **environment}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    ended = subprocess.run(
        command,
        cwd=folder,
        env={key: value for key, value in merged.items() if value is not None},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        last = "\n".join(ended.stdout.strip().splitlines()[-12:])
        what = f"the bench stops: {name} failed\n{last}"
        raise DagbookError(Problem("make bench", 0, what, "put that right first"))
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    series.add(wall, cpu)
    return ended.stdout
