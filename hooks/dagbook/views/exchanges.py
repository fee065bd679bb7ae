"""Recorded talks with Airflow: REST requests and commands, with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from markupsafe import Markup

from dagbook import templates

Talk = Mapping[str, Any]
_DRAWN = templates.Macros("views", "exchanges.html.jinja")


def whole(*talks: Talk) -> Markup:
    """Return what was asked and what came back, as HTML."""
    return _DRAWN.exchanges(talks)


def answer(talk: Talk) -> Markup:
    """Return what came back alone, as HTML."""
    return _DRAWN.answers([talk])


def named(scenario: Mapping[str, Any], name: str) -> Talk:
    """Return the exchange of a scenario which its test has given this name.

    Raises:
        ValueError: there is none, or more than one.
    """
    talks = scenario.get("exchanges") or []
    found = [talk for talk in talks if talk.get("name") == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{len(found)} exchanges are named {name!r} — name one so")
    known = ", ".join(talk["name"] for talk in talks if "name" in talk) or "none"
    raise ValueError(f"no exchange {name!r} — the test has named: {known}")


@templates.filters
def phrase(status: int) -> str:
    """Return the words of an HTTP status, such as ``Conflict``; empty if unknown."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
