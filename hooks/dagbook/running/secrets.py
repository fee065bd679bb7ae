"""Airflow's own redaction: what a worker hides in its log is hidden in a recording.

Airflow keeps two maskers, one for tasks and one for its servers. Both learn a secret
when a task reads a connection or a variable with a sensitive name, and by
``mask_secret``. Under ``dag.test()`` they live as long as the process.
"""

from __future__ import annotations

import sys
from typing import Any

MASKERS = ("airflow.sdk._shared.secrets_masker", "airflow._shared.secrets_masker")


def redacted(text: str) -> str:
    """Return ``text`` with ``***`` in the place of each secret that Airflow knows."""
    for masker in _maskers():
        text = str(masker.redact(text))
    return text


def forget() -> None:
    """Forget what an earlier test made secret; those of the configuration stay."""
    for masker in _maskers():
        masker.reset_secrets_masker()
    if configuration := sys.modules.get("airflow.configuration"):
        configuration.conf.mask_secrets()


def _maskers() -> list[Any]:
    return [sys.modules[name] for name in MASKERS if name in sys.modules]
