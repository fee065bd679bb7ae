"""``dagbook live``: the live lane as one command around pytest."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from dagbook.live.options import Options
from dagbook.live.servers.settings import Database, Executor
from dagbook.locks import turn
from dagbook.project import Project

app = typer.Typer(add_completion=False)


@app.command(context_settings={"ignore_unknown_options": True})
def live(
    only: Annotated[
        str, typer.Option(help="Ids or beginnings of ids, such as 16.1, with commas.")
    ] = "",
    smoke: Annotated[
        bool, typer.Option(help="At most fifteen examples that cover every mode.")
    ] = False,
    executor: Annotated[Executor, typer.Option()] = "local",
    db: Annotated[Database, typer.Option()] = "postgresql",
    record: Annotated[
        bool, typer.Option(help="Rewrite the recordings of live scenarios.")
    ] = False,
    check: Annotated[
        bool, typer.Option(help="Leave tests/parity.json as it is.")
    ] = False,
    words: Annotated[
        list[str] | None, typer.Argument(help="Passed on to pytest.")
    ] = None,
) -> None:
    """Run every example on a real Airflow and compare with its recording."""
    project = Project.find()
    options = Options(
        only=only,
        smoke=smoke,
        executor=executor,
        database=db,
        # The committed results are those of the reference set-up.
        write=not (check or smoke) and executor == "local" and db == "postgresql",
        record=record,
    )
    with turn(project, "live"):
        become_pytest(project, options, words or [])


def become_pytest(project: Project, options: Options, words: list[str]) -> NoReturn:
    """Go on as the pytest of the live tests, in this very process.

    So whoever ends this command, in whatever way, ends the session: its servers stop,
    and the turn goes to the next.

    Args:
        project: where.
        options: what is asked for.
        words: more arguments for pytest.
    """
    command = [sys.executable, "-m", "pytest", "-m", "live"]
    command += ["-p", "dagbook.live.plugin", "-p", "no:xdist", "--tb=short"]
    command += [*targets(project, options), *words]
    environment = {**os.environ, **options.environment()}
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(project.root)
    os.execve(sys.executable, command, environment)


def targets(project: Project, options: Options) -> list[str]:
    """Return the test files to run.

    Everything: parity, the scenarios of all examples, the lane's own tests. With
    ``only`` or ``smoke``: parity and the scenarios of the chosen examples; smoke adds
    the lane's own scenarios.
    """
    own = project.tests / "live"
    if options.executor == "celery":
        return [str(own / "test_parity.py"), str(own / "test_queues.py")]
    if not options.only and not options.smoke:
        return [str(project.tests)]
    found = [str(own / "test_parity.py")]
    if options.smoke:
        found.append(str(own / "test_scenarios.py"))
    for plan in options.plans(project):
        folder = project.tests / plan.item.folder
        found += [str(p) for p in folder.glob(f"test_{plan.item.stem}_live.py")]
    return found


if __name__ == "__main__":
    app()
