"""The command ``dagbook bench``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dagbook.bench import page, site, suite
from dagbook.locks import turn
from dagbook.project import Project

app = typer.Typer(add_completion=False, help="Measure builds and tests.")


@app.command()
def bench(
    rounds: Annotated[int, typer.Option(help="How often each is measured.")] = 5,
    examples: Annotated[int, typer.Option(help="Examples whose tests are timed.")] = 3,
) -> None:
    """Measure everything and write docs/contributing/performance.md."""
    project = Project.find()

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    with turn(project, "bench"):
        builds = site.measure(project, rounds, say)
        tests = suite.measure(project, rounds, examples, say)
    text = page.render(builds, tests, site.slowest_parse(project), rounds)
    place = project.docs / page.PLACE
    if place.is_file():
        text += page.telephone(place.read_text("utf-8"))
    place.write_text(text, "utf-8")
    typer.echo(f"written: docs/{page.PLACE}")
