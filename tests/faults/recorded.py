"""Recordings and results that are JSON, and not what a recording or a result is."""

from __future__ import annotations

import json
from typing import Any

from tree import Tree

from dagbook.recording import file as recording
from faults import edit, fault

AGAIN = "— run `make live ONLY=16.1.1 RECORD=1`"
PITFALLS = "\n## Pitfalls"


@fault(f"the recording carries a cloud access key — .*{AGAIN[2:]}")
def key_in_live_recording(tree: Tree) -> str:
    return tree.live(f"INFO ghp_{'abc123' * 6}")


for text in ("[]\n", "null\n", "3\n", "{}\n", "", "{"):

    def whole(tree: Tree, text: str = text) -> str:
        tree.live("INFO fine")
        tree.first.live_recording.write_text(text)
        name = tree.recording.replace(".json", ".live.json")
        return f"{name}|{name}:1"

    whole.__name__ = f"live_recording_is_{text.strip() or 'empty'}"
    fault(f"(the whole: input|format: field|not JSON).*{AGAIN}")(whole)

for key, value, what in (
    ("source", None, "source: input should be an object"),
    ("tests", None, "tests: input should be an object"),
    ("tests", "test_it", "tests: input should be an object"),
    ("scenarios", {"default": None}, "scenarios.default: input should be an object"),
    ("scenarios", {}, "scenarios: dictionary should have at least 1 item"),
    ("airflow", "2.10.5", "airflow: string should match"),
    ("bullets", "one", "bullets: input should be a valid array"),
):

    def part(tree: Tree, key: str = key, value: Any = value) -> str:
        name = tree.live("INFO fine", **{key: value})
        last = '"default": null' if value == {"default": None} else f'"{key}":'
        return f"{name}:{tree.line(name, last)}"

    part.__name__ = f"live_recording_with_{key}_{value}"
    fault(f"{what}.*{AGAIN}")(part)


@fault(f"the recording is stale: tests/.* has changed since {AGAIN}")
def stale_live_recording_says_record(tree: Tree) -> str:
    name = tree.live("INFO fine").partition(":")[0]
    test = tree.first.live_test
    test.write_text(test.read_text() + "# A remark.\n")
    return name


@fault(f"no scenario “live/gone” in the recording — .*{AGAIN[2:]}", also="is missing")
def live_scenario_lost(tree: Tree) -> str:
    fence = "\n```run\nscenario: live/gone\n```\n"
    return f"{tree.page}:{tree.replace(tree.page, PITFALLS, fence + PITFALLS) + 1}"


@fault("tasks.1.state: input should be a valid string")
def state_of_the_second_task_is_a_number(tree: Tree) -> str:
    data = recording.load(tree.first.recording)
    data["scenarios"]["default"]["tasks"][1]["state"] = 77
    recording.save(tree.first.recording, data)
    line = tree.line(tree.recording, '"state": 77')
    return f"{tree.recording}:{line}"


@fault("tasks.0.tries: field required — run `make record ONLY=16.1.1`")
def task_without_tries(tree: Tree) -> str:
    data = recording.load(tree.first.recording)
    del data["scenarios"]["default"]["tasks"][0]["tries"]
    recording.save(tree.first.recording, data)
    line = tree.line(tree.recording, '"default": {')
    tasks = tree.read(tree.recording).splitlines()[line:]
    at = next(n for n, row in enumerate(tasks, line + 1) if '"tasks": [' in row)
    return f"{tree.recording}:{at + 1}"


def _parity(name: str, what: str, **wrong: Any) -> None:
    def do(tree: Tree) -> str:
        data = json.loads(tree.read("tests/parity.json"))
        scenarios = data["examples"]["16.1.1"]["scenarios"]
        scenarios["default"] = scenarios["default"] | wrong if wrong else None
        recording_text = json.dumps(data, indent=2)
        tree.write("tests/parity.json", recording_text)
        return "|".join(f"tests/parity.json:{n}" for n in range(1, 60))

    do.__name__ = name
    fault(f"16.1.1.scenarios.default{what}.*make live`", page=False)(do)


_parity("parity_of_a_null_scenario", ": input should be an object")
_parity("parity_with_another_result", ".result: input should be 'same'", result="fine")
_parity("parity_with_words_for_tasks", ".tasks: input should be", tasks="two")

for text, what in (
    ('{"16.1.1": null}', "16.1.1: input should be an object"),
    ('{"16.1.1": {"source": "abc"}}', "16.1.1.source"),
    ('{"16.1.1": []}', "16.1.1: input should be an object"),
):
    edit(
        f"matrix_with_{text}",
        "tests/matrix.json",
        "",
        text,
        f"{what}.*make matrix`",
        page=False,
    )


@fault(r"ends the process that parses it \(SIGSEGV\) — remove what ends or crashes")
def crash_at_import(tree: Tree) -> str:
    line = tree.at_import("import ctypes\n\nctypes.string_at(0)")
    tree.restamp()
    return f"{tree.dag}:{line}"


# Sealed, and of something else

for name, way, value, what in (
    ("id", ("id",), "16.1.5", "names 16.1.5 as its id, and this is 16.1.1"),
    ("source", ("source", "path"), "dags/x.py", "names dags/x.py as its source"),
    ("test", ("tests", "path"), "tests/x.py", "names tests/x.py as its tests"),
    ("passed", ("tests", "passed"), ["test_x[1]"], "names the test test_x, and there"),
):

    def forged(tree: Tree, way: tuple[str, ...] = way, value: Any = value) -> str:
        data = recording.load(tree.first.recording)
        owner = data
        for key in way[:-1]:
            owner = owner[key]
        owner[way[-1]] = value
        recording.save(tree.first.recording, data)
        return tree.recording

    forged.__name__ = f"recording_of_another_{name}"
    fault(f"{what}.*make record ONLY=16.1.1`")(forged)


# What is private

KEYS = ("github_pat_11A", "gho_", "ghs_", "glpat-", "xoxb-", "AKIA", "AIza", "npm_")

for key in KEYS:
    token = f"{key}{'a1b2c3' * 5}"

    def logged(tree: Tree, token: str = token) -> str:
        tree.log(f"INFO {token}")
        return f"{tree.recording}:{tree.line(tree.recording, token)}"

    logged.__name__ = f"{key}_in_log_line"
    fault("the recording carries a cloud access key")(logged)


@fault("carries a cloud access key", page=False)
def key_in_results_of_a_scheduler(tree: Tree) -> str:
    data = json.loads(tree.read("tests/parity.json"))
    data["examples"]["16.1.1"]["measured_on"] = f"ghp_{'a1b2c3' * 5}"
    tree.write("tests/parity.json", json.dumps(data))
    return "tests/parity.json:1"


edit(
    "home_in_claims",
    "tests/concepts/claims.json",
    "",
    '{"claims": {}, "modules": {}, "x": "/home/ada/airflow"}',
    "carries an absolute path of somebody's machine",
    page=False,
)
