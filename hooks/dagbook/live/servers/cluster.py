"""One real Airflow on loopback: started, found healthy, and gone afterwards."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from dagbook.live.client import ApiError, Client
from dagbook.live.servers import kept
from dagbook.live.servers.logs import tails
from dagbook.live.servers.ports import free_ports, listens
from dagbook.live.servers.postgres import Postgres
from dagbook.live.servers.settings import Database, Executor, Settings
from dagbook.live.servers.signals import uninterrupted
from dagbook.live.servers.supervisor_client import Keeping

Progress = Callable[[str], None]

# Component → arguments of `airflow`. Logs are read from the shared folder, so that no
# component needs a log server, which would listen on all addresses.
COMPONENTS: dict[str, list[str]] = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}

HEALTHY = {"metadatabase", "scheduler", "triggerer", "dag_processor"}


class ClusterError(RuntimeError):
    """Airflow did not start, or something of it ended by itself."""


@dataclass
class Cluster:
    """A context manager around one Airflow.

    Args:
        cache: a folder for what makes the next start faster.
        keep_logs: where the logs of a failed session go; None drops them.
        parallelism: tasks at once.
        port: of the API server; 0 takes a free one.
        extra: more environment variables.
        progress: told what happens, one line each.
        state: the file that says where the kept Airflow is; use that one if it is up.
        keep: leave it up, and write ``state``.
        idle: seconds without any user after which a kept one ends by itself.
    """

    database: Database = "postgresql"
    executor: Executor = "local"
    plugins: Path | None = None
    cache: Path | None = None
    keep_logs: Path | None = None
    parallelism: int = 10
    port: int = 0
    extra: dict[str, str] = field(default_factory=dict)
    progress: Progress = lambda line: None
    state: Path | None = None
    keep: bool = False
    idle: float = 3 * 3600.0
    failed: bool = False

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.failed = self.failed or error[0] is not None
        self.stop()

    # -- start and stop --------------------------------------------------------------

    def start(self, seconds: float = 180.0) -> None:
        """Start everything and wait until every component reports healthy.

        Raises:
            ClusterError: a component ended, or is not healthy within ``seconds``.
        """
        if self.state is not None and (found := kept.find(self.state, self.progress)):
            self.keep = True
            self.folder, self.settings, self.keeping = found
            self.logs, self.postgres = self.folder / "logs", None
            self.client = self.login("admin")
            return
        self.keep = self.keep or bool(self.state and self.state.exists())
        begun = time.monotonic()
        if self.port and listens(self.port):
            raise ClusterError(f"port {self.port} is taken — choose another, or 0")
        self.folder = Path(tempfile.mkdtemp(prefix="dagbook-live-"))
        self.folder.chmod(0o755)
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.dags.mkdir()
        self.keeping = Keeping(self.folder)
        try:
            port, database_port = free_ports(2)
            password, self.postgres = secrets.token_urlsafe(12), None
            if self.database == "postgresql":
                place = self.folder / "postgres"
                self.postgres = Postgres(place, database_port, password)
            self.settings = self._settings(self.port or port)
            self._prepare_database()
            self._prepare_executor()
            self._start_components(seconds)
            self.client = self.login("admin")
            self._wait_healthy(seconds)
            self._start_workers(seconds)
            if self.keep and self.state is not None:
                kept.save(self.state, self.settings, self.keeping, self.idle)
        except BaseException:
            self.failed, self.keep = True, False
            self.stop()
            raise
        self.progress(f"Airflow is healthy after {time.monotonic() - begun:.0f} s")

    def _settings(self, port: int) -> Settings:
        home = self.folder / "home"
        (home / "plugins").mkdir(parents=True)
        self.tasks_tmp.mkdir()
        sqlite = f"sqlite:///{home / 'airflow.db'}"
        return Settings(
            home=home,
            port=port,
            database_url=self.postgres.url() if self.postgres else sqlite,
            dags=self.dags,
            executor=self.executor,
            plugins=self.plugins,
            cache=self.cache,
            parallelism=self.parallelism,
            extra={"TMPDIR": str(self.tasks_tmp), **self.extra},
        )

    def _prepare_database(self) -> None:
        if self.postgres is not None:
            self.postgres.prepare()
            self.postgres.start(self.keeping)
            self.postgres.create_database()
        # By the keeper: whatever ends this process, the command ends too.
        log = self.logs / "migrate.log"
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        environment = self.settings.environment()
        if self.keeping.run("migrate", command, 180, env=environment, log=log):
            raise ClusterError(f"airflow db migrate failed\n{self.tails(['migrate'])}")

    def _prepare_executor(self) -> None:
        """Start what the executor needs before Airflow; nothing for LocalExecutor."""

    def _start_workers(self, seconds: float) -> None:
        """Start workers; LocalExecutor has its own."""

    @property
    def dags(self) -> Path:
        """The folder that the DAG processor reads, empty at the start."""
        return self.folder / "dags"

    @property
    def tasks_tmp(self) -> Path:
        """``TMPDIR`` of everything that runs here, empty at the start."""
        return self.folder / "tmp"

    def start_component(self, name: str) -> int:
        """Start one component of ``COMPONENTS`` and return its process id."""
        # The scheduler's executor forks the tasks.
        program = "dagbook.live.servers.preloaded" if name == "scheduler" else "airflow"
        return self.keeping.start(
            name,
            [sys.executable, "-m", program, *COMPONENTS[name]],
            self.settings.environment(),
            log=self.logs / f"{name}.log",
            # Workers and the triggerer report to the API server while they end.
            stage=1 if name == "api-server" else 0,
        )

    def restart_ended(self) -> list[str]:
        """Start again what ended by itself, as a manager would; return names."""
        ended = sorted(set(self.keeping.exits()) & set(COMPONENTS))
        for name in ended:
            self.start_component(name)
        return ended

    def _start_components(self, seconds: float) -> None:
        """Start all; the DAG processor last, for tasks need the API server at once."""
        for name in COMPONENTS:
            if name != "dag-processor":
                self.start_component(name)
        deadline = time.monotonic() + seconds
        while not listens(self.settings.port):
            self.check_alive()
            if time.monotonic() > deadline:
                what = f"no API server after {seconds:.0f} s"
                raise ClusterError(f"{what}\n{self.tails()}")
            time.sleep(0.1)
        self.start_component("dag-processor")

    def stop(self) -> None:
        """Stop everything, keep the logs if the session failed, remove the folder."""
        # A second Ctrl-C must not leave half of it running.
        with uninterrupted():
            if hasattr(self, "client"):
                self.client.close()
            if self.keep:
                self.keeping.close()
            else:
                self.keeping.shutdown()
            if self.failed and self.keep_logs is not None:
                self._copy_logs(self.keep_logs)
            if not self.keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    def end(self) -> None:
        """Stop everything, the kept Airflow too."""
        self.keep = False
        if self.state is not None:
            self.state.unlink(missing_ok=True)
        self.stop()

    def _copy_logs(self, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.logs, target)
        shutil.copy(self.keeping.log, target)
        if (tasks := self.settings.home / "logs").exists():
            shutil.copytree(tasks, target / "tasks", dirs_exist_ok=True)
        self.progress(f"logs kept in {target}")

    # -- health ----------------------------------------------------------------------

    def _wait_healthy(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        seen: object = "nothing"
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                seen = health = self.client.health()
                if {n for n, s in health.items() if s == "healthy"} >= HEALTHY:
                    return
            except (httpx.TransportError, ApiError) as error:
                seen = error
            time.sleep(0.2)
        what = f"Airflow is not healthy after {seconds:.0f} s; last seen: {seen}"
        raise ClusterError(f"{what}\n{self.tails()}")

    def check_alive(self) -> None:
        """Raise ClusterError when a process of Airflow has ended by itself."""
        if ended := self.keeping.exits():
            what = ", ".join(f"{name} (exit {code})" for name, code in ended.items())
            raise ClusterError(f"ended by itself: {what}\n{self.tails(list(ended))}")

    def tails(self, names: list[str] | None = None) -> str:
        """Return the last lines of the logs of ``names`` (default: all)."""
        return tails(self.logs, names)

    # -- use -------------------------------------------------------------------------

    def login(self, role: str) -> Client:
        """Return a client of the REST API for one of the four roles."""
        return Client(self.settings.base_url, role, self.settings.passwords[role])

    def wait_for_dags(self, dag_ids: set[str], seconds: float = 300.0) -> None:
        """Wait until the DAG processor has registered every DAG of ``dag_ids``.

        Raises:
            ClusterError: a file of theirs cannot be imported, or ``seconds`` are over.
        """
        deadline = time.monotonic() + seconds
        while missing := dag_ids - self.client.dag_ids():
            self.check_alive()
            if errors := self.import_errors(missing):
                raise ClusterError("; ".join(errors))
            if time.monotonic() > deadline:
                names = ", ".join(sorted(missing))
                raise ClusterError(f"not registered after {seconds:.0f} s: {names}")
            time.sleep(0.3)

    def import_errors(self, dag_ids: set[str]) -> list[str]:
        """Return why files of ``dag_ids`` were refused: file and last line of each."""
        files = {f"{dag_id.split('__')[0]}.py" for dag_id in dag_ids}
        return [
            f"{name}: {error['stack_trace'].strip().splitlines()[-1]}"
            for error in self.client.import_errors()
            if (name := Path(error["filename"]).name) in files
        ]
