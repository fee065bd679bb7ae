"""Files that Airflow must refuse, each with its line; and the data of those it takes.

Every file here is parsed by Airflow itself in the worker process.
"""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from dagbook.parsing import client as parse_pool
from dagbook.parsing import parse as parsing
from dagbook.parsing.model import ParsedFile
from dagbook.problems import DagbookError
from dagbook.project import Project

GOOD = '''"""A day's orders."""

import datetime as dt

from airflow.sdk import DAG, task

with DAG(
    "{stem}",
    schedule={schedule},
    start_date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    tags=["reference"],
) as dag:

    @task
    def load():
        """Read them."""
        return [10, 32]

    @task(retries=2)
    def total(rows):
        return sum(rows)

    total(load())
'''


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "dags" / "plugins").mkdir(parents=True)
    return Project(tmp_path)


@pytest.fixture(scope="module", autouse=True)
def _end_worker():
    yield
    parse_pool.close()


def write(project: Project, text: str | bytes, stem: str = "orders") -> Path:
    path = project.dags / f"{stem}.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def good(stem: str = "orders", schedule: str = "None") -> str:
    return GOOD.format(stem=stem, schedule=schedule)


def parse_one(project: Project, text: str | bytes) -> ParsedFile:
    path = write(project, text)
    return parsing.parse(project, [path])["dags/orders.py"]


@dataclass(frozen=True)
class Fault:
    """A line put at the end of (or instead of) a good file, and what is said."""

    name: str
    code: str
    line: int
    message: str
    whole: bool = False


LAST = good().count("\n")
FAULTS = [
    Fault("syntax", "def broken(:", LAST + 1, "syntax error: "),
    Fault("import", "import no_such_thing", LAST + 1, "import error: ModuleNotFound"),
    Fault("name", "\n\nundefined()", LAST + 3, "import error: NameError"),
    Fault("sys_exit", "import sys; sys.exit(3)", LAST + 1, r"calls sys\.exit .*3"),
    Fault(
        "os_exit", "import os; os._exit(0)", LAST + 1, r"ends the process .*status 0"
    ),
    Fault("abort", "import os\nos.abort()", LAST + 2, r"ends the process .*SIGABRT"),
    Fault(
        "crash",
        "import ctypes\nctypes.string_at(0)",
        LAST + 2,
        r"ends the process .*SIGSEGV",
    ),
    Fault(
        "interrupt",
        "raise KeyboardInterrupt",
        LAST + 1,
        r"ends the process .*KeyboardInterrupt",
    ),
    Fault(
        "cycle", "    rows = load()\n    rows >> total(rows) >> rows", LAST + 2, "cycle"
    ),
    Fault("no_dag", '"""Nothing: airflow dag."""', 1, "holds no DAG", whole=True),
    Fault("empty", "", 1, "holds no DAG", whole=True),
    Fault(
        "same_id_in_file",
        'with DAG("orders", schedule=None) as other:\n    pass',
        LAST + 1,
        r"defines the DAG 'orders' 2 times",
    ),
    Fault(
        "equal_dags_in_file",
        'one = DAG("twin", schedule=None)\ntwo = DAG("twin", schedule=None)',
        LAST + 2,
        r"defines the DAG 'twin' 2 times",
    ),
    Fault(
        "orm_session",
        "from airflow.utils.session import create_session\n"
        "with create_session() as session:\n    pass",
        LAST + 2,
        "uses the metadata database",
    ),
    Fault(
        "orm_swallowed",
        "from airflow import settings\ntry:\n    settings.Session()\n"
        "except Exception:\n    pass",
        LAST + 3,
        "uses the metadata database",
    ),
    Fault(
        "orm_engine",
        "from airflow import settings\nsettings.engine.connect()",
        LAST + 2,
        "uses the metadata database",
    ),
    Fault(
        "network",
        'import httpx\nhttpx.get("http://example.org/")',
        LAST + 2,
        r"uses the network .*example\.org",
    ),
    Fault(
        "loopback",
        "import socket\nsocket.create_connection(('127.0.0.1', 9))",
        LAST + 2,
        "uses the network",
    ),
    Fault(
        "network_swallowed",
        "import urllib.request\ntry:\n"
        "    urllib.request.urlopen('http://127.0.0.1:9')\nexcept Exception:\n    pass",
        LAST + 3,
        "uses the network",
    ),
    Fault(
        "variable",
        'from airflow.sdk import Variable\nVariable.get("region", default="eu")',
        LAST + 2,
        "looks up Variable 'region'",
    ),
    Fault(
        "variable_models",
        "from airflow.models import Variable\nVariable.get('region', default_var=1)",
        LAST + 2,
        "looks up Variable 'region'",
    ),
    Fault(
        "connection",
        'from airflow.sdk import Connection\nConnection.get("airflow_api")',
        LAST + 2,
        "looks up Connection 'airflow_api'",
    ),
    Fault(
        "base_hook",
        "from airflow.sdk import BaseHook\nBaseHook.get_connection('airflow_api')",
        LAST + 2,
        "looks up Connection 'airflow_api'",
    ),
    Fault(
        "subprocess",
        "import subprocess\nsubprocess.run(['true'])",
        LAST + 2,
        "starts a process .*true",
    ),
    Fault("os_system", "import os\nos.system('true')", LAST + 2, "starts a process"),
    Fault(
        "sqlite",
        "import sqlite3\nsqlite3.connect(':memory:')",
        LAST + 2,
        "opens a SQLite database",
    ),
    Fault(
        "thread",
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        LAST + 2,
        "leaves the thread .* running",
    ),
    Fault(
        "unserializable",
        "from airflow.sdk import EventsTimetable\n"
        'with DAG("dates", schedule=EventsTimetable([dt.datetime(2026, 1, 1, '
        "tzinfo=dt.UTC)])):\n    pass",
        LAST + 2,
        "the DAG 'dates' cannot be serialized",
    ),
    Fault("slow", "import time\ntime.sleep(30)", LAST + 2, "takes longer than 1 s"),
    Fault(
        "slow_stubborn",
        "import time\nwhile True:\n    try:\n        time.sleep(30)\n"
        "    except Exception:\n        pass",
        LAST + 4,
        "takes longer than 1 s",
    ),
    Fault(
        "prints", "print('{\"id\": 0}' * 3)\nsys.stdout.flush()", LAST + 2, "NameError"
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_refused_with_its_line(project, monkeypatch, fault):
    monkeypatch.setenv("DAGBOOK_PARSE_LIMIT", "1" if "slow" in fault.name else "5")
    text = fault.code if fault.whole else good() + fault.code + "\n"
    parsed = parse_one(project, text)
    [problem] = parsed.problems
    assert (problem.path, problem.line) == ("dags/orders.py", fault.line)
    assert re.search(fault.message, problem.what)
    assert problem.remedy
    assert str(project.root) not in str(problem)


def test_not_utf8(project):
    text = good().encode() + 'NAME = "Köln"\n'.encode("latin-1")
    [problem] = parse_one(project, text).problems
    assert problem.line == LAST + 1
    assert problem.what == "is not UTF-8: byte 0xf6"


def test_missing_file(project):
    path = project.dags / "gone.py"
    [problem] = parsing.parse(project, [path])["dags/gone.py"].problems
    assert problem.what == "does not exist"


def test_same_id_in_two_files(project):
    files = [write(project, good("orders"), stem) for stem in ("orders", "zebra")]
    parsed = parsing.parse(project, files)
    assert parsed["dags/orders.py"].problems == ()
    [problem] = parsed["dags/zebra.py"].problems
    assert problem.what == "the DAG 'orders' is already in dags/orders.py"


def test_good_file_as_data(project):
    parsed = parse_one(project, good(schedule='"30 2 * * *"'))
    assert parsed.problems == ()
    (dag,) = parsed.dags
    assert (dag.dag_id, dag.tags, dag.schedule) == (
        *("orders", ("reference",)),
        "At 02:30",
    )
    assert dag.timetable == "CronTriggerTimetable"
    assert [(t.task_id, t.operator) for t in dag.tasks] == [
        ("load", "@task"),
        ("total", "@task"),
    ]
    assert dag.edges == (("load", "total"),)
    assert [tick.run_after for tick in dag.ticks] == [
        f"2026-05-0{day}T02:30:00Z" for day in range(1, 6)
    ]


def test_names_for_display_and_labels_of_edges_are_read(project):
    text = """
import pendulum
from airflow.sdk import DAG, Label
from airflow.providers.standard.operators.empty import EmptyOperator

start = pendulum.datetime(2026, 5, 1, tz="UTC")
with DAG("orders", schedule=None, start_date=start, catchup=False, tags=["reference"]):
    load = EmptyOperator(task_id="load", task_display_name="Load orders")
    send = EmptyOperator(task_id="send")
    load >> Label("over 100") >> send
"""
    [dag] = parse_one(project, text).dags
    assert dag.labels == (("load", "send", "over 100"),)
    assert [task.label for task in dag.tasks] == ["Load orders", None]


def test_schedule_asks_the_timetable(project):
    write(project, good(schedule='"30 2 * * *"'))
    ask = ("dags/orders.py", "orders", "2026-03-28T02:30:00Z", 2)
    first = parsing.schedule(project, *ask)
    assert [t.logical_date for t in first] == [
        "2026-03-28T02:30:00Z",
        "2026-03-29T02:30:00Z",
    ]
    with pytest.raises(DagbookError, match=r"dags/orders\.py: has no DAG 'other'"):
        parsing.schedule(project, "dags/orders.py", "other", ask[2], 2)


@pytest.mark.parametrize("library", ["requests", "urllib3"])
def test_a_library_may_look_for_a_free_port_of_loopback(project, library):
    text = good().replace(
        "import datetime as dt", f"import datetime as dt\nimport {library}"
    )
    assert parse_one(project, text).problems == ()


def test_the_file_itself_may_not(project):
    bound = "import socket\nsocket.socket().bind(('127.0.0.1', 0))\n"
    (problem,) = parse_one(project, good() + bound).problems
    assert problem.what.startswith("uses the network while it is parsed")


def test_a_dag_that_gets_a_task_after_its_block_is_one_dag(project):
    late = """
from airflow.providers.standard.operators.empty import EmptyOperator

EmptyOperator(task_id="a", dag=dag) >> EmptyOperator(task_id="b", dag=dag)
"""
    parsed = parse_one(project, good() + late)
    assert parsed.problems == ()
    assert [task.task_id for task in parsed.dags[0].tasks] == [
        "a",
        "load",
        "b",
        "total",
    ]


def test_a_folder_named_like_a_file_is_no_dag_file(project):
    file = write(project, good())
    (project.dags / "notes.py").mkdir()
    assert list(project.dag_files()) == [file]


PLANNED = """
import datetime as dt
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

START = dt.datetime(2026, 4, 30, 1, 30, tzinfo=dt.UTC)

with DAG("orders", start_date=START, max_active_runs=1, {how}):
    EmptyOperator(task_id="a")
"""


@pytest.mark.parametrize(
    ("how", "planned"),
    [
        ("schedule=dt.timedelta(hours=4), catchup=True", ["01:30", "05:30"]),
        # Without catchup such a schedule counts from when the scheduler asks.
        ("schedule=dt.timedelta(hours=4), catchup=False", ["00:00", "04:00"]),
        ("schedule='0 */6 * * *', catchup=True", ["00:00", "06:00"]),
        ("schedule='0 */6 * * *', catchup=False", ["00:00", "06:00"]),
        ("schedule='@once', catchup=False", []),  # it was on 30 April
        ("schedule='@continuous', catchup=False", ["00:00"]),
        ("schedule=None, catchup=False", []),
    ],
)
def test_ticks_are_those_of_the_dag_s_own_start_and_catchup(project, how, planned):
    write(project, PLANNED.format(how=how))
    ticks = parsing.schedule(
        project, "dags/orders.py", "orders", "2026-05-01T00:00:00Z", 2
    )
    assert [tick.run_after for tick in ticks] == [
        f"2026-05-01T{time}:00Z" for time in planned
    ]


def test_once_is_planned_when_its_start_is_still_to_come(project):
    write(project, PLANNED.format(how="schedule='@once', catchup=True"))
    (tick,) = parsing.schedule(
        project, "dags/orders.py", "orders", "2026-04-30T00:00:00Z", 2
    )
    assert tick.logical_date == "2026-04-30T01:30:00Z"


def test_unchanged_file_starts_no_worker(project, monkeypatch):
    path = write(project, good())
    before = parsing.parse(project, [path])
    monkeypatch.setattr(parse_pool, "ask", lambda *a: pytest.fail("parsed again"))
    started = time.perf_counter()
    assert parsing.parse(project, [path]) == before
    assert time.perf_counter() - started < 0.2
    path.write_text(good() + "# changed\n")
    with pytest.raises(pytest.fail.Exception):
        parsing.parse(project, [path])


def test_plugins_are_part_of_the_key(project):
    path = write(project, "from shared_rows import ROWS\n" + good())
    assert parsing.parse(project, [path])["dags/orders.py"].problems
    (project.dags / "plugins" / "shared_rows.py").write_text("ROWS = [1]\n")
    assert parsing.parse(project, [path])["dags/orders.py"].problems == ()


def test_missing_module_and_slow_parse_are_not_cached(project, monkeypatch):
    parse_one(project, "import no_such_thing\n" + good())
    monkeypatch.setenv("DAGBOOK_PARSE_LIMIT", "1")
    parse_one(project, "import time\ntime.sleep(3)\n" + good())
    assert not list((project.cache / "parse").glob("*.json"))
    monkeypatch.setenv("DAGBOOK_PARSE_LIMIT", "5")
    assert parse_one(project, "import time\ntime.sleep(3)\n" + good()).problems == ()


def test_files_do_not_see_each_other(project):
    leave = "import os, sys, types\nos.environ['LEFT'] = '1'\n"
    leave += "sys.modules['left_here'] = types.ModuleType('left_here')\n"
    write(project, leave + good("a_first"), "a_first")
    look = "import os, sys\nassert 'LEFT' not in os.environ\n"
    look += "assert 'left_here' not in sys.modules\n"
    for stem in ("b", "c", "d"):
        write(project, look + good(stem), stem)
    parsed = parsing.parse(project, sorted(project.dags.glob("*.py")))
    assert [file.problems for file in parsed.values()] == [()] * 4
    assert "LEFT" not in os.environ


def test_a_file_that_kills_its_process_harms_no_other(project):
    for stem in ("a", "b", "c"):
        write(project, good(stem), stem)
    write(project, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "bad")
    parsed = parsing.parse(project, sorted(project.dags.glob("*.py")))
    assert [name for name, file in parsed.items() if file.problems] == ["dags/bad.py"]


def test_output_of_a_file_does_not_reach_the_protocol(project):
    noise = "import os\nprint('{\"id\": 0, \"problems\": []}')\nos.write(1, b'{}\\n')\n"
    parsed = parse_one(project, noise + good())
    assert parsed.problems == ()
    assert [dag.dag_id for dag in parsed.dags] == ["orders"]


def test_environment_of_the_caller_does_not_matter(project, monkeypatch):
    monkeypatch.setenv("AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS", "True")
    monkeypatch.setenv("AIRFLOW_VAR_REGION", "eu")
    parse_pool.close()
    parsed = parse_one(project, good(schedule='"@daily"'))
    assert parsed.dags[0].timetable == "CronTriggerTimetable"


def test_worker_is_started_again_after_it_died(project, tmp_path, monkeypatch):
    # What is killed cannot clean up, so its folder is among those of this test.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    parse_pool.close()
    parse_one(project, good())
    for worker in parse_pool._workers.values():
        worker.kill()
        worker.wait()
    assert parse_one(project, good() + "# again\n").problems == ()


def test_progress_names_what_was_parsed(project):
    seen: list[tuple[int, int, str]] = []
    path = write(project, good())
    parsing.parse(project, [path], lambda *step: seen.append(step))
    parsing.parse(project, [path], lambda *step: seen.append(step))
    assert seen == [(1, 1, "dags/orders.py")]
