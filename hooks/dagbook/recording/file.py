"""What a run becomes on disk, and when two runs are the same.

What differs between two runs of the same behaviour is *noise*: stored, because a
timeline needs it, but not compared; the old value stays when nothing else changed.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.project import ExamplePaths
from dagbook.spec import load as spec

FORMAT = 1
HEADER_NOISE = {"airflow", "python"}
# In a line of its own, with its comma: in front when the key is the last one.
_SEAL = re.compile(
    r'^  "seal": "([0-9a-f]{64})",\n|,\n  "seal": "([0-9a-f]{64})"(?=\n\}\n\Z)', re.M
)

Recording = dict[str, Any]
Scenario = dict[str, Any]


def dumps(data: Any) -> str:
    """Return the one way a recording is written."""
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def seal(data: Recording) -> str:
    """Return the SHA-256 over everything in ``data`` but its own seal."""
    rest = {k: v for k, v in data.items() if k != "seal"}
    return hashlib.sha256(dumps(rest).encode()).hexdigest()


def sealed(text: str) -> bool:
    """Tell whether a text is what ``save`` wrote, to the character.

    Without the line of its seal, the text is what was sealed.
    """
    seals = [first or last for first, last in _SEAL.findall(text)]
    rest = _SEAL.sub("", text)
    return seals == [hashlib.sha256(rest.encode()).hexdigest()]


def load(path: Path) -> Recording:
    """Read a recording.

    Raises:
        DagbookError: there is none, or it is not JSON.
    """
    return copy.deepcopy(files.data(path))


def save(path: Path, data: Recording) -> bool:
    """Write ``data`` sealed, and return whether the file's bytes changed."""
    data = {**data, "format": FORMAT}
    data["seal"] = seal(data)
    return files.write(path, dumps(data))


def stamp(
    paths: ExamplePaths, live: bool, passed: set[str], made: set[str], **more: str
) -> None:
    """Write which item, source, tests and versions a recording stands for.

    Args:
        live: the recording of the real scheduler; otherwise the other one.
        passed: the tests that have passed.
        made: the scenarios that those tests made; others are dropped.
        more: written when something has changed.
    """
    path = paths.live_recording if live else paths.recording
    if not path.exists():
        return
    data = load(path)
    before = seal(data)
    data["scenarios"] = {k: v for k, v in data["scenarios"].items() if k in made}
    item = spec.load(paths.project).by_stem.get(paths.stem)
    data["id"] = item.id if item else ""
    if not live:  # what the page had to show when this was recorded
        data["bullets"] = [bullet.text for bullet in item.bullets] if item else []
    test = paths.live_test if live else paths.test
    for key, file in (("source", paths.dag), ("tests", test)):
        name = paths.project.relative(file)
        data[key] = {"path": name, "sha256": files.sha256(file)}
    data["tests"]["passed"] = sorted(passed)
    if seal(data) != before or "airflow" not in data:
        data["airflow"] = version("apache-airflow-core")
        data["python"] = "{}.{}".format(*sys.version_info)
        data |= more
    save(path, data)


def noise(scenario: Scenario) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield what of a run is measured: where it stands, the object and its key.

    The example's own values never are: a ``duration`` that a task returns is behaviour.
    """
    if "duration" in scenario:
        yield "run", scenario, "duration"
    for task in scenario.get("tasks", []):
        for one in task["tries"]:
            where = f"{task['task_id']}[{task.get('map_index')}] {one['try_number']}"
            for key in sorted({"start", "duration"} & set(one)):
                yield f"{where} {key}", one, key


def comparable(scenario: Scenario) -> Scenario:
    """Return ``scenario`` without its noise."""
    rest = copy.deepcopy(scenario)
    for _, owner, key in noise(rest):
        del owner[key]
    return rest


def keep_noise(new: Scenario, old: Scenario) -> Scenario:
    """Return ``new`` with the noise of ``old`` when the two have the same tries."""
    kept = copy.deepcopy(new)
    before = {where: owner[key] for where, owner, key in noise(old)}
    places = list(noise(kept))
    if {where for where, _, _ in places} == set(before):
        for where, owner, key in places:
            owner[key] = before[where]
    return kept
