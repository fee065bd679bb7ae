"""What a run becomes on disk, and when two runs are the same.

A recording is the JSON file beside an example's test. What differs between two runs of
the same behaviour is *noise*: it is stored, because a timeline needs it, but it is not
compared, and the old value is kept when nothing else changed. So a changed recording
in a diff is always changed behaviour.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from pathlib import Path
from typing import Any

FORMAT = 1
NOISE = {"start", "duration"}
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
    """Tell whether a file's text is what ``save`` wrote, to the character.

    Without the line of its seal, the text is what was sealed: nothing needs to be read
    as JSON and written again.
    """
    seals = [first or last for first, last in _SEAL.findall(text)]
    rest = _SEAL.sub("", text)
    return seals == [hashlib.sha256(rest.encode()).hexdigest()]


def load(path: Path) -> Recording:
    """Read a recording.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is not JSON.
    """
    return json.loads(path.read_text(encoding="utf-8"))


def save(path: Path, data: Recording) -> bool:
    """Write ``data`` sealed, and return whether the file's bytes changed."""
    data = {**data, "format": FORMAT}
    data["seal"] = seal(data)
    text = dumps(data)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".json.new")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)
    return True


def comparable(value: Any) -> Any:
    """Return ``value`` without its noise."""
    if isinstance(value, dict):
        return {
            k: comparable(v)
            for k, v in value.items()
            if not (k in NOISE and isinstance(v, (int, float)))
        }
    if isinstance(value, list):
        return [comparable(v) for v in value]
    return value


def keep_noise(new: Any, old: Any) -> Any:
    """Return ``new`` with the noise of ``old`` wherever the two have the same shape."""
    if isinstance(new, dict) and isinstance(old, dict):
        out = {}
        for key, value in new.items():
            if key in NOISE and isinstance(value, (int, float)):
                kept = old.get(key, value)
                out[key] = kept if isinstance(kept, (int, float)) else value
            else:
                out[key] = keep_noise(value, old.get(key))
        return out
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [keep_noise(a, b) for a, b in zip(new, old, strict=True)]
    return copy.deepcopy(new)


def run_of(scenario: Scenario) -> bool:
    """Tell whether the scenario holds a Dag run."""
    return scenario.get("kind") == "run"
