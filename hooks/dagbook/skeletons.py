"""Skeletons of an example's three files: the right names, nothing that looks done.

A skeleton says what belongs where, and the checks refuse it until a person has written
it: its tasks and tests raise, its title is empty, its sections have no words.
"""

from __future__ import annotations

import re
from pathlib import Path

from dagbook.pages.model import REQUIRED_STANDING
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.lines import TAGS, slug
from dagbook.spec.model import Item, Spec


def new(project: Project, spec: Spec, ident: str) -> list[Path]:
    """Write the DAG file, the page and the test of an item, and return their paths.

    Args:
        project: where to write.
        spec: the contract, which names the files.
        ident: the item, as ``16.1.7``.

    Raises:
        DagbookError: the item is not in the spec, or one of its files exists; then
            nothing is written.
    """
    if ident not in spec.by_id:
        raise DagbookError(_not_in_spec(spec, ident))
    item = spec.by_id[ident]
    paths = item.paths(project)
    files = {
        paths.dag: dag_skeleton(item),
        paths.page: page_skeleton(project, item),
        paths.test: test_skeleton(item),
    }
    taken = [path for path in files if path.exists()]
    if taken:
        what = f"a file of item {ident} exists already"
        remedy = "edit it, or remove it first: dagbook new overwrites nothing"
        raise DagbookError(
            Problem(project.relative(path), 0, what, remedy) for path in taken
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def section_names(item: Item) -> list[str]:
    """Return a name for the snippet section of each bullet, each one different."""
    names: list[str] = []
    for bullet in item.bullets:
        words = [word for word in slug(bullet.text).split("_") if word]
        name = "_".join(words[:5]) or "section"
        name = name if name[0].isalpha() else f"section_{name}"
        while name in names:
            name += "_too"
        names.append(name)
    return names


def dag_skeleton(item: Item) -> str:
    """Return a DAG file whose tasks refuse to run."""
    tasks = []
    for name, bullet in zip(section_names(item), item.bullets, strict=True):
        says = repr(f"{item.id} is not written: {bullet.text}")
        tasks.append(
            f"    # --8<-- [start:{name}]\n"
            "    @task\n"
            f"    def {name}():\n"
            f"        raise NotImplementedError(\n            {says}\n        )\n"
            f"    # --8<-- [end:{name}]\n"
        )
    calls = " >> ".join(f"{name}()" for name in section_names(item))
    tags = ", ".join(f'"{tag}"' for tag in (*item.tags, item.subsection))
    return (
        f'"""Not written yet: {item.id} {_docstring(item.title)}."""\n\n'
        "import pendulum\n"
        "from airflow.sdk import dag, task\n\n\n"
        "@dag(\n"
        f'    dag_id="{item.stem}",\n'
        "    schedule=None,\n"
        '    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),\n'
        "    catchup=False,\n"
        f"    tags=[{tags}],\n"
        ")\n"
        "def not_written():\n" + "\n".join(tasks) + f"\n    {calls}\n\n\n"
        "example = not_written()\n\n"
        'if __name__ == "__main__":\n'
        "    example.test()\n"
    )


def page_skeleton(project: Project, item: Item) -> str:
    """Return a page with every section that is needed and none of the words."""
    paths = item.paths(project)
    dag = paths.dag.relative_to(project.root).as_posix()
    test = paths.test.relative_to(project.root).as_posix()
    sections = section_names(item)
    text = '---\ntitle: ""\nsummary: ""\nairflow: ""\nquestions: []\nrelated: []\n---\n'
    for name, bullet in zip(sections, item.bullets, strict=True):
        text += f'\n## {bullet.text}\n\n```python\n--8<-- "{dag}:{name}"\n```\n'
    shows = {
        "What happened": "```run\nscenario: default\nshow: [states]\n```\n",
        "How it is tested": f'```python\n--8<-- "{test}:{sections[0]}"\n```\n',
    }
    for title in REQUIRED_STANDING:
        text += f"\n## {title}\n\n{shows.get(title, '')}"
    return text.rstrip() + "\n"


def test_skeleton(item: Item) -> str:
    """Return a test module in which every test fails."""
    text = f'"""Not written yet: the tests of {item.id} {_docstring(item.title)}."""\n'
    for name, bullet in zip(section_names(item), item.bullets, strict=True):
        says = repr(f"{item.id} is not tested: {bullet.text}")
        text += (
            f"\n\n# --8<-- [start:{name}]\n"
            f"def test_{name}(example):\n"
            f"    raise NotImplementedError(\n        {says}\n    )\n\n\n"
            f"# --8<-- [end:{name}]\n"
        )
    return text


test_skeleton.__test__ = False  # type: ignore[attr-defined]  # its name is not a test's


def _docstring(text: str) -> str:
    return text.replace("\\", "").replace('"', "'")


def _not_in_spec(spec: Spec, ident: str) -> Problem:
    """Return where the contract would have to name the item."""
    what = f"item {ident} is not in the spec"
    if not re.fullmatch(r"\d+\.\d+\.\d+", ident):
        return Problem("docs/spec", 0, f"“{ident}” is no id", "give one such as 16.1.7")
    section, sub, nth = (int(n) for n in ident.split("."))
    words = "', '".join(TAGS)
    name = f"{section:02}_{sub:02}_{nth:02}_name.py"
    lines = (
        f"“### - [ ] {ident} Title”, “Filename: `{name}` | Tags: `['{words}']`” "
        "and its bullets “- [ ] …”"
    )
    file = next((file for file in spec.files if file.number == section), None)
    if file is None:
        path = f"docs/spec/{section}_title.md"
        remedy = f"add this checklist, beginning with “# {section} Title”, with {lines}"
        return Problem(path, 0, what, remedy)
    found = spec.subsections.get(f"{section}.{sub}")
    if found is None:
        remedy = f"add the heading “# {section}.{sub} Title” and below it {lines}"
        return Problem(file.path, 0, what, remedy)
    last = found.items[-1]
    remedy = f"add after item {last.id} of “{found.title}”: {lines}"
    return Problem(file.path, last.bullets[-1].line, what, remedy)
