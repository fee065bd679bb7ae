"""Recorded talks with Airflow: REST requests and commands, with their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from dagbook.views import html as markup


def exchanges(talks: Sequence[Mapping[str, Any]]) -> str:
    """Return the exchanges of a scenario as HTML, in order.

    Raises:
        ValueError: there are none, or one is neither ``http`` nor ``cli``.
    """
    if not talks:
        raise ValueError("the scenario recorded no exchange")
    return (
        '<ol class="db-talk">'
        + "".join(f"<li>{_one(talk)}</li>" for talk in talks)
        + "</ol>"
    )


def _one(talk: Mapping[str, Any]) -> str:
    if talk["kind"] == "http":
        return _http(talk)
    if talk["kind"] == "cli":
        return _cli(talk)
    raise ValueError(f"unknown kind of exchange {talk['kind']!r}")


def _http(talk: Mapping[str, Any]) -> str:
    method, _, path = str(talk["request"]).partition(" ")
    status = int(talk["status"])
    user = talk.get("user")
    who = f'<span class="db-quiet">as {markup.text(user)}</span>' if user else ""
    sent = _json("body", talk.get("body"))
    got = _json("answer", talk.get("response"))
    return (
        f'<p class="db-talk__ask"><b class="db-method">{markup.text(method)}</b> '
        f"{markup.name(path)} {who}</p>{sent}"
        f'<p class="db-talk__answer">{_status(status)}</p>{got}'
    )


def _status(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return _pill(status < 400, f"{status} {phrase}")


def _pill(good: bool, words: str) -> str:
    css = "success" if good else "failed"
    return f'<span class="db-pill db-pill--bare db-s-{css}">{words}</span>'


def _json(role: str, raw: Any) -> str:
    if raw in (None, {}, []):
        return ""
    return f'<div class="db-talk__{role}">{markup.value(raw)}</div>'


def _cli(talk: Mapping[str, Any]) -> str:
    code = int(talk["exit"])
    output = "\n".join(str(line) for line in talk.get("output") or ())
    shown = (
        f'<pre class="db-log"><code>{markup.text(output)}</code></pre>'
        if output.strip()
        else '<p class="db-note">no output</p>'
    )
    return (
        f'<p class="db-talk__ask"><b class="db-method">$</b> '
        f"{markup.code(talk['command'])}</p>"
        f'<p class="db-talk__answer">{_pill(code == 0, f"exit {code}")}</p>{shown}'
    )
