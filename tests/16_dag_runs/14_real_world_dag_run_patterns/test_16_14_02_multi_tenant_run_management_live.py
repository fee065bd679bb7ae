"""A scheduler runs one child per store, each with its conf."""

import pytest

pytestmark = pytest.mark.live


def test_each_store_has_a_run_and_a_database(live):
    child = f"{live.paths.stem}__store"
    with live.scenario("two-stores") as s:
        s.unpause()
        s.unpause(child)
        parent = s.trigger()
        assert s.wait(parent)["state"] == "success"
        runs = s.wait_runs(2, dag_id=child, state="success")
        returned = {run.run_id.split("-")[0]: s.xcom(run, "load") for run in runs}
        assert s.keep("child run of each store", returned) == {
            "berlin": "sales-berlin.db: 42 EUR",
            "oslo": "sales-oslo.db: 300 NOK",
        }
