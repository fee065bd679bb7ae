"""Parity without an Airflow: what is asked for, compared, declared and stored."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version

import example_tree
import pytest

from dagbook.checks import parity as checks
from dagbook.checks.check import check
from dagbook.checks.tree import Tree
from dagbook.live import recordings as records
from dagbook.live.history import path
from dagbook.live.options import Options
from dagbook.live.parity import results as parity
from dagbook.live.parity.chain import Chain
from dagbook.live.parity.compare import compare, matches
from dagbook.live.parity.plan import (
    PLAIN,
    Declared,
    Expected,
    Plan,
    modes,
    plans,
    smoke,
)
from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.recording.masks import Masker

CONF = {"region": "eu"}


def recorded(scenario="default", *, state="success", tasks=(), kind="run", **more):
    data = {
        "kind": kind,
        "dag_id": "example",
        "state": state,
        "conf": CONF,
        "logical_date": "2026-05-01T00:00:00Z",
        "run_after": "2026-05-01T06:30:00Z",
        "runs": [],
        "tasks": [
            {
                "task_id": task_id,
                "map_index": map_index,
                "state": final,
                "try_number": tries,
                "operator": operator,
            }
            for task_id, map_index, final, tries, operator in tasks
        ],
    }
    return Expected(scenario, data | more)


def live(task_id, state, tries, map_index=-1):
    return {
        "task_id": task_id,
        "map_index": map_index,
        "state": state,
        "try_number": tries,
    }


LOAD = ("load", -1, "success", 1, "@task")


def declare(expected, task="", scenario="default", map_index=None):
    return Declared(scenario, task, map_index, expected, "because")


def test_the_same_states_and_tries_are_the_same():
    one = recorded(tasks=[LOAD])
    outcome = compare(one, {"state": "success"}, [live("load", "success", 1)], [])
    assert (outcome.result, outcome.defects) == ("same", [])


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (
            [live("load", "failed", 1)],
            "load: recorded success, try 1, live failed, try 1",
        ),
        (
            [live("load", "success", 2)],
            "load: recorded success, try 1, live success, try 2",
        ),
        ([], "load: recorded success, try 1, live absent"),
        (
            [live("load", "success", 1), live("more", "skipped", 0, 2)],
            "more[2]: recorded absent, live skipped",
        ),
    ],
)
def test_a_difference_of_a_task_is_told(seen, text):
    outcome = compare(recorded(tasks=[LOAD]), {"state": "success"}, seen, [])
    assert (outcome.result, outcome.defects) == ("different", [text])


def test_the_scheduler_does_not_try_an_empty_operator():
    one = recorded(tasks=[("start", -1, "success", 1, "EmptyOperator")])
    seen = [live("start", "success", 0)]
    assert compare(one, {"state": "success"}, seen, []).result == "same"
    seen = [live("start", "failed", 0)]
    assert compare(one, {"state": "success"}, seen, []).result == "different"


def test_a_declared_difference_is_one_that_came_true():
    one = recorded(tasks=[LOAD])
    seen = [live("load", "success", 3)]
    for words in ("success", "success, try 3"):
        outcome = compare(one, {"state": "success"}, seen, [declare(words, "load")])
        assert (outcome.result, outcome.defects) == ("declared", [])
    wrong = compare(one, {"state": "success"}, seen, [declare("failed", "load")])
    assert wrong.result == "different"
    assert wrong.defects[-1].startswith("declared for load: failed; that is not what")


def test_a_declaration_that_is_no_longer_needed_is_a_defect():
    one = recorded(tasks=[LOAD])
    seen = [live("load", "success", 1)]
    outcome = compare(one, {"state": "success"}, seen, [declare("failed")])
    assert outcome.result == "different"
    kept = compare(one, {"state": "success"}, seen, [declare("failed", scenario="x")])
    assert kept.result == "same"


def test_a_run_declared_to_go_another_way_takes_its_tasks_along():
    one = recorded(state="failed", tasks=[("load", -1, "failed", 1, "@task")])
    seen = [live("load", "success", 1)]
    outcome = compare(one, {"state": "success"}, seen, [declare("success")])
    assert outcome.result == "declared"
    assert [d.reason for d in outcome.differences] == ["because", "because"]


def test_a_refused_conf_is_refused_on_both_sides():
    one = recorded("typo", kind="refused")
    assert compare(one, None, [], []).result == "same"
    assert compare(one, {"state": "success"}, [], []).result == "different"


def test_yaml_to_declare_names_the_run_alone_when_that_says_it_all():
    one = recorded(state="failed", tasks=[("load", -1, "failed", 1, "@task")])
    seen = [live("load", "success", 1)]
    outcome = compare(one, {"state": "success"}, seen, [])
    assert outcome.yaml() == [
        "  - scenario: default",
        "    expected: success",
        "    reason: …",
    ]


def test_yaml_speaks_of_all_instances_that_went_the_same_way():
    mapped = [("ask", n, "success", 2, "@task") for n in range(2)]
    seen = [live("ask", "success", 1, n) for n in range(2)]
    outcome = compare(recorded(tasks=mapped), {"state": "success"}, seen, [])
    assert outcome.yaml() == [
        "  - scenario: default",
        "    task: ask",
        "    expected: success, try 1",
        "    reason: …",
    ]
    seen[1]["state"] = "failed"
    outcome = compare(recorded(tasks=mapped), {"state": "success"}, seen, [])
    assert [x.strip() for x in outcome.yaml() if "map" in x or "exp" in x] == [
        "map_index: 0",
        "expected: success, try 1",
        "map_index: 1",
        "expected: failed, try 1",
    ]


def test_matches_reads_a_state_with_or_without_the_try():
    assert matches("success", "success, try 2")
    assert not matches("success, try 1", "success, try 2")


def trigger(state="success"):
    return Expected(PLAIN, {"kind": "plain", "dag_id": "example", "state": state})


def plan(item_id, *expected, declared=()):
    class Item:
        id, stem, folder = item_id, "example", "16_x/01_y"

    return Plan(Item, None, "hash", [trigger(), *expected], list(declared))


def names(requests):
    return [[e.scenario for e in request] for request in requests]


def test_equal_requests_run_once_and_default_leads():
    other = recorded("other", conf={"region": "us"})
    lost = recorded("lost", state="failed")
    made = plan("16.1.1", other, lost, recorded())
    assert names(made.requests(plain=False)) == [["default", "lost"], ["other"]]
    assert names(made.requests(plain=True)) == [[PLAIN]]


def test_a_default_that_is_the_plain_trigger_runs_with_it():
    bare = recorded(conf={}, logical_date=None)
    assert names(plan("16.1.1", bare).requests(plain=True)) == [[PLAIN, "default"]]
    for more in ({"conf": CONF}, {"logical_date": "2026-05-01T00:00:00Z"}):
        other = recorded(**{"conf": {}, "logical_date": None, **more})
        assert names(plan("16.1.1", other).requests(plain=True)) == [[PLAIN]]


def test_of_the_plain_trigger_only_the_end_counts():
    seen = [live("load", "failed", 3)]
    assert compare(trigger("failed"), {"state": "failed"}, seen, []).result == "same"
    outcome = compare(trigger(), {"state": "failed"}, seen, [])
    assert outcome.defects == ["the run: recorded success, live failed"]
    assert outcome.yaml() == []


def rewritten(root):
    """Write the example as one that is in the new form."""
    project = example_tree.write(root)
    (root / "tests/exceptions.yml").unlink()
    return project


@pytest.mark.parametrize(
    ("outcome", "recorded_state", "state"),
    [
        ("success", "failed", "success"),
        ("failure", "success", "failed"),
        ("warning", "success", "success"),
        ("anti-pattern", "failed", "failed"),
    ],
)
def test_the_plain_trigger_ends_as_the_outcome_tag_says(
    tmp_path, outcome, recorded_state, state
):
    project = rewritten(tmp_path)
    paths = example_tree.paths_of(project)
    data = json.loads(paths.recording.read_text())
    data["scenarios"]["default"]["state"] = recorded_state
    paths.recording.write_text(json.dumps(data))
    spec = next(p for p in project.spec.glob("*.md") if "success']" in p.read_text())
    spec.write_text(spec.read_text().replace("'success']", f"'{outcome}']"))
    assert plans(project)[0].expected[0].state == state


def test_a_scenario_that_the_test_had_a_hand_in_is_left_out(tmp_path):
    project = rewritten(tmp_path)
    paths = example_tree.paths_of(project)
    data = json.loads(paths.recording.read_text())
    touched = data["scenarios"]["default"] | {"hands": ["environment"]}
    data["scenarios"]["touched"] = touched
    paths.recording.write_text(json.dumps(data))
    (made,) = plans(project)
    assert [one.scenario for one in made.expected] == [PLAIN, "default"]
    # An example in the old form is not asked for the plain Trigger yet.
    example_tree.write(tmp_path)
    (made,) = plans(project)
    assert [one.scenario for one in made.expected] == ["default"]


@pytest.mark.parametrize("only", ["nonsense", "16.9"])
def test_an_empty_selection_is_refused_by_name(tmp_path, only):
    project = example_tree.write(tmp_path)
    with pytest.raises(DagbookError, match="is no item of the spec"):
        Options(only=only).plans(project)


def test_an_example_without_a_recording_is_refused_by_name(tmp_path):
    project = example_tree.write(tmp_path)
    paths = example_tree.paths_of(project)
    paths.recording.unlink()
    with pytest.raises(DagbookError, match="has a recording — run `make record ONLY="):
        Options(only=paths.stem).plans(project)


def test_smoke_takes_the_fewest_that_cover_every_mode():
    plain = plan("16.1.1", recorded(tasks=[LOAD]))
    twin = plan("16.1.2", recorded(tasks=[LOAD]))
    mapped = plan("62.1.1", recorded(tasks=[("load", 0, "failed", 2, "BashOperator")]))
    chosen = smoke([plain, twin, mapped])
    assert [p.item.id for p in chosen] == ["16.1.1", "62.1.1"]
    assert modes(plain) | modes(mapped) == {m for p in chosen for m in modes(p)}
    assert len(smoke([plain, twin, mapped], limit=1)) == 1


def test_the_signature_changes_with_what_is_asked_and_what_is_expected():
    signatures = {
        recorded(tasks=[LOAD]).signature,
        recorded(tasks=[LOAD], conf={}).signature,
        recorded(state="failed", tasks=[LOAD]).signature,
        recorded(tasks=[("load", -1, "success", 2, "@task")]).signature,
    }
    assert len(signatures) == 4
    assert recorded(tasks=[LOAD]).signature in signatures


# -- the file ------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project with one example, as far as parity looks at it."""
    project = example_tree.write(tmp_path)
    (project.tests / "parity.json").write_text('{"examples": {}, "format": 1}')
    source = tmp_path / "dags" / "16_x" / "01_y" / "example.py"
    source.parent.mkdir(parents=True)
    source.write_text("")
    made = plan("7.1.1", recorded(tasks=[LOAD]))
    made.item = example_tree.item_of(project)
    made.source = source
    for module in (checks, parity):
        monkeypatch.setattr(module, "plans", lambda project: [made])
    return project, made


def measured(made, tries=1):
    chain = Chain(made, [], ended=3.0, began=1.0)
    for one in made.expected:
        seen = [live("load", "success", tries)]
        chain.outcomes.append(compare(one, {"state": "success"}, seen, made.declared))
    return {made.item.id: chain}


def test_an_example_is_missing_until_it_ran_and_stale_when_it_changed(tree):
    project, made = tree
    (problem,) = list(checks.parity(Tree(project)))
    assert str(problem).startswith(
        "tests/parity.json: 7.1.1: never run on a real scheduler — run `make live"
    )
    assert parity.save(project, measured(made), "LocalExecutor, PostgreSQL")
    assert list(checks.parity(Tree(project))) == []
    made.digest = "another"
    assert "example.py has changed since" in list(checks.parity(Tree(project)))[0].what
    made.digest = "hash"
    made.expected = [trigger(), recorded(tasks=[LOAD], state="failed")]
    assert "was recorded anew" in list(checks.parity(Tree(project)))[0].what
    made.expected = [trigger(), recorded(tasks=[LOAD]), recorded("new")]
    assert "scenario “new” never ran" in list(checks.parity(Tree(project)))[0].what


def test_a_declaration_that_leaves_the_page_makes_the_result_stale(tree):
    project, made = tree
    made.declared = [declare("success, try 2", "load")]
    parity.save(project, measured(made, tries=2), "LocalExecutor, PostgreSQL")
    assert list(checks.parity(Tree(project))) == []
    made.declared = []
    assert "no longer says so" in list(checks.parity(Tree(project)))[0].what


def test_a_declaration_of_a_scenario_that_is_not_there_is_a_problem(tree):
    project, made = tree
    made.declared = [declare("failed", scenario="defualt")]
    parity.save(project, measured(made), "LocalExecutor, PostgreSQL")
    (problem,) = list(checks.parity(Tree(project)))
    assert "scenario “defualt” does not differ so" in problem.what


def test_a_defect_is_not_stored_and_an_equal_result_keeps_the_old_times(tree):
    project, made = tree
    parity.save(project, measured(made), "LocalExecutor, PostgreSQL")
    before = (project.tests / "parity.json").read_text()
    slower = measured(made)
    slower["7.1.1"].ended = 99.0
    assert not parity.save(project, slower, "LocalExecutor, PostgreSQL")
    assert (project.tests / "parity.json").read_text() == before
    parity.save(project, measured(made, tries=2), "LocalExecutor, PostgreSQL")
    assert json.loads((project.tests / "parity.json").read_text())["examples"] == {}


# -- paths and live recordings -------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "final", "told"),
    [
        (["running", "success"], "success", "running success"),
        ([], "skipped", "skipped"),
        ([], None, "none"),
        (
            ["running", "up_for_reschedule"] * 4 + ["running", "success"],
            "success",
            "running up_for_reschedule running success",
        ),
        (
            ["running", "up_for_reschedule"],
            "up_for_reschedule",
            "running up_for_reschedule",
        ),
        (
            ["running", "deferred", "running", "failed", "running", "success"],
            "success",
            "running deferred running failed running success",
        ),
        (["running"], "failed", "running failed"),
    ],
)
def test_a_path_tells_each_state_and_a_repeated_pair_once(reported, final, told):
    assert path(reported, final) == told.split()


def test_times_are_noise_in_a_live_recording(tmp_path):
    file = tmp_path / "16_01_01_x.live.json"
    old = {"steps": [{"at": 1.0, "did": "pause"}], "runs": [{"times": {"queued": 1}}]}
    records.write(file, "default", old)
    first = file.read_text()
    new = {"steps": [{"at": 9.0, "did": "pause"}], "runs": [{"times": {"queued": 7}}]}
    records.compare(file, "default", new)
    records.write(file, "default", new)
    assert file.read_text() == first
    new["steps"][0]["did"] = "unpause"
    with pytest.raises(records.LiveRecordingDiffersError) as error:
        records.compare(file, "default", new)
    assert "steps[0].did: recorded 'pause', now 'unpause'" in str(error.value)
    with pytest.raises(records.LiveRecordingDiffersError, match="is not recorded"):
        records.compare(file, "other", new)


def test_a_broken_file_is_named_and_does_not_hide_the_rest(tmp_path):
    project = example_tree.write(tmp_path)
    example_tree.paths_of(project).recording.write_text('{"scenarios": {')
    assert plans(project) == []  # the check of the recording says that it is no JSON

    (project.tests / "parity.json").write_text('{"examples":\n{,}}')
    with pytest.raises(DagbookError, match=r"tests/parity\.json:2: not JSON"):
        list(checks.parity(Tree(project)))
    assert "tests/parity.json:2: not JSON" in [
        str(p)[:29] for p in check(project, live=True)
    ]


def test_the_day_of_a_real_tick_is_not_recorded():
    now = datetime(2026, 11, 25, 20, 9, tzinfo=UTC)
    run = {
        "run_type": "scheduled",
        "logical_date": "2026-11-25T06:00:00Z",
        "run_id": "scheduled__2026-11-25T06:00:00+00:00",
        "from": "2026-11-24",
        "next": "2026-11-26T06:00:00Z",
    }
    masks = records.days({"runs": [run]}, now)
    assert Masker(now, extra=masks).value(run) == {
        "run_type": "scheduled",
        "logical_date": "<day>T06:00:00Z",
        "run_id": "scheduled__<day>T06:00:00+00:00",
        "from": "<day-1>",
        "next": "<day+1>T06:00:00Z",
    }


@pytest.mark.parametrize(
    "run",
    [
        {"run_type": "scheduled", "logical_date": "2026-05-01T00:00:00Z"},
        {"run_type": "manual", "logical_date": "2026-11-25T06:00:00Z"},
        {"run_type": "scheduled", "logical_date": None},
    ],
)
def test_days_that_a_file_or_a_person_chose_stay(run):
    assert records.days({"runs": [run]}, datetime(2026, 11, 25, 20, tzinfo=UTC)) == []


def test_what_took_long_begins_first_and_what_is_new_before_it():
    chosen = plans(Project.find())[:3]
    quick, slow, new = (plan.item.id for plan in chosen)
    seconds = {quick: {"seconds": 3.5}, slow: {"seconds": 285.0}}
    ordered = parity.longest_first(chosen, seconds)
    assert [plan.item.id for plan in ordered] == [new, slow, quick]


def test_the_early_imports_are_those_of_this_airflow():
    words = [sys.executable, "-m", "dagbook.live.servers.preloaded", "version"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stdout.split()[-1:] == [version("apache-airflow-core")], done.stderr
