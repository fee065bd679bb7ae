"""The page ``docs/contributing/performance.md``, from the measured numbers."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from dagbook.bench.measure import Series
from dagbook.bench.site import SiteTimes
from dagbook.bench.suite import SuiteTimes

WARM, EDIT, CHECK, SUITE = 1.15, 1.3, 10.0, 5.0
FINAL = 186
"""Examples of the three checklists; what is measured today is scaled to them."""


def render(
    site: SiteTimes, suite: SuiteTimes, slowest: tuple[str, float], rounds: int
) -> str:
    """Return the whole page as Markdown.

    ``slowest``: the DAG file with the longest parse, and its seconds.
    """
    parts = [
        "# Performance",
        "<!-- Written by `make bench`; its text is in hooks/dagbook/bench/page.py. -->",
        "How long the builds and the tests take, measured by `make bench`: medians of "
        f"{rounds} rounds. The kinds of build take turns, so that a busy moment of the "
        "machine hits all of them alike. The fastest and the slowest round stand in "
        "brackets.",
        _machine(),
        "## Builds",
        f"The site has {site.pages} pages and {site.examples} examples. *Bare MkDocs* "
        "renders the same composed pages with the same theme and plugins, without our "
        "hook, generated files and fences: the least that MkDocs needs.",
        _builds(site),
        "## Targets",
        _targets(site, suite),
        "## Parsing",
        f"The slowest file to parse is `{Path(slowest[0]).name}` with "
        f"{slowest[1]:.2f} s. A file may take 5 s.",
        "## Tests",
        _tests(suite),
    ]
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    rows = [
        ("Processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("Memory", f"{_memory():.0f} GB"),
        ("System", f"{platform.system()} on {platform.machine()}"),
        ("Python", platform.python_version()),
        ("Apache Airflow", version("apache-airflow-core")),
        ("MkDocs", version("mkdocs")),
        ("Material for MkDocs", version("mkdocs-material")),
    ]
    return _table(("Machine", ""), rows)


def _builds(site: SiteTimes) -> str:
    rows = []
    for name, series, base in (
        ("Bare MkDocs", site.bare, site.bare),
        ("Full build, warm", site.warm, site.bare),
        ("Full build, empty cache", site.cold, site.bare),
        ("Bare MkDocs, one edit in `serve`", site.bare_edit, site.bare_edit),
        ("Full build, one edit in `serve`", site.edit, site.bare_edit),
        ("`dagbook check`, warm", site.check, None),
    ):
        ratio = f"{series.median / base.median:.2f}" if base else ""
        cpu = series.cpu_median
        rows.append((name, _seconds(series), f"{cpu:.1f} s" if cpu else "", ratio))
    return _table(("Build", "Time", "Processor time", "Ratio to bare"), rows)


def _targets(site: SiteTimes, suite: SuiteTimes) -> str:
    warm = site.warm.median / site.bare.median
    edit = site.edit.median / site.bare_edit.median
    rows = [
        ("Warm build, ratio to bare", f"{WARM}", f"{warm:.2f}", warm <= WARM),
        ("One edit, ratio to bare", f"{EDIT}", f"{edit:.2f}", edit <= EDIT),
        (
            "`dagbook check`, warm",
            f"{CHECK:.0f} s",
            f"{site.check.median:.1f} s",
            site.check.median <= CHECK,
        ),
    ]
    if suite.all_examples:
        whole = _minutes(suite)
        target = f"Tests of {FINAL} examples, at the pace of those that exist"
        took = f"{whole:.0f} min"
        rows.append((target, f"{SUITE:.0f} min", took, whole <= SUITE))
    cells = [(*row[:3], "met" if row[3] else "**missed**") for row in rows]
    return _table(("Target", "At most", "Measured", ""), cells)


def _tests(suite: SuiteTimes) -> str:
    if not suite.stems:
        return "No example could be measured."
    each = suite.tests.median / len(suite.stems)
    bare = suite.command.median / len(suite.stems)
    names = ", ".join(f"`{stem}`" for stem in suite.stems)
    runs, one = f"{suite.runs}", f"{len(suite.stems)}"
    table = _table(
        ("", "Time per example", "Processor time", "Runs"),
        [
            ("The example's tests", f"{each:.1f} s", _each(suite, suite.tests), runs),
            ("`airflow dags test`", f"{bare:.1f} s", _each(suite, suite.command), one),
        ],
    )
    took = suite.whole.median
    cpu = suite.whole.cpu_median or 0.0
    return (
        f"Measured on {names}: one pytest process for all of them, all their scenarios "
        "with every assertion and comparison, against one `airflow dags test` for "
        f"each, which makes one run and asserts nothing.\n\n{table}\n\n"
        f"That is {each / bare:.2f} of the time of the bare command. The start of "
        "pytest and of Airflow is counted in; the more examples, the less it is.\n\n"
        f"The tests of all {suite.all_examples} examples, once, with two processes as "
        f"`make test` starts them: {took:.0f} s, of which the processors worked "
        f"{cpu:.0f} s; {took / suite.all_examples:.1f} s per example. At this pace the "
        f"tests of {FINAL} examples take {_minutes(suite):.0f} minutes. The rest of "
        "`make test` (the tools, the concept pages, the built site) does not grow with "
        "them."
    )


def _minutes(suite: SuiteTimes) -> float:
    """Return what all examples will take at the pace of those that exist."""
    return suite.whole.median / suite.all_examples * FINAL / 60


def _each(suite: SuiteTimes, series: Series) -> str:
    cpu = series.cpu_median
    return f"{cpu / len(suite.stems):.1f} s" if cpu else ""


def _seconds(series: Series) -> str:
    low, high = min(series.wall), max(series.wall)
    return f"{series.median:.1f} s ({low:.1f}–{high:.1f})"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def _memory() -> float:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return pages * size / 1e9
