"""What a test changed before a run, by what it left."""

import os
import sqlite3
import threading
from types import ModuleType, SimpleNamespace

import pytest

from dagbook.running.hands import API, Hands


@pytest.fixture
def example(tmp_path, monkeypatch):
    """As much of an example as its traces are left in."""
    monkeypatch.delenv(API, raising=False)
    scratch = tmp_path / "work"
    scratch.mkdir()
    with sqlite3.connect(tmp_path / "airflow.db") as database:
        database.execute("CREATE TABLE variable (key)")
    database.close()
    module = ModuleType("example")
    module.LIMIT = 3
    server = SimpleNamespace(connection=lambda user: f"login of {user}")
    return SimpleNamespace(home=tmp_path, scratch=scratch, module=module, server=server)


@pytest.fixture
def hands(example):
    made = Hands(example)
    yield made
    made.close()


def test_a_test_that_only_runs_leaves_no_trace(hands):
    assert hands.seen() == []


def test_each_trace_has_its_name(example, hands, monkeypatch):
    monkeypatch.setenv("TARIFF", "night")
    assert hands.seen() == ["environment"]
    (example.scratch / "orders.csv").touch()
    assert hands.seen() == ["environment", "files"]
    example.module.LIMIT = 4
    assert hands.seen() == ["environment", "files", "module"]
    with sqlite3.connect(example.home / "airflow.db") as database:
        database.execute("INSERT INTO variable VALUES ('shop')")
    database.close()
    assert hands.seen() == ["database", "environment", "files", "module"]


def test_a_server_of_the_test_is_a_thread_of_its_own(hands):
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert hands.seen() == ["threads"]
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("login of user", []),
        ("login of admin", []),
        ("login of viewer", ["environment"]),
        ("a wrong one", ["environment"]),
    ],
)
def test_the_connection_is_there_on_a_real_scheduler_too(
    hands, monkeypatch, login, seen
):
    monkeypatch.setitem(os.environ, API, login)
    assert hands.seen() == seen
