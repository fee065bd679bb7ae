"""Rules on the text of a DAG file: many spellings of each fault, and what is fine."""

import re
from pathlib import Path

import pytest

from dagbook.guard.guard import guard
from dagbook.project import Project

HEAD = '''"""Adds up the orders of a day."""

import datetime as dt

import pendulum
from airflow.sdk import DAG, Variable, dag, setup, task, task_group, teardown
'''
TAIL = """

@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def orders():
    @task
    def load():
        return [1, 2]

    load()


example = orders()

if __name__ == "__main__":
    example.test()
"""


def judge(tmp_path: Path, code: str, **given) -> list:
    project = Project(tmp_path)
    path = project.dags / "orders.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    return guard(project, path, **given)


def line_of(code: str) -> int:
    """Return the line that carries the mark ``# here``."""
    return next(n for n, row in enumerate(code.splitlines(), 1) if "# here" in row)


def check_bad(tmp_path: Path, code: str, message: str) -> None:
    found = judge(tmp_path, code)
    assert len(found) == 1, [str(problem) for problem in found]
    assert (found[0].path, found[0].line) == ("dags/orders.py", line_of(code))
    assert re.search(message, found[0].what), found[0].what
    assert found[0].remedy


def test_a_good_file_has_no_problem(tmp_path):
    assert judge(tmp_path, HEAD + TAIL) == []


IN_TASKS = {
    "import_in_task": """
@task
def count():
    from airflow.models import DagRun
    return DagRun.find(dag_id="orders")  # here
""",
    "alias_in_task": """
@task
def count():
    import airflow.models as m
    return m.DagRun.find(dag_id="orders")  # here
""",
    "from_airflow_import_models": """
@task
def count():
    from airflow import models as stored
    return stored.dagrun.DagRun.find()  # here
""",
    "plain_import": """
@task
def count():
    import airflow.models.dagrun
    return airflow.models.dagrun.DagRun.find()  # here
""",
    "create_session": """
@task
def count():
    from airflow.utils.session import create_session
    with create_session() as session:  # here
        return session.execute("select 1")
""",
    "settings": """
@task
def count():
    from airflow import settings
    return settings.Session().execute("select 1")  # here
""",
    "settings_by_getattr": """
@task
def count():
    import airflow
    return getattr(airflow, "settings").engine  # here
""",
    "import_module": """
@task
def count():
    import importlib
    models = importlib.import_module("airflow.models")  # here
    return models.DagRun.find()
""",
    "local_alias": """
@task
def count():
    from airflow.models.dagrun import DagRun as Run
    find = Run.find  # here
    return find(dag_id="orders")
""",
    "provide_session": """
def runs(session=None):
    return session.execute("select 1")

@task
def count():
    from airflow.utils.session import provide_session
    return provide_session(runs)()  # here
""",
    "helper": """
def count_runs():
    from airflow.models import DagRun
    return len(DagRun.find())  # here

@task
def count():
    return count_runs()
""",
    "helper_of_helper": """
def find():
    from airflow.models import DagRun
    return DagRun.find()  # here

def count_runs():
    return len(find())

@task
def count():
    return count_runs()
""",
    "helper_in_a_table": """
def by_database():
    from airflow.models import DagRun
    return DagRun.find()  # here

WAYS = {"database": by_database}

@task
def count(way):
    return WAYS[way]()
""",
    "class_used_by_task": """
class Runs:
    def count(self):
        from airflow.models import DagRun
        return len(DagRun.find())  # here

RUNS = Runs()

@task
def count():
    return RUNS.count()
""",
    "branch_task": """
@task.branch(retries=1)
def choose():
    from airflow.models import DagModel
    return DagModel.get_dagmodel("orders")  # here
""",
    "setup": """
@setup
def make():
    from airflow.models import Pool
    Pool.create_or_update_pool("p", 1, "", False)  # here
""",
    "async_task": """
@task
async def count():
    from airflow.models import DagRun
    return DagRun.find()  # here
""",
    "nested_in_dag": """
@dag(schedule=None, start_date=None, catchup=False)
def other():
    @task
    def count():
        from airflow.models import DagRun
        return DagRun.find()  # here

    count()
""",
    "helper_nested_in_dag": """
@dag(schedule=None, start_date=None, catchup=False)
def other():
    def runs():
        from airflow.models import DagRun
        return DagRun.find()  # here

    @task
    def count():
        return runs()

    count()
""",
    "alias_in_dag": """
@dag(schedule=None, start_date=None, catchup=False)
def other():
    import importlib
    models = importlib.import_module("airflow.models")

    @task
    def count():
        return models.DagRun.find()  # here

    count()
""",
    "task_alias": """
from airflow.sdk import task as step

@step(task_id="c")
def count():
    from airflow.models import DagRun
    return DagRun.find()  # here
""",
    "sdk_module": """
import airflow.sdk as sdk

@sdk.task.short_circuit
def count():
    from airflow.models import DagRun
    return DagRun.find()  # here
""",
    "asset_function": """
from airflow.sdk import asset

@asset(schedule=None)
def counted():
    from airflow.models import DagRun
    return DagRun.find()  # here
""",
    "python_callable": """
from airflow.providers.standard.operators.python import PythonOperator

def count():
    from airflow.models import DagRun
    return DagRun.find()  # here

PythonOperator(task_id="c", python_callable=count)
""",
    "python_callable_partial": """
import functools
from airflow.providers.standard.operators.python import PythonOperator

def count(state):
    from airflow.models import DagRun
    return DagRun.find(state=state)  # here

PythonOperator(task_id="c", python_callable=functools.partial(count, "failed"))
""",
    "lambda_callback": """
from airflow import models

@task(on_failure_callback=lambda context: models.DagRun.find())  # here
def count():
    return 1
""",
    "callback_list_in_default_args": """
def tell(context):
    from airflow.models import DagRun
    DagRun.find()  # here

DEFAULTS = {"on_failure_callback": [tell]}
""",
    "dag_callback": """
def tell(context):
    from airflow.models import DagRun
    DagRun.find()  # here

@dag(schedule=None, start_date=None, catchup=False, on_success_callback=tell)
def other():
    pass
""",
    "deadline_callback": """
from airflow.sdk import SyncCallback

def late():
    from airflow.models import DagRun
    DagRun.find()  # here

CALLBACK = SyncCallback(late)
""",
    "operator_execute": """
from airflow.sdk import BaseOperator

class Count(BaseOperator):
    def execute(self, context):
        from airflow.models import DagRun
        return self.runs(DagRun)  # here
""",
    "operator_helper_method": """
from airflow.sdk import BaseOperator

class Base(BaseOperator):
    pass

class Count(Base):
    def execute(self, context):
        return self.runs()

    def runs(self):
        from airflow.models import DagRun
        return DagRun.find()  # here
""",
    "sensor_poke": """
from airflow.sdk import BaseSensorOperator

class Wait(BaseSensorOperator):
    def poke(self, context):
        from airflow.models import DagRun
        return bool(DagRun.find())  # here
""",
    "run_if": """
def wanted(context):
    from airflow.models import DagRun
    return bool(DagRun.find())  # here

@task.run_if(wanted)
@task
def count():
    return 1
""",
    "xcom_map": """
def look(value):
    from airflow.models import DagRun
    return DagRun.find(run_id=value)  # here

example_rows = example.map(look)
""",
    "trigger_dag_function": """
@task
def start():
    from airflow.api.common.trigger_dag import trigger_dag
    trigger_dag("orders")  # here
""",
    "own_engine": """
@task
def count():
    import os
    return os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]  # here
""",
    "conf_database": """
@task
def count():
    from airflow.configuration import conf
    return conf.get("database", "load_default_connections")  # here
""",
    "cli_list": """
@task
def pause():
    import subprocess
    subprocess.run(["airflow", "dags", "pause", "orders"], check=True)  # here
""",
    "cli_text": """
@task
def pause():
    import os
    os.system("airflow dags pause orders")  # here
""",
    "cli_module": """
@task
def pause():
    import subprocess, sys
    subprocess.check_output([sys.executable, "-m", "airflow", "dags", "list"])  # here
""",
    "cli_named": """
COMMAND = ["airflow", "dags", "pause", "orders"]

@task
def pause():
    import subprocess
    subprocess.run(COMMAND, check=True)  # here
""",
    "cli_split": """
@task
def pause():
    import shlex, subprocess
    subprocess.run("airflow dags pause orders".split(), check=True)  # here
""",
    "cli_in_argument": """
@task
def pause():
    import subprocess
    print(subprocess.run(["airflow", "dags", "list"]).stdout)  # here
""",
    "bash_operator": """
from airflow.providers.standard.operators.bash import BashOperator

BashOperator(task_id="p", bash_command="cd /x && airflow dags pause orders")  # here
""",
    "bash_script": """
from airflow.providers.standard.operators.bash import BashOperator

BashOperator(
    task_id="p",
    bash_command="set -e\\nif true; then X=1 python3 -m airflow db check; fi",
)
""".replace("BashOperator(\n", "BashOperator(  # here\n"),
    "bash_inner": """
@task
def pause():
    import subprocess
    subprocess.run("bash -c 'airflow dags pause orders'", shell=True)  # here
""",
    "serializer": """
@task
def size():
    from airflow.serialization.serialized_objects import DagSerialization
    return len(DagSerialization.to_dict(example))  # here
""",
}


@pytest.mark.parametrize("name", IN_TASKS)
def test_the_database_is_out_of_reach_for_a_task(tmp_path, name):
    code = HEAD + TAIL.split("if __name__")[0] + IN_TASKS[name]
    code += '\nif __name__ == "__main__":\n    example.test()\n'
    internal = "internal part|imports airflow"
    found = judge(tmp_path, code)
    # `from airflow import models` at module level is refused as an import as well.
    inside = [p for p in found if not p.what.startswith("imports ")]
    assert len(inside) == 1, [str(problem) for problem in found]
    assert inside[0].line == line_of(code)
    assert re.search(f"a task|{internal}", inside[0].what)


WHILE_PARSING = {
    "open": "ROWS = open('rows.csv').read()  # here",
    "path_open": "from pathlib import Path\nROWS = Path('x').open()  # here",
    "read_text": "from pathlib import Path\nROWS = (Path() / 'y').read_text()  # here",
    "requests": "import requests\nROWS = requests.get('http://x').json()  # here",
    "httpx": "import httpx as web\nROWS = web.post('http://x')  # here",
    "from_httpx": "from httpx import get as fetch\nROWS = fetch('http://x')  # here",
    "client": "import httpx\nCLIENT = httpx.Client()  # here",
    "urlopen": "from urllib.request import urlopen\nROWS = urlopen('http://x')  # here",
    "socket": "import socket\nHOST = socket.gethostname()  # here",
    "subprocess": "import subprocess as sp\nsp.run(['true'])  # here",
    "system": "import os\nos.system('true')  # here",
    "variable": "REGION = Variable.get('region')  # here",
    "variable_module": "import airflow.sdk\nR = airflow.sdk.Variable.get('r')  # here",
    "connection": "from airflow.sdk import Connection\nC = Connection.get('x')  # here",
    "base_hook": (
        "from airflow.sdk import BaseHook\nBaseHook.get_connection('x')  # here"
    ),
    "own_hook": "hook = object()\nhook.get_connection('x')  # here",
    "sleep": "import time\ntime.sleep(1)  # here",
    "from_sleep": "from time import sleep as nap\nnap(1)  # here",
    "now": "START = dt.datetime.now()  # here",
    "utcnow": "from datetime import datetime\nSTART = datetime.utcnow()  # here",
    "today": "from datetime import date\nSTART = date.today()  # here",
    "pendulum": "START = pendulum.now('UTC').subtract(days=1)  # here",
    "pendulum_today": "START = pendulum.today()  # here",
    "clock": "import time\nSTARTED = time.time()  # here",
    "random": "import random\nN = random.randint(1, 6)  # here",
    "seed of the moment": "import random\nrandom.seed()  # here",
    "unseeded": "import random\nDICE = random.Random()  # here",
    "uuid": "from uuid import uuid4\nRUN = str(uuid4())  # here",
    "sqlite": "import sqlite3\nDB = sqlite3.connect('x')  # here",
    "tempdir": "import tempfile\nFOLDER = tempfile.mkdtemp()  # here",
    "exit": "import sys\nsys.exit()  # here",
    "thread": "import threading\nthreading.Thread(target=print).start()  # here",
    "default": "def rows(day=dt.date.today()):  # here\n    return day",
    "in_a_class": "class Rows:\n    START = dt.datetime.now()  # here",
    "in_a_loop": "for name in 'ab':\n    Variable.get(name)  # here",
    "in_an_if": "if True:\n    REGION = Variable.get('r')  # here",
    "comprehension": "ALL = [Variable.get(name) for name in 'ab']  # here",
    "function_called": "def rows():\n    return open('x')  # here\n\nROWS = rows()",
    "function_of_function": (
        "def inner():\n    return open('x').read()  # here\n\n"
        "def rows():\n    return inner()\n\nROWS = rows()"
    ),
    "constructor": (
        "class Rows:\n    def __init__(self):\n        self.a = open('x')  # here\n\n"
        "ROWS = Rows()"
    ),
    "decorator_argument": "@task(retries=int(Variable.get('r')))  # here\ndef a(): ...",
    "inside_dag": (
        "@dag(schedule=None, start_date=None, catchup=False)\ndef other():\n"
        "    rows = open('x').read()  # here\n    return rows"
    ),
    "inside_with_dag": (
        "with DAG('o', schedule=None, start_date=None, catchup=False):\n"
        "    region = Variable.get('r')  # here"
    ),
    "inside_task_group": (
        "@task_group\ndef north():\n    region = Variable.get('r')  # here\n"
        "    return region"
    ),
    "start_date": (
        "with DAG('o', schedule=None, catchup=False,\n"
        "    start_date=pendulum.now()):  # here\n    pass"
    ),
}


@pytest.mark.parametrize("name", WHILE_PARSING)
def test_no_work_while_parsing(tmp_path, name):
    code = HEAD + "\n" + WHILE_PARSING[name] + "\n" + TAIL
    check_bad(tmp_path, code, "while it is parsed")


OLD_PATHS = {
    "from airflow import DAG as D": "airflow.sdk.DAG",
    "from airflow.models import DAG as D": "airflow.sdk.DAG",
    "from airflow.models.dag import DAG as D": "airflow.sdk.DAG",
    "from airflow import Dataset": "airflow.sdk.Asset",
    "from airflow.datasets import Dataset": "airflow.sdk.Asset",
    "from airflow.decorators import task as t": "airflow.sdk.task",
    "from airflow.decorators import dag as d": "airflow.sdk.dag",
    "import airflow.decorators": "airflow.sdk",
    "from airflow.operators.python import PythonOperator": (
        "airflow.providers.standard.operators.python"
    ),
    "from airflow.operators.bash_operator import BashOperator": (
        "airflow.providers.standard.operators.bash"
    ),
    "from airflow.operators.dummy import DummyOperator": (
        "airflow.providers.standard.operators.empty"
    ),
    "from airflow.operators.empty import EmptyOperator": (
        "airflow.providers.standard.operators.empty"
    ),
    "from airflow.sensors.external_task import ExternalTaskSensor": (
        "airflow.providers.standard.sensors.external_task"
    ),
    "from airflow.sensors.base import BaseSensorOperator": "airflow.sdk",
    "from airflow.hooks.base import BaseHook": "airflow.sdk.BaseHook",
    "from airflow.models.baseoperator import chain": "airflow.sdk.chain",
    "from airflow.models.baseoperator import BaseOperator": "airflow.sdk.BaseOperator",
    "from airflow.models import BaseOperator": "airflow.sdk.BaseOperator",
    "from airflow.models import Variable as V": "airflow.sdk.Variable",
    "from airflow.models.param import Param": "airflow.sdk.Param",
    "from airflow.utils.task_group import TaskGroup": "airflow.sdk.TaskGroup",
    "from airflow.utils.edgemodifier import Label": "airflow.sdk.Label",
    "from airflow.utils.trigger_rule import TriggerRule": "airflow.sdk.TriggerRule",
    "from airflow.utils.dates import days_ago": "pendulum.datetime",
    "from airflow.utils import timezone": "airflow.sdk.timezone",
    "from airflow.notifications.basenotifier import BaseNotifier": (
        "airflow.sdk.BaseNotifier"
    ),
    "from airflow.contrib.sensors.file_sensor import FileSensor": "provider",
    "from airflow.io.path import ObjectStoragePath": "airflow.sdk.ObjectStoragePath",
}


@pytest.mark.parametrize("statement", OLD_PATHS)
def test_airflow_2_paths_name_their_replacement(tmp_path, statement):
    code = f"{HEAD}{statement}  # here\n{TAIL}"
    check_bad(tmp_path, code, "an Airflow 2 path")
    assert OLD_PATHS[statement] in judge(tmp_path, code)[0].remedy


def test_airflow_2_paths_are_found_in_functions_and_in_main(tmp_path):
    code = HEAD + TAIL + "    from airflow.operators.bash import BashOperator  # here\n"
    check_bad(tmp_path, code, "an Airflow 2 path")


IMPORTS = {
    "import pandas": "does not bring along",
    "from boto3 import client": "does not bring along",
    "from airflow.providers.amazon.aws.hooks.s3 import S3Hook": "does not bring along",
    "from . import helpers": "a file that a copy does not have",
    "from airflow.models import DagRun": "internal part",
    "from airflow.models import *": "internal part",
    "from airflow.utils.session import create_session": "internal part",
    "from airflow.api_fastapi.app import create_app": "internal part",
}


@pytest.mark.parametrize("statement", IMPORTS)
def test_a_copy_of_the_file_must_run_alone(tmp_path, statement):
    check_bad(tmp_path, f"{HEAD}{statement}  # here\n{TAIL}", IMPORTS[statement])


def test_front_matter_allows_more_imports(tmp_path):
    code = f"{HEAD}from airflow.providers.http.hooks.http import HttpHook\n{TAIL}"
    assert judge(tmp_path, code)
    assert not judge(tmp_path, code, requires=["apache-airflow-providers-http"])
    code = f"{HEAD}import yaml\n{TAIL}"
    assert judge(tmp_path, code)
    assert not judge(tmp_path, code, requires=["PyYAML>=6"])


def test_plugins_of_the_project_may_be_imported(tmp_path):
    code = f"{HEAD}from workdays import WorkdayTimetable\n{TAIL}"
    assert judge(tmp_path, code)
    (tmp_path / "dags" / "plugins").mkdir()
    (tmp_path / "dags" / "plugins" / "workdays.py").touch()
    assert not judge(tmp_path, code)


FINE = {
    "orm_in_main_only": """
def report():
    from airflow.models import DagRun
    return DagRun.find()

MAIN = True
""",
    "for_types_only": """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.models import DagRun

@task
def load(dag_run: "DagRun" = None) -> int:
    return 1
""",
    "work_in_tasks": """
import os, random, subprocess, time, uuid
import httpx

@task
def load():
    time.sleep(0)
    subprocess.run(["true"])
    with open("/dev/null") as rows:
        rows.read()
    httpx.get("http://127.0.0.1")
    return random.random(), uuid.uuid4(), dt.datetime.now(), Variable.get("r")
""",
    "helpers_of_tasks": """
from pathlib import Path

def rows():
    return Path("rows.csv").read_text()

@task
def load():
    return rows()
""",
    "fixed_values": """
import os, random, re, tempfile, logging
from pathlib import Path
from airflow.sdk import Asset, Param

log = logging.getLogger(__name__)
DICE = random.Random(7)
N = DICE.randint(1, 6)
FOLDER = Path(tempfile.gettempdir()) / "orders"
HERE = Path(__file__).parent
REGION = os.environ.get("REGION", "eu")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NEXT = pendulum.datetime(2026, 1, 1).add(days=1)
ORDERS = Asset("orders", uri="file:///orders")
SIZE = Param(3, type="integer")
PATTERN = re.compile("a")
""",
    "http_settings": """
import httpx, requests
TIMEOUT = httpx.Timeout(5.0)
AUTH = httpx.BasicAuth("a", "b")
ERRORS = (httpx.HTTPError, requests.ConnectionError)
""",
    "templates": """
from airflow.providers.standard.operators.bash import BashOperator

BashOperator(task_id="p", bash_command="echo {{ var.value.region }} airflow")
""",
    "seed": "import random\nrandom.seed(7)\n",
    "providers_of_airflow": """
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
""",
    "imports_of_another_python": """
from airflow.providers.standard.operators.python import ExternalPythonOperator

def mean():
    import pandas
    return pandas.Series([1]).mean()

ExternalPythonOperator(task_id="mean", python="/x", python_callable=mean)

@task.virtualenv(requirements=["numpy"])
def calc():
    import numpy
    return float(numpy.pi)

@task.external_python(python="/x")
def other():
    from scipy import stats
    return stats.norm.mean()
""",
    "a_sentence_about_an_option": """
@task
def explain():
    print("set sql_alchemy_conn or AIRFLOW__DATABASE__SQL_ALCHEMY_CONN for it")
    return {"help": "the option [database] sql_alchemy_conn"}
""",
    "a_shell_that_speaks_of_the_command": """
import subprocess
from airflow.providers.standard.operators.bash import BashOperator

BashOperator(task_id="a", bash_command="echo 'then: airflow dags list'")
BashOperator(task_id="b", bash_command="echo run airflow dags list  # airflow db x")

@task
def tell():
    subprocess.run("echo see airflow dags list", shell=True)
""",
    "airflowctl": """
@task
def pause():
    import subprocess
    subprocess.run(["airflowctl", "dags", "pause", "orders"], check=True)
""",
    "words_about_the_command": '''
@task
def explain():
    """Say why `airflow dags pause` and SQL_ALCHEMY_CONN are of no use here."""
    print("use airflow dags pause by hand")
''',
    "parameter_of_the_same_name": """
def report():
    from airflow.models import DagRun
    return DagRun.find()

@task
def load(report):
    return report
""",
    "common_arguments": """
COMMON = dict(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
OTHER = {"schedule": None, "start_date": None, "catchup": False}

with DAG("a", **COMMON):
    pass
with DAG("b", **OTHER):
    pass
with DAG("c", schedule=None, catchup=False, default_args={"start_date": None}):
    pass
""",
    "factory_with_arguments": """
def build(role, **arguments):
    with DAG(f"orders__{role}", **arguments) as built:
        @task
        def load():
            return open("/dev/null").read()

        load()
    return built

build("east", schedule=None, start_date=None, catchup=False)
""",
    "public_timetables": """
from airflow.sdk.exceptions import AirflowFailException
from airflow.timetables.events import EventsTimetable
from airflow.triggers.base import BaseTrigger, TriggerEvent
from airflow.utils.state import DagRunState
DATES = EventsTimetable([pendulum.datetime(2026, 1, 1)])
""",
    "own_trigger": """
from airflow.triggers.base import BaseTrigger, TriggerEvent
import asyncio

class Wait(BaseTrigger):
    def serialize(self):
        return "x", {}

    async def run(self):
        await asyncio.sleep(1)
        yield TriggerEvent(1)
""",
    "context_access": """
@task
def load(ti=None, dag_run=None):
    store = ti.get_dag("orders")
    return store.is_paused, dag_run.conf, ti.get_dagrun_state("orders", dag_run.run_id)
""",
    "own_class_named_like_a_model": """
from dataclasses import dataclass

@dataclass
class DagRun:
    run_id: str

@task
def load():
    return DagRun("a").run_id
""",
    "a_task_named_like_its_function": """
from airflow.providers.standard.operators.python import PythonOperator

def report():
    return 1

@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def daily():
    report = PythonOperator(task_id="report", python_callable=report)
""",
    "a_module_name_that_mentions_itself": """
from airflow.providers.standard.operators.python import PythonOperator

def close():
    return 1

close = PythonOperator(task_id="close", python_callable=close)
""",
    "a_function_named_open": """
def open_orders(rows):
    return [row for row in rows if row["open"]]

ROWS = open_orders([{"open": True}])
""",
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine(tmp_path, name):
    code = HEAD + FINE[name] + TAIL
    if "MAIN" in FINE[name]:
        code += "    print(report())\n"
    assert [str(problem) for problem in judge(tmp_path, code)] == []


SHAPES = {
    "no_docstring": (HEAD.replace('"""Adds', "# Adds"), TAIL, 1, "no module docstring"),
    "long_line": (HEAD + "X = '" + "x" * 90 + "'  # here\n", TAIL, 7, "characters"),
    "no_main": (HEAD, TAIL.split("if __name__")[0], 19, "has no `if __name__"),
    "empty_main": (HEAD, TAIL.replace("example.test()", "pass"), 20, "not once"),
    "two_tests": (HEAD, TAIL + "    example.test()\n", 20, "2 times"),
    "no_schedule": (HEAD, TAIL.replace("schedule=None, ", ""), 9, "explicit schedule"),
    "no_catchup": (HEAD, TAIL.replace(", catchup=False", ""), 9, "explicit catchup"),
    "no_start": (
        HEAD,
        TAIL.replace("start_date=pendulum.datetime(2026, 1, 1), ", ""),
        9,
        "explicit start_date",
    ),
    "bare_dag": (
        HEAD,
        re.sub(r"@dag\(.*\)", "@dag", TAIL),
        9,
        "no schedule, start_date and catchup",
    ),
    "with_dag": (
        HEAD + "\nwith DAG('x', schedule=None):\n    pass\n",
        TAIL,
        8,
        "explicit start_date, catchup",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shape_of_the_file(tmp_path, name):
    head, tail, line, message = SHAPES[name]
    found = judge(tmp_path, head + tail)
    assert [problem.line for problem in found] == [line], [str(p) for p in found]
    assert re.search(message, found[0].what)


def test_unreadable_files_are_left_to_the_parse(tmp_path):
    assert judge(tmp_path, "def broken(:\n") == []
