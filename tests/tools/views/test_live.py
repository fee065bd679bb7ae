"""A scenario of a real scheduler as HTML."""

import pytest

from dagbook.views import live as live_view


def task(task_id, state, times, **more):
    return {
        "task_id": task_id,
        "map_index": -1,
        "operator": "@task",
        "state": state,
        "try_number": 1,
        "max_tries": 0,
        "path": [name for _, name in times],
        "times": [list(pair) for pair in times],
        "tries": [{"try_number": 1, "state": state, "error": more.get("error")}],
    }


@pytest.fixture
def scenario():
    tasks = [
        task(
            "load",
            "success",
            [(1.0, "scheduled"), (1.5, "queued"), (2.0, "running"), (6.0, "success")],
        ),
        task(
            "<wait>",
            "failed",
            [(2.0, "running"), (3.0, "deferred"), (8.0, "running"), (8.5, "failed")],
            error={"type": "ValueError", "message": "a <b> & c"},
        ),
        task("stuck", None, [(7.0, "scheduled")]),
        task("never", None, []),
    ]
    return {
        "kind": "live",
        "dag_id": "d",
        "steps": [{"at": 0.2, "did": "unpause d"}, {"at": 10.0, "did": "pause <d>"}],
        "values": {"total": 7},
        "runs": [
            {
                "dag_id": "d",
                "run_id": "r",
                "run_type": "manual",
                "state": "failed",
                "logical_date": None,
                "conf": {},
                "note": None,
                "times": {"queued": 0.5, "running": 1.0, "ended": 9.0},
                "tasks": tasks,
            }
        ],
    }


def test_a_state_lasts_until_the_next_one(scenario):
    load, wait, stuck, never = scenario["runs"][0]["tasks"]
    assert live_view.stretches(load, 10) == [
        ("scheduled", 1.0, 0.5),
        ("queued", 1.5, 0.5),
        ("running", 2.0, 4.0),
        ("success", 6.0, 0.0),
    ]
    assert [part[0] for part in live_view.stretches(wait, 10)] == [
        "running",
        "deferred",
        "running",
        "failed",
    ]
    assert live_view.stretches(stuck, 10) == [("scheduled", 7.0, 3.0)]
    assert live_view.stretches(never, 10) == []


def test_the_timeline_shows_waiting_and_running_and_says_it_in_words(scenario):
    html = live_view.render(scenario, ["timeline"])
    assert 'title="deferred, 5.00 s"' in html
    assert "left:30.00%;width:50.00%" in html
    assert "queued at 0.5 s for 0.5 s; running at 1.0 s for 8.0 s" in html
    assert html.count("never scheduled") == 2  # in words, and in the track
    assert "<wait>" not in html
    places = [html.index(name) for name in ("load", "&lt;wait&gt;", "stuck", "never<")]
    assert places == sorted(places)


def test_tasks_stand_in_the_order_in_which_they_came_to_life(scenario):
    scenario["runs"][0]["tasks"].reverse()
    html = live_view.render(scenario, ["timeline"])
    places = [
        html.index(f"<code>{name}") for name in ("load", "&lt;", "stuck", "never")
    ]
    assert places == sorted(places)


def test_steps_states_runs_errors_and_values_are_escaped_tables(scenario):
    assert "pause &lt;d&gt;" in live_view.render(scenario, ["steps"])
    shown = live_view.render(scenario, ["states"])
    assert "running → deferred → running → failed" in shown
    assert "<code>none</code>" in live_view.render(scenario, ["runs"])
    assert "a &lt;b&gt; &amp; c" in live_view.render(scenario, ["error:<wait>"])
    assert ">7</" in live_view.render(scenario, ["value:total"]).replace("span", "")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("log", "cannot show 'log'"),
        ("error:load", "load has no recorded error"),
        ("value:sum", "no value 'sum' — it kept total"),
    ],
)
def test_what_is_not_there_is_an_error(scenario, word, message):
    with pytest.raises(ValueError, match=message):
        live_view.render(scenario, [word])


def test_the_verdict_counts_runs(scenario):
    assert "1 run" in live_view.verdict(scenario)
