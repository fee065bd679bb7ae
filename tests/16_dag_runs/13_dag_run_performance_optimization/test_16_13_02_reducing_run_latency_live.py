"""The same run with a light file, and with one that takes two seconds to import."""

from datetime import datetime

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

TASKS = ("extract", "transform", "load")


def seconds(s, run) -> list[float]:
    """Return how long each task took, the import of the file included."""
    rows = s.client.tasks(run.dag_id, run.run_id)
    times = [(row["start_date"], row["end_date"]) for row in rows]
    starts = [tuple(map(datetime.fromisoformat, pair)) for pair in times]
    assert len(starts) == len(TASKS)
    return [(end - start).total_seconds() for start, end in starts]


def in_order(s, run) -> None:
    """Assert the order of the time stamps that the page subtracts."""
    row = s.client.run(run.dag_id, run.run_id)
    first = min(row["start_date"] for row in s.client.tasks(run.dag_id, run.run_id))
    stamps = [row["run_after"], row["queued_at"], row["start_date"], first]
    stamps = [datetime.fromisoformat(one) for one in (*stamps, row["end_date"])]
    assert stamps == sorted(stamps)


def test_light_file(live):
    with live.scenario("light") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        in_order(s, run)
        assert s.keep("load", s.xcom(run, "load")) == "14 EUR per order"


def test_each_task_pays_for_a_heavy_import_at_the_top(deployed):
    live, file = deployed
    with live.scenario("heavy") as s:
        text = file.read_text("utf-8")
        top = "import pendulum\n"
        assert text.count(top) == 1
        heavy = text.replace(top, f"{top}import time\n\ntime.sleep(2)\n")
        file.write_text(heavy, "utf-8")
        until(
            "the heavy file to be parsed",
            lambda: s.client.get(f"/dags/{s.dag_id}/details")["last_parse_duration"],
            lambda seen: seen is not None and seen >= 2,
        )
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        in_order(s, run)
        slow = [one >= 2 for one in seconds(s, run)]
        assert s.keep("each task took two seconds or more", all(slow)) is True
