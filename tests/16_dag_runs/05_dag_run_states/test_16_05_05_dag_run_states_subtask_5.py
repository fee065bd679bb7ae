"""What a task learns of the runs of another DAG by the methods of ``ti``."""

from datetime import UTC, datetime

from dagbook.running.dag_test import LIMIT, LOGICAL_DATE, RUN_AFTER, load, test_run

COUNT = "if not ti.get_dr_count(LOAD, run_ids=[run_id]):"


def day(number: int) -> dict:
    """The arguments of a run on that day of May."""
    date = datetime(2026, 5, number, tzinfo=UTC)
    return {"logical_date": date, "run_after": date}


def test_without_a_run_of_the_other_dag_counts_are_zero(example):
    run = example.run(logical_date=None)
    assert run.value("report") == {
        "failed runs": 0,
        "failed tasks": 0,
        "tasks of the run": {},
    }
    assert run.value("state") == "no such run"
    assert run.state == "success"


def test_failed_runs_and_tasks_of_the_other_dag_are_counted(example):
    loaded = example.run("loaded", role="load", **day(1))
    broken = example.run("broken", role="load", conf={"orders": [20, -1]}, **day(2))
    assert broken.state == "failed"

    conf = {"run_id": broken.run_id}
    run = example.run("counted", logical_date=None, conf=conf)
    counted = run.value("report")
    assert counted == {
        "failed runs": 1,
        "failed tasks": 1,
        "tasks of the run": {
            broken.run_id: {
                "orders": "success",
                "load_0": "success",
                "load_1": "failed",
            }
        },
    }
    assert run.value("state") == "failed"
    assert run.value("surprises") == {
        "1 run_ids=[]": 2,
        "2 states=['fail']": 0,
        "3 DAG 'load'": 0,
        "4 tasks of no run": {},
        "5 running runs of this DAG": 1,
    }
    numbers = {key: counted[key] for key in ("failed runs", "failed tasks")}
    example.scenario("counted").keep("report after a good and a broken run", numbers)

    # Without run_ids the states name each run of the DAG.
    asked, other = example.dag.get_task("surprises"), example.module.LOAD
    asked.python_callable = lambda ti=None: ti.get_task_states(other)
    again = example.run("all-states", logical_date=None, conf=conf)
    assert set(again.value("surprises")) == {loaded.run_id, broken.run_id}


def test_the_state_of_a_run_that_does_not_exist_is_an_error(example):
    source = example.paths.dag.read_text()
    assert source.count(COUNT) == 1
    file = example.scratch / example.paths.dag.name
    file.write_text(source.replace(COUNT, "if False:"))
    dag = load(file)[0][example.stem]
    run, _ = test_run(
        dag,
        logical_date=LOGICAL_DATE,
        run_after=RUN_AFTER,
        conf={"run_id": "yesterday"},
        mark_success=None,
        limit=LIMIT,
    )
    states = {ti.task_id: ti.state for ti in run.get_task_instances()}
    assert (states["report"], states["state"]) == ("success", "failed")


def test_dag_test_lets_a_session_pass(example):
    text = example.paths.dag.read_text()
    wanted = "return ti.get_dagrun_state(LOAD, run_id)"
    assert text.count(wanted) == 1
    orm = (
        "from airflow.models import DagRun\n"
        "        return str(DagRun.find(dag_id=LOAD)[0].state)"
    )
    file = example.scratch / example.paths.dag.name
    file.write_text(text.replace(wanted, orm).replace(COUNT, "if False:"))
    example.run("one-run", role="load", **day(1))
    dag = load(file)[0][example.stem]
    run, _ = test_run(
        dag,
        logical_date=LOGICAL_DATE,
        run_after=RUN_AFTER,
        conf={},
        mark_success=None,
        limit=LIMIT,
    )
    assert str(run.state) == "success"
