"""Which tests of a module ran in this session, and whether all of them did."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

NAME = "dagbook-ledger"


class Ledger:
    """A pytest plugin that keeps the outcome of each test by module and name."""

    def __init__(self) -> None:
        self.outcomes: dict[Path, dict[str, bool]] = {}
        self._left_out: set[Path] = set()

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Remember the modules of which not every test runs."""
        self._left_out |= {item.path for item in items}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep whether a test has passed; one that was skipped has not."""
        report = yield
        if report.when == "call" or (report.when == "setup" and not report.passed):
            passed = report.when == "call" and report.passed
            self.outcomes.setdefault(item.path, {})[item.name] = passed
        return report

    def whole(self, module: Path) -> bool:
        """Tell whether every test that a module defines has run."""
        names = {name.split("[")[0] for name in self.outcomes.get(module, ())}
        defined = re.findall(r"^def (test_\w+)", module.read_text("utf-8"), re.M)
        return names == set(defined) and module not in self._left_out

    def passed(self) -> dict[Path, set[str]]:
        """Return the modules whose tests have all run and passed, with their names."""
        return {
            module: set(outcomes)
            for module, outcomes in self.outcomes.items()
            if all(outcomes.values()) and self.whole(module)
        }


def ledger(config: pytest.Config) -> Ledger:
    """Return the ledger of a session; the first call begins it."""
    found: Ledger | None = config.pluginmanager.get_plugin(NAME)
    if found is None:
        found = Ledger()
        config.pluginmanager.register(found, NAME)
    return found
