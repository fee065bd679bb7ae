"""All mutants of one file, each change once, in the order of the file."""

from __future__ import annotations

import random
from dataclasses import replace

from dagbook.mutants.dag_ops import dag_mutants
from dagbook.mutants.mutant import Mutant, Source
from dagbook.mutants.python_ops import python_mutants
from dagbook.mutants.quiet_code import quiet_spans

SAMPLE = 40
"""Mutants of an example that are tested unless all are asked for."""


def mutants(text: str) -> list[Mutant]:
    """Return the mutants of the example ``text``.

    A number inside an argument that is dropped too counts: another mistake.
    """
    return sorted(_made(text), key=_place)


def sample(text: str, size: int = SAMPLE) -> list[Mutant]:
    """Return at most ``size`` mutants, those of Airflow's own rules first.

    What a file draws depends on its text alone: a changed file draws anew.
    """
    made = _made(text)
    random.Random(text).shuffle(made)
    made.sort(key=lambda one: not one.of_dag)  # stable: the draw decides the rest
    return sorted(made[:size], key=_place)


def _made(text: str) -> list[Mutant]:
    source = Source(text)
    spans = quiet_spans(source)
    made: dict[str, Mutant] = {}
    for one in dag_mutants(source, spans):
        made.setdefault(one.text, replace(one, of_dag=True))
    for one in python_mutants(source, spans):
        made.setdefault(one.text, one)
    return list(made.values())


def _place(one: Mutant) -> tuple[int, str, str]:
    return one.line, one.operator, one.after
