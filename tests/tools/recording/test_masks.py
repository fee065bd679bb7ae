"""Masks replace what is volatile or private and nothing else."""

import getpass
from datetime import UTC, datetime, timedelta

import pytest

from dagbook.recording.leaks import leaks
from dagbook.recording.masks import MARKER, MASKS, Masker, fill

TOKEN = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLW9mLXRlc3Q"


@pytest.fixture
def masker():
    return Masker(
        datetime.now(UTC), {"/srv/book/run": "<tmp>", "/srv/book": "<project>"}
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("id 0198f1c2-3d4e-7f60-8a9b-0c1d2e3f4a5b.", "id <uuid>."),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer <token>"),
        (f"token={TOKEN}", "token=<token>"),
        ("<Thing object at 0x7f3a2b1c4d50>", "<Thing object at <address>>"),
        ("http://127.0.0.1:45123/api/v2", "http://127.0.0.1:<port>/api/v2"),
        ("http://localhost:8080", "http://localhost:<port>"),
        ("wrote /srv/book/run/orders.json", "wrote <tmp>/orders.json"),
        ("in /srv/book/dags/x.py", "in <project>/dags/x.py"),
        ("unusual_prefix_" + "a" * 40 + "_orders", "orders"),
        ("worker pid 4711 ended", "worker pid <pid> ended"),
        (
            "find it when you look for ID rsTXeMBB",
            "find it when you look for ID <random>",
        ),
        (
            "manual__2026-05-01T06:30:00+00:00_aB3dE6gH",
            "manual__2026-05-01T06:30:00+00:00_<random>",
        ),
    ],
)
def test_each_mask_names_what_it_hides(masker, text, masked):
    assert masker.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T00:00:00+00:00",
        "manual__2026-05-01T06:30:00+00:00",
        "order 1234 of 2026-05-01",
        "127.0.0.1 answered",
        "the root cause",
        "/api/v2/dags",
        "0x1f",
    ],
)
def test_what_means_something_stays(masker, text):
    assert masker.text(text) == text


@pytest.mark.parametrize(
    "text", ['"triggering_user_name": "{}"', "triggering_user_name: {}"]
)
def test_the_user_of_this_machine_is_hidden_in_printed_objects(masker, text):
    assert masker.text(text.format(getpass.getuser())) == text.format("<user>")
    assert masker.text(text.format("op")) == text.format("op")


def test_only_the_wall_clock_of_the_scenario_becomes_now(masker):
    now = datetime.now(UTC)
    assert masker.text(f"at {now.isoformat()}") == "at <now>"
    assert masker.text(f"manual__{now.isoformat()}") == "manual__<now>"
    assert (
        masker.text(f"manual__{now.isoformat()}_aB3dE6gH") == "manual__<now>_<random>"
    )
    assert masker.text(now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) == "<now>"
    later = (now + timedelta(days=1)).isoformat()
    assert masker.text(later) == later


def test_a_datetime_that_airflow_wrote_is_now_when_it_is_of_the_scenario(masker):
    now = datetime.now(UTC).timestamp()
    assert masker.value({"timestamp": now, "tz": "UTC"})["timestamp"] == "<now>"
    for other in (now - 3600, now + 3600, 1777593600.0, 5):
        assert masker.value({"timestamp": other}) == {"timestamp": other}


def test_keys_of_an_api_answer_say_what_their_values_are(masker):
    own = {"duration": 5, "hostname": "db.example.com"}
    answer = {
        "hostname": "a1",
        "duration": 1.25,
        "end_date": None,
        "rows": [{"pid": 17, "duration": None}],
        "conf": own,
        "value": own,
        "rendered_fields": {"env": own},
    }
    body = {"password": "in clear", "duration": 5, "conf": own}
    exchange = {"kind": "http", "status": 200, "response": answer, "body": body}
    assert masker.exchange(exchange) == {
        "kind": "http",
        "status": 200,
        "response": {
            "hostname": "<host>",
            "duration": "<duration>",
            "end_date": None,
            "rows": [{"pid": "<pid>", "duration": None}],
            "conf": own,
            "value": own,
            "rendered_fields": {"env": own},
        },
        "body": {"password": "<password>", "duration": 5, "conf": own},
    }


def test_values_of_the_example_keep_what_their_keys_hold(masker):
    own = {"duration": 12.5, "pid": 7, "event_id": "evt-1", "start": 7, "at": [1.5]}
    run = {"tasks": [{"xcoms": {"return_value": own}}], "values": own, "conf": own}
    assert masker.value(run) == run


def test_the_contributors_page_lists_each_mask():
    listed = fill(f"before\n\n{MARKER}\n").split("before\n\n")[1]
    for mask in MASKS:
        assert f"| {mask.what} |" in listed
    assert "| `run_duration` | &lt;duration&gt; |" in listed
    assert fill("no marker") == "no marker"


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        (TOKEN, "a token"),
        ("Bearer abcdef123456", "a bearer token"),
        ('"file": "/home/ada/dags/x.py"', "an absolute path"),
        ("/tmp/pytest-of-ada/x", "an absolute path"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("postgresql://airflow:hunter2@127.0.0.1/db", "a password in a URL"),
        ("AKIAIOSFODNN7EXAMPLE", "a cloud access key"),
        ('"bank_password": "s3cret-of-the-bank"', "a secret in clear"),
        (r'"body": "{\"api_key\": \"abcdef\"}"', "a secret in clear"),
    ],
)
def test_leaks_are_named(text, leak):
    assert leak in leaks(text)


@pytest.mark.parametrize(
    "text",
    [
        "<tmp>/orders.json",
        "/api/v2/dags/x/dagRuns",
        "manual__2026-05-01T06:30:00+00:00",
        "http://127.0.0.1:<port>/auth/token",
        "Bearer <token>",
        '"password": "***"',
        '"password": "<password>"',
        '"password": null',
        '"shop_password": "open sesame"',
        '"file_token": "abc-of-the-example"',
    ],
)
def test_clean_text_is_no_leak(text):
    assert leaks(text) == []
