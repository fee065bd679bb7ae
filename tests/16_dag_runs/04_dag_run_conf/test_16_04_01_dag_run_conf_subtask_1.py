"""What params and conf hold when nothing, something or everything was sent."""

from dagbook.testing.scheduler import Decisions

STEM = "16_04_01_dag_run_conf_subtask_1"
DEFAULTS = {"region": "north", "step": 10, "prices": {"cup": 4, "plate": 7}}


def test_nothing_sent_gives_the_defaults(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.value("extract") == "north"
    assert run.value("report") == "north, step 10"
    # The params of the task win over those of the DAG, and conf stays empty.
    assert run.value("outlet") == {"params": DEFAULTS | {"step": 5}, "conf": {}}


def test_what_is_sent_replaces_whole_top_level_keys(example):
    sent = {"region": "south", "prices": {"cup": 5}, "regoin": "west"}
    run = example.run("partial", logical_date=None, conf=sent)

    assert run.value("extract") == "south"
    assert run.value("report") == "south, step 10"
    params = run.value("outlet")["params"]
    assert params["prices"] == {"cup": 5}  # the default of plate is gone
    assert params["regoin"] == "west"  # a key that no param declares
    assert run.value("outlet")["conf"] == sent


def test_conf_wins_over_the_params_of_a_task(example):
    run = example.run("step-sent", logical_date=None, conf={"step": 2})

    assert run.value("report") == "north, step 2"
    assert run.value("outlet")["params"]["step"] == 2


def test_a_task_that_reads_conf_fails_when_nothing_was_sent(example):
    run = example.run("reads-conf", role="reads_conf", logical_date=None)

    assert run.task("extract").error == "KeyError: 'region'"
    assert run.task("report").error == (
        "UndefinedError: 'dict object' has no attribute 'region'"
    )
    sent = {"region": "south"}
    given = example.run("conf-sent", role="reads_conf", logical_date=None, conf=sent)
    assert (given.value("extract"), given.value("report")) == ("south", "south")


def test_a_run_of_the_schedule_has_an_empty_conf(example):
    path = f"/api/v2/dags/{STEM}"
    with example.api.client("op") as client:
        client.patch(path, json={"is_paused": False}).raise_for_status()
        Decisions().decide()
        runs = client.get(f"{path}/dagRuns").json()["dag_runs"]

    assert [(run["run_type"], run["conf"]) for run in runs] == [("scheduled", {})]
