"""Waiting for a run from outside."""

import json
import threading

import pytest
from shapes import single


@pytest.mark.claim("wait-needs-interval", by="rest")
def test_waiting_needs_an_interval(world):
    world.sync(single())
    run = world.trigger("single")
    path = f"/api/v2/dags/single/dagRuns/{run.run_id}/wait"
    assert world.rest.get(path).status_code == 422


@pytest.mark.claim("wait-streams-lines", by="rest")
def test_waiting_answers_with_lines_of_json_until_the_end(world):
    world.sync(single())
    run = world.trigger("single")
    path = f"/api/v2/dags/single/dagRuns/{run.run_id}/wait"
    seen = []

    def listen():
        with world.rest.stream("GET", path, params={"interval": 0.2}) as answer:
            for line in answer.iter_lines():
                seen.append(json.loads(line))

    thread = threading.Thread(target=listen)
    thread.start()
    while not seen and thread.is_alive():
        thread.join(0.1)
    world.finish()
    thread.join(20)
    assert not thread.is_alive()
    assert seen[0]["state"] == "queued"
    assert seen[-1]["state"] == "success"
    assert {line["state"] for line in seen} <= {"queued", "running", "success"}


@pytest.mark.claim("wait-ends-when-finished", by="rest")
@pytest.mark.parametrize("end", ["success", "failed"])
def test_waiting_for_a_finished_run_answers_once(world, end):
    world.sync(single())
    run = world.trigger("single")
    world.finish(only=end)
    path = f"/api/v2/dags/single/dagRuns/{run.run_id}/wait"
    lines = world.rest.get(path, params={"interval": 1}).text.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0]) == {"state": end}


@pytest.mark.claim("wait-result", by="rest")
def test_waiting_can_bring_the_result_of_a_task(world):
    world.sync(single())
    run = world.trigger("single")
    world.step()
    world.begin("only")
    path = f"/xcoms/single/{run.run_id}/only/return_value"
    assert world.execution.post(path, json="412.50").status_code == 201
    world.report("only", "success")
    world.step()
    path = f"/api/v2/dags/single/dagRuns/{run.run_id}/wait"
    answer = world.rest.get(path, params={"interval": 1, "result": "only"})
    assert json.loads(answer.text) == {
        "state": "success",
        "results": {"only": "412.50"},
    }


@pytest.mark.claim("no-cancelled-state", by="rest")
@pytest.mark.parametrize("word", ["canceled", "cancelled"])
def test_a_run_cannot_be_cancelled(world, word):
    world.sync(single())
    run = world.trigger("single")
    path = f"/api/v2/dags/single/dagRuns/{run.run_id}"
    assert world.rest.patch(path, json={"state": word}).status_code == 422
