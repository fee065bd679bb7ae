"""Every recorded run again, on a real scheduler: same states, same tries."""

import pytest

from dagbook.live.options import Options
from dagbook.live.parity.plan import PLAIN
from dagbook.project import Project

pytestmark = pytest.mark.live

PLANS = Options.from_environment().plans(Project.find())


@pytest.mark.parametrize("item_id", [plan.item.id for plan in PLANS])
def test_a_real_scheduler_does_what_the_recording_says(parity, item_id):
    chain = parity[item_id]
    lines = []
    for outcome in chain.outcomes:
        if outcome.defects:
            lines.append(f"scenario {outcome.scenario}; seen: {outcome.seen}")
            lines += [f"    {defect}" for defect in outcome.defects]
    item = chain.plan.item
    if any(o.scenario == PLAIN and o.defects for o in chain.outcomes):
        lines += [
            f"Triggered with nothing, {item.stem} must end as its outcome tag "
            f"“{item.outcome}” says: repair the DAG"
        ]
    if declared := [line for o in chain.outcomes for line in o.yaml()]:
        lines += [
            "Either a defect of the example, or a real difference, to be declared in "
            f"the front matter of docs/{item.folder}/{item.stem}.md:",
            *("live_difference:", *declared),
        ]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)
