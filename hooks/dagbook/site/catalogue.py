"""The catalogue: one table of all examples that a reader filters."""

from __future__ import annotations

from dagbook.examples.coverage import Coverage, ItemState
from dagbook.project import Project
from dagbook.site import symbols
from dagbook.views import markdown as mdtext

PAGE = "catalogue.md"
# The table takes the width, and a search would find it in place of the examples.
_FRONT = "---\nhide: [toc]\nsearch:\n  exclude: true\n---\n\n"
HEAD = ("Id", "Example", "Level", "Outcome", "Tags", "Uses")


def page(project: Project, covered: Coverage) -> str:
    """Return the catalogue page.

    Its table is complete without a script. ``assets/filter.js`` adds a field to search
    it, and one choice for each column named in ``data-db-filter``.
    """
    states = [state for state in covered.states if state.page]
    total = len(covered.states)
    table = mdtext.table(HEAD, (_row(project, state) for state in states))
    return (
        f"{_FRONT}# All examples\n\n"
        f"{len(states)} of {total} examples are written. "
        f"{mdtext.link('Coverage', 'coverage.md', PAGE)} says what the others lack.\n\n"
        '<div class="db-catalogue" data-db-filter="Level,Outcome,Tags" '
        'markdown="1">\n\n'
        f"{table}\n</div>\n\n"
        '<script src="assets/filter.js" defer></script>\n'
    )


def _row(project: Project, state: ItemState) -> tuple[str, ...]:
    item, written = state.item, state.page
    assert written
    target = f"{item.folder}/{item.stem}.md"
    uses = symbols.features(*symbols.of_file(project, item.paths(project).dag))
    return (
        item.id,
        mdtext.link(mdtext.text(written.front.title or item.title), target, PAGE),
        item.level,
        item.outcome,
        f"{item.kind}, {item.area}",
        " ".join(mdtext.code(word) for word in uses),
    )
