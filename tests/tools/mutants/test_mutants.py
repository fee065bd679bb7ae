"""Mutants: each operator changes what it says, and only what carries behaviour."""

from collections import Counter

import pytest

from dagbook.mutants import verdicts as remembered
from dagbook.mutants.equivalent import Mark
from dagbook.mutants.generate import SAMPLE, mutants, sample
from dagbook.mutants.mutant import mutant
from dagbook.mutants.report import markdown, overall, scores, unused
from dagbook.mutants.verdicts import Verdict
from dagbook.pages.model import FENCES
from dagbook.pages.reader import parse


def changes(text, operator=None):
    return [m.after for m in mutants(text) if operator in (None, m.operator)]


@pytest.mark.parametrize(
    ("text", "operator", "after"),
    [
        ("extract >> load", "edge-dropped", ["extract , load"]),
        ("extract >> load", "edge-reversed", ["extract << load"]),
        ("chain(a, b)", "edge-reversed", ["chain(b, a)"]),
        ("@task(trigger_rule='all_done')\ndef f(): ...", "dependency-dropped", None),
        (
            "@task(trigger_rule='all_done')\ndef f(): ...",
            "trigger-rule",
            ["@task(trigger_rule='all_success')"],
        ),
        ("x = f(retries=3, y=1)", "retry-dropped", ["x = f( y=1)"]),
        ("x = f(y=1, retries=3)", "retry-dropped", ["x = f(y=1)"]),
        ("f(retry_policy=p, z=0)", "retry-dropped", ["f( z=0)"]),
        ("f(execution_timeout=t)", "timeout-dropped", ["f()"]),
        ("f(pool='one', pool_slots=2)", "capacity-dropped", None),
        ("f(max_active_runs=1)", "capacity-dropped", ["f()"]),
        ("f(depends_on_past=True)", "dependency-dropped", ["f()"]),
        ("f(outlets=[a])", "asset-dropped", ["f()"]),
        ("f(inlets=[a])", "asset-dropped", ["f()"]),
        ("g.expand(x=[1, 2, 3])", "mapped-element", ["g.expand(x=[1, 2])"]),
        ("R = ['n', 's']\ng.expand(x=R)", "mapped-element", ["R = ['n']"]),
        ("Param(1, minimum=0)", "schema", ["Param(1)"]),
        ("Param(1, type='integer', enum=[1])", "schema", None),
        ("a.as_teardown(setups=b)", "teardown-dropped", None),
        ("f(on_failure_fail_dagrun=True)", "teardown-dropped", ["f()"]),
        ("dag(schedule='@daily')", "schedule", ["dag(schedule=None)"]),
        ("dag(schedule=None)", "schedule", ["dag(schedule='@daily')"]),
        (
            "T('0 0 * * *', timezone='Europe/Berlin')",
            "timezone",
            ["T('0 0 * * *', timezone='UTC')"],
        ),
        ("dag(schedule='@daily', catchup=True)", "constant", None),
        (
            "dag(default_args={'owner': 'a', 'retries': 2})",
            "retry-dropped",
            ["dag(default_args={'owner': 'a'})"],
        ),
    ],
)
def test_each_operator_changes_what_it_says(text, operator, after):
    found = changes(text, operator)
    assert found
    if after is not None:
        assert found == after


MANY = "a >> b\nf(retries=3)\n" + "\n".join(f"x{n} = {n} > {n + 1}" for n in range(50))


def test_a_sample_has_every_rule_of_airflow_and_depends_on_the_text_alone():
    every, drawn = mutants(MANY), sample(MANY)

    assert len(every) > 2 * SAMPLE
    assert len(drawn) == SAMPLE == 40
    assert {m.operator for m in every if m.of_dag} == {
        *("edge-dropped", "edge-reversed", "retry-dropped")
    }
    assert [m for m in drawn if m.of_dag] == [m for m in every if m.of_dag]
    assert sample(MANY) == drawn
    assert set(drawn) <= set(every)
    lines = {m.line for m in drawn}
    assert {m.line for m in sample(MANY + "\n# another draw")} != lines
    assert sample("a >> b") == mutants("a >> b")


def test_verdicts_depend_on_the_code_that_the_tests_have_loaded(monkeypatch, tmp_path):
    module = tmp_path / "hooks/dagbook/running/some.py"
    module.parent.mkdir(parents=True)
    place = tmp_path / "hooks/dagbook/mutants/verdicts.py"
    monkeypatch.setattr(remembered, "__file__", str(place))

    def told(text, *modules):
        module.write_text(text)
        return remembered.behaviour(modules)

    name = "dagbook.running.some"
    before = told("def f():\n    return 1\n", name)
    assert told('"""Words."""\n\ndef f():\n    # why\n    return 1\n', name) == before
    assert told("def f():\n    return 2\n", name) != before
    other = told("def f():\n    return 1\n", "dagbook.running.other")
    assert told("def f():\n    return 2\n", "dagbook.running.other") == other


def test_branch_targets_are_swapped():
    text = "@task.branch\ndef pick(x):\n    return 'low' if x < 3 else 'high'\n"
    assert changes(text, "branch-swapped") == ["return 'high' if x < 3 else 'low'"]


def test_a_teardown_decorator_becomes_a_task():
    text = "@teardown\ndef drop():\n    return 1\n"
    assert changes(text, "teardown-dropped") == ["@task"]


def test_a_guard_that_raises_is_removed():
    text = "def f(x):\n    if x > 3:\n        raise ValueError(x)\n    return x\n"
    assert changes(text, "removed-guard") == ["pass"]


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        ("AirflowFailException('x')", "RuntimeError('x')"),
        ("AirflowSkipException('x')", "RuntimeError('x')"),
        ("ValueError('x')", "AirflowFailException('x')"),
    ],
)
def test_exceptions_swap_between_final_and_retryable(raised, becomes):
    (after,) = changes(f"def f():\n    raise {raised}\n", "exception-class")
    assert after.endswith(becomes)


def test_python_comparisons_have_a_negation_and_a_boundary():
    after = changes("def f(a):\n    return a > 3\n", "comparison")
    assert after == ["return a <= 3", "return a >= 3"]


@pytest.mark.parametrize(
    "text",
    [
        '"""Docs with 3 numbers."""\n',
        'def f():\n    """Docs with 3 > 2."""\n',
        "def f():\n    log.info('took %d', 3)\n",
        "dag(tags=['a', '16.1'], doc_md='1 + 1')\n",
        "if __name__ == '__main__':\n    d.test(x=1)\n",
        "from a import b\n",
        "def f(a: int | None = None) -> dict[str, int]: ...\n",
        "x: int | str\n",
        "dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)",
        "START = d(2026, 1)\ndag(schedule=None, start_date=START)",
    ],
)
def test_what_carries_no_behaviour_is_left_alone(text):
    assert [m for m in mutants(text) if m.operator != "schedule"] == []


def test_a_start_date_matters_where_there_is_a_schedule():
    text = "dag(schedule='@daily', start_date=datetime(2026, 1, 1), catchup=False)"
    operators = Counter(m.operator for m in mutants(text))
    assert operators["constant"] == 4  # three numbers and catchup


def test_the_same_change_is_made_once_and_names_its_line():
    text = "def f(a):\n    b = a + 1\n    return b\n"
    found = mutants(text)
    assert len({m.text for m in found}) == len(found)
    assert {m.line for m in found} == {2, 3}


def test_what_is_the_same_code_is_no_mutant():
    assert mutant("x", "a = 1\n", "a  =  1\n") is None
    assert mutant("x", "a = 1\n", "a = = 1\n") is None


def verdicts():
    text = "def f(a):\n    if a > 3:\n        return a * 2\n    return a\n"
    fates = ["assertion", "recording", "survived", "broken", "timeout"]
    found = mutants(text)[: len(fates)]
    return [Verdict(m, fate, ["t"]) for m, fate in zip(found, fates, strict=True)]


def test_assertions_and_recordings_are_counted_apart():
    (score,) = scores({"16_01_01_x": verdicts()}, [])
    assert score.total == 4  # the broken one does not count
    assert score.killed == 0.75
    assert score.asserted == 0.5
    assert len(score.survivors) == 1


def test_a_mark_takes_a_survivor_out_and_dies_with_its_line():
    found = {"16_01_01_x": verdicts()}
    one = found["16_01_01_x"][2].mutant
    good = Mark("16_01_01_x", one.before, one.after, "it makes no difference")
    dead = Mark("16_01_01_x", "another line", one.after, "it made no difference")

    results = scores(found, [good, dead])

    assert results[0].survivors == []
    assert results[0].total == 3
    assert unused([good, dead], results) == [dead]


def test_a_mark_cannot_hide_what_was_killed():
    found = {"16_01_01_x": verdicts()}
    one = found["16_01_01_x"][0].mutant
    mark = Mark("16_01_01_x", one.before, one.after, "no")
    (score,) = scores(found, [mark])
    assert score.counts["assertion"] == 1


def test_the_page_shows_the_score_and_each_survivor_as_a_difference():
    (score,) = scores({"16_01_01_x": verdicts()}, [])
    data = {
        "16_01_01_x": {
            "counts": dict(score.counts),
            "survivors": score.survivors,
            "equivalent": [],
        }
    }
    text = markdown(data)
    assert "| `16_01_01_x` | 4 | 50% | 75% | 1 | 1 |" in text
    assert f"- {score.survivors[0]['before']}\n+ {score.survivors[0]['after']}" in text
    assert overall([score]).total == 4


def test_no_survivor_is_shown_in_a_fence_that_the_site_reads_itself():
    found = verdicts()
    for verdict in found:
        verdict.fate = "survived"
    (score,) = scores({"16_01_01_x": found}, [])
    row = {"counts": dict(score.counts), "survivors": score.survivors}
    page = parse(markdown({"16_01_01_x": {**row, "equivalent": []}}), "quality.md")
    assert len(page.fences) == len(found)
    assert not {fence.language for fence in page.fences} & set(FENCES)
