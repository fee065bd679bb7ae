"""Misspelled keys and contradictions, with the check and without it."""

STEM = "16_04_03_dag_run_conf_subtask_3"
MAY = "orders from 2026-05-01 to 2026-05-31"
TYPO = {"from_dy": "2026-04-01"}


def test_a_plain_trigger_exports_the_default_month(example):
    run = example.run(logical_date=None)

    assert run.states == {"check": "success", "export": "success"}
    assert run.value("export") == MAY


def test_without_the_check_a_typo_is_a_success_with_the_default(example):
    run = example.run("unchecked", role="unchecked", logical_date=None, conf=TYPO)

    assert (run.state, run.value("export")) == ("success", MAY)


def test_a_typo_fails_the_first_task_without_a_retry(example):
    run = example.run("typo", logical_date=None, conf=TYPO)

    assert run.state == "failed"
    assert run.states == {"check": "failed", "export": "upstream_failed"}
    check = run.task("check")
    assert check.errors == ["AirflowFailException: unknown key from_dy"]
    assert (check.try_number, check.max_tries) == (1, 2)


def test_a_sent_day_contradicts_a_default(example):
    sent = {"from_day": "2026-06-01"}
    run = example.run("contradiction", logical_date=None, conf=sent)

    assert run.task("check").error == "AirflowFailException: from_day is after to_day"
    assert run.states["export"] == "upstream_failed"


def test_one_message_names_all_that_is_wrong(example):
    sent = {"from_day": "2026-06-01", "shop": "oslo", "From_day": "2026-04-01"}
    run = example.run("all-at-once", logical_date=None, conf=sent)

    assert run.task("check").error == (
        "AirflowFailException: unknown key From_day; unknown key shop; "
        "from_day is after to_day"
    )
    assert run.task("check").try_number == 1


def test_keys_with_an_agreed_prefix_pass(example):
    sent = {"x_request": "42", "openlineage": {"parentRunId": "7"}}
    run = example.run("agreed-keys", logical_date=None, conf=sent)

    assert (run.state, run.value("export")) == ("success", MAY)


def test_the_request_with_a_typo_is_a_200(example):
    kept = example.scenario("caller")
    body = {"logical_date": None, "conf": TYPO}
    with kept.http("user", keep=["state", "conf"]) as client:
        path = f"/api/v2/dags/{STEM}/dagRuns"
        answer = client.post(path, json=body, extensions={"name": "post"})

    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    assert answer.json()["conf"] == TYPO
