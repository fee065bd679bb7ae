"""What a run is: its identity, its companions, its limits."""

import pendulum
import pytest
from shapes import chain, mapped, single
from world import START


@pytest.mark.claim("run-id-unique", by="rest")
def test_two_runs_of_a_dag_cannot_share_an_id(world):
    world.sync(single(), single("other"))
    world.trigger("single", dag_run_id="friday")
    body = {"logical_date": None, "dag_run_id": "friday"}
    again = world.rest.post("/api/v2/dags/single/dagRuns", json=body)
    assert again.status_code == 409
    elsewhere = world.rest.post("/api/v2/dags/other/dagRuns", json=body)
    assert elsewhere.status_code == 200


@pytest.mark.claim("logical-date-unique", by="rest")
def test_two_runs_of_a_dag_cannot_share_a_logical_date(world):
    world.sync(single())
    body = {"logical_date": START.isoformat()}
    answers = [
        world.rest.post("/api/v2/dags/single/dagRuns", json=body) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]


@pytest.mark.claim("many-runs-without-date", by="rest")
def test_any_number_of_runs_may_have_no_logical_date(world):
    world.sync(single())
    for _ in range(3):
        world.trigger("single")
    assert [run.logical_date for run in world.runs()] == [None] * 3


@pytest.mark.claim("task-instances-made-with-run", by="rest")
def test_task_instances_are_made_with_the_run(world):
    world.sync(chain())
    world.trigger("chain")
    assert world.states() == {"first": None, "middle": None, "last": None}


@pytest.mark.claim("runs-at-once", by="scheduler")
def test_runs_are_active_together_up_to_the_limit(world):
    world.sync(single(max_active_runs=2))
    for _ in range(3):
        world.trigger("single")
    world.step()
    assert [run.state for run in world.runs()] == ["running", "running", "queued"]


@pytest.mark.claim("mapped-has-one-for-each", by="scheduler")
def test_a_mapped_task_has_an_instance_for_each_element(world):
    world.sync(mapped())
    run = world.trigger("mapped")
    world.step()
    world.begin("list")
    path = f"/xcoms/mapped/{run.run_id}/list/return_value"
    sent = world.execution.post(path, json=[1, 2], params={"mapped_length": 2})
    assert sent.status_code == 201, sent.text
    world.report("list", "success")
    world.step(2)
    found = sorted((ti.task_id, ti.map_index) for ti in world.tis())
    assert found == [("each", 0), ("each", 1), ("list", -1)]


@pytest.mark.claim("before-start-has-none", by="rest")
def test_a_run_dated_before_the_start_date_has_no_task_instances(world):
    world.sync(chain())
    world.trigger("chain", logical_date=START.subtract(days=1).isoformat())
    assert world.states() == {}
    world.step(2)
    assert world.run().state == "success"


@pytest.mark.claim("limit-creates-no-run", "limit-then-newest", by="scheduler")
def test_at_the_limit_no_scheduled_run_is_created(world):
    hourly = single(schedule="@hourly", max_active_runs=1)
    world.sync(hourly, paused=True)
    world.trigger("single")
    world.sync(hourly)
    world.step(3)
    assert [str(run.run_type) for run in world.runs()] == ["manual"]
    hours = [pendulum.now("UTC").start_of("hour")]
    world.work("only")
    world.step(4)
    hours.append(pendulum.now("UTC").start_of("hour"))
    _, made = world.runs()  # since 1 May, one
    assert made.logical_date in hours


@pytest.mark.claim("max-active-runs-default", by="config")
def test_sixteen_runs_by_default(world):
    from airflow.configuration import conf
    from airflow.sdk import DAG

    assert conf.getint("core", "max_active_runs_per_dag") == 16
    assert DAG("plain", schedule=None).max_active_runs == 16


@pytest.mark.claim("run-id-form", by="scheduler")
def test_a_run_id_tells_the_type_and_when_the_run_may_start(world):
    world.sync(single(schedule="0 6 * * *", end_date=START.add(hours=20), catchup=True))
    world.step()
    first, second = START.add(hours=7), START.add(hours=8)
    dated = world.trigger(
        "single", logical_date=START.isoformat(), run_after=first.isoformat()
    )
    bare = world.trigger("single", run_after=second.isoformat())
    scheduled = next(run for run in world.runs() if run.run_type == "scheduled")
    assert scheduled.run_id == "scheduled__2026-05-01T06:00:00+00:00"
    assert dated.run_id == "manual__2026-05-01T07:00:00+00:00"
    assert bare.run_id == "manual__2026-05-01T08:00:00+00:00"


@pytest.mark.claim("run-id-partitioned", by="timetable")
def test_the_run_id_of_a_partition_has_its_key_and_random_letters():
    from airflow.timetables.trigger import CronPartitionTimetable
    from airflow.utils.types import DagRunType

    table = CronPartitionTimetable("@daily", timezone="UTC")
    asked = {"run_after": START, "data_interval": None, "partition_key": "may-1"}
    kind = DagRunType.SCHEDULED
    one, two = (table.generate_run_id(run_type=kind, **asked) for _ in range(2))
    assert one.startswith("scheduled__2026-05-01T00:00:00+00:00__may-1__")
    assert one != two


def _run_types(world):
    """Start a run of each type and return the runs."""
    from airflow.sdk import Asset

    asset = Asset("orders", uri="x-shop://orders")
    writer = chain("write", dag_id="producer", tasks={"write": {"outlets": [asset]}})
    daily = single("daily", schedule="@daily", catchup=True, end_date=START)
    old = single("old", schedule="@daily", end_date=START.add(days=1))
    world.sync(daily, old, single("plain"), writer, single("reader", schedule=[asset]))
    world.step()
    world.trigger("plain")
    body = {
        "dag_id": "old",
        "from_date": START.isoformat(),
        "to_date": START.isoformat(),
    }
    assert world.rest.post("/api/v2/backfills", json=body).status_code == 200
    number = world.rest.get("/api/v2/assets").json()["assets"][0]["id"]
    made = world.rest.post(f"/api/v2/assets/{number}/materialize", json={})
    assert made.status_code == 200, made.text
    event = world.rest.post("/api/v2/assets/events", json={"asset_id": number})
    assert event.status_code == 200, event.text
    world.step()
    # As the operator asks by its defaults: see test_the_operator_makes_a_run.
    moment = START.add(days=2).isoformat()
    asked = {"conf": {}, "logical_date": moment, "run_after": moment}
    called = world.execution.post(f"/dag-runs/plain/manual__{moment}", json=asked)
    assert called.status_code == 204, called.text
    return {str(run.run_type): run for run in world.runs()}


def _manual_origins(world):
    """Return who triggered manual runs: over REST, by the form, by the command."""
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.utils.types import DagRunTriggeredByType

    world.sync(single("origins"))
    for headers in ({}, {"Referer": "https://example.org"}):
        answer = world.rest.post(
            "/api/v2/dags/origins/dagRuns", json={"logical_date": None}, headers=headers
        )
        assert answer.status_code == 200, answer.text
    with world.session() as session:
        cli = DagRunTriggeredByType.CLI
        trigger_dag("origins", triggered_by=cli, run_id="by-command", session=session)
    return [run.triggered_by.value for run in world.runs("origins")]


WAYS = {
    "scheduled": "the scheduler, at a scheduled time of the timetable",
    "manual": "a person: UI, command line or `POST …/dagRuns`",
    "backfill": "`airflow backfill create` or `POST …/backfills`",
    "operator_triggered": "`TriggerDagRunOperator` in another DAG, by its defaults",
    "asset_triggered": "the scheduler, when the assets of the schedule have events",
    "asset_materialization": "`airflow assets materialize` or `POST …/materialize`",
}


def _refusals(world):
    """Return the answer to each type of run that its DAG does not allow."""
    from airflow.sdk import Asset

    picky = single("picky", schedule="@daily", allowed_run_types=["scheduled"])
    asset = Asset("refused", uri="x-shop://refused")
    writer = chain(
        "write",
        dag_id="strict",
        tasks={"write": {"outlets": [asset]}},
        allowed_run_types=["manual"],
    )
    world.sync(picky, writer)
    day = START.isoformat()
    fill = {"dag_id": "picky", "from_date": day, "to_date": day}
    assets = world.rest.get("/api/v2/assets", params={"name_pattern": "refused"}).json()
    number = assets["assets"][0]["id"]
    answers = {
        "manual": world.rest.post(
            "/api/v2/dags/picky/dagRuns", json={"logical_date": None}
        ),
        "backfill": world.rest.post("/api/v2/backfills", json=fill),
        "operator_triggered": world.execution.post("/dag-runs/picky/x", json={}),
        "asset_materialization": world.rest.post(
            f"/api/v2/assets/{number}/materialize", json={}
        ),
    }
    assert not {run.dag_id for run in world.runs()} & {"picky", "strict"}
    return {kind: answer.status_code for kind, answer in answers.items()}


@pytest.mark.claim("table-run-types", by="scheduler")
def test_each_way_of_starting_a_run(world, table):
    from airflow.utils.types import DagRunType

    made = _run_types(world)
    refused = _refusals(world)
    origins = _manual_origins(world)
    assert set(made) == {kind.value for kind in DagRunType} == set(WAYS)
    rows = []
    for kind, way in WAYS.items():
        run = made[kind]
        interval = run.data_interval_start is not None
        by = origins if kind == "manual" else [run.triggered_by.value]
        rows.append(
            [
                f"`{kind}`",
                way,
                ", ".join(f"`{one}`" for one in by),
                "yes" if run.logical_date else "none",
                "yes" if interval else "none",
                f"`{run.run_id.split('__')[0]}__…`" if "__" in run.run_id else "given",
                str(refused.get(kind, "no parse")),
            ]
        )
    table(
        "run-types",
        "The types of runs, each made once.",
        [
            "`run_type`",
            "Who starts it",
            "`triggered_by`",
            "Logical date",
            "Interval",
            "Run id",
            "If not allowed",
        ],
        rows,
    )


@pytest.mark.claim("run-types-six", by="enum")
def test_there_are_six_types():
    from airflow.utils.types import DagRunType

    assert [kind.value for kind in DagRunType] == [
        "backfill",
        "scheduled",
        "manual",
        "operator_triggered",
        "asset_triggered",
        "asset_materialization",
    ]


@pytest.mark.claim("allowed-run-types-refuse", by="rest")
def test_a_dag_may_refuse_types(world):
    world.sync(single(schedule="@daily", allowed_run_types=["scheduled"]))
    answer = world.rest.post("/api/v2/dags/single/dagRuns", json={"logical_date": None})
    assert answer.status_code == 400
    assert "does not allow manual runs" in answer.json()["detail"]
    assert world.runs() == []


@pytest.mark.claim("allowed-run-types-fit-schedule", by="model")
@pytest.mark.parametrize(
    ("schedule", "kind", "wanted"),
    [
        ("@daily", "manual", "SCHEDULED"),
        (None, "scheduled", "MANUAL"),
        ("asset", "scheduled", "ASSET_TRIGGERED"),
    ],
)
def test_the_types_must_fit_the_schedule(schedule, kind, wanted):
    from airflow.sdk import Asset

    if schedule == "asset":
        schedule = [Asset("orders")]
    with pytest.raises(ValueError, match=f"allowed_run_types must include {wanted}"):
        single(schedule=schedule, allowed_run_types=[kind])
    single(schedule=schedule, allowed_run_types=[wanted.lower()])
