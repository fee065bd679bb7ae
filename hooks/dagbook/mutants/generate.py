"""All mutants of one file, each change once, in the order of the file."""

from __future__ import annotations

from dagbook.mutants.dag_ops import dag_mutants
from dagbook.mutants.mutant import Mutant, Source
from dagbook.mutants.python_ops import python_mutants
from dagbook.mutants.quiet_code import quiet_spans


def mutants(text: str) -> list[Mutant]:
    """Return the mutants of the example ``text``.

    What is general Python inside an argument that a DAG operator drops is kept: a
    changed number of retries is another mistake than no retries.
    """
    source = Source(text)
    spans = quiet_spans(source)
    made: dict[str, Mutant] = {}
    for one in [*dag_mutants(source, spans), *python_mutants(source, spans)]:
        made.setdefault(one.text, one)
    return sorted(made.values(), key=lambda m: (m.line, m.operator, m.after))
