"""Words of Airflow 2 that are gone."""

import importlib
import warnings
from datetime import timedelta

import httpx
import pytest
from shapes import single
from world import START


def refused(argument):
    from airflow.sdk import DAG

    with pytest.raises(TypeError, match=argument):
        DAG("old", **{argument: None})


@pytest.mark.claim("schedule-interval-gone", by="model")
@pytest.mark.parametrize("argument", ["schedule_interval", "timetable"])
def test_schedule_is_the_only_argument(argument):
    refused(argument)


@pytest.mark.claim("concurrency-gone", by="model")
def test_concurrency_is_refused():
    refused("concurrency")


@pytest.mark.claim("fail-stop-gone", by="model")
def test_fail_stop_is_refused():
    refused("fail_stop")


@pytest.mark.claim("max-active-tasks-per-run", by="scheduler")
def test_the_limit_of_tasks_is_one_of_each_run(world):
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    with DAG("wide", schedule=None, start_date=START, max_active_tasks=1) as dag:
        for name in ("left", "right"):
            PythonOperator(task_id=name, python_callable=print)
    world.sync(dag)
    world.trigger("wide")
    world.trigger("wide")
    world.step(2)
    found = [sorted(map(str, world.states(r.run_id).values())) for r in world.runs()]
    assert found == [["queued", "scheduled"]] * 2


@pytest.mark.claim("sdk-is-the-place", by="model")
def test_authors_import_from_the_sdk():
    sdk = importlib.import_module("airflow.sdk")
    assert all(hasattr(sdk, name) for name in ("DAG", "dag", "task", "Asset", "Param"))


@pytest.mark.claim("dataset-gone", by="model")
def test_there_is_no_module_of_datasets():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("airflow.datasets")


@pytest.mark.claim("subdag-gone", by="model")
def test_there_is_no_sub_dag():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("airflow.operators.subdag")


@pytest.mark.claim("sla-ignored", by="model")
def test_an_sla_warns_and_does_nothing():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        single(task={"sla": timedelta(hours=1)})
    assert any("SLA" in str(one.message) for one in told)
    assert hasattr(importlib.import_module("airflow.sdk"), "DeadlineAlert")


@pytest.mark.claim("api-v1-gone", by="rest")
def test_the_old_path_is_gone(world):
    assert world.rest.get("/api/v1/dags").status_code == 404


@pytest.mark.claim("token-needed", by="rest")
def test_a_password_opens_nothing_but_a_token(world):
    server = world.harness.api()
    url = f"{server.url}/api/v2/dags"
    assert httpx.get(url, auth=("admin", "admin")).status_code == 401
    assert world.rest.get("/api/v2/dags").status_code == 200
