"""The page of corrections: each row says what is true, and names the proof."""

import inspect

import pytest

from dagbook.checks import claims
from dagbook.concepts import markers as claims_page
from dagbook.project import Project

PROJECT = Project.find()
PAGE = PROJECT.docs / "concepts" / "corrections.md"


def test_each_row_names_a_claim_that_some_page_states():
    rows = [b for b in claims_page.blocks(PAGE.read_text("utf-8")) if b.kind == "row"]
    assert len(rows) > 70
    stated = {
        one.id
        for page in claims_page.pages(PROJECT)
        for one in (*page.stated, *claims.implied(PROJECT, page))
    }
    for row in rows:
        named = [
            name.strip()
            for match in claims_page.MARKER.finditer(row.text)
            for name in match[2].split(",")
        ]
        assert named, row.text
        assert set(named) <= stated, row.text


@pytest.mark.claim("sample-is-no-python", by="python")
def test_two_single_quotes_are_no_string():
    with pytest.raises(SyntaxError):
        compile("task = Operator(task_id=''example'')", "sample", "exec")


@pytest.mark.claim("tutorial-differs", by="model")
def test_the_tutorial_that_ships():
    from airflow.example_dags import tutorial

    assert '"depends_on_past": True' not in inspect.getsource(tutorial)
