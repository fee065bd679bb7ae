"""The graph of a DAG as inline SVG, coloured by the states of a recorded run.

Graphviz finds the places (``graph_layout``); the drawing itself is made here, so that
it carries classes instead of colours, needs no script, and reads well in both schemes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dagbook.templates import Macros
from dagbook.views import html, states
from dagbook.views.graph_layout import Layout, Node, layout

if TYPE_CHECKING:
    from dagbook.parsing.model import ParsedDag

#: A content column of the site, and a telephone's, in CSS pixels.
COLUMN, PHONE = 700, 326
#: A graph shrinks to fit, but no further than its text can be read; then it scrolls.
LEAST_SCALE = 0.75
_DRAWN = Macros("views", "graph.html.jinja")


def figure(
    dag: ParsedDag, scenario: Mapping[str, Any] | None, name: str | None, uid: str
) -> Markup:
    """Return the graph with a caption that names the DAG and the run.

    Args:
        dag: the parsed DAG.
        scenario: the recorded run that colours it, or None.
        name: of the scenario.
        uid: unique on the page.

    Raises:
        ValueError: the run has a task or a state that the DAG or Airflow does not know.
    """
    return _DRAWN.figure(dag.dag_id, scenario, name, pane(dag, scenario, name, uid))


def pane(
    dag: ParsedDag, scenario: Mapping[str, Any] | None, name: str | None, uid: str
) -> Markup:
    """Return the graph alone, in an element that scrolls; see ``figure``."""
    title = f"Graph of {dag.dag_id}"
    if scenario:
        title += f", scenario {name}: {scenario['state']}"
    tasks = scenario["tasks"] if scenario else None
    return _DRAWN.pane(title, draw(dag, tasks, uid, title))


def draw(
    dag: ParsedDag, tasks: Sequence[Mapping[str, Any]] | None, uid: str, title: str
) -> Markup:
    """Return the graph as HTML: one SVG, or one for wide and one for narrow windows.

    Args:
        dag: the parsed DAG.
        tasks: the ``tasks`` of a scenario of this DAG, or None for no colours.
        uid: unique on the page; the ids of the text alternatives begin with it.
        title: one sentence, the SVG's title.

    Raises:
        ValueError: the run has a task or a state that the DAG or Airflow does not know.
    """
    nodes = _nodes(dag, tasks)
    if not nodes:
        return _DRAWN.empty()
    wide = layout(dag, nodes, "LR")
    tall = wide
    if wide.width > PHONE:
        # Many tasks abreast are narrower from left to right, a chain downwards.
        below = layout(dag, nodes, "TB")
        tall = min(wide, below, key=lambda places: places.width)
    if wide.width > COLUMN:
        wide = tall
    drawings = [("-w", "", wide)]
    if wide is not tall:
        drawings = [("-w", "wide", wide), ("-t", "tall", tall)]
    return _DRAWN.drawings(
        dag,
        nodes,
        [(uid + suffix, css, at, _edges(nodes, at)) for suffix, css, at in drawings],
        title,
        _describe(dag, nodes),
        LEAST_SCALE,
    )


def _nodes(dag: ParsedDag, tasks: Sequence[Mapping[str, Any]] | None) -> list[Node]:
    instances: dict[str, list[Mapping[str, Any]]] = {}
    for instance in tasks or ():
        instances.setdefault(str(instance["task_id"]), []).append(instance)
    known = {task.task_id for task in dag.tasks}
    if strange := sorted(set(instances) - known):
        raise ValueError(f"the run has a task {strange[0]!r} that {dag.dag_id} has not")
    return [_node(task, instances.get(task.task_id), tasks) for task in dag.tasks]


def _node(
    task: Any,
    instances: list[Mapping[str, Any]] | None,
    tasks: Sequence[Mapping[str, Any]] | None,
) -> Node:
    label = task.label or task.task_id
    if task.group and label.startswith(f"{task.group}."):
        label = label[len(task.group) + 1 :]
    notes = [task.operator]
    if task.setup or task.teardown:
        notes = ["setup" if task.setup else "teardown"]
    if task.trigger_rule != "all_success" and not task.teardown:
        notes.append(task.trigger_rule)
    state = None
    if tasks is not None:
        found = instances or []
        state = states.combined(i.get("state") for i in found)
        if task.mapped and found:
            notes.append(f"× {len(found)}")
        tries = max((i.get("try_number") or 0 for i in found), default=0)
        if tries > 1:
            notes.append(f"{tries} tries")
    elif task.mapped:
        notes.append("mapped")
    return Node(
        task_id=task.task_id,
        lines=_split(label),
        notes=tuple(notes),
        state=state,
        mapped=bool(task.mapped),
        dashed=bool(task.setup or task.teardown),
        group=task.group or None,
    )


def _split(label: str, limit: int = 24) -> tuple[str, ...]:
    if len(label) <= limit:
        return (label,)
    cut = label.rfind("_", 0, limit) + 1 or limit
    return (label[:cut], label[cut:])


def _describe(dag: ParsedDag, nodes: Sequence[Node]) -> str:
    after: dict[str, list[str]] = {}
    labels = {(a, b): f" ({words})" for a, b, words in dag.labels}
    for a, b in dag.edges:
        after.setdefault(str(a), []).append(f"{b}{labels.get((a, b), '')}")
    sentences = []
    for node in nodes:
        facts = [node.state.name] if node.state else []
        facts += [n for n in node.notes[1:]]
        words = f"{node.task_id} ({', '.join(facts)})" if facts else node.task_id
        targets = after.get(node.task_id)
        sentences.append(f"{words}, then {', '.join(targets)}." if targets else words)
    joined = " ".join(s if s.endswith(".") else f"{s}." for s in sentences)
    return f"{html.plural(len(nodes), 'task')}. {joined}"


def _edges(nodes: Sequence[Node], places: Layout) -> Iterator[tuple[bool, str, str]]:
    """Yield whether an edge frames what lies between, its curve and its tip."""
    special = {node.task_id: node.notes[0] for node in nodes if node.dashed}
    for (a, b), (*spline, tip) in places.edges.items():
        curve = " ".join(f"{x:g} {y:g}" for x, y in spline[1:])
        (x0, y0), (x1, y1) = spline[-1], tip
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        left = f"{x0 - uy * 3.6:.1f} {y0 + ux * 3.6:.1f}"
        right = f"{x0 + uy * 3.6:.1f} {y0 - ux * 3.6:.1f}"
        yield (
            special.get(a) == "setup" and special.get(b) == "teardown",
            f"M{spline[0][0]:g} {spline[0][1]:g}C{curve}",
            f"M{x1:g} {y1:g}L{left}L{right}z",
        )
