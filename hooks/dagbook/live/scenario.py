"""The language of scheduler scenarios: what a person or a script can do, and wait for.

    with live.scenario("paused-in-the-middle") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "load", "running")

Every verb and every wait becomes a step of the recording.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from dagbook.live.client import Client, Json, quoted, run_path
from dagbook.live.history import Story
from dagbook.live.runs import FINISHED, LiveRun, describe, is_such
from dagbook.live.waiting import stays, until

if TYPE_CHECKING:
    from dagbook.live.servers.cluster import Cluster

T = TypeVar("T")

PATIENCE = 180.0


class Scenario:
    """One story on a real scheduler; verbs mean ``dag_id`` when no DAG is named."""

    def __init__(self, cluster: Cluster, name: str, dag_id: str) -> None:
        self.cluster = cluster
        self.name = name
        self.dag_id = dag_id
        self.client: Client = cluster.client
        self.zero = datetime.now(UTC)
        self.steps: list[dict[str, Any]] = []
        self.values: dict[str, Any] = {}
        self.hidden: list[str] = []
        self._dags: set[str] = {dag_id}
        self._before: set[tuple[str, str]] = self._all_runs(dag_id)

    def _all_runs(self, dag_id: str) -> set[tuple[str, str]]:
        return {(r["dag_id"], r["dag_run_id"]) for r in self.client.runs(dag_id)}

    def _step(self, text: str) -> None:
        at = (datetime.now(UTC) - self.zero).total_seconds()
        self.steps.append({"at": round(at, 2), "did": text})

    def include(self, *dag_ids: str) -> None:
        """Record the runs of more DAGs than the scenario's own."""
        for dag_id in dag_ids:
            if dag_id not in self._dags:
                self._before |= self._all_runs(dag_id)
                self._dags.add(dag_id)

    # -- verbs -----------------------------------------------------------------------

    def unpause(self, dag_id: str = "") -> None:
        """Let the scheduler work on the DAG."""
        self.include(dag_id or self.dag_id)
        self.client.pause(dag_id or self.dag_id, False)
        self._step(f"unpause {dag_id or self.dag_id}")

    def pause(self, dag_id: str = "") -> None:
        """Pause the DAG."""
        self.include(dag_id or self.dag_id)
        self.client.pause(dag_id or self.dag_id)
        self._step(f"pause {dag_id or self.dag_id}")

    def trigger(self, dag_id: str = "", **how: Any) -> LiveRun:
        """Create a run, with ``conf``, ``run_id``, ``logical_date``, ``run_after``,
        ``note`` or ``partition_key``.
        """
        dag_id = dag_id or self.dag_id
        self.include(dag_id)
        answer = self.client.trigger(dag_id, **how)
        told = f" with {', '.join(sorted(how))}" if how else ""
        self._step(f"trigger {dag_id}{told}")
        return LiveRun(dag_id, answer["dag_run_id"])

    def clear(self, run: LiveRun, *task_ids: str, **options: bool) -> None:
        """Clear task instances of a run; all of them when none is named.

        ``options`` of ``clearTaskInstances``: ``only_failed`` (default false here),
        ``include_downstream``, ``include_upstream``, ``reset_dag_runs`` …
        """
        options = {"only_failed": False} | options
        body: Json = {"dry_run": False, "dag_run_id": run.run_id} | options
        if task_ids:
            body["task_ids"] = list(task_ids)
        self.client.post(f"/dags/{quoted(run.dag_id)}/clearTaskInstances", body)
        tasks = ", ".join(task_ids) or "all tasks"
        told = ", ".join(f"{key}={json.dumps(options[key])}" for key in sorted(options))
        self._step(f"clear {tasks} of {run.dag_id} with {told}")

    def mark(self, run: LiveRun, state: str, task_id: str = "") -> None:
        """Set the state of a run, or of one of its tasks."""
        key = "new_state" if task_id else "state"
        self.client.patch(run_path(run.dag_id, run.run_id, task_id), {key: state})
        self._step(f"mark {task_id or 'the run'} of {run.dag_id} as {state}")

    def note(self, run: LiveRun, text: str) -> None:
        """Write the note of a run."""
        self.client.patch(run_path(run.dag_id, run.run_id), {"note": text})
        self._step(f"write the note of a run of {run.dag_id}")

    def backfill(
        self, first: str, last: str, *, dag_id: str = "", **options: Any
    ) -> int:
        """Create a backfill over ``first`` … ``last`` (ISO, included); return its id.

        ``options``: ``max_active_runs``, ``run_backwards``, ``reprocess_behavior``,
        ``dag_run_conf``.
        """
        dag_id = dag_id or self.dag_id
        self.include(dag_id)
        body = {"dag_id": dag_id, "from_date": first, "to_date": last, **options}
        answer = self.client.post("/backfills", body)
        self._step(f"backfill {dag_id} from {first} to {last}")
        return int(answer["id"])

    def backfill_do(self, backfill: int, verb: str) -> None:
        """``pause``, ``unpause`` or ``cancel`` a backfill."""
        self.client.request("PUT", f"/api/v2/backfills/{backfill}/{verb}")
        self._step(f"{verb} the backfill")

    def asset_event(self, name: str, extra: Json | None = None, **more: Any) -> None:
        """Post an event of the asset called ``name``."""
        found = [a for a in self.client.pages("/assets", "assets") if a["name"] == name]
        if not found:
            raise LookupError(f"no asset is called {name!r}")
        body = {"asset_id": found[0]["id"], "extra": extra or {}, **more}
        self.client.post("/assets/events", body)
        self._step(f"post an event of asset {name}")

    def note_step(self, text: str) -> None:
        """Record something that the test did by other means, such as killing."""
        self._step(text)

    # -- waits -----------------------------------------------------------------------

    def wait(
        self,
        run: LiveRun,
        *states: str,
        seconds: float = PATIENCE,
        patient: bool = False,
    ) -> Json:
        """Wait until the run has one of ``states`` (default: until it has ended)."""
        wanted = states or FINISHED
        what = " or ".join(states) if states else "over"
        answer = until(
            f"the run of {run.dag_id} to be {what}",
            lambda: self.client.run(run.dag_id, run.run_id),
            lambda seen: seen["state"] in wanted,
            seconds=seconds,
            tell=lambda seen: describe(self.client, run),
            patient=patient,
        )
        # Which of several states was caught depends on the machine.
        seen = " or ".join(states) or answer["state"]
        self._step(f"see the run of {run.dag_id} {seen}")
        return answer

    def wait_task(
        self,
        run: LiveRun,
        task_id: str,
        *states: str | None,
        map_index: int = -1,
        seconds: float = PATIENCE,
        patient: bool = False,
    ) -> Json:
        """Wait until a task instance of the run has one of ``states``."""
        wanted = " or ".join(str(s) for s in states)
        answer = until(
            f"{task_id} of {run.dag_id} to be {wanted}",
            lambda: run.task(self.client, task_id, map_index),
            lambda seen: seen is not None and seen["state"] in states,
            seconds=seconds,
            tell=lambda seen: describe(self.client, run),
            patient=patient,
        )
        assert answer is not None
        seen = " or ".join(state or "without a state" for state in states)
        self._step(f"see {task_id} {seen}")
        return answer

    def wait_runs(
        self,
        count: int,
        *,
        dag_id: str = "",
        state: str = "",
        run_type: str = "",
        seconds: float = PATIENCE,
    ) -> list[LiveRun]:
        """Wait until the DAG has at least ``count`` new runs of that state and type."""
        dag_id = dag_id or self.dag_id
        self.include(dag_id)
        kind = " ".join(filter(None, [state, run_type]))
        rows = until(
            f"{count} {kind} runs of {dag_id}".replace("  ", " "),
            lambda: self.runs(dag_id),
            lambda seen: sum(is_such(r, state, run_type) for r in seen) >= count,
            seconds=seconds,
            tell=lambda seen: str([(r["run_type"], r["state"]) for r in seen]),
        )
        self._step(f"see {count} {kind} runs of {dag_id}".replace("  ", " "))
        found = [row for row in rows if is_such(row, state, run_type)]
        return [LiveRun(dag_id, row["dag_run_id"]) for row in found]

    def stays(
        self, what: str, probe: Callable[[], T], wanted: T, *, seconds: float
    ) -> None:
        """Look for ``seconds`` and fail as soon as ``probe()`` is not ``wanted``.

        ``what`` is recorded as a step. Only here a scenario spends a fixed time.
        """
        stays(what, probe, lambda seen: seen == wanted, seconds=seconds)
        self._step(f"look for {seconds:g} s: {what}")

    # -- questions -------------------------------------------------------------------

    def runs(self, dag_id: str = "") -> list[Json]:
        """Return the DAG's runs that began in this scenario, oldest first."""
        dag_id = dag_id or self.dag_id
        self.include(dag_id)
        return [
            run
            for run in self.client.runs(dag_id)
            if (run["dag_id"], run["dag_run_id"]) not in self._before
        ]

    def states(self, run: LiveRun) -> dict[str, str | None]:
        """Return the states of the run's tasks; mapped ones are ``task[index]``."""
        return run.states(self.client)

    def xcom(self, run: LiveRun, task_id: str, key: str = "return_value") -> Any:
        """Return an XCom of an unmapped task."""
        path = run_path(run.dag_id, run.run_id, task_id)
        path += f"/xcomEntries/{quoted(key)}"
        return self.client.get(path, deserialize=True)["value"]

    def keep(self, name: str, value: T) -> T:
        """Record a value that a page shows and later runs are compared with."""
        self.values[name] = value
        return value

    def hide(self, text: str) -> None:
        """Leave ``text``, such as a temporary folder, out of the recording."""
        self.hidden.append(text)

    # -- the recording ---------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """Return the scenario as it is recorded, unmasked."""
        story = Story(self.client, self.zero)
        return {
            "kind": "live",
            "dag_id": self.dag_id,
            "steps": self.steps,
            "values": self.values,
            "runs": [story.run(run) for run in self._recorded()],
        }

    def _recorded(self) -> Iterable[Json]:
        def order(run: Json) -> str:
            # Tasks that run side by side trigger their runs in any order.
            triggered = run["run_type"] == "operator_triggered"
            return json.dumps(run["conf"], sort_keys=True) if triggered else ""

        for dag_id in sorted(self._dags):
            yield from sorted(self.runs(dag_id), key=order)
