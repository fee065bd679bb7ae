"""The navigation of the site, as mkdocs-literate-nav reads it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dagbook import files
from dagbook.examples.coverage import Coverage
from dagbook.project import Project

_FIND = ("catalogue.md", "find/questions.md", "find/errors.md", "find/symbols.md")
_FIND_MORE = ("find/commands.md", "find/rest.md")
_CONCEPTS = ("index.md", "dag_run.md", "life_of_a_run.md", "what_changed.md")
_LEFT_OUT = {"index.md", "SUMMARY.md", "404.md", "coverage.md"}


def summary(
    project: Project,
    covered: Coverage,
    titles: Mapping[str, str],
    extra: Iterable[tuple[str, str]] = (),
) -> str:
    """Return ``SUMMARY.md``: every page of the site, once.

    Args:
        project: the checkout.
        covered: what exists.
        titles: titles of the generated pages by their path below ``docs``.
        extra: path and title of more generated pages, listed under Contributing.
    """
    lines = ["- [Home](index.md)"]
    lines += _folder(project, "concepts", "Concepts", first=_CONCEPTS)
    for file in covered.spec.files:
        path = f"{file.slug}/index.md"
        lines.append(_entry(0, f"{file.number} {titles.get(path) or file.title}", path))
        for sub in file.subsections:
            path = f"{sub.folder}/index.md"
            if path not in titles:
                continue
            lines.append(_entry(1, f"{sub.number} {titles[path] or sub.title}", path))
            for item in sub.items:
                if page := covered.by_id[item.id].page:
                    words = page.front.title or item.title
                    lines.append(_entry(2, words, f"{item.folder}/{item.stem}.md"))
    written = sorted(
        path.name
        for path in project.pages()
        if path.parent == project.docs and path.name not in _LEFT_OUT
    )
    finders = [path for path in (*_FIND, *_FIND_MORE) if path in titles]
    lines.append("- Find an example")
    lines += [_entry(1, titles[path], path) for path in finders]
    lines += [
        _entry(1, _title(project.docs / name), name)
        for name in written
        if name not in finders
    ]
    if "coverage.md" in titles:
        lines.append(_entry(0, titles["coverage.md"], "coverage.md"))
        specs = [path for path in titles if path.startswith("spec/")]
        lines += [_entry(1, titles[path], path) for path in specs]
    lines += _folder(project, "contributing", "Contributing", extra)
    return "\n".join(lines) + "\n"


def _folder(
    project: Project,
    folder: str,
    heading: str,
    extra: Iterable[tuple[str, str]] = (),
    first: tuple[str, ...] = (),
) -> Iterator[str]:
    """Yield the pages of a folder, its index and ``first`` before the rest."""
    files = list(project.pages(folder))
    order = {name: place for place, name in enumerate(first)}
    files.sort(key=lambda path: order.get(path.name, len(order)))
    pages = {
        path.relative_to(project.docs).as_posix(): _title(path)
        for path in files
        if path.name != "SUMMARY.md"
    }
    index = f"{folder}/index.md"
    more = [(path, title) for path, title in extra if path not in pages]
    if not pages and not more:
        return
    if index in pages:
        yield _entry(0, heading, index)
    else:
        yield f"- {heading}"
    for path, title in pages.items():
        if path != index:
            yield _entry(1, title, path)
    group = ""
    for path, title in sorted(more, key=lambda one: not one[0].endswith("index.md")):
        inner = path.removeprefix(f"{folder}/").rpartition("/")[0]
        if inner and inner != group:
            group = inner
            if path.endswith("/index.md"):
                yield _entry(1, title, path)
                continue
            yield f"    - {_words(inner.replace('/', ' ').replace('_', ' ').title())}"
        yield _entry(2 if inner else 1, title, path)


def _title(path: Path) -> str:
    """Return the title of a written page: front matter, first heading, or its name."""
    text = files.text(path)
    front = re.match(r"---\n(.*?)\n---\n", text, re.S)
    stated = front and re.search(r"^title:\s*[\"']?(.+?)[\"']?\s*$", front[1], re.M)
    heading = stated or re.search(r"^# (.+?)\s*$", text, re.M)
    return heading[1] if heading else path.stem.replace("_", " ").capitalize()


def _entry(depth: int, title: str, path: str) -> str:
    return f"{'    ' * depth}- [{_words(title)}]({path})"


def _words(title: str) -> str:
    """Escape a title; literate-nav reads no character references, but backslashes."""
    bare = re.sub(r"(`+)(.+?)\1", r"\2", title)
    return re.sub(r"([\\`*_{}\[\]()#+!.-])", r"\\\1", html.escape(bare, quote=False))
