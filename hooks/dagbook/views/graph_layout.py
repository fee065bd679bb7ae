"""Places for the boxes of a graph, found by Graphviz inside the pygraphviz wheel.

Widths follow from the number of characters in a monospaced face, so that no font has to
be measured and the same DAG gives the same places on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagbook.views import states

if TYPE_CHECKING:
    from dagbook.parsing.model import ParsedDag

CHAR, SMALL_CHAR = 7.3, 6.1
LINE, PAD, ICON = 16, 12, 26


@dataclass(frozen=True)
class Node:
    """One task as it is drawn.

    Args:
        task_id: full id.
        lines: the id in one or two lines, without the prefix of its group.
        notes: operator, trigger rule, number of instances and tries.
        state: state of the run, or none without a run.
        mapped: draw as a stack.
        dashed: a setup or teardown task.
        group: id of the innermost group.
    """

    task_id: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    state: states.State | None
    mapped: bool
    dashed: bool
    group: str | None

    @property
    def width(self) -> float:
        """Width in pixels."""
        wide = max(len(line) for line in self.lines) * CHAR
        small = len(" · ".join(self.notes)) * SMALL_CHAR
        return round(max(wide, small) + 2 * PAD + (ICON if self.state else 0), 1)

    @property
    def height(self) -> float:
        """Height in pixels."""
        return len(self.lines) * LINE + (14 if self.notes else 0) + 16


@dataclass
class Layout:
    """Places in pixels, the origin at the top left.

    Args:
        width: of the whole drawing.
        height: of the whole drawing.
        nodes: centre of each node by task id.
        edges: points of the spline and the arrow's tip, by the two task ids.
        clusters: x, y, width, height by group id, outer groups first.
        labels: centre of the text of each edge that has one.
    """

    width: float = 0
    height: float = 0
    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    edges: dict[tuple[str, str], list[tuple[float, float]]] = field(
        default_factory=dict
    )
    clusters: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    labels: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)


def layout(dag: ParsedDag, nodes: Sequence[Node], direction: str) -> Layout:
    """Return the places of ``nodes`` and of the edges and groups of ``dag``.

    Args:
        dag: the parsed DAG.
        nodes: its tasks as they will be drawn.
        direction: ``LR`` from left to right, ``TB`` from top to bottom.
    """
    # Imported here: the library is needed for nothing else, and takes time to load.
    import pygraphviz

    graph = pygraphviz.AGraph(
        directed=True, rankdir=direction, nodesep="0.28", ranksep="0.42", pad="0"
    )
    keys = {node.task_id: f"n{i}" for i, node in enumerate(nodes)}
    for node in nodes:
        graph.add_node(
            keys[node.task_id],
            shape="box",
            fixedsize="true",
            label="",
            width=f"{node.width / 72:.4f}",
            height=f"{node.height / 72:.4f}",
        )
    edges = [(str(a), str(b)) for a, b in dag.edges]
    words = {(a, b): text for a, b, text in dag.labels}
    for a, b in edges:
        label = {"label": _room(words[a, b])} if (a, b) in words else {}
        graph.add_edge(keys[a], keys[b], **label)
    clusters = _add_clusters(graph, dag, nodes, keys)
    graph.layout("dot")
    return _read(graph, keys, edges, clusters)


def _add_clusters(
    graph: Any, dag: ParsedDag, nodes: Sequence[Node], keys: Mapping[str, str]
) -> dict[str, Any]:
    parents = {group.group_id: group.parent for group in dag.groups}

    def above(group_id: str | None) -> list[str]:
        found = []
        while group_id:
            found.append(group_id)
            group_id = parents.get(group_id)
        return found

    clusters: dict[str, Any] = {}
    for group in sorted(dag.groups, key=lambda one: len(above(one.group_id))):
        outer = clusters[group.parent] if group.parent else graph
        # pygraphviz drops nodes that the outer group lacks: name them there too.
        members = [keys[n.task_id] for n in nodes if group.group_id in above(n.group)]
        if not members:
            continue
        clusters[group.group_id] = outer.add_subgraph(
            members,
            name=f"cluster_{len(clusters)}",
            label=_room(group.label),
            labeljust="l",
            margin="10",
        )
    return clusters


def _room(text: str) -> str:
    """Return a label without text, which reserves the room.

    Text would make Graphviz look for a font, which differs from machine to machine.
    """
    width = int(len(text) * SMALL_CHAR) + 8
    return (
        f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="14">'
        "<TR><TD></TD></TR></TABLE>>"
    )


def _read(
    graph: Any,
    keys: Mapping[str, str],
    edges: Sequence[tuple[str, str]],
    clusters: Mapping[str, Any],
) -> Layout:
    _, _, width, height = _numbers(graph.graph_attr["bb"])
    margin = 5.0
    found = Layout(round(width + 2 * margin, 1), round(height + 2 * margin, 1))

    def place(x: float, y: float) -> tuple[float, float]:
        return (round(x + margin, 1), round(height - y + margin, 1))

    for task_id, key in keys.items():
        x, y = _numbers(graph.get_node(key).attr["pos"])
        found.nodes[task_id] = place(x, y)
    for a, b in edges:
        edge = graph.get_edge(keys[a], keys[b])
        if middle := edge.attr["lp"]:
            found.labels[(a, b)] = place(*_numbers(middle))
        spline = edge.attr["pos"].replace("\\\n", "")
        points = [p for p in spline.split() if p[0] not in "es"]
        tip = [p[2:] for p in spline.split() if p.startswith("e,")]
        found.edges[(a, b)] = [
            place(*_numbers(point)) for point in [*points, *(tip or points[-1:])]
        ]
    for group_id, cluster in clusters.items():
        left, low, right, high = _numbers(cluster.graph_attr["bb"])
        x, y = place(left, high)
        size = (round(right - left, 1), round(high - low, 1))
        found.clusters[group_id] = (x, y, *size)
    return found


def _numbers(raw: str) -> list[float]:
    return [float(part) for part in raw.split(",")]
