"""A late chapter arrives; the sister clears, looks and waits on a real scheduler."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.live


def said(s, run, try_number: int) -> list[str]:
    """What a try of the task has logged, asked for by its number."""
    lines = s.client.log(run.dag_id, run.run_id, "set_pages", try_number)
    about = ("set ", "cubes has")
    return [x["event"] for x in lines if x["event"].startswith(about)]


# --8<-- [start:report]
def test_what_is_left_of_a_task_that_has_failed(live):
    with live.scenario("delivered") as s:
        s.unpause()
        run = s.trigger(conf={"late": ["cubes"]})
        assert s.wait(run)["state"] == "failed"
        cubes = "\n".join(str(n**3) for n in range(1, 122))
        Path(s.xcom(run, "deliver"), "cubes.txt").write_text(cubes)
        s.note_step("deliver the chapter of cubes")

        sister = f"{live.paths.stem}__report"
        s.unpause(sister)
        report = s.trigger(sister, conf={"run_id": run.run_id})
        assert s.wait(report)["state"] == "success"
        waiting, after = (s.xcom(report, task) for task in ("waiting", "after"))
        assert waiting["state store"] == "primes:1-3 squares:5-5"
        assert after["XCom"] == "cubes powers return_value triangles"
        assert after["tries"] == "failed, failed, success"

        squares = Path(s.xcom(run, "deliver"), "squares.txt")
        squares.write_text(squares.read_text() + 41 * "\n0")
        s.note_step("correct the chapter of squares")
        report = s.trigger(sister, conf={"run_id": run.run_id})
        assert s.wait(report)["state"] == "success"
        looks = {task: s.xcom(report, task) for task in ("before", "waiting", "after")}
        assert looks["before"] == after
        assert looks["waiting"] == after | {
            "state": None,
            "tries": "failed, failed, success, None",
        }
        assert looks["after"]["XCom"] == "cubes powers return_value squares triangles"
        # --8<-- [end:report]
        s.keep("XCom, three looks", {task: looks[task]["XCom"] for task in looks})
        assert s.keep("fates", s.xcom(report, "fates")) == {
            "state": "changed by the clear",
            "tries": "changed by the clear",
            "XCom": "kept until the next try began",
            "state store": "kept until the next try began",
            "rendered": "kept until the next try began",
            "note": "kept",
            "conf": "kept",
            "asset events": "kept until the next try began",
        }
        logs = {f"try {n}": said(s, run, n) for n in (1, 2, 3, 4)}
        assert s.keep("logs", logs) == {
            "try 1": [
                "set primes: pages 1 to 3",
                "set squares: pages 5 to 5",
                "cubes has not been delivered",
            ],
            "try 2": ["cubes has not been delivered"],
            "try 3": [
                "set cubes: pages 7 to 10",
                "set powers: pages 11 to 11",
                "set triangles: pages 13 to 14",
            ],
            "try 4": [
                "set squares: pages 5 to 7",
                "set cubes: pages 9 to 12",
                "set powers: pages 13 to 13",
                "set triangles: pages 15 to 16",
            ],
        }
        assert s.xcom(run, "set_pages")["imprint"] == "printing 4"
