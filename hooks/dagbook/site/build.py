"""Everything the site is made of that nobody wrote by hand.

``write`` hands each file to ``emit``; MkDocs' gen-files and a plain folder are two
receivers of the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dagbook import files as on_disk
from dagbook import templates
from dagbook.concepts import compose as concepts
from dagbook.examples import example as lookup
from dagbook.examples.example import Example
from dagbook.pages import snippets
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.recording import masks
from dagbook.site import architecture, compose, indexes, show, styles
from dagbook.site import parity as parity_table

UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"
ASK = "<!-- search box -->"
"""The line of a written page that a search box replaces."""

Emit = Callable[[str, str, str | None], None]
"""Called with the path below the site's source, the text, and the written file that a
person edits to change it (relative to the root), if there is one."""


def write(project: Project, emit: Emit, more: Mapping[str, str] | None = None) -> None:
    """Hand every generated file to ``emit``.

    Args:
        project: the checkout.
        emit: called for each file.
        more: generated pages of the caller, by path below ``docs``.

    Raises:
        DagbookError: a page cannot be composed; all such problems at once.
    """
    problems: list[Problem] = []
    taken: set[str] = set()
    for example in written(project):
        try:
            _example(example, emit, taken)
        except DagbookError as error:
            problems += error.problems
    if problems:
        raise DagbookError(problems)
    emit(styles.PATH, styles.sheet(project), None)
    tools = {parity_table.PATH: parity_table.page(project), **(more or {})}
    tools |= dict(reference(project))
    extra = [(path, indexes.title(text)) for path, text in tools.items()]
    for name, text in {**indexes.pages(project, extra=extra), **tools}.items():
        own = f"docs/{name}" if (project.docs / name).is_file() else None
        made = compose.plain(project, own or f"generated {name}", text)
        emit(name, quiet(name, made), own)
        taken.add(name)
    for path in project.pages():
        name = path.relative_to(project.docs).as_posix()
        if name not in taken:
            text = written_text = on_disk.text(path)
            if name.startswith(f"{concepts.FOLDER}/"):
                text = concepts.compose(project, name, text)
            text = text.replace(ASK, templates.fill("site", "ask.html.jinja"))
            text = show.fill(masks.fill(architecture.fill(project, text)))
            made = quiet(name, compose.plain(project, f"docs/{name}", text))
            if made != written_text:
                emit(name, made, f"docs/{name}")


def written(project: Project) -> Iterator[Example]:
    """Yield the examples whose page exists, in the order of the contract."""
    for item in lookup.contract(project).items:
        if item.paths(project).page.is_file():
            yield Example(project, item)


def _example(example: Example, emit: Emit, taken: set[str]) -> None:
    paths = example.item.paths(example.project)
    folder = example.item.folder
    page = f"{folder}/{paths.page.name}"
    short = f"{example.item.id}/index.html"
    emit(short, templates.fill("site", "redirect.html.jinja", item=example.item), None)
    emit(page, compose.compose(example), f"docs/{page}")
    taken.add(page)
    live_test = paths.test.with_name(f"{paths.test.stem}_live.py")
    files = (paths.dag, paths.test, live_test, paths.recording, paths.live_recording)
    for file in files:
        if file.is_file():
            text = snippets.unmarked(on_disk.text(file))
            emit(f"{folder}/{file.name}", text, None)


def quiet(name: str, text: str) -> str:
    """Keep the pages for contributors out of the readers' search."""
    if name.startswith("contributing/") and not text.startswith("---"):
        return UNSEARCHED + text
    return text


def reference(project: Project) -> Iterator[tuple[str, str]]:
    """Yield one page of the contributors' reference for each package of the program."""
    rows = []
    for package, modules in packages(project).items():
        file = f"contributing/reference/{package.replace('.', '_')}.md"
        rows.append(f"- [`{package}`]({file.rpartition('/')[2]})")
        parts = "\n\n".join(f"::: {name}" for name in modules)
        yield file, f"{UNSEARCHED}# {package}\n\n{parts}\n"
    yield (
        "contributing/reference/index.md",
        f"{UNSEARCHED}# The program\n\nThe packages of `dagbook`, as their docstrings "
        "describe them. [Architecture](../architecture.md) says how they work "
        "together.\n\n" + "\n".join(rows) + "\n",
    )


def packages(project: Project) -> dict[str, list[str]]:
    """Return the modules of each package of the program, the package itself first.

    A package inside ``live`` is shown with it.
    """
    root = project.root / "hooks"
    found: dict[str, list[str]] = {}
    for path in sorted((root / "dagbook").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        elif parts[-1].startswith("_"):
            continue
        inside = len(parts) > 2 or path.name == "__init__.py"
        package = ".".join(parts[: 2 if inside else 1])
        found.setdefault(package, []).append(".".join(parts))
    return {package: sorted(names) for package, names in sorted(found.items())}


def to_folder(folder: Path) -> Emit:
    """Return an ``emit`` that writes below ``folder``."""

    def emit(path: str, text: str, _edit: str | None) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    return emit
