"""pytest's side of the harness: the fixture ``example`` and the comparison.

Loaded in every pytest of the project by an entry point; does not import Airflow.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagbook.project import ExamplePaths, Project
from dagbook.recording import file as recording
from dagbook.recording.ledger import ledger
from dagbook.running import environment

if TYPE_CHECKING:
    from dagbook.running.example import Example

LONGEST = 10


class RecordingDiffersError(AssertionError):
    """The assertions hold, but something else than the recording happened."""


class Harness:
    """What one test process keeps between tests."""

    def __init__(self, project: Project, config: pytest.Config) -> None:
        self.project = project
        self.config = config
        inherited = environment.prepared()
        self.owns_home = inherited is None
        self.home = inherited or Path(tempfile.mkdtemp(prefix="dagbook-airflow-"))
        self.server: Any = None
        self.recorded: dict[Path, set[str]] = {}
        if self.owns_home:
            environment.prepare(self.home, project)

    def api(self) -> Any:
        """Return the API server of this process, started at the first call."""
        from dagbook.running.api_server import ApiServer

        if self.server is None:
            self.server = ApiServer()
            self.server.start()
        self.server.export()
        return self.server

    def close(self) -> None:
        """Stop the server and remove the Airflow home."""
        if self.server is not None:
            self.server.stop()
        if self.owns_home:
            shutil.rmtree(self.home, ignore_errors=True)


HARNESS = pytest.StashKey[Harness]()


def pytest_configure(config: pytest.Config) -> None:
    """Set Airflow's environment, in processes that run tests and only there."""
    controller = getattr(config.option, "dist", "no") != "no" and not hasattr(
        config, "workerinput"
    )
    if controller or config.option.collectonly or config.option.help:
        return
    try:
        project = Project.find(Path(str(config.rootpath)))
    except FileNotFoundError:
        return
    if not (project.root / "hooks" / "dagbook").is_dir():
        return
    config.stash[HARNESS] = Harness(project, config)
    ledger(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the session started."""
    if harness := config.stash.get(HARNESS, None):
        harness.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a real scheduler, wherever it lies, unless one is started."""
    if os.environ.get("DAGBOOK_LIVE") == "1":
        return
    skip = pytest.mark.skip(reason="needs a real Airflow; run `make live`")
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which modules took longest, so that it is seen when one becomes slow."""
    took: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[report.nodeid.partition("::")[0]] += report.duration
    if len(took) > 1:
        terminalreporter.section("modules that took longest")
        for module in sorted(took, key=took.__getitem__, reverse=True)[:LONGEST]:
            terminalreporter.write_line(f"{took[module]:6.1f} s  {module}")


def example_paths(project: Project, module: Path) -> ExamplePaths | None:
    """Return the example that a test module is about, by the module's path."""
    paths = project.tested_by(module)
    # `dagbook mutants` tests a changed copy of the DAG file in place of the real one.
    if paths and (changed := os.environ.get("DAGBOOK_MUTANT")):
        return MutatedPaths(project, paths.folder, paths.stem, Path(changed))
    return paths


@dataclass(frozen=True)
class MutatedPaths(ExamplePaths):
    """The files of an example whose DAG file is a changed copy."""

    changed: Path

    @property
    def dag(self) -> Path:
        """The changed copy."""
        return self.changed


@pytest.fixture
def example(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Example]:
    """The example beside this test module, on an empty Airflow.

    Each test has an empty database, an empty working folder that is also ``TMPDIR``,
    and an environment that is put back afterwards.
    """
    from dagbook.running.dag_test import warm_up
    from dagbook.running.example import Example

    harness = request.config.stash[HARNESS]
    if "DAGBOOK_MUTANT" not in os.environ:  # nobody looks at a mutant's timeline
        warm_up(harness.home)
    paths = example_paths(harness.project, Path(str(request.path)))
    if paths is None:
        pytest.fail(f"{request.path.name} is not named after an example")
    scratch = tmp_path / "work"
    scratch.mkdir()
    monkeypatch.chdir(scratch)
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = dict(os.environ)
    environment.reset(harness.project, harness.home)
    made = Example(paths, harness.home, scratch, harness.api)
    request.node.stash[EXAMPLE] = made
    # Asked for here, so that syrupy sees the test as one that has snapshots.
    made.snapshot = request.getfixturevalue("snapshot")  # type: ignore[attr-defined]
    yield made
    made.close()
    from airflow import settings

    if settings.Session is not None:
        settings.Session.remove()
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


EXAMPLE = pytest.StashKey["Example"]()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Compare what was recorded, once the test's own assertions have passed."""
    outcome = yield
    made = pyfuncitem.stash.get(EXAMPLE, None)
    # `dagbook matrix` asks other Airflow versions, of which a recording does not speak.
    if made is not None and "DAGBOOK_ASSERTIONS_ONLY" not in os.environ:
        _compare(pyfuncitem, made)
    return outcome


def _compare(item: pytest.Function, made: Any) -> None:
    from dagbook.recording.snapshots import RecordingExtension

    harness = item.config.stash[HARNESS]
    names = harness.recorded.setdefault(made.paths.recording, set())
    for name, scenario in made.scenarios.items():
        if name in names:
            raise ValueError(f"two tests of {made.stem} record a scenario {name!r}")
        names.add(name)
        snapshot = made.snapshot.use_extension(RecordingExtension)(name=name)
        data = scenario.data()
        if snapshot != data:
            lines = "\n".join(snapshot.get_assert_diff())
            raise RecordingDiffersError(
                f"scenario {name!r} is not what is recorded in "
                f"{made.paths.recording.name}; if the new behaviour is right, run "
                f"`make record` and read the difference:\n{lines}"
            )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """After a recording session, write which source and tests it stands for."""
    harness = session.config.stash.get(HARNESS, None)
    if harness is None or not session.config.getoption("update_snapshots", False):
        return
    for module, passed in ledger(session.config).passed().items():
        if paths := example_paths(harness.project, module):
            made = harness.recorded.get(paths.recording, set())
            recording.stamp(paths, False, passed, made)
