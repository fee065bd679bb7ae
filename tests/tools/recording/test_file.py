"""Recordings are compared without noise, keep their noise, and say when they lie."""

import json

import pytest

from dagbook.checks import recordings
from dagbook.checks.check import of_recordings
from dagbook.checks.tree import Tree
from dagbook.examples.example import Example
from dagbook.files import sha256
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.spec.model import Item

FOLDER, STEM = "16_dag_runs/01_manual_trigger", "16_01_01_orders"
ITEM = Item("16.1.1", "Orders", STEM, (), (), "docs/spec/x.md", 1, FOLDER)


def scenario(start=0.0, duration=1.0, state="success", own=None):
    """A run whose task returns ``own``."""
    one = {"try_number": 1, "start": start, "duration": duration}
    task = {"task_id": "load", "map_index": -1, "tries": [one]}
    return {
        "kind": "run",
        "state": state,
        "duration": duration,
        "tasks": [task | {"xcoms": {"return_value": own}}],
        "values": {"kept": own},
    }


def test_noise_is_not_compared():
    assert recording.comparable(scenario(0.0, 1.0)) == recording.comparable(
        scenario(0.4, 9.0)
    )
    assert recording.comparable(scenario()) != recording.comparable(
        scenario(state="failed")
    )


def test_values_of_the_example_are_no_noise_whatever_their_keys_are():
    old, new = scenario(own={"start": 5}), scenario(own={"start": 7})

    assert recording.comparable(new) != recording.comparable(old)
    kept = recording.keep_noise(new, old)
    assert kept["values"]["kept"]["start"] == 7
    assert kept["tasks"][0]["xcoms"]["return_value"]["start"] == 7


def test_old_noise_is_kept_where_the_tries_are_the_same():
    kept = recording.keep_noise(scenario(0.4, 9.0, "failed"), scenario(0.0, 1.0))

    assert kept == scenario(0.0, 1.0, "failed")


def test_new_noise_stands_where_the_tries_changed():
    new = scenario(0.4, 9.0)
    new["tasks"][0]["tries"].append({"try_number": 2, "start": 2.0, "duration": 3.0})

    assert recording.keep_noise(new, scenario()) == new


def test_saving_the_same_data_changes_no_byte(tmp_path):
    path = tmp_path / "x.json"
    assert recording.save(path, {"scenarios": {"default": scenario()}}) is True
    before = path.read_bytes()
    assert recording.save(path, recording.load(path)) is False
    assert path.read_bytes() == before


def about(paths, file):
    return {"path": paths.project.relative(file), "sha256": sha256(file)}


@pytest.fixture
def recorded(tmp_path):
    (tmp_path / "docs/spec").mkdir(parents=True)
    project = Project(tmp_path)
    paths = project.example(FOLDER, STEM)
    for path in (paths.dag, paths.test):
        path.parent.mkdir(parents=True)
        path.write_text("def test_a(): ...\n")
    data = {
        "id": "16.1.1",
        "scenarios": {"default": scenario()},
        "source": about(paths, paths.dag),
        "tests": about(paths, paths.test) | {"passed": ["test_a"]},
    }
    recording.save(paths.recording, data)
    return project, paths


def problems(project):
    example, tree = Example(project, ITEM), Tree(project)
    return [*recordings.there(example, tree), *of_recordings(example, tree)]


def whats(project):
    return [p.what for p in problems(project)]


def test_a_fresh_recording_has_no_problem(recorded):
    assert whats(recorded[0]) == []


def test_a_changed_source_makes_it_stale(recorded):
    project, paths = recorded
    paths.dag.write_text("x = 2\n")
    (problem,) = problems(project)
    assert "stale" in problem.what
    assert project.relative(paths.dag) in problem.what
    assert "make record ONLY=16.1.1" in problem.remedy


def test_a_changed_test_makes_it_stale(recorded):
    project, paths = recorded
    paths.test.write_text("x = 2\n")
    assert [w for w in whats(project) if "stale" in w and "test_" in w]


def test_editing_by_hand_breaks_the_seal(recorded):
    project, paths = recorded
    text = paths.recording.read_text()
    paths.recording.write_text(text.replace('"success"', '"failed"'))
    assert whats(project) == ["the recording was edited by hand"]


def test_a_seal_holds_wherever_its_key_stands(tmp_path):
    path = tmp_path / "x.json"
    for data in ({"a": 1, "z": 2}, {"a": 1}, {"z": 2}, {"a": "seal"}):
        recording.save(path, data)
        text = path.read_text()
        assert recording.sealed(text)
        assert not recording.sealed(text.replace("{", "{ "))
        assert not recording.sealed(text.replace("seal", "sael"))
        assert not recording.sealed(text + text)


def test_reformatting_by_hand_is_editing_too(recorded):
    project, paths = recorded
    paths.recording.write_text(json.dumps(recording.load(paths.recording)))
    assert whats(project) == ["the recording was edited by hand"]


def test_a_leak_is_named_with_its_line(recorded):
    project, paths = recorded
    data = recording.load(paths.recording)
    data["scenarios"]["default"]["run_id"] = "see /home/ada/x"
    recording.save(paths.recording, data)
    (problem,) = problems(project)
    assert "an absolute path" in problem.what
    line = paths.recording.read_text().splitlines()[problem.line - 1]
    assert "/home/ada" in line


def test_missing(recorded):
    project, paths = recorded
    paths.recording.unlink()
    assert whats(project) == ["the recording is missing"]


def test_a_recording_without_passed_tests_proves_nothing(recorded):
    project, paths = recorded
    data = recording.load(paths.recording)
    data["tests"]["passed"] = []
    recording.save(paths.recording, data)
    assert whats(project) == ["no test of the example has passed"]


def test_a_host_name_is_refused_in_both_recordings(recorded, monkeypatch):
    project, paths = recorded
    monkeypatch.setattr("socket.gethostname", lambda: "ada-laptop")
    paths.live_test.write_text("def test_a(): ...\n")
    data = recording.load(paths.recording)
    data["scenarios"]["default"]["run_id"] = "on ada-laptop"
    recording.save(paths.recording, data)
    data["tests"] |= about(paths, paths.live_test)
    recording.save(paths.live_recording, data)
    first, live = problems(project)
    assert first.what == live.what == "the recording carries this machine's host name"
    assert "run `make record ONLY=16.1.1`" in first.remedy
    assert "run `make live ONLY=16.1.1 RECORD=1`" in live.remedy
