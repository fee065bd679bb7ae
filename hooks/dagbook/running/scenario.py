"""A named piece of behaviour that a test records: a run, requests, commands, values."""

from __future__ import annotations

import json
import shlex
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from dagbook.recording.masks import Masker
from dagbook.running import airflow_command
from dagbook.running.secrets import redacted

if TYPE_CHECKING:
    from dagbook.running.example import Example

FAILED_DEPS = ("tasks", "failed-deps")


class Scenario:
    """A named piece of behaviour: at most one run, and what was said around it."""

    def __init__(self, example: Example, name: str) -> None:
        self.example = example
        self.name = name
        self.run_data: dict[str, Any] | None = None
        self.exchanges: list[dict[str, Any]] = []
        self.values: dict[str, Any] = {}
        self._varying: dict[str, str] = {}
        self.masker = Masker(datetime.now(UTC), example.folders(), redact=redacted)

    def http(self, user: str | None = "admin", keep: Any = None) -> httpx.Client:
        """Return a client of the real REST API whose exchanges are recorded.

        A request sent with ``extensions={"name": "clear"}`` is shown by that name.

        Args:
            user: viewer, user, op, admin, or ``None`` for no token.
            keep: names of the response fields to record; default: all.
        """

        def note(response: httpx.Response) -> None:
            response.read()
            self.exchanges.append(_exchange(response, user, keep))

        return self.example.api.client(user, on_answer=note)

    def cli(self, *words: str, name: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``airflow WORDS`` on the scenario's database, and record the answer.

        Args:
            words: the words after ``airflow``.
            name: by which a page shows the exchange.

        Returns:
            The finished process with ``returncode``, ``stdout`` and ``stderr``.
        """
        assert self.example.dags is not None  # only of them it can speak
        done = airflow_command.run(words)
        shown = (done.stdout.strip() or done.stderr.strip()).splitlines()
        if words[:2] == FAILED_DEPS:
            # Airflow asks a set of rules, in the order of this process's hashes.
            shown[1:] = sorted(shown[1:])
        self.exchanges.append(
            {
                "kind": "cli",
                "command": shlex.join(["airflow", *words]),
                "exit": done.returncode,
                "output": shown[-12:],
                **({"name": name} if name else {}),
            }
        )
        return done

    def keep(self, name: str, value: Any) -> Any:
        """Record a value that a page shows, and return it."""
        self.values[name] = value
        return value

    def varies(self, *keys: str) -> None:
        """Mask these keys in XComs and kept values: measured, and new in each run."""
        self._varying |= {key: f"<{key}>" for key in keys}

    def data(self) -> dict[str, Any]:
        """Return the scenario as it is recorded: masked JSON."""
        mask = self.masker.value
        data: dict[str, Any] = mask(self.run_data or {"kind": "exchange"})
        if "runs" in data:
            # The random end of a run id, now masked, had given them a random order.
            data["runs"].sort(key=_stable)
        for task in data.get("tasks", []):
            task["xcoms"] = mask(task["xcoms"], self._varying)
        values = json.loads(json.dumps(self.values, default=str))
        data["values"] = mask(values, self._varying)
        data["exchanges"] = [self.masker.exchange(one) for one in self.exchanges]
        return data


def _stable(run: dict[str, Any]) -> tuple[str, str, str]:
    return run["dag_id"], run["run_id"], json.dumps(run, sort_keys=True)


def _exchange(response: httpx.Response, user: str | None, keep: Any) -> dict[str, Any]:
    request = response.request
    body: Any = request.content.decode() or None
    if body:
        with suppress(ValueError):
            body = json.loads(body)
    answer: Any = None
    if response.content:
        try:
            answer = response.json()
        except ValueError:
            answer = response.text
    if keep is not None and isinstance(answer, dict):
        answer = {k: v for k, v in answer.items() if k in keep}
    name = request.extensions.get("name")
    return {
        "kind": "http",
        **({"name": name} if name else {}),
        "user": user,
        "request": f"{request.method} {request.url.raw_path.decode()}",
        "body": body,
        "status": response.status_code,
        "response": answer,
    }
