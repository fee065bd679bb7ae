"""pytest's side of the live lane: the fixtures ``cluster``, ``parity`` and ``live``.

Loaded by ``dagbook live`` (``-p dagbook.live.plugin``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dagbook.files import sha256
from dagbook.live import recordings as records
from dagbook.live.options import Options, own_dags
from dagbook.live.parity import results
from dagbook.live.parity.chain import Chain
from dagbook.live.parity.cleanup import connect, forget
from dagbook.live.parity.run import Parity
from dagbook.live.scenario import Scenario
from dagbook.live.servers.cluster import Cluster
from dagbook.live.servers.deployment import deploy
from dagbook.project import ExamplePaths, Project
from dagbook.recording import file as recording
from dagbook.recording.ledger import ledger

DEPLOYED = pytest.StashKey[set[Path]]()
MADE = pytest.StashKey[dict[Path, set[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the account of which tests pass."""
    ledger(config)


def say(config: pytest.Config, line: str) -> None:
    """Show progress at once, whatever pytest captures."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else contextmanager(iter)([]):
        print(f"live: {line}", file=sys.stderr, flush=True)


@dataclass
class Live:
    """What a live test holds in its hand.

    Args:
        cluster: the running Airflow.
        paths: of the example that the test is about; None in tests of the lane itself.
        folder: an empty folder of this test, which tasks may read and write.
        record: rewrite recordings instead of comparing.
    """

    cluster: Cluster
    paths: ExamplePaths | None
    folder: Path
    record: bool
    made: set[str] = field(default_factory=set)

    @contextmanager
    def scenario(self, name: str, dag_id: str = "") -> Iterator[Scenario]:
        """Begin a scenario; when its block ends well it is compared or recorded.

        Args:
            name: unique in the example's live recording.
            dag_id: default: the example's own; siblings are ``<stem>__<role>``.
        """
        dag_id = dag_id or (self.paths.stem if self.paths else "")
        self.cluster.wait_for_dags({dag_id}, seconds=120)
        scenario = Scenario(self.cluster, name, dag_id)
        scenario.hide(str(self.folder))
        yield scenario
        if self.paths is None:
            return
        data = records.masked(scenario)
        if name in self.made:
            raise ValueError(f"two scenarios are called {name!r}")
        self.made.add(name)
        if self.record:
            records.write(self.paths.live_recording, name, data)
        else:
            records.compare(self.paths.live_recording, name, data)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """One real Airflow for the session: the kept one, or one of its own."""
    config = request.config
    project = Project.find(Path(str(config.rootpath)))
    made = Options.from_environment().cluster(project, lambda line: say(config, line))
    with made:
        forget(made)
        connect(made, True)
        own = project.tests / "live"
        if any(own in item.path.parents for item in request.session.items):
            deploy(made, own_dags(project))
        yield made
        made.failed = made.failed or request.session.testsfailed > 0


@pytest.fixture(scope="session")
def parity(request: pytest.FixtureRequest, cluster: Cluster) -> dict[str, Chain]:
    """Every chosen example, deployed and run."""
    config = request.config
    project = Project.find(Path(str(config.rootpath)))
    options = Options.from_environment()
    known = results.load(project)["examples"]
    chosen = results.longest_first(options.plans(project), known)
    files = {p.source.relative_to(project.dags).as_posix(): p.source for p in chosen}
    for plan, copy in zip(chosen, deploy(cluster, files).values(), strict=True):
        plan.digest = sha256(copy)
    done = Parity(cluster, lambda line: say(config, line)).run(chosen)
    if options.write:
        results.save(project, done, options.words)
    return done


@pytest.fixture
def live(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path
) -> Iterator[Live]:
    """The live Airflow in the hands of one test."""
    project = Project.find(Path(str(request.config.rootpath)))
    module = Path(str(request.path))
    paths = project.tested_by(module, "_live")
    cluster.check_alive()
    deployed = request.config.stash.setdefault(DEPLOYED, set())
    if paths and module not in deployed:
        # Whatever parity or an earlier session did to its DAGs.
        deploy(cluster, {f"{paths.folder}/{paths.dag.name}": paths.dag})
        deployed.add(module)
    made = Live(cluster, paths, tmp_path, os.environ.get("DAGBOOK_RECORD") == "1")
    yield made
    for dag_id in sorted(cluster.client.dag_ids()):
        if dag_id.startswith(paths.stem if paths else "live_"):
            cluster.client.pause(dag_id)
    made_by = request.config.stash.setdefault(MADE, {})
    made_by.setdefault(module, set()).update(made.made)


@pytest.fixture
def deployed(request: pytest.FixtureRequest, live: Live) -> tuple[Live, Path]:
    """The live Airflow, and the example's file on it: a copy that may be edited.

    The file is read again within a second, so an edit is a deployment.
    """
    assert live.paths is not None, "only a test of an example has a file to deploy"
    # The next test begins with the file as it is.
    request.config.stash[DEPLOYED].discard(Path(str(request.path)))
    file = live.cluster.dags / live.paths.folder / live.paths.dag.name
    live.cluster.wait_for_dags({live.paths.stem})
    return live, file


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Parity first, with an Airflow of its own; faults last: they take servers down."""
    order = {"test_parity.py": 0, "test_session.py": 2, "test_faults.py": 3}
    items.sort(key=lambda item: order.get(item.path.name, 1))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """After recording, write which source and tests each recording stands for."""
    if os.environ.get("DAGBOOK_RECORD") != "1":
        return
    project = Project.find(Path(str(session.config.rootpath)))
    words = Options.from_environment().words
    for module, passed in ledger(session.config).passed().items():
        if paths := project.tested_by(module, "_live"):
            names = session.config.stash.get(MADE, {}).get(module, set())
            recording.stamp(paths, True, passed, names, measured_on=words)
