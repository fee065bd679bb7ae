"""The type of each value after a template, as text and natively."""

import json
from datetime import UTC, datetime

import pytest


# --8<-- [start:modes]
def test_text_turns_all_into_strings_and_native_turns_some_into_something_else(example):
    run = example.run()

    assert run.value("as_text") == {
        "sizes": ["str", "['M', 'L']"],
        "grams": ["str", "1200"],
        "express": ["str", "False"],
        "shelf": ["str", "42"],
        "postcode": ["str", "01067"],
        "remark": ["str", "None"],
    }
    assert run.value("natively") == {
        "sizes": ["list", ["M", "L"]],
        "grams": ["int", 1200],
        "express": ["bool", False],
        "shelf": ["int", 42],
        "postcode": ["str", "01067"],
        "remark": ["NoneType", None],
    }
    # --8<-- [end:modes]
    assert run.value("weigh") == {"grams": 2400, "priority": "low"}
    assert run.value("label") == "To 01067"
    assert run.value("packages") == ["package M", "package L"]
    assert run.state == "success"


# --8<-- [start:shell]
def test_a_shell_gets_json_and_not_the_python_of_a_list(example):
    run = example.run(
        "shell", conf={"sizes": ['2" pipe'], "express": True, "postcode": "99423"}
    )

    assert run.value("packages") == ['package 2" pipe']
    with pytest.raises(json.JSONDecodeError):
        json.loads(run.value("as_text")["sizes"][1])
    assert bool(run.value("as_text")["express"][1]) is True
    assert run.value("weigh") == {"grams": 1200, "priority": "high"}
    # --8<-- [end:shell]
    assert run.value("label") == "To 99423"
    assert run.value("as_text")["sizes"] == ["str", "['2\" pipe']"]


# --8<-- [start:native]
def test_a_native_dag_converts_text_that_holds_no_template_at_all(example):
    run = example.run("native", role="native")

    assert run.value("no_braces") == {"shelf": ["int", 42], "rack": ["int", 1000]}
    assert run.value("protected") == {
        "shelf": ["str", "42"],
        "remark": ["list", ["None"]],
    }
    # --8<-- [end:native]
    assert run.state == "failed"


# --8<-- [start:opt-out]
def test_a_task_cannot_opt_out_of_a_native_dag_with_anything_but_text(example):
    run = example.run("opt-out", role="native", conf={"shelf": "7"})

    assert run.value("text_of_text") == {"shelf": ["str", "7"]}
    assert run.task("text_of_number").error == (
        "TypeError: sequence item 0: expected str instance, int found"
    )
    # --8<-- [end:opt-out]


# --8<-- [start:missing]
def test_a_key_that_is_not_there_fails_the_task_unless_it_has_a_default(example):
    run = example.run("missing", role="missing")

    assert run.task("no_such_key").error == (
        "UndefinedError: 'dict object' has no attribute 'depot'"
    )
    assert run.value("with_default") == {"depot": ["str", "Jena"]}
    # --8<-- [end:missing]
    assert run.states == {"no_such_key": "failed", "with_default": "success"}


def test_a_key_that_was_sent_is_there(example):
    run = example.run("sent", role="missing", conf={"depot": "Ulm"})

    assert run.value("no_such_key") == {"depot": ["str", "Ulm"]}
    assert run.value("with_default") == {"depot": ["str", "Ulm"]}


def test_the_dags(example):
    modes = {t.task_id: t.render_template_as_native_obj for t in example.dag.tasks}
    assert {name for name, mode in modes.items() if mode} == {"natively"}
    assert modes["as_text"] is None
    assert example.dag.get_task("carrier").downstream_task_ids == {"packages"}
    sister = example.sibling("native")
    assert sister.render_template_as_native_obj is True
    assert sister.get_task("no_braces").render_template_as_native_obj is None
    for task_id in ("text_of_text", "text_of_number"):
        assert sister.get_task(task_id).render_template_as_native_obj is False
    for role in ("missing", ""):
        dag = example.sibling(role) if role else example.dag
        assert dag.render_template_as_native_obj is False
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert {name: dag.params[name] for name in dag.params} == {
            "sizes": ["M", "L"],
            "grams": 1200,
            "express": False,
            "shelf": "42",
            "postcode": "01067",
            "remark": "None",
        }
