"""Rules on ``mkdocs.yml``: what the site cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from yaml import MarkedYAMLError

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.fences.render import KEYS
from dagbook.problems import DagbookError, Problem, choice
from dagbook.project import Project

FILE = "mkdocs.yml"


class _Loader(files.Loader):
    """Reads names of Python objects as text."""


def _named(loader: _Loader, name: str, node: Any) -> str:
    module, _, last = name.rpartition(".")
    try:
        getattr(import_module(module), last)
    except (ImportError, AttributeError, ValueError):
        raise MarkedYAMLError(
            None, None, f"there is no {name}", node.start_mark
        ) from None
    return name


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", _named)
_Loader.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node))


@rule("tree")
def configured(tree: Tree) -> Iterator[Problem]:
    """Refuse a configuration without our hook, generated pages or fences."""
    yield from faults(tree.project)


def faults(project: Project) -> list[Problem]:
    """Return what is wrong with the configuration."""
    raw = files.text(project.root / FILE)
    try:
        data: Any = files.yaml_data(raw, FILE, loader=_Loader)
    except DagbookError as error:
        return error.problems
    if not isinstance(data, dict):
        return [Problem(FILE, 1, "no configuration", "take it from git")]
    known = list(dict(MkDocsConfig()._schema))
    found = [
        Problem(FILE, _line(raw, str(key)), f"unknown key “{key}”", choice(key, known))
        for key in data
        if key not in known
    ]
    found += _unknown(data, raw)
    needs = {
        "the hook": _has(data.get("hooks"), "hooks/mkdocs_hook.py"),
        "the script of generated pages": _has(
            data.get("plugins"), "hooks/gen_files.py"
        ),
        **{
            f"the fence “{name}”": _has(data.get("markdown_extensions"), name)
            for name in KEYS
        },
    }
    for what, there in needs.items():
        if not there:
            found.append(Problem(FILE, 0, f"{what} is missing", "take it from git"))
    return found


def _unknown(data: dict[str, Any], raw: str) -> Iterator[Problem]:
    """Yield each plugin, extension and theme that is not installed."""
    theme = data.get("theme")
    theme = theme.get("name") if isinstance(theme, dict) else theme
    for group, sort, given in (
        ("mkdocs.plugins", "plugin", data.get("plugins")),
        ("markdown.extensions", "extension", data.get("markdown_extensions")),
        ("mkdocs.themes", "theme", [theme]),
    ):
        known = {one.name.rpartition("/")[2] for one in entry_points(group=group)}
        for one in given if isinstance(given, list) else ():
            name = str(next(iter(one), "") if isinstance(one, dict) else one)
            if name not in known and not (sort == "extension" and "." in name):
                near = get_close_matches(name, known, 1)
                remedy = (
                    f"write {near[0]}" if near else "correct it, or take it from git"
                )
                line = _line(
                    raw, f"  name: {name}" if [one] == given else f"  - {name}"
                )
                yield Problem(FILE, line, f"unknown {sort} “{name}”", remedy)


def _has(data: Any, word: str) -> bool:
    """Tell whether ``word`` is a value anywhere in ``data``."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return any(_has(one, word) for one in data)
    return data == word


def _line(raw: str, key: str) -> int:
    lines = enumerate(raw.splitlines(), 1)
    return next((n for n, line in lines if f"{line}:".startswith(f"{key}:")), 0)


if __name__ == "__main__":  # MkDocs has refused it before our hook could speak
    for fault in faults(Project.find()):
        print(fault)
