"""All thirteen trigger rules below two tasks, and what the run becomes."""

from dagbook.running.dag_test import LIMIT, LOGICAL_DATE, RUN_AFTER, load, test_run

#: rule: what becomes of its task if the two tasks above end as the column says.
TABLE = """
                             ss       sk       sf       kf       fk
all_success                  success  skipped  upstream skipped  upstream
all_failed                   skipped  skipped  skipped  skipped  skipped
all_skipped                  skipped  skipped  skipped  skipped  skipped
all_done                     success  success  success  success  success
all_done_min_one_success     success  skipped  success  skipped  skipped
all_done_setup_success       success  success  success  success  success
one_success                  success  success  success  upstream upstream
one_failed                   skipped  skipped  success  success  success
one_done                     success  success  success  success  success
none_failed                  success  success  upstream upstream upstream
none_failed_min_one_success  success  success  upstream upstream upstream
none_skipped                 success  skipped  success  skipped  skipped
always                       success  success  success  success  success
"""
COLUMNS = {
    "ss": ("default", {}),
    "sk": ("one-skipped", {"south": "skipped"}),
    "sf": ("one-failed", {"south": "failed"}),
    "kf": ("skip-then-fail", {"north": "skipped", "south": "failed"}),
    "fk": ("fail-then-skip", {"north": "failed", "south": "skipped"}),
}
BLOCKED = {"upstream": "upstream_failed"}


def rows() -> dict[str, list[str]]:
    lines = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return {rule: [BLOCKED.get(cell, cell) for cell in cells] for rule, *cells in lines}


def ended(dag, conf: dict) -> dict[str, str]:
    """Run a DAG without recording it; return the states of its tasks and the run."""
    run, _ = test_run(
        dag,
        logical_date=LOGICAL_DATE,
        run_after=RUN_AFTER,
        conf=conf,
        mark_success=None,
        limit=LIMIT,
    )
    tasks = {ti.task_id: str(ti.state) for ti in run.get_task_instances()}
    return {**tasks, "the run": str(run.state)}


def edited(example, old: str, new: str):
    """Return the DAG ``<stem>__join`` of a copy of the file with one change."""
    source = example.paths.dag.read_text()
    assert source.count(old) == 1
    file = example.scratch / example.paths.dag.name
    file.write_text(source.replace(old, new))
    return load(file)[0][f"{example.stem}__join"]


def rules(example, column: str) -> dict[str, str]:
    """Run the thirteen rules and compare them with a column of the table."""
    scenario, conf = COLUMNS[column]
    run = example.run(scenario, logical_date=None, conf=conf)
    at = list(COLUMNS).index(column)
    seen = {rule: run.states[rule] for rule in example.module.RULES}
    assert seen == {rule: cells[at] for rule, cells in rows().items()}
    return seen


def test_each_rule_below_successes_a_skip_and_a_failure(example):
    both, skip, failure = (rules(example, column) for column in ("ss", "sk", "sf"))
    assert len(both) == 13
    table = {
        f"{number:02} {rule}": f"{both[rule]}, {skip[rule]}, {failure[rule]}"
        for number, rule in enumerate(both, 1)
    }
    name = "both succeed, south is skipped, south fails"
    example.scenario("one-failed").keep(name, table)


def test_a_skip_before_a_failure_skips_all_success_for_good(example):
    skip_first, fail_first = rules(example, "kf"), rules(example, "fk")
    differ = {rule for rule in skip_first if skip_first[rule] != fail_first[rule]}
    assert differ == {"all_success"}
    kept = example.scenario("skip-then-fail")
    kept.keep(
        "all_success",
        {
            "1 north skipped, then south failed": skip_first["all_success"],
            "2 north failed, then south skipped": fail_first["all_success"],
        },
    )


def test_the_join_after_a_skip_counts_what_is_there(example):
    conf = {"south": "skipped"}
    run = example.run("join", role="join", logical_date=None, conf=conf)
    assert (run.state, run.value("report")) == ("success", 50)
    both = ended(example.sibling("join"), {})
    assert both["report"] == "success"
    failed = ended(example.sibling("join"), {"south": "failed"})
    assert (failed["report"], failed["the run"]) == ("upstream_failed", "failed")
    states = {
        "1 both succeed": both["report"],
        "2 north succeeds, south is skipped": run.states["report"],
        "3 north succeeds, south fails": failed["report"],
    }
    example.scenario("join").keep("report", states)


def test_all_success_makes_the_run_a_success_although_south_failed(example):
    conf = {"north": "skipped", "south": "failed"}
    run = example.run("green-join", role="join", logical_date=None, conf=conf)
    rule = "none_failed_min_one_success"
    answer = f'@task(trigger_rule="{rule}")'
    green = ended(edited(example, answer, "@task"), conf)

    assert run.task("south").error == "AirflowFailException: south: the file is broken"
    assert (run.states["report"], run.state) == ("upstream_failed", "failed")
    assert green == {
        "north": "skipped",
        "south": "failed",
        "report": "skipped",
        "the run": "success",
    }
    shown = {"all_success": green["the run"], rule: run.state}
    example.scenario("green-join").keep(
        "state of the run, by the rule of report", shown
    )
