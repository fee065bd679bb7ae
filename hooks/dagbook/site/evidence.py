"""The folded end of an example's page: everything that proves what stands above it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify

from dagbook import files, templates
from dagbook.concepts import compose as concepts
from dagbook.examples.example import Example
from dagbook.live.parity import results
from dagbook.pages.model import Page, Section
from dagbook.project import Project
from dagbook.views import states

_NO_RUN = {"exchange": "no run"}
_ANCHOR = re.compile(r"\{[^}]*#([\w-]+)[^}]*\}")


def evidence(example: Example, page: Page) -> str:
    """Return the HTML: scenarios, tests, bullets, tags, versions, recordings, links.

    Args:
        example: with its recordings.
        page: as written.

    Raises:
        LookupError: the example has no recording.
    """
    item, paths = example.item, example.item.paths(example.project)
    live, parity = example.live, _parity(example)
    modules = [(paths.test.name, example.recording["tests"]["passed"])]
    if live and "tests" in live:  # known once the whole module has passed
        modules.append((f"test_{item.stem}_live.py", live["tests"]["passed"]))
    anchors = [_anchor(section) for section in page.bullet_sections]
    return templates.fill(
        "site",
        "evidence.html.jinja",
        item=item,
        scenarios=[*_scenarios(example, parity), *_live(example)],
        parity=parity,
        modules=modules,
        bullets=list(zip(item.bullets, anchors, strict=False)),
        tests=sum(len(passed) for _, passed in modules),
        up="../" * (item.folder.count("/") + 1),
        requires=page.front.requires,
        questions=page.front.questions,
        differences=list(_differences(parity)),
        versions=example.passed_on,
        live=live,
        concepts=_concepts(example),
    )


def _scenarios(
    example: Example, parity: Mapping[str, Any] | None
) -> Iterator[dict[str, Any]]:
    compared = parity["scenarios"] if parity else {}
    for name, scenario in sorted(
        example.recording["scenarios"].items(),
        key=lambda one: (one[0] != "default", one[0]),
    ):
        state, kind = scenario.get("state"), scenario["kind"]
        yield {
            "name": name,
            "dag_id": scenario.get("dag_id", ""),
            "states": [states.pill(state)] if state else [_NO_RUN.get(kind, kind)],
            "tasks": len(scenario.get("tasks", ())),
            "exchanges": len(scenario.get("exchanges", ())),
            "live": compared.get(name, {}).get("result", ""),
        }


def _live(example: Example) -> Iterator[dict[str, Any]]:
    for name, scenario in (example.live or {"scenarios": {}})["scenarios"].items():
        runs = scenario["runs"]
        yield {
            "name": name,
            "dag_id": scenario["dag_id"],
            "states": [
                states.pill(one) for one in dict.fromkeys(r["state"] for r in runs)
            ],
            "tasks": sum(len(run["tasks"]) for run in runs),
            "exchanges": 0,
            "live": "ran there",
        }


def _parity(example: Example) -> Mapping[str, Any] | None:
    """Return what a real scheduler made of the recorded runs of this very file."""
    path = results.place(example.project)
    row = _results(example.project, path, files.stamp(path)).get(example.item.id)
    dag = example.item.paths(example.project).dag
    return row if row and row["source"] == files.sha256(dag) else None


def _differences(parity: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Yield the first difference for each declared reason."""
    seen = set()
    for name, result in (parity["scenarios"] if parity else {}).items():
        for one in result.get("differences", ()):
            if one["reason"] not in seen:
                seen.add(one["reason"])
                yield {**one, "scenario": name, "reason": one["reason"].rstrip(".")}


@lru_cache(maxsize=2)
def _results(project: Project, _path: Path, _stamp: files.Stamp) -> dict[str, Any]:
    found: dict[str, Any] = results.load(project)["examples"]
    return found


def _anchor(section: Section) -> str:
    """Return the anchor that the site gives a section."""
    own = _ANCHOR.search(section.heading)
    return own[1] if own else slugify(section.title.replace("`", ""), "-")


def _concepts(example: Example) -> list[tuple[str, str]]:
    """Return words and address of the concept sections that name the example."""
    folder = example.item.folder
    return [
        (words, posixpath.relpath(target, folder).replace(".md", ".html"))
        for words, target in concepts.links(example.project, example.item.id)
    ]
