"""Front matter and results that say what is not so."""

from __future__ import annotations

import json
import re

from tree import CHECKLIST, Tree

from dagbook.recording import file as recording
from faults import edit, fault

SUMMARY = "summary: "
FIRST_BULLET = "- [ ] Create reference DAG demonstrating manual_trigger"


def airflow(tree: Tree, declared: str) -> str:
    line = tree.line(tree.page, "airflow:")
    was = tree.read(tree.page).splitlines()[line - 1]
    tree.replace(tree.page, was, f"airflow: {declared}")
    return f"{tree.page}:{line}|{tree.page}:{line + 1}"


for name, text, words in (
    ("later_than_recorded", '">=3.9"', "airflow excludes Airflow 3.3.2"),
    ("later_patch", '">=3.3.9"', "airflow excludes Airflow 3.3.2"),
    ("maximum_too_low", '">=3.1"\nairflow_max: "3.2"', "airflow_max excludes Airflow"),
    ("maximum_below", '">=3.3"\nairflow_max: "3.1"', "airflow_max 3.1 is below"),
    ("airflow_2", '">=2.9"', "is not a version"),
    ("no_version", '"3.3"', "is not a version"),
):

    def do(tree: Tree, text: str = text) -> str:
        return airflow(tree, text)

    do.__name__ = f"airflow_{name}"
    fault(words)(do)

for name, new, words in (
    ("unknown_distribution", "requires: [no-such-dist]\n", "which is not installed"),
    (
        "difference_nowhere",
        "live_difference:\n- {scenario: nowhere, expected: failed, reason: x}\n",
        "no scenario “nowhere” is recorded",
    ),
    (
        "difference_of_no_task",
        "live_difference:\n"
        "- {scenario: default, task: nobody, expected: failed, reason: x}\n",
        "scenario “default” has no task “nobody”",
    ),
    ("title_of_nothing", 'title: ""\n', "“title” stands there twice"),
    ("key_of_another_name", "sumary: x\n", "unknown key “sumary”"),
):
    edit(f"declares_{name}", "page", SUMMARY, f"{new}{SUMMARY}", words)


def parity(tree: Tree, name: str = "16.1.1", **wrong: object) -> None:
    """Forge the result of the first example."""
    data = json.loads(tree.read("tests/parity.json"))
    data["examples"][name] = data["examples"].pop("16.1.1") | wrong
    tree.write("tests/parity.json", json.dumps(data))


RESULTS = [
    ({"name": "16.99.1"}, "16.99.1 is not in the spec"),
    ({"airflow": "3.9.0"}, "16.1.1: it names Airflow 3.9.0"),
    ({"source": "0" * 64}, "16.1.1: .* has changed since it ran"),
    ({"scenarios": {}}, "16.1.1: scenario “.*” never ran on a real scheduler"),
    (
        {
            "scenarios": {
                "x": {"recorded": "", "result": "same", "state": "", "tasks": 0}
            }
        },
        "16.1.1: scenario “x” is not recorded",
    ),
]
"""Forged results, and what is said of them."""

NO_RESULTS = re.compile("the results of a real scheduler are missing")


@fault("the bullet of “.*” was “something else”, and is “", also="hand")
def bullet_reworded(tree: Tree) -> str:
    data = recording.load(tree.first.recording)
    data["bullets"][0] = "something else"
    recording.save(tree.first.recording, data)
    return f"{tree.page}:{tree.line(tree.page, '## ')}"


@fault("no section for the bullet “Something new” — .*16_dag_runs.md:14")
def bullet_inserted_first(tree: Tree) -> str:
    tree.replace(CHECKLIST, FIRST_BULLET, f"- [ ] Something new\n{FIRST_BULLET}")
    return tree.page


@fault("section “.*” has no bullet in the checklist")
def bullet_removed_first(tree: Tree) -> str:
    tree.replace(CHECKLIST, f"{FIRST_BULLET}\n", "")
    return f"{tree.page}:{tree.line(tree.page, '## ')}"


@fault("the bullet of “.*” is new: “Something new” — .*make record ONLY=16.1.1")
def bullet_and_section_inserted_first(tree: Tree) -> str:
    tree.replace(CHECKLIST, FIRST_BULLET, f"- [ ] Something new\n{FIRST_BULLET}")
    fence = "```run\nscenario: dated\nshow: ['timeline']\n```"
    line = tree.line(tree.page, "## ")
    tree.replace(tree.page, "\n## ", f"\n## New\n\nWords.\n\n{fence}\n\n## ")
    return f"{tree.page}:{line}"


@fault("title is empty — write title: and one line of text")
def title_is_empty(tree: Tree) -> str:
    line = tree.line(tree.page, "title:")
    tree.replace(tree.page, tree.read(tree.page).splitlines()[line - 1], 'title: ""')
    return f"{tree.page}:{line}"


# What readers should not copy


@fault("“password” is written in clear")
def password_in_a_dag(tree: Tree) -> str:
    line = tree.in_task("password = 'hunter22'")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("“api_key” is written in clear")
def key_in_a_call(tree: Tree) -> str:
    line = tree.in_task("dict(api_key='hunter22')")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("“client_secret” is written in clear")
def secret_in_a_mapping(tree: Tree) -> str:
    line = tree.in_task("print({'client_secret': 'hunter22'})")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("a template names execution_date, which Airflow 3 no longer has")
def gone_in_a_template(tree: Tree) -> str:
    line = tree.in_task("print('{{ execution_date }}')")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("a template names execution_date", also="has 3 DAGs")
def gone_in_a_template_of_a_second_dag(tree: Tree) -> str:
    line = tree.at_import(
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "from airflow.sdk import DAG\n\n"
        f"with DAG('{tree.first.stem}__other',\n"
        "    schedule=None, start_date=None, catchup=False\n):\n"
        "    BashOperator(task_id='x', bash_command='echo {{ execution_date }}')"
    )
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("a template names next_ds")
def gone_in_a_template_with_a_filter(tree: Tree) -> str:
    line = tree.in_task("print('{{ next_ds | upper }}')")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("changes the environment while it is parsed")
def environment_set_at_import(tree: Tree) -> str:
    line = tree.at_import("import os\n\nos.environ['TZ'] = 'UTC'")
    tree.restamp()
    return f"{tree.dag}:{line}"


@fault("changes the environment while it is parsed")
def environment_updated_at_import(tree: Tree) -> str:
    line = tree.at_import("import os\n\nos.environ.update(TZ='UTC')")
    tree.restamp()
    return f"{tree.dag}:{line}"


for name, code, what in (
    ("annotated", "DB_PASSWORD: str = 'hunter22'", "“DB_PASSWORD” is written in clear"),
    ("pair", "PAIRS = [('password', 'hunter22')]", "“password” is written in clear"),
    ("default", "def ask(*, password='hunter22'): ...", "“password” is written"),
    ("url", "URL = 'postgresql://ada:hunter22@db/x'", "carries a password in a URL"),
    ("of_a_run", "X = '{{ dag_run.execution_date }}'", "names dag_run.execution_date"),
    ("of_a_task", "X = '{{ ti.execution_date }}'", "names ti.execution_date"),
    ("in_an_if", "X = '{% if next_execution_date %}x{% endif %}'", "names next_exec"),
    ("in_a_string", "X = f'{{{{ prev_ds }}}}'", "names prev_ds"),
    ("of_yesterday", "X = '{{ yesterday_ds }}'", "names yesterday_ds"),
    (
        "key",
        "def ask(**context):\n    context['execution_date']",
        "reads execution_date",
    ),
    ("get", "def ask(**context):\n    context.get('next_ds')", "a task reads next_ds"),
    ("or", "import os\n\nos.environ |= {'A': 'b'}", "changes the environment"),
    ("del", "import os\n\ndel os.environ['PATH']", "changes the environment"),
    ("kill", "import os\n\nos.abort()", "ends the process .*SIGABRT"),
    ("ctrl_c", "raise KeyboardInterrupt", "ends the process .*KeyboardInterrupt"),
    ("memory", "X = 'x' * 10**12", "import error: MemoryError"),
    ("fork", "import os\n\nos.fork()", "starts a process while it is parsed: os.fork"),
):

    def at_import(tree: Tree, code: str = code) -> str:
        line = tree.at_import(code)
        tree.restamp()
        return f"{tree.dag}:{line}"

    at_import.__name__ = f"dag_{name}"
    fault(what, also="starts or ends a process")(at_import)
