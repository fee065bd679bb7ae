"""What a page must be: the rules of the site, checked against its example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dagbook.pages import snippets
from dagbook.pages.model import REQUIRED_STANDING, STANDING, Page, Section, SnippetRef
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.model import Item, Spec

WORDS = (40, 220)  # of prose in a section that answers a bullet
OUTPUT = (
    *("", "text", "txt", "plain", "plaintext", "console", "output", "log", "logs"),
    *("pycon", "pytb", "traceback", "shell-session", "stdout"),
)
GENERATED = ("Run it yourself",)


def problems(
    page: Page,
    item: Item,
    project: Project,
    recording: dict[str, Any] | None,
    spec: Spec | None = None,
) -> list[Problem]:
    """Return everything that is wrong with a page.

    Args:
        page: as read from the file.
        item: what the contract asks of it.
        project: where the files are.
        recording: the example's recording; without one, scenarios are not checked.
        spec: the whole contract; without it, related ids are not checked.
    """
    rules = _Rules(page, item, project)
    found = list(page.faults)
    found += rules.lead()
    found += rules.order()
    found += rules.bullets()
    found += rules.standing()
    found += rules.snippets()
    found += rules.pasted()
    if recording is not None:
        found += rules.scenarios(recording)
    if spec is not None:
        found += rules.related(spec)
    return sorted(set(found))


class _Rules:
    def __init__(self, page: Page, item: Item, project: Project) -> None:
        self.page, self.item, self.project = page, item, project
        paths = item.paths(project)
        root = project.root
        self.own = {
            path.relative_to(root).as_posix(): sort
            for sort, path in (("dag", paths.dag), ("test", paths.test))
        }

    def _problem(self, line: int, what: str, remedy: str) -> Problem:
        return Problem(self.page.path, line, what, remedy)

    def lead(self) -> Iterator[Problem]:
        if not self.page.lead.words:
            what = "no lead above the first section"
            remedy = "say in 2 to 4 sentences which problem this solves, and for whom"
            yield self._problem(self.page.lead.line, what, remedy)

    def order(self) -> Iterator[Problem]:
        """Sections that answer bullets come first, then the standing ones in order."""
        latest = -1
        for section in self.page.sections:
            if section.title in GENERATED:
                what = f"section “{section.title}” is made by the build"
                yield self._problem(section.line, what, "remove it")
            elif section.title not in STANDING:
                if latest >= 0:
                    what = f"section “{section.title}” after “{STANDING[latest]}”"
                    remedy = "sections for the checklist's bullets come first"
                    yield self._problem(section.line, what, remedy)
            elif STANDING.index(section.title) < latest:
                what = f"section “{section.title}” after “{STANDING[latest]}”"
                remedy = f"order: {', '.join(STANDING)}"
                yield self._problem(section.line, what, remedy)
            else:
                latest = STANDING.index(section.title)

    def bullets(self) -> Iterator[Problem]:
        sections = self.page.bullet_sections
        wanted = self.item.bullets
        for bullet in wanted[len(sections) :]:
            what = f"no section for the bullet “{bullet.text}”"
            place = f"{self.item.path}:{bullet.line}"
            yield self._problem(0, what, f"add a ## section for {place}")
        for section in sections[len(wanted) :]:
            what = f"section “{section.title}” has no bullet in the checklist"
            remedy = f"the checklist has {len(wanted)}; use ### inside a section"
            yield self._problem(section.line, what, remedy)
        for section, bullet in zip(sections, wanted, strict=False):
            yield from self._bullet_section(section, bullet.text)

    def _bullet_section(self, section: Section, bullet: str) -> Iterator[Problem]:
        low, high = WORDS
        if not low <= section.words <= high:
            what = f"section “{section.title}” has {section.words} words of prose"
            remedy = f"between {low} and {high} words on why: “{bullet}”"
            yield self._problem(section.line, what, remedy)
        if not shows_own_code(section, self.own):
            what = f"section “{section.title}” shows no code of its example"
            remedy = f'add --8<-- "{next(iter(self.own))}:section"'
            yield self._problem(section.line, what, remedy)

    def standing(self) -> Iterator[Problem]:
        for title in REQUIRED_STANDING:
            if title not in self.page.standing:
                yield self._problem(0, f"no section “{title}”", f"add ## {title}")
        happened = self.page.standing.get("What happened")
        if happened and not any(fence.language == "run" for fence in happened.fences):
            what = "“What happened” shows no run"
            yield self._problem(happened.line, what, "add a run fence")
        tested = self.page.standing.get("How it is tested")
        if tested and not any(
            self.own.get(ref.path) == "test" and ref.section for ref in tested.snippets
        ):
            what = "“How it is tested” shows no code of the test"
            test = next(path for path, sort in self.own.items() if sort == "test")
            yield self._problem(tested.line, what, f'add --8<-- "{test}:section"')

    def snippets(self) -> Iterator[Problem]:
        for ref in self.page.snippets:
            yield from self._snippet(ref)

    def _snippet(self, ref: SnippetRef) -> Iterator[Problem]:
        path = self.project.root / ref.path
        try:
            known = snippets.of_file(self.project, path)
        except DagbookError as error:
            if path.is_file():
                for one in error.problems:
                    yield Problem(
                        one.path, one.line, one.what, one.remedy, self.page.path
                    )
            else:
                what = f"snippet of a file that does not exist: {ref.path}"
                yield self._problem(ref.line, what, "correct the path")
            return
        if ref.section and ref.section not in known:
            what = f"{ref.path} has no section “{ref.section}”"
            names = ", ".join(known) or "none"
            yield self._problem(ref.line, what, f"its sections: {names}")

    def pasted(self) -> Iterator[Problem]:
        for fence in self.page.fences:
            lines = [line for line in fence.body.splitlines() if line.strip()]
            snippet = all(line.lstrip().startswith("--8<--") for line in lines)
            if fence.language in OUTPUT and lines and not snippet:
                what = f"pasted output in a “{fence.language or 'plain'}” fence"
                remedy = "show it from the recording with a run fence; commands are sh"
                yield self._problem(fence.line, what, remedy)

    def scenarios(self, recording: dict[str, Any]) -> Iterator[Problem]:
        known = [*recording.get("scenarios", {}), *self._live_scenarios()]
        own = (self.item.id, self.item.stem)
        for fence in self.page.fences:
            if fence.language not in ("run", "graph"):
                continue
            if fence.options.get("example", self.item.id) not in own:
                continue
            fallback = "default" if fence.language == "run" else None
            scenario = fence.options.get("scenario", fallback)
            if scenario is not None and scenario not in known:
                what = f"no scenario “{scenario}” in the recording"
                names = ", ".join(known) or "none"
                yield self._problem(fence.line, what, f"recorded: {names}")

    def _live_scenarios(self) -> list[str]:
        """Return the scenarios of the real scheduler, as fences name them."""
        try:
            text = self.item.paths(self.project).live_recording.read_text("utf-8")
            return [f"live/{name}" for name in json.loads(text).get("scenarios", {})]
        except (OSError, ValueError):
            return []

    def related(self, spec: Spec) -> Iterator[Problem]:
        for ident in self.page.front.related:
            if ident not in spec.by_id:
                what = f"related item {ident} is not in the spec"
                yield self._problem(1, what, "correct the id in the front matter")


def shows_own_code(section: Section, own: dict[str, str]) -> bool:
    """Tell whether ``section`` shows a named section of one of the files in ``own``."""
    return any(ref.section and ref.path in own for ref in section.snippets)
