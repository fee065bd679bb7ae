"""``dagbook airflow``: the Airflow of the live lane, for a person."""

from __future__ import annotations

import signal
import sys
import time
from typing import Annotated, NoReturn

import typer

from dagbook.live.options import Options
from dagbook.live.servers.cluster import ClusterError
from dagbook.live.servers.settings import ROLES, Database, Executor
from dagbook.project import Project

app = typer.Typer(add_completion=False)

# An edited file shows in the web interface after a few seconds.
AT_HAND = {
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "5",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
}


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


@app.command()
def airflow(
    executor: Annotated[Executor, typer.Option()] = "local",
    db: Annotated[Database, typer.Option()] = "postgresql",
    port: Annotated[int, typer.Option(help="0: a free one.")] = 0,
) -> None:
    """Start an Airflow with all examples on this machine, until Ctrl-C."""
    project = Project.find()
    options = Options(executor=executor, database=db)
    cluster = options.cluster(project, lambda line: print(line, flush=True))
    cluster.extra |= AT_HAND
    cluster.port = port
    # `kill` and a closed terminal end it as Ctrl-C does.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    print(f"Starting Airflow ({options.words}) …", flush=True)
    try:
        with cluster:
            print(f"\n  {cluster.settings.base_url}\n")
            for role in reversed(ROLES):
                print(f"  {role:<7} {cluster.settings.passwords[role]}")
            print(
                "\nUser name and password; the name is also the role. All examples are"
                "\nloaded and paused. Ctrl-C stops everything.",
                flush=True,
            )
            while True:
                time.sleep(1)
                cluster.check_alive()
    except KeyboardInterrupt:
        print("\nStopped: no process and no file is left.")
    except ClusterError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
