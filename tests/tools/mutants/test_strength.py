"""The score tells a strict test from one that only asks for success."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagbook.mutants.engine import judge
from dagbook.mutants.report import scores
from dagbook.project import Project

HERE = Path(__file__).resolve().parents[3]
FOLDER = "7_small_things/01_first_things"
STRICT, WEAK = "07_01_01_strict", "07_01_02_weak"

ITEM = """\
### - [ ] 7.1.{number} Bill {number}
Filename: `{stem}.py` | Tags: `['reference', 'core', 'beginner', 'success']`
- [ ] Shows the bill

"""

DAG = """\
import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

PRICES = {{"chair": 40, "table": 120, "lamp": 15}}


@dag(
    dag_id="{stem}",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    params={{"order": {{"chair": 4, "lamp": 2}}}},
)
def bill():
    @task(retries=1)
    def total(params=None) -> int:
        found = 0
        for name, count in params["order"].items():
            if count < 1:
                raise AirflowFailException(f"{{count}} of {{name}}")
            found += PRICES[name] * count
        return found

    @task
    def with_shipping(goods: int) -> int:
        return goods if goods >= 200 else goods + 9

    with_shipping(total())


bill()
"""

STRICT_TEST = """\
import pytest


@pytest.mark.parametrize(
    ("order", "goods", "bill"),
    [
        ({"chair": 4, "lamp": 2}, 190, 199),
        ({"chair": 5}, 200, 200),
        ({"table": 1, "lamp": 1}, 135, 144),
    ],
)
def test_bill(example, order, goods, bill):
    run = example.run(f"bill-{goods}", conf={"order": order})
    assert run.value("total") == goods
    assert run.value("with_shipping") == bill


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_of_something_is_refused(example, count):
    run = example.run(f"nothing{count}", conf={"order": {"lamp": count}})
    assert run.states == {"total": "failed", "with_shipping": "upstream_failed"}
    assert run.task("total").error == f"AirflowFailException: {count} of lamp"
    assert run.task("total").max_tries == 1
    assert run.task("total").try_number == 1


def test_without_an_order(example):
    assert example.run().value("total") == 190
    assert example.dag.schedule is None
"""

WEAK_TEST = """\
def test_it_runs(example):
    assert example.run().state == "success"
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Two examples that are the same but for their tests, recorded."""
    root = tmp_path_factory.mktemp("strength")
    (root / "hooks").symlink_to(HERE / "hooks")
    items = [
        ITEM.format(number=number, stem=stem)
        for number, stem in enumerate((STRICT, WEAK), 1)
    ]
    spec = "# 7 Small Things\n\n# 7.1 First Things\n\n" + "".join(items)
    for path, text in {
        "docs/spec/7_small_things.md": spec,
        f"dags/{FOLDER}/{STRICT}.py": DAG.format(stem=STRICT),
        f"dags/{FOLDER}/{WEAK}.py": DAG.format(stem=WEAK),
        f"tests/{FOLDER}/test_{STRICT}.py": STRICT_TEST,
        f"tests/{FOLDER}/test_{WEAK}.py": WEAK_TEST,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--snapshot-update", "tests"],
        cwd=root,
        env={**os.environ, "DAGBOOK_ROOT": str(root)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout
    return Project(root)


@pytest.mark.slow
def test_a_test_that_only_asks_for_success_scores_under_40_percent(tree, monkeypatch):
    monkeypatch.setenv("DAGBOOK_ROOT", str(tree.root))
    examples = [tree.example(FOLDER, stem) for stem in (STRICT, WEAK)]

    strict, weak = scores(judge(tree, examples), [])

    assert strict.total == weak.total >= 10
    assert strict.asserted >= 0.9
    assert weak.asserted < 0.4
    # The recording notices much of it, and that is no merit of the test.
    assert weak.killed > weak.asserted

    told = []
    again = scores(judge(tree, examples, lambda *words: told.append(words)), [])
    assert again == [strict, weak]
    assert told == [(2 * strict.total, 2 * strict.total, "from the cache")]
