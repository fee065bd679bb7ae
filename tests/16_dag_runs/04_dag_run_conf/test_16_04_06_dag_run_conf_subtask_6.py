"""What reaches the child, what does not, and who can read it."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import ParamValidationError


# --8<-- [start:allow-list]
def test_the_child_gets_the_allowed_keys_and_an_id(example):
    run = example.run(conf={"order": 1002, "gift": True, "coupon": "MAY"})

    [child] = run.runs
    assert child["run_id"] == "ship-1002"
    assert child["conf"] == {
        "order": 1002,
        "gift": True,
        "correlation_id": run.run_id,
        "conn_id": "airflow_api",
    }
    # --8<-- [end:allow-list]
    assert run.value("handover") == child["conf"]
    assert child["logical_date"] is None
    assert run.task("ship").max_tries == 2
    assert run.state == "success"


def test_an_id_that_came_along_is_kept(example):
    conf = {"order": 1003, "correlation_id": "web-77"}
    run = example.run("known-id", conf=conf)

    [child] = run.runs
    assert child["conf"]["correlation_id"] == "web-77"
    assert child["conf"]["gift"] is False


# --8<-- [start:child]
def test_the_child_finds_the_password_under_the_name_it_was_given(example):
    example.api.export("user")
    conf = {"order": 1002, "gift": True, "correlation_id": "web-77"}
    run = example.run("child", role="ship", conf=conf | {"conn_id": "airflow_api"})

    assert run.value("parcel") == {"order": 1002, "grams": 1_200 + 40}
    assert run.value("carrier") == {"connection": "airflow_api", "password_found": True}
    assert run.task("parcel").log == ["INFO web-77: order 1002"]
    # --8<-- [end:child]


# --8<-- [start:secret]
def test_a_password_in_the_conf_is_refused_and_no_child_is_created(example):
    conf = {"order": 1002, "carrier": {"login": "shop", "Password": "open sesame"}}
    run = example.run("secret", conf=conf)

    handover = run.task("handover")
    assert handover.errors == [
        "AirflowFailException: send a connection id, not conf.carrier.Password"
    ]
    assert (handover.try_number, handover.max_tries) == (1, 2)
    assert run.states["ship"] == "upstream_failed"
    assert run.runs == []
    # --8<-- [end:secret]


# --8<-- [start:viewer]
def test_every_viewer_reads_the_conf_of_a_run(example):
    scenario = example.scenario("viewer")
    runs = f"/api/v2/dags/{example.stem}/dagRuns"
    body = {
        "dag_run_id": "careless",
        "logical_date": None,
        "conf": {"shop_password": "open sesame"},
    }
    with scenario.http("user", keep=["conf"]) as user:
        assert user.post(runs, json=body).status_code == 200
    with scenario.http("viewer", keep=["conf"]) as viewer:
        seen = viewer.get(f"{runs}/careless").json()

    assert seen["conf"] == {"shop_password": "open sesame"}
    # --8<-- [end:viewer]


# --8<-- [start:immutable]
def test_a_reset_run_keeps_the_conf_it_was_created_with(example):
    first = example.run("sent-first", conf={"order": 1003, "gift": False})
    again = example.run(
        "sent-again",
        conf={"order": 1003, "gift": True},
        logical_date=None,
        run_after=datetime(2026, 5, 1, 9, 0, tzinfo=UTC),
    )

    assert again.value("handover")["gift"] is True
    [child] = [run for run in again.runs if run["run_id"] == "ship-1003"]
    assert child["conf"]["gift"] is False
    assert child["conf"]["correlation_id"] == first.run_id
    assert again.states["ship"] == "success"
    # --8<-- [end:immutable]


# --8<-- [start:not-json]
def test_a_date_object_is_no_json(example):
    run = example.run("not-json", role="with_a_date")

    assert run.task("ship").error.startswith(
        "ValueError: conf parameter should be JSON Serializable: {'order': 1001,"
    )
    assert run.runs == []
    # --8<-- [end:not-json]


@pytest.mark.parametrize(
    ("conf", "found"),
    [
        ({}, []),
        ({"order": 1}, []),
        ({"token": "x"}, ["conf.token"]),
        ({"API_KEY": "x"}, ["conf.API_KEY"]),
        ({"client_secret": "x"}, ["conf.client_secret"]),
        ({"passwd": "x"}, ["conf.passwd"]),
        ({"list": [{"a": 1}, {"db_password": 1}]}, ["conf.list.1.db_password"]),
        ({"secret": {"token": 1}}, ["conf.secret", "conf.secret.token"]),
        ({"passport": "x", "key": "token"}, []),
    ],
)
def test_where_secrets_are_found(example, conf, found):
    assert example.module.secrets(conf) == found


@pytest.mark.parametrize(
    ("param", "good", "bad"),
    [
        ("order", 1003, 1004),
        ("gift", True, "yes"),
        ("correlation_id", "x", ""),
        ("correlation_id", "x", 7),
        ("conn_id", "carrier", 7),
    ],
)
def test_the_child_declares_what_it_needs(example, param, good, bad):
    declared = example.sibling("ship").params.get_param(param)
    if param != "gift":
        with pytest.raises(ParamValidationError):
            declared.resolve()
    with pytest.raises(ParamValidationError):
        declared.resolve(bad)
    assert declared.resolve(good) == good


@pytest.mark.parametrize(("gift", "grams"), [(True, 1_200 + 40), (False, 1_200)])
def test_only_a_gift_is_wrapped(example, gift, grams):
    parcel = example.sibling("ship").get_task("parcel").python_callable
    params = {"order": 1002, "gift": gift, "correlation_id": "web-77"}
    assert parcel(params=params) == {"order": 1002, "grams": grams}


def test_the_dags(example):
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    params = example.dag.params
    assert {name: params[name] for name in params} == {"order": 1001, "gift": False}
    for param, bad in {"order": 1004, "gift": 1}.items():
        with pytest.raises(ParamValidationError):
            params.get_param(param).resolve(bad)
    assert example.sibling("ship").params["gift"] is False
    for dag in (example.dag, example.sibling("ship")):
        assert dag.params.get_param("order").schema == {
            "type": "integer",
            "enum": [1001, 1002, 1003],
        }
    asked = example.dag.get_task("ship")
    assert asked.upstream_task_ids == {"handover"}
    assert asked.reset_dag_run is True
    assert (asked.retries, asked.retry_delay) == (2, timedelta(seconds=1))
    assert example.sibling("ship").get_task("carrier").upstream_task_ids == {"parcel"}
    assert example.module.GRAMS == {1001: 350, 1002: 1_200, 1003: 90}
