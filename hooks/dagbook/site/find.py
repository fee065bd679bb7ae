"""Indexes the other way round: from what a person has in hand to the example.

From a question, an error message, a name of Airflow, a command or a REST path. The data
come from front matter, from the syntax tree of the DAG files and from the recordings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dagbook.examples.coverage import Coverage, ItemState
from dagbook.project import Project
from dagbook.site import mentions as seen
from dagbook.site import symbols
from dagbook.site.coverage import FRONT
from dagbook.site.mentions import Seen
from dagbook.views import markdown as mdtext

MOST = 20  # links in one cell; a name that everything uses leads nowhere anyway


def pages(project: Project, covered: Coverage) -> dict[str, str]:
    """Return the five index pages by path below ``docs``."""
    states = [state for state in covered.states if state.page]
    recorded = [state for state in states if state.recording]
    return {
        "find/questions.md": questions(states),
        "find/errors.md": errors(recorded),
        "find/symbols.md": names(project, states),
        "find/commands.md": commands(recorded),
        "find/rest.md": calls(recorded),
    }


def questions(states: Iterable[ItemState]) -> str:
    """Return the page of users' questions, each with the example that answers it."""
    path = "find/questions.md"
    rows = []
    for state in states:
        assert state.page
        for question in state.page.front.questions:
            asked = f" ({_source(question.link)})" if question.link else ""
            rows.append((mdtext.text(question.text) + asked, example(state, path)))
    return _page(
        "By question",
        "What people ask, in their words, and the example that answers it.",
        ("Question", "Answer"),
        rows,
    )


def errors(states: Iterable[ItemState]) -> str:
    """Return the page of error messages that examples have really produced."""
    path = "find/errors.md"
    found: dict[tuple[str, str], list[ItemState]] = {}
    for state in states:
        for one in seen.errors(state.recording or {}):
            found.setdefault((one.what, one.answer), []).append(state)
    rows = [
        (mdtext.code(what), mdtext.code(message), examples(where, path))
        for (what, message), where in sorted(found.items(), key=lambda kv: kv[0])
    ]
    return _page(
        "By error message",
        "Each of these messages was recorded from a run. Longer ones are cut here and "
        "complete on the page.",
        ("Error", "Message", "Example"),
        rows,
    )


def names(project: Project, states: Iterable[ItemState]) -> str:
    """Return the page of Airflow's names and arguments, and who uses them."""
    path = "find/symbols.md"
    used: dict[str, list[ItemState]] = {}
    given: dict[str, list[ItemState]] = {}
    for state in states:
        dotted, arguments = symbols.of_file(project, state.item.paths(project).dag)
        for symbol in dotted:
            used.setdefault(symbol, []).append(state)
        for argument in arguments:
            given.setdefault(argument, []).append(state)
    imported = _table(("Name", "Examples"), _index(used, path))
    passed = _table(("Argument", "Examples"), _index(given, path))
    return (
        f"{FRONT}# By name in Airflow\n\n"
        "What the example files import, and the arguments of DAGs, tasks and operators "
        "that they set.\n\n"
        f"## Imported names\n\n{imported}\n## Arguments\n\n{passed}"
    )


def commands(states: Iterable[ItemState]) -> str:
    """Return the page of commands that the examples' tests have run."""
    found = _collect(states, seen.commands)
    rows = _seen(found, "find/commands.md")
    return _page(
        "By command",
        "Commands of the `airflow` program that were really run, and their exit codes.",
        ("Command", "Exit codes", "Examples"),
        rows,
    )


def calls(states: Iterable[ItemState]) -> str:
    """Return the page of REST calls that the examples' tests have made."""
    found = _collect(states, seen.calls)
    rows = _seen(found, "find/rest.md")
    return _page(
        "By REST path",
        "Calls of the public REST API that were really made, with the answers' status.",
        ("Call", "Status", "Examples"),
        rows,
    )


def example(state: ItemState, path: str) -> str:
    """Return a link to an example: id and title."""
    item, written = state.item, state.page
    words = written.front.title if written and written.front.title else item.title
    target = f"{item.folder}/{item.stem}.md"
    return mdtext.link(f"{item.id} {mdtext.text(words)}", target, path)


def examples(states: Iterable[ItemState], path: str) -> str:
    """Return links to several examples, each once, at most ``MOST``."""
    unique = list({state.item.id: state for state in states}.values())
    links = [example(state, path) for state in unique[:MOST]]
    more = len(unique) - MOST
    return "<br>".join(links + ([f"and {more} more"] if more > 0 else []))


def _source(link: str) -> str:
    """Return a link to where a question was asked, named as people name it."""
    known = re.match(r"https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", link)
    words = f"{known[1]}#{known[2]}" if known else "asked here"
    return f"[{mdtext.text(words)}]({link})"


def _collect(
    states: Iterable[ItemState], read: Callable[[dict[str, Any]], list[Seen]]
) -> dict[str, tuple[set[str], list[ItemState]]]:
    found: dict[str, tuple[set[str], list[ItemState]]] = {}
    for state in states:
        for one in read(state.recording or {}):
            answers, where = found.setdefault(one.what, (set(), []))
            answers.add(one.answer)
            where.append(state)
    return found


def _seen(
    found: dict[str, tuple[set[str], list[ItemState]]], path: str
) -> list[tuple[str, str, str]]:
    def order(what: str) -> tuple[str, str]:
        method, _, target = what.partition(" ")
        return (target, method) if target.startswith("/") else (what, "")

    return [
        (
            mdtext.code(what),
            ", ".join(sorted(found[what][0])),
            examples(found[what][1], path),
        )
        for what in sorted(found, key=order)
    ]


def _index(found: dict[str, list[ItemState]], path: str) -> list[tuple[str, str]]:
    return [
        (mdtext.code(name), examples(found[name], path))
        for name in sorted(found, key=str.lower)
    ]


def _page(
    title: str, intro: str, head: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    return f"{FRONT}# {title}\n\n{intro}\n\n{_table(head, rows)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    filled = list(rows)
    if not filled:
        return "Nothing is recorded here yet.\n"
    return mdtext.box("db-find", mdtext.table(head, filled))
