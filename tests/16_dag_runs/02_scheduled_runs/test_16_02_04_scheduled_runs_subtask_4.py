"""Each reason why a DAG does not run, produced for real and told by its name."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import AssetAll

from dagbook.running.environment import bundle

STEM = "16_02_04_scheduled_runs_subtask_4"
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
RYE = 'from airflow.sdk import DAG\nrye = DAG("rye", schedule="@daily")\n'
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def told(run, dag_id):
    return run.value("verdicts")[dag_id]


def leaves_out(dag_id):
    """Tell whether the scheduler leaves a DAG out for its unfinished runs."""
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with create_session() as session:
        return session.get(DagModel, dag_id).exceeds_max_non_backfill


class Bakery:
    """A second bundle with one file, which Airflow's own parser reads."""

    def __init__(self, example, monkeypatch):
        self.folder = example.scratch / "bakery"
        self.folder.mkdir()
        own = bundle(STEM, example.paths.dag)
        both = json.loads(own) + json.loads(bundle("bakery", self.folder))
        assert example.dags  # the example's file is parsed in a bundle of its own
        monkeypatch.setenv(BUNDLES, json.dumps(both))

    def parse(self, text):
        from airflow.dag_processing.bundles.manager import DagBundlesManager

        from dagbook.airflow_compat import BundleDagBag, sync_bag_to_db

        (self.folder / "bread.py").write_text(text)
        DagBundlesManager().sync_bundles_to_db()
        bag = BundleDagBag(
            dag_folder=self.folder, bundle_path=self.folder, bundle_name="bakery"
        )
        sync_bag_to_db(bag, "bakery", None)

    def remove(self):
        """Remove the file and let Airflow notice, as the DAG processor does."""
        from airflow.models.dag import DagModel
        from airflow.utils.session import create_session

        (self.folder / "bread.py").unlink()
        with create_session() as session:
            DagModel.deactivate_deleted_dags("bakery", [], session=session)


# --8<-- [start:patients]
def test_six_dags_and_six_reasons(example):
    with example.api.client("user") as api:
        path = f"/api/v2/dags/{STEM}__full"
        api.patch(path, json={"is_paused": False})
        body = {"logical_date": None, "dag_run_id": "sunday-batch"}
        api.post(f"{path}/dagRuns", json=body).raise_for_status()
    example.api.export("viewer")
    run = example.run()

    assert run.value("verdicts") == {
        f"{STEM}__paused": ["paused", "0 runs wait until it is unpaused"],
        f"{STEM}__later": ["next", "next run at 2099-01-02T06:00:00+00:00"],
        f"{STEM}__over": ["over", "no tick is left until 2026-04-30T06:00:00Z"],
        f"{STEM}__by_hand": ["by hand", "it has no schedule"],
        f"{STEM}__full": ["full", "sunday-batch is not over, 1 allowed"],
        f"{STEM}__assets": ["assets", "no event yet of mill_flour, cellar_yeast"],
    }
    assert run.value("alarm") == 6
    # --8<-- [end:patients]
    assert run.task("verdicts").log[1] == (
        f"INFO {STEM}__later: next, next run at 2099-01-02T06:00:00+00:00"
    )
    assert len(run.task("verdicts").log) == 6
    assert run.state == "success"
    assert leaves_out(f"{STEM}__full")
    assert not leaves_out(f"{STEM}__later")


def test_an_event_of_one_asset_leaves_the_other(example):
    with example.api.client("op") as api:
        assets = api.get("/api/v2/assets").json()["assets"]
        [flour] = [a["id"] for a in assets if a["name"] == "mill_flour"]
        api.post("/api/v2/assets/events", json={"asset_id": flour}).raise_for_status()
    run = example.run("one-event", conf={"dag_ids": [f"{STEM}__assets"]})

    assert told(run, f"{STEM}__assets") == ["assets", "no event yet of cellar_yeast"]


def test_anybody_may_ask_for_the_health_of_the_scheduler(example):
    with example.api.client(None) as api:
        answer = api.get("/api/v2/monitor/health")

    assert answer.status_code == 200
    assert answer.json()["scheduler"]["status"] == "unhealthy"


# --8<-- [start:no-scheduler]
def test_a_tick_has_passed_and_no_scheduler_is_there(example):
    pulse = f"{STEM}__pulse"
    example.scenario("no-scheduler")
    with example.api.client("user") as api:
        api.patch(f"/api/v2/dags/{pulse}", json={"is_paused": False})
    run = example.run("no-scheduler", conf={"dag_ids": [pulse]})

    kind, why = told(run, pulse)
    assert kind == "no scheduler"
    assert why.startswith("due since ")
    assert datetime.fromisoformat(why.removeprefix("due since ")) < datetime.now(UTC)
    assert run.task("alarm").error == (
        f"AirflowFailException: will not run: {pulse} (no scheduler)"
    )
    assert run.task("alarm").try_number == 1
    # --8<-- [end:no-scheduler]
    assert run.task("alarm").max_tries == 1
    assert run.state == "failed"


# --8<-- [start:broken]
def test_a_file_that_broke_after_it_had_worked(example, monkeypatch):
    bakery = Bakery(example, monkeypatch)
    bakery.parse(RYE)
    bakery.parse(f"from oven import heat\n{RYE}")
    assert example.api
    run = example.run("broken", conf={"dag_ids": ["rye", "rey"]})

    assert run.value("verdicts") == {
        "rye": ["broken", "ModuleNotFoundError: No module named 'oven'"],
        "rey": ["unknown", "no DAG has this id; 1 files are broken"],
    }
    assert run.task("alarm").error == (
        "AirflowFailException: will not run: rye (broken), rey (unknown)"
    )
    # --8<-- [end:broken]
    assert run.state == "failed"


def test_a_file_that_is_not_there_any_more(example, monkeypatch):
    bakery = Bakery(example, monkeypatch)
    bakery.parse(RYE)
    bakery.remove()
    assert example.api
    run = example.run("gone", conf={"dag_ids": ["rye"]})

    assert told(run, "rye") == ["gone", "bread.py does not define it any more"]
    assert run.task("alarm").error.endswith("rye (gone)")


def facts(**changed):
    dag = {
        "has_import_errors": False,
        "is_stale": False,
        "is_paused": False,
        "asset_expression": None,
        "timetable_summary": "0 6 * * *",
        "max_active_runs": 2,
        "next_dagrun_run_after": "2026-05-01T12:00:01Z",
        "end_date": None,
        "relative_fileloc": "bread.py",
    }
    seen = {
        "dag": dag | {k: v for k, v in changed.items() if k in dag},
        "unfinished": [],
        "missing": ["yeast"],
        "broken": {"bread.py": "NameError: flour"},
        "scheduler": "healthy",
    }
    return seen | {k: v for k, v in changed.items() if k not in dag}


# --8<-- [start:order]
@pytest.mark.parametrize(
    ("changed", "kind", "why"),
    [
        ({}, "next", "next run at 2026-05-01T12:00:01+00:00"),
        ({"unfinished": ["a"]}, "next", "next run at 2026-05-01T12:00:01+00:00"),
        (
            {"next_dagrun_run_after": "2026-05-01T12:00:00Z"},
            "due",
            "since 2026-05-01T12:00:00+00:00, the scheduler will come to it",
        ),
        (
            {"next_dagrun_run_after": "2026-05-01T12:00:00Z", "scheduler": None},
            "no scheduler",
            "due since 2026-05-01T12:00:00+00:00",
        ),
        ({"next_dagrun_run_after": None}, "over", "no tick is left until None"),
        ({"unfinished": ["a", "b"]}, "full", "a is not over, 2 allowed"),
        ({"unfinished": ["a", "b", "c"]}, "full", "a is not over, 2 allowed"),
        ({"timetable_summary": None}, "by hand", "it has no schedule"),
        ({"asset_expression": {"all": []}}, "assets", "no event yet of yeast"),
        (
            {"is_paused": True, "unfinished": ["a", "b"]},
            "paused",
            "2 runs wait until it is unpaused",
        ),
        (
            {"is_stale": True, "is_paused": True},
            "gone",
            "bread.py does not define it any more",
        ),
        ({"has_import_errors": True, "is_stale": True}, "broken", "NameError: flour"),
        ({"has_import_errors": True, "broken": {}}, "broken", "no stack trace"),
        ({"dag": None}, "unknown", "no DAG has this id; 1 files are broken"),
    ],
)
def test_of_two_reasons_the_one_to_repair_first(example, changed, kind, why):
    assert example.module.explain(facts(**changed), NOON) == (kind, why)
    # --8<-- [end:order]


# --8<-- [start:first-run]
def test_when_the_first_run_comes_and_when_the_last(example):
    def starts(role, first, count):
        return [tick["run_after"] for tick in example.ticks(first, count, role)]

    # The start date is no tick: the first run is at the first tick after it.
    assert starts("later", "2026-05-01T00:00:00Z", 1) == ["2099-01-02T06:00:00Z"]
    # The end date is one, and it counts.
    assert starts("over", "2026-04-29T00:00:00Z", 5) == [
        "2026-04-29T06:00:00Z",
        "2026-04-30T06:00:00Z",
    ]
    assert starts("pulse", "2026-05-01T00:00:10Z", 2) == [
        "2026-05-01T00:00:30Z",
        "2026-05-01T00:01:00Z",
    ]
    assert starts("by_hand", "2026-05-01T00:00:00Z", 1) == []
    # --8<-- [end:first-run]


# --8<-- [start:no-start]
@pytest.mark.parametrize(
    ("start", "hours", "at_once"),
    [
        (datetime(2026, 4, 1, tzinfo=UTC), 12, True),
        (None, 12, False),
        (None, 1, True),  # less than a tenth of a day ago
    ],
)
def test_a_tick_that_has_passed_is_run_when_there_is_a_start_date(
    start, hours, at_once
):
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    tick = datetime.now(UTC) - timedelta(hours=hours)
    dag = DAG("rolls", schedule=f"{tick:%M %H} * * *", start_date=start)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    first = stored.timetable.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(stored.start_date, None, catchup=False),
    )

    assert (first.run_after <= datetime.now(UTC)) is at_once
    # --8<-- [end:no-start]


# --8<-- [start:start-now]
@pytest.mark.parametrize(
    ("parsed_at", "first_run"),
    [
        ("2026-05-01T05:59:50Z", "2026-05-01T06:00:00Z"),
        ("2026-05-01T06:00:20Z", "2026-05-02T06:00:00Z"),
    ],
)
def test_a_start_date_of_now_runs_ahead_of_the_tick(parsed_at, first_run):
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    now = datetime.fromisoformat(parsed_at)
    dag = DAG("rolls", schedule="0 6 * * *", start_date=now)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    first = stored.timetable.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(stored.start_date, None, catchup=True),
    )

    assert first.run_after == datetime.fromisoformat(first_run)
    # --8<-- [end:start-now]


@pytest.mark.parametrize("dag_ids", [[], "rye", [1]])
def test_what_is_no_list_of_names_is_refused(example, dag_ids):
    with pytest.raises(ValueError, match="dag_ids"):
        example.run(f"refused-{dag_ids}", conf={"dag_ids": dag_ids})


def test_what_the_patients_bake(example):
    loaves = example.sibling("pulse").get_task("loaves").python_callable

    assert loaves({"grams": 1500}) == 2
    assert loaves({"grams": 1499}) == 1
    run = example.run("bread", role="by_hand")
    assert run.value("loaves") == 16
    assert {d.params["grams"] for d in example.dags.values() if d != example.dag} == {
        12_000
    }


def test_the_dags(example):
    assert len(example.dags) == 8
    assert example.dag.schedule == "0 7 * * *"
    assert example.dag.start_date == datetime(2026, 4, 1, 6, tzinfo=UTC)
    assert example.dag.get_task("verdicts").retries == 1
    assert example.dag.get_task("verdicts").retry_delay == timedelta(seconds=1)
    assert example.dag.get_task("verdicts").downstream_task_ids == {"alarm"}
    assert f"{STEM}__pulse" not in example.dag.params["dag_ids"]
    assert {d.catchup for d in example.dags.values()} == {False}
    paused = {
        dag_id.removeprefix(f"{STEM}__")
        for dag_id, dag in example.dags.items()
        if dag.is_paused_upon_creation
    }
    assert paused == {"paused", "pulse", "full"}
    for role in ("paused", "full", "later", "over"):
        assert example.sibling(role).schedule == "0 6 * * *"
    for role in ("paused", "pulse", "full", "over", "by_hand", "assets"):
        assert example.sibling(role).start_date == example.dag.start_date
    later = datetime(2099, 1, 1, 12, tzinfo=UTC)
    assert example.sibling("later").start_date == later
    assert isinstance(example.sibling("assets").schedule, AssetAll)
    assert example.sibling("full").max_active_runs == 1
