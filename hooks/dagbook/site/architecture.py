"""The map of the program, from its docstrings and the contract of its imports."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from dagbook import files, templates
from dagbook.project import Project

MARKER = "<!-- packages -->"
"""The line of the written page that the map replaces."""


def fill(project: Project, text: str) -> str:
    """Return a written page with the map in the place of its marker."""
    return text.replace(MARKER, packages(project)) if MARKER in text else text


def packages(project: Project) -> str:
    """Return the map as Markdown: layers from the top, each with what it holds.

    A part imports from its own row and from the layers below; import-linter holds the
    program to that.
    """
    return templates.fill(
        "site", "architecture.md.jinja", layers=list(_layers(project))
    )


def _layers(project: Project) -> Iterator[list[tuple[str, str, list[str]]]]:
    config = tomllib.loads(files.text(project.root / "pyproject.toml"))
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["id"] == "layers")
    for layer in layers:
        yield [
            _entry(project.root / "hooks", name.strip()) for name in layer.split("|")
        ]


def _entry(hooks: Path, name: str) -> tuple[str, str, list[str]]:
    place = hooks.joinpath(*name.split("."))
    if place.is_dir():
        modules = sorted(
            path.relative_to(place).with_suffix("").as_posix()
            for path in place.rglob("*.py")
            if path.name != "__init__.py"
        )
        return name, _first_line(place / "__init__.py"), modules
    return name, _first_line(place.with_suffix(".py")), []


def _first_line(file: Path) -> str:
    words = ast.get_docstring(ast.parse(files.text(file))) or ""
    return words.partition("\n")[0].replace("``", "`")
