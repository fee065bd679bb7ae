"""The coverage pages: each checklist with its boxes as the build has ticked them."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook.examples.coverage import BulletState, Coverage, ItemState, tally
from dagbook.spec.model import SpecFile
from dagbook.views import markdown as mdtext

# Lists of everything would crowd out the examples in the search.
FRONT = "---\nsearch:\n  exclude: true\n---\n\n"


def pages(covered: Coverage) -> dict[str, str]:
    """Return ``coverage.md`` and one page per checklist, by path below ``docs``."""
    result = {"coverage.md": overview(covered)}
    for file in covered.spec.files:
        result[page_of(file)] = checklist(covered, file)
    return result


def page_of(file: SpecFile) -> str:
    """Return the page on which a checklist is shown, relative to ``docs``."""
    return f"spec/{file.slug}.md"


def overview(covered: Coverage) -> str:
    """Return the page with the sums: over everything, per section, per subsection."""
    total = covered.total
    parts = [
        f"{FRONT}# Coverage\n",
        f"**{total.items_ticked} of {total.items}** examples and "
        f"**{total.bullets_ticked} of {total.bullets}** promises of the checklists are "
        "kept.\n",
        "Nobody ticks a box here. The build ticks one when the page of the example has "
        "a section for it, when that section shows code of the example, and when the "
        "example's tests passed on the very files that you see.\n",
    ]
    for file in covered.spec.files:
        words = mdtext.text(f"{file.number} {file.title}")
        parts.append(f"## {mdtext.link(words, page_of(file), 'coverage.md')}\n")
        rows = []
        for sub in file.subsections:
            done = tally(covered.by_id[item.id] for item in sub.items)
            target = f"{page_of(file)}#s{sub.number.replace('.', '-')}"
            name = mdtext.text(f"{sub.number} {sub.title}")
            rows.append(
                (
                    mdtext.link(name, target, "coverage.md"),
                    f"{done.items_ticked} of {done.items}",
                    f"{done.bullets_ticked} of {done.bullets}",
                )
            )
        head = ("Subsection", "Examples", "Promises")
        parts.append(mdtext.box("db-coverage", mdtext.table(head, rows)))
    return "\n".join(parts)


def checklist(covered: Coverage, file: SpecFile) -> str:
    """Return one checklist with its ticks, and what each open item lacks."""
    done = tally(covered.by_id[item.id] for item in file.items)
    parts = [
        f"{FRONT}# Checklist {file.number}: {mdtext.text(file.title)}\n",
        f"{mdtext.text(file.overview)}\n",
        f"**{done.items_ticked} of {done.items}** examples, "
        f"**{done.bullets_ticked} of {done.bullets}** promises. "
        f"{mdtext.link('All sections', 'coverage.md', page_of(file))}.\n",
    ]
    for sub in file.subsections:
        words = mdtext.text(f"{sub.number} {sub.title}")
        parts.append(f"## {words} {{ #s{sub.number.replace('.', '-')} }}\n")
        body = "\n".join(
            line
            for item in sub.items
            for line in _item(covered.by_id[item.id], page_of(file))
        )
        parts.append(mdtext.box("db-checklist", body))
    return "\n".join(parts)


def tick(ticked: bool) -> str:
    """Return a box that is read out too: kept, or open."""
    sign, name, css = ("☑", "kept", "yes") if ticked else ("☐", "open", "no")
    return (
        f'<span class="db-tick db-tick--{css}" role="img" aria-label="{name}">'
        f"{sign}</span>"
    )


def _item(state: ItemState, page: str) -> Iterator[str]:
    item = state.item
    words = mdtext.text(item.title)
    if state.page:
        words = mdtext.link(words, f"{item.folder}/{item.stem}.md", page)
    facts = [f"<code>{item.stem}.py</code>", *item.tags]
    yield f"- {tick(state.ticked)}**{item.id}** {words}"
    yield f"    <br>{mdtext.quiet(' · '.join(facts))}"
    if state.missing:
        yield f"    <br>{mdtext.quiet(f'Missing: {_and(state.missing)}.')}"
    yield ""
    for bullet in state.bullets:
        words = mdtext.text(bullet.bullet.text)
        yield f"    - {tick(bullet.ticked)}{words}{_lacks(state, bullet)}"
    yield ""


def _lacks(state: ItemState, bullet: BulletState) -> str:
    """Return what one bullet lacks, where the item as a whole lacks nothing."""
    if state.missing or bullet.ticked:
        return ""
    return " " + mdtext.quiet(f"Missing: {_and(bullet.missing)}.")


def _and(words: tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
