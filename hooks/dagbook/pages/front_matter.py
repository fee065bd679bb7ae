"""Reads the front matter of an example page, strictly."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dagbook import files
from dagbook.pages.model import FrontMatter, Question
from dagbook.problems import DagbookError, Problem, choice

REQUIRED = ("title", "summary", "airflow")
OPTIONAL = ("questions", "related", "airflow_max", "requires", "live_difference")
SUMMARY_LIMIT = 200  # characters; a summary is one cell of a table
_DIFFERENCE = {"scenario", "task", "map_index", "expected", "reason"}


def parse(lines: list[str], path: str) -> tuple[FrontMatter, list[Problem], int]:
    """Read the front matter at the top of a page.

    Args:
        lines: the whole page.
        path: how messages name it.

    Returns:
        What it says, what is wrong with it, and the number of lines it takes.
    """
    if not lines or lines[0].strip() != "---":
        return FrontMatter(), [Problem(path, 1, "no front matter", _usage())], 0
    ends = [n for n, line in enumerate(lines) if n and line.strip() == "---"]
    if not ends:
        remedy = "close it with a line of three hyphens"
        return FrontMatter(), [Problem(path, 1, "front matter without end", remedy)], 0
    block = lines[1 : ends[0]]
    try:
        data = files.yaml_data("\n".join(block), path, 2, "the front matter")
    except DagbookError as error:
        return FrontMatter(), error.problems, ends[0] + 1
    if not isinstance(data, dict):
        return (
            FrontMatter(),
            [Problem(path, 1, "empty front matter", _usage())],
            ends[0] + 1,
        )
    reader = _Reader(data, block, path)
    return reader.read(), reader.problems, ends[0] + 1


def _usage() -> str:
    return f"begin the page with --- and {', '.join(REQUIRED)}"


class _Reader:
    """Takes one key after the other and notes what is wrong."""

    def __init__(self, data: dict[Any, Any], block: list[str], path: str) -> None:
        self.data, self.block, self.path = data, block, path
        self.problems: list[Problem] = []

    def read(self) -> FrontMatter:
        known = {*REQUIRED, *OPTIONAL}
        for key in self.data:
            if key not in known:
                what = f"unknown key “{key}” in the front matter"
                self._wrong(str(key), what, choice(str(key), REQUIRED + OPTIONAL))
        for key in REQUIRED:
            if key not in self.data:
                self._wrong(key, f"no {key} in the front matter", f"add {key}: …")
        return FrontMatter(
            title=self._title(),
            summary=self._summary(),
            airflow=self._version("airflow", r">=3\.\d+(\.\d+)?", '">=3.1"'),
            questions=tuple(self._list("questions", self._question)),
            related=tuple(self._list("related", self._related)),
            airflow_max=self._version("airflow_max", r"3\.\d+(\.\d+)?", '"3.3"'),
            requires=tuple(self._list("requires", self._distribution)),
            live_difference=tuple(self._list("live_difference", self._difference)),
            lines={str(key): self._line(str(key)) for key in self.data},
        )

    def _wrong(self, key: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, self._line(key), what, remedy))

    def _line(self, key: str) -> int:
        at = (n for n, text in enumerate(self.block, 2) if text.startswith(f"{key}:"))
        return next(at, 1)

    def _text(self, key: str) -> str:
        value = self.data.get(key, "")
        if (
            isinstance(value, str)
            and "\n" not in value
            and (value or key not in self.data)
        ):
            return value
        what = f"{key} is not one line of text" if value else f"{key} is empty"
        self._wrong(key, what, f"write {key}: and one line of text, in quotes")
        return ""

    def _title(self) -> str:
        title = self._text("title")
        if re.search(r"(?i)\bsubtask \d", title):
            self._wrong("title", "the title is the checklist's", "say what one learns")
        return title

    def _summary(self) -> str:
        summary = self._text("summary")
        if len(summary) > SUMMARY_LIMIT:
            what = f"the summary has {len(summary)} characters"
            self._wrong("summary", what, f"one sentence, at most {SUMMARY_LIMIT}")
        return summary

    def _version(self, key: str, pattern: str, example: str) -> str:
        value = self.data.get(key, "")
        if key not in self.data or (
            isinstance(value, str) and re.fullmatch(pattern, value)
        ):
            return value
        self._wrong(key, f"{key} {value!r} is not a version", f"write {key}: {example}")
        return ""

    def _list(self, key: str, one: Callable[[Any], Any]) -> list[Any]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self._wrong(key, f"{key} is not a list", "write one entry per line after -")
            return []
        return [read for entry in value if (read := one(entry)) is not None]

    def _question(self, entry: Any) -> Question | None:
        if isinstance(entry, str) and entry:
            return Question(entry)
        if isinstance(entry, dict) and set(entry) in ({"q"}, {"q", "link"}):
            link = entry.get("link", "")
            text = entry["q"]
            if isinstance(text, str) and (not link or str(link).startswith("https://")):
                return Question(text, str(link))
        what = f"a question that cannot be read: {entry!r}"
        self._wrong("questions", what, "write text, or q: and link: https://…")
        return None

    def _related(self, entry: Any) -> str | None:
        if re.fullmatch(r"\d+\.\d+\.\d+|\[[^\]]+\]\(https://\S+\)", str(entry)):
            return str(entry)
        what = f"related {entry!r} is neither an id nor a link"
        self._wrong("related", what, "write such as 16.1.4, or [words](https://…)")
        return None

    def _distribution(self, entry: Any) -> str | None:
        if isinstance(entry, str) and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", entry):
            return entry
        what = f"requires {entry!r} is not the name of a distribution"
        self._wrong("requires", what, "write such as apache-airflow-providers-http")
        return None

    def _difference(self, entry: Any) -> dict[str, Any] | None:
        must = {"scenario", "expected", "reason"}
        if isinstance(entry, dict) and must <= set(entry) <= _DIFFERENCE:
            return entry
        what = f"a live difference that cannot be read: {entry!r}"
        remedy = "give scenario, expected and reason, and task where it is one task's"
        self._wrong("live_difference", what, remedy)
        return None
