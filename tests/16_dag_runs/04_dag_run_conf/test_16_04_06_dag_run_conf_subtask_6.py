"""What reaches the child, what a reset keeps, and which conf is refused."""

from datetime import UTC, date, datetime

from dagbook.testing.child_runs import execute

STEM = "16_04_06_dag_run_conf_subtask_6"
SHIP = f"/api/v2/dags/{STEM}__ship/dagRuns"
NINE = datetime(2026, 5, 1, 9, tzinfo=UTC)
# --8<-- [start:refused]
BAD_CONF = {
    "one template": "{{ ti.xcom_pull(task_ids='handover') }}",
    "a dict of templates": {"order": "{{ params.order }}"},
    "a date object": {"order": 2, "day": date(2026, 5, 1)},
}
# --8<-- [end:refused]
TO_JSON = "{{ ti.xcom_pull(task_ids='handover') | tojson }}"


def reason(error: str) -> str:
    """Return the first line of an error, from the words of the validation on."""
    _, refused, why = error.replace("\\n", "\n").partition("Invalid input for param")
    return (refused + why or error).splitlines()[0]


def test_the_child_gets_the_chosen_keys_with_their_types(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    (child,) = run.runs
    assert child["run_id"] == "ship-2"
    assert child["conf"] == {"order": 2, "gift": False, "from_run": run.run_id}


def test_a_reset_keeps_the_conf_of_the_first_request(example):
    example.run("first", logical_date=None, conf={"order": 7, "coupon": "MAY"})
    sent = {"order": 7, "gift": True}
    again = example.run("sent-again", logical_date=None, run_after=NINE, conf=sent)

    assert again.state == "success"
    assert again.value("handover")["gift"] is True
    (child,) = (run for run in again.runs if run["run_id"] == "ship-7")
    assert child["conf"]["gift"] is False
    assert "coupon" not in child["conf"]
    packed = execute(example.sibling("ship"), "ship-7")
    assert packed == "success"
    with example.api.client("viewer") as viewer:
        path = f"{SHIP}/ship-7/taskInstances/pack/xcomEntries/return_value"
        result = viewer.get(path).json()["value"]
        conf = viewer.get(f"{SHIP}/ship-7").json()["conf"]
    kept = example.scenario("sent-again")
    kept.keep("conf of the child", {"gift": conf["gift"], "order": conf["order"]})
    assert kept.keep("result of the child", result) == "order 7, no gift"


def test_another_run_id_takes_another_conf(example):
    example.run("first-id", logical_date=None)
    operator = example.dag.get_task("ship")
    operator.trigger_run_id = "ship-{{ params.order }}-{{ params.gift }}"
    run = example.run(
        "other-id", logical_date=None, run_after=NINE, conf={"gift": True}
    )

    confs = {run["run_id"]: run["conf"]["gift"] for run in run.runs}
    assert (confs["ship-2"], confs["ship-2-True"]) == (False, True)


def test_three_confs_that_are_refused_and_one_with_tojson(example):
    example.run("good-conf", logical_date=None)
    operator, found = example.dag.get_task("ship"), {}
    for hour, (name, conf) in enumerate(BAD_CONF.items(), 1):
        operator.conf, operator.trigger_run_id = conf, f"bad-{hour}"
        again = NINE.replace(hour=hour)
        scenario = f"conf-{name.replace(' ', '-')}"
        run = example.run(scenario, logical_date=None, run_after=again)
        assert run.states["ship"] == "failed"
        found[name] = reason(run.task("ship").error)
    kept = example.scenario("refused").keep("error of ship", found)
    not_json = "ValueError: conf parameter should be JSON Serializable"
    assert kept["one template"].startswith(not_json)
    assert kept["a date object"].startswith(not_json)
    assert "'2' is not of type 'integer'" in kept["a dict of templates"]

    operator.conf, operator.trigger_run_id = TO_JSON, "ship-tojson"
    run = example.run("tojson", logical_date=None, run_after=NINE)
    (child,) = (one for one in run.runs if one["run_id"] == "ship-tojson")
    assert child["conf"]["order"] == 2
