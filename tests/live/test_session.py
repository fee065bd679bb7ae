"""An Airflow for a person, from the first line to the last process."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from dagbook.live.client import ApiError, Client
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

START = 240


def below(folder: Path) -> list[psutil.Process]:
    """Return the processes that were started with something below ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in text for text in told):
            found.append(process)
    return found


@pytest.fixture
def person(tmp_path):
    """Return a function that starts ``dagbook airflow``, with ``TMPDIR`` of its own."""
    started = []

    def start(*words: str) -> tuple[subprocess.Popen, Path]:
        output = tmp_path / "output"
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dagbook.live.interactive",
                "--db",
                "sqlite",
                *words,
            ],
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=output.open("w"),
            stderr=subprocess.STDOUT,
            # A shell in the background makes all it starts deaf to Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        started.append(process)
        return process, output

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()


def test_it_prints_address_and_logins_and_ends_on_ctrl_c_without_a_trace(
    person, tmp_path
):
    process, output = person()
    text = until(
        "Ctrl-C to be offered",
        output.read_text,
        lambda seen: "Ctrl-C" in seen or process.poll() is not None,
        seconds=START,
    )
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+", text)
    logins = dict(re.findall(r"^  (viewer|user|op|admin) +(\S+)$", text, re.M))
    assert list(logins) == ["admin", "op", "user", "viewer"]
    for role, password in logins.items():
        client = Client(address, role, password)
        assert client.health()["scheduler"] == "healthy"
        client.close()
    with pytest.raises(ApiError, match="401"):
        Client(address, "admin", "wrong").token()
    running = below(tmp_path)
    # Itself, the keeper and four components; the workers do not tell their origin.
    assert len(running) >= 6

    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert "no process and no file is left" in output.read_text()
    assert [p for p in running if p.is_running()] == []
    assert below(tmp_path) == []
    assert [p.name for p in tmp_path.iterdir()] == ["output"]


def test_a_port_that_is_taken_is_told_and_nothing_is_left(person, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, output = person("--port", str(port))
        assert process.wait(START) == 1
    text = output.read_text()
    assert f"port {port} is taken" in text
    assert below(tmp_path) == []
    assert [p.name for p in tmp_path.iterdir()] == ["output"]


def test_nothing_listens_beyond_loopback(cluster):
    own = set(cluster.keeping.descendants())
    open_to = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.pid in own
    }
    assert open_to == {"127.0.0.1"}


def test_a_component_that_dies_fails_the_session_and_says_which(live):
    cluster = live.cluster
    pid = cluster.keeping.pids()["triggerer"]
    os.kill(pid, signal.SIGKILL)
    until("the triggerer to be gone", cluster.keeping.exits, bool, seconds=20)
    with pytest.raises(Exception, match=r"ended by itself: triggerer \(exit -9\)"):
        cluster.check_alive()
    assert cluster.restart_ended() == ["triggerer"]
