"""The second recording of an example: ``<stem>.live.json``, from a real scheduler.

Times are *noise*: stored for the timeline, not compared.
"""

from __future__ import annotations

import copy
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dagbook.live.history import moment
from dagbook.live.scenario import Scenario
from dagbook.recording import file as recording
from dagbook.recording.masks import Masker


class LiveRecordingDiffersError(AssertionError):
    """The test's assertions hold, but something else than the recording happened."""


def comparable(data: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario without its times; values that the test kept stay."""
    rest = copy.deepcopy(data)
    for step in rest["steps"]:
        del step["at"]
    for run in rest["runs"]:
        for timed in [run, *run.get("tasks", [])]:
            del timed["times"]
    return rest


def masked(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario's data without volatile and private text."""
    folders = {text: "<tmp>" for text in scenario.hidden}
    folders[str(scenario.cluster.folder)] = "<airflow>"
    whole = scenario.data()
    data: dict[str, Any] = Masker(scenario.zero, folders).value(whole)
    # After the timestamps of now, which are of the same days.
    by_day = Masker(scenario.zero, extra=days(whole, scenario.zero))
    return {key: by_day.value(value) for key, value in data.items()}


def days(data: dict[str, Any], now: datetime) -> list[tuple[str, re.Pattern[str]]]:
    """Return masks for the calendar days around the newest tick of a real schedule.

    A schedule without an end ticks on the day of the recording: that is ``<day>``,
    its neighbours ``<day-1>`` and ``<day+1>``. Ticks older than three days before
    ``now`` are the file's own.
    """
    ticks = [
        moment(run["logical_date"])
        for run in data["runs"]
        if run["run_type"] == "scheduled" and run["logical_date"]
    ]
    if not ticks or now - max(ticks) > timedelta(days=3):
        return []
    newest = max(ticks)
    return [
        (
            f"day{offset:+d}" if offset else "day",
            re.compile(rf"(?<!\d){newest + timedelta(days=offset):%Y-%m-%d}"),
        )
        for offset in range(-3, 3)
    ]


def differences(new: Any, old: Any, where: str = "") -> list[str]:
    """Return what is different, one line each: place, old value, new value."""
    if isinstance(new, dict) and isinstance(old, dict):
        found = []
        for key in sorted(set(new) | set(old)):
            at = f"{where}.{key}".strip(".")
            found += differences(new.get(key), old.get(key), at)
        return found
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [
            line
            for number, pair in enumerate(zip(new, old, strict=True))
            for line in differences(*pair, f"{where}[{number}]")
        ]
    return [] if new == old else [f"{where}: recorded {old!r}, now {new!r}"]


def compare(path: Path, name: str, data: dict[str, Any]) -> None:
    """Compare a scenario with the one recorded in ``path``.

    Raises:
        LiveRecordingDiffersError: it is missing there, or different.
    """
    old = recording.load(path)["scenarios"].get(name) if path.exists() else None
    if old is None:
        raise LiveRecordingDiffersError(
            f"scenario {name!r} is not recorded in {path.name} — "
            f"run `{again(path)}` and commit the file"
        )
    found = differences(comparable(data), comparable(old))
    if found:
        raise LiveRecordingDiffersError(
            f"scenario {name!r} is not what is recorded in {path.name} — if the new "
            f"behaviour is right, run `{again(path)}` and read the diff:\n"
            + "\n".join(found)
        )


def again(path: Path) -> str:
    """Return the command that records the scenarios in ``path`` anew."""
    item_id = ".".join(str(int(part)) for part in path.name.split("_")[:3])
    return f"make live ONLY={item_id} RECORD=1"


def write(path: Path, name: str, data: dict[str, Any]) -> None:
    """Put a scenario into the recording; an equal one keeps its old times."""
    whole = recording.load(path) if path.exists() else {"scenarios": {}}
    old = whole["scenarios"].get(name)
    if old is not None and comparable(old) == comparable(data):
        return
    whole["scenarios"][name] = data
    recording.save(path, whole)
