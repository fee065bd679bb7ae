"""The runs of the second DAG on a real scheduler, and a note that is too long."""

import pytest

from dagbook.live.client import ApiError

pytestmark = pytest.mark.live


def test_runs_keep_their_notes_and_postgresql_refuses_a_long_one(live):
    child = f"{live.paths.stem}__order"
    with live.scenario("children") as s:
        s.unpause()
        s.unpause(child)
        run = s.trigger()
        assert s.wait(run)["state"] == "success"
        s.wait_runs(2, dag_id=child, state="success")
        notes = sorted(one["note"] for one in s.runs(child))
        assert s.keep("notes", notes) == ["order 1, second try", "order 2, second try"]

        with pytest.raises(ApiError) as refused:
            s.client.trigger(child, note="x" * 1001)
        assert refused.value.status == 422
        assert '"reason":"Value rejected by database"' in refused.value.detail
        s.keep("trigger with 1001 characters", "422 Value rejected by database")
        assert len(s.runs(child)) == 2
