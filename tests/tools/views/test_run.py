"""What a recorded scenario shows on a page."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from runs import a_run, a_try, an_instance

from dagbook.views import html, states, timeline
from dagbook.views import live as live_view
from dagbook.views import run as run_view

FAILED = a_try(
    "failed",
    error={"type": "ValueError", "message": "no <orders>"},
    log=["WARNING <script>alert(1)</script>", "plain words"],
)
RUN = a_run(
    an_instance(
        "load",
        try_number=2,
        max_tries=3,
        tries=[FAILED, a_try(start=2.0, duration=1.0, try_number=2)],
        xcoms={"return_value": {"day": "1"}, "day": "1", "note": "kept"},
        rendered={"bash_command": "echo <b>"},
    ),
    an_instance("send", map_index=0, xcoms={"return_value": 1}),
    an_instance("send", "upstream_failed", map_index=1, tries=[], try_number=0),
    state="failed",
    runs=[
        {
            "dag_id": "child",
            "run_id": "c1",
            "run_type": "operator_triggered",
            "state": "queued",
            "conf": {"a": 1},
            "note": "n",
            "logical_date": None,
        }
    ],
    asset_events=[
        {"asset": "orders", "uri": "x", "extra": {"rows": 3}, "source_task": "load"}
    ],
    exchanges=[
        {
            "kind": "http",
            "name": "make",
            "user": "viewer",
            "request": "POST /api/v2/dags",
            "body": {"conf": "<i>"},
            "status": 409,
            "response": {"detail": "Unique"},
        },
        {
            "kind": "cli",
            "command": "airflow dags list",
            "exit": 2,
            "output": ["no <x>"],
        },
    ],
    values={"rows": 7},
)


def show(*words: str) -> BeautifulSoup:
    return BeautifulSoup(run_view.render(RUN, list(words)), "html.parser")


def test_states_tell_task_state_try_and_time() -> None:
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in show("states").find_all("tr")
    ]
    assert rows == [
        ["Task", "State", "Try", "Took"],
        ["load", "success", "2 of 4", "1.50 s"],
        ["Try 1 ValueError: no <orders>"],
        ["send[0]", "success", "1 of 1", "0.50 s"],
        ["send[1]", "upstream_failed", "–", "–"],
    ]


def test_xcoms_leave_out_the_copies_of_returned_parts() -> None:
    names = [dt.get_text() for dt in show("xcom:load").find_all("dt")]
    assert names == ["load", "load note"]
    assert [dd.get_text() for dd in show("xcom:load:day").find_all("dd")] == ['"1"']


def test_xcoms_in_a_row_are_one_list() -> None:
    assert len(show("xcom:load", "xcom:send[0]").find_all("dl")) == 1


def test_text_from_a_run_stays_text() -> None:
    words = [
        *("states", "timeline", "xcom:load", "log:load", "error:load", "rendered:load"),
        *("children", "assets", "exchanges", "value:rows"),
    ]
    html = run_view.render(RUN, words)
    assert "<script" not in html
    assert "<orders>" not in html
    assert "<i>" not in html.replace('<i aria-hidden="true">', "")
    soup = BeautifulSoup(html, "html.parser")
    assert "<script>alert(1)</script>" in soup.get_text()
    assert "echo <b>" in soup.get_text()


def test_a_log_line_keeps_its_level() -> None:
    spans = show("log:load").select(".db-log span")
    assert [s.get("class") for s in spans] == [["db-log--warning"], None]


def test_exchanges_tell_question_and_answer() -> None:
    first, second = show("exchanges").find_all("li")
    assert "POST /api/v2/dags as viewer" in first.get_text()
    assert "409 Conflict" in first.get_text()
    assert "airflow dags list" in second.get_text()
    assert "exit 2" in second.get_text()


def test_an_answer_stands_without_its_request() -> None:
    text = show("answer:make").get_text()
    assert "409 Conflict" in text
    assert '{"detail": "Unique"}' in text
    assert "POST" not in text
    assert "<i>" not in text


def test_an_exchange_is_shown_by_its_name() -> None:
    [one] = show("exchange:make").find_all("li")
    assert one == show("exchanges").li


def test_an_error_is_shown_once() -> None:
    assert show("states", "error:load").get_text().count("no <orders>") == 1
    assert show("error:load").get_text().count("no <orders>") == 1


def test_json_that_fits_on_a_line_stands_on_one() -> None:
    short = {"state": "success", "tasks": ["load", "send"], "note": None}
    whole = {"runs": [short, short], "more": "x" * 80, "none": {}}
    text = html.laid_out(whole)
    assert json.loads(text) == whole
    assert text.splitlines() == [
        "{",
        '  "runs": [',
        f"    {json.dumps(short)},",
        f"    {json.dumps(short)}",
        "  ],",
        f'  "more": "{"x" * 80}",',
        '  "none": {}',
        "}",
    ]
    assert html.value(short) == html.value(short).replace("\n", "")


def test_each_option_says_what_it_shows() -> None:
    for option in (*run_view.OPTIONS.values(), *live_view.OPTIONS.values()):
        assert re.fullmatch(r"[A-Z`].*\.", option.about), option.word


def test_children_assets_and_values() -> None:
    assert "operator_triggered" in show("children").get_text()
    assert '{"rows": 3}' in show("assets").get_text()
    assert show("value:rows").dd.get_text() == "7"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("state", "cannot show 'state'"),
        ("states:load", "cannot show 'states:load'"),
        ("xcom", "cannot show 'xcom'"),
        ("xcom:nope", "the run has no task 'nope' — it has load, send"),
        ("xcom:load:nope", "load has no XCom 'nope'"),
        ("xcom:send[1]", "left no XCom"),
        ("log:send", "send logged nothing"),
        ("error:send", "send raised no error"),
        ("rendered:send", "send has no rendered field"),
        ("answer:nope", "no exchange 'nope' — the test has named: make"),
        ("exchange:nope", "no exchange 'nope' — the test has named: make"),
        ("value:nope", "kept no value 'nope' — it kept rows"),
    ],
)
def test_what_the_run_does_not_have_is_refused(word: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        run_view.render(RUN, [word])


@pytest.mark.parametrize("word", ["children", "assets", "exchanges"])
def test_an_empty_part_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no "):
        run_view.render(a_run(an_instance("a")), [word])


def test_a_scenario_without_a_run_has_no_states() -> None:
    with pytest.raises(ValueError, match="no run"):
        run_view.render({"kind": "exchange", "exchanges": [], "values": {}}, ["states"])


def test_the_timeline_places_each_try_by_its_time() -> None:
    soup = BeautifulSoup(timeline.draw(RUN["tasks"]), "html.parser")
    load, sent, never = soup.find_all("li")
    first, second = load.select(".db-bar")
    assert first["style"] == "left:0.00%;width:16.67%"
    assert second["style"] == "left:66.67%;width:33.33%"
    assert "db-s-failed" in first["class"]
    assert "try 1 failed, started at 0.00 s, took 0.50 s" in load.get_text()
    assert not never.select(".db-bar")
    assert "upstream_failed; did not start" in never.get_text()
    assert "send[0]" in sent.get_text()


def test_a_timeline_of_nothing_is_drawn() -> None:
    assert "did not start" in timeline.draw([an_instance("a", None, tries=[])])


def test_every_state_has_a_class_of_its_own_colour(
    request: pytest.FixtureRequest,
) -> None:
    css = (request.config.rootpath / "docs/assets/colours.css").read_text()
    for state in states.STATES.values():
        assert f".{state.css}" in css, state.name


def test_every_state_has_an_icon_of_its_own() -> None:
    rules = re.findall(
        r"^\.(\S+) \{ --icon: url\('data:image/svg\+xml,([^']+)'\); \}$",
        states.stylesheet(),
        re.MULTILINE,
    )
    assert [css for css, _ in rules] == [state.css for state in states.STATES.values()]
    for _, quoted in rules:
        root = ElementTree.fromstring(unquote(quoted))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root[0].get("d") in {state.icon for state in states.STATES.values()}


def test_a_flat_mapping_that_a_test_kept_is_shown_in_rows():
    run = a_run() | {
        "values": {"states": {"load": "failed", "tries": 2}, "both": {"a": [1]}}
    }
    drawn = BeautifulSoup(run_view.render(run, ["value:states"]), "html.parser")
    assert [one.get_text() for one in drawn.select("dt")] == ["load", "tries"]
    assert [one.get_text() for one in drawn.select("dd")] == ["failed", "2"]
    whole = BeautifulSoup(run_view.render(run, ["value:both"]), "html.parser")
    assert whole.dd.get_text() == '{"a": [1]}'
