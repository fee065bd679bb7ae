"""The tests that prove the concept pages: each claim has one, by name."""

import sys
from pathlib import Path

import pytest

from dagbook.concepts import plugin as claims_pytest
from dagbook.concepts.claims import transitions
from dagbook.concepts.plugin import table  # noqa: F401  (a fixture)
from dagbook.project import Project
from dagbook.running import environment
from dagbook.running.plugin import HARNESS

sys.path.insert(0, str(Path(__file__).parent))

KNOWN = {
    sort: {
        (start, row["to"])
        for row in transitions(Project.find(), f"{sort}-states")
        for start in (row["from"], *row.get("also", ()))
    }
    for sort in ("run", "task")
}


def pytest_configure(config: pytest.Config) -> None:
    claims_pytest.register(config)


@pytest.fixture
def world(request, monkeypatch, tmp_path):
    """An empty Airflow whose scheduler, worker and API the test plays by hand."""
    from world import World

    harness = request.config.stash[HARNESS]
    monkeypatch.chdir(tmp_path)
    # A test of a DAG file makes the file a bundle of its own, for itself alone.
    bundles = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
    monkeypatch.setenv(bundles, "")
    monkeypatch.delenv(bundles)
    # A changed DAG is to be written at once, not after half a minute.
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    environment.reset(harness.project, harness.home)
    made = World(harness)
    yield made
    for sort in ("run", "task"):
        strange = set(made.seen(sort)) - KNOWN[sort]
        assert not strange, f"transitions.yml lacks changes of a {sort}: {strange}"
    made.close()
