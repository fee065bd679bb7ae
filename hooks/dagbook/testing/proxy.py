"""A door on loopback between a task and Airflow, where requests can get lost."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONNECTION = "AIRFLOW_CONN_AIRFLOW_API"


@contextmanager
def door(handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    """Let connection ``airflow_api`` lead to ``handler`` until the block ends.

    Args:
        handler: forwards to the real Airflow, or fails to, as its test wants.

    Raises:
        KeyError: the connection has not been exported: ``example.api.export(user)``.
    """
    before = os.environ[CONNECTION]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    os.environ[CONNECTION] = json.dumps(
        {**json.loads(before), "port": server.server_port}
    )
    try:
        yield
    finally:
        os.environ[CONNECTION] = before
        server.shutdown()
        thread.join()
        server.server_close()
