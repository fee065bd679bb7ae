"""The commands; each imports what it needs when it runs, so that ``--help`` is quick.

Exit code 0: fine; 1: problems found; 2: wrong usage.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, NoReturn

import typer

from dagbook import files
from dagbook.problems import DagbookError, Problem, unexpected
from dagbook.project import Project

PROBLEMS, USAGE = 1, 2

app = typer.Typer(
    name="dagbook",
    help="From the checklists to pages whose examples have run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


# Commands whose module has an ``app`` of its own, loaded when it is called.
OTHERS = {
    "live": ("dagbook.live.cli", "Run the examples on a real scheduler."),
    "airflow": ("dagbook.live.interactive", "Start an Airflow to try the examples in."),
    "serve": ("dagbook.site.serve", "Serve the site while it is written."),
    "matrix": ("dagbook.matrix", "Run the examples on several Airflow versions."),
    "mutants": ("dagbook.mutants.cli", "Measure how strong the tests are."),
    "bench": ("dagbook.bench.cli", "Measure builds and tests."),
}

Only = Annotated[
    str,
    typer.Option(help="An id, a section, a subsection or a file; several with commas."),
]


@app.command()
def check(only: Only = "") -> None:
    """Check spec, pages, snippets, DAG files and recordings."""
    from dagbook.checks.check import check as run

    project = _project()
    _report(lambda: run(project, _progress(), only=only or None, live=True))


@app.command()
def new(item: Annotated[str, typer.Argument(help="The id, such as 16.1.6.")]) -> None:
    """Write the three skeleton files of an item of the spec."""
    from dagbook.skeletons import new as write
    from dagbook.spec.load import load

    project = _project()

    def run() -> list[Problem]:
        for path in write(project, load(project), item):
            typer.echo(f"written: {project.relative(path)}")
        return []

    _report(run, done="now write them; `dagbook check` says what is missing")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def record(context: typer.Context, only: Only = "") -> None:
    """Run the examples' tests and rewrite the recordings whose behaviour changed.

    Further words are handed to pytest.
    """
    from dagbook.spec.load import load

    project = _project()
    try:
        chosen = [item.paths(project).test for item in load(project).select(only)]
    except DagbookError as error:
        _fail(error.problems)
    tests = [path for path in chosen if path.is_file()]
    if not only:
        # The proofs of the concept pages are recordings too, of all pages together.
        tests += sorted((project.tests / "concepts").glob("test_*.py"))
    if not tests:
        what = f"no test of {only} is written" if only else "no example has a test"
        _fail([Problem("tests", 0, what, "write it, or run dagbook new")])
    workers = ["--numprocesses", "2", "--dist", "loadfile"] if len(tests) > 1 else []
    words = ["--snapshot-update", *workers, *context.args]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *words, *(str(path) for path in tests)],
        cwd=project.root,
        env={**os.environ, "DAGBOOK_ROOT": str(project.root)},
    )
    while process.returncode is None:
        # Ctrl-C reaches pytest, too, which then removes what it made.
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
    raise typer.Exit(PROBLEMS if process.returncode else 0)


@app.command()
def todo(only: Only = "") -> None:
    """Say what of the checklists is kept, and what the rest lacks."""
    from dagbook.examples.coverage import coverage, tally
    from dagbook.spec.load import load

    project = _project()
    try:
        spec = load(project)
        chosen = {item.id for item in spec.select(only)}
    except DagbookError as error:
        _fail(error.problems)
    states = [s for s in coverage(project, spec).states if s.item.id in chosen]
    for state in states:
        if not state.ticked:
            typer.echo(f"{state.item.id} {state.item.stem}: {'; '.join(state.to_do)}")
    sums = tally(states)
    typer.echo(
        f"{sums.items_ticked} of {sums.items} examples, "
        f"{sums.bullets_ticked} of {sums.bullets} bullets"
    )


def main() -> None:
    """Run the program with the arguments of the process."""
    for name, (module, told) in OTHERS.items():
        _register(name, module, told)
    try:
        app()
    except Exception as error:
        known = error.problems if isinstance(error, DagbookError) else ()
        for problem in known or [unexpected(error, files.at_work())]:
            typer.echo(str(problem))
        sys.exit(PROBLEMS)


def _register(name: str, module: str, told: str) -> None:
    """Make ``name`` a command that hands all its words to the module's app."""

    def run(context: typer.Context) -> None:
        try:
            importlib.import_module(module).app(
                args=context.args, prog_name=f"dagbook {name}"
            )
        except DagbookError as error:
            _fail(error.problems)

    app.command(
        name,
        help=told,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(run)


def _project() -> Project:
    try:
        return Project.find()
    except FileNotFoundError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def _report(run: Callable[[], Iterable[Problem]], done: str = "") -> None:
    """Run, print one line per problem and a count, and exit accordingly."""
    try:
        found = sorted(set(run()))
    except DagbookError as error:
        found = error.problems
    if found:
        _fail(found)
    typer.echo(done or "no problems")


def _fail(problems: list[Problem]) -> NoReturn:
    for problem in problems:
        typer.echo(str(problem))
    number = len(problems)
    typer.echo(f"{number} {'problem' if number == 1 else 'problems'}", err=True)
    raise typer.Exit(PROBLEMS)


def _progress() -> Callable[[int, int, str], None] | None:
    """Return what shows progress: one line, rewritten, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int, name: str) -> None:
        line = f"{done}/{total} {name}"[:78]
        end = "\r" if done < total else f"\r{' ' * 78}\r"
        print(f"{line:<78}", end=end, file=sys.stderr, flush=True)

    return show
