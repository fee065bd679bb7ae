"""The map of the program names each part, with what its docstring says."""

from pathlib import Path

from dagbook.project import Project
from dagbook.site import architecture

ROOT = Path(__file__).resolve().parents[3]


def test_every_part_of_the_program_is_on_the_map():
    rows = architecture.packages(Project(ROOT)).splitlines()[2:]
    named = {row.split("|")[2].strip(" `") for row in rows}
    top = ROOT / "hooks" / "dagbook"
    parts = {f"dagbook.{p.stem}" for p in top.glob("*.py") if p.stem != "__init__"}
    parts |= {f"dagbook.{p.parent.name}" for p in top.glob("*/__init__.py")}
    assert named == parts
    assert all(row.split("|")[3].strip() for row in rows)


def test_the_written_page_gets_the_map():
    text = architecture.fill(Project(ROOT), f"# A\n\n{architecture.MARKER}\n")
    assert "| `dagbook.spec` | The checklists" in text
    assert architecture.MARKER not in text
    assert architecture.fill(Project(ROOT), "# B\n") == "# B\n"
