"""What Airflow is told by the environment: addresses, users, bundles, limits."""

from __future__ import annotations

import json
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dagbook.live.servers.ports import LOOPBACK

ROLES = ("viewer", "user", "op", "admin")

Executor = Literal["local", "celery"]
Database = Literal["postgresql", "sqlite"]

# Names of the environment that Airflow's processes keep from the session.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")


@dataclass
class Settings:
    """One Airflow: where it lives, what it loads, who may log in.

    Args:
        home: ``AIRFLOW_HOME``; everything that Airflow writes goes below it.
        cache: compiled Python goes there, so that the second start is a fast one.
        extra: more variables, stronger than the ones made here.
    """

    home: Path
    port: int
    database_url: str
    dags: Path
    executor: Executor = "local"
    plugins: Path | None = None
    cache: Path | None = None
    parallelism: int = 10
    extra: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(
        default_factory=lambda: {role: secrets.token_urlsafe(12) for role in ROLES}
    )

    fernet_key: str = field(
        default_factory=lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode()
    )
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(64))

    @property
    def base_url(self) -> str:
        """The address of the API server."""
        return f"http://{LOOPBACK}:{self.port}"

    def write_passwords(self) -> Path:
        """Write the login file of SimpleAuthManager and return its path."""
        path = self.home / "passwords.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.passwords))
        return path

    def connection(self, role: str = "admin") -> dict[str, str | int]:
        """Return connection ``airflow_api`` as the REST API takes it."""
        return {
            "connection_id": "airflow_api",
            "conn_type": "http",
            "schema": "http",
            "host": LOOPBACK,
            "port": self.port,
            "login": role,
            "password": self.passwords[role],
        }

    def environment(self) -> dict[str, str]:
        """Return the whole environment for every process of this Airflow."""
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        # `airflow` of this Python comes first, for tasks that call the command line.
        ours = str(Path(sys.executable).parent)
        env["PATH"] = f"{ours}{os.pathsep}{env.get('PATH', '')}"
        if self.cache is not None:
            env["PYTHONPYCACHEPREFIX"] = str(self.cache / "pycache")
        env |= {"AIRFLOW_HOME": str(self.home), "NO_PROXY": "*"}
        env |= {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        options = self._core() | self._servers() | self._timing()
        for (section, name), value in options.items():
            env[f"AIRFLOW__{section.upper()}__{name.upper()}"] = value
        return env | self.extra

    def _core(self) -> dict[tuple[str, str], str]:
        plugins = self.plugins or self.home / "plugins"
        return {
            ("core", "executor"): f"{self.executor.title()}Executor",
            ("core", "load_examples"): "False",
            ("core", "dags_folder"): str(self.dags),
            ("core", "plugins_folder"): str(plugins),
            ("core", "parallelism"): str(self.parallelism),
            ("core", "dags_are_paused_at_creation"): "True",
            ("core", "fernet_key"): self.fernet_key,
            ("core", "auth_manager"): (
                "airflow.api_fastapi.auth.managers.simple"
                ".simple_auth_manager.SimpleAuthManager"
            ),
            ("core", "simple_auth_manager_users"): ",".join(f"{r}:{r}" for r in ROLES),
            ("core", "simple_auth_manager_passwords_file"): str(self.write_passwords()),
            ("database", "sql_alchemy_conn"): self.database_url,
        }

    def _servers(self) -> dict[tuple[str, str], str]:
        return {
            ("api", "host"): LOOPBACK,
            ("api", "port"): str(self.port),
            ("api", "base_url"): self.base_url,
            ("api", "workers"): "1",
            ("api", "secret_key"): self.secret,
            ("api_auth", "jwt_secret"): self.secret,
            ("core", "execution_api_server_url"): f"{self.base_url}/execution/",
            ("logging", "colored_console_log"): "False",
        }

    def _timing(self) -> dict[tuple[str, str], str]:
        # A person waits: look more often than a production scheduler would. None of
        # these changes what happens, only how soon it is noticed.
        return {
            ("scheduler", "scheduler_idle_sleep_time"): "0.3",
            ("scheduler", "job_heartbeat_sec"): "2",
            ("scheduler", "scheduler_heartbeat_sec"): "2",
            ("scheduler", "trigger_timeout_check_interval"): "2",
            ("scheduler", "task_instance_heartbeat_timeout_detection_interval"): "3",
            ("scheduler", "orphaned_tasks_check_interval"): "10",
            ("scheduler", "task_instance_heartbeat_timeout"): "45",
            ("scheduler", "max_dagruns_to_create_per_loop"): "50",
            ("scheduler", "max_dagruns_per_loop_to_schedule"): "100",
            # A file that is new or changed is read at once, others are let alone. What
            # was written a moment ago must not be taken for new enough, or the change
            # is never written.
            ("core", "min_serialized_dag_update_interval"): "0",
            ("dag_processor", "min_file_process_interval"): "86400",
            ("dag_processor", "refresh_interval"): "1",
            ("dag_processor", "bundle_refresh_check_interval"): "1",
            ("dag_processor", "parsing_processes"): "2",
            ("triggerer", "job_heartbeat_sec"): "2",
            # The supervisor of a task may notice its end only at the next heartbeat,
            # and occupies a slot of the executor until then.
            ("workers", "min_heartbeat_interval"): "1",
            # A slow machine is not a broken one.
            ("workers", "execution_api_timeout"): "20",
        }
