"""A triggerer finds the ready file, twice, and each time a run loads the new file."""

import pytest

pytestmark = pytest.mark.live


def test_each_ready_file_starts_a_run(deployed):
    live, file = deployed
    inbox = live.cluster.tasks_tmp / "partner_inbox"
    inbox.mkdir(exist_ok=True)
    with live.scenario("watcher") as s:
        s.unpause()
        # The watcher starts when the file is parsed again, here at its next change.
        file.write_text(file.read_text("utf-8") + "# unpaused\n", "utf-8")
        s.note_step("let Airflow parse the file again")
        loaded = []
        for number in (1, 2):
            (inbox / f"orders_{number}.csv").write_text("20\n22\n")
            (inbox / "orders.ready").touch()
            s.note_step("write an order file, then orders.ready")
            runs = s.wait_runs(
                number, state="success", run_type="asset_triggered", seconds=240
            )
            assert not (inbox / "orders.ready").exists()
            loaded.append(s.xcom(runs[-1], "load"))

        assert s.keep("files that each run loaded", loaded) == [
            ["orders_1.csv"],
            ["orders_2.csv"],
        ]
        s.pause()
