"""A run on a live Airflow, by its two names."""

from __future__ import annotations

from dataclasses import dataclass

from dagbook.live.client import Client, Json

FINISHED = ("success", "failed")


@dataclass(frozen=True)
class LiveRun:
    """One run; what it is doing is asked anew each time."""

    dag_id: str
    run_id: str

    def task(self, client: Client, task_id: str, map_index: int = -1) -> Json | None:
        """Return one task instance as the API gives it, None when it is not there."""
        for ti in client.tasks(self.dag_id, self.run_id):
            if (ti["task_id"], ti["map_index"]) == (task_id, map_index):
                return ti
        return None

    def states(self, client: Client) -> dict[str, str | None]:
        """Return state by task id; mapped instances are ``task_id[index]``."""
        return {label(ti): ti["state"] for ti in client.tasks(self.dag_id, self.run_id)}


def label(ti: Json) -> str:
    """Return ``task_id``, or ``task_id[index]`` for a mapped instance."""
    index = ti["map_index"]
    return str(ti["task_id"]) if index < 0 else f"{ti['task_id']}[{index}]"


def describe(client: Client, run: LiveRun) -> str:
    """Return run and task states in one line, for a message."""
    state = client.run(run.dag_id, run.run_id)["state"]
    tasks = ", ".join(f"{k}={v}" for k, v in sorted(run.states(client).items()))
    paused = client.get(f"/dags/{run.dag_id}")["is_paused"]
    told = "; the DAG is paused" if paused else ""
    return f"run {state}; {tasks or 'no tasks'}{told}"


def is_such(run: Json, state: str, run_type: str) -> bool:
    """Return whether the run has this state and type; empty means any."""
    return state in ("", run["state"]) and run_type in ("", run["run_type"])
