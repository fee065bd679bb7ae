"""The same failed task in three DAGs, and the state of each run."""

from dagbook.running.dag_test import LIMIT, LOGICAL_DATE, RUN_AFTER, load, test_run

GOOD = {"orders": "20 30 50"}
NOT_A_NUMBER = "ValueError: invalid literal for int() with base 10: 'n/a'"


def ended(dag, conf=None) -> dict[str, str]:
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


def edited(example, role: str, old: str, new: str):
    """Return the DAG ``<stem>__<role>`` of a copy of the file with one change."""
    source = example.paths.dag.read_text()
    assert source.count(old) == 1
    file = example.scratch / example.paths.dag.name
    file.write_text(source.replace(old, new))
    dags, _ = load(file)
    return dags[f"{example.stem}__{role}"]


def test_the_last_task_decides_when_load_fails(example):
    green = example.run(logical_date=None)
    torn = example.run("teardown", role="teardown")
    watched = example.run("watched", role="watched")

    same = {"extract": "success", "load": "failed", "cleanup": "success"}
    assert green.states == torn.states == same
    assert watched.states == {**same, "watcher": "failed"}
    for run in (green, torn, watched):
        assert run.task("load").error == NOT_A_NUMBER
    assert watched.task("watcher").error == (
        "AirflowFailException: a task of this run failed"
    )
    states = {"all_done": green.state, "teardown": torn.state, "watcher": watched.state}
    assert states == {"all_done": "success", "teardown": "failed", "watcher": "failed"}
    example.scenario("default").keep("state of the run when load fails", states)
    assert not list(example.scratch.glob("orders_*"))


def test_a_watcher_below_the_last_task_only_is_skipped(example):
    below_all, late = "[opened, loaded, closed] >> watcher()", "closed >> watcher()"
    assert ended(edited(example, "watched", below_all, late)) == {
        "extract": "success",
        "load": "failed",
        "cleanup": "success",
        "watcher": "skipped",
        "the run": "success",
    }


def test_the_watcher_is_skipped_when_nothing_fails(example):
    assert ended(example.sibling("watched"), GOOD) == {
        "extract": "success",
        "load": "success",
        "cleanup": "success",
        "watcher": "skipped",
        "the run": "success",
    }


def test_a_failed_teardown_counts_only_when_told_to(example):
    conf = {**GOOD, "locked": True}
    run = example.run("cleanup-failed", role="teardown", conf=conf)
    assert run.states == {"extract": "success", "load": "success", "cleanup": "failed"}
    assert run.task("cleanup").error == "PermissionError: the staging file is locked"
    assert run.state == "success"

    plain = "as_teardown(setups=opened)"
    counts = "as_teardown(setups=opened, on_failure_fail_dagrun=True)"
    strict = ended(edited(example, "teardown", plain, counts), conf)
    assert strict == {**run.states, "the run": "failed"}
    example.scenario("cleanup-failed").keep(
        "state of the run", {plain: run.state, counts: strict["the run"]}
    )


def test_the_teardown_does_not_run_when_extract_fails(example):
    leaf = example.run("extract-failed", conf={"orders": ""})
    torn = ended(example.sibling("teardown"), {"orders": ""})

    before = {"extract": "failed", "load": "upstream_failed"}
    assert leaf.states == {**before, "cleanup": "failed"}
    assert leaf.task("cleanup").error.startswith("FileNotFoundError: ")
    assert leaf.state == "failed"
    assert torn == {**before, "cleanup": "upstream_failed", "the run": "failed"}
    example.scenario("extract-failed").keep(
        "state of cleanup when extract fails",
        {"all_done": leaf.states["cleanup"], "teardown": torn["cleanup"]},
    )
