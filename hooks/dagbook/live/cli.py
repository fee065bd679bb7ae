"""``dagbook live``: the live lane as one command around pytest."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from typing import Annotated, NoReturn

import typer

from dagbook.live.options import Options, kept_state
from dagbook.live.servers import kept
from dagbook.live.servers.settings import Database, Executor
from dagbook.live.servers.supervisor import PR_SET_PDEATHSIG, prctl
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
    keep: Annotated[
        bool, typer.Option(help="Leave Airflow up for the next call; alone: start it.")
    ] = False,
    stop: Annotated[bool, typer.Option(help="End the Airflow that is up.")] = False,
    words: Annotated[
        list[str] | None, typer.Argument(help="Passed on to pytest.")
    ] = None,
) -> None:
    """Run every example on a real Airflow and compare with its recording."""
    if stop and (keep or only):
        raise typer.BadParameter("--stop goes alone")
    project = Project.find()
    options = Options(
        only=only,
        smoke=smoke,
        executor=executor,
        database=db,
        record=record,
        keep=keep,
    )
    # The committed results are those of the reference set-up.
    options = replace(options, write=options.reference and not (check or smoke))
    if keep and not options.shares:
        raise typer.BadParameter("only LocalExecutor on PostgreSQL is kept up")
    if not (keep or stop):
        options.plans(project)  # refuses a selection that is empty
    with turn(project, "live", urgent=True):
        if stop:
            print("live: ended" if end(project) else "live: no Airflow is up")
        elif keep and not (only or smoke):
            with options.cluster(project, lambda line: print(f"live: {line}")) as made:
                where = made.settings.base_url
                print(f"live: {where} is up — make live STOP=1 ends it")
        else:
            become_pytest(project, options, words or [])


def end(project: Project) -> bool:
    """End the kept Airflow and return whether there was one."""
    state = kept_state(project)
    if found := kept.find(state, lambda line: None):
        kept.end(found[2])
    there = state.exists()
    state.unlink(missing_ok=True)
    return there


def become_pytest(project: Project, options: Options, words: list[str]) -> NoReturn:
    """Go on as the pytest of the live tests, in this very process.

    So whoever ends this command, in whatever way, ends the session.
    """
    if "MAKELEVEL" in os.environ:
        # A make that is killed takes its command along.
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    command = [sys.executable, "-m", "pytest", "-m", "live"]
    command += ["-p", "dagbook.live.plugin", "-p", "no:xdist", "--tb=short"]
    command += [*targets(project, options), *words]
    environment = {**os.environ, **options.environment()}
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(project.root)
    os.execve(sys.executable, command, environment)


def targets(project: Project, options: Options) -> list[str]:
    """Return the test files to run: all, or parity and those of the chosen examples."""
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
