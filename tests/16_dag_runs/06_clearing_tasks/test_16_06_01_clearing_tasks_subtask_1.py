"""A failed task is cleared: what is asked first, what is left out, what goes on."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dagbook.testing.child_runs import execute, executing

STEM = "16_06_01_clearing_tasks_subtask_1"
DUES = f"{STEM}__dues"
CLEAR = f"/api/v2/dags/{DUES}/clearTaskInstances"
WEGA, ANNA, LYDIA = 84 * 2150, 10 * 1840, 22 * 1265
NO_RATE = "AirflowFailException: no rate for berth C"


def harbour(example):
    """Execute the runs of the dues, as a scheduler and a worker would."""
    return executing([example.sibling("dues")])


def office_sends(example, tariff) -> None:
    (example.scratch / "tariff.json").write_text(json.dumps(tariff))


def failed_run(example, run_id: str = "today") -> str:
    """Leave a run behind that knows no rate for berth C, and return its path."""
    office_sends(example, {"A": 2150, "B": 1840})
    body = {"dag_run_id": run_id, "logical_date": None}
    body["conf"] = {"folder": str(example.scratch)}
    runs = f"/api/v2/dags/{DUES}/dagRuns"
    with example.api.client("op") as op:
        op.post(runs, json=body).raise_for_status()
    assert execute(example.sibling("dues"), run_id) == "failed"
    return f"{runs}/{run_id}"


def tasks(client, path: str) -> dict[str, tuple]:
    """State, tries so far, and ``max_tries`` of each task of a run."""
    rows = client.get(f"{path}/taskInstances").json()["task_instances"]
    wanted = ("state", "try_number", "max_tries")
    return {row["task_id"]: tuple(row[key] for key in wanted) for row in rows}


def refusal(act, *given) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given)
    return f"{refused.type.__name__}: {refused.value}"


def dues_run(run) -> dict:
    (child,) = (other for other in run.runs if other["dag_id"] == DUES)
    return child


# --8<-- [start:continued]
def test_the_run_goes_on_where_it_had_failed(example):
    assert example.api.url
    with harbour(example):
        run = example.run()

    assert run.value("look") == ["price"]
    assert run.value("clear") == {
        "book": 1,  # it had not begun: no try so far, and its one retry
        "copy_tariff": 2,
        "drop_copy": 2,
        "price": 2,
    }
    assert run.value("outcome") == {
        "arrivals": 1,
        "book": 1,
        "copy_tariff": 2,
        "drop_copy": 2,
        "price": 2,
    }
    assert dues_run(run)["state"] == "success"
    ledger = example.scratch / "harbour" / run.run_id / "ledger.json"
    assert json.loads(ledger.read_text()) == {
        "Wega": WEGA,
        "Anna": ANNA,
        "Lydia": LYDIA,
    }
    # --8<-- [end:continued]
    assert run.state == "success"
    assert run.value("preview") == ["book", "copy_tariff", "drop_copy", "price"]
    assert run.task("preview").log == [
        "WARNING only_failed would leave out copy_tariff, drop_copy"
    ]
    assert run.value("mend") == "rate added for berth C"
    assert dues_run(run)["run_id"] == f"dues__{run.run_id}"
    assert dues_run(run)["conf"] == {"folder": str(ledger.parent)}
    kept = example.scenario("default")
    with example.api.client("viewer") as viewer:
        path = f"{example.module.path_of(dues_run(run)['run_id'])}/taskInstances"
        rows = viewer.get(f"/api/v2{path}").json()["task_instances"]
        booked = viewer.get(f"/api/v2{path}/book/xcomEntries/return_value").json()
        tries = viewer.get(f"/api/v2{path}/price/tries").json()["task_instances"]
    notes = {row["task_id"]: row["note"] for row in rows}
    assert notes.pop("arrivals") is None
    assert set(notes.values()) == {"rate added for berth C"}
    assert kept.keep("sum in the ledger, in cents", booked["value"]) == 226830
    assert WEGA + ANNA + LYDIA == 226830
    told = {f"try {one['try_number']}": one["state"] for one in tries}
    assert kept.keep("tries of price", told) == {"try 1": "failed", "try 2": "success"}
    assert not (ledger.parent / "copy.json").exists()
    assert not (ledger.parent / "tariff.new").exists()
    tariff = json.loads((ledger.parent / "tariff.json").read_text())
    assert tariff == {"A": 2150, "B": 1840, "C": 1265}


# --8<-- [start:default-body]
def test_a_body_without_options_changes_nothing_and_does_not_say_so(example):
    path = failed_run(example)
    kept = example.scenario("default-body")
    op = kept.http("op", keep=["total_entries"])
    looking = example.api.client("viewer")
    before = tasks(looking, path)
    body = {"dag_run_id": "today"}
    asked = op.post(CLEAR, json=body)
    after_asking = tasks(looking, path)
    done = op.post(CLEAR, json=body | {"dry_run": False})
    again = op.post(CLEAR, json=body | {"dry_run": False})

    assert [a.status_code for a in (asked, done, again)] == [200, 200, 200]
    assert [a.json()["total_entries"] for a in (asked, done, again)] == [2, 2, 0]
    assert after_asking == before
    # --8<-- [end:default-body]
    after = tasks(looking, path)
    run = looking.get(path).json()
    assert before == {
        "arrivals": ("success", 1, 1),
        "copy_tariff": ("success", 1, 1),
        "price": ("failed", 1, 1),
        "drop_copy": ("success", 1, 1),
        "book": ("upstream_failed", 0, 1),
    }
    assert after == before | {"price": (None, 1, 2), "book": (None, 0, 1)}
    assert (run["state"], run["start_date"], run["end_date"]) == ("queued", None, None)
    assert run["conf"] == {"folder": str(example.scratch)}
    for when, rows in (("first", after_asking), ("second", after)):
        states = {task: rows[task][0] for task in ("price", "book")}
        kept.keep(f"states after the {when} request", states)
    looking.close()


# --8<-- [start:wrong-ways]
@pytest.mark.parametrize(
    ("name", "options", "outcome"),
    [
        (
            "only what failed",  # only_failed is true unless it is said
            {"include_downstream": True},
            {
                "arrivals": ("success", 1, 1),
                "copy_tariff": ("success", 1, 1),
                "price": ("failed", 3, 2),
                "drop_copy": ("success", 1, 1),
                "book": ("upstream_failed", 0, 1),
            },
        ),
        (
            "nothing downstream",
            {"only_failed": False},
            {
                "arrivals": ("success", 1, 1),
                "copy_tariff": ("success", 2, 2),
                "price": ("success", 2, 2),
                "drop_copy": ("success", 2, 2),
                "book": ("upstream_failed", 0, 1),
            },
        ),
    ],
)
def test_a_good_repair_fails_when_too_little_is_cleared(
    example, name, options, outcome
):
    path = failed_run(example)
    office_sends(example, {"A": 2150, "B": 1840, "C": 1265})
    kept = example.scenario(name.replace(" ", "-"))
    op = kept.http("op", keep=["total_entries"])
    body = {"dag_run_id": "today", "task_ids": ["price"], "dry_run": False}
    op.post(CLEAR, json=body | options).raise_for_status()

    assert execute(example.sibling("dues"), "today") == "failed"
    with example.api.client("viewer") as viewer:
        assert tasks(viewer, path) == outcome
    # --8<-- [end:wrong-ways]
    kept.keep("after the second end", {task: row[0] for task, row in outcome.items()})
    assert not (example.scratch / "ledger.json").exists()


# --8<-- [start:nothing]
def test_without_a_failed_task_there_is_nothing_to_clear(example):
    assert example.api.url
    with harbour(example):
        run = example.run("nothing-failed", conf={"tariff": {"A": 1, "B": 1, "C": 1}})

    assert run.task("look").log == [
        "WARNING nothing to clear: no task failed, and the run is a success"
    ]
    assert dues_run(run)["state"] == "success"
    # --8<-- [end:nothing]
    assert run.state == "success"
    skipped = {"look", "preview", "mend", "clear", "outcome"}
    assert {t for t, state in run.states.items() if state == "skipped"} == skipped
    folder = example.scratch / "harbour" / run.run_id
    assert json.loads((folder / "tariff.json").read_text()) == {"A": 1, "B": 1, "C": 1}
    assert json.loads((folder / "ledger.json").read_text()) == {
        "Wega": 84,
        "Anna": 10,
        "Lydia": 22,
    }


# --8<-- [start:not-mended]
def test_a_repair_that_repairs_nothing_fails_once_more(example):
    assert example.api.url
    with harbour(example):
        run = example.run("not-mended", conf={"missing": {"E": 700, "D": 900}})

    assert run.task("outcome").error == (
        "AirflowFailException: the run has failed again"
    )
    assert run.value("clear")["price"] == 2
    assert dues_run(run)["state"] == "failed"
    # --8<-- [end:not-mended]
    assert run.value("mend") == "rate added for berth D, E"
    assert run.task("outcome").try_number == 1
    assert run.state == "failed"
    path = f"/api/v2{example.module.path_of(dues_run(run)['run_id'])}"
    with example.api.client("viewer") as viewer:
        assert tasks(viewer, path)["price"] == ("failed", 2, 2)
    assert not list((example.scratch / "harbour" / run.run_id).glob("ledger*"))


# --8<-- [start:unknown]
def test_a_run_that_is_not_there(example):
    example.api.export("op")
    look = example.module.failed_tasks
    with example.module.api() as client:
        assert refusal(look, client, "yester#day") == (
            "AirflowFailException: The DagRun with "
            f"dag_id: `{DUES}` and run_id: `yester#day` was not found"
        )
        body = {"dag_run_id": "yester#day", "dry_run": False}
        answer = client.post(f"/dags/{DUES}/clearTaskInstances", json=body)
        assert answer.status_code == 404
        # --8<-- [end:unknown]
        assert client.timeout.read == 30
        failed_run(example)
        assert look(client, "today") == ["price"]


def test_the_outcome_is_that_of_the_second_end(example):
    example.api.export("op")
    outcome = example.dag.get_task("outcome").python_callable
    clear = example.dag.get_task("clear").python_callable
    failed_run(example)
    again = "AirflowFailException: the run has failed again"
    assert refusal(outcome, "today") == again

    tasks_of_price = ["book", "copy_tariff", "drop_copy", "price"]
    max_tries = {"book": 1, "copy_tariff": 2, "drop_copy": 2, "price": 2}
    assert clear(tasks_of_price, "why", "today") == max_tries
    assert outcome("today").is_done is False
    office_sends(example, {"A": 1, "B": 1, "C": 1})
    assert execute(example.sibling("dues"), "today") == "success"
    end = outcome("today")
    assert end.is_done is True
    assert end.xcom_value == max_tries | {"arrivals": 1}
    assert json.loads((example.scratch / "ledger.json").read_text())["Wega"] == 84
    assert not (example.scratch / "copy.json").exists()


def test_ships_are_charged_for_each_hundred_tons_that_they_begin(example):
    arrivals = example.sibling("dues").get_task("arrivals").python_callable
    ships = [["Ida", 1, "A"], ["Eva", 100, "A"], ["Lou", 101, "B"]]
    assert arrivals(params={"ships": ships}) == [
        ["Ida", 1, "A"],
        ["Eva", 1, "A"],
        ["Lou", 2, "B"],
    ]


def test_all_berths_without_a_rate_are_named_at_once(example):
    (example.scratch / "copy.json").write_text('{"B": 1}')
    price = example.sibling("dues").get_task("price").python_callable
    here = {"folder": str(example.scratch)}
    ships = [["Ida", 1, "C"], ["Eva", 1, "A"], ["Lou", 2, "B"], ["Una", 2, "C"]]
    assert refusal(price, ships, here) == (
        "AirflowFailException: no rate for berth A, C"
    )
    assert price([["Lou", 2, "B"]], here) == {"Lou": 2}


def test_the_tariff_of_a_day_can_be_sent_twice(example):
    deliver = example.dag.get_task("deliver").python_callable

    class Today:
        run_id = "today"

    for tariff in ({"A": 1}, {"A": 2}):
        folder = deliver({"tariff": tariff}, Today)
        assert folder == str(example.scratch / "harbour" / "today")
        sent = example.scratch / "harbour" / "today" / "tariff.json"
        assert json.loads(sent.read_text()) == tariff


def test_the_dags(example):
    dues = example.sibling("dues")
    for dag in (example.dag, dues):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    edges = {t.task_id: t.downstream_task_ids for t in dues.tasks}
    assert edges == {
        "arrivals": {"price"},
        "copy_tariff": {"price", "drop_copy"},
        "price": {"drop_copy", "book"},
        "drop_copy": set(),
        "book": set(),
    }
    assert [t.task_id for t in dues.tasks if t.is_setup] == ["copy_tariff"]
    assert [t.task_id for t in dues.tasks if t.is_teardown] == ["drop_copy"]
    for task in dues.tasks:
        assert (task.retries, task.retry_delay) == (1, timedelta(seconds=1))
    assert dues.params.get_param("folder").schema == {"type": "string"}
    assert dues.params.get_param("ships").schema == {"type": "array"}
    assert dues.params["ships"] == [
        ["Wega", 8400, "A"],
        ["Anna", 990, "B"],
        ["Lydia", 2150, "C"],
    ]
    assert dues.is_paused_upon_creation is False
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "deliver": {"bill", "mend"},
        "bill": {"look", "preview", "clear", "outcome"},
        "look": {"preview"},
        "preview": {"mend", "clear"},
        "mend": {"clear"},
        "clear": {"outcome"},
        "outcome": set(),
    }
    assert example.dag.params["tariff"] == {"A": 2150, "B": 1840}
    assert example.dag.params["missing"] == {"C": 1265}
    for name in ("tariff", "missing"):
        assert example.dag.params.get_param(name).schema == {"type": "object"}
    bill, outcome = (example.dag.get_task(t) for t in ("bill", "outcome"))
    assert (bill.wait_for_completion, bill.poke_interval) == (True, 1)
    assert (bill.allowed_states, bill.failed_states) == (["success", "failed"], [])
    assert (outcome.poke_interval, outcome.timeout, outcome.mode) == (1, 600, "poke")
