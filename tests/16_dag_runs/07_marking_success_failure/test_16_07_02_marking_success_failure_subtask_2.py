"""A task fails by itself or by a mark: what is tried again, told, stopped, and left."""

import os
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.log_trigger import when_logged

STEM = "16_07_02_marking_success_failure_subtask_2"
DRY = "the tank is dry after 5 of 20 litres"
ENOUGH = {"tank": 20}


@pytest.fixture(autouse=True)
def sigterm_as_before():
    """Airflow leaves its handler in this process, which is not a task's own."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def lease(example, house: str = "tomatoes") -> Path:
    return example.scratch / house / "lease"


def gardener(example) -> list[str]:
    book = example.scratch / "gardener"
    return book.read_text().splitlines() if book.exists() else []


def path_of(run, task_id: str = "water") -> str:
    run_id = quote(run.run_id, safe="")
    return f"/api/v2/dags/{STEM}/dagRuns/{run_id}/taskInstances/{task_id}"


def state_of(client, path: str) -> str | None:
    return client.get(path).raise_for_status().json()["state"]


def refusal(act, *given) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given)
    return f"{refused.type.__name__}: {refused.value}"


def wait_until(true) -> None:
    patience = time.monotonic() + 60
    while not true():
        assert time.monotonic() < patience
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# --8<-- [start:by-itself]
def test_a_task_that_fails_by_itself_is_tried_again(example):
    run = example.run()

    assert run.task("water").errors == [f"RuntimeError: {DRY}"] * 2
    assert (run.task("water").try_number, run.task("water").max_tries) == (2, 1)
    assert gardener(example) == [
        f"{run.run_id}: try again, {DRY}",
        f"{run.run_id}: failed, {DRY}",
    ]
    assert run.value("report") == {"water": "failed", "litres": 5}
    assert run.states["fertilise"] == "upstream_failed"
    assert run.state == "failed"
    # --8<-- [end:by-itself]
    assert run.states["report"] == "success"
    assert not lease(example).exists()
    told = [line.removeprefix(f"{run.run_id}: ") for line in gardener(example)]
    example.scenario("default").keep("told to the gardener", told)


def test_enough_water(example):
    run = example.run("enough", conf=ENOUGH)

    assert run.value("water") == 20
    assert run.value("fertilise") == "60 g"
    assert run.value("report") == {"water": "success", "litres": 20}
    assert run.state == "success"
    assert gardener(example) == []
    assert not lease(example).exists()


def test_the_sister_does_the_same_work(example):
    run = example.run("unheard", role="unheard")

    assert run.task("water").errors == [f"RuntimeError: {DRY}"] * 2
    assert run.value("report") == {"water": "failed", "litres": 5}
    assert run.states["fertilise"] == "upstream_failed"
    assert (example.scratch / "melons" / f"{run.run_id}.meter").exists()
    assert not lease(example, "melons").exists()


# --8<-- [start:on-kill]
def test_on_kill_stops_the_pump_and_gives_it_back(example):
    operator = example.dag.get_task("water")
    context = {"params": {"litres": 20, "tank": 5, "wait": True}, "run_id": "today"}
    seen = {}

    def told(signum, frame) -> None:
        seen["lease"] = lease(example).read_text()
        operator.on_kill()
        seen["given back"] = not lease(example).exists()
        assert seen["given back"], "told to stop, and the pump is on"

    def tell_when_dry() -> None:
        dry = lease(example).with_name("today.meter.dry")
        try:
            wait_until(dry.exists)
        finally:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)

    signal.signal(signal.SIGTERM, told)
    with when_logged(example, "told to stop", lambda: None):
        (teller := threading.Thread(target=tell_when_dry)).start()
        said = refusal(operator.execute, context)
    teller.join()

    run_id, pid = seen["lease"].split()
    assert (run_id, seen["given back"]) == ("today", True)
    assert gone(int(pid))
    assert said == "RuntimeError: stopped after 5 of 20 litres"
    # --8<-- [end:on-kill]


# --8<-- [start:guard]
def test_a_pump_that_somebody_has_is_waited_for(example):
    lease(example).parent.mkdir()
    lease(example).write_text("manual__yesterday 4711")

    with when_logged(example, "has the pump", lease(example).unlink):
        run = example.run("somebody-has-it", conf=ENOUGH)

    assert run.task("water").errors == ["RuntimeError: manual__yesterday has the pump"]
    assert run.task("water").log == ["WARNING manual__yesterday has the pump"]
    assert (run.states["water"], run.task("water").try_number) == ("success", 2)
    # --8<-- [end:guard]
    assert run.value("report") == {"water": "success", "litres": 20}


# --8<-- [start:refused]
def test_what_a_task_can_be_marked(example):
    run = example.run("marks")
    with (
        example.api.client("viewer") as viewer,
        example.scenario("marks").http("op", keep=["detail", "total_entries"]) as op,
    ):
        running = op.patch(path_of(run), json={"new_state": "up_for_retry"})
        twice = op.patch(path_of(run), json={"new_state": "failed"})
        asked = op.patch(f"{path_of(run)}/dry_run", json={"new_state": "failed"})
        assert state_of(viewer, path_of(run)) == "failed"

    assert running.status_code == 422
    assert running.json()["detail"][0]["msg"] == (
        "Value error, 'up_for_retry' is not one of ['success', 'failed', 'skipped']"
    )
    assert twice.status_code == 409
    assert twice.json()["detail"] == "Task id water is already in failed state"
    assert (asked.status_code, asked.json()["total_entries"]) == (200, 0)
    # --8<-- [end:refused]


# --8<-- [start:too-late]
def test_a_mark_that_comes_too_late_stops_nothing(example):
    run = example.run("too-late", conf=ENOUGH)
    with example.scenario("too-late").http("op", keep=["total_entries"]) as op:
        answer = op.patch(path_of(run), json={"new_state": "failed"})

    with example.api.client("viewer") as viewer:
        whole = f"/api/v2/dags/{STEM}/dagRuns/{quote(run.run_id, safe='')}"
        states = {
            "water": state_of(viewer, path_of(run)),
            "fertilise": state_of(viewer, path_of(run, "fertilise")),
            "the run": state_of(viewer, whole),
        }
    assert answer.status_code == 200
    assert example.scenario("too-late").keep("states", states) == {
        "water": "failed",
        "fertilise": "success",
        "the run": "success",
    }
    # --8<-- [end:too-late]


def test_a_pump_is_turned_off_once(example):
    pump = example.module.Pump("beans", "today", 3)
    with pump:
        wait_until(lambda: pump.dry.exists())
        assert pump.meter.stat().st_size == 3
        assert lease(example, "beans").read_text() == f"today {pump.process.pid}"
        assert os.getsid(pump.process.pid) == pump.process.pid
        pump.stop()
        assert not lease(example, "beans").exists()
        lease(example, "beans").write_text("tomorrow 1")
    assert lease(example, "beans").read_text() == "tomorrow 1"
    assert pump.process.returncode == -signal.SIGKILL


def test_a_pump_goes_on_where_its_run_left_off(example):
    for tank in (2, 4):
        pump = example.module.Pump("beans", "today", tank)
        pump.dry.unlink(missing_ok=True)
        with pump:
            wait_until(pump.dry.exists)
    assert pump.meter.stat().st_size == 4


def test_a_pump_that_is_told_before_it_is_on_does_not_stay_on(example):
    pump = example.module.Pump("beans", "today", 100)
    pump.stop()
    params = {"litres": 50, "wait": True}
    assert refusal(example.module.water, pump, params).startswith(
        "RuntimeError: stopped after "
    )
    assert gone(pump.process.pid)
    assert not lease(example, "beans").exists()


def test_a_pump_ends_by_itself(example):
    script = example.module.PUMP
    assert "seq 6000" in script
    assert "sleep 0.05" in script
    meter = example.scratch / "meter"
    meter.touch()
    quick = script.replace("6000", "4").replace("0.05", "0")
    subprocess.run(["sh", "-c", quick, "pump", meter, "2"], check=True, timeout=60)
    assert meter.read_text() == ".."
    assert (example.scratch / "meter.dry").exists()


# --8<-- [start:left-on]
def test_the_report_waits_until_nobody_has_the_pump(example):
    lease(example).parent.mkdir()
    lease(example).write_text("manual__yesterday 4711")

    with when_logged(example, "has not been given back", lease(example).unlink):
        run = example.run("left-on", conf=ENOUGH)

    held = "manual__yesterday has the pump"
    assert run.task("water").errors == [f"RuntimeError: {held}"] * 2
    assert run.task("report").log == ["INFO the pump has not been given back"]
    assert run.value("report") == {"water": "failed", "litres": 0}
    # --8<-- [end:left-on]
    assert run.state == "failed"
    assert gardener(example)[-1] == f"{run.run_id}: failed, {held}"


@pytest.mark.parametrize(
    "conf", [{"litres": 0}, {"litres": "9"}, {"tank": -1}, {"tank": 0.5}, {"wait": 2}]
)
def test_what_is_no_amount_of_water_is_refused(example, conf):
    (name,) = conf
    with pytest.raises(ParamValidationError, match=name):
        example.dag.test(run_conf=conf)


def test_the_dags(example):
    for dag in (example.dag, example.sibling("unheard")):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert {t.task_id: t.downstream_task_ids for t in dag.tasks} == {
            "water": {"report", "fertilise"},
            "report": set(),
            "fertilise": set(),
        }
        water, report = dag.get_task("water"), dag.get_task("report")
        assert (water.retries, water.retry_delay) == (1, timedelta(seconds=1))
        assert (report.trigger_rule, report.mode) == ("all_done", "poke")
        assert (report.poke_interval, report.timeout) == (1, 300)
        assert dict(dag.params) == {"litres": 20, "tank": 5, "wait": False}
        schemas = {name: dag.params.get_param(name).schema for name in dag.params}
        assert schemas["litres"] == {"type": "integer", "minimum": 1}
        assert (schemas["tank"]["type"], schemas["tank"]["minimum"]) == ("integer", 0)
        assert schemas["wait"]["type"] == "boolean"
    water = example.dag.get_task("water")
    assert (type(water).__name__, water.house) == ("Water", "tomatoes")
    function = example.sibling("unheard").get_task("water")
    assert "on_kill" not in vars(type(function))
