"""Each change of state in ``transitions.yml`` happens as it says."""

import moves
import pytest

from dagbook.concepts.claims import transitions
from dagbook.project import Project

CHANGES = [
    pytest.param(
        machine.partition("-")[0],
        row,
        id=row["id"],
        marks=pytest.mark.claim(row["id"], by=moves.HOW.get(row["id"], "scheduler")),
    )
    for machine in ("run-states", "task-states")
    for row in transitions(Project.find(), machine)
]


@pytest.mark.parametrize(("sort", "row"), CHANGES)
def test_change(world, sort, row):
    moves.find(row["id"])(world)
    assert (row["from"], row["to"]) in world.seen(sort)
