"""A project of one small, complete example, written into a temporary folder."""

from __future__ import annotations

import json
from pathlib import Path

from dagbook.examples.example import Example
from dagbook.files import sha256
from dagbook.project import ExamplePaths, Project
from dagbook.spec import load as spec
from dagbook.spec.model import Item

STEM = "07_01_01_sum_of_orders"
FOLDER = "7_small_things/01_first_things"
DAG_PATH = f"dags/{FOLDER}/{STEM}.py"
TEST_PATH = f"tests/{FOLDER}/test_{STEM}.py"

SPEC = f"""\
# 7 Small Things

## Overview
Two small things.

# 7.1 First Things

### - [ ] 7.1.1 Sum of orders
Filename: `{STEM}.py` | Tags: `['reference', 'core', 'beginner', 'success']`
- [ ] Shows the sum
- [ ] Shows the error

### - [ ] 7.1.2 Not written | yet
Filename: `07_01_02_later.py` | Tags: `['reference', 'core', 'advanced', 'failure']`
- [ ] Shows nothing

# 7.2 Second Things

### - [ ] 7.2.1 Nothing here
Filename: `07_02_01_nothing.py` | Tags: `['reference', 'core', 'advanced', 'failure']`
- [ ] Shows nothing
"""

DAG = """\
import pendulum
from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator as Bash

with DAG("x"):
    # --8<-- [start:total]
    @task.branch
    def total():
        return sum([1, 2])
    # --8<-- [end:total]

    # --8<-- [start:guard]
    Bash(task_id="guard", bash_command="exit 1")
    # --8<-- [end:guard]
"""

TEST = """\
# --8<-- [start:sum]
def test_sum(example):
    assert example.run().xcom("total") == 3
# --8<-- [end:sum]
"""

PROSE = "Every word of this sentence is one more word that counts towards the bar. " * 4

PAGE = f"""\
---
title: "Add up the orders"
summary: "Adds two orders and refuses an empty list."
airflow: ">=3.1"
questions:
  - q: "Why is the sum wrong?"
    link: "https://github.com/apache/airflow/issues/48473"
  - "How do I add?"
related: ["7.1.2"]
---

You have orders and want their sum. Read [the docs](https://airflow.apache.org/) first.

## The sum

{PROSE}

```python
--8<-- "{DAG_PATH}:total"
```

## The error

{PROSE}

```python
--8<-- "{DAG_PATH}:guard"
```

## What happened

```run
scenario: default
show: [states]
```

## How it is tested

```python
--8<-- "{TEST_PATH}:sum"
```

## Pitfalls

- An empty list.

## Related

See the next one.
"""


def recording(project: Project) -> dict:
    """Return a recording that fits the files as they are."""
    paths = paths_of(project)
    return {
        "format": 1,
        "id": "7.1.1",
        "airflow": "3.3.2",
        "source": {"path": DAG_PATH, "sha256": sha256(paths.dag)},
        "tests": {
            "path": TEST_PATH,
            "sha256": sha256(paths.test),
            "passed": ["test_sum"],
        },
        "scenarios": {
            "default": {
                "kind": "run",
                "dag_id": STEM,
                "state": "failed",
                "tasks": [
                    {
                        "task_id": "guard",
                        "tries": [
                            {"error": {"type": "ValueError", "message": "No <b> | `x`"}}
                        ],
                    }
                ],
                "exchanges": [
                    {"kind": "cli", "command": "airflow dags pause x -y", "exit": 0},
                    {
                        "kind": "http",
                        "request": "POST /api/v2/dags/x/dagRuns?a=1",
                        "status": 409,
                        "response": {"detail": {"reason": "Unique constraint"}},
                    },
                ],
            }
        },
    }


def write(root: Path) -> Project:
    """Write the example below ``root`` and return the project."""
    project = Project(root)
    paths = paths_of(project)
    for path, text in (
        (root / "docs/spec/7_small_things.md", SPEC),
        (root / "tests/exceptions.yml", "not_yet_rewritten:\n  - 7.1.1\n"),
        (paths.dag, DAG),
        (paths.test, TEST),
        (paths.page, PAGE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    paths.recording.write_text(json.dumps(recording(project)))
    return project


def paths_of(project: Project) -> ExamplePaths:
    """Return the paths of the example."""
    return project.example(FOLDER, STEM)


def example_of(project: Project) -> Example:
    """Return the example itself."""
    return Example(project, item_of(project))


def item_of(project: Project) -> Item:
    """Return the item that the example answers."""
    return spec.load(project).by_id["7.1.1"]
