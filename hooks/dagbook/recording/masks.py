"""Named masks: what changes from run to run is replaced by the name of what it was.

A recording says ``<uuid>`` where Airflow said some UUID, so that two runs of the same
behaviour are equal, and so that no machine's paths, names or tokens reach a page.
"""

from __future__ import annotations

import getpass
import re
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
PORT = re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d{2,5}\b")
MODULE = re.compile(r"\bunusual_prefix_[0-9a-f]{40}_")
RUN_SUFFIX = re.compile(
    r"\b((?:manual|operator_triggered|asset_triggered|asset_materialization)__"
    r"(?:<now>|\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?))_[A-Za-z0-9]{8}\b"
)
TIMESTAMP = re.compile(
    r"(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
PID = re.compile(r"\b(pid[ =:]+)\d+\b", re.IGNORECASE)
SENSOR = re.compile(r"\b(run duration of )\d+\.\d+( seconds)")
# Airflow hides the statement of a database error behind an id of its log.
ERROR_ID = re.compile(r"\b(look for ID )[A-Za-z0-9]{8}\b")
BEARER = re.compile(r"\b(Bearer )[\w.~+/-]{8,}")

# In an object from Airflow the key says what the value is, whatever it looks like.
KEYS = {
    "hostname": "<host>",
    "unixname": "<user>",
    "pid": "<pid>",
    "access_token": "<token>",
    "password": "<password>",
    "duration": "<duration>",
    "run_duration": "<duration>",
    "last_parse_duration": "<duration>",
    "dag_display_name": None,
    "file_token": "<token>",
    "event_log_id": "<number>",
    "event_id": "<number>",
}


def home_like(path: str) -> bool:
    """Tell whether ``path`` is long enough that replacing it cannot hit prose."""
    return len(path) > 3 and path.count("/") >= 1


@dataclass
class Masker:
    """Replace what is volatile or private in text and in JSON values.

    Args:
        began: when the scenario began, in UTC; timestamps from one minute before
            until now are read as the wall clock and become ``<now>``.
        folders: absolute folder → name, such as ``{"/tmp/x": "<tmp>"}``; longest first.
        extra: further (name, pattern) pairs of one scenario.
    """

    began: datetime
    folders: dict[str, str] = field(default_factory=dict)
    extra: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = {
            sys.prefix: "<python>",
            sys.base_prefix: "<python>",
            str(Path.home()): "<home>",
        }
        for folder, name in known.items():
            if home_like(folder):
                self.folders.setdefault(folder, name)
        self._folders = sorted(self.folders.items(), key=lambda p: -len(p[0]))
        self._host = socket.gethostname()
        self._user = getpass.getuser()
        # In what a command prints there are no keys to look at, only their names.
        self._printed_user = re.compile(
            rf"(\btriggering_user_name\"?: \"?){re.escape(self._user)}\b"
        )

    def text(self, value: str) -> str:
        """Return ``value`` with every mask applied."""
        for name, pattern in self.extra:
            value = pattern.sub(f"<{name}>", value)
        for folder, name in self._folders:
            value = value.replace(folder, name)
        value = TOKEN.sub("<token>", value)
        value = BEARER.sub(r"\1<token>", value)
        value = UUID.sub("<uuid>", value)
        value = ADDRESS.sub("<address>", value)
        value = PORT.sub(r"\1:<port>", value)
        value = MODULE.sub("", value)
        value = TIMESTAMP.sub(self._timestamp, value)
        value = RUN_SUFFIX.sub(r"\1_<random>", value)
        value = PID.sub(r"\1<pid>", value)
        value = SENSOR.sub(r"\1<duration>\2", value)
        value = ERROR_ID.sub(r"\1<random>", value)
        value = self._printed_user.sub(r"\1<user>", value)
        if value == self._user:
            return "<user>"
        # A short host name is an ordinary word; such a one is only masked alone.
        if value == self._host:
            return "<host>"
        if len(self._host) > 5:
            value = re.sub(rf"\b{re.escape(self._host)}\b", "<host>", value)
        return value

    def value(self, value: Any) -> Any:
        """Return a JSON value with every mask applied to every text in it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(k)): self._entry(k, v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return value

    def _entry(self, key: Any, value: Any) -> Any:
        name = KEYS.get(key) if isinstance(key, str) else None
        if name and value is not None and not isinstance(value, (dict, list)):
            return name
        return self.value(value)

    def _timestamp(self, match: re.Match[str]) -> str:
        text = match.group(0)
        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            return text
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        late = datetime.now(UTC) + timedelta(minutes=1)
        early = self.began - timedelta(minutes=1)
        return "<now>" if early <= moment <= late else text
