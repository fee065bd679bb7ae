"""The fences of pymdownx.superfences: ``run``, ``request``, ``graph`` and the others.

A fence has a YAML body. Whatever is wrong with it stops the build and names the page
and the line. pymdownx swallows every exception of a formatter but its own, and shows
the fence as plain code: so what is raised here is its own.

``example``, ``page`` and ``line`` are added to the body by ``compose`` for each fence
of each page; the first only if the page did not write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pymdownx.superfences import SuperFencesException

from dagbook import files
from dagbook.examples import example as lookup
from dagbook.fences import cache as drawn
from dagbook.parsing import parse as parsing
from dagbook.parsing.model import ParsedDag
from dagbook.problems import DagbookError, Problem, choice
from dagbook.project import Project
from dagbook.recording.file import Scenario
from dagbook.views import diff as difference
from dagbook.views import graph as drawing
from dagbook.views import header, request, whole_file
from dagbook.views import html as markup
from dagbook.views import live as live_view
from dagbook.views import run as run_view
from dagbook.views import schedule as calendar

#: The keys each fence knows, and those it cannot do without.
KEYS: dict[str, tuple[set[str], set[str]]] = {
    "run": ({"scenario", "show"}, set()),
    "request": ({"scenario", "exchange", "as"}, {"exchange"}),
    "graph": ({"dag", "scenario"}, set()),
    "schedule": ({"dag", "from", "count"}, set()),
    "diff": ({"before", "after"}, {"before", "after"}),
    "dagbook-header": ({"airflow", "airflow_max"}, {"airflow"}),
    "dagbook-file": ({"errors"}, {"errors"}),
}
_PLACE = {"example", "page", "line"}


class FenceError(DagbookError, SuperFencesException):
    """A fence that cannot be rendered; pymdownx lets it through."""


def render(kind: str, body: str, project: Project | None = None) -> str:
    """Return the HTML of a fence.

    Args:
        kind: one of ``KEYS``.
        body: its YAML.
        project: by default the one around the working folder.

    Raises:
        FenceError: anything is wrong with the fence or with what it refers to.
    """
    project = project or Project.find()
    return drawn.once_for_all(
        project, kind, body, lambda: str(_called(_RENDER, kind, body, project))
    )


def verify(kind: str, body: str, project: Project) -> None:
    """Raise what ``render`` would raise, without the cost of drawing a graph."""
    if not drawn.kept(project, kind, body):
        _called({**_RENDER, "graph": _graph_facts}, kind, body, project)


def _called(
    formats: Mapping[str, Callable[[Project, Mapping[str, Any]], object]],
    kind: str,
    body: str,
    project: Project,
) -> object:
    place = ("a page", 0)
    try:
        place = _place(body)
        arguments = _arguments(kind, body)
        return formats[kind](project, arguments)
    except (ValueError, LookupError) as error:
        said = str(error.args[0] if error.args else error)
        if isinstance(error, KeyError):
            said = f"the recording has no “{said}” — record the example anew"
        what, _, remedy = said.partition(" — ")
        remedy = remedy or "name something that is recorded, or change the example"
        raise FenceError(Problem(*place, f"{kind} fence: {what}", remedy)) from error
    except DagbookError as error:
        raise FenceError(
            replace(p, page=p.page or (place[0] if place[0] != p.path else ""))
            for p in error.problems
        ) from error


def draw(source: str, language: str, *_: Any, **__: Any) -> str:
    """Format a fence for pymdownx; ``language`` is its name."""
    return render(language, source)


def validate(language: str, inputs: Mapping[str, str], *_: Any) -> bool:
    """Refuse options behind the fence's name: arguments stand in the body.

    Returning False would make pymdownx show the fence as plain code.
    """
    if inputs:
        what = f"{language} fence: options {', '.join(inputs)} behind its name"
        raise FenceError(Problem("a page", 0, what, "write them in the body, as YAML"))
    return True


def _place(body: str) -> tuple[str, int]:
    """Read the page and line without trusting the rest of the body to be YAML."""
    found: dict[str, str] = {}
    for row in body.splitlines():
        key, sign, rest = row.partition(":")
        if sign and key in _PLACE:
            found.setdefault(key, rest.strip())
    line = found.get("line", "0")
    return (found.get("page", "a page"), int(line) if line.isdigit() else 0)


def _arguments(kind: str, body: str) -> dict[str, Any]:
    page, line = _place(body)
    # The rows of the place stand above those that the page has.
    above = body[: body.find("\nline: ") + 1].count("\n") if line else 0
    raw = files.yaml_data(body, page, line - above, f"the {kind} fence") or {}
    if not isinstance(raw, dict):
        raise ValueError("the body is no mapping — write key: value, one a line")
    known, needed = KEYS[kind]
    if strange := [str(k) for k in raw if k not in known | _PLACE]:
        words = choice(strange[0], sorted(known))
        raise ValueError(f"unknown key {strange[0]!r} — {words}")
    if missing := sorted(needed - set(raw)):
        raise ValueError(f"the key {missing[0]!r} is missing — add it")
    return raw


def _example(project: Project, arguments: Mapping[str, Any]) -> lookup.Example:
    item = arguments.get("example")
    if item is None:
        raise ValueError("no example — on this page, write example: 16.1.1")
    return lookup.example(project, str(item))


def _word(arguments: Mapping[str, Any], key: str) -> str | None:
    found = arguments.get(key)
    if found is not None and (not isinstance(found, str) or not found):
        raise ValueError(f"{key} is {found!r} — write a name")
    return found


def _run(project: Project, arguments: Mapping[str, Any]) -> str:
    name = _word(arguments, "scenario") or "default"
    scenario = _example(project, arguments).scenario(name)
    live = scenario["kind"] == "live"
    usual = {"run": ["states"], "live": live_view.SHOWN}.get(scenario["kind"], [])
    show = arguments.get("show", usual)
    if not isinstance(show, list) or not all(isinstance(word, str) for word in show):
        raise ValueError("show is no list of words — write show: [states, timeline]")
    if not show:
        raise ValueError("nothing to show — write show: [exchanges]")
    view = live_view if live else run_view
    body = view.render(scenario, show)
    # A value and an exchange say nothing of how the recorded run ended.
    told = {word.partition(":")[0] for word in show} - _BESIDE
    verdict = view.verdict(scenario) if told else ""
    words = name.removeprefix("live/")
    where = '<span class="db-run__live">real scheduler</span>' if words != name else ""
    return (
        '<figure class="db-run"><figcaption><span class="db-run__name">Recorded run '
        f"{markup.code(words)}</span>{where}{verdict}</figcaption>"
        f"{body}</figure>"
    )


def _request(project: Project, arguments: Mapping[str, Any]) -> str:
    scenario = _example(project, arguments).scenario(
        _word(arguments, "scenario") or "default"
    )
    name, form = _word(arguments, "exchange"), _word(arguments, "as")
    return request.render(scenario, str(name), form or "http")


_BESIDE = {"value", "answer", "exchange", "exchanges"}


def _graph_facts(
    project: Project, arguments: Mapping[str, Any]
) -> tuple[ParsedDag, str | None, Scenario | None]:
    """Return the DAG, and the scenario that colours it with its name."""
    found = _example(project, arguments)
    name = _word(arguments, "scenario")
    scenario = found.scenario(name) if name else None
    dag_id = _word(arguments, "dag")
    if scenario is not None:
        if scenario["kind"] != "run":
            raise ValueError(f"scenario {name!r} is no run — leave it out")
        dag_id = dag_id or scenario["dag_id"]
        if scenario["dag_id"] != dag_id:
            raise ValueError(
                f"scenario {name!r} is a run of {scenario['dag_id']} — "
                "name that DAG, or another scenario"
            )
    return found.dag(dag_id), name, scenario


def _graph(project: Project, arguments: Mapping[str, Any]) -> str:
    dag, name, scenario = _graph_facts(project, arguments)
    uid = f"graph-{arguments['example']}-{arguments.get('line', 0)}".replace(".", "-")
    return drawing.figure(dag, scenario, name, uid)


def _schedule(project: Project, arguments: Mapping[str, Any]) -> str:
    found = _example(project, arguments)
    dag = found.dag(_word(arguments, "dag"))
    count = arguments.get("count", 5)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 50:
        raise ValueError(f"count is {count!r} — write a number from 1 to 50")
    if "from" not in arguments and count == 5:
        ticks = dag.ticks
    else:
        start = _instant(arguments.get("from", "2026-05-01T00:00:00Z"))
        file = project.relative(found.item.paths(project).dag)
        ticks = tuple(parsing.schedule(project, file, dag.dag_id, start, count))
    return calendar.table(ticks, f"{dag.schedule} ({dag.timetable}), times in UTC")


def _instant(raw: object) -> str:
    """Return an instant as ISO 8601 in UTC; YAML has already read some of them."""
    try:
        if isinstance(raw, datetime):
            moment = raw
        elif isinstance(raw, date):
            moment = datetime(raw.year, raw.month, raw.day)
        else:
            moment = datetime.fromisoformat(str(raw).replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(
            f"from is {raw!r} — write an instant such as 2026-05-01T00:00:00Z"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _diff(project: Project, arguments: Mapping[str, Any]) -> str:
    before, after = _word(arguments, "before"), _word(arguments, "after")
    if not before or not after:
        raise ValueError("a side is empty — write path or path:section")
    texts = (lookup.piece(project, before), lookup.piece(project, after))
    language = "python" if after.partition(":")[0].endswith(".py") else "text"
    shorts = (_short(before), _short(after))
    return difference.render(*texts, shorts, language)


def _short(reference: str) -> str:
    path, sign, section = reference.partition(":")
    return f"{path.rpartition('/')[2]}{sign}{section}"


def _header(project: Project, arguments: Mapping[str, Any]) -> str:
    return header.render(
        _example(project, arguments),
        str(arguments["airflow"]),
        arguments.get("airflow_max"),
    )


def _file(project: Project, arguments: Mapping[str, Any]) -> str:
    return whole_file.render(_example(project, arguments), bool(arguments["errors"]))


_RENDER: dict[str, Callable[[Project, Mapping[str, Any]], str]] = {
    "run": _run,
    "request": _request,
    "graph": _graph,
    "schedule": _schedule,
    "diff": _diff,
    "dagbook-header": _header,
    "dagbook-file": _file,
}
