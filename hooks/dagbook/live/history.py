"""What happened on a real scheduler, read from the public REST API.

The audit log has a row for each state that a worker reported; with the times of each
try it gives the path of a task instance, without catching each state in the act.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dagbook.live.client import ApiError, Client, Json

REPORTED = {
    *"running success failed skipped deferred".split(),
    *"up_for_reschedule up_for_retry awaiting_input".split(),
}


def moment(text: str) -> datetime:
    """Return a time of the API."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Story:
    """Turns runs into data, with times in seconds since ``zero``."""

    def __init__(self, client: Client, zero: datetime) -> None:
        self.client = client
        self.zero = zero

    def at(self, text: str | None) -> float | None:
        """Return seconds since ``zero``, two decimals."""
        if text is None:
            return None
        return round((moment(text) - self.zero).total_seconds(), 2)

    def run(self, run: Json) -> dict[str, Any]:
        """Return a run with all its task instances and their paths."""
        dag_id, run_id = run["dag_id"], run["dag_run_id"]
        events = self._events(dag_id, run_id)
        tasks = [
            self._task(ti, events.get((ti["task_id"], ti["map_index"]), []))
            for ti in self.client.tasks(dag_id, run_id)
        ]
        tasks.sort(key=lambda ti: (ti["task_id"], ti["map_index"]))
        return {
            "dag_id": dag_id,
            "run_id": run_id,
            "run_type": run["run_type"],
            "state": run["state"],
            "logical_date": run["logical_date"],
            "conf": run["conf"] or {},
            "note": run["note"],
            "times": {
                "queued": self.at(run["queued_at"]),
                "running": self.at(run["start_date"]),
                "ended": self.at(run["end_date"]),
            },
            "tasks": tasks,
        }

    def _events(self, dag_id: str, run_id: str) -> dict[tuple[str, int], list[Json]]:
        rows: dict[tuple[str, int], list[Json]] = {}
        for row in self.client.pages(
            "/eventLogs", "event_logs", dag_id=dag_id, run_id=run_id, order_by="when"
        ):
            # The log outlives its run: what is older speaks of a deleted namesake.
            if moment(row["when"]) < self.zero:
                continue
            if row["event"] in REPORTED and row["task_id"]:
                index = -1 if row["map_index"] is None else row["map_index"]
                rows.setdefault((row["task_id"], index), []).append(row)
        return rows

    def _task(self, ti: Json, events: list[Json]) -> dict[str, Any]:
        keys = ("dag_id", "dag_run_id", "task_id", "map_index")
        tries = self.client.tries(*(ti[k] for k in keys)) if ti["try_number"] else []
        times: list[list[Any]] = [[self.at(e["when"]), e["event"]] for e in events]
        for one in tries:
            for state in ("scheduled", "queued"):
                if when := one[f"{state}_when"]:
                    times.append([self.at(when), state])
            if not any(e["event"] == one["state"] for e in events) and one["end_date"]:
                # Set by the scheduler or by a person: no worker reported it.
                times.append([self.at(one["end_date"]), one["state"]])
        times.sort(key=lambda pair: pair[0])
        return {
            **{key: ti[key] for key in ("task_id", "map_index", "state")},
            **{key: ti[key] for key in ("try_number", "max_tries")},
            "operator": ti["operator_name"] or ti["operator"],
            "path": path([e["event"] for e in events], ti["state"]),
            "times": times,
            "tries": [
                {key: one[key] for key in ("try_number", "state")}
                | {"error": self.error(one)}
                for one in tries
            ],
        }

    def error(self, one: Json) -> dict[str, str] | None:
        """Return type and message of the exception that a failed try logged."""
        if one["state"] != "failed":
            return None
        try:
            keys = ("dag_id", "dag_run_id", "task_id", "try_number", "map_index")
            lines = self.client.log(*(one[key] for key in keys))
        except ApiError:
            return None
        details = [line["error_detail"] for line in lines if line.get("error_detail")]
        if not details:
            return None
        last = details[-1][0]
        return {"type": last["exc_type"], "message": last["exc_value"]}


def path(reported: list[str], final: str | None) -> list[str]:
    """Return the states in order; a repeated pair, as of a sensor, is told once.

    How often a sensor was rescheduled depends on the machine.
    """
    states: list[str] = []
    for state in reported:
        if states[-1:] == [state]:
            continue
        if states[-4:] == [state, "up_for_reschedule"] * 2:
            del states[-2:]
        states.append(state)
    if states[-4:] == ["running", "up_for_reschedule"] * 2:
        del states[-2:]
    end = final or "none"
    if states[-1:] != [end]:
        states.append(end)
    return states
