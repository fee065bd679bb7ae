"""A written concept page and its proofs become the page that is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dagbook.concepts import claims, diagrams, markers, proofs
from dagbook.concepts.markers import ConceptPage, Stated
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.views import facts, html, markdown

FOLDER = "concepts"
HARD = "\N{NO-BREAK SPACE}"  # a mark does not begin a line

_INLINE = re.compile(r"\s*<!--\s*(claim|again|no claim)\s*(?::\s*(.*?))?\s*-->")
_PLACE = re.compile(
    r"^[ ]*<!--\s*(table|diagram|examples)\s*:\s*(.*?)\s*-->[ ]*$", re.M
)


def compose(project: Project, name: str, text: str) -> str:
    """Return the Markdown of concept page ``name`` (relative to ``docs``) as rendered.

    Raises:
        DagbookError: a part that the page names does not exist.
    """
    page = markers.parse(text, f"docs/{name}")
    where = homes(project)

    def inline(match: re.Match[str]) -> str:
        row = _line(match.string, match.start()).startswith("|")
        if row and match[1] != "no claim":
            return _named(match[2] or "", match[1] == "claim", where, name)
        ids = (match[2] or "").split(",") if match[1] != "no claim" else ()
        return "".join(_mark(claim.strip(), match[1], where, name) for claim in ids)

    def place(match: re.Match[str]) -> str:
        kind, argument = match[1], match[2]
        line = text[: match.start()].count("\n") + 1
        if kind == "examples":
            named = "; ".join(f"[{one.strip()}]" for one in argument.split(","))
            return f"**Examples:** {named}\n{{ .db-shown }}\n"
        if kind == "diagram":
            if argument not in diagrams.DIAGRAMS:
                raise _missing(name, line, f"there is no diagram “{argument}”")
            return diagrams.DIAGRAMS[argument](project)
        made = proofs.tables(project).get(argument)
        if made is None:
            raise _missing(name, line, f"no test has computed the table “{argument}”")
        return facts.table(argument, made)

    body = _INLINE.sub(inline, _PLACE.sub(place, text))
    return body.rstrip() + "\n\n" + "\n".join(_proofs(project, page))


def _missing(name: str, line: int, what: str) -> DagbookError:
    return DagbookError(Problem(f"docs/{name}", line, what, claims.RECORD))


def homes(project: Project) -> dict[str, str]:
    """Return for each claim the page that states it, relative to ``docs``."""
    found = {}
    for page in markers.pages(project):
        home = page.path.removeprefix("docs/")
        for one in (*page.stated, *claims.implied(project, page)):
            found[one.id] = home
    return found


def _mark(claim: str, kind: str, where: dict[str, str], page: str) -> str:
    if kind == "claim":
        words = f"Proof: {claim}"
        return (
            f"{HARD}[✓](#proof-{claim})"
            f'{{ #claim-{claim} .db-claim aria-label="{words}" title="{words}" }}'
        )
    words = f"Stated and proven elsewhere: {claim}"
    target = f"{where.get(claim, page)}#claim-{claim}"
    link = markdown.link("✓", target, page)
    return f'{HARD}{link}{{ .db-claim aria-label="{words}" title="{words}" }}'


def _line(text: str, position: int) -> str:
    return text[text.rfind("\n", 0, position) + 1 : position].lstrip()


def _named(names: str, here: bool, where: dict[str, str], page: str) -> str:
    """Return the names of claims as links, for the rows of a table.

    ``here``: the row states the claims, and does not repeat them.
    """
    links = []
    for claim in (part.strip() for part in names.split(",")):
        if here:
            link, anchor = f"[{claim}](#proof-{claim})", f"#claim-{claim} "
        else:
            target = f"{where.get(claim, page)}#claim-{claim}"
            link, anchor = markdown.link(claim, target, page), ""
        links.append(f"{link}{{ {anchor}.db-proofs__id }}")
    return f"<br>{' '.join(links)}"


def _proofs(project: Project, page: ConceptPage) -> Iterator[str]:
    stated = [*page.stated, *claims.implied(project, page)]
    if not stated:
        return
    held = proofs.claims(project)
    yield "## Claims and proofs { #claims-and-proofs data-search-exclude }\n"
    versions = sorted(
        {v for one in stated for v in held.get(one.id, {}).get("held", ())}
    )
    yield (
        f"{html.plural(len(stated), 'claim')} on this page. Each has a test of that "
        f"name in `tests/{FOLDER}`, and all of them held on Airflow "
        f"{', '.join(versions) or 'no version yet'}.\n"
    )
    rows = [_proof(one, held.get(one.id, {})) for one in stated]
    yield markdown.box("db-proofs", markdown.table(("Claim", "Proof", "Held on"), rows))


def _proof(one: Stated, row: dict[str, object]) -> tuple[str, str, str]:
    words = re.sub(r"(?<!\\)\|", r"\\|", one.text)
    claim = (
        f"[{one.id}](#claim-{one.id}){{ #proof-{one.id} .db-proofs__id }}<br>{words}"
    )
    if not row:
        return claim, markdown.quiet("not proven yet"), "–"
    how = proofs.PROOFS.get(str(row["by"]), str(row["by"]))
    module, _, test = str(row["test"]).partition("::")
    place = f"{module.rpartition('/')[2]}::{test}"
    held = row["held"]
    versions = ", ".join(held) if isinstance(held, list) else "–"
    return claim, f"{how}<br>{html.name(place)}", versions


def links(project: Project, item_id: str) -> list[tuple[str, str]]:
    """Return words and target of the concept sections that name an example."""
    files = project.pages(FOLDER)
    stamps = tuple((path.name, path.stat().st_mtime_ns) for path in files)
    return _links(project, stamps).get(item_id, [])


@lru_cache(maxsize=2)
def _links(
    project: Project, stamps: tuple[tuple[str, int], ...]
) -> dict[str, list[tuple[str, str]]]:
    """Read all pages once for all examples, and again when one has changed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page in markers.pages(project):
        for shown in page.shown:
            for item_id in shown.items:
                target = f"{page.path.removeprefix('docs/')}#{shown.anchor}"
                words = markdown.text(f"{page.title}: {shown.title}")
                found.setdefault(item_id, []).append((words, target))
    return found
