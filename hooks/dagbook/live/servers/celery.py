"""The distributed lane: CeleryExecutor, two workers on different queues, Redis."""

from __future__ import annotations

import secrets
import sys
import time
from dataclasses import dataclass

from dagbook.live.servers.cluster import Cluster, ClusterError
from dagbook.live.servers.ports import free_ports
from dagbook.live.servers.redis import Redis

# Worker → the queue it listens to. Tasks that name no queue go to `default`.
WORKERS = {"worker-default": "default", "worker-large": "large"}

# SQLAlchemy 2.1 takes another driver when none is named.
RESULTS = "db+postgresql+psycopg2"


@dataclass
class CeleryCluster(Cluster):
    """An Airflow whose tasks run in two worker processes, as on two machines.

    They share this machine's files, for logs and DAG files; all else goes through
    Redis, PostgreSQL and the API server.
    """

    concurrency: int = 5

    def _prepare_executor(self) -> None:
        if self.postgres is None:
            raise ClusterError(
                "CeleryExecutor needs PostgreSQL: SQLite takes one writer — "
                "leave out DB=sqlite"
            )
        (port,) = free_ports(1)
        self.redis = Redis(self.folder / "redis", port, secrets.token_urlsafe(12))
        self.redis.start(self.keeping)
        self.settings.extra |= {
            "AIRFLOW__CELERY__BROKER_URL": self.redis.url,
            "AIRFLOW__CELERY__RESULT_BACKEND": self.postgres.url(RESULTS),
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(self.concurrency),
            "AIRFLOW__CELERY__SYNC_PARALLELISM": "1",
            "AIRFLOW__OPERATORS__DEFAULT_QUEUE": "default",
        }

    def _start_workers(self, seconds: float) -> None:
        for name, queue in WORKERS.items():
            self.start_worker(name, queue)
        deadline = time.monotonic() + seconds
        for name in WORKERS:
            log = self.logs / f"{name}.log"
            while "ready." not in log.read_text(errors="replace"):
                self.check_alive()
                if time.monotonic() > deadline:
                    raise ClusterError(f"{name} is not ready\n{self.tails([name])}")
                time.sleep(0.2)

    def start_worker(self, name: str, queue: str) -> int:
        """Start a worker that listens to ``queue`` and return its process id."""
        # Tasks read from this variable which worker runs them.
        environment = self.settings.environment() | {"DAGBOOK_WORKER": name}
        return self.keeping.start(
            name,
            [
                *(sys.executable, "-m", "airflow", "celery", "worker"),
                *("--queues", queue, "--celery-hostname", name),
                *("--skip-serve-logs", "--without-mingle", "--without-gossip"),
            ],
            environment,
            log=self.logs / f"{name}.log",
        )
