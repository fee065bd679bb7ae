"""The section ``Run it yourself``: three commands that work for the very file.

``dag.test()`` refuses a file outside the configured DAGs folder and a database that
was never migrated, so both stand in the commands. An example that talks to Airflow
needs an Airflow to talk to, and gets one.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagbook.lookup import Example

#: Distributions whose version follows Airflow's own constraints.
_PYTHON = "3.12"


def section(example: Example, requires: Sequence[str]) -> str:
    """Return the Markdown of the section.

    Args:
        example: its recording says which Airflow to install.
        requires: distributions that the file needs besides Airflow.
    """
    item = example.item
    version = str(example.recording["airflow"])
    talks = "airflow_api" in example.source
    parts = [
        "## Run it yourself",
        f"[Download the file]({item.stem}.py) into an empty folder. There, in a fresh "
        "virtual environment:",
        _block(_install(version, requires)),
        _SETTINGS_WORDS,
        _block(settings(talks)),
        _block([f"python {item.stem}.py"]),
    ]
    if talks:
        parts.insert(-1, _API_WORDS)
    return "\n\n".join(parts) + "\n"


def settings(talks: bool) -> list[str]:
    """Return the commands between the installation and the run.

    Args:
        talks: the example calls Airflow's REST API and needs it to be there.
    """
    lines = [
        'export AIRFLOW_HOME="$PWD/.airflow" AIRFLOW__CORE__DAGS_FOLDER="$PWD" '
        "AIRFLOW__CORE__LOAD_EXAMPLES=False",
    ]
    if talks:
        lines += [
            "export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS=True",
            "export AIRFLOW_CONN_AIRFLOW_API="
            "'http://admin:admin@127.0.0.1:8080/?__extra__=%7B%7D'",
        ]
    lines.append("airflow db migrate")
    if talks:
        lines.append("airflow standalone > airflow.log 2>&1 &")
    return lines


def _install(version: str, requires: Sequence[str]) -> list[str]:
    names = " ".join(f'"{name}"' for name in (f"apache-airflow=={version}", *requires))
    constraints = (
        "https://raw.githubusercontent.com/apache/airflow/"
        f"constraints-{version}/constraints-{_PYTHON}.txt"
    )
    return [f'pip install {names} --constraint "{constraints}"']


def _block(commands: Sequence[str]) -> str:
    return "```sh\n" + "\n".join(commands) + "\n```"


_SETTINGS_WORDS = (
    "Airflow runs a file only from its configured DAGs folder, and wants its database "
    "made first:"
)
_API_WORDS = "Wait until `http://127.0.0.1:8080` answers, then run the file:"
