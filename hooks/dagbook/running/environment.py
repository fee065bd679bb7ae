"""The Airflow that the harness runs: one home per process, from a migrated template.

Airflow reads its configuration at import, so nothing here imports it before.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from dagbook.project import Project
from dagbook.running import secrets

USERS = ("viewer", "user", "op", "admin")

# Known to the tests only: the server listens on loopback and lives as long as they do.
PASSWORDS = {user: f"{user}-of-the-harness" for user in USERS}
SECRET = "a secret of the harness, good for a server on loopback only, 64+ bytes long"
FERNET = base64.urlsafe_b64encode(b"dagbook harness key, 32 bytes!!!").decode()


def settings(home: Path, project: Project) -> dict[str, str]:
    """Return the environment variables of a harness Airflow at ``home``."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project.dags / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A test that deploys a changed file shall not have to wait.
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
        "AIRFLOW__CORE__FERNET_KEY": FERNET,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{u}:{u}" for u in USERS),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords"),
        "AIRFLOW__API_AUTH__JWT_SECRET": SECRET,
        "AIRFLOW__API__SECRET_KEY": SECRET,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(home / "bundles"),
        "AIRFLOW__SCHEDULER__ENABLE_TRACEMALLOC": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "ignore",
    }


def bundle(name: str, path: Path) -> str:
    """Return ``[dag_processor] dag_bundle_config_list`` with one bundle of one file.

    ``dag.test()`` parses the whole bundle at each call: one file keeps that cost flat.
    """
    entry = {
        "name": name,
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(path)},
    }
    return json.dumps([entry])


def template(project: Project) -> Path:
    """Return a migrated, empty SQLite database, made once per Airflow version.

    Raises:
        RuntimeError: ``airflow db migrate`` failed; the message carries its output.
    """
    made = project.cache / f"template-{version('apache-airflow-core')}.sqlite"
    with open(made.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _migrate(project, made)
    return made


def _migrate(project: Project, made: Path) -> None:
    home = project.cache / f"migrate-{os.getpid()}"
    home.mkdir(parents=True, exist_ok=True)
    print("dagbook: preparing an empty Airflow database, once", file=sys.stderr)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env={**os.environ, **settings(home, project)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = f"{done.stdout}{done.stderr}"
            raise RuntimeError(f"airflow db migrate failed:\n{said}")
        scratch = made.with_suffix(".new")
        with sqlite3.connect(home / "airflow.db") as source:
            target = sqlite3.connect(scratch)
            source.backup(target)
            target.close()
        scratch.replace(made)
    finally:
        shutil.rmtree(home, ignore_errors=True)


_prepared: list[Path] = []


def prepared() -> Path | None:
    """Return the Airflow home of this process, also when a fork inherited it."""
    return _prepared[-1] if _prepared else None


def prepare(home: Path, project: Project) -> None:
    """Make ``home`` an Airflow home and point this process at it.

    Raises:
        RuntimeError: Airflow is imported already.
    """
    if "airflow" in sys.modules:
        raise RuntimeError("the harness must set its environment before airflow loads")
    (home / "dags").mkdir(parents=True, exist_ok=True)
    passwords = json.dumps(PASSWORDS) + "\n"
    (home / "passwords").write_text(passwords, encoding="utf-8")
    for name in list(os.environ):
        if name.startswith(("AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_")):
            del os.environ[name]
    os.environ.update(settings(home, project))
    shutil.copyfile(template(project), home / "airflow.db")
    _prepared.append(home)


def reset(project: Project, home: Path) -> None:
    """Put the empty template back into the database, and forget secrets of its data.

    Through SQLite, so that servers in other threads may keep their connections.
    """
    source = sqlite3.connect(template(project))
    target = sqlite3.connect(home / "airflow.db", timeout=30)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    secrets.forget()
