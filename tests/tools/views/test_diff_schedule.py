"""Differences of code and tables of next runs."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from dagbook.parsing.model import Tick
from dagbook.views import diff, schedule

BAD = '@task\ndef f():\n    """One.\n\n    Two."""\n    return "<b>"\n'
GOOD = '@task(retries=2)\ndef f():\n    """One.\n\n    Two."""\n    return "<b>"\n'


def test_each_line_of_both_sides_is_there_once() -> None:
    html = diff.render(BAD, GOOD, ("x.py:bad", "x.py:good"), "python")
    soup = BeautifulSoup(html, "html.parser")
    code = soup.pre
    assert code is not None
    for hidden in code.select(".db-sr, i"):
        hidden.extract()
    assert [d.get_text() for d in code.find_all("del")] == ["@task\n"]
    assert [i.get_text() for i in code.find_all("ins")] == ["@task(retries=2)\n"]
    kept = "".join(x.get_text() for x in code.select("span.db-line"))
    assert kept == BAD.split("\n", 1)[1].replace("\n\n", "\n \n")
    assert "1 line removed, 1 added" in soup.get_text()


def test_the_difference_is_said_without_colour() -> None:
    html = diff.render(BAD, GOOD, ("a", "b"), "python")
    soup = BeautifulSoup(html, "html.parser")
    assert [m.get_text() for m in soup.select("del .db-sr, ins .db-sr")] == [
        "removed: ",
        "added: ",
    ]


def test_no_difference_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="the same"):
        diff.render(BAD, BAD, ("a", "b"), "python")


def test_ticks_become_rows() -> None:
    tick = Tick(
        "2026-05-01T00:00:00Z",
        "2026-04-30T00:00:00Z",
        "2026-05-01T00:00:00Z",
        "2026-05-01T00:00:00Z",
    )
    soup = BeautifulSoup(schedule.table([tick], "At <00:00>"), "html.parser")
    cells = [cell.get_text() for cell in soup.find_all("td")]
    assert cells[0] == "Fri 2026-05-01 00:00"
    assert cells[2] == "Thu 2026-04-30 00:00"
    assert [c.get("class") for c in soup.find_all("td")] == [
        None,
        ["db-same"],
        None,
        ["db-same"],
    ]
    assert soup.caption is not None
    assert soup.caption.get_text() == "At <00:00>"


def test_a_run_without_dates_says_so() -> None:
    tick = Tick(None, None, None, "2026-05-01T00:00:30Z")
    soup = BeautifulSoup(schedule.table([tick]), "html.parser")
    assert [c.get_text() for c in soup.find_all("td")] == [
        "Fri 2026-05-01 00:00:30",
        "none",
        "none",
        "none",
    ]


def test_a_timetable_without_runs_says_so() -> None:
    assert "plans no run" in schedule.table([], "Never")
