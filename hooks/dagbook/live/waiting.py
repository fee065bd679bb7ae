"""Waiting for a state, never for a time: a deadline, and a message of what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from dagbook.live.client import ApiError

T = TypeVar("T")

INTERVAL = 0.25


class NotSeenError(AssertionError):
    """What a test waited for did not come, or what it ruled out did."""


def until(
    what: str,
    probe: Callable[[], T],
    wanted: Callable[[T], bool],
    *,
    seconds: float = 90.0,
    tell: Callable[[T], str] = str,
    interval: float = INTERVAL,
    patient: bool = False,
) -> T:
    """Ask ``probe`` until ``wanted`` accepts its answer, and return that answer.

    Args:
        what: what is waited for, as it reads after "waited 90 s for …".
        seconds: the deadline.
        tell: how an answer is told when the deadline passes.
        interval: seconds between two questions.
        patient: a server that cannot be reached counts as "not yet".

    Raises:
        NotSeenError: the deadline passed; the message has the last answer.
    """
    deadline = time.monotonic() + seconds
    seen = "nothing"
    while True:
        try:
            answer = probe()
            if wanted(answer):
                return answer
            seen = tell(answer)
        except (httpx.TransportError, ApiError) as error:
            if not patient:
                raise
            seen = str(error)
        if time.monotonic() > deadline:
            raise NotSeenError(f"waited {seconds:g} s for {what}; last seen: {seen}")
        time.sleep(interval)


def stays(
    what: str,
    probe: Callable[[], T],
    allowed: Callable[[T], bool],
    *,
    seconds: float,
    tell: Callable[[T], str] = str,
) -> T:
    """Ask ``probe`` again and again for ``seconds`` and return the last answer.

    Raises:
        NotSeenError: an answer was not ``allowed``.
    """
    began = time.monotonic()
    while True:
        answer = probe()
        if not allowed(answer):
            after = time.monotonic() - began
            seen = f"after {after:.1f} s: {tell(answer)}"
            raise NotSeenError(f"expected for {seconds:g} s: {what}; {seen}")
        if time.monotonic() - began > seconds:
            return answer
        time.sleep(INTERVAL)
