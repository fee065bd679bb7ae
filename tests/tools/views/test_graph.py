"""The graph of a DAG: what it shows, what it says to those who cannot see it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from runs import a_dag, an_instance

from dagbook.parsing.model import ParsedGroup, ParsedTask
from dagbook.views import graph
from dagbook.views.graph_layout import layout

SVG = "{http://www.w3.org/2000/svg}"


def draw(dag, tasks=None) -> list[ElementTree.Element]:
    html = graph.draw(dag, tasks, "uid", "Graph of orders")
    # Every drawing must be well-formed by itself; a wrong escape breaks this. HTML
    # allows an attribute without a value, XML does not.
    html = html.replace(" data-search-exclude ", " ")
    return [
        ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.S)
    ]


def boxes(svg: ElementTree.Element) -> dict[str, str]:
    found = {}
    for group in svg.iter("g"):
        css = group.get("class", "")
        if css.startswith("db-node "):
            text = "".join(
                t.text or "" for t in group.findall("text") if not t.get("class")
            )
            found[text] = css
    return found


def test_each_task_takes_the_state_of_the_run() -> None:
    dag = a_dag(ParsedTask("load", "@task"), ParsedTask("send", "@task"))
    for svg in draw(dag, [an_instance("load", "failed"), an_instance("send", None)]):
        css = boxes(svg)
        assert css["load"] == "db-node db-s-failed"
        assert css["send"] == "db-node db-s-none"


def test_without_a_run_no_task_has_a_state() -> None:
    [svg, *_] = draw(a_dag(ParsedTask("load", "@task")))
    assert boxes(svg) == {"load": "db-node db-s-plain"}
    assert not svg.findall(".//circle")


def test_of_a_mapped_task_the_worst_instance_counts() -> None:
    dag = a_dag(ParsedTask("load", "@task", mapped=True))
    instances = [
        an_instance("load", "success", map_index=0),
        an_instance("load", "up_for_retry", map_index=1, try_number=2),
        an_instance("load", "skipped", map_index=2),
    ]
    [svg, *_] = draw(dag, instances)
    assert boxes(svg)["load"] == "db-node db-s-up_for_retry"
    [note] = [t.text for t in svg.iter("text") if t.get("class")]
    assert note == "@task · × 3 · 2 tries"
    assert svg.find(".//rect[@class='db-node__back']") is not None


def test_trigger_rule_setup_and_teardown_are_named() -> None:
    dag = a_dag(
        ParsedTask("make", "@task", setup=True),
        ParsedTask("join", "@task", trigger_rule="none_failed"),
        ParsedTask("clean", "@task", teardown=True, trigger_rule="all_done"),
        edges=(("make", "join"), ("join", "clean"), ("make", "clean")),
    )
    [svg, *_] = draw(dag)
    notes = [t.text for t in svg.iter("text") if t.get("class")]
    assert notes == ["setup", "@task · none_failed", "teardown"]
    frames = [g for g in svg.iter("g") if "db-edge--frame" in g.get("class", "")]
    assert len(frames) == 1


def test_a_group_holds_its_tasks() -> None:
    dag = a_dag(
        ParsedTask("north.load", "@task", group="north"),
        ParsedTask("north.south.load", "@task", group="north.south"),
        ParsedTask("report", "@task"),
        edges=(("north.load", "north.south.load"), ("north.south.load", "report")),
        groups=(
            ParsedGroup("north.south", "north", "south"),
            ParsedGroup("north", None, "north"),
        ),
    )
    nodes = graph._nodes(dag, None)
    for direction in ("LR", "TB"):
        places = layout(dag, nodes, direction)
        outer, inner = places.clusters["north"], places.clusters["north.south"]
        assert outer[0] <= inner[0]
        assert outer[0] + outer[2] >= inner[0] + inner[2]
        x, y = places.nodes["north.south.load"]
        assert inner[0] < x < inner[0] + inner[2]
        assert inner[1] < y < inner[1] + inner[3]
        x, y = places.nodes["report"]
        assert not (
            outer[0] < x < outer[0] + outer[2] and outer[1] < y < outer[1] + outer[3]
        )
    [svg, *_] = draw(dag)
    assert set(boxes(svg)) == {"load", "report"}


def test_edges_run_from_box_to_box() -> None:
    dag = a_dag(ParsedTask("a", "@task"), ParsedTask("b", "@task"), edges=(("a", "b"),))
    nodes = graph._nodes(dag, None)
    places = layout(dag, nodes, "LR")
    points = places.edges[("a", "b")]
    (ax, _), (bx, _) = places.nodes["a"], places.nodes["b"]
    assert points[0][0] == pytest.approx(ax + nodes[0].width / 2, abs=1.5)
    assert points[-1][0] == pytest.approx(bx - nodes[1].width / 2, abs=1.5)


def test_the_text_alternative_says_what_the_picture_says() -> None:
    dag = a_dag(
        ParsedTask("load", "@task"),
        ParsedTask("send", "@task"),
        edges=(("load", "send"),),
    )
    for svg in draw(dag, [an_instance("load"), an_instance("send", "skipped")]):
        assert svg.get("role") == "img"
        ids = (svg.get("aria-labelledby") or "").split()
        title, desc = svg.find("title"), svg.find("desc")
        assert title is not None
        assert desc is not None
        assert ids == [title.get("id"), desc.get("id")]
        assert desc.text == "2 tasks. load (success), then send. send (skipped)."


def test_a_chain_is_drawn_a_second_time_for_narrow_windows() -> None:
    tasks = [ParsedTask(f"step_number_{i}", "@task") for i in range(4)]
    edges = tuple((f"step_number_{i}", f"step_number_{i + 1}") for i in range(3))
    wide, tall = draw(a_dag(*tasks, edges=edges))
    assert float(wide.get("width", 0)) > graph.PHONE
    assert float(tall.get("width", 0)) < graph.PHONE
    ids = [e.get("id") for svg in (wide, tall) for e in svg.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_many_tasks_abreast_are_drawn_from_left_to_right_only() -> None:
    tasks = [ParsedTask(f"worker_{i:02}", "@task") for i in range(13)]
    edges = tuple(("worker_00", f"worker_{i:02}") for i in range(1, 13))
    [svg] = draw(a_dag(*tasks, edges=edges))
    width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
    assert width < height


def test_the_same_dag_gives_the_same_bytes() -> None:
    dag = a_dag(ParsedTask("a", "@task"), ParsedTask("b", "@task"), edges=(("a", "b"),))
    once = graph.draw(dag, None, "uid", "t")
    assert graph.draw(dag, None, "uid", "t") == once


def test_names_from_a_dag_are_text() -> None:
    dag = a_dag(ParsedTask("load", "<script>alert(1)</script>"))
    html = graph.draw(dag, None, "uid", 'a "quoted" <title>')
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "a &#34;quoted&#34; &lt;title&gt;" in html


def test_a_run_of_another_dag_is_refused() -> None:
    dag = a_dag(ParsedTask("load", "@task"))
    with pytest.raises(
        ValueError, match="the run has a task 'send' that orders has not"
    ):
        graph.draw(dag, [an_instance("send")], "uid", "t")
    with pytest.raises(ValueError, match="unknown state 'exploded'"):
        graph.draw(dag, [an_instance("load", "exploded")], "uid", "t")


def test_an_empty_group_is_left_out() -> None:
    dag = a_dag(
        ParsedTask("load", "@task"),
        groups=(ParsedGroup("north", None, "north"),),
    )
    assert layout(dag, graph._nodes(dag, None), "LR").clusters == {}
    [svg] = draw(dag)
    assert "north" not in "".join(svg.itertext())


def test_a_label_stands_beside_its_edge_and_in_the_words() -> None:
    dag = a_dag(
        ParsedTask("choose", "@task.branch"),
        ParsedTask("send", "@task"),
        ParsedTask("keep", "@task"),
        edges=(("choose", "keep"), ("choose", "send")),
        labels=(("choose", "send", "over 100"),),
    )
    nodes = graph._nodes(dag, None)
    places = layout(dag, nodes, "LR")
    x, y = places.labels["choose", "send"]
    (left, above), (right, below) = places.nodes["choose"], places.nodes["send"]
    assert left < x < right
    assert min(above, below) - 40 < y < max(above, below) + 40
    [svg, *_] = draw(dag)
    assert "over 100" in [text.text for text in svg.iter("text")]
    desc = svg.find("desc")
    assert desc is not None
    assert "then keep, send (over 100)." in str(desc.text)


def test_a_task_is_drawn_under_the_name_it_displays() -> None:
    [svg] = draw(a_dag(ParsedTask("load", "@task", label="Load orders")))
    assert set(boxes(svg)) == {"Load orders"}
