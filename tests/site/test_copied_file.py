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

from dagbook.examples.example import Example


def commands(html: str) -> list[str]:
    """Return the shell blocks of ``Run it yourself`` in the order of the page."""
    soup = BeautifulSoup(html, "html.parser")
    heading = soup.find(id="run-it-yourself")
    assert heading is not None
    blocks = []
    for one in heading.find_next_siblings():
        if one.name == "h2":
            break
        blocks += [code.get_text() for code in one.select("pre code")]
    return blocks


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
        env=_clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    # The very run of the page: same task states, and the same returned values.
    with sqlite3.connect(tmp_path / ".airflow" / "airflow.db") as database:
        [(state,)] = database.execute("select state from dag_run")
        states = dict(database.execute("select task_id, state from task_instance"))
        totals = database.execute(
            "select value from xcom where task_id = 'daily_total'"
        ).fetchall()
    recorded = example.scenario("default")
    assert state == recorded["state"]
    assert states == {task["task_id"]: task["state"] for task in recorded["tasks"]}
    [total] = [
        task["xcoms"]["return_value"]
        for task in recorded["tasks"]
        if task["task_id"] == "daily_total"
    ]
    # SQLite keeps a JSON number as a number.
    assert [float(value) for (value,) in totals] == [total]


def _clean_environment(home: Path) -> dict[str, str]:
    """Return an environment without any Airflow setting, this Python's tools first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "DAGBOOK", "PYTEST", "PYTHON"))
    }
    tools = str(Path(sys.executable).parent)
    return {**kept, "HOME": str(home), "PATH": f"{tools}:{kept.get('PATH', '')}"}
