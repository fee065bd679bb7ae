"""On a real DAG processor an ignored file makes its DAG stale; DELETE removes it."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

STEM = "62_06_05_permanent_pause"


def test_dag_of_an_ignored_file_goes_until_the_file_is_back(deployed):
    live, file = deployed
    ignore = file.parent / ".airflowignore"

    def dag() -> str:
        ask = {"dag_id_pattern": STEM, "exclude_stale": False}
        found = live.cluster.client.get("/dags", **ask)["dags"]
        stale = [one["is_stale"] for one in found if one["dag_id"] == STEM]
        return f"is_stale {stale[0]}" if stale else "is gone"

    def wait(wanted: str) -> str:
        until(f"the DAG: {wanted}", dag, lambda seen: seen == wanted, seconds=180)
        return wanted

    with live.scenario("retired") as s:
        try:
            ignore.write_text(f"{file.name}\n", "utf-8")
            seen = {"1 file is ignored": wait("is_stale True")}
            s.note_step("the file is named in .airflowignore, and the DAG is stale")
            live.cluster.client.request("DELETE", f"/api/v2/dags/{STEM}")
            s.stays("the DAG is gone", dag, "is gone", seconds=10)
            seen["2 ten seconds after the DELETE"] = dag()
        finally:
            ignore.unlink(missing_ok=True)
            file.touch()
        seen["3 file is no longer ignored"] = wait("is_stale False")
        s.keep("the DAG", seen)
        assert seen == {
            "1 file is ignored": "is_stale True",
            "2 ten seconds after the DELETE": "is gone",
            "3 file is no longer ignored": "is_stale False",
        }
