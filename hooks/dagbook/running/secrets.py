"""Airflow's own redaction: what a worker hides in its log is hidden in a recording."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

PLACES = ("airflow.sdk._shared.secrets_masker", "airflow._shared.secrets_masker")


def redacted(text: str) -> str:
    """Return ``text`` with ``***`` in the place of each secret that Airflow knows."""
    for masker, _ in _maskers():
        text = str(masker.redact(text))
    return text


def forget() -> None:
    """Forget what an earlier test made secret; those of the configuration stay."""
    for masker, configured in _maskers():
        if masker.patterns != configured:
            masker.patterns = set(configured)
            masker.replacer = re.compile("|".join(configured)) if configured else None


@cache
def _maskers() -> list[tuple[Any, frozenset[str]]]:
    """Return the maskers, each with what it hides when Airflow has just begun."""
    found = []
    for place in PLACES:
        with suppress(ImportError):  # 3.1 has none there
            masker = import_module(place)._secrets_masker()
            found.append((masker, frozenset(masker.patterns)))
    return found
