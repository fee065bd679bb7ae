"""The example files to take along: a zip of each subsection, and one of everything."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from dagbook import files
from dagbook.examples import example as lookup
from dagbook.examples.example import Example
from dagbook.pages import snippets
from dagbook.project import Project
from dagbook.site import build

ALL = "dagbook.zip"
README = (
    "{title}: {count} example files for Apache Airflow 3, each with its own DAGs.\n"
    "Unpack them into the folder of your DAGs (`airflow config get-value core "
    "dags_folder`); they come paused.\n"
    "Unpause one and press Trigger; its page says what happens.\n"
)
_WHEN = (2026, 1, 1, 0, 0, 0)
"""The time of every entry: the same files make the same zip."""


def write(project: Project, site: Path) -> None:
    """Write the zips into a built site.

    Args:
        project: whose examples are taken.
        site: the folder of the built site.
    """
    written = list(build.written(project))
    _zip(site / ALL, "Dagbook", written)
    for sub in lookup.contract(project).subsections.values():
        inside = [one for one in written if one.item.subsection == sub.number]
        if inside:
            name = f"{sub.number} {sub.title}"
            _zip(site / sub.folder / zip_name(sub.number), name, inside)


def zip_name(number: str) -> str:
    """Return the name of the zip of a subsection: ``dags_16_1.zip``."""
    return f"dags_{number.replace('.', '_')}.zip"


def _zip(path: Path, title: str, examples: Iterable[Example]) -> None:
    found = {
        f"{one.item.folder}/{one.item.stem}.py": snippets.unmarked(
            files.text(one.paths.dag)
        )
        for one in examples
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as zipped:
        readme = README.format(title=title, count=len(found))
        for name, text in {"README.md": readme, **found}.items():
            entry = zipfile.ZipInfo(f"dagbook/{name}", _WHEN)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, text, zipfile.ZIP_DEFLATED)
