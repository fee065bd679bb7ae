"""What a recording saw: commands, REST calls and errors, in words one searches for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# The segment after one of these names a thing, unless it is a word of the API itself.
_PARAMETERS = {
    "dags": "dag_id",
    "dagRuns": "dag_run_id",
    "taskInstances": "task_id",
    "xcomEntries": "xcom_key",
    "tries": "task_try_number",
    "logs": "try_number",
    "pools": "pool_name",
    "variables": "variable_key",
    "connections": "connection_id",
    "backfills": "backfill_id",
    "assets": "asset_id",
    "aliases": "asset_alias_id",
    "dagVersions": "version_number",
    "dagSources": "dag_id",
    "dagWarnings": "dag_id",
    "eventLogs": "event_log_id",
    "importErrors": "import_error_id",
    "parseDagFile": "file_token",
    "section": "section",
    "tasks": "task_id",
    "taskGroupInstances": "group_id",
    "externalLogUrl": "try_number",
    "state-store": "key",
    "option": "option",
}
_WORDS = {
    *("list", "events", "aliases", "clear", "test", "defaults", "enqueue-test"),
    *("dry_run", "tags", "materialize", "queuedEvents"),
}
# Commands of one word; all others are a group and a word.
_SINGLE_COMMANDS = {
    *("api-server", "cheat-sheet", "dag-processor", "info", "kerberos", "plugins"),
    *("rotate-fernet-key", "scheduler", "standalone", "triggerer", "version"),
}


# An error as text, in the way Python prints it.
_TOLD = re.compile(
    r"(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Timeout|Exists|NotFound)): (.+)", re.S
)


@dataclass(frozen=True)
class Seen:
    """Something of a recording that a person may search for.

    Args:
        what: the command, the call or the error.
        answer: what came back: exit code, status, or the message.
    """

    what: str
    answer: str = ""


def commands(recording: dict[str, Any]) -> list[Seen]:
    """Return the commands of the command line that were run: ``airflow dags pause``."""
    return [
        Seen(command(text), str(exchange.get("exit", "")))
        for exchange in _exchanges(recording, "cli")
        if (text := exchange.get("command", ""))
    ]


def calls(recording: dict[str, Any]) -> list[Seen]:
    """Return the REST calls: ``PATCH /api/v2/dags/{dag_id}`` and their status."""
    return [
        Seen(call(text), str(exchange.get("status", "")))
        for exchange in _exchanges(recording, "http")
        if (text := exchange.get("request", ""))
    ]


def errors(recording: dict[str, Any]) -> list[Seen]:
    """Return each error once: of tasks, refused runs, REST calls and commands.

    An error that the example caught and kept as text, as a value, an XCom or a line of
    output, is one too.
    """
    found = []
    for scenario in _scenarios(recording):
        for one in _mappings(scenario):
            status = one.get("status")
            if one.get("type") and isinstance(one.get("message"), str):
                found.append(Seen(str(one["type"]), one["message"]))
            elif (
                isinstance(status, int) and status >= 400 and one.get("kind") == "http"
            ):
                found.append(Seen(f"HTTP {status}", _detail(one.get("response"))))
        for text in _texts(scenario):
            if told := _TOLD.fullmatch(text.strip()):
                found.append(Seen(told[1], told[2]))
    return [one for one in dict.fromkeys(found) if one.answer]


def command(text: str) -> str:
    """Return the command without its arguments: ``airflow dags pause``."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    words = words[:1] + [word for word in words[1:] if not word.startswith("-")]
    longest = 2 if len(words) > 1 and words[1] in _SINGLE_COMMANDS else 3
    return " ".join(words[:longest])


def call(text: str) -> str:
    """Return a request with names in place of values: ``GET /api/v2/dags/{dag_id}``."""
    method, _, target = text.partition(" ")
    path = re.split(r"[?#]", re.sub(r"^https?://[^/]+", "", target))[0].rstrip("/")
    parts: list[str] = []
    before = ""
    for part in path.split("/"):
        name = _PARAMETERS.get(before)
        if name and part and part not in _WORDS:
            parts.append(f"{{{name}}}")
            before = "" if before != "taskInstances" else "taskInstances value"
        elif before == "taskInstances value" and re.fullmatch(r"-?\d+", part):
            parts.append("{map_index}")
            before = ""
        else:
            parts.append(part)
            before = part
    return f"{method.upper()} {'/'.join(parts)}"


def _scenarios(recording: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _, scenario in sorted(recording.get("scenarios", {}).items()):
        if isinstance(scenario, dict):
            yield scenario


def _exchanges(recording: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for scenario in _scenarios(recording):
        for exchange in scenario.get("exchanges") or []:
            if exchange.get("kind") == kind:
                yield exchange


def _mappings(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping inside ``data``, the outer before the inner ones."""
    if isinstance(data, dict):
        yield data
    for one in _inside(data):
        yield from _mappings(one)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    for one in _inside(data):
        yield from _texts(one)


def _inside(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return list(data.values())
    return data if isinstance(data, list) else []


def _detail(response: Any) -> str:
    """Return the sentence of an error answer, wherever the API has put it."""
    while isinstance(response, (dict, list)):
        if isinstance(response, list):
            response = response[0] if response else ""
        else:
            keys = ("detail", "reason", "message", "msg", "statement", "error")
            response = next((response[k] for k in keys if response.get(k)), "")
    return str(response or "")
