"""A run that takes too long, runs that a person ends, and the process that calls."""

import json

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

ABOUT = ("Executing on_", "Callback failed", "failed: ", "closed: ")


def book(live) -> list[str]:
    """The incident book, which lies in the folder for temporary files."""
    path = live.cluster.tasks_tmp / f"{live.paths.stem}__by_file.incidents"
    rows = path.read_text().splitlines() if path.exists() else []
    lines = [json.loads(row) for row in rows]
    return [f"{row['event']}: {row['reason']}, {row['task']}" for row in lines]


def wait_for_lines(live, count: int) -> list[str]:
    """A callback is called after the run has got its state."""
    return until(
        f"{count} lines in the incident book",
        lambda: book(live),
        lambda lines: len(lines) >= count,
        seconds=60,
    )


@pytest.fixture
def gauges(live):
    """The path of the file that the sensor waits for; gone after the test."""
    path = live.cluster.tasks_tmp / "gauges.csv"
    yield path
    path.unlink(missing_ok=True)


def processor_log(live, last: str) -> list[str]:
    """What the DAG processor has logged, up to ``last``, of the callbacks of the file.

    A line is in the log after its line is in the book.
    """
    return until(
        f"{last!r} in the log of the DAG processor",
        lambda: logged(live),
        lambda lines: last in lines,
        seconds=60,
    )


def logged(live) -> list[str]:
    logs = live.cluster.settings.home / "logs" / "dag_processor"
    files = [p for p in logs.rglob("*.log") if live.paths.stem in p.name]
    rows = [json.loads(row) for p in files for row in p.read_text().splitlines()]
    kept = [row for row in rows if row["event"].startswith(ABOUT)]
    return [
        " ".join(
            [row["level"], row["event"], *map(raised, row.get("error_detail", []))]
        )
        for row in kept
    ]


def raised(detail: dict) -> str:
    return f"({detail['exc_type']})"


# --8<-- [start:timed-out]
def test_a_run_over_its_time_is_told_by_the_dag_processor(live, gauges):
    with live.scenario("timed-out", f"{live.paths.stem}__by_file") as s:
        s.unpause()
        late = s.trigger()
        assert s.wait(late)["state"] == "failed"
        assert s.states(late) == {"gauge_file": "skipped", "supplied": "skipped"}
        assert wait_for_lines(live, 1) == ["failed: timed_out, gauge_file"]

        gauges.write_text("north,155\nsouth,88\n")
        s.note_step("the file of the gauges arrives")
        good = s.trigger()
        assert s.wait(good)["state"] == "success"
        lines = ["failed: timed_out, gauge_file", "closed: success, supplied"]
        assert s.keep("incident book", wait_for_lines(live, 2)) == lines
        # --8<-- [end:timed-out]
        log = processor_log(live, "info closed: success, last task supplied")
        s.keep("log of the DAG processor", log)
        assert "error Callback failed (AirflowNotFoundException)" in log


# --8<-- [start:by-hand]
def test_a_run_that_a_person_ends_is_told_to_nobody(live):
    before = len(book(live))
    with live.scenario("by-hand", f"{live.paths.stem}__by_file") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "gauge_file", "up_for_reschedule")
        s.mark(run, "failed")
        assert s.wait(run)["state"] == "failed"
        s.stays("the book says nothing", lambda: len(book(live)), before, seconds=5)

        other = s.trigger()
        s.wait_task(other, "gauge_file", "up_for_reschedule")
        s.mark(other, "failed", "gauge_file")
        assert s.wait(other)["state"] == "failed"
        lines = wait_for_lines(live, before + 1)[before:]
        assert lines == ["failed: task_failure, gauge_file"]
        # --8<-- [end:by-hand]
        s.keep("told after the second", lines)
