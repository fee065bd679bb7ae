"""Texts of a Variable and what they pause; a flag that changes meanwhile."""

import pytest

STEM = "62_08_04_automation_debug"
SALES = f"/api/v2/dags/{STEM}__sales"
TEXTS = {"false": False, "true": True, "True": True, " TRUE ": True, "yes": False}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the sales active."""
    assert example.dag
    with example.api.client("op") as client:
        client.patch(SALES, json={"is_paused": False}).raise_for_status()
        yield client


def is_paused(op) -> bool:
    return op.get(SALES).json()["is_paused"]


def test_without_the_variable_nothing_is_paused(example, op):
    run = example.run(logical_date=None)

    assert (run.state, run.value("decide"), is_paused(op)) == ("success", False, False)
    assert run.task("decide").log == ["WARNING raw='false' wanted=False"]


@pytest.mark.parametrize(("text", "wanted"), [("false", False), ("True", True)])
def test_the_text_decides_and_the_flag_follows(example, op, monkeypatch, text, wanted):
    monkeypatch.setenv("AIRFLOW_VAR_PAUSE_SALES", text)
    run = example.run(f"text {text}", logical_date=None)

    assert run.value("decide") is wanted
    assert is_paused(op) is wanted
    assert run.task("decide").log == [f"WARNING raw={text!r} wanted={wanted}"]


def test_two_wrong_readings_of_the_same_texts(example, monkeypatch):
    get, found = example.module.Variable.get, {}
    for number, (text, wanted) in enumerate(TEXTS.items(), 1):
        monkeypatch.setenv("AIRFLOW_VAR_PAUSE_SALES", text)
        raw = get("pause_sales", default="false")
        as_json = get("pause_sales", default=False, deserialize_json=True)
        right = raw.strip().lower() == "true"
        assert right is wanted
        found[f"{number} {text!r}"] = f"== {right}, bool {bool(raw)}, JSON {as_json}"

    assert example.scenario("readings").keep("text, and three readings", found) == {
        "1 'false'": "== False, bool True, JSON False",
        "2 'true'": "== True, bool True, JSON True",
        "3 'True'": "== True, bool True, JSON False",
        "4 ' TRUE '": "== True, bool True, JSON False",
        "5 'yes'": "== False, bool True, JSON False",
    }


def test_a_flag_that_changed_meanwhile_fails_verify(example, op):
    run = example.run("changed meanwhile", logical_date=None, mark_success="apply")
    assert run.state == "success"
    op.patch(SALES, json={"is_paused": True}).raise_for_status()
    run = example.run("changed by a person", logical_date=None, mark_success="apply")

    assert run.task("verify").error == "AirflowFailException: wanted False, is True"
    assert run.state == "failed"


def test_the_command_line_ends_with_0_for_an_unknown_dag(example):
    kept = example.scenario("cli")
    done = kept.cli("dags", "pause", "nope", name="pause")
    assert done.returncode == 0
    assert "No unpaused DAGs were found" in done.stdout + done.stderr


def test_without_the_connection_nothing_is_asked(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no connection", logical_date=None)

    assert run.state == "success"
    assert run.states["apply"] == run.states["verify"] == "skipped"
