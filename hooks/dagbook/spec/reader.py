"""Reads the lines of one checklist into the data of the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dagbook.problems import Problem
from dagbook.spec.lines import TAGS, Line, parse_tags, read_lines, slug
from dagbook.spec.model import Bullet, Item, SpecFile, Subsection


@lru_cache(maxsize=512)
def parse(text: str, path: str) -> tuple[SpecFile, tuple[Problem, ...]]:
    """Return what could be read of a checklist, and what is wrong with the rest.

    Args:
        text: of the file; the same text is read once.
        path: relative to the root; its stem names the section.
    """
    reader = _Reader(path)
    for line in read_lines(text):
        reader.take(line)
    return reader.finish(), tuple(reader.problems)


@dataclass
class _DraftItem:
    id: str
    title: str
    line: int
    stem: str = ""
    tags: tuple[str, ...] = ()
    bullets: tuple[Bullet, ...] = ()


@dataclass
class _DraftSubsection:
    number: str
    title: str
    line: int
    folder: str
    items: tuple[Item, ...] = ()
    overview: str = ""


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.slug = path.rpartition("/")[2].removesuffix(".md")
        self.problems: list[Problem] = []
        self.number, self.title = 0, ""
        self.overview = ""
        self.done: list[Subsection] = []
        self.sub: _DraftSubsection | None = None
        self.item: _DraftItem | None = None
        self.last = (0, 0)  # the latest item's place in subsection and file
        self.tail = False

    def take(self, line: Line) -> None:
        """Use one line."""
        if line.ticked:
            remedy = "open it again: the build ticks the boxes"
            self._wrong(line, "a ticked box", remedy)
        getattr(self, f"_{line.kind}")(line)

    def finish(self) -> SpecFile:
        """Return the checklist that the lines made."""
        self._close_subsection()
        if not self.title:
            self._wrong(1, "no title", "begin with a heading such as “# 16 Dag Runs”")
        elif not self.done:
            remedy = f"add a heading such as “# {self.number}.1 Its title” and items"
            self._wrong(1, "no subsection", remedy)
        done = tuple(self.done)
        return SpecFile(
            self.path, self.number, self.title, self.slug, done, self.overview
        )

    def _wrong(self, at: Line | int, what: str, remedy: str) -> None:
        line = at if isinstance(at, int) else at.number
        self.problems.append(Problem(self.path, line, what, remedy))

    def _title(self, line: Line) -> None:
        if self.title or self.sub:
            what = f"heading “{line.text}” is neither a subsection nor the summary"
            self._wrong(line, what, self._heading_help())
            return
        self.number, self.title = int(line.groups[0]), line.groups[1]
        expected = f"{self.number}_{slug(self.title)}"
        if expected != self.slug:
            what = f"the title means a section {expected}, the file is {self.slug}.md"
            self._wrong(line, what, "rename the file or correct the title")

    def _subsection(self, line: Line) -> None:
        section, number, bare, title = line.groups
        nn = number or bare
        self._close_subsection()
        if self.tail:
            what = f"heading “{line.text}” stands after the summary"
            self._wrong(line, what, "move the subsection above “# Summary”")
        if not self.title:
            what = "a subsection before the title"
            self._wrong(line, what, "begin with a heading such as “# 16 Dag Runs”")
        if section and int(section) != self.number:
            what = f"subsection {section}.{nn} in section {self.number}"
            self._wrong(line, what, f"number it {self.number}.{nn}")
        if int(nn) <= self.last[0]:
            what = f"subsection {nn} follows subsection {self.last[0]}"
            self._wrong(line, what, "order the subsections by their numbers")
        self.last = (int(nn), 0)
        self.sub = _DraftSubsection(
            number=f"{self.number}.{int(nn)}",
            title=title,
            line=line.number,
            folder=f"{self.slug}/{int(nn):02}_{slug(title)}",
        )

    def _summary(self, line: Line) -> None:
        self._close_subsection()
        self.tail = True

    def _heading(self, line: Line) -> None:
        if self.tail:
            return
        if line.groups[0] not in ("## Overview", "## Tasks") or self.item:
            what = f"heading “{line.text}” is not part of the format"
            self._wrong(line, what, self._heading_help())

    def _item(self, line: Line) -> None:
        self._close_item()
        ident, title = line.groups
        if self.tail or not self.sub:
            place = "after the summary" if self.tail else "before the first subsection"
            self._wrong(line, f"item {ident} {place}", "move it below its subsection")
            return
        parent, _, last = ident.rpartition(".")
        if parent != self.sub.number:
            what = f"item {ident} under subsection {self.sub.number}"
            self._wrong(line, what, "correct the id or move the item")
        elif int(last) <= self.last[1]:
            same = int(last) == self.last[1]
            what = f"item {ident} {'twice' if same else 'out of order'}"
            self._wrong(line, what, "number the items of a subsection upwards")
        else:
            self.last = (self.last[0], int(last))
        self.item = _DraftItem(ident, title, line.number)

    def _meta(self, line: Line) -> None:
        if not self.item or self.item.stem:
            what = "a Filename line without its item"
            self._wrong(line, what, "put it below the item")
            return
        name, tags = line.groups
        self.item.stem = name.removesuffix(".py")
        prefix = "_".join(f"{int(n):02}" for n in self.item.id.split("."))
        if not re.fullmatch(rf"{prefix}_[a-z0-9]+(_[a-z0-9]+)*\.py", name):
            what = f"file name {name} does not begin with {prefix}_"
            remedy = f"name it such as {prefix}_{slug(self.item.title)}.py"
            self._wrong(line, f"{what} or is not snake_case", remedy)
        self.item.tags, wrong = parse_tags(tags)
        for what, remedy in wrong:
            self._wrong(line, what, remedy)

    def _bad_meta(self, line: Line) -> None:
        if self.item and not self.item.stem:
            self.item.stem = "?"
        tags = "Tags: `['kind', 'area', 'level', 'outcome']`"
        remedy = f"write: Filename: `16_01_01_name.py` | {tags}"
        self._wrong(line, "the Filename line cannot be read", remedy)

    def _bullet(self, line: Line) -> None:
        if self.tail:
            return
        if not self.item:
            self._wrong(line, "a bullet outside an item", "move it below its item")
        elif not self.item.stem:
            self._missing_meta(self.item)
            self.item.stem = "?"
        if self.item:
            self.item.bullets += (Bullet(line.groups[0], line.number),)

    def _strange(self, line: Line) -> None:
        if not self.tail:
            what = f"a bullet that is not “- [ ] text”: {line.text.strip()[:40]}"
            self._wrong(line, what, "write it as “- [ ] text” at the left margin")

    def _rule(self, line: Line) -> None:
        self._close_item()

    def _text(self, line: Line) -> None:
        if self.tail:
            return
        if self.item:
            what = f"text inside item {self.item.id}: {line.text.strip()[:40]}"
            self._wrong(line, what, "an item holds its Filename line and bullets only")
        else:
            owner = self.sub or self
            owner.overview = f"{owner.overview} {line.text.strip()}".strip()

    def _missing_meta(self, item: _DraftItem) -> None:
        what = f"item {item.id} has no Filename line"
        remedy = "add below the heading: Filename: `….py` | Tags: `[…]`"
        self._wrong(item.line, what, remedy)

    def _close_item(self) -> None:
        item, self.item = self.item, None
        if not item or not self.sub:
            return
        if not item.stem:
            self._missing_meta(item)
        if not item.bullets:
            what = f"item {item.id} has no bullet"
            self._wrong(item.line, what, "add “- [ ] what it shows”")
        if len(item.tags) == len(TAGS):
            made = Item(**vars(item), path=self.path, folder=self.sub.folder)
            self.sub.items += (made,)

    def _close_subsection(self) -> None:
        self._close_item()
        sub, self.sub = self.sub, None
        if not sub:
            return
        if self.last[1] == 0:
            what = f"subsection {sub.number} has no item"
            self._wrong(sub.line, what, "add one or remove it")
        self.done.append(Subsection(**vars(sub), path=self.path))

    def _heading_help(self) -> str:
        return (
            f"use “# {self.number}.1 Title” for a subsection, "
            f"“### - [ ] {self.number}.1.1 Title” for an item, “# Summary” for the tail"
        )
