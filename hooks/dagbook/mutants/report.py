"""The score of the examples' tests: data file, page, and what a terminal shows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dagbook.files import sha256
from dagbook.mutants.equivalent import Mark
from dagbook.mutants.verdicts import Verdict
from dagbook.project import Project

KILLS = ("assertion", "recording", "timeout")


@dataclass
class Score:
    """How one example's tests did: fates that count, survivors, marked survivors."""

    stem: str
    counts: Counter[str] = field(default_factory=Counter)
    survivors: list[dict[str, Any]] = field(default_factory=list)
    equivalent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Mutants that parse and are not equivalent."""
        return sum(self.counts.values())

    @property
    def killed(self) -> float:
        """Share of the mutants that were noticed, 0 to 1."""
        kills = sum(self.counts[k] for k in KILLS)
        return kills / self.total if self.total else 0.0

    @property
    def asserted(self) -> float:
        """The score: share that an assertion (or a hang) noticed, 0 to 1."""
        kills = self.counts["assertion"] + self.counts["timeout"]
        return kills / self.total if self.total else 0.0


def scores(found: dict[str, list[Verdict]], marks: list[Mark]) -> list[Score]:
    """Return the scores by example; what does not parse is left out."""
    result = []
    for stem, verdicts in sorted(found.items()):
        score = Score(stem)
        for verdict in verdicts:
            if verdict.fate == "broken":
                continue
            one = verdict.mutant
            row = {
                "line": one.line,
                "operator": one.operator,
                "before": one.before,
                "after": one.after,
            }
            mark = next((m for m in marks if m.fits(stem, one)), None)
            if verdict.fate == "survived" and mark:
                score.equivalent.append({**row, "reason": mark.reason})
                continue
            score.counts[verdict.fate] += 1
            if verdict.fate == "survived":
                score.survivors.append(row)
        result.append(score)
    return result


def unused(marks: list[Mark], results: list[Score]) -> list[Mark]:
    """Return marks of the examples at hand that fit no survivor any more."""
    alive = {
        (s.stem, row["before"], row["after"]) for s in results for row in s.equivalent
    }
    stems = {s.stem for s in results}
    return [
        m
        for m in marks
        if m.example in stems and (m.example, m.before, m.after) not in alive
    ]


def overall(results: list[Score]) -> Score:
    """Return the sum of all scores."""
    total = Score("overall")
    for score in results:
        total.counts.update(score.counts)
        total.survivors += score.survivors
        total.equivalent += score.equivalent
    return total


def save(project: Project, results: list[Score]) -> None:
    """Write ``tests/mutants.json``, keeping the rows of examples not tested now."""
    file = project.tests / "mutants.json"
    data = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    sources = {p.stem: p for p in project.dag_files()}
    data = {k: v for k, v in data.items() if k in sources}
    for score in results:
        source = sources[score.stem]
        data[score.stem] = {
            "path": project.relative(source),
            "source": sha256(source),
            "counts": dict(sorted(score.counts.items())),
            "survivors": score.survivors,
            "equivalent": score.equivalent,
        }
    text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8")
    page = project.docs / "contributing" / "quality.md"
    page.write_text(markdown(data), encoding="utf-8")


def markdown(data: dict[str, Any]) -> str:
    """Return the page ``docs/contributing/quality.md``."""
    results = []
    for stem, row in sorted(data.items(), key=lambda p: _number(p[0])):
        counts: Counter[str] = Counter(row["counts"])
        results.append(Score(stem, counts, row["survivors"], row["equivalent"]))
    total = overall(results)
    lines = [
        "# How strict the tests are",
        "",
        "Written by `make mutants`. Each example is changed in one place, and its",
        "tests are expected to fail. The *score* is the share of the changes that an",
        "assertion of the test noticed: an assertion states the lesson. *Recording*",
        "counts those that only the comparison with the recording noticed, which can",
        "be rewritten without reading it. *Noticed* is both together. What does not",
        "parse is no mutant. Of an example at most 40 are drawn, those about Airflow",
        "first; `make mutants FULL=1` tests all.",
        "",
        f"**{len(results)} examples, {total.total} mutants, score "
        f"{total.asserted:.0%}, {total.killed:.0%} noticed.**",
        "",
        "| example | mutants | score | noticed | recording | survived |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for score in [*results, total]:
        lines.append(
            f"| `{score.stem}` | {score.total} | {score.asserted:.0%} | "
            f"{score.killed:.0%} | {score.counts['recording']} | "
            f"{score.counts['survived']} |"
        )
    lines += ["", "## Survivors", ""]
    for score in results:
        if score.survivors:
            lines += [f"### {score.stem}", ""]
            lines += [_diff(row) for row in score.survivors]
    if not total.survivors:
        lines += ["None.", ""]
    lines += ["## Marked as equivalent", ""]
    for score in results:
        if score.equivalent:
            lines += [f"### {score.stem}: no difference", ""]
            for row in score.equivalent:
                lines += [f"{row['reason']}", "", _diff(row)]
    if not total.equivalent:
        lines += ["None.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _diff(row: dict[str, Any]) -> str:
    return (
        f"Line {row['line']}, {row['operator']}:\n\n```udiff\n"
        f"- {row['before']}\n+ {row['after']}\n```\n"
    )


def _number(stem: str) -> tuple[int, ...]:
    return tuple(int(p) for p in stem.split("_")[:3])
