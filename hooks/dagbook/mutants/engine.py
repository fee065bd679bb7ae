"""Test the mutants of the examples: two warm processes, a cache, progress."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagbook.mutants.generate import sample
from dagbook.mutants.mutant import Mutant
from dagbook.mutants.verdicts import Cache, Verdict
from dagbook.problems import DagbookError, Problem
from dagbook.project import ExamplePaths, Project

PROCESSES = 2
# Seconds: the unchanged example may take this long, a mutant at least this long.
CONTROL_LIMIT, LEAST_LIMIT = 900.0, 20.0
TIMES_LONGER = 6

Progress = Callable[[int, int, str], None]


def judge(
    project: Project,
    examples: list[ExamplePaths],
    progress: Progress = lambda done, total, note: None,
    choose: Callable[[str], list[Mutant]] = sample,
) -> dict[str, list[Verdict]]:
    """Test mutants of ``examples`` and return the verdicts by file stem.

    Known answers come from the cache: an interrupted call goes on where it stopped.

    Args:
        progress: told after each mutant: done, all, a note.
        choose: gives the mutants of a text; default: a sample.

    Raises:
        DagbookError: an example's tests fail, or take too long, without any change.
    """
    jobs: list[Job] = []
    found: dict[str, list[Verdict]] = {paths.stem: [] for paths in examples}
    total = done = 0
    for paths in examples:
        text = paths.dag.read_text(encoding="utf-8")
        cache = Cache(project, paths)
        open_ones = []
        for one in choose(text):
            total += 1
            if verdict := cache.get(one):
                done += 1
                found[paths.stem].append(verdict)
            else:
                open_ones.append(one)
        if open_ones:
            jobs.append(Job(paths, cache, text, deque(open_ones)))
    progress(done, total, "from the cache")
    problems = _work(project, jobs, found, lambda n: progress(done + n, total, ""))
    if problems:
        raise DagbookError(problems)
    for verdicts in found.values():
        verdicts.sort(key=lambda v: (v.mutant.line, v.mutant.operator, v.mutant.after))
    return found


@dataclass
class Job:
    """The mutants of one example that have to be tested.

    One process runs the unchanged example, which gives ``limit`` (seconds for a mutant)
    and ``order`` (of its tests); when it is ``ready``, whoever is free takes mutants.
    """

    paths: ExamplePaths
    cache: Cache
    text: str
    mutants: deque[Mutant]
    limit: float = 0.0
    order: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)


def _work(
    project: Project,
    jobs: list[Job],
    found: dict[str, list[Verdict]],
    count: Callable[[int], None],
) -> list[Problem]:
    """Let the warm processes work through the jobs; the last ones are shared."""
    problems: list[Problem] = []
    lock = threading.Lock()
    waiting = deque(jobs)
    tested = 0

    def take() -> Iterator[Job]:
        while waiting:
            try:
                yield waiting.popleft()
            except IndexError:
                break
        for job in jobs:  # begun by others: help them
            job.ready.wait()
            yield job

    def work() -> None:
        nonlocal tested
        scratch = tempfile.TemporaryDirectory(prefix="dagbook-mutant-")
        with scratch as folder, Warm(project) as warm:
            for job in take():
                try:
                    if not job.ready.is_set():
                        _control(project, warm, job, Path(folder))
                        job.ready.set()
                    for verdict in _verdicts(warm, job, Path(folder)):
                        with lock:
                            job.cache.put(verdict)
                            found[job.paths.stem].append(verdict)
                            tested += 1
                            count(tested)
                except DagbookError as error:
                    problems.extend(error.problems)
                    job.mutants.clear()
                finally:
                    job.ready.set()

    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(min(PROCESSES, sum(len(job.mutants) for job in jobs)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # in steps, so that Ctrl-C is heard
            thread.join(0.5)
    return problems


def _control(project: Project, warm: Warm, job: Job, folder: Path) -> None:
    """Run the unchanged example, which sets the limit and the order of the tests."""
    file = folder / f"{job.paths.stem}.py"
    file.write_text(job.text, encoding="utf-8")
    answer = warm.ask(file, str(job.paths.test), CONTROL_LIMIT)
    place = project.relative(job.paths.test)
    if answer["fate"] == "timeout":
        what = f"the tests took over {CONTROL_LIMIT:g} s without any change"
        remedy = "let the machine do nothing else, or split them"
        raise DagbookError(Problem(place, 0, what, remedy))
    if answer["fate"] != "survived":
        what = f"the tests fail without any change: {', '.join(answer['by'])}"
        raise DagbookError(Problem(place, 0, what, "make them pass first"))
    job.cache.uses(answer["modules"])
    job.limit = max(LEAST_LIMIT, TIMES_LONGER * answer["seconds"])
    job.order = sorted(answer["took"], key=lambda name: answer["took"][name])


def _verdicts(warm: Warm, job: Job, folder: Path) -> Iterator[Verdict]:
    """Yield the verdicts on the mutants of a job that nobody else has taken."""
    file = folder / f"{job.paths.stem}.py"
    while job.mutants:
        try:
            one = job.mutants.popleft()
        except IndexError:  # another process was quicker
            return
        file.write_text(one.text, encoding="utf-8")
        order = [*job.order]
        answer = warm.ask(file, str(job.paths.test), job.limit, order)
        # The quickest test first, and before it the one that noticed the change next
        # to this one: whoever notices ends the judgement.
        if killer := next((name for name in answer["by"] if name in order), None):
            job.order = [killer, *(name for name in order if name != killer)]
        yield Verdict(one, answer["fate"], answer["by"])


class Warm:
    """A warm process, started again if it dies."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def ask(
        self, file: Path, test: str, limit: float, order: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the fate of ``file`` under the tests ``test``.

        ``limit``: seconds; ``order``: names of the tests to run first.

        Raises:
            DagbookError: the warm process died twice in a row.
        """
        asked = {"file": str(file), "test": test, "limit": limit, "order": [*order]}
        request = json.dumps(asked)
        for _ in range(2):
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(request + "\n")
            process.stdin.flush()
            if line := process.stdout.readline():
                answer: dict[str, Any] = json.loads(line)
                return answer
            self.process = None
        what = f"no answer about {file.name}: the warm process died twice"
        remedy = "call it again: what is known is kept"
        raise DagbookError(Problem("mutants", 0, what, remedy))

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dagbook.mutants.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.project.root,
            )
            assert self.process.stdout is not None
            if not self.process.stdout.readline():
                what = "the warm process did not start"
                remedy = "see why: python -m dagbook.mutants.worker"
                raise DagbookError(Problem("mutants", 0, what, remedy))
        return self.process


def estimate(began: float, done: int, total: int) -> str:
    """Return how long the rest will take at the pace so far, in words."""
    spent = time.monotonic() - began
    if not done:
        return ""
    left = spent / done * (total - done)
    told = f"{left / 60:.0f} min" if left > 90 else f"{left:.0f} s"
    return f"about {told} left"
