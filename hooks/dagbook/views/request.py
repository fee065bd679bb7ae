"""A request or a command that a test really sent, as a reader pastes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dagbook import templates
from dagbook.views import exchanges
from dagbook.views import html as markup

FORMS = ("http", "bash", "json")

_WIDTH = 72  # characters of a command that fit the first screen of a phone held wide
_OPTION = re.compile(r" (?=--[a-z])")


def render(scenario: Mapping[str, Any], name: str, form: str) -> str:
    """Return a named exchange of a scenario as a code block.

    Args:
        scenario: as in the recording.
        name: the exchange's name, given by the test.
        form: ``http`` for the request, ``bash`` for a command, ``json`` for the body.

    Raises:
        ValueError: no such exchange or form, or the exchange has not this form.
    """
    if form not in FORMS:
        raise ValueError(f"no form {form!r} of a request — one of {', '.join(FORMS)}")
    talk = exchanges.named(scenario, name)
    if form == "json" and talk.get("body") is None:
        raise ValueError(f"exchange {name!r} has no body — write as: http or bash")
    if form != "bash" and talk["kind"] == "cli":
        raise ValueError(f"exchange {name!r} is a command — write as: bash")
    code: str = {"http": _http, "bash": _bash, "json": _json}[form](talk)
    return templates.fill("views", "request.html.jinja", form=form, code=code)


def _http(talk: Mapping[str, Any]) -> str:
    method, _, target = str(talk["request"]).partition(" ")
    line = f'<b class="db-method">{markup.text(method)}</b> {markup.text(target)}'
    return line if talk.get("body") is None else f"{line}\n\n{_json(talk)}"


def _json(talk: Mapping[str, Any]) -> str:
    return markup.tokens(markup.laid_out(talk["body"]), "json")


def _bash(talk: Mapping[str, Any]) -> str:
    return markup.tokens(_command(talk), "bash")


def _command(talk: Mapping[str, Any]) -> str:
    """Return the command; a request is one for curl, without a token of anybody."""
    if talk["kind"] == "cli":
        line = str(talk["command"])
        return line if len(line) <= _WIDTH else _OPTION.sub(" \\\\\n  ", line)
    method, _, target = str(talk["request"]).partition(" ")
    rows = [f'curl{"" if method == "GET" else f" -X {method}"} "$AIRFLOW{target}"']
    if talk.get("user"):
        rows.append('-H "Authorization: Bearer $TOKEN"')
    if (body := talk.get("body")) is not None:
        quoted = markup.laid_out(body).replace("'", "'\\''")
        rows += ['-H "Content-Type: application/json"', f"-d '{quoted}'"]
    return " \\\n  ".join(rows)
