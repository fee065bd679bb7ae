"""The real REST API on loopback, served from a thread, on the same database."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import uvicorn

from dagbook.running.environment import PASSWORDS
from dagbook.running.request_lock import READING, Announced

START_LIMIT = 60.0
# Plain HTTP on loopback: httpx would read all certificates anew for each client.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Tidy:
    """An ASGI application that closes Airflow's asynchronous connections at its end.

    They belong to the server's event loop; later Airflow cannot close them.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request, or accompany the server from its start to its end."""
        from airflow import settings

        async def closing(message: dict[str, Any]) -> None:
            last = message["type"] == "lifespan.shutdown.complete"
            if last and settings.async_engine is not None:
                await settings.async_engine.dispose()
            await send(message)

        await self.app(scope, receive, closing)


class ApiServer:
    """Airflow's API server in a thread of this process."""

    def __init__(self) -> None:
        from airflow.api_fastapi.app import create_app

        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        app = Tidy(Announced(create_app(apps="core")))
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="on")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run,
            args=([self.socket],),
            daemon=True,
            name="api-server",
        )
        self._tokens: dict[str, str] = {}
        self.changes = 0

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and return when the server answers.

        Raises:
            TimeoutError: it did not answer within a minute.
        """
        self.thread.start()
        limit = time.monotonic() + START_LIMIT
        while not self.server.started:
            if time.monotonic() > limit or not self.thread.is_alive():
                raise TimeoutError("the API server did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop serving and wait for the thread to end."""
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.socket.close()

    def connection(self, user: str = "admin") -> str:
        """Return ``airflow_api`` of ``user``, as JSON for the environment."""
        server = {"conn_type": "http", "schema": "http", "host": "127.0.0.1"}
        login = {"port": self.port, "login": user, "password": PASSWORDS[user]}
        return json.dumps(server | login)

    def export(self, user: str = "admin") -> None:
        """Make tasks of this process and its children use the server as ``user``."""
        os.environ["AIRFLOW_CONN_AIRFLOW_API"] = self.connection(user)

    def token(self, user: str) -> str:
        """Return a token for ``user`` from ``POST /auth/token``, kept while we live."""
        if user not in self._tokens:
            answer = httpx.post(
                f"{self.url}/auth/token",
                json={"username": user, "password": PASSWORDS[user]},
                timeout=30,
                verify=NO_CERTIFICATES,
            )
            answer.raise_for_status()
            self._tokens[user] = answer.json()["access_token"]
        return self._tokens[user]

    def _count(self, request: httpx.Request) -> None:
        """Count what tests ask for, but reading."""
        self.changes += request.method not in READING

    def client(
        self,
        user: str | None = "admin",
        on_answer: Callable[[httpx.Response], Any] | None = None,
    ) -> httpx.Client:
        """Return a client with the server's address and the user's token.

        Args:
            user: one of viewer, user, op, admin; ``None`` for no token.
            on_answer: called with each response, before it is read.
        """
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [self._count]}
        hooks["response"] = [on_answer] if on_answer else []
        return httpx.Client(
            base_url=self.url,
            headers=headers,
            timeout=30,
            event_hooks=hooks,
            verify=NO_CERTIFICATES,
        )
