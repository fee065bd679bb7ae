"""The claims that the generated parts of a concept page make."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dagbook import files
from dagbook.concepts import proofs
from dagbook.concepts.markers import ConceptPage, Stated
from dagbook.project import Project

RECORD = "run `.venv/bin/pytest tests/concepts --snapshot-update`"


def implied(project: Project, page: ConceptPage) -> Iterator[Stated]:
    """Yield the claims that generated tables and diagrams of a page make."""
    for name, line in page.tables.items():
        yield Stated(f"table-{name}", f"The table “{name}”", page.path, line, "")
    for name, line in page.diagrams.items():
        for change in transitions(project, name):
            words = f"`{change['from']}` → `{change['to']}`: {change['by']}"
            yield Stated(str(change["id"]), words, page.path, line, "")


def transitions(project: Project, machine: str) -> list[dict[str, Any]]:
    """Return the changes of state of one machine: ``id``, ``from``, ``to``, ``by``."""
    path = proofs.transitions_file(project)
    if not path.is_file():
        return []
    machines = _machines(files.text(path), project.relative(path))
    return list(machines.get(machine, []))


@lru_cache(maxsize=2)
def _machines(text: str, name: str) -> dict[str, list[dict[str, Any]]]:
    return files.yaml_data(text, name) or {}
