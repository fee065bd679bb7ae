"""The page ``docs/contributing/performance.md``, from the measured numbers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from dagbook import templates
from dagbook.bench.site import SiteTimes
from dagbook.bench.suite import FINAL, SuiteTimes

PLACE = "contributing/performance.md"
WARM, EDIT, CHECK, SUITE = 1.15, 1.3, 10.0, 5.0
_TELEPHONE = "## On a telephone"


def render(
    site: SiteTimes, suite: SuiteTimes, slowest: tuple[str, float], rounds: int
) -> str:
    """Return the whole page as Markdown.

    ``slowest``: the DAG file with the longest parse, and its seconds.
    """
    return templates.fill(
        "bench",
        "performance.md.jinja",
        site=site,
        suite=suite,
        slowest=(Path(slowest[0]).name, slowest[1]),
        rounds=rounds,
        final=FINAL,
        machine=_machine(),
        builds=list(_builds(site)),
        targets=list(_targets(site, suite)),
        tests=list(_tests(suite)),
    )


def telephone(text: str) -> str:
    """Return the section that ``make lighthouse`` has written into the page, or ""."""
    _, mark, rest = text.partition(_TELEPHONE)
    return mark + rest


def with_telephone(
    text: str, scores: Mapping[str, Mapping[str, int]], rounds: int
) -> str:
    """Return the page with the scores of Lighthouse as its last section.

    Args:
        text: the page as it is.
        scores: out of 100, by kind, of each page that was judged.
        rounds: how often it was; the scores are medians.
    """
    section = templates.fill(
        "bench",
        "telephone.md.jinja",
        heads=["Page", *next(iter(scores.values()))],
        rows=[(name, *row.values()) for name, row in scores.items()],
        rounds=rounds,
    )
    return text.partition(_TELEPHONE)[0].rstrip() + f"\n\n{_TELEPHONE}\n\n{section}"


def _machine() -> dict[str, str]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{memory / 1e9:.0f} GB",
        "System": f"{platform.system()} on {platform.machine()}",
        "Python": platform.python_version(),
        "Apache Airflow": version("apache-airflow-core"),
        "MkDocs": version("mkdocs"),
        "Material for MkDocs": version("mkdocs-material"),
    }


def _builds(site: SiteTimes) -> Iterator[tuple[str, ...]]:
    for name, series, base in (
        ("Bare MkDocs", site.bare, site.bare),
        ("Full build, warm", site.warm, site.bare),
        ("Full build, empty cache", site.cold, site.bare),
        ("Bare MkDocs, one edit in `serve`", site.bare_edit, site.bare_edit),
        ("Full build, one edit in `serve`", site.edit, site.bare_edit),
        ("`dagbook check`, warm", site.check, None),
    ):
        low, high = min(series.wall), max(series.wall)
        ratio = f"{series.median / base.median:.2f}" if base else ""
        took = f"{series.median:.1f} s ({low:.1f}–{high:.1f})"
        yield name, took, _seconds(series.cpu_median), ratio


def _targets(site: SiteTimes, suite: SuiteTimes) -> Iterator[tuple[str, ...]]:
    warm = site.warm.median / site.bare.median
    edit = site.edit.median / site.bare_edit.median
    check = site.check.median
    judged = {True: "met", False: "**missed**"}
    yield "Warm build, ratio to bare", f"{WARM}", f"{warm:.2f}", judged[warm <= WARM]
    yield "One edit, ratio to bare", f"{EDIT}", f"{edit:.2f}", judged[edit <= EDIT]
    most = f"{CHECK:.0f} s"
    yield "`dagbook check`, warm", most, f"{check:.1f} s", judged[check <= CHECK]
    if suite.all_examples:
        whole = suite.minutes
        target = f"Tests of {FINAL} examples, at the pace of those that exist"
        most = f"{SUITE:.0f} min"
        yield target, most, f"{whole:.0f} min", judged[whole <= SUITE]


def _tests(suite: SuiteTimes) -> Iterator[tuple[str, ...]]:
    each = len(suite.stems)
    for name, series, runs in (
        ("The example's tests", suite.tests, suite.runs),
        ("`airflow dags test`", suite.command, each),
    ):
        if each:
            cpu = series.cpu_median
            cpu = cpu and cpu / each
            yield name, _seconds(series.median / each), _seconds(cpu), str(runs)


def _seconds(seconds: float | None) -> str:
    return f"{seconds:.1f} s" if seconds else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()
