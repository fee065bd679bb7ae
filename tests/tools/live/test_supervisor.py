"""The process keeper: whatever ends, and however, nothing of it goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dagbook.live.servers.supervisor_client import KeeperError, Keeping

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the subreaper is Linux's"
)

# A server as bad as it gets: it ignores SIGTERM, and so does its grandchild, which
# lives in a session of its own.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) > 2:
    child = subprocess.Popen([sys.executable, __file__, sys.argv[1] + ".child"],
                             start_new_session=True)
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""

POLITE = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[1] + ".end", "w"), sys.exit(3)))
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""


def eventually(probe, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.05)
    return answer


def pid_in(path: Path) -> int:
    return int(eventually(lambda: path.exists() and path.read_text()))


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(
    keeping: Keeping, folder: Path, name: str, code: str, *more: str, **how
) -> Path:
    script = folder / f"{name}.py"
    script.write_text(code)
    note = folder / f"{name}.pid"
    keeping.start(
        name,
        [sys.executable, str(script), str(note), *more],
        {"PATH": os.environ["PATH"]},
        log=folder / f"{name}.log",
        **how,
    )
    return note


@pytest.fixture
def keeping(tmp_path):
    made = Keeping(tmp_path)
    yield made
    made.shutdown(seconds=0.2)


def test_a_polite_process_ends_by_itself_and_tells_its_exit_code(keeping, tmp_path):
    note = start(keeping, tmp_path, "polite", POLITE)
    pid = pid_in(note)
    assert keeping.pids() == {"polite": pid}
    assert keeping.stop("polite") == 3
    assert keeping.exits() == {"polite": 3}
    assert Path(f"{note}.end").exists()


def test_a_stubborn_one_and_its_grandchild_are_killed(keeping, tmp_path):
    note = start(keeping, tmp_path, "stubborn", STUBBORN, "with child")
    pids = [pid_in(note), pid_in(Path(f"{note}.child"))]
    keeping.shutdown(seconds=0.2)
    assert all(gone(pid) for pid in pids)
    assert gone(keeping.pid)
    assert pids[0] in keeping.killed


def test_a_killed_server_leaves_a_grandchild_that_the_keeper_still_finds(
    keeping, tmp_path
):
    note = start(keeping, tmp_path, "stubborn", STUBBORN, "with child")
    child = pid_in(Path(f"{note}.child"))
    assert keeping.stop("stubborn", signal="SIGKILL") == -signal.SIGKILL
    assert not gone(child)
    assert child in keeping.descendants()
    keeping.shutdown(seconds=0.2)
    assert gone(child)


def test_lower_stages_are_gone_before_the_next_is_stopped(keeping, tmp_path):
    store = start(keeping, tmp_path, "store", POLITE, stage=2)
    server = start(keeping, tmp_path, "server", POLITE)
    pid_in(store), pid_in(server)
    keeping.shutdown()
    ends = [Path(f"{note}.end").stat().st_mtime_ns for note in (server, store)]
    assert ends == sorted(ends)


def test_a_name_runs_once_and_can_run_again(keeping, tmp_path):
    start(keeping, tmp_path, "polite", POLITE)
    with pytest.raises(KeeperError, match="polite is already running"):
        start(keeping, tmp_path, "polite", POLITE)
    keeping.stop("polite", signal="SIGKILL")
    start(keeping, tmp_path, "polite", POLITE)
    assert list(keeping.pids()) == ["polite"]


def test_what_cannot_be_started_is_an_error_and_not_the_end(keeping, tmp_path):
    with pytest.raises(KeeperError, match="FileNotFoundError"):
        keeping.start("none", ["/no/such/program"], {}, log=tmp_path / "log")
    with pytest.raises(KeeperError, match="none was never started"):
        keeping.stop("none")
    assert keeping.pids() == {}


SESSION = """
import os, signal, sys, time
from pathlib import Path
from dagbook.live.servers.supervisor_client import Keeping
# A shell that starts the tests in the background has Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
keeping = Keeping(folder)
keeping.start("stubborn", [sys.executable, str(folder / "s.py"), str(folder / "s.pid"),
              "with child"], {"PATH": os.environ["PATH"]}, log=folder / "s.log")
(folder / "keeper.pid").write_text(str(keeping.pid))
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_session_that_dies_takes_everything_along(tmp_path, number):
    work = tmp_path / "work"
    work.mkdir()
    (work / "s.py").write_text(STUBBORN)
    session = tmp_path / "session.py"
    session.write_text(SESSION)
    process = subprocess.Popen(
        [sys.executable, str(session), str(work)], stderr=subprocess.DEVNULL
    )
    pids = [pid_in(work / name) for name in ("s.pid", "s.pid.child", "keeper.pid")]
    process.send_signal(number)
    process.wait()
    eventually(lambda: all(gone(pid) for pid in pids), seconds=30)
    # Nobody is left who could tidy up, so the keeper did.
    eventually(lambda: not work.exists(), seconds=10)


def test_a_killed_keeper_takes_its_servers_along(tmp_path):
    keeping = Keeping(tmp_path)
    pid = pid_in(start(keeping, tmp_path, "polite", POLITE))
    os.kill(keeping.pid, signal.SIGKILL)
    eventually(lambda: gone(pid))
    with pytest.raises(KeeperError):
        keeping.pids()
    keeping.shutdown()


KEPT = SESSION.replace(
    "time.sleep(600)", "keeping.keep(float(sys.argv[2]))\n(folder / 'kept').touch()"
)


def keep(work: Path, idle: float) -> list[int]:
    """Let a session that ends keep its processes; return their ids, keeper last."""
    work.mkdir()
    (work / "s.py").write_text(STUBBORN)
    (work / "session.py").write_text(KEPT)
    words = [sys.executable, str(work / "session.py"), str(work), str(idle)]
    subprocess.run(words, check=True, timeout=60)
    return [pid_in(work / name) for name in ("s.pid", "s.pid.child", "keeper.pid")]


def test_what_is_kept_outlives_its_session_and_another_one_ends_it(tmp_path):
    pids = keep(tmp_path / "work", 600)
    for _ in range(2):
        later = Keeping(tmp_path / "work", kept=True)
        assert later.pids() == {"stubborn": pids[0]}
        assert later.pid == pids[2]
        later.close()
    assert not any(gone(pid) for pid in pids)
    Keeping(tmp_path / "work", kept=True).shutdown(seconds=0.2)
    eventually(lambda: all(gone(pid) for pid in pids))


def test_what_is_kept_ends_by_itself_when_nobody_comes(tmp_path):
    pids = keep(tmp_path / "work", 0.5)
    eventually(lambda: all(gone(pid) for pid in pids), seconds=40)
    assert not (tmp_path / "work").exists()
    with pytest.raises(OSError):
        Keeping(tmp_path / "work", kept=True)


def test_a_command_is_run_to_its_end_and_forgotten(keeping, tmp_path):
    words = [sys.executable, "-c", "raise SystemExit(3)"]
    assert keeping.run("once", words, 30, env={}, log=tmp_path / "log") == 3
    assert keeping.exits() == {}


def test_a_command_whose_parent_is_killed_is_ended(tmp_path):
    note = tmp_path / "child.pid"
    child = (
        "import os, signal, sys, time; from pathlib import Path;"
        "from dagbook.live.servers.supervisor import PR_SET_PDEATHSIG, prctl;"
        "prctl(PR_SET_PDEATHSIG, signal.SIGTERM);"
        "Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
    )
    run = f'subprocess.run([sys.executable, "-c", {child!r}, sys.argv[1]])'
    parent = f"import subprocess, sys; {run}"
    process = subprocess.Popen([sys.executable, "-c", parent, str(note)])
    pid = pid_in(note)
    process.kill()
    process.wait()
    eventually(lambda: gone(pid))
