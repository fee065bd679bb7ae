"""The data of a written example page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dagbook.problems import Problem

REQUIRED_STANDING = ("What happened", "How it is tested", "Pitfalls")
STANDING = (
    *("What happened", "On a real scheduler", "How it is tested", "Pitfalls"),
    *("Related", "Run it yourself", "Evidence", "Questions"),
)
FENCES = ("run", "request", "graph", "schedule", "diff")


@dataclass(frozen=True)
class Question:
    """A question of a user that a page answers.

    Args:
        text: in the user's words.
        link: where it was asked, ``https://…``; empty when there is no link.
    """

    text: str
    link: str = ""


@dataclass(frozen=True)
class FrontMatter:
    """What a page says about itself.

    Args:
        title: a person's words.
        summary: one sentence.
        airflow: the first version the example works on, as ``>=3.1``.
        questions: the users' questions it answers.
        related: ids of other items, as ``16.1.4``, or Markdown links.
        airflow_max: the last version it works on, as ``3.3``; empty for no limit.
        requires: distributions beyond Airflow and its standard provider.
        live_difference: declared differences between ``dag.test()`` and a real
            scheduler, each with ``scenario``, ``expected``, ``reason`` and maybe
            ``task``.
        lines: the line of each key.
    """

    title: str = ""
    summary: str = ""
    airflow: str = ""
    questions: tuple[Question, ...] = ()
    related: tuple[str, ...] = ()
    airflow_max: str = ""
    requires: tuple[str, ...] = ()
    live_difference: tuple[dict[str, Any], ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    def line(self, key: str) -> int:
        """Return the line of a key in the page, 1 for one that is not there."""
        return self.lines.get(key, 1)


@dataclass(frozen=True)
class SnippetRef:
    """A place of a page that shows a part of a file.

    Args:
        path: the file, relative to the root.
        section: the section's name; empty for the whole file.
        line: where the page refers to it, counted from 1.
    """

    path: str
    section: str
    line: int


@dataclass(frozen=True)
class Fence:
    """A fenced block.

    Args:
        language: the word after the fence's opening; ``run`` and the like are ours.
        body: the text between the fences, without their indentation.
        line: the line of the opening fence, counted from 1.
        options: the body as YAML, for our own fences; empty for all others.
    """

    language: str
    body: str
    line: int
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """A reference to another example, written as its id in brackets, and its line."""

    id: str
    line: int


@dataclass(frozen=True)
class Section:
    """A ``##`` section of a page, or its lead.

    Args:
        title: the heading without marks and attributes; empty for the lead.
        line: the line of the heading, or the first line of the lead.
        text: the lines below the heading, as written.
        words: the number of words of prose, without code, tables and headings.
        snippets: in the order of the page, those of ``diff`` fences included.
        fences: in the order of the page.
        references: to other examples, in the order of the page.
        heading: the heading as written, without its hashes, with its attributes.
        items: line and words of prose of each entry of a list.
    """

    title: str
    line: int
    text: str
    words: int
    snippets: tuple[SnippetRef, ...]
    fences: tuple[Fence, ...]
    references: tuple[Reference, ...]
    heading: str = ""
    items: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Page:
    """A written example page.

    Args:
        path: relative to the root.
        front: what it says about itself.
        lead: everything between the front matter and the first ``##``.
        sections: the ``##`` sections in order.
        faults: what could not be read.
    """

    path: str
    front: FrontMatter
    lead: Section
    sections: tuple[Section, ...]
    faults: tuple[Problem, ...] = ()

    @cached_property
    def bullet_sections(self) -> tuple[Section, ...]:
        """The sections that answer the checklist: section k shows bullet k."""
        return tuple(s for s in self.sections if s.title not in STANDING)

    @cached_property
    def standing(self) -> dict[str, Section]:
        """The sections that every page has, by title."""
        return {s.title: s for s in self.sections if s.title in STANDING}

    @property
    def parts(self) -> tuple[Section, ...]:
        """The lead and the sections."""
        return (self.lead, *self.sections)

    @property
    def fences(self) -> tuple[Fence, ...]:
        """All fences of the page in order."""
        return tuple(fence for part in self.parts for fence in part.fences)

    @property
    def snippets(self) -> tuple[SnippetRef, ...]:
        """All references to files in order."""
        return tuple(ref for part in self.parts for ref in part.snippets)
