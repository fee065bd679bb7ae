"""Test the mutants of the examples: two warm processes, a cache, progress."""

from __future__ import annotations

import hashlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagbook.mutants.generate import mutants
from dagbook.mutants.mutant import Mutant
from dagbook.problems import DagbookError, Problem
from dagbook.project import ExamplePaths, Project

PROCESSES = 2
LEAST_LIMIT = 20.0
TIMES_LONGER = 6


@dataclass
class Verdict:
    """What became of one mutant.

    Args:
        mutant: the change.
        fate: ``assertion``, ``recording``, ``timeout``, ``survived`` or ``broken``.
        by: the tests that failed.
    """

    mutant: Mutant
    fate: str
    by: list[str] = field(default_factory=list)


Progress = Callable[[int, int, str], None]


def tool_hash() -> str:
    """Return a hash of everything that decides a mutant's fate besides the example."""
    here = Path(__file__).parent
    digest = hashlib.sha256(version("apache-airflow-core").encode())
    files = [*here.glob("*.py"), *here.parent.glob("*.py")]
    names = {"collect", "example", "masks", "observe", "pytest_plugin", "recording"}
    names |= {"results", "runner", "snapshots", "environment", "api", "responder"}
    for file in sorted(files):
        if file.parent.name == "mutants" or file.stem in names:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def judge(
    project: Project, examples: list[ExamplePaths], progress: Progress | None = None
) -> dict[str, list[Verdict]]:
    """Test every mutant of ``examples`` and return the verdicts by file stem.

    Answers that are known are taken from the cache, so an interrupted call goes on
    where it stopped.

    Raises:
        DagbookError: an example's tests fail without any change.
    """
    tool = tool_hash()
    jobs: queue.Queue[Job] = queue.Queue()
    found: dict[str, list[Verdict]] = {paths.stem: [] for paths in examples}
    total = done = 0
    for paths in examples:
        text = paths.dag.read_text(encoding="utf-8")
        cache = Cache(project, paths, tool)
        open_ones = []
        for one in mutants(text):
            total += 1
            if verdict := cache.get(one):
                done += 1
                found[paths.stem].append(verdict)
            else:
                open_ones.append(one)
        if open_ones:
            jobs.put(Job(paths, cache, text, open_ones))
    if progress:
        progress(done, total, "from the cache")
    problems = _work(project, jobs, found, lambda n: _tell(progress, n, done, total))
    if problems:
        raise DagbookError(problems)
    for verdicts in found.values():
        verdicts.sort(key=lambda v: (v.mutant.line, v.mutant.operator, v.mutant.after))
    return found


@dataclass
class Job:
    """The mutants of one example that have to be tested."""

    paths: ExamplePaths
    cache: Cache
    text: str
    mutants: list[Mutant]


class Cache:
    """Fates by the hash of the mutant, its test, its recording and the tool."""

    def __init__(self, project: Project, paths: ExamplePaths, tool: str) -> None:
        digest = hashlib.sha256(tool.encode())
        digest.update(paths.test.read_bytes())
        recording = json.loads(paths.recording.read_text(encoding="utf-8"))
        digest.update(json.dumps(recording["scenarios"], sort_keys=True).encode())
        self.base = digest.hexdigest()
        self.file = project.cache / "mutants" / f"{paths.stem}.json"
        self.known: dict[str, Any] = {}
        if self.file.exists():
            self.known = json.loads(self.file.read_text(encoding="utf-8"))

    def key(self, text: str) -> str:
        """Return the key of a changed file."""
        return hashlib.sha256((self.base + text).encode()).hexdigest()

    def get(self, one: Mutant) -> Verdict | None:
        """Return the verdict on a mutant if it is known."""
        row = self.known.get(self.key(one.text))
        return Verdict(one, row["fate"], row["by"]) if row else None

    def put(self, verdict: Verdict) -> None:
        """Keep a verdict, at once, so that an interruption loses nothing."""
        row = {"fate": verdict.fate, "by": verdict.by}
        self.known[self.key(verdict.mutant.text)] = row
        self.file.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.file.with_suffix(".new")
        scratch.write_text(json.dumps(self.known), encoding="utf-8")
        scratch.replace(self.file)


def _tell(progress: Progress | None, new: int, known: int, total: int) -> None:
    if progress:
        progress(known + new, total, "")


def _work(
    project: Project,
    jobs: queue.Queue[Job],
    found: dict[str, list[Verdict]],
    count: Callable[[int], None],
) -> list[Problem]:
    """Let the warm processes work through the jobs, an example each at a time."""
    problems: list[Problem] = []
    lock = threading.Lock()
    tested = 0

    def work() -> None:
        nonlocal tested
        scratch = tempfile.TemporaryDirectory(prefix="dagbook-mutant-")
        with scratch as folder, Warm(project) as warm:
            while True:
                try:
                    job = jobs.get_nowait()
                except queue.Empty:
                    return
                for verdict in _example(project, warm, job, Path(folder)):
                    with lock:
                        if isinstance(verdict, Problem):
                            problems.append(verdict)
                            continue
                        found[job.paths.stem].append(verdict)
                        tested += 1
                        count(tested)

    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(min(PROCESSES, jobs.qsize()))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # in steps, so that Ctrl-C is heard
            thread.join(0.5)
    return problems


def _example(
    project: Project, warm: Warm, job: Job, folder: Path
) -> Iterator[Verdict | Problem]:
    file = folder / f"{job.paths.stem}.py"
    test = str(job.paths.test)
    file.write_text(job.text, encoding="utf-8")
    control = warm.ask(file, test, 300.0)
    if control["fate"] != "survived":
        what = f"the tests fail without any change: {', '.join(control['by'])}"
        place = project.relative(job.paths.test)
        yield Problem(place, 0, what, "make them pass first")
        return
    limit = max(LEAST_LIMIT, TIMES_LONGER * control["seconds"])
    # The quickest test first, and before it the one that noticed the change next to
    # this one: whoever notices ends the judgement.
    order = sorted(control["took"], key=lambda name: control["took"][name])
    for one in job.mutants:
        file.write_text(one.text, encoding="utf-8")
        answer = warm.ask(file, test, limit, order)
        verdict = Verdict(one, answer["fate"], answer["by"])
        if killer := next((name for name in answer["by"] if name in order), None):
            order.remove(killer)
            order.insert(0, killer)
        job.cache.put(verdict)
        yield verdict


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

        Args:
            file: the changed example.
            test: the test module.
            limit: seconds; a test that takes longer hangs, and that is noticed.
            order: names of tests, those to run first; the others follow.

        Raises:
            RuntimeError: the warm process died twice in a row.
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
        raise RuntimeError(f"no answer about {file.name}: the warm process died")

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dagbook.mutants.warm"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.project.root,
            )
            assert self.process.stdout is not None
            if not self.process.stdout.readline():
                raise RuntimeError("the warm process did not start")
        return self.process


def estimate(began: float, done: int, total: int) -> str:
    """Return how long the rest will take at the pace so far, in words."""
    spent = time.monotonic() - began
    if not done:
        return ""
    left = spent / done * (total - done)
    return (
        f"about {left / 60:.0f} min left" if left > 90 else f"about {left:.0f} s left"
    )
