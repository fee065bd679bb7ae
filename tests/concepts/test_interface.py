"""What the web interface calls things, by the texts it ships."""

import json
from pathlib import Path

import pytest
from shapes import single
from world import START


def texts(file):
    import airflow

    folder = Path(airflow.__file__).parent / "ui" / "dist" / "i18n" / "locales" / "en"
    return json.loads((folder / file).read_text("utf-8"))


@pytest.mark.claim("ui-dashboard", by="ui")
def test_the_home_page_counts_dags_by_state():
    stats = texts("dashboard.json")["stats"]
    assert (stats["failedDags"], stats["runningDags"]) == (
        "Failed Dags",
        "Running Dags",
    )


@pytest.mark.claim("dashboard-newest-by-date", by="rest")
def test_failed_dags_are_those_whose_newest_dated_run_has_failed(world):
    def failed() -> int:
        return world.rest.get("/ui/dashboard/dag_stats").json()["failed_dag_count"]

    world.sync(single("dated"), single("bare"))
    world.trigger("bare")
    world.finish("failed")
    assert failed() == 0
    world.trigger("dated", logical_date=START.add(days=1).isoformat())
    world.finish("failed")
    assert failed() == 1
    world.trigger("dated", logical_date=START.isoformat())
    world.trigger("dated")
    world.finish()
    assert failed() == 1  # newer runs, with an older date and without one


@pytest.mark.claim("ui-clear-options", by="ui")
def test_the_options_of_the_clear_dialog():
    options = texts("dags.json")["runAndTaskActions"]["options"]
    assert set(options.values()) >= {
        "Past",
        "Future",
        "Upstream",
        "Downstream",
        "Clear only failed tasks",
        "Queue up new tasks",
        "Run with latest bundle version",
        "Prevent rerun if task is running",
    }
    assert not [words for words in options.values() if "ecursive" in words]


@pytest.mark.claim("ui-backfill", by="ui")
def test_the_form_of_a_backfill():
    form = texts("components.json")["backfill"]
    assert {
        "Date Range",
        "Reprocess Behavior",
        "Max Active Runs",
        "Run Backwards",
    } <= {words for words in form.values() if isinstance(words, str)}


@pytest.mark.claim("ui-views", by="ui")
def test_there_is_a_grid_and_no_tree():
    common = json.dumps(texts("common.json")) + json.dumps(texts("dag.json"))
    assert "Grid" in common
    assert "Graph" in common
    assert "Tree" not in common
