"""Named masks: what changes from run to run is replaced by the name of what it was.

Masks of text apply everywhere, masks by key to Airflow's API answers only: a
``duration`` that a task returns is a result, and is compared.
"""

from __future__ import annotations

import getpass
import re
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dagbook import templates

MARKER = "<!-- masks -->"
"""The line of a written page that the list of masks replaces."""

TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
BEARER = re.compile(r"\b(Bearer )[\w.~+/-]{8,}")


@dataclass(frozen=True)
class Mask:
    """One kind of text that is replaced by its name.

    Args:
        what: is hidden, in words, for the contributors' page.
        pattern: finds it; what its first group holds, if it has one, stays in front.
        unless: tells a match that stays as it is.
    """

    name: str
    what: str
    pattern: re.Pattern[str]
    unless: Callable[[Masker, str], bool] = lambda masker, text: False

    def hide(self, masker: Masker, match: re.Match[str]) -> str:
        """Return what stands in the place of a match."""
        if self.unless(masker, match.group(0)):
            return match.group(0)
        return (match.group(1) if match.re.groups else "") + self.name


def _another_time(masker: Masker, text: str) -> bool:
    """Tell whether a time stamp is not of the time of the scenario."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return True
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    minute = timedelta(minutes=1)
    return not masker.began - minute <= moment <= datetime.now(UTC) + minute


MASKS = (
    Mask("<token>", "a JSON web token", TOKEN),
    Mask("<token>", "a bearer token", BEARER),
    Mask(
        "<uuid>",
        "a UUID",
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ),
    Mask("<address>", "an address in memory", re.compile(r"\b0x[0-9a-f]{6,16}\b")),
    Mask(
        "<port>",
        "a port on loopback",
        re.compile(r"\b((?:127\.0\.0\.1|localhost|\[::1\]):)\d{2,5}\b"),
    ),
    Mask(
        "",
        "the prefix of the module that Airflow makes of a DAG file",
        re.compile(r"\bunusual_prefix_[0-9a-f]{40}_"),
    ),
    Mask(
        "<now>",
        "a time stamp from the minute before the scenario began until now",
        re.compile(
            r"(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
            r"(?:Z|[+-]\d\d:?\d\d)?"
        ),
        unless=_another_time,
    ),
    Mask(
        "<random>",
        "the random end of a run id",
        re.compile(
            r"\b((?:manual|operator_triggered|asset_triggered|asset_materialization)__"
            r"(?:<now>|\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?)_)[A-Za-z0-9]{8}\b"
        ),
    ),
    Mask("<pid>", "a process id", re.compile(r"\b(pid[ =:]+)\d+\b", re.I)),
    Mask(
        "<random>",
        "the id of a database error in the log",
        re.compile(r"\b(look for ID )[A-Za-z0-9]{8}\b"),
    ),
    Mask(
        "<duration>",
        "how long a sensor has waited",
        re.compile(r"\b(run duration of )\d+\.\d+(?= seconds)"),
    ),
)

# In an answer of the API the key says what the value is, whatever it looks like.
ANSWER_KEYS = {
    "hostname": "<host>",
    "unixname": "<user>",
    "pid": "<pid>",
    "access_token": "<token>",
    "password": "<password>",
    "duration": "<duration>",
    "run_duration": "<duration>",
    "last_parse_duration": "<duration>",
    "file_token": "<token>",
    "event_log_id": "<number>",
    "event_id": "<number>",
}
# What an answer has below these keys comes from the example and not from Airflow.
OWN = {"value", "conf", "extra", "params", "rendered_fields", "params_input", "content"}
# A request is written by the test; only a secret in it is hidden.
REQUEST_KEYS: Mapping[str, str] = {
    name: ANSWER_KEYS[name] for name in ("access_token", "password")
}

NO_KEYS: Mapping[str, str] = MappingProxyType({})


def fill(text: str) -> str:
    """Return a written page with the list of masks in the place of its marker."""
    if MARKER not in text:
        return text
    made = templates.fill(
        "recording", "masks.md.jinja", masks=MASKS, keys=ANSWER_KEYS, own=sorted(OWN)
    )
    return text.replace(MARKER, made)


@dataclass
class Masker:
    """Replace what is volatile or private in text and in JSON values.

    Args:
        began: when the scenario began, in UTC; time stamps since then become ``<now>``.
        folders: absolute folder → name, such as ``{"/tmp/x": "<tmp>"}``; longest first.
        extra: further (name, pattern) pairs of one scenario.
        redact: hides the secrets that Airflow knows.
    """

    began: datetime
    folders: dict[str, str] = field(default_factory=dict)
    extra: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    redact: Callable[[str], str] = str

    def __post_init__(self) -> None:
        known = {
            sys.prefix: "<python>",
            sys.base_prefix: "<python>",
            str(Path.home()): "<home>",
        }
        for folder, name in known.items():
            if len(folder) > 3 and "/" in folder:  # replacing it cannot hit prose
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
        value = self.redact(value)
        for mask in MASKS:
            value = mask.pattern.sub(partial(mask.hide, self), value)
        value = self._printed_user.sub(r"\1<user>", value)
        if value == self._user:
            return "<user>"
        # A short host name is an ordinary word; such a one is only masked alone.
        if value == self._host:
            return "<host>"
        if len(self._host) > 5:
            value = re.sub(rf"\b{re.escape(self._host)}\b", "<host>", value)
        return value

    def value(self, value: Any, keys: Mapping[str, str] = NO_KEYS) -> Any:
        """Return a JSON value with every mask applied to every text in it.

        ``keys``: key → mask of its value, at any depth but not below ``OWN``.
        """
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            if self._is_now(value.get("timestamp")):  # a datetime, as Airflow writes it
                value = value | {"timestamp": "<now>"}
            return {
                self.text(str(key)): keys[key]
                if key in keys and isinstance(one, (str, int, float))
                else self.value(one, NO_KEYS if key in OWN else keys)
                for key, one in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.value(one, keys) for one in value]
        return value

    def _is_now(self, timestamp: Any) -> bool:
        """Tell whether seconds since 1970 are of the time of the scenario."""
        if not isinstance(timestamp, float):
            return False
        minute = timedelta(minutes=1)
        first, last = self.began - minute, datetime.now(UTC) + minute
        return first.timestamp() <= timestamp <= last.timestamp()

    def exchange(self, exchange: dict[str, Any]) -> dict[str, Any]:
        """Return a recorded request with its answer, or a command, masked."""
        keys = {"response": ANSWER_KEYS, "body": REQUEST_KEYS}
        return {k: self.value(v, keys.get(k, NO_KEYS)) for k, v in exchange.items()}
