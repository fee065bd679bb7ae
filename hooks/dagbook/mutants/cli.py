"""``dagbook mutants``: how strong the examples' tests are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from dagbook.locks import turn
from dagbook.mutants import equivalent, report
from dagbook.mutants.engine import estimate, judge
from dagbook.mutants.generate import mutants, sample
from dagbook.project import Project
from dagbook.spec.load import load

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    only: Annotated[str, typer.Option(help="An id, a section or a file.")] = "",
    listing: Annotated[
        bool, typer.Option("--list", help="List the mutants, test none.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="All mutants, no sample.")
    ] = False,
) -> None:
    """Change each example in one place at a time and expect its tests to fail."""
    project = Project.find()
    chosen = [item.paths(project) for item in load(project).select(only)]
    examples = [p for p in chosen if p.dag.is_file() and p.recording.is_file()]
    if not examples:
        typer.echo(f"no recorded example matches {only!r}")
        raise typer.Exit(1)
    choose = mutants if full else sample
    if listing:
        for paths in examples:
            for one in choose(paths.dag.read_text(encoding="utf-8")):
                place = f"{project.relative(paths.dag)}:{one.line}"
                typer.echo(f"{place}: {one.operator}: {one.change}")
        return
    marks = equivalent.load(project)
    with turn(project, "mutants"):
        found = judge(project, examples, _progress(), choose)
    results = report.scores(found, marks)
    report.save(project, results)
    _show(project, results)
    # Of a mutant that was not drawn nobody knows whether its mark still fits.
    dead = report.unused(marks, results) if full else []
    for mark in dead:
        place = project.relative(equivalent.path(project))
        typer.echo(
            f"{place}: a mark of {mark.example} fits no survivor: {mark.before} — "
            "remove it"
        )
    raise typer.Exit(1 if dead else 0)


def _show(project: Project, results: list[report.Score]) -> None:
    sources = {p.stem: project.relative(p) for p in project.dag_files()}
    for score in results:
        for row in score.survivors:
            place = f"{sources[score.stem]}:{row['line']}"
            typer.echo(f"\n{place}: survived: {row['operator']}")
            typer.echo(f"- {row['before']}\n+ {row['after']}")
    typer.echo("")
    for score in [*results, report.overall(results)]:
        typer.echo(
            f"{score.stem}: {score.total} mutants, score {score.asserted:.0%} by "
            f"assertions, {score.killed:.0%} noticed"
        )


def _progress() -> Callable[[int, int, str], None]:
    """Return what shows progress: a line in place, or one every ten seconds."""
    began = time.monotonic()
    known: list[int] = []
    last = [0.0]
    terminal = sys.stderr.isatty()

    def show(done: int, total: int, note: str) -> None:
        if not known:
            known.append(done)
        now = time.monotonic()
        if not terminal and not note and done < total and now - last[0] < 10:
            return
        last[0] = now
        left = estimate(began, done - known[0], total - known[0])
        line = f"{done}/{total} mutants {note or left}"
        end = "\r" if terminal and done < total else "\n"
        print(f"{line:<70}", end=end, file=sys.stderr, flush=True)

    return show
