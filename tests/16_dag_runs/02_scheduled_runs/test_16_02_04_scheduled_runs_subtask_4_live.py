"""What the DAG foretells for another one comes true, by the second."""

from datetime import datetime

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


# --8<-- [start:comes-true]
def test_the_next_run_comes_when_it_was_foretold(live):
    pulse = f"{live.paths.stem}__pulse"
    with live.scenario("comes-true") as s:

        def ask():
            run = s.trigger(conf={"dag_ids": [pulse]})
            s.wait(run, "success")
            return s.xcom(run, "verdicts")[pulse]

        def starts():
            runs = s.client.runs(pulse, run_type="scheduled")
            return [datetime.fromisoformat(run["run_after"]) for run in runs]

        s.unpause()
        s.keep("before the unpause", ask())
        s.client.pause(pulse, False)
        # The first run is for a tick that has passed. The second comes at its tick, so
        # there is time to ask before the third.
        there = until("two runs", starts, lambda seen: len(seen) >= 2)
        s.note_step(f"unpause {pulse} and see two runs")
        kind, why = ask()
        foretold = datetime.fromisoformat(why.removeprefix("next run at "))
        assert kind == "next"
        assert foretold not in there

        until("the foretold run", starts, lambda seen: foretold in seen)
        s.client.pause(pulse)
        s.note_step("see the run that was foretold")
        s.keep("after two runs", kind)
        # --8<-- [end:comes-true]
        assert s.values["before the unpause"] == [
            "paused",
            "0 runs wait until it is unpaused",
        ]
