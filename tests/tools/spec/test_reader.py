"""The checklists: what the three hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.spec import load as spec
from dagbook.spec.model import Spec

ROOT = Path(__file__).resolve().parents[3]
META = (
    "Filename: `07_01_01_one.py` | Tags: `['reference', 'core', 'beginner', 'success']`"
)
GOOD = f"""<!-- a licence
# 9 not a heading -->

# 07 Small Things

## Overview
What it covers.

---

# 7.1 First Things

### - [ ] 7.1.1 One
{META}
- [ ] Shows a
- [ ] Shows b

### - [ ] 7.1.2 Two
{META.replace("07_01_01_one", "07_01_02_two")}

- [ ] Shows c

---

# 2. Second Things: Twice

## Tasks

### - [ ] 7.2.1 Three
{META.replace("07_01_01_one", "07_02_01_three")}
- [ ] Shows d

# Summary

## Anything
- [ ] not an item
* prose
"""
GOOD = GOOD.replace("# 07 Small", "# 7 Small")


def write(tmp_path: Path, text: str, name: str = "7_small_things.md") -> Project:
    folder = tmp_path / "docs" / "spec"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return Project(tmp_path)


@pytest.fixture(scope="module")
def contract() -> Spec:
    return spec.load(Project(ROOT))


def test_the_three_checklists_hold_what_the_owner_ordered(contract: Spec) -> None:
    counts = {file.slug: len(list(file.items)) for file in contract.files}
    assert list(counts.items()) == [
        ("16_dag_runs", 86),
        ("62_dag_pausing", 50),
        ("100_advanced_orchestration_patterns", 50),
    ]
    assert len(contract.items) == 186
    assert sum(len(item.bullets) for item in contract.items) == 678


def test_one_name_gives_every_path(contract: Spec) -> None:
    paths = contract.by_id["16.1.1"].paths(Project(ROOT))
    place = "16_dag_runs/01_manual_trigger/"
    stem = "16_01_01_manual_trigger_subtask_1"
    relative = Project(ROOT).relative
    assert relative(paths.dag) == f"dags/{place}{stem}.py"
    assert relative(paths.page) == f"docs/{place}{stem}.md"
    assert relative(paths.test) == f"tests/{place}test_{stem}.py"
    assert relative(paths.recording) == f"tests/{place}{stem}.json"


def test_folders_are_the_slug_of_the_subsection(contract: Spec) -> None:
    subs = contract.subsections
    assert subs["16.12"].folder == "16_dag_runs/12_dag_run_anti_patterns"
    assert subs["62.10"].folder == "62_dag_pausing/10_pause_best_practices"
    assert subs["100.7"].overview == "Testing orchestration patterns effectively."


def test_an_item_knows_its_tags_and_place(contract: Spec) -> None:
    item = contract.by_id["100.6.1"]
    assert (item.kind, item.area) == ("reference", "patterns")
    assert (item.level, item.outcome) == ("intermediate", "anti-pattern")
    assert item.subsection == "100.6"
    lines = (ROOT / item.path).read_text().splitlines()
    assert item.title in lines[item.line - 1]
    assert all(bullet.text in lines[bullet.line - 1] for bullet in item.bullets)


def test_the_summary_of_a_checklist_is_not_an_item(contract: Spec) -> None:
    assert [b.text for b in contract.by_id["100.10.5"].bullets] == [
        "Audit workflows",
        "Approval chains",
        "Compliance reporting",
        "Policy enforcement",
    ]


def test_the_small_checklist_is_read(tmp_path: Path) -> None:
    small = spec.load(write(tmp_path, GOOD))
    assert [item.id for item in small.items] == ["7.1.1", "7.1.2", "7.2.1"]
    assert small.items[2].folder == "7_small_things/02_second_things_twice"
    assert small.files[0].overview == "What it covers."


@pytest.mark.parametrize(
    ("only", "ids"),
    [
        ("16.1.1", ["16.1.1"]),
        ("16.1", [f"16.1.{n}" for n in range(1, 7)]),
        ("16.8.2, 62.1.4", ["16.8.2", "62.1.4"]),
        ("dags/62_dag_pausing/01_pause_fundamentals/62_01_04_api_pause.py", ["62.1.4"]),
        ("tests/x/test_62_01_04_api_pause.py", ["62.1.4"]),
        ("16_dag_runs/01_manual_trigger", [f"16.1.{n}" for n in range(1, 7)]),
    ],
)
def test_select(contract: Spec, only: str, ids: list[str]) -> None:
    assert [item.id for item in contract.select(only)] == ids


def test_select_all_and_nothing(contract: Spec) -> None:
    assert contract.select(None) == contract.items
    with pytest.raises(DagbookError, match="“16.99” is no item of the spec"):
        contract.select("16.99")


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("# 7.1 First", "# First", 11, "“# First Things” is not part of the format"),
        ("# 7.1 First", "## 7.1 First", 11, "is not part of the format"),
        ("# 7.1 First", "# 8.1 First", 11, "subsection 8.1 in section 7"),
        ("# 2. Second", "# 1. Second", 25, "subsection 1 follows subsection 1"),
        ("# 7 Small", "# 7 Big", 4, "the title means a section 7_big_things"),
        ("# 7 Small Things\n", "\n", 11, "a subsection before the title"),
        ("### - [ ] 7.1.1", "### 7.1.1", 13, "“### 7.1.1 One” is not part"),
        ("### - [ ] 7.1.1", "### - [x] 7.1.1", 13, "a ticked box"),
        ("### - [ ] 7.1.2", "### - [ ] 7.2.2", 18, "item 7.2.2 under subsection 7.1"),
        ("### - [ ] 7.1.2", "### - [ ] 7.1.1", 18, "item 7.1.1 twice"),
        ("### - [ ] 7.1.1", "### - [ ] 7.1.3", 18, "item 7.1.2 out of order"),
        ("### - [ ] 7.1.1", "#### - [ ] 7.1.1", 13, "is not part of the format"),
        (META + "\n", "", 13, "item 7.1.1 has no Filename line"),
        (META, META + "\n" + META, 15, "a Filename line without its item"),
        (META, META.replace(" | ", " "), 14, "the Filename line cannot be read"),
        (META, META.replace("File", "file"), 14, "the Filename line cannot be read"),
        (META, META.replace("`07", "07"), 14, "the Filename line cannot be read"),
        ("07_01_01_one", "7_1_1_one", 14, "7_1_1_one.py does not begin with 07_01_01_"),
        ("07_01_01_one", "07_01_02_one", 14, "does not begin with 07_01_01_"),
        ("07_01_01_one", "07_01_01_One", 14, "or is not snake_case"),
        ("07_01_02_two", "07_01_02_../two", 19, "or is not snake_case"),
        ("'core', 'beg", "'cores', 'beg", 14, "unknown area tag “cores”"),
        ("'success'", "'expert'", 14, "unknown outcome tag “expert”"),
        ("'core', 'beginner'", "'beginner', 'core'", 14, "unknown area tag"),
        ("'reference', ", "", 14, "3 tags instead of 4"),
        ("['reference'", "[reference", 14, "are not a list of words"),
        ("- [ ] Shows a\n- [ ] Shows b\n", "", 13, "item 7.1.1 has no bullet"),
        ("- [ ] Shows b", "- [x] Shows b", 16, "a ticked box"),
        ("- [ ] Shows b", "- [X] Shows b", 16, "a ticked box"),
        ("- [ ] Shows b", "- Shows b", 16, "a bullet that is not"),
        ("- [ ] Shows b", "* [ ] Shows b", 16, "a bullet that is not"),
        ("- [ ] Shows b", "  - [ ] Shows b", 16, "a bullet that is not"),
        ("- [ ] Shows b", "- [] Shows b", 16, "a bullet that is not"),
        ("- [ ] Shows b", "1. Shows b", 16, "a bullet that is not"),
        ("- [ ] Shows b", "Shows b", 16, "text inside item 7.1.1"),
        ("- [ ] Shows c", "---\n- [ ] Shows c", 22, "a bullet outside an item"),
        ("What it covers.", "- [ ] What it covers", 7, "a bullet outside an item"),
        ("## Anything", "### - [ ] 7.2.2 Four", 35, "item 7.2.2 after the summary"),
        ("## Anything", "# 7.3 Late", 35, "stands after the summary"),
        ("- [ ] not an item", "- [x] not an item", 36, "a ticked box"),
        ("# Summary", "# 7.3 Empty\n# Summary", 33, "subsection 7.3 has no item"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    assert old in GOOD
    with pytest.raises(DagbookError) as caught:
        spec.load(write(tmp_path, GOOD.replace(old, new, 1)))
    found = [p for p in caught.value.problems if what in p.what]
    assert found, str(caught.value)
    assert (found[0].path, found[0].line) == ("docs/spec/7_small_things.md", line)
    assert all(p.remedy for p in caught.value.problems)


def test_one_mistake_gives_one_message(tmp_path: Path) -> None:
    broken = GOOD.replace("- [ ] Shows b", "- [x] Shows b")
    with pytest.raises(DagbookError) as caught:
        spec.load(write(tmp_path, broken))
    assert len(caught.value.problems) == 1


def test_names_are_unique_across_checklists(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(DagbookError) as caught:
        spec.load(write(tmp_path, GOOD.replace("Small", "Other"), "7_other_things.md"))
    text = str(caught.value)
    assert "section 7 twice, first at docs/spec/7_" in text
    assert "item 7.1.1 twice" in text
    assert "file name 07_01_01_one twice" in text


def test_an_empty_folder_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "docs" / "spec").mkdir(parents=True)
    with pytest.raises(DagbookError, match="no checklist here"):
        spec.load(Project(tmp_path))
    with pytest.raises(DagbookError, match="no title"):
        spec.load(write(tmp_path, ""))
