"""Indexes the other way round: from what a person has in hand to the example.

From a question, an error message, a name of Airflow, a command or a REST path. The data
come from front matter, from the syntax tree of the DAG files and from the recordings.
"""

from __future__ import annotations

import builtins
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from markupsafe import Markup

from dagbook import files, templates
from dagbook.examples.coverage import Coverage, ItemState
from dagbook.project import Project
from dagbook.site import mentions, raised, symbols
from dagbook.views import markdown

MESSAGE = 300  # characters of a message, enough to tell two apart
MOST = 20  # links in one cell; a name that everything uses leads nowhere anyway
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""A heading, the columns and the rows."""
Index = defaultdict[str, list[ItemState]]


def pages(project: Project, covered: Coverage) -> dict[str, str]:
    """Return the five index pages by path below ``docs``."""
    states = [state for state in covered.states if state.page]
    commands = _seen(states, mentions.commands)
    calls = _seen(states, mentions.calls)
    found = {
        "questions": (
            "By question",
            "What people ask, in their words, and the example that answers it.",
            [("", ("Question", "Example", "Asked in"), list(_questions(states)))],
        ),
        "errors": (
            "By error message",
            "Each of these messages was recorded from a run. Texts that an example "
            "raises itself are left out.",
            list(_errors(project, states)),
        ),
        "symbols": (
            "By name in Airflow",
            "What the example files import, and the arguments of DAGs, tasks and "
            "operators that they set.",
            list(_names(project, states)),
        ),
        "commands": (
            "By command",
            "Commands of the `airflow` program that were really run, and their exit "
            "codes.",
            [("", ("Command", "Exit codes", "Examples"), commands)],
        ),
        "rest": (
            "By REST path",
            "Calls of the public REST API that were really made, with the answers' "
            "status.",
            [("", ("Call", "Status", "Examples"), calls)],
        ),
    }
    return {
        f"find/{name}.md": templates.fill(
            "site", "find.md.jinja", title=title, about=about, tables=tables
        )
        for name, (title, about, tables) in found.items()
    }


def _questions(states: Iterable[ItemState]) -> Iterator[tuple[str, ...]]:
    for state in states:
        assert state.page
        for question in state.page.front.questions:
            asked = markdown.link(question.text, state.address, "find/index.md")
            yield asked, state.title, _source(question.link) if question.link else ""


def _errors(project: Project, states: Iterable[ItemState]) -> Iterator[Table]:
    found: dict[int, Index] = {0: defaultdict(list), 1: defaultdict(list)}
    for state in states:
        paths = state.item.paths(project)
        source = "\n".join(
            files.text(path) for path in (paths.dag, paths.test) if path.is_file()
        )
        for one in mentions.errors(state.recording or {}):
            if not raised.own(source, one.what, one.answer):
                python = hasattr(builtins, one.what)
                key = f"{one.what}\n{_named(one.answer, state)}"
                found[python][key].append(state)
    for heading, index in zip(("Of Airflow", "Of Python"), found.values(), strict=True):
        rows: list[tuple[str, ...]] = []
        for key in sorted(index, key=str.lower):
            what, _, message = key.partition("\n")
            words = markdown.code(what), markdown.code(message, MESSAGE)
            rows.append((*words, _examples(index[key])))
        yield heading, ("Error", "Message", "Example"), rows


def _named(message: str, state: ItemState) -> str:
    """Return a message as it reads for any DAG and any run."""
    plain = re.sub(r"Server returned error\s+Correlation-id=\S+\s+", "", message)
    return re.sub(rf"{state.item.stem}\w*", "<dag_id>", plain)


def _names(project: Project, states: Iterable[ItemState]) -> Iterator[Table]:
    used: Index = defaultdict(list)
    given: Index = defaultdict(list)
    for state in states:
        dotted, arguments = symbols.of_file(project, state.item.paths(project).dag)
        for found, names in ((used, dotted), (given, arguments)):
            for name in names:
                found[name].append(state)
    for heading, column, index in (
        ("Imported names", "Name", used),
        ("Arguments", "Argument", given),
    ):
        rows = [_row(name, index) for name in sorted(index, key=str.lower)]
        yield heading, (column, "Examples"), rows


def _row(name: str, index: Index) -> tuple[str, ...]:
    return markdown.code(name), _examples(index[name])


def _seen(
    states: Iterable[ItemState], read: Callable[[dict[str, Any]], list[mentions.Seen]]
) -> list[tuple[str, ...]]:
    answers, where = defaultdict(set), defaultdict(list)
    for state in states:
        for one in read(state.recording or {}):
            answers[one.what].add(one.answer)
            where[one.what].append(state)

    def order(what: str) -> tuple[str, str]:
        method, _, target = what.partition(" ")
        return (target, method) if target.startswith("/") else (what, "")

    return [
        (markdown.code(what), ", ".join(sorted(answers[what])), _examples(where[what]))
        for what in sorted(where, key=order)
    ]


def _examples(states: Iterable[ItemState]) -> Markup:
    """Return links to several examples, each once, at most ``MOST``."""
    unique = list({state.item.id: state for state in states}.values())
    links = [
        markdown.link(f"{one.item.id} {one.title}", one.address, "find/index.md")
        for one in unique[:MOST]
    ]
    more = len(unique) - MOST
    return Markup("<br>").join([*links, *([f"and {more} more"] if more > 0 else [])])


def _source(link: str) -> Markup:
    """Return a link to where a question was asked, named as people name it."""
    known = re.match(r"https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", link)
    words = f"{known[1]}#{known[2]}" if known else "asked here"
    return Markup(f"[{markdown.text(words)}]({link})")
