"""A small client of the public REST API, for what the live lane does with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

Json = dict[str, Any]


class ApiError(RuntimeError):
    """The API refused a request: status code, method and path, what it said."""

    def __init__(self, status: int, request: str, detail: str) -> None:
        self.status, self.request, self.detail = status, request, detail
        super().__init__(f"{request} → {status}: {detail}")


def quoted(part: str) -> str:
    """Return one part of a path, quoted (a run id has ``+`` and ``:``)."""
    return quote(part, safe="~")


def run_path(dag_id: str, run_id: str, task_id: str = "") -> str:
    """Return the path of a run below ``/api/v2``, or that of one of its tasks."""
    path = f"/dags/{quoted(dag_id)}/dagRuns/{quoted(run_id)}"
    return f"{path}/taskInstances/{quoted(task_id)}" if task_id else path


@dataclass
class Client:
    """One logged-in user of one Airflow; ``login`` is one of the four roles."""

    base_url: str
    login: str = "admin"
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        # The first request for a task may take a busy API server more than a minute.
        self._http = httpx.Client(base_url=self.base_url, timeout=150, trust_env=False)
        self._token = ""

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def token(self) -> str:
        """Return a JSON web token for the user, asked for once."""
        if not self._token:
            answer = self._http.post(
                "/auth/token",
                json={"username": self.login, "password": self.password},
            )
            if answer.status_code >= 300:
                raise ApiError(answer.status_code, "POST /auth/token", answer.text)
            self._token = answer.json()["access_token"]
        return self._token

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Json | None = None,
        params: Json | None = None,
        patience: float = 0.0,
    ) -> Any:
        """Send one request and return the parsed answer (None when it is empty).

        Args:
            path: below the base URL, for example ``/api/v2/dags``.
            params: query parameters; lists repeat.
            patience: seconds to go on trying while the server cannot be reached or
                answers 5xx, for tests that take it down.

        Raises:
            ApiError: the answer is 4xx or 5xx.
            httpx.HTTPError: the server cannot be reached.
        """
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self._http.request(
                    method,
                    path,
                    json=body,
                    params=params,
                    headers={"Authorization": f"Bearer {self.token()}"},
                )
                if answer.status_code < 500 or time.monotonic() > deadline:
                    break
            except (httpx.TransportError, ApiError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.3)
        if answer.status_code >= 400:
            raise ApiError(answer.status_code, f"{method} {path}", answer.text[:2000])
        return answer.json() if answer.content else None

    def get(self, path: str, *, patience: float = 0.0, **params: Any) -> Any:
        """GET ``/api/v2`` + ``path``."""
        return self.request(
            "GET", f"/api/v2{path}", params=params or None, patience=patience
        )

    def post(self, path: str, body: Json, *, patience: float = 0.0) -> Any:
        """POST ``body`` to ``/api/v2`` + ``path``."""
        return self.request("POST", f"/api/v2{path}", body=body, patience=patience)

    def patch(self, path: str, body: Json, **params: Any) -> Any:
        """PATCH ``/api/v2`` + ``path`` with ``body``."""
        return self.request("PATCH", f"/api/v2{path}", body=body, params=params or None)

    def pages(self, path: str, key: str, *, size: int = 100, **params: Any) -> Iterator:
        """Yield every entry of a paged collection.

        Args:
            path: below ``/api/v2``.
            key: the name of the list in the answer, for example ``dag_runs``.
        """
        offset = 0
        while True:
            page = self.get(path, limit=size, offset=offset, **params)
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    # -- what the live lane asks for most -------------------------------------------

    def health(self) -> dict[str, str | None]:
        """Return the status of each component."""
        answer = self.get("/monitor/health")
        return {name: part.get("status") for name, part in answer.items()}

    def pause(self, dag_id: str, paused: bool = True) -> None:
        """Pause or unpause one DAG."""
        self.patch(f"/dags/{quoted(dag_id)}", {"is_paused": paused})

    def trigger(
        self,
        dag_id: str,
        *,
        logical_date: str | None = None,
        conf: Json | None = None,
        run_id: str | None = None,
        note: str | None = None,
        run_after: str | None = None,
        partition_key: str | None = None,
    ) -> Json:
        """Create a run and return it."""
        body: Json = {"logical_date": logical_date}
        given: Json = {
            "conf": conf,
            "dag_run_id": run_id,
            "note": note,
            "run_after": run_after,
            "partition_key": partition_key,
        }
        body |= {key: value for key, value in given.items() if value is not None}
        return self.post(f"/dags/{quoted(dag_id)}/dagRuns", body)

    def run(self, dag_id: str, run_id: str, *, patience: float = 0.0) -> Json:
        """Return one run."""
        return self.get(run_path(dag_id, run_id), patience=patience)

    def runs(self, dag_id: str = "~", **filters: Any) -> list[Json]:
        """Return all runs of a DAG (``~``: of all), oldest first."""
        path = f"/dags/{quoted(dag_id)}/dagRuns"
        return list(self.pages(path, "dag_runs", order_by="id", **filters))

    def tasks(self, dag_id: str, run_id: str, **filters: Any) -> list[Json]:
        """Return the task instances of a run, mapped ones one by one."""
        path = f"{run_path(dag_id, run_id)}/taskInstances"
        return list(self.pages(path, "task_instances", **filters))

    def tries(
        self, dag_id: str, run_id: str, task_id: str, map_index: int = -1
    ) -> list[Json]:
        """Return every try of a task instance, oldest first."""
        path = f"{run_path(dag_id, run_id, task_id)}/{map_index}/tries"
        tries: list[Json] = self.get(path)["task_instances"]
        return sorted(tries, key=lambda one: one["try_number"])

    def log(
        self,
        dag_id: str,
        run_id: str,
        task_id: str,
        try_number: int,
        map_index: int = -1,
    ) -> list[Json]:
        """Return the log of one try as the structured lines that the API gives."""
        path = f"{run_path(dag_id, run_id, task_id)}/logs/{try_number}"
        answer = self.get(path, map_index=map_index, full_content=True)
        lines = answer["content"]
        return [one if isinstance(one, dict) else {"event": one} for one in lines]

    def import_errors(self) -> list[Json]:
        """Return the files that the DAG processor refused."""
        return list(self.pages("/importErrors", "import_errors"))

    def dag_ids(self) -> set[str]:
        """Return every DAG that the DAG processor has registered."""
        return {dag["dag_id"] for dag in self.pages("/dags", "dags")}
