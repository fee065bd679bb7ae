"""Files, names and characters of other kinds than a person sees, and odd YAML."""

from __future__ import annotations

import os
import socket

from tree import FOLDER, Tree

from faults import edit, fault

INDEX = "docs/index.md"
EXCEPTIONS = "tests/exceptions.yml"
TRANSITIONS = "tests/concepts/transitions.yml"
PITFALLS = "\n## Pitfalls"


@fault("cannot be read: is a pipe or a device", page=False)
def page_is_a_pipe(tree: Tree) -> str:
    os.mkfifo(tree.path("docs/pipe.md"))
    return "docs/pipe.md"


@fault("cannot be read: is a pipe or a device")
def recording_is_a_pipe(tree: Tree) -> str:
    tree.path(tree.recording).unlink()
    os.mkfifo(tree.path(tree.recording))
    return tree.recording


@fault("cannot be read: is a pipe or a device", page=False)
def page_is_a_socket(tree: Tree) -> str:
    here = os.getcwd()
    os.chdir(tree.project.docs)  # its name may only be short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.md")
    os.chdir(here)
    return "docs/socket.md"


@fault("a link to nowhere")
def page_is_a_link_to_itself(tree: Tree) -> str:
    page = tree.path(tree.page)
    page.unlink()
    page.symlink_to(page.name)
    return tree.page


@fault("a name with a character that cannot be shown — rename the file", page=False)
def name_in_another_encoding(tree: Tree) -> str:
    folder = os.fsencode(tree.path(f"docs/{FOLDER}"))
    with open(folder + b"/b\xf6se.md", "w") as file:
        file.write("# x\n")
    return f"docs/{FOLDER}/b\\udcf6se.md"


@fault("a name with a character that cannot be shown", page=False)
def name_of_two_lines(tree: Tree) -> str:
    tree.write("docs/a\nb.md", "# x\n")
    return "docs/a\\nb.md"


@fault("has a DAG file and test but no page")
def page_with_an_ending_in_capitals(tree: Tree) -> str:
    tree.path(tree.page).rename(tree.path(tree.page).with_suffix(".MD"))
    return tree.page


# Characters

for name, odd, said in (
    ("line_separator", "\u2028", "line separator"),
    ("next_line", "\x85", "a control"),
    ("soft_hyphen", "\xad", "soft hyphen"),
    ("tag_letter", "\U000e0041", "tag latin capital letter a"),
    ("arabic_mark", "\u061c", "arabic letter mark"),
):
    new = f"\nwords{odd}```runn\n{PITFALLS}"
    edit(f"page_with_a_{name}", "page", PITFALLS, new, said, down=1)
    edit(f"dag_with_a_{name}", "dag", "import", f"# a{odd}b\nimport", said)

for where, file in (("page", "page"), ("checklist", "docs/spec/16_dag_runs.md")):
    edit(
        f"half_of_a_conflict_in_{where}",
        file,
        "\n\n",
        "\n\n=======\n\n",
        "a mark of a merge in conflict",
        page=where == "page",
        down=2,
    )

# YAML that says something else than its place asks for

for text, what in (
    ("exceptions: 5\n", "exceptions is no list: 5"),
    ("exceptions: none\n", "exceptions is no list: 'none'"),
    ("exceptions: {a: b}\n", "exceptions is no list"),
    ("exceptions:\n- \n", "an entry that cannot be read: None"),
    ("exceptions: [16.1.1]\n", "an entry that cannot be read: '16.1.1'"),
    ('not_yet_rewritten: "16.1.1"\n', "not_yet_rewritten is no list"),
    ("not_yet_rewritten: 5\n", "not_yet_rewritten is no list: 5"),
    ("exceptions: 2026-13-45\n", "not YAML: month must be in 1..12"),
):
    edit(f"exceptions_{text.strip()}", EXCEPTIONS, "", text, what, page=False)
for text, what in (
    ("[]\n", "the whole: input should be an object"),
    ("\n", "the whole: input should be an object"),
    ("run-states:\n", "run-states: input should be a valid array"),
    ("run-states:\n  - {id: a, from: b, to: c}\n", "run-states.0.by: field required"),
    ("run-states:\n  - {id: 3, from: b, to: c, by: d}\n", "run-states.0.id"),
):
    down = 1 if "run-states.0" in what else 0
    edit(
        f"transitions_{text.strip()}",
        TRANSITIONS,
        "",
        text,
        what,
        page=False,
        down=down,
    )
for name, new, what in (
    ("date", "title: 2026-13-45\n", "not YAML: month must be in 1..12"),
    ("time", "title: 2026-01-01 99:00:00\n", "not YAML: hour must be in 0..23"),
    ("key_of_words", "? [a, b]\n: c\n", "not YAML: found unhashable key"),
    ("tag", "x: !!python/name:os.system\n", "not YAML: could not determine"),
    ("requires", "requires: apache-airflow\n", "requires is not a list"),
    ("difference", "live_difference: {a: b}\n", "live_difference is not a list"),
):
    rest = "#" if new.startswith("title") else "title:"
    edit(f"front_matter_{name}", "page", "title:", f"{new}{rest}", what)
for name, body, what in (
    ("date", "scenario: 2026-13-45", "the run fence is not YAML: month must be"),
    ("list", "- dated", "the body of the run fence is not key: value"),
    ("documents", "scenario: a\n---\nscenario: b", "the run fence is not YAML"),
    ("tag", "scenario: !!python/name:os.system", "the run fence is not YAML"),
    ("list_of_names", "scenario: [a]", r"no scenario “\['a'\]” in the recording"),
    ("number", "scenario: 3", "no scenario “3” in the recording"),
    ("show", "scenario: dated\nshow: states", "show is no list of words"),
):
    edit(
        f"fence_with_a_{name}",
        "page",
        PITFALLS,
        f"\n```run\n{body}\n```\n{PITFALLS}",
        what,
        also="first by the build",
        down=1 if "scenario “" in what or "show" in what else 2 + ("---" in body),
    )
