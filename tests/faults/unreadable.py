"""Files that cannot be read, or say something else than a file of their kind does."""

from __future__ import annotations

import json
from typing import Any

from tree import CHECKLIST, FOLDER, Tree

from dagbook.recording import file as recording
from faults import edit, fault

CONFLICT = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n"
INDEX = "docs/index.md"

for where, file in (
    ("page", "page"),
    ("dag", "dag"),
    ("test", "test"),
    ("recording", "recording"),
):
    own = "}" if where == "recording" else "\n"
    down = 1 if own == "}" else 2
    edit(f"conflict_in_{where}", file, own, f"{own}\n{CONFLICT}", "merge", down=down)
for where, file in (
    ("index", INDEX),
    ("checklist", CHECKLIST),
    ("configuration", "mkdocs.yml"),
    ("exceptions", "tests/exceptions.yml"),
    ("matrix", "tests/matrix.json"),
    ("mutants", "tests/mutants.json"),
    ("claims", "tests/concepts/claims.json"),
    ("parity", "tests/parity.json"),
    ("program", "hooks/theme/main.html"),
):
    edit(f"conflict_in_{where}", file, "", CONFLICT, "merge", page=False)

for where, file in (
    ("matrix", "tests/matrix.json"),
    ("mutants", "tests/mutants.json"),
    ("claims", "tests/concepts/claims.json"),
    ("tables", "tests/concepts/tables.json"),
    ("parity", "tests/parity.json"),
):
    for text, what in (
        ("[]\n", "the whole: input should be an object"),
        ("null\n", "the whole: input should be an object"),
        ("\n{", "not JSON"),
    ):
        down = text.count("\n{")
        edit(f"{where}_is_{text.strip()}", file, "", text, what, page=False, down=down)
for text, what in (
    ("[]\n", "the whole: input should be an object"),
    ("null\n", "the whole: input should be an object"),
    ("{}\n", "format: field required, and 5 more"),
    ("", "not JSON"),
):
    edit(f"recording_is_{text.strip() or 'empty'}", "recording", "", text, what)
edit(
    "parity_of_another_shape",
    "tests/parity.json",
    "",
    '{"format": 1,\n "examples": {\n  "16.1.1": {"source": 3}}}\n',
    r"16\.1\.1\.airflow: field required",
    page=False,
    down=2,
)
edit(
    "matrix_with_another_fate",
    "tests/matrix.json",
    "",
    '{\n "16.1.1": {"3.2.2": "ok"}}\n',
    r"3\.2\.2",
    page=False,
    down=1,
)


def _recorded(tree: Tree, **wrong: Any) -> str:
    data = recording.load(tree.first.recording)
    for key, value in wrong.items():
        owner: Any = data
        *way, last = key.split("__")
        for part in way:
            owner = owner[int(part) if part.isdigit() else part]
        owner[last] = value
    recording.save(tree.first.recording, data)
    words = f'"{key.rpartition("__")[2]}": {json.dumps(value)}'
    return f"{tree.recording}:{tree.line(tree.recording, words)}"


def _shape(name: str, what: str, **wrong: Any) -> None:
    def do(tree: Tree) -> str:
        return _recorded(tree, **wrong)

    do.__name__ = name
    fault(what)(do)


_shape("scenario_is_null", "scenarios.default", scenarios__default=None)


@fault("scenarios.default: input tag 'run!'")
def scenario_of_another_kind(tree: Tree) -> str:
    _recorded(tree, scenarios__default__kind="run!")
    line = tree.line(tree.recording, '"default": {')
    return f"{tree.recording}:{line}"


_shape("tests_is_text", "tests: input should be", tests="test_it")
_shape("passed_is_text", "tests.passed: input should be", tests__passed="test_it")
_shape("tasks_is_null", "tasks: input should be", scenarios__default__tasks=None)
_shape("recorded_on_airflow_2", "airflow: string should match", airflow="2.10.5")
edit("format_of_tomorrow", "recording", '"format": 1', '"format": 2', "should be 1")


@fault("is not UTF-8: byte 0xf6")
def page_not_utf8(tree: Tree) -> str:
    line = tree.replace(tree.page, "\n## Pitfalls", "\nKöln.\n\n## Pitfalls")
    path = tree.path(tree.page)
    path.write_bytes(path.read_bytes().replace("Köln".encode(), b"K\xf6ln"))
    return f"{tree.page}:{line + 1}"


@fault("is not UTF-8", page=False)
def checklist_not_utf8(tree: Tree) -> str:
    path = tree.path(CHECKLIST)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n\xff", 1))
    return f"{CHECKLIST}:2"


edit("page_in_utf16", "page", "---\n", "\ufeff---\n", "zero width no-break space")
edit("zero_width_space", "page", "## Pitf", "## \u200bPitf", "zero width space")
edit(
    "zero_width_space_in_a_fence",
    "page",
    "scenario: default",
    "scenario: \u200bdefault",
    "zero width space — remove it",
)
edit("direction_turned", "dag", "import", "# \u202eimport\nimport", "right-to-left")
edit("unseen_in_checklist", CHECKLIST, "# ", "# \u200b", "zero width space", page=False)


@fault("a link to nowhere")
def page_is_a_link_to_nowhere(tree: Tree) -> str:
    tree.path(tree.page).unlink()
    tree.path(tree.page).symlink_to("nowhere.md")
    return tree.page


@fault("a link to a file outside this tree")
def page_is_a_link_out_of_the_tree(tree: Tree) -> str:
    outside = tree.project.root.parent / "outside.md"
    tree.path(tree.page).rename(outside)
    tree.path(tree.page).symlink_to(outside)
    return tree.page


@fault("a link to a folder", page=False)
def loop_of_links(tree: Tree) -> str:
    tree.path("docs/again").symlink_to(tree.project.docs)
    return "docs/again"


@fault("cannot be read: is a directory", page=False)
def folder_in_the_place_of_a_page(tree: Tree) -> str:
    tree.path(f"docs/{FOLDER}/extra.md").mkdir()
    return f"docs/{FOLDER}/extra.md"


@fault("cannot be read: is a directory", page=False)
def folder_in_the_place_of_results(tree: Tree) -> str:
    tree.path("tests/parity.json").unlink()
    tree.path("tests/parity.json").mkdir()
    return "tests/parity.json"


@fault(
    "the checklist of dags/16_dag_runs is missing",
    also="no item|no checklist",
    page=False,
)
def checklist_missing(tree: Tree) -> str:
    tree.path(CHECKLIST).unlink()
    return CHECKLIST


# YAML

edit("key_twice", "page", "title:", 'title: "One"\ntitle:', "“title” .* twice", down=1)
edit("tab_in_front_matter", "page", "title: ", "title:\t", "has a tab")
edit("no_break_space", "page", "title: ", "title:\xa0", "has a no-break space")
edit("colon_in_front_matter", "page", "summary: ", "summary: a: b: ", "not YAML")
edit("front_matter_is_a_list", "page", "title: ", "- title: ", "not YAML", down=1)
edit(
    "key_twice_in_a_fence",
    "page",
    "scenario: default",
    "scenario: x\nscenario: default",
    "the run fence: the key “scenario” stands there twice",
    also="first by the build",
    down=1,
)
edit(
    "no_break_space_in_a_fence",
    "page",
    "scenario: default",
    "scenario:\xa0default",
    "the run fence has a no-break space",
    also="first by the build",
)
edit(
    "key_twice_in_exceptions",
    "tests/exceptions.yml",
    "",
    "exceptions: []\nexceptions: []\n",
    "stands there twice",
    page=False,
    down=1,
)
edit(
    "no_yaml_in_exceptions",
    "tests/exceptions.yml",
    "",
    "a: [\n",
    "not YAML",
    page=False,
)
edit(
    "exceptions_is_a_list",
    "tests/exceptions.yml",
    "",
    "- a\n",
    "other keys",
    page=False,
)
edit(
    "key_twice_in_results",
    "tests/matrix.json",
    "",
    '{"a": {},\n "a": {}}',
    "twice",
    page=False,
)
edit(
    "results_without_end", "tests/mutants.json", "", "[" * 99999, "not JSON", page=False
)
edit("syntax_error_in_a_test", "test", "def test_", "def (:\ndef test_", "syntax error")
edit(
    "control_character",
    "page",
    PITFALLS := "## Pitfalls",
    f"{PITFALLS}\0",
    "nobody sees: a control",
)
edit(
    "control_character_in_dag",
    "dag",
    "import",
    "# \0\nimport",
    "nobody sees: a control",
)
edit(
    "page_of_nothing", "page", "", "", "no front matter", also="no section|answer|title"
)
