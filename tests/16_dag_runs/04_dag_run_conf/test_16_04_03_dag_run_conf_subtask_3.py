"""Misspelt keys, keys that belong to others, and values that contradict each other."""

from datetime import UTC, datetime, timedelta

import pytest

TYPO = {"from_dy": "2026-05-12", "Country": "FR", "colour": "red"}


# --8<-- [start:valid]
def test_a_correct_conf_is_exported(example):
    run = example.run(conf={"country": "FR", "to_day": "2026-06-30"})

    assert run.states == {"check": "success", "export": "success"}
    assert run.value("export") == {"invoices": 2, "cents": 4_250 + 1_575}
    # --8<-- [end:valid]
    assert run.task("check").log == ["INFO period 2026-05-01 to 2026-06-30"]


# --8<-- [start:typo]
def test_all_misspelt_keys_are_named_at_once_and_nothing_is_tried_again(example):
    run = example.run("misspelt", conf=TYPO)

    check = run.task("check")
    assert check.errors == [
        "AirflowFailException: unknown key Country, did you mean country?; "
        "unknown key colour; unknown key from_dy, did you mean from_day?"
    ]
    assert (check.try_number, check.max_tries) == (1, 3)
    assert run.states["export"] == "upstream_failed"
    assert run.state == "failed"
    # --8<-- [end:typo]


# --8<-- [start:unchecked]
def test_without_the_check_the_typo_exports_everything(example):
    run = example.run("unchecked", role="unchecked", conf=TYPO)

    assert run.state == "success"
    assert run.value("export") == {"invoices": 3, "cents": 8_990 + 4_250 + 25_000}
    # --8<-- [end:unchecked]


# --8<-- [start:contradiction]
def test_a_contradiction_and_a_typo_are_one_message(example):
    run = example.run(
        "contradiction",
        conf={
            "from_day": "2026-06-01",
            "customer": "bo",
            "country": "FR",
            "formt": "csv",
        },
    )

    assert run.task("check").error == (
        "AirflowFailException: unknown key formt; "
        "from_day 2026-06-01 is after to_day 2026-05-31; "
        "send customer or country, not both"
    )
    # --8<-- [end:contradiction]
    assert run.states["export"] == "upstream_failed"


# --8<-- [start:tracing]
def test_keys_of_others_pass(example):
    others = {"x_request": "7f3a", "openlineage": {"parentRunId": "1"}}
    run = example.run("tracing", conf={"customer": "ada"} | others)

    assert run.state == "success"
    assert run.value("export") == {"invoices": 1, "cents": 8_990}
    # --8<-- [end:tracing]


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("TO_DAY", ["unknown key TO_DAY, did you mean to_day?"]),
        ("to-day", ["unknown key to-day, did you mean to_day?"]),
        ("costumer", ["unknown key costumer, did you mean customer?"]),
        ("limit", ["unknown key limit"]),
        ("x_trace", []),
        ("xtrace", ["unknown key xtrace"]),
        ("to_day", []),
    ],
)
def test_the_nearest_name_is_suggested(example, key, complaint):
    assert example.module.misspelt({key: 1}) == complaint
    assert example.module.misspelt({"openlineage": {}, key: 1}) == complaint


@pytest.mark.parametrize(
    ("sent", "complaints"),
    [
        ({}, 0),
        ({"from_day": "2026-05-31"}, 0),
        ({"from_day": "2026-06-01"}, 1),
        ({"customer": "bo"}, 0),
        ({"country": "FR"}, 0),
        ({"customer": "bo", "country": "FR"}, 1),
        ({"customer": "bo", "country": "FR", "to_day": "2026-04-01"}, 2),
    ],
)
def test_what_cannot_both_be_meant(example, sent, complaints):
    params = {name: p for name, p in example.dag.params.items()}
    values = {name: params[name].value for name in params} | sent
    assert len(example.module.contradictions(values)) == complaints


@pytest.mark.parametrize(
    ("filter_", "days"),
    [
        ({}, ["05-01", "05-12", "05-31"]),
        ({"customer": "bo"}, ["05-12"]),
        ({"country": "IT"}, ["05-31"]),
        ({"customer": "ada", "country": "FR"}, []),
    ],
)
def test_which_invoices_are_wanted(example, filter_, days):
    period = {"from_day": "2026-05-01", "to_day": "2026-05-31"}
    params = {"customer": None, "country": None} | period | filter_
    found = [i for i in example.module.INVOICES if example.module.wanted(i, params)]
    assert [i["day"][5:] for i in found] == days


def test_the_dags(example):
    check = example.dag.get_task("check")
    assert check.downstream_task_ids == {"export"}
    assert (check.retries, check.retry_delay) == (3, timedelta(seconds=1))
    assert example.sibling("unchecked").task_ids == ["export"]
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert {name: dag.params[name] for name in dag.params} == {
            "from_day": "2026-05-01",
            "to_day": "2026-05-31",
            "customer": None,
            "country": None,
        }
    schemas = {name: p.schema for name, p in example.module.PARAMS.items()}
    assert schemas["from_day"] == {"type": "string", "format": "date"}
    assert schemas["to_day"] == schemas["from_day"]
    assert schemas["customer"] == {"type": ["null", "string"]}
    assert schemas["country"]["enum"] == [None, "DE", "FR", "IT"]
    assert schemas["country"]["type"] == ["null", "string"]
    assert sum(i["cents"] for i in example.module.INVOICES) == 51_815
