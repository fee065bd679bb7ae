"""A run that failed on a lost shard goes on from its checkpoint when it is cleared."""

from pathlib import Path

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

BEGUN = ("queued", "running", "up_for_retry")


def began_at(s, run, try_number: int) -> str:
    lines = s.client.log(run.dag_id, run.run_id, "count_words", try_number, -1)
    (line,) = [x["event"] for x in lines if "starts at shard" in x["event"]]
    return line


# --8<-- [start:cleared]
def test_a_cleared_task_goes_on_from_the_checkpoint(live):
    with live.scenario("cleared") as s:
        s.unpause()
        run = s.trigger()
        until(
            "the first try to begin",
            lambda: s.states(run).get("count_words"),
            lambda state: state in BEGUN,
            seconds=60,
        )
        s.pause()  # the first try goes on, the second has to wait
        s.wait_task(run, "count_words", "up_for_retry")
        shard = Path(s.xcom(run, "file_cheques")) / "25.txt"
        text = shard.read_text()
        shard.unlink()
        s.note_step("lose shard 25")
        s.unpause()
        assert s.wait(run)["state"] == "failed"

        shard.write_text(text)
        s.note_step("bring shard 25 back")
        s.clear(run, "count_words", include_downstream=True)
        s.wait_task(run, "vocabulary", "success")
        assert s.wait(run)["state"] == "success"
        assert s.keep("tries", [began_at(s, run, n) for n in (1, 2, 3, 4)]) == [
            "try 1 starts at shard 0",
            "try 2 starts at shard 20",
            "try 3 starts at shard 20",
            "try 4 starts at shard 40",
        ]
        # --8<-- [end:cleared]
        assert s.xcom(run, "vocabulary")["words"] == 4403
