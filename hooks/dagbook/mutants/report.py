"""The score of the examples' tests: data file, page, and what a terminal shows."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dagbook import files, templates
from dagbook.examples.versions import numbers
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
            keys = ("line", "operator", "before", "after")
            row = {key: getattr(one, key) for key in keys}
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
    mine = [mark for mark in marks if mark.example in {s.stem for s in results}]
    return [m for m in mine if (m.example, m.before, m.after) not in alive]


def overall(results: list[Score]) -> Score:
    """Return the sum of all scores."""
    total = Score("overall")
    for score in results:
        total.counts.update(score.counts)
        total.survivors += score.survivors
        total.equivalent += score.equivalent
    return total


def save(project: Project, results: list[Score]) -> None:
    """Write ``tests/mutants.json``, keeping the rows of files that have not changed."""
    file = project.tests / "mutants.json"
    data = copy.deepcopy(files.data(file)) if file.exists() else {}
    sources = {p.stem: p for p in project.dag_files()}
    data = {
        stem: row
        for stem, row in data.items()
        if stem in sources and row["source"] == sha256(sources[stem])
    }
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
    files.write(file, text)
    page = project.docs / "contributing" / "quality.md"
    files.write(page, markdown(data))


def markdown(data: dict[str, Any]) -> str:
    """Return the page ``docs/contributing/quality.md``."""
    results = [
        Score(stem, Counter(row["counts"]), row["survivors"], row["equivalent"])
        for stem, row in sorted(data.items(), key=lambda pair: numbers(pair[0]))
    ]
    values = {"results": results, "total": overall(results)}
    return str(templates.fill("mutants", "quality.md.jinja", **values)).rstrip() + "\n"
