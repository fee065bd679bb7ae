"""The ways to break the tree. Each returns the place that the message must name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tree import CHECKLIST, FOLDER, Tree

from dagbook.files import sha256

Break = Callable[[Tree], str]


@dataclass(frozen=True)
class Fault:
    """One way to break the tree.

    Args:
        name: of the test.
        do: breaks the tree and returns ``path`` or ``path:line``.
        message: pattern of what is wrong.
        also: pattern of further problems that follow from the same fault.
        page: the message names the page of the first example.
        environment: variables set for the check.
    """

    name: str
    do: Break
    message: str
    also: str = ""
    page: bool = True
    environment: tuple[tuple[str, str], ...] = ()


FAULTS: list[Fault] = []


def fault(message: str, also: str = "", page: bool = True, **environment: str):
    """Register the decorated function as a fault."""

    def register(do: Break) -> Break:
        extra = tuple(environment.items())
        FAULTS.append(Fault(do.__name__, do, message, also, page, extra))
        return do

    return register


def edit(
    name: str,
    file: str,
    old: str,
    new: str,
    message: str,
    *,
    also: str = "",
    page: bool = True,
    down: int = 0,
) -> None:
    """Register the replacement of the first ``old`` in a file as a fault.

    Args:
        name: of the test.
        file: a name that ``Tree`` has, such as ``page``, or a path from the root.
        old: the text that goes; the whole file where it is empty.
        new: the text that comes.
        message: pattern of what is wrong.
        also: as in ``Fault``.
        page: as in ``Fault``.
        down: how many lines below the beginning of ``new`` the fault is.
    """

    def do(tree: Tree) -> str:
        place = getattr(tree, file, file)
        if not old:
            tree.write(place, new)
            return f"{place}|{place}:{1 + down}"
        line = tree.replace(place, old, new) + down
        return f"{place}:{line}|{place}"

    FAULTS.append(Fault(name, do, message, also, page))


# The DAG file


@fault("syntax error")
def syntax_error(tree: Tree) -> str:
    line = tree.at_import("def broken(:")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("import error: ModuleNotFoundError", also="does not bring along")
def import_error(tree: Tree) -> str:
    line = tree.at_import("import no_such_module")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("import error: NameError.*undefined_name")
def name_error(tree: Tree) -> str:
    line = tree.at_import("print(undefined_name)")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault(r"calls sys\.exit", also="starts or ends a process")
def calls_sys_exit(tree: Tree) -> str:
    line = tree.at_import("import sys\n\nsys.exit(1)")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("ends the process that parses it", also="starts or ends a process")
def ends_the_process(tree: Tree) -> str:
    line = tree.at_import("import os\n\nos._exit(0)")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("the tasks form a cycle")
def cycle(tree: Tree) -> str:
    tasks = "    first, second = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')"
    line = tree.at_import(
        "from airflow.providers.standard.operators.empty import EmptyOperator\n"
        "from airflow.sdk import DAG\n\n"
        f"with DAG('{tree.first.stem}__ring', schedule=None, start_date=None, "
        f"catchup=False):\n{tasks}\n    first >> second >> first"
    )
    tree.replace(tree.dag, f"('{tree.first.stem}__ring', ", "(\n    STEM__RING, ")
    tree.replace(
        tree.dag, "with DAG(", f"STEM__RING = '{tree.first.stem}__ring'\nwith DAG("
    )
    tree.restamp()
    return f"{tree.dag}:{line + 2}"


@fault("is not UTF-8")
def not_utf8(tree: Tree) -> str:
    line = tree.at_import("# Köln")
    path = tree.path(tree.dag)
    path.write_bytes(path.read_bytes().replace("Köln".encode(), b"K\xf6ln"))
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("uses the network while it is parsed")
def network_at_import(tree: Tree) -> str:
    line = tree.at_import("import httpx\n\nhttpx.get('http://127.0.0.1:9/')")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("takes longer than 1 s to parse", also="sleeps", DAGBOOK_PARSE_LIMIT="1")
def sleep_at_import(tree: Tree) -> str:
    line = tree.at_import("import time\n\ntime.sleep(20)")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("takes longer than 1 s to parse", DAGBOOK_PARSE_LIMIT="1")
def endless_loop_at_import(tree: Tree) -> str:
    line = tree.at_import("while True:\n    pass")
    tree.restamp()
    return f"{tree.dag}:{line - 1}|{tree.dag}:{line}"


@fault("looks up Variable 'region' while it is parsed")
def variable_at_import(tree: Tree) -> str:
    line = tree.at_import("from airflow.sdk import Variable\n\nVariable.get('region')")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("uses the metadata database while it is parsed", also="internal part")
def database_at_import(tree: Tree) -> str:
    line = tree.at_import(
        "from airflow.utils.session import create_session\n\n"
        "with create_session() as session:\n    session.execute('select 1')"
    )
    tree.restamp()
    return f"{tree.dag}:{line - 1}"


@fault("starts a process while it is parsed")
def process_at_import(tree: Tree) -> str:
    line = tree.at_import("import subprocess\n\nsubprocess.run(['true'])")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("leaves the thread .* running", also="starts or ends a process or thread")
def thread_left_running(tree: Tree) -> str:
    line = tree.at_import(
        "import threading\n\nEVENT = threading.Event()\n"
        "threading.Thread(target=EVENT.wait, daemon=True).start()"
    )
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("cannot be serialized")
def cannot_be_serialized(tree: Tree) -> str:
    line = tree.at_import(
        "from airflow.sdk import DAG, EventsTimetable\n\n"
        f"RING = '{tree.first.stem}__dates'\n"
        "DATES = EventsTimetable([pendulum.datetime(2026, 1, 1)])\n"
        "with DAG(RING, schedule=DATES, start_date=None, catchup=False):\n    pass"
    )
    tree.restamp()
    return f"{tree.dag}:1|{tree.dag}:{line - 1}"


@fault("a task uses airflow.models.DagRun.find, which needs the metadata database")
def database_in_task(tree: Tree) -> str:
    line = tree.in_task("from airflow.models import DagRun; DagRun.find()")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("a task runs the airflow command")
def command_line_in_task(tree: Tree) -> str:
    line = tree.in_task(
        "import subprocess; subprocess.run(['airflow', 'dags', 'list'])"
    )
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("imports airflow.operators.bash.BashOperator, an Airflow 2 path")
def airflow_2_path(tree: Tree) -> str:
    line = tree.replace(
        tree.dag,
        "import pendulum\n",
        "import pendulum\nfrom airflow.operators.bash import BashOperator\n",
    )
    tree.restamp()
    return f"{tree.dag}:{line + 1}"


@fault("imports yaml, which Airflow does not bring along")
def undeclared_import(tree: Tree) -> str:
    line = tree.replace(tree.dag, "import pendulum\n", "import pendulum\nimport yaml\n")
    tree.restamp()
    return f"{tree.dag}:{line + 1}"


@fault("the tags differ from the checklist: the DAG misses beginner and has easy too")
def wrong_tag(tree: Tree) -> str:
    line = tree.replace(tree.dag, '"beginner"', '"easy"')
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault(r"has no DAG with the id '16_01_01\w+', only: .*orders", also="not named after")
def wrong_dag_id(tree: Tree) -> str:
    tree.replace(tree.dag, "@dag(dag_id=STEM,", '@dag(dag_id="orders",')
    tree.restamp()
    return f"{tree.dag}:{tree.line(tree.dag, '@dag(dag_id=f')}"


@fault(
    "is already in dags/.*16_01_01",
    also="not named after|the recording is stale|has 3 DAGs",
    page=False,
)
def duplicate_dag_id(tree: Tree) -> str:
    tree.at_import(
        "TWIN = '" + tree.first.stem + "'\n"
        "with __import__('airflow.sdk').sdk.DAG(\n"
        "    TWIN, schedule=None, start_date=None, catchup=False\n):\n    pass",
        tree.other_dag,
    )
    tree.restamp(tree.second)
    return tree.other_dag


@fault("defines the DAG '16_01_01.*' 2 times", also="has 3 DAGs")
def duplicate_dag_id_in_file(tree: Tree) -> str:
    line = tree.at_import(
        "from airflow.sdk import DAG\n\n"
        f"with DAG('{tree.first.stem}',\n"
        "    schedule=None, start_date=None, catchup=False):\n    pass"
    )
    tree.restamp()
    return f"{tree.dag}:{line - 2}"


@fault("has no `if __name__")
def no_main_block(tree: Tree) -> str:
    text = tree.read(tree.dag).partition("if __name__")[0].rstrip() + "\n"
    tree.write(tree.dag, text)
    tree.restamp()
    return f"{tree.dag}:{text.count(chr(10))}"


@fault("the DAG has no explicit catchup")
def implicit_catchup(tree: Tree) -> str:
    tree.replace(tree.dag, '    "catchup": False,\n', "")
    tree.restamp()
    return f"{tree.dag}:{tree.line(tree.dag, '@dag(')}"


@fault("line of 89 characters")
def long_line(tree: Tree) -> str:
    line = tree.at_import("X = '" + "x" * 83 + "'")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("section “.*” has no end", also="snippet|section|code of")
def section_without_end(tree: Tree) -> str:
    text = tree.read(tree.dag)
    name = text.partition("[end:")[2].partition("]")[0]
    tree.replace(tree.dag, f"# --8<-- [end:{name}]", "#")
    tree.restamp()
    return f"{tree.dag}:{tree.line(tree.dag, f'[start:{name}]')}"


@fault("belongs to no item of the spec", also="has no|docstring|snippet", page=False)
def dag_without_item(tree: Tree) -> str:
    name = f"dags/{FOLDER}/16_01_99_extra.py"
    tree.write(name, tree.read(tree.dag).replace(tree.first.stem, "16_01_99_extra"))
    return name


@fault("has a page and test but no DAG file", also="snippet of a file that does not")
def missing_dag_file(tree: Tree) -> str:
    tree.path(tree.dag).unlink()
    return tree.dag


# The page


@fault("has no section “gone”", also="no code of its example")
def missing_section(tree: Tree) -> str:
    text = tree.read(tree.page)
    name = text.partition(f'"{tree.dag}:')[2].partition('"')[0]
    line = tree.replace(tree.page, f'"{tree.dag}:{name}"', f'"{tree.dag}:gone"')
    return f"{tree.page}:{line}"


@fault("no section for the bullet “")
def bullet_without_section(tree: Tree) -> str:
    text = tree.read(tree.page)
    before, mark, rest = text.partition("\n## ")
    tree.write(tree.page, before + "\n## " + rest.partition("\n## ")[2])
    assert mark
    return tree.page


@fault("has a page but no DAG file", also="has a page but no test|snippet|recording")
def page_without_example(tree: Tree) -> str:
    for name in (tree.dag, tree.test, tree.recording):
        tree.path(name).unlink()
    return tree.dag


@fault("belongs to no item of the spec", page=False)
def page_without_item(tree: Tree) -> str:
    name = f"docs/{FOLDER}/16_01_99_extra.md"
    tree.write(name, "# Extra\n\nNobody asked for it.\n")
    return name


@fault("declares Airflow >=3.3, and its tests failed on 3.4.1", page=False)
def declared_where_the_tests_failed(tree: Tree) -> str:
    dag = tree.path(tree.dag)
    row = {"source": sha256(dag), "3.2.2": "failed", "3.3.2": "passed"}
    tree.write("tests/matrix.json", json.dumps({"16.1.1": {**row, "3.4.1": "failed"}}))
    declared = re.search(r"^airflow: .*$", tree.read(tree.page), re.M)
    assert declared
    line = tree.replace(tree.page, declared[0], 'airflow: ">=3.3"')
    return f"{tree.page}:{line}"


@fault("titel")
def unknown_front_matter(tree: Tree) -> str:
    tree.replace(tree.page, "title:", "titel: x\ntitle:")
    return f"{tree.page}:2"


@fault("pasted output")
def pasted_output(tree: Tree) -> str:
    line = tree.replace(tree.page, "\n## Pitfalls", "\n```text\nok\n```\n\n## Pitfalls")
    return f"{tree.page}:{line + 1}"


@fault("the section “What happened” is generated")
def generated_section(tree: Tree) -> str:
    section = "\n## What happened\n\nIt ran.\n\n## Pitfalls"
    line = tree.replace(tree.page, "\n## Pitfalls", section)
    return f"{tree.page}:{line + 1}"


@fault("the title has 61 characters")
def title_over_its_budget(tree: Tree) -> str:
    line = tree.line(tree.page, "title:")
    tree.replace(
        tree.page, tree.read(tree.page).splitlines()[line - 1], "title: " + "x" * 61
    )
    return f"{tree.page}:{line}"


@fault("16.1.1 keeps its budget “title”", page=False)
def exception_without_need(tree: Tree) -> str:
    entry = "exceptions:\n  - {id: 16.1.1, budget: title, reason: none}\n"
    tree.replace("tests/exceptions.yml", "not_yet", f"{entry}not_yet")
    return "tests/exceptions.yml:2"


@fault(r"\[16\.99\.1\] is not in the spec")
def reference_to_nothing(tree: Tree) -> str:
    line = tree.replace(tree.page, "\n## Pitfalls", "\nSee [16.99.1].\n\n## Pitfalls")
    return f"{tree.page}:{line + 1}"


@fault("no scenario “never-run” in the recording")
def unknown_scenario(tree: Tree) -> str:
    line = tree.replace(tree.page, "scenario: default", "scenario: never-run")
    return f"{tree.page}:{line - 1}"


@fault("carries an absolute path of somebody's machine")
def absolute_path_in_page(tree: Tree) -> str:
    line = tree.replace(tree.page, "\n## Pitfalls", "\nSee /home/ada/x.\n\n## Pitfalls")
    return f"{tree.page}:{line + 1}"


@fault("carries an absolute path of somebody's machine", page=False)
def absolute_path_in_configuration(tree: Tree) -> str:
    line = tree.replace("mkdocs.yml", "\n", "\n# /home/ada/site\n")
    return f"mkdocs.yml:{line + 1}"


@fault("carries a private key")
def key_in_dag_file(tree: Tree) -> str:
    line = tree.at_import("# -----BEGIN RSA PRIVATE KEY-----")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("raw “<script” in a page")
def script_in_page(tree: Tree) -> str:
    code = "\n<script>alert(1)</script>\n\n## Pitfalls"
    line = tree.replace(tree.page, "\n## Pitfalls", code)
    return f"{tree.page}:{line + 1}"


# Test and recording


@fault("has a DAG file and page but no test", also="snippet of a file that does not")
def example_without_test(tree: Tree) -> str:
    tree.path(tree.test).unlink()
    return tree.test


@fault(
    "has a test but no DAG file", also="has a test but no page|has 1 tests", page=False
)
def test_without_example(tree: Tree) -> str:
    third = "16_01_03_manual_trigger_subtask_3"
    tree.write(f"tests/{FOLDER}/test_{third}.py", "def test_it():\n    pass\n")
    return f"dags/{FOLDER}/{third}.py"


test_without_example.__test__ = False


@fault("the recording is missing")
def missing_recording(tree: Tree) -> str:
    tree.path(tree.recording).unlink()
    return tree.recording


@fault("the recording is stale: dags/.* has changed since")
def stale_source(tree: Tree) -> str:
    tree.at_import("# A remark.")
    return tree.recording


@fault("the recording is stale: tests/.* has changed since")
def stale_test(tree: Tree) -> str:
    tree.write(tree.test, tree.read(tree.test) + "\n# A remark.\n")
    return tree.recording


@fault("the recording was edited by hand")
def edited_by_hand(tree: Tree) -> str:
    tree.replace(tree.recording, '"state": "success"', '"state": "skipped"')
    return tree.recording


@fault("the recording was edited by hand")
def not_canonical(tree: Tree) -> str:
    tree.write(tree.recording, tree.read(tree.recording).replace("  ", "\t"))
    return tree.recording


@fault("not JSON")
def recording_not_json(tree: Tree) -> str:
    tree.replace(tree.recording, "{", "")
    return f"{tree.recording}:2"


@fault("the recording carries a token")
def token_in_log_line(tree: Tree) -> str:
    token = ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NSJ9", "abcdefgh12345"])
    tree.log(f"INFO token {token}")
    return f"{tree.recording}:{tree.line(tree.recording, token)}"


@fault("the recording carries an absolute path")
def path_in_log_line(tree: Tree) -> str:
    tree.log("INFO wrote /home/ada/orders.json")
    return f"{tree.recording}:{tree.line(tree.recording, '/home/ada')}"


@fault("which is another date at the next run")
def date_of_tomorrow_in_log_line(tree: Tree) -> str:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    tree.log(f"INFO due on {tomorrow}")
    return f"{tree.recording}:{tree.line(tree.recording, tomorrow)}"


@fault("no test of the example has passed", also="edited by hand")
def no_passed_test(tree: Tree) -> str:
    from dagbook.recording import file as recording

    data = recording.load(tree.first.recording)
    data["tests"]["passed"] = []
    recording.save(tree.first.recording, data)
    assert data["source"]["sha256"] == sha256(tree.first.dag)
    return tree.recording


# The recording of a real scheduler: what is refused above is refused here


@fault("the recording carries a token")
def token_in_live_recording(tree: Tree) -> str:
    token = ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NSJ9", "abcdefgh12345"])
    return tree.live(f"INFO token {token}")


@fault("the recording carries an absolute path")
def home_path_in_live_recording(tree: Tree) -> str:
    return tree.live("INFO wrote /home/ada/orders.json")


@fault("which is another date at the next run")
def date_of_tomorrow_in_live_recording(tree: Tree) -> str:
    return tree.live(f"INFO due on {datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}")


@fault("the recording was edited by hand")
def live_recording_edited_by_hand(tree: Tree) -> str:
    name = tree.live("INFO fine").partition(":")[0]
    tree.replace(name, "INFO fine", "INFO good")
    return name


@fault("the recording is stale: tests/.* has changed since")
def stale_live_test(tree: Tree) -> str:
    name = tree.live("INFO fine").partition(":")[0]
    test = tree.first.live_test
    test.write_text(test.read_text() + "# A remark.\n")
    return name


@fault("source.path: field required, and 2 more")
def live_recording_of_nothing(tree: Tree) -> str:
    name = tree.live("INFO fine", source={}, tests=None)
    line = tree.line(name, '"source"')
    return f"{name}:{line}"


@fault("scenarios: input should be an object")
def live_recording_of_another_shape(tree: Tree) -> str:
    name = tree.live("INFO fine", scenarios=[])
    line = tree.line(name, '"scenarios"')
    return f"{name}:{line}"


@fault("no test makes this recording")
def live_recording_without_its_test(tree: Tree) -> str:
    name = tree.live("INFO fine").partition(":")[0]
    tree.first.live_test.unlink()
    return name


# The contract and the indexes


@fault("", page=False)
def wrong_heading(tree: Tree) -> str:
    line = tree.replace(CHECKLIST, "### - [ ] 16.1.1 ", "### 16.1.1: ")
    return f"{CHECKLIST}:{line}"


@fault("tick", page=False)
def ticked_by_hand(tree: Tree) -> str:
    line = tree.replace(CHECKLIST, "### - [ ] 16.1.1 ", "### - [x] 16.1.1 ")
    return f"{CHECKLIST}:{line}"


@fault("twice", also=".", page=False)
def duplicate_item(tree: Tree) -> str:
    line = tree.replace(CHECKLIST, "- [ ] 16.1.2 ", "- [ ] 16.1.1 ")
    return f"{CHECKLIST}:{line}"


@fault("misterious", page=False)
def unknown_tag(tree: Tree) -> str:
    line = tree.replace(CHECKLIST, "'beginner'", "'misterious'")
    return f"{CHECKLIST}:{line}"


@fault("the table of examples has no place", page=False)
def index_without_table(tree: Tree) -> str:
    name = f"docs/{FOLDER}/index.md"
    tree.replace(name, "<!-- examples -->", "")
    return name


@fault("the diff fence is not YAML", page=False)
def fence_of_ours_on_a_page_without_example(tree: Tree) -> str:
    text = tree.read("docs/index.md") + "\n```diff\n- x = [1]\n+ x = [2,\n```\n"
    tree.write("docs/index.md", text)
    return f"docs/index.md:{tree.line('docs/index.md', '- x')}"
