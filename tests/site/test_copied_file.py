"""What the copy button gives runs in a fresh folder, by the page's own commands."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from watching import Watched, path_of

from dagbook.examples import example as lookup
from dagbook.examples.example import Example
from dagbook.project import Project


def commands(html: str) -> list[str]:
    """Return the commands of “Run it”, one a line."""
    soup = BeautifulSoup(html, "html.parser")
    code = "".join(one.get_text() for one in soup.select(".db-run-it pre code"))
    return code.replace("\\\n", "").splitlines()


@pytest.fixture(scope="session")
def example(project: Project) -> Example:
    """An example whose results do not depend on the day."""
    return lookup.example(project, "16.6.1")


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_copied_runs(
    tab: Watched, site: Path, example: Example, tmp_path: Path
) -> None:
    page = tab.open(path_of(example))
    page.get_by_role("button", name="Copy file").click()
    page.locator("[data-db-copied]", has_text="Copied").wait_for(state="attached")
    text = page.evaluate("navigator.clipboard.readText()")
    (tmp_path / f"{example.item.stem}.py").write_text(text, encoding="utf-8")

    html = (site / path_of(example)).read_text(encoding="utf-8")
    install, *rest = commands(html)
    version = example.recording["airflow"]
    assert install.strip() == f'pip install "apache-airflow=={version}"'
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(rest)],
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    # The very run of the page: same states, and the same numbers returned.
    with sqlite3.connect(tmp_path / ".airflow" / "airflow.db") as database:
        [(state,)] = database.execute("select state from dag_run")
        states = dict(database.execute("select task_id, state from task_instance"))
        returned = dict(
            database.execute(
                "select task_id, value from xcom where key = 'return_value'"
            )
        )
    recorded = example.scenario("default")
    assert state == recorded["state"]
    assert states == {task["task_id"]: task["state"] for task in recorded["tasks"]}
    numbers = {
        task["task_id"]: value
        for task in recorded["tasks"]
        if isinstance(value := task["xcoms"].get("return_value"), int | float)
    }
    assert numbers
    # SQLite keeps a JSON number as a number.
    assert {task: float(returned[task]) for task in numbers} == numbers


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment without any Airflow setting, this Python's tools first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "DAGBOOK", "PYTEST", "PYTHON"))
    }
    tools = str(Path(sys.executable).parent)
    return {**kept, "HOME": str(home), "PATH": f"{tools}:{kept.get('PATH', '')}"}
