"""The lines that a checklist may consist of, and the tags an item may carry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

# An item has exactly one tag of each group, in this order. A new word is a decision
# about the whole site (filters, badges, indexes), so it is added here, not in passing.
TAGS: dict[str, tuple[str, ...]] = {
    "kind": ("reference", "anti-pattern", "performance", "real-world", "debugging"),
    "area": (
        *("control", "core", "patterns", "anti-pattern", "best-practice"),
        *("debugging", "example", "performance", "testing"),
    ),
    "level": ("beginner", "intermediate", "advanced"),
    "outcome": ("success", "failure", "warning", "anti-pattern"),
}

# The first pattern that matches decides. “1. Manual Trigger” and “62.1 Pause
# Fundamentals” are both headings of subsections; “16 Dag Runs” is a title.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("rule", re.compile(r"-{3,}\s*$")),
    ("summary", re.compile(r"# Summary$")),
    ("subsection", re.compile(r"# (?:(\d+)\.(\d+)|(\d+)\.) (\S.*)$")),
    ("title", re.compile(r"# (\d+) (\S.*)$")),
    ("item", re.compile(r"### - \[ \] (\d+\.\d+\.\d+) (\S.*)$")),
    ("heading", re.compile(r"(#+.*)$")),
    ("meta", re.compile(r"Filename: `([^`]+)` \| Tags: `([^`]+)`$")),
    ("bad_meta", re.compile(r"(?i)\W*(?:file ?name|tags)\b.*[:`]")),
    ("bullet", re.compile(r"- \[ \] (\S.*)$")),
    ("strange", re.compile(r"\s*(?:[-*+]|\d+[.)])(?:\s|$)")),
    ("text", re.compile(r"")),
)
_TICK = re.compile(r"^(\s*(?:#+ )?)- \[[xX]\]")


@dataclass(frozen=True)
class Line:
    """One line that means something: its kind is a name of ``_KINDS``.

    ``number`` counts from 1; ``groups`` is what the pattern caught, "" for no match; a
    ticked box is read as if it were open.
    """

    number: int
    kind: str
    text: str
    groups: tuple[str, ...]
    ticked: bool = False


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a checklist, without blank lines and HTML comments."""
    comment = False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if comment or line.lstrip().startswith("<!--"):
            comment = "-->" not in line
        elif line:
            yield _classify(number, line)


def _classify(number: int, raw: str) -> Line:
    line = _TICK.sub(r"\1- [ ]", raw)
    for kind, pattern in _KINDS:
        if found := pattern.match(line):
            groups = tuple(group or "" for group in found.groups())
            return Line(number, kind, raw, groups, ticked=line != raw)
    raise AssertionError("the last pattern matches every line")


def slug(title: str) -> str:
    """Return ``title`` in snake case, as it stands in file and folder names."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def parse_tags(text: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Return the tags in ``text``, a Python list, and pairs of fault and remedy."""
    usage = f"write {', '.join(TAGS)} in this order, such as {_example()}"
    try:
        tags = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        tags = None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return (), [(f"tags {text} are not a list of words", usage)]
    if len(tags) != len(TAGS):
        return tuple(tags), [(f"{len(tags)} tags instead of {len(TAGS)}", usage)]
    wrong = []
    for tag, (group, known) in zip(tags, TAGS.items(), strict=True):
        if tag not in known:
            close = get_close_matches(tag, known, 1)
            meant = f"did you mean “{close[0]}”? " if close else ""
            remedy = f"{meant}known: {', '.join(known)}; new ones go into TAGS"
            wrong.append((f"unknown {group} tag “{tag}”", remedy))
    return tuple(tags), wrong


def _example() -> str:
    return str([known[0] for known in TAGS.values()])
