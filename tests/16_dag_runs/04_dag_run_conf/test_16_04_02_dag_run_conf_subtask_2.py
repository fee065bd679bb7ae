"""What every way to start a run answers to the same two dozen inputs."""

import json
from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import ParamValidationError

EXTRA = {"month": 3, "amount": 500}
# --8<-- [start:bad]
BAD = {
    "amount too small": {"amount": 499},
    "amount too large": {"amount": 75_001},
    "amount as text": {"amount": "12000"},
    "amount true": {"amount": True},
    "amount with cents": {"amount": 12_000.5},
    "amount null": {"amount": None},
    "months no half-year": {"months": 13},
    "rate in capitals": {"rate": "Fixed"},
    "day that is not": {"first_payment": "2026-02-30"},
    "day without dashes": {"first_payment": "20260601"},
    "customer in small letters": {"customer": "de-0042"},
    "extra not a list": {"extra": EXTRA},
    "extra without amount": {"extra": [{"month": 3}]},
    "extra of nothing": {"extra": [{"month": 3, "amount": 0}]},
    "extra four times": {"extra": [EXTRA] * 4},
    "remark empty": {"remark": ""},
}
# --8<-- [end:bad]
# --8<-- [start:good]
GOOD = {
    "nothing at all": {},
    "amount at the limit": {"amount": 500},
    "numbers with .0": {"amount": 12_000.0, "months": 12.0},
    "remark null": {"remark": None},
    "customer and a newline": {"customer": "DE-0042\n"},
    "extra payment": {"extra": [EXTRA]},
    "key mistyped": {"amuont": 499},
}
# --8<-- [end:good]
BY_CLI = ["amount as text", "day that is not", "numbers with .0"]
WHY = {
    "amount too small": "amount: 499 is less than the minimum of 500",
    "amount too large": "amount: 75001 is greater than the maximum of 75000",
    "amount as text": "amount: '12000' is not of type 'integer'",
    "amount true": "amount: True is not of type 'integer'",
    "amount with cents": "amount: 12000.5 is not of type 'integer'",
    "amount null": "amount: None is not of type 'integer'",
    "months no half-year": "months: 13 is not a multiple of 6",
    "rate in capitals": "rate: 'Fixed' is not one of ['fixed', 'variable']",
    "day that is not": "first_payment: '2026-02-30' is not a 'date'",
    "day without dashes": "first_payment: '20260601' is not a 'date'",
    "customer in small letters": (
        "customer: 'de-0042' does not match '^[A-Z]{2}-[0-9]{4}$'"
    ),
    "extra not a list": f"extra: {EXTRA} is not of type 'array'",
    "extra without amount": "extra: 'amount' is a required property",
    "extra of nothing": "extra: 0 is less than or equal to the minimum of 0",
    "extra four times": f"extra: {[EXTRA] * 4} is too long",
    "remark empty": "remark: '' should be non-empty",
}


def reason(text: str) -> str:
    """Return the first line of a refusal, from the name of the param on."""
    found = text.split("Invalid input for param ")[-1]
    return found.replace("\\n", "\n").splitlines()[0]


def by_dag_test(example, conf: dict) -> str:
    try:
        return example.dag.test(run_conf=conf).state
    except ParamValidationError as refused:
        return reason(str(refused))


def by_rest(client, example, conf: dict) -> str:
    body = {"logical_date": None, "conf": conf}
    answer = client.post(f"/api/v2/dags/{example.stem}/dagRuns", json=body)
    if answer.status_code == 200:
        return "200"
    return f"{answer.status_code}: {reason(answer.json()['detail'])}"


def command_line(example, *words: str):
    """Run a command and drop its exchange: a traceback differs by version of Python."""
    scenario = example.scenario("by cli")
    done = scenario.cli(*words)
    scenario.exchanges.clear()
    return done


def runs_there_are(client, example) -> int:
    answer = client.get(f"/api/v2/dags/{example.stem}/dagRuns")
    return answer.json()["total_entries"]


# --8<-- [start:all-ways]
def test_every_way_refuses_the_same_input_for_the_same_reason(example):
    asked = example.run("operator", role="branch", conf={"requests": [*BAD.values()]})
    with example.api.client("user") as client:
        for number, (name, conf) in enumerate(BAD.items()):
            task = asked.task("ask", number)
            answers = {
                "dag.test()": by_dag_test(example, conf),
                "REST": by_rest(client, example, conf),
                "operator": f"{task.state}: {reason(task.error)}",
            }
            example.scenario("refused").keep(name, {"conf": conf} | answers)
            assert answers == {
                "dag.test()": WHY[name],
                "REST": f"400: {WHY[name]}",
                "operator": f"failed: {WHY[name]}",
            }
        assert runs_there_are(client, example) == 0
    # --8<-- [end:all-ways]
    example.scenario("refused").keep("what all three say", WHY)
    assert asked.runs == []
    assert asked.task("ask", 0).try_number == 1
    assert WHY.keys() == BAD.keys()


# --8<-- [start:accepted]
def test_every_way_accepts_the_same_input(example):
    asked = example.run(
        "operator-good", role="branch", conf={"requests": [*GOOD.values()]}
    )
    with example.api.client("user") as client:
        for number, (name, conf) in enumerate(GOOD.items()):
            answers = {
                "dag.test()": by_dag_test(example, conf),
                "REST": by_rest(client, example, conf),
                "operator": asked.states[f"ask[{number}]"],
            }
            example.scenario("accepted").keep(name, {"conf": conf} | answers)
            assert answers == {
                "dag.test()": "success",
                "REST": "200",
                "operator": "success",
            }
        assert runs_there_are(client, example) == 3 * len(GOOD)
    # --8<-- [end:accepted]
    assert asked.state == "success"
    children = {run["run_id"]: run["conf"] for run in asked.runs}
    assert children == {
        f"request-{number}": conf for number, conf in enumerate(GOOD.values())
    }


# --8<-- [start:cli]
def test_the_command_line_prints_the_reason_under_a_traceback(example):
    trigger = ["dags", "trigger", example.stem, "-o", "json", "--conf"]
    for name in BY_CLI:
        conf = json.dumps((BAD | GOOD)[name])
        done = command_line(example, *trigger, conf)
        assert done.returncode == (0 if name in GOOD else 1)
        if name in BAD:
            assert reason(done.stderr) == WHY[name]
            traceback, error, rest = done.stderr.rpartition("airflow.sdk.exceptions.")
            assert "Traceback" in traceback
            lines = (error + rest).strip().splitlines()
            example.scenario("by cli").keep(name, {"exit": 1, "last lines": lines})
    # --8<-- [end:cli]


# --8<-- [start:default]
def test_the_default_loan_can_be_checked_by_hand(example):
    run = example.run(conf={"amount": 9_000, "months": 24})

    offer = run.value("offer")
    assert offer["payment"] == 389.22
    assert offer["owed"][0] == round(9_000 * 1.003 - 389.22, 2)
    # --8<-- [end:default]
    assert offer["owed"] == [8637.78, 6441.53, 4205.44, 1928.8]
    assert offer["customer"] == "DE-0042"
    assert (offer["months_came_as"], offer["remark"]) == ("int", "none")
    assert run.task("offer").log == ["INFO first payment on a Monday"]
    assert run.state == "success"


# --8<-- [start:float]
def test_what_the_schema_calls_an_integer_may_arrive_as_a_float(example):
    run = example.run("float", conf=GOOD["numbers with .0"])

    assert run.value("offer")["months_came_as"] == "float"
    assert run.value("offer")["owed"] == [11016.39, 5052.45]
    with pytest.raises(TypeError):
        range(run.conf["months"])
    # --8<-- [end:float]
    assert run.value("offer")["payment"] == 1019.61


# --8<-- [start:newline]
def test_a_pattern_lets_a_newline_through(example):
    run = example.run(
        "newline",
        conf={"customer": "DE-0042\n", "remark": "by post", "rate": "variable"},
    )

    assert run.conf["customer"] == "DE-0042\n"
    assert run.value("offer")["customer"] == "DE-0042"
    # --8<-- [end:newline]
    assert run.value("offer")["remark"] == "by post"
    assert run.value("offer")["payment"] == 1013.05


def test_a_conf_that_is_no_object_is_refused_before_the_schema(example):
    scenario = example.scenario("no-object")
    with scenario.http("user") as client:
        answer = client.post(
            f"/api/v2/dags/{example.stem}/dagRuns",
            json={"logical_date": None, "conf": [12_000]},
        )

    assert answer.status_code == 422


# --8<-- [start:limits]
@pytest.mark.parametrize(
    ("param", "inside", "outside"),
    [
        ("amount", 75_000, 75_001),
        ("months", 6, 0),
        ("months", 120, 126),
        ("first_payment", "2028-02-29", "2027-02-29"),
        ("customer", "FR-0000", "FRA-000"),
        ("extra", [EXTRA] * 3, [EXTRA | {"why": "bonus"}]),
        ("extra", [{"month": 1, "amount": 0.01}], [{"month": 0, "amount": 1}]),
        ("extra", [], [{"amount": 1}]),
        ("extra", [EXTRA], [{"month": 1.5, "amount": 1}]),
        ("extra", [EXTRA], [{"month": 1, "amount": "1"}]),
        ("extra", [EXTRA], ["500 in March"]),
        ("remark", "x", 7),
    ],
)
def test_the_edges_of_the_schema(example, param, inside, outside):
    checked = example.module.PARAMS[param]
    assert checked.resolve(inside) == inside
    with pytest.raises(ParamValidationError):
        checked.resolve(outside)
    # --8<-- [end:limits]


def test_a_plan_ends_at_nothing_and_never_below(example):
    loan = {"amount": 1_000, "months": 6, "rate": "variable", "extra": []}
    plan = example.module.plan(loan)
    assert plan == [834.16, 667.99, 501.48, 334.65, 167.48, 0.0]
    assert plan[0] == round(1_000 * 1.002 - 167.84, 2)
    assert example.module.instalment(1_000, 6, 0.024) == 167.84

    early = example.module.plan(loan | {"extra": [{"month": 2, "amount": 200}]})
    assert early == [834.16, 467.99, 301.08, 133.85, 0.0, 0.0]


def test_the_dags(example):
    params = example.dag.params
    defaults = {
        "amount": 12_000,
        "months": 12,
        "rate": "fixed",
        "first_payment": "2026-06-01",
        "customer": "DE-0042",
        "extra": [],
        "remark": None,
    }
    assert {name: params[name] for name in params} == defaults
    assert example.module.RATES == {"fixed": 0.036, "variable": 0.024}
    branch = example.sibling("branch")
    for dag in (example.dag, branch):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert branch.get_task("requests").downstream_task_ids == {"ask"}
    asked = branch.get_task("ask").partial_kwargs
    assert (asked["trigger_dag_id"], asked["logical_date"]) == (example.stem, None)
    with pytest.raises(ParamValidationError):
        branch.params.get_param("requests").resolve([1])
    with pytest.raises(ParamValidationError):
        branch.params.get_param("requests").resolve({})
    assert branch.params["requests"] == [{}]
