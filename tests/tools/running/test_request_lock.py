"""Child runs are taken when no request is half-way, and their failure is told."""

import asyncio
import faulthandler
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from dagbook.running import request_lock as halfway
from dagbook.testing import child_runs as children
from dagbook.testing.child_runs import executing


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An Airflow home of this test only."""
    monkeypatch.setattr(halfway, "prepared", lambda: tmp_path)
    return tmp_path


def serve(method, inside):
    """Send one request to an application that does ``inside`` and then answers."""

    async def app(scope, receive, send):
        inside()

    scope = {"type": "http", "method": method}
    # In a thread, as the real server: the browser tests keep a loop in this one.
    with ThreadPoolExecutor(1) as server:
        call = halfway.Announced(app)(scope, None, None)
        server.submit(asyncio.run, call).result()


def begun(turn):
    """Return a thread that waits for its turn, and what is set when it has it."""
    has = threading.Event()

    def take():
        with turn():
            has.set()

    thread = threading.Thread(target=take)
    thread.start()
    return thread, has


@pytest.mark.parametrize(
    ("turn", "method"),
    [(halfway.nothing_halfway, name) for name in ("POST", "PATCH", "PUT", "DELETE")]
    + [(halfway.at_rest, name) for name in ("GET", "POST")],
)
def test_who_waits_for_which_request(home, turn, method):
    waiting = []

    def inside():
        thread, has = begun(turn)
        assert not has.wait(0.3)
        waiting.append((thread, has))

    serve(method, inside)
    [(thread, has)] = waiting
    thread.join(timeout=10)
    assert has.is_set()


def test_a_request_that_reads_holds_nobody_up(home):
    def inside():
        thread, has = begun(halfway.nothing_halfway)
        assert has.wait(10)
        thread.join()

    serve("GET", inside)


def test_two_requests_that_write_do_not_wait_for_each_other(home):
    seen = []
    serve("POST", lambda: serve_beside(seen))
    assert seen == ["POST"]


def serve_beside(seen):
    other = threading.Thread(target=serve, args=("POST", lambda: seen.append("POST")))
    other.start()
    other.join(timeout=10)


def test_a_copy_of_the_lock_in_a_fork_holds_nobody_up(home):
    closed, hold = os.pipe()
    children = []

    def inside():
        pid = os.fork()
        if pid == 0:
            os.close(hold)
            os.read(closed, 1)
            os._exit(0)
        children.append(pid)

    serve("POST", inside)
    thread, has = begun(halfway.nothing_halfway)
    assert has.wait(10)
    thread.join()
    os.close(hold)
    os.close(closed)
    os.waitpid(children[0], 0)


def test_a_fork_does_not_wait_for_ever_for_an_answer_that_streams(home, monkeypatch):
    monkeypatch.setattr(halfway, "PATIENCE", 0.2)

    def inside():
        thread, has = begun(halfway.at_rest)
        assert has.wait(10)
        thread.join()

    serve("GET", inside)


def in_vain(dags):
    """Wait for the process that executes ``dags`` to end, and fail."""
    with executing(dags):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        raise TimeoutError("the run was not over")


def test_a_failed_process_is_told_also_when_the_block_fails(home, capfd):
    nobody = SimpleNamespace(dag_id=object())  # no database can look for it
    with pytest.raises(RuntimeError, match="executes child runs ended") as told:
        in_vain([nobody])
    assert isinstance(told.value.__context__, TimeoutError)
    assert "Traceback" in capfd.readouterr().err


def hang():
    faulthandler.disable()  # nobody has to read where this one hung
    time.sleep(600)


def execute_nothing():
    """Begin to execute, and be done at once."""
    with executing([]):
        time.sleep(0.5)


def test_a_process_that_hangs_is_aborted(home, monkeypatch):
    monkeypatch.setattr(children, "LIMIT", 1.0)
    monkeypatch.setattr(children, "_own_connections", hang)
    with pytest.raises(RuntimeError, match="ended with 6"):
        execute_nothing()
