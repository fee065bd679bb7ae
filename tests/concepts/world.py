"""Airflow without its processes: the test calls what each of them would call.

Nothing of Airflow is replaced. The scheduler is its own ``SchedulerJobRunner``, whose
loop the test takes one step at a time; its executor accepts workloads and is never
started, so that the test is the worker; the worker speaks to the real Task Execution
API; people speak to the real REST API. A trigger in SQLite writes down each change of
state, so that no change goes unseen.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from records import Records

#: When all DAGs of these tests begin.
START = pendulum.datetime(2026, 5, 1, tz="UTC")
BUNDLE = "dags-folder"


class World(Records):
    """One test's Airflow.

    Args:
        harness: the process's harness, for the REST API.
    """

    def __init__(self, harness: Any) -> None:
        from airflow.dag_processing.bundles.manager import DagBundlesManager
        from airflow.models.pool import Pool

        self.harness = harness
        super().__init__(harness.home)
        self._scheduler: Any = None
        self._api: Any = None
        with self.session() as session:
            DagBundlesManager().sync_bundles_to_db(session=session)
            if not session.query(Pool).filter(Pool.pool == "default_pool").count():
                Pool.create_or_update_pool(
                    "default_pool", 128, "", False, session=session
                )

    def close(self) -> None:
        from airflow import settings

        if settings.Session is not None:
            settings.Session.remove()

    # ---- what the dag processor does -------------------------------------------

    def sync(self, *dags: Any, paused: bool | None = False) -> None:
        """Write DAGs to the database as the dag processor does, and unpause them.

        Args:
            dags: to write.
            paused: what to do then; ``None`` leaves them as Airflow made them.
        """
        from airflow.dag_processing.collection import update_dag_parsing_results_in_db
        from airflow.models.dag import DagModel
        from airflow.serialization.serialized_objects import LazyDeserializedDAG

        for dag in dags:
            dag.relative_fileloc = "concepts.py"
        with self.session() as session:
            errors: dict[Any, str] = {}
            update_dag_parsing_results_in_db(
                bundle_name=BUNDLE,
                bundle_version=None,
                dags=[LazyDeserializedDAG.from_dag(dag) for dag in dags],
                import_errors=errors,
                parse_duration=None,
                warnings=set(),
                session=session,
            )
            assert errors == {}
            for dag in dags if paused is not None else ():
                session.get(DagModel, dag.dag_id).is_paused = paused

    def pause(self, dag_id: str, paused: bool = True) -> None:
        from airflow.models.dag import DagModel

        with self.session() as session:
            session.get(DagModel, dag_id).is_paused = paused

    # ---- what the scheduler does -----------------------------------------------

    @property
    def scheduler(self) -> Any:
        if self._scheduler is None:
            from airflow.callbacks.database_callback_sink import DatabaseCallbackSink
            from airflow.executors.local_executor import LocalExecutor
            from airflow.jobs.job import Job
            from airflow.jobs.scheduler_job_runner import SchedulerJobRunner

            job = Job()
            with self.session() as session:
                session.add(job)
                session.flush()
                session.expunge_all()
            self.executor = LocalExecutor(parallelism=32)
            self.executor.job_id = job.id
            self.executor.callback_sink = DatabaseCallbackSink()
            self._scheduler = SchedulerJobRunner(job=job, executors=[self.executor])
        return self._scheduler

    def step(self, times: int = 1) -> None:
        """Let the scheduler make one round of decisions, or several."""
        for _ in range(times):
            with self.session() as session:
                self.scheduler._do_scheduling(session)

    def workloads(self) -> list[Any]:
        """Return what the scheduler has handed to the executor and nobody has run."""
        return list(self.executor.queued_tasks.values())

    # ---- what the worker does --------------------------------------------------

    @property
    def execution(self) -> Any:
        """A client of the Task Execution API, in this process."""
        if self._api is None:
            import httpx
            from airflow.sdk.execution_time.supervisor import in_process_api_server

            self._api = httpx.Client(
                transport=in_process_api_server().transport,
                base_url="http://in-process.invalid./",
            )
        return self._api

    def begin(self, task_id: str, map_index: int = -1, run_id: str | None = None):
        """Report that a worker has started a task; return the server's answer."""
        ti = self.ti(task_id, map_index, run_id)
        self.executor.queued_tasks.pop(ti.key, None)
        body = {
            "state": "running",
            "hostname": "worker",
            "unixname": "worker",
            "pid": 1,
            "start_date": _now(),
        }
        return self.execution.patch(f"/task-instances/{ti.id}/run", json=body)

    def report(
        self,
        task_id: str,
        state: str,
        map_index: int = -1,
        run_id: str | None = None,
        **more: Any,
    ):
        """Report another state of a task; return the server's answer."""
        ti = self.ti(task_id, map_index, run_id)
        body: dict[str, Any] = {"state": state, **more}
        if state not in ("deferred", "up_for_reschedule", "awaiting_input"):
            body.setdefault("end_date", _now())
        return self.execution.patch(f"/task-instances/{ti.id}/state", json=body)

    def work(self, task_id: str, state: str = "success", **where: Any) -> None:
        """Begin and end a task that the scheduler has queued."""
        begun = self.begin(task_id, **where)
        assert begun.status_code == 200, begun.text
        ended = self.report(task_id, state, **where)
        assert ended.status_code == 204, ended.text

    def finish(self, state: str = "success", rounds: int = 20, **other: str) -> None:
        """Let scheduler and worker go on until no run is unfinished.

        Args:
            state: in which each task ends.
            rounds: how many decisions of the scheduler at most.
            other: ends of single tasks by their id.
        """
        for _ in range(rounds):
            self.step()
            waiting = self.workloads()
            for workload in waiting:
                ti = workload.ti
                where = {"map_index": ti.map_index, "run_id": ti.run_id}
                self.work(ti.task_id, other.get(ti.task_id, state), **where)
            if not waiting and not self._unfinished():
                return
        raise AssertionError(f"not finished after {rounds} rounds: {self.states()}")

    def _unfinished(self) -> bool:
        return any(run.state in ("queued", "running") for run in self.runs())

    # ---- what people do --------------------------------------------------------

    @property
    def rest(self) -> Any:
        """A client of the REST API as the user ``admin``."""
        return self.harness.api().client("admin")

    def trigger(self, dag_id: str, **body: Any) -> Any:
        """Start a run through the REST API and return it.

        It may start at once: the scheduler compares with whole seconds on SQLite.
        """
        past = ago(seconds=5).isoformat()
        answer = self.rest.post(
            f"/api/v2/dags/{dag_id}/dagRuns",
            json={"logical_date": None, "run_after": past, **body},
        )
        assert answer.status_code == 200, answer.text
        return self.run(answer.json()["dag_run_id"])

    def clear(self, dag_id: str, **body: Any) -> Any:
        """Clear task instances through the REST API and return the answer."""
        asked = {"dry_run": False, "only_failed": False, **body}
        return self.rest.post(f"/api/v2/dags/{dag_id}/clearTaskInstances", json=asked)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def ago(**parts: float) -> datetime:
    """Return an instant in the past."""
    return datetime.now(UTC) - timedelta(**parts)
