"""A request of a page is the one that the test sent, ready to paste."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from dagbook.views import request

PAUSE = {
    "kind": "http",
    "name": "pause",
    "user": "op",
    "request": "PATCH /api/v2/dags/shop?update_mask=is_paused",
    "body": {"is_paused": True, "why": "it's <late>"},
    "status": 200,
}
SCENARIO: dict[str, Any] = {
    "exchanges": [
        {**PAUSE, "name": "login", "user": None, "request": "POST /auth/token"},
        PAUSE,
        {**PAUSE, "name": "read", "request": "GET /api/v2/dags/shop", "body": None},
        {"kind": "cli", "name": "trigger", "command": "airflow dags trigger shop"},
        {"kind": "cli", "command": "airflow dags list"},
        {
            "kind": "cli",
            "name": "backfill",
            "command": "airflow backfill create --dag-id shop "
            "--from-date 2026-03-12 --to-date 2026-03-15",
        },
    ]
}


def shown(name: str, form: str) -> str:
    html = request.render(SCENARIO, name, form)
    return BeautifulSoup(html, "html.parser").get_text().strip()


def test_http_is_the_request_with_its_body() -> None:
    assert shown("pause", "http") == (
        "PATCH /api/v2/dags/shop?update_mask=is_paused\n\n"
        '{"is_paused": true, "why": "it\'s <late>"}'
    )
    assert shown("read", "http") == "GET /api/v2/dags/shop"


def test_json_is_the_body_alone() -> None:
    assert shown("pause", "json") == '{"is_paused": true, "why": "it\'s <late>"}'


def test_bash_is_curl_with_the_reader_s_own_token() -> None:
    assert shown("pause", "bash") == (
        'curl -X PATCH "$AIRFLOW/api/v2/dags/shop?update_mask=is_paused" \\\n'
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        """  -d '{"is_paused": true, "why": "it'\\''s <late>"}'"""
    )
    assert shown("read", "bash").startswith('curl "$AIRFLOW/api/v2/dags/shop"')
    assert "TOKEN" not in shown("login", "bash")  # it asks for one


def test_bash_is_the_command_of_the_command_line() -> None:
    assert shown("trigger", "bash") == "airflow dags trigger shop"


def test_a_long_command_has_one_option_on_a_line() -> None:
    assert shown("backfill", "bash") == (
        "airflow backfill create \\\n  --dag-id shop \\\n  --from-date 2026-03-12 \\\n"
        "  --to-date 2026-03-15"
    )


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("clear", "http", "no exchange 'clear' — the test has named: "),
        ("pause", "yaml", "no form 'yaml' of a request — one of http, bash, json"),
        ("read", "json", "exchange 'read' has no body"),
        ("trigger", "http", "exchange 'trigger' is a command — write as: bash"),
    ],
)
def test_what_was_not_sent_is_refused(name: str, form: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        request.render(SCENARIO, name, form)
