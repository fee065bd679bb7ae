"""The section ``Run it yourself``: commands that work as shown for the very file.

``dag.test()`` refuses a file outside the configured DAGs folder and a database that
was never migrated, so both stand in the commands. An example that calls the REST API
needs an Airflow that answers: it is started, and runs the example itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagbook.examples.example import Example

PASSWORD = "admin"
"""Of the one user of an Airflow that lives in the reader's folder, on loopback."""


def section(example: Example, requires: Sequence[str]) -> str:
    """Return the Markdown of the section.

    Args:
        example: its recording says which Airflow to install.
        requires: distributions that the file needs besides Airflow.
    """
    stem = example.item.stem
    version = str(example.recording["airflow"])
    talks = calls_airflow(example.source)
    parts = [
        "## Run it yourself",
        f"[Download the file]({stem}.py) into an empty folder. There, in a fresh "
        "virtual environment:",
        _block(install(version, requires)),
        _TALK_WORDS if talks else _PLAIN_WORDS,
        _block(settings(talks)),
        *([_WAIT_WORDS] if talks else []),
        _block(run(stem, talks)),
    ]
    return "\n\n".join(parts) + "\n"


def calls_airflow(source: str) -> bool:
    """Tell whether a file talks to Airflow's REST API by the agreed connection."""
    return "airflow_api" in source


def install(version: str, requires: Sequence[str]) -> list[str]:
    """Return the command that installs Airflow as it was recorded."""
    names = [f"apache-airflow=={version}", *requires]
    return ["pip install " + " ".join(f'"{name}"' for name in names)]


def settings(talks: bool) -> list[str]:
    """Return the commands that prepare Airflow in the working folder.

    Args:
        talks: the example calls the REST API; start an Airflow that answers.
    """
    export = (
        'export AIRFLOW_HOME="$PWD/.airflow" AIRFLOW__CORE__DAGS_FOLDER="$PWD" '
        "AIRFLOW__CORE__LOAD_EXAMPLES=False"
    )
    if not talks:
        return [export, "airflow db migrate"]
    connection = (
        '{"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": 8080, '
        f'"login": "admin", "password": "{PASSWORD}"}}'
    )
    return [
        export,
        "export AIRFLOW__API__HOST=127.0.0.1 "
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=False",
        'export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE="$PWD/.passwords"',
        f'echo \'{{"admin": "{PASSWORD}"}}\' > .passwords',
        f"export AIRFLOW_CONN_AIRFLOW_API='{connection}'",
        "airflow db migrate && airflow dags reserialize",
        "airflow standalone > airflow.log 2>&1 &",
    ]


def run(stem: str, talks: bool) -> list[str]:
    """Return the command that runs the example."""
    return [f"airflow dags trigger {stem}" if talks else f"python {stem}.py"]


def _block(commands: Sequence[str]) -> str:
    return "```sh\n" + "\n".join(commands) + "\n```"


_PLAIN_WORDS = (
    "Airflow runs a file only from its configured DAGs folder, and wants its database "
    "made first:"
)
_TALK_WORDS = (
    "This example calls Airflow's own REST API, so it needs an Airflow that answers. "
    "These commands start one in the folder, on loopback only:"
)
_WAIT_WORDS = (
    "When `http://127.0.0.1:8080` answers (user `admin`, password "
    f"`{PASSWORD}`), start the run and watch it there. `kill %1` stops Airflow again."
)
