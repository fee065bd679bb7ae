"""How to load all examples: the commands of that page, with the zip of the site."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from test_copied_file import clean_environment

from dagbook.project import Project
from dagbook.site import build, bundles


@pytest.mark.slow
def test_all_examples_are_loaded(site: Path, project: Project, tmp_path: Path) -> None:
    page = (site / "load_all_examples.html").read_text(encoding="utf-8")
    code = BeautifulSoup(page, "html.parser").select_one(".language-sh code")
    assert code is not None
    shutil.copy(site / bundles.ALL, tmp_path)
    done = subprocess.run(
        ["bash", "-e", "-c", code.get_text()],
        cwd=tmp_path,
        env={
            **clean_environment(tmp_path),
            "AIRFLOW_HOME": str(tmp_path / ".airflow"),
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "No data found" in done.stdout
    with sqlite3.connect(tmp_path / ".airflow" / "airflow.db") as database:
        found = {one for (one,) in database.execute("select dag_id from dag")}
        bundle = {one for (one,) in database.execute("select bundle_name from dag")}
    assert {example.item.stem for example in build.written(project)} <= found
    assert bundle == {"dagbook"}
