"""The graph of a DAG as inline SVG, coloured by the states of a recorded run.

Graphviz finds the places (``graph_layout``); the drawing itself is made here, so that
it carries classes instead of colours, needs no script, and reads well in both schemes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagbook import templates
from dagbook.views import html as markup
from dagbook.views import states
from dagbook.views.graph_layout import ICON, LINE, PAD, Layout, Node, layout

if TYPE_CHECKING:
    from dagbook.parsing.parse import ParsedDag

#: A content column of the site, and a telephone's, in CSS pixels.
COLUMN, PHONE = 700, 326
#: A graph shrinks to fit, but no further than its text can be read; then it scrolls.
LEAST_SCALE = 0.75


def figure(
    dag: ParsedDag, scenario: Mapping[str, Any] | None, name: str | None, uid: str
) -> str:
    """Return the graph with a caption that names the DAG and the run.

    Args:
        dag: the parsed DAG.
        scenario: the recorded run that colours it, or None.
        name: of the scenario.
        uid: unique on the page.

    Raises:
        ValueError: the run has a task or a state that the DAG or Airflow does not know.
    """
    return templates.fill(
        "views",
        "graph.html.jinja",
        dag_id=markup.name(dag.dag_id),
        scenario=name,
        pane=pane(dag, scenario, name, uid),
        state=states.pill(scenario["state"]) if scenario else "",
    )


def pane(
    dag: ParsedDag, scenario: Mapping[str, Any] | None, name: str | None, uid: str
) -> str:
    """Return the graph alone, in an element that scrolls; see ``figure``."""
    title = f"Graph of {dag.dag_id}"
    if scenario:
        title += f", scenario {name}: {scenario['state']}"
    tasks = scenario["tasks"] if scenario else None
    return (
        f'<div class="db-graph">{markup.pane("db-graph__box", title)}'
        f"{draw(dag, tasks, uid, title)}</div></div>"
    )


def draw(
    dag: ParsedDag, tasks: Sequence[Mapping[str, Any]] | None, uid: str, title: str
) -> str:
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
        return '<p class="db-note">This DAG has no tasks.</p>'
    description = _describe(dag, nodes)
    wide = layout(dag, nodes, "LR")
    tall = wide
    if wide.width > PHONE:
        # Many tasks abreast are narrower from left to right, a chain downwards.
        below = layout(dag, nodes, "TB")
        tall = min(wide, below, key=lambda places: places.width)
    if wide.width > COLUMN:
        wide = tall
    if wide is tall:
        return _svg(dag, nodes, wide, f"{uid}-w", title, description, "")
    return _svg(
        dag, nodes, wide, f"{uid}-w", title, description, " db-graph__wide"
    ) + _svg(dag, nodes, tall, f"{uid}-t", title, description, " db-graph__tall")


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
    label = task.task_id
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
    for a, b in dag.edges:
        after.setdefault(str(a), []).append(str(b))
    sentences = []
    for node in nodes:
        facts = [node.state.name] if node.state else []
        facts += [n for n in node.notes[1:]]
        words = f"{node.task_id} ({', '.join(facts)})" if facts else node.task_id
        targets = after.get(node.task_id)
        sentences.append(f"{words}, then {', '.join(targets)}." if targets else words)
    joined = " ".join(s if s.endswith(".") else f"{s}." for s in sentences)
    return f"{markup.plural(len(nodes), 'task')}. {joined}"


def _svg(
    dag: ParsedDag,
    nodes: Sequence[Node],
    places: Layout,
    uid: str,
    title: str,
    description: str,
    css: str,
) -> str:
    t = markup.text
    labels = {group.group_id: group.label for group in dag.groups}
    special = {node.task_id: node.notes[0] for node in nodes if node.dashed}
    parts = [
        f'<svg class="db-graph__svg{css}" role="img" data-search-exclude '
        f'viewBox="0 0 {places.width:g} {places.height:g}" '
        f'width="{places.width:g}" height="{places.height:g}" '
        f'style="min-width:{places.width * LEAST_SCALE:.0f}px" '
        f'aria-labelledby="{t(uid)}-t {t(uid)}-d">'
        f'<title id="{t(uid)}-t">{t(title)}</title>'
        f'<desc id="{t(uid)}-d">{t(description)}</desc>'
    ]
    for group_id, (x, y, w, h) in places.clusters.items():
        parts.append(
            f'<g class="db-cluster"><rect x="{x:g}" y="{y:g}" width="{w:g}" '
            f'height="{h:g}" rx="8"/><text x="{x + 10:g}" y="{y + 17:g}">'
            f"{t(labels.get(group_id, group_id))}</text></g>"
        )
    for (a, b), points in places.edges.items():
        frame = special.get(a) == "setup" and special.get(b) == "teardown"
        parts.append(_edge(points, " db-edge--frame" if frame else ""))
    parts += [_box(node, *places.nodes[node.task_id]) for node in nodes]
    return "".join(parts) + "</svg>"


def _edge(points: Sequence[tuple[float, float]], css: str) -> str:
    *spline, tip = points
    start = f"M{spline[0][0]:g} {spline[0][1]:g}C"
    curve = " ".join(f"{x:g} {y:g}" for x, y in spline[1:])
    (x0, y0), (x1, y1) = spline[-1], tip
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    left = f"{x0 - uy * 3.6:.1f} {y0 + ux * 3.6:.1f}"
    right = f"{x0 + uy * 3.6:.1f} {y0 - ux * 3.6:.1f}"
    return (
        f'<g class="db-edge{css}"><path d="{start}{curve}"/>'
        f'<path class="db-edge__tip" d="M{x1:g} {y1:g}L{left}L{right}z"/></g>'
    )


def _box(node: Node, cx: float, cy: float) -> str:
    t = markup.text
    w, h = node.width, node.height
    x, y = round(cx - w / 2, 1), round(cy - h / 2, 1)
    css = (node.state.css if node.state else "db-s-plain") + (
        " db-node--dashed" if node.dashed else ""
    )
    frame = f'width="{w:g}" height="{h:g}" rx="7"/>'
    parts = [f'<g class="db-node {css}">']
    if node.mapped:
        parts.append(f'<rect class="db-node__back" x="{x + 4:g}" y="{y + 4:g}" {frame}')
    parts.append(f'<rect x="{x:g}" y="{y:g}" {frame}')
    left = x + PAD
    if node.state:
        parts.append(
            f'<g transform="translate({x + 10:g} {cy - 9:g})">'
            '<circle cx="9" cy="9" r="9"/>'
            f'<path transform="translate(1.8 1.8) scale(.9)" d="{node.state.icon}"/>'
            "</g>"
        )
        left += ICON
    baseline = y + 8 + 12
    for line in node.lines:
        parts.append(f'<text x="{left:g}" y="{baseline:g}">{t(line)}</text>')
        baseline += LINE
    if node.notes:
        small = t(" · ".join(node.notes))
        parts.append(
            f'<text class="db-node__note" x="{left:g}" y="{baseline - 1:g}">{small}'
            "</text>"
        )
    return "".join(parts) + "</g>"
