"""Thirteen rules below every pair of states, a branch and a mapped task."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowSkipException

# --8<-- [start:cases]
WAITS = {"all_done", "all_done_setup_success"}
ANYHOW = {"always"} | WAITS
ONE = {"one_success", "one_failed", "one_done"}
NO_FAILURE = {"none_failed", "none_failed_min_one_success"}
MIN_ONE = {"all_done_min_one_success", "none_failed_min_one_success"}

#: scenario: (conf, column, rules that run, rules that are skipped); the rest fails.
TRUCK = {
    "default": (
        {},
        "s",
        ANYHOW
        | NO_FAILURE
        | MIN_ONE
        | {"all_success", "none_skipped"}
        | {"one_success", "one_done"},
        {"all_failed", "all_skipped", "one_failed"},
    ),
    "south-failed": (
        {"south": "failed"},
        "sf",
        ANYHOW | ONE | {"all_done_min_one_success", "none_skipped"},
        {"all_failed", "all_skipped"},
    ),
    "failed-then-closed": (
        {"north": "failed", "south": "skipped"},
        "fk",
        ANYHOW | {"one_failed", "one_done"},
        {"all_failed", "all_skipped", "none_skipped", "all_done_min_one_success"},
    ),
    "closed-then-failed": (
        {"north": "skipped", "south": "failed"},
        "kf",
        ANYHOW | {"one_failed", "one_done"},
        {"all_failed", "all_skipped", "none_skipped", "all_done_min_one_success"}
        | {"all_success"},
    ),
    "closed-then-cut-off": (
        {"north": "skipped", "south": "upstream_failed"},
        "ku",
        ANYHOW | {"one_failed"},
        {"all_failed", "all_skipped", "none_skipped", "all_done_min_one_success"}
        | {"all_success", "one_done"},
    ),
}
# --8<-- [end:cases]
BRANCH = {
    "branch-north": (
        {"visit": ["north"]},
        "sk",
        ANYHOW | NO_FAILURE | {"one_success", "one_done"},
        {"all_success", "all_failed", "all_skipped", "one_failed", "none_skipped"}
        | {"all_done_min_one_success"},
    ),
    "branch-nowhere": (
        {"visit": []},
        "k",
        ANYHOW | {"all_skipped", "none_failed"},
        ONE | MIN_ONE | {"all_success", "all_failed", "none_skipped"},
    ),
    "branch-mistyped": (
        {"visit": ["nort"]},
        "u",
        ANYHOW | {"all_failed", "one_failed", "none_skipped"},
        {"all_skipped", "one_done"},
    ),
}


def fates(example, run) -> dict[str, set[str]]:
    """The rules by what became of their tasks."""
    found = {"success": set(), "skipped": set(), "upstream_failed": set()}
    for rule in example.module.RULES:
        found[run.states[rule]].add(rule)
    return found


def check(example, run, column, ran, skipped):
    rest = set(example.module.RULES) - ran - skipped
    assert fates(example, run) == {
        "success": ran,
        "skipped": skipped,
        "upstream_failed": rest,
    }
    found = run.value("matrix")
    assert found["column"] == column
    assert {r for r, cell in found["cells"].items() if cell == "s"} == ran
    assert {r for r, cell in found["cells"].items() if cell == "k"} == skipped
    assert {r for r, cell in found["cells"].items() if cell == "u"} == rest
    assert run.state == "success"  # the leaf is the check, whatever failed above


@pytest.mark.parametrize(
    ("above", "column"),
    [
        (["success", "success"], "s"),
        (["failed", "success"], "sf"),
        (["skipped", "success", "skipped"], "sk"),
        (["failed", "skipped"], "fk"),
        (["skipped", "failed"], "kf"),
        (["upstream_failed", "skipped"], "ku"),
    ],
)
def test_a_column_is_found_by_the_states_and_not_by_their_number(
    example, above, column
):
    found, cells = example.module.predicted(above)
    assert found == column
    assert len(cells) == 13
    assert cells["all_success"] == {"s": "s", "sf": "u", "fk": "u"}.get(column, "k")


def test_a_pair_that_the_table_lacks_is_refused(example):
    with pytest.raises(ValueError, match="'fs' is not in list|'uf' is not in list"):
        example.module.predicted(["failed", "upstream_failed"])


def test_the_table_has_all_rules_and_every_task_its_own(example):
    from airflow.sdk import TriggerRule

    assert sorted(example.module.RULES) == sorted(rule.value for rule in TriggerRule)
    assert len(example.module.COLUMNS) * len(example.module.RULES) == 104
    above = {"": {"north", "south"}, "branch": {"north", "south"}, "mapped": {"bay"}}
    for role, depots in above.items():
        dag = example.sibling(role) if role else example.dag
        for rule in example.module.RULES:
            assert dag.get_task(rule).trigger_rule == rule
            assert dag.get_task(rule).upstream_task_ids == depots
            assert dag.get_task(rule).downstream_task_ids == {"matrix"}
        assert dag.get_task("matrix").trigger_rule == "all_done"
    assert example.dag.get_task("drive_south").trigger_rule == "all_done"
    assert example.dag.get_task("north").upstream_task_ids == {"drive_north"}
    assert example.dag.get_task("drive_south").upstream_task_ids == {"north"}
    assert example.dag.get_task("south").upstream_task_ids == {"drive_south"}
    branch = example.sibling("branch")
    assert branch.get_task("visit").downstream_task_ids == {"north", "south"}
    assert example.sibling("mapped").get_task("bay").upstream_task_ids == {"arrivals"}


def test_a_depot_ends_as_told(example):
    load = example.module.load
    assert (load("north", "success"), load("south", "success")) == (12, 30)
    with pytest.raises(RuntimeError, match="north: the gate is locked"):
        load("north", "failed")
    with pytest.raises(AirflowSkipException, match="south: closed today"):
        load("south", "skipped")


def test_what_tasks_do_with_what_they_are_given(example):
    for role in ("", "green", "honest"):
        dag = example.sibling(role) if role else example.dag
        north, south = (dag.get_task(n).python_callable for n in ("north", "south"))
        params = {"north": "success", "south": "success"}
        assert (north(params=params), south(params=params)) == (12, 30)
        for depot in (north, south):
            with pytest.raises(AirflowSkipException):
                depot(params={"north": "skipped", "south": "skipped"})
        if role:
            invoice = dag.get_task("invoice")
            assert invoice.python_callable(12, 30) == 42
            assert invoice.python_callable(None, None) == 0
            assert invoice.upstream_task_ids == {"north", "south"}
            rule = "all_success" if role == "green" else "none_failed_min_one_success"
            assert invoice.trigger_rule == rule
            loader = dag.get_task("south")
            assert (loader.retries, loader.retry_delay) == (1, timedelta(seconds=1))
    visit = example.sibling("branch").get_task("visit").python_callable
    assert visit(params={"visit": ["south"]}) == ["south"]
    mapped = example.sibling("mapped")
    arrivals = mapped.get_task("arrivals").python_callable
    assert arrivals(params={"bays": ["failed"]}) == ["failed"]


def test_what_a_person_can_ask_for(example):
    dag, outcomes = example.dag, ["success", "failed", "skipped"]
    assert dag.params.get_param("north").schema == {"enum": outcomes}
    assert dag.params.get_param("south").schema == {
        "enum": [*outcomes, "upstream_failed"]
    }
    assert dict(dag.params) == {"north": "success", "south": "success", "believe": {}}
    assert dict(example.sibling("branch").params) == {
        "visit": ["north"],
        "believe": {},
    }
    assert dict(example.sibling("mapped").params) == {
        "bays": ["success"],
        "believe": {},
    }
    for role, name, kind in (
        ("branch", "visit", "array"),
        ("mapped", "bays", "array"),
        ("mapped", "believe", "object"),
    ):
        assert example.sibling(role).params.get_param(name).schema["type"] == kind
    for role in ("green", "honest"):
        params = example.sibling(role).params
        assert dict(params) == {"north": "success", "south": "success"}
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)


# --8<-- [start:truck]
@pytest.mark.parametrize("name", TRUCK)
def test_each_rule_below_the_truck(example, name):
    conf, column, ran, skipped = TRUCK[name]
    run = example.run(name, conf=conf)
    check(example, run, column, ran, skipped)
    # --8<-- [end:truck]
    north, south = run.value("north"), run.value("south")
    assert north == (12 if conf.get("north", "success") == "success" else None)
    assert south == (30 if conf.get("south", "success") == "success" else None)
    total = (north or 0) + (south or 0)
    assert {run.value(rule) for rule in ran & WAITS} == {total}
    assert run.value("drive_north") == 50
    assert run.value("always") == 0  # it has waited for nobody
    if name == "default":  # these two have not waited for the south
        assert run.value("one_success") == run.value("one_done") == 12
    if conf.get("south") != "upstream_failed":
        assert run.value("drive_south") == 50 - (north or 0)
    else:
        assert run.task("drive_south").error == (
            "RuntimeError: the road to the south is flooded"
        )


# --8<-- [start:order]
@pytest.mark.parametrize(
    ("role", "invoice", "state"),
    [("green", "skipped", "success"), ("honest", "upstream_failed", "failed")],
)
def test_a_skip_that_comes_first_hides_the_failure(example, role, invoice, state):
    run = example.run(role, role=role, conf={"north": "skipped", "south": "failed"})

    assert run.states == {"north": "skipped", "south": "failed", "invoice": invoice}
    assert run.state == state
    assert run.task("south").errors == ["RuntimeError: south: the gate is locked"] * 2
    # --8<-- [end:order]


def test_the_honest_invoice_takes_what_open_depots_have(example):
    run = example.run("one-closed", role="honest", conf={"north": "skipped"})

    assert run.states == {"north": "skipped", "south": "success", "invoice": "success"}
    assert run.value("invoice") == 30
    assert run.state == "success"


# --8<-- [start:branch]
@pytest.mark.parametrize("name", BRANCH)
def test_each_rule_below_a_branch(example, name):
    conf, column, ran, skipped = BRANCH[name]
    run = example.run(name, role="branch", conf=conf)
    check(example, run, column, ran, skipped)
    # --8<-- [end:branch]
    assert run.value("always") == 0
    assert run.value("all_done") == (12 if column == "sk" else 0)


# --8<-- [start:mapped]
def test_three_instances_count_like_two_tasks(example):
    bays = ["success", "success", "failed"]
    run = example.run("three-bays", role="mapped", conf={"bays": bays})

    assert [run.states[f"bay[{n}]"] for n in range(3)] == bays
    check(example, run, *TRUCK["south-failed"][1:])
    assert run.value("all_done") == 24


def test_a_belief_that_does_not_hold_fails_the_check(example):
    conf = {"bays": [], "believe": {"all_success": "s", "none_failed": "s"}}
    run = example.run("no-bays", role="mapped", conf=conf)

    assert run.states["bay"] == "skipped"  # mapped over nothing
    assert run.task("matrix").error == (
        "AirflowFailException: column k: all_success is k, not s"
    )
    assert run.state == "failed"
    # --8<-- [end:mapped]
