"""An example's own errors are told from those of Airflow and Python."""

from __future__ import annotations

import pytest

from dagbook.site import raised

SOURCE = """
def load(order):
    if not order:
        raise AirflowFailException("no orders")
    if order < 0:
        raise exceptions.AirflowFailException(f"order {order} of {len(order)}: no")
    text = "put together"
    raise RuntimeError(text)
"""


@pytest.mark.parametrize(
    ("kind", "message", "own"),
    [
        ("AirflowFailException", "no orders", True),
        ("AirflowFailException", "order 7 of 3: no", True),
        ("AirflowFailException", "order 7", False),
        ("AirflowException", "no orders", False),
        ("RuntimeError", "anything", True),
        ("KeyError", "'ds'", False),
    ],
)
def test_own(kind: str, message: str, own: bool) -> None:
    assert raised.own(SOURCE, kind, message) is own


def test_what_is_no_python_raises_nothing() -> None:
    assert raised.patterns("raise (") == ()
