"""``mkdocs build --strict --quiet`` refuses a wrong page, and says where and why.

A small site with the project's own settings, so that each build takes seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagbook.project import Project

DAG = "dags/16_dag_runs/01_manual_trigger/16_01_01_manual_trigger_subtask_1.py"


def build(
    project: Project, folder: Path, page: str
) -> subprocess.CompletedProcess[str]:
    """Build a site of one page, strictly and quietly."""
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(page, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(
        f"INHERIT: {project.root}/mkdocs.yml\n"
        "plugins: []\nwatch: []\n"
        f"theme: {{custom_dir: '{project.root}/hooks/theme'}}\n"
        f"hooks: ['{project.root}/hooks/mkdocs_hook.py']\n",
        encoding="utf-8",
    )
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    return subprocess.run(
        [
            *(sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"),
            *("-f", str(folder / "mkdocs.yml"), "-d", str(folder / "site")),
        ],
        cwd=project.root,
        # The tree as a whole is checked elsewhere; here it is one page that counts.
        env={**os.environ, **quiet, "DAGBOOK_CHECK": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def fence(body: str, kind: str = "run") -> str:
    return (
        f"# Page\n\n```{kind}\npage: docs/a.md\nline: 9\nexample: 16.1.1\n{body}\n```\n"
    )


def test_a_right_page_is_built(project: Project, tmp_path: Path) -> None:
    page = fence("show: [states]") + f'\n```python\n--8<-- "{DAG}:answer"\n```\n'
    done = build(project, tmp_path, page)
    assert done.returncode == 0, done.stdout + done.stderr
    html = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert 'class="db-run"' in html
    assert ">extract</span>" in html


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (fence("scenario: nope"), "docs/a.md:9: run fence: no scenario 'nope'"),
        (fence("show: [nope]"), "docs/a.md:9: run fence: cannot show 'nope'"),
        (
            fence("colour: red", "graph"),
            "docs/a.md:9: graph fence: unknown key 'colour'",
        ),
        (
            fence("count: many", "schedule"),
            "docs/a.md:9: schedule fence: count is 'many'",
        ),
        (fence("before: x.py", "diff"), "docs/a.md:9: diff fence: the key 'after'"),
        ("# Page\n\n```run {show=states}\n```\n", "run fence: options show behind"),
        ("# Page\n\n- list\n\n    ```run\n    a: 1\n    ```\n", "unknown key 'a'"),
        (f'# Page\n\n```python\n--8<-- "{DAG}:nope"\n```\n', "'nope' could not be"),
        ('# Page\n\n```python\n--8<-- "dags/no.py"\n```\n', "could not be found"),
        (
            "# Page\n\n[there](nowhere.md)\n",
            "'nowhere.md', but the target is not found",
        ),
        ("# Page\n\n[there](#nowhere)\n", "'#nowhere', but there is no such anchor"),
    ],
    ids=range(11),
)
def test_a_wrong_page_stops_the_build(
    project: Project, tmp_path: Path, page: str, message: str
) -> None:
    done = build(project, tmp_path, page)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
