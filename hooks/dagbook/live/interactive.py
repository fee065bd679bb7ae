"""``dagbook airflow``: the Airflow of the live lane, for a person."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dagbook.live.options import Options
from dagbook.live.servers.cluster import Cluster, ClusterError
from dagbook.live.servers.deployment import copy
from dagbook.live.servers.settings import ROLES, Database, Executor
from dagbook.locks import turn
from dagbook.project import Project

app = typer.Typer(add_completion=False)


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


@app.command()
def airflow(
    executor: Annotated[Executor, typer.Option()] = "local",
    db: Annotated[Database, typer.Option()] = "postgresql",
    port: Annotated[int, typer.Option(help="0: a free one.")] = 0,
) -> None:
    """Start an Airflow with all examples on this machine, until Ctrl-C.

    While it is up, ``make live ONLY=…`` uses it.
    """
    project = Project.find()
    options = Options(executor=executor, database=db, keep=True)
    cluster = options.cluster(project, lambda line: print(line, flush=True))
    # When this process is killed, and nobody else uses it, it ends too.
    cluster.port, cluster.idle = port, 0.0
    # `kill` and a closed terminal end it as Ctrl-C does.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    print(f"Starting Airflow ({options.words}) …", flush=True)
    try:
        # Two that start at the same time would start two.
        with turn(project, "airflow", urgent=True) if options.shares else nullcontext():
            cluster.start()
        try:
            _tell(cluster)
            known: dict[Path, int] = {}
            while True:
                _copy_changed(project, cluster, known)
                cluster.check_alive()
                time.sleep(1)
        finally:
            cluster.end()
    except KeyboardInterrupt:
        print("\nStopped: no process and no file is left.")
    except ClusterError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def _tell(cluster: Cluster) -> None:
    print(f"\n  {cluster.settings.base_url}\n")
    for role in reversed(ROLES):
        print(f"  {role:<7} {cluster.settings.passwords[role]}")
    print(
        "\nUser name and password; the name is also the role. All examples are loaded,"
        "\nand paused unless their file says is_paused_upon_creation=False; an edited"
        "\nfile is loaded at once. Ctrl-C stops everything.",
        flush=True,
    )


def _copy_changed(project: Project, cluster: Cluster, known: dict[Path, int]) -> None:
    """Copy the DAG files that are new or were edited since ``known`` was filled."""
    for file in project.dag_files():
        if known.get(file) != (changed := file.stat().st_mtime_ns):
            copy(cluster, file.relative_to(project.dags).as_posix(), file)
            known[file] = changed


if __name__ == "__main__":
    app()
