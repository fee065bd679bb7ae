"""The same price list for a run with no input, with some, with all, and mistyped."""

from datetime import UTC, datetime

import pytest

PLAIN = {"tea": 630, "coffee": 1050, "cocoa": 410}
FULL = {
    "season": "winter",
    "margins": {"tea": 10, "coffee": 20, "cocoa": 0},
    "round_to": 5,
}


# --8<-- [start:nothing]
def test_a_run_without_input_has_an_empty_conf_and_full_params(example):
    run = example.run()

    assert run.value("inputs") == {"conf": {}, "changed": {}, "undeclared": []}
    assert run.value("shop") == PLAIN
    assert run.value("outlet") == {"tea": 500, "coffee": 800, "cocoa": 400}
    assert run.value("label") == "spring prices, in steps of 10 cents"
    # --8<-- [end:nothing]
    assert run.task("label").log == [
        "INFO printed: spring prices, in steps of 10 cents"
    ]
    assert run.state == "success"


# --8<-- [start:partial]
def test_a_dictionary_in_conf_replaces_the_whole_default(example):
    run = example.run("partial", conf={"margins": {"tea": 100}, "season": "autumn"})

    assert run.value("inputs")["changed"] == {
        "margins": {"tea": 100},
        "season": "autumn",
    }
    assert run.value("shop") == PLAIN | {"tea": 840}
    # --8<-- [end:partial]
    assert run.value("inputs")["conf"] == run.conf
    assert run.value("outlet") == {"tea": 700, "coffee": 800, "cocoa": 400}
    assert run.value("label").startswith("autumn prices")


# --8<-- [start:layers]
def test_conf_wins_over_the_params_of_a_task(example):
    run = example.run("full", conf=FULL)

    assert run.value("inputs") == {"conf": FULL, "changed": FULL, "undeclared": []}
    assert run.value("shop") == {"tea": 465, "coffee": 900, "cocoa": 310}
    assert run.value("outlet") == {"tea": 350, "coffee": 675, "cocoa": 235}
    # --8<-- [end:layers]
    assert run.value("label") == "winter prices, in steps of 5 cents"


# --8<-- [start:mistyped]
def test_a_mistyped_key_is_in_the_params_and_changes_nothing(example):
    run = example.run("mistyped", conf={"round-to": 5})

    assert run.value("inputs") == {
        "conf": {"round-to": 5},
        "changed": {},
        "undeclared": ["round-to"],
    }
    assert run.value("shop") == PLAIN
    # --8<-- [end:mistyped]


# --8<-- [start:reads-conf]
def test_the_sister_fails_when_nobody_sends_a_conf(example):
    run = example.run("reads-conf", role="reads_conf")

    assert run.task("shop").error == "KeyError: 'margins'"
    assert run.task("label").error == (
        "UndefinedError: 'dict object' has no attribute 'season'"
    )
    assert run.state == "failed"
    # --8<-- [end:reads-conf]


def test_the_sister_works_when_everything_is_sent(example):
    run = example.run("reads-conf-full", role="reads_conf", conf=FULL)

    assert run.value("shop") == {"tea": 465, "coffee": 900, "cocoa": 310}
    assert run.value("label") == "winter prices"
    assert run.state == "success"


@pytest.mark.parametrize(
    ("cost", "margin", "step", "cents"),
    [
        (420, 50, 10, 630),
        (420, 51, 10, 640),
        (310, 30, 10, 410),
        (310, 30, 1, 403),
        (100, 0, 100, 100),
        (101, 0, 100, 200),
        (400, -25, 100, 300),
    ],
)
def test_a_price_is_rounded_up(example, cost, margin, step, cents):
    assert example.module.price(cost, margin, step) == cents


def test_the_dags(example):
    assert example.dag.schedule == "0 6 * * *"
    assert example.dag.catchup is False
    assert example.dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    [tick] = example.ticks("2026-05-01T00:00:00Z", 1)
    assert tick["run_after"].startswith("2026-05-01T06:00:00")
    assert example.dag.get_task("shop").downstream_task_ids == {"outlet"}
    assert example.module.COST == {"tea": 420, "coffee": 750, "cocoa": 310}
    sister = example.sibling("reads_conf")
    assert (sister.schedule, sister.catchup) == (None, False)
    for dag in (example.dag, sister):
        assert {name: dag.params[name] for name in dag.params} == {
            "season": "spring",
            "margins": {"tea": 50, "coffee": 40, "cocoa": 30},
            "round_to": 10,
        }
