"""Masks replace what is volatile or private and nothing else."""

import getpass
from datetime import UTC, datetime, timedelta

import pytest

from dagbook.recording.leaks import leaks
from dagbook.recording.masks import Masker

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


def test_keys_say_what_their_values_are(masker):
    value = {
        "hostname": "a1",
        "duration": 1.25,
        "password": "in clear",
        "end_date": None,
        "rows": [{"pid": 17, "duration": None}],
    }
    assert masker.value(value) == {
        "hostname": "<host>",
        "duration": "<duration>",
        "password": "<password>",
        "end_date": None,
        "rows": [{"pid": "<pid>", "duration": None}],
    }


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
    ],
)
def test_clean_text_is_no_leak(text):
    assert leaks(text) == []
