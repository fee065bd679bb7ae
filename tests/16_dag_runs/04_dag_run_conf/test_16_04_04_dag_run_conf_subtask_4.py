"""The type in which each value arrives, as text, natively and from params."""

STEM = "16_04_04_dag_run_conf_subtask_4"


def test_text_native_and_tojson(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.value("text") == "str: \"['M', 'L']\""
    assert run.value("native") == "list: ['M', 'L']"
    assert run.value("number") == "int: 42"
    assert run.value("kept") == "str: '42'"

    # One value after the other.
    assert run.value("all_text") == [
        "str: \"['M', 'L']\"",
        "str: '42'",
        "str: 'False'",
        "str: 'None'",
        "str: '01067'",
    ]
    assert run.value("all_native") == [
        "list: ['M', 'L']",
        "int: 42",
        "bool: False",
        "NoneType: None",
        "str: '01067'",
    ]
    assert run.value("all_params") == [
        "list: ['M', 'L']",
        "str: '42'",
        "bool: False",
        "str: 'None'",
        "str: '01067'",
    ]
    assert run.task("shell").rendered["env"] == {"SIZES": '["M", "L"]'}
    assert run.value("shell") == '["M", "L"]'
    # The flag of a task leaves an object what it is as text.
    assert run.value("run_after") == "str: '2026-05-01 06:30:00+00:00'"


def test_native_rendering_of_the_whole_dag(example):
    run = example.run("native-dag", role="native", logical_date=None)

    assert run.value("run_after").startswith(
        "datetime: datetime.datetime(2026, 5, 1, 6"
    )
    assert run.value("no_braces") == "int: 42"
    assert run.value("protected") == "str: '42'"
    # A missing name is an error when there is text around it, and not when it is bare.
    assert run.task("in_text").error == (
        "UndefinedError: 'dict object' has no attribute 'depot'"
    )
    assert run.states["bare"] == "success"
    assert run.value("bare") == "StrictUndefined: Undefined"
    assert run.task("opt_out").error == (
        "TypeError: sequence item 0: expected str instance, list found"
    )
    assert run.state == "failed"


def test_a_missing_name_fails_a_dag_that_renders_text(example):
    example.run("before-missing", logical_date=None)
    example.dag.get_task("text").op_args = ("{{ params.depot }}",)
    example.dag.get_task("number").op_args = ("{{ params.depot }}",)
    example.dag.get_task("native").op_args = ("42",)
    example.dag.get_task("shell").render_template_as_native_obj = True
    run = example.run("missing", logical_date=None)

    missing = "UndefinedError: 'dict object' has no attribute 'depot'"
    assert run.task("text").error == run.task("number").error == missing
    # The flag of a task, too, reads an argument without braces and JSON for env.
    assert run.value("native") == "int: 42"
    assert run.task("shell").error == (
        "TypeError: expected str, bytes or os.PathLike object, not list"
    )
