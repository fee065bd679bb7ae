"""pytest's side of the claims: the marker, the results, the computed tables.

    @pytest.mark.claim("clear-keeps-try-number", by="scheduler")
    def test_clear_keeps_the_try_number(...): ...

A recording session (``--snapshot-update``) writes what held.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest

from dagbook.concepts import markers, proofs
from dagbook.project import Project
from dagbook.recording.ledger import ledger

MARK = "claim(id, …, by=): this test proves the claim of a concept page"

Cell = str | dict[str, str]
Table = Callable[[str, str, Sequence[str], Sequence[Sequence[Cell]]], None]


class TableDiffersError(AssertionError):
    """Airflow's answer is not the table that the page shows."""


def register(config: pytest.Config) -> None:
    """Make the marker and the results known to a session, once."""
    if not config.pluginmanager.has_plugin("dagbook-claims"):
        config.addinivalue_line("markers", MARK)
        project = Project.find(Path(str(config.rootpath)))
        config.pluginmanager.register(Claims(project, config), "dagbook-claims")


class Claims:
    """What one test process knows of the claims."""

    def __init__(self, project: Project, config: pytest.Config) -> None:
        self.project = project
        self.config = config
        self.ledger = ledger(config)
        self.recording = bool(config.getoption("update_snapshots", False))
        self.proven: dict[Path, dict[str, list[tuple[str, str]]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the outcome, and tell a failing test's claims."""
        report = yield
        if proofs.folder(self.project) not in item.path.parents:
            return report
        marks = [(str(i), m) for m in item.iter_markers("claim") for i in m.args]
        if report.failed and marks:
            names = [name for name, _ in marks]
            report.sections.append(("Claims that do not hold", self._places(names)))
        if report.when == "setup":
            rows = self.proven.setdefault(item.path, {})
            for name, mark in marks:
                by = str(mark.kwargs.get("by", ""))
                rows.setdefault(name, []).append((by, item.name))
        return report

    def pytest_sessionfinish(self) -> None:
        """Write what the modules that ran as a whole have proven."""
        if not self.recording:
            return
        for module, proven in self.proven.items():
            if not self.ledger.whole(module):
                continue
            name = self.project.relative(module)
            held = {
                claim: {"by": rows[0][0], "test": f"{name}::{rows[0][1]}"}
                for claim, rows in proven.items()
                if all(self.ledger.outcomes[module].get(test) for _, test in rows)
            }
            airflow = version("apache-airflow-core")
            proofs.keep_claims(self.project, module, held, airflow)

    def _places(self, names: Sequence[str]) -> str:
        where = {}
        for page in markers.pages(self.project):
            for one in page.stated:
                where[one.id] = f"{one.path}:{one.line}: {one.text}"
        return "\n".join(f"{name} — {where.get(name, 'no page')}" for name in names)

    def table(
        self,
        name: str,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[Cell]],
    ) -> None:
        """Compare a computed table with the one on the page, or write it.

        Args:
            name: as the page's marker says it.
            caption: one sentence.
            head: names of the columns.
            rows: cells: text in which backticks mean code, or ``{"state": …}``.

        Raises:
            TableDiffersError: the tables differ, and this is no recording session.
        """
        made: dict[str, Any] = {
            "caption": caption,
            "head": list(head),
            "rows": [list(row) for row in rows],
        }
        if any(len(row) != len(head) for row in made["rows"]):
            raise ValueError(f"a row of {name} is not as long as its head")
        if self.recording:
            proofs.keep_table(self.project, name, made)
        elif (kept := proofs.tables(self.project).get(name)) != made:
            raise TableDiffersError(_difference(name, kept or {}, made))


def _difference(name: str, kept: dict[str, Any], made: dict[str, Any]) -> str:
    old, new = kept.get("rows", []), made["rows"]
    lines = [f"- {row}" for row in old if row not in new]
    lines += [f"+ {row}" for row in new if row not in old]
    rest = "\n".join(lines or ["caption, head or order differ"])
    return (
        f"the table {name!r} of tests/concepts/tables.json is not what Airflow says; "
        f"if the new one is right, run pytest tests/concepts --snapshot-update:\n{rest}"
    )


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table:
    """Compare a computed table with the one that a concept page shows."""
    found: Any = request.config.pluginmanager.get_plugin("dagbook-claims")
    return cast(Table, found.table)
