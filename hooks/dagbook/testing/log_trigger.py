"""Something that happens in the middle of a task: the moment is a line of its log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagbook.running.example import Example


@contextmanager
def when_logged(
    example: Example, words: str, act: Callable[[], object]
) -> Iterator[None]:
    """Call ``act`` when the DAG first logs ``words``, before its next statement.

    Args:
        example: its file has a logger named ``log``.
        words: a part of the line.
        act: called once; what it raises, the task raises.

    Raises:
        AssertionError: the block is over and nothing like ``words`` was logged.
    """

    class Trip(logging.Handler):
        done = False

        def emit(self, record: logging.LogRecord) -> None:
            if words in record.getMessage() and not self.done:
                self.done = True
                act()

    example.hands.append("log")
    trip = Trip()
    log: logging.Logger = example.module.log
    log.addHandler(trip)
    try:
        yield
    finally:
        log.removeHandler(trip)
    assert trip.done, f"{example.stem} never logged {words!r}"
