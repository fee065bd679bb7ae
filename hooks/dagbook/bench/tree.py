"""Copies of the checkout to measure on: the real one, and one without our tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from dagbook.project import Project

SETTINGS = {"NO_MKDOCS_2_WARNING": "1"}
_PARTS = ("docs", "dags", "tests", "hooks")


class _Tagged(yaml.SafeLoader):
    """Reads ``mkdocs.yml`` with its Python names as plain text."""


_Tagged.add_multi_constructor(
    "tag:yaml.org,2002:python/name:", lambda loader, suffix, node: suffix
)


def _unset(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> Any:
    """Return what ``!ENV [NAME, default]`` is while the variable is not set."""
    return loader.construct_sequence(node)[-1]


_Tagged.add_constructor("!ENV", _unset)


def copy(project: Project, target: Path) -> Project:
    """Copy what a build reads, so that the bench never edits the checkout."""
    target.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for part in _PARTS:
        shutil.copytree(project.root / part, target / part, ignore=ignore)
    for name in ("mkdocs.yml", "pyproject.toml"):  # the second has the layers
        shutil.copy(project.root / name, target)
    return Project(target)


def bare(project: Project, target: Path) -> Path:
    """Write the composed pages and a configuration without our tools; return it.

    MkDocs then renders the same pages with the same theme and plugins, our fences as
    plain code: the least that MkDocs needs for this site.
    """
    docs = target / "docs"
    shutil.copytree(project.docs, docs)
    theme = project.root / "hooks" / "theme"
    if theme.is_dir():  # named in mkdocs.yml relative to it
        shutil.copytree(theme, target / "hooks" / "theme")
    subprocess.run(
        [sys.executable, str(project.root / "hooks" / "gen_files.py"), str(docs)],
        cwd=project.root,
        check=True,
        env=dict(os.environ) | SETTINGS | {"DAGBOOK_ROOT": str(project.root)},
    )
    config: dict[str, Any] = yaml.load(
        (project.root / "mkdocs.yml").read_text("utf-8"), Loader=_Tagged
    )
    config.pop("hooks", None)
    config.pop("watch", None)
    config["docs_dir"] = str(docs)
    config["plugins"] = [p for p in config["plugins"] if _plain(p) != "gen-files"]
    for plugin in config["plugins"]:
        if _plain(plugin) == "mkdocstrings":
            hooks = str(project.root / "hooks")
            plugin["mkdocstrings"]["handlers"]["python"]["paths"] = [hooks]
    for extension in config["markdown_extensions"]:
        if _plain(extension) == "pymdownx.superfences":
            extension["pymdownx.superfences"].pop("custom_fences", None)
        if _plain(extension) == "pymdownx.snippets":
            extension["pymdownx.snippets"]["base_path"] = [str(project.root)]
    path = target / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return path


def environment(project: Project) -> dict[str, str | None]:
    """Return what points every tool at ``project``."""
    return {**SETTINGS, "DAGBOOK_ROOT": str(project.root)}


def _plain(entry: Any) -> str:
    return entry if isinstance(entry, str) else next(iter(entry))
