"""What an example's test holds in its hand: the fixture ``example``.

Every scenario that a test makes is recorded under its name, and compared with the
committed recording when the test's own assertions have passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from dagbook.project import ExamplePaths
from dagbook.running.api_server import ApiServer
from dagbook.running.dag_test import LIMIT, LOGICAL_DATE, RUN_AFTER, load, test_run
from dagbook.running.hands import Hands
from dagbook.running.results import Run
from dagbook.running.scenario import Scenario


class Example:
    """The example that a test module is about.

    Args:
        scratch: an empty folder; the working folder and ``TMPDIR`` of the test.
        server: gives the API server, starting it at the first call.
    """

    def __init__(
        self, paths: ExamplePaths, home: Path, scratch: Path, server: Any
    ) -> None:
        self.paths = paths
        self.home = home
        self.scratch = scratch
        self._server = server
        self.server: ApiServer | None = None
        self.hands: list[str] = []
        self._hands: Hands | None = None
        self.scenarios: dict[str, Scenario] = {}
        self._dags: dict[str, Any] | None = None
        self._module: ModuleType | None = None
        self._people: dict[str, dict[str, Any]] = {}

    @property
    def stem(self) -> str:
        """The file's name without ``.py``: the DAG's id."""
        return self.paths.stem

    @property
    def dags(self) -> dict[str, Any]:
        """The file's DAGs by id, parsed afresh for this test and in its database."""
        if self._dags is None:
            self._dags, self._module = load(self.paths.dag)
            self._hands = Hands(self)
        return self._dags

    def close(self) -> None:
        """Let go of what was opened."""
        if self._hands is not None:
            self._hands.close()

    @property
    def dag(self) -> Any:
        """The DAG that carries the file's name."""
        return self.dags[self.stem]

    def sibling(self, role: str) -> Any:
        """Return the DAG ``<stem>__<role>`` of the same file."""
        return self.dags[f"{self.stem}__{role}"]

    def ticks(
        self, start: str, count: int = 5, role: str = ""
    ) -> list[dict[str, str | None]]:
        """Return the next runs of a DAG by its own timetable, as the scheduler has it.

        Args:
            start: runs before this instant (ISO 8601 with an offset) are left out.
            count: at most this many.
            role: of the sibling ``<stem>__<role>``.

        Returns:
            Rows of ``logical_date``, ``start``, ``end`` and ``run_after``.
        """
        from dagbook.airflow_compat import DagSerialization
        from dagbook.parsing.describe import ticks

        dag = self.sibling(role) if role else self.dag
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        return ticks(stored, start, count)

    @property
    def module(self) -> ModuleType:
        """The example as an imported module, to call its functions."""
        assert self.dags is not None
        assert self._module is not None
        return self._module

    @property
    def api(self) -> ApiServer:
        """The real REST API; from now on connection ``airflow_api`` leads to it."""
        assert self.dags is not None  # the API can only speak of DAGs that are written
        server: ApiServer = self._server()
        self.server = server
        return server

    def folders(self) -> dict[str, str]:
        """Return folders that must not appear in a recording, with their names."""
        return {
            str(self.scratch): "<tmp>",
            str(self.home): "<airflow_home>",
            str(self.paths.project.root): "<project>",
            # A mutant lies elsewhere, and its recording must not differ by that.
            str(self.paths.dag.parent): f"<project>/dags/{self.paths.folder}",
        }

    def scenario(self, name: str) -> Scenario:
        """Begin a scenario, or return it when this test has begun it already."""
        return self.scenarios.setdefault(name, Scenario(self, name))

    def run(
        self,
        scenario: str = "default",
        *,
        role: str = "",
        logical_date: datetime | None = LOGICAL_DATE,
        run_after: datetime = RUN_AFTER,
        conf: dict[str, Any] | None = None,
        mark_success: str | None = None,
        limit: float = LIMIT,
    ) -> Run:
        """Run a DAG of the file by ``dag.test()``, record it and return the result.

        Args:
            scenario: the name of the recording.
            role: run the sibling ``<stem>__<role>``; default: the file's DAG.
            logical_date: ``None`` for a manual run as the UI starts it.
            run_after: "now" as the run knows it.
            conf: the run's conf.
            mark_success: regular expression of task ids that are marked and not run.
            limit: wall-clock seconds.

        Raises:
            TimeoutError: not over within ``limit``.
            ParamValidationError: Airflow refused ``conf``; the refusal is recorded.
        """
        from dagbook.running.collect import collect, plain
        from dagbook.running.observer import described, observing

        dag = self.sibling(role) if role else self.dag
        kept = self.scenario(scenario)
        if kept.run_data is not None:
            raise ValueError(f"scenario {scenario!r} has a run already")
        assert self._hands is not None
        earlier = any(one.run_data for one in self.scenarios.values())
        # A run leaves traces of every kind, which say no more than that it was.
        hands = ["earlier run"] if earlier else [*self.hands, *self._hands.seen()]
        hands += ["mark_success"] if mark_success else []
        changes = self.server.changes if self.server else 0
        with observing(self.paths.dag) as observer:
            try:
                run, seconds = test_run(
                    dag,
                    logical_date=logical_date,
                    run_after=run_after,
                    conf=conf,
                    mark_success=mark_success,
                    limit=limit,
                )
            except Exception as error:
                kept.run_data = {
                    "kind": "refused",
                    "dag_id": dag.dag_id,
                    "conf": plain(conf or {}),
                    "error": described(error),
                    **({"hands": hands} if hands else {}),
                }
                raise
        kept.run_data = collect(dag, run.run_id, observer.seen, seconds)
        hands += ["requests"] if self.server and self.server.changes > changes else []
        if hands:
            kept.run_data["hands"] = hands
        if self._people:
            kept.run_data["answers"] = {"people": plain(self._people)}
        return Run(kept.run_data)

    @contextmanager
    def answers(
        self,
        children: dict[str, list[str]] | None = None,
        people: dict[str, dict[str, Any]] | None = None,
    ) -> Iterator[Any]:
        """Answer for child runs and for people while the block runs.

        What people answered is recorded with the runs, for parity to answer the same.
        See :class:`dagbook.running.responder.Answers`.
        """
        from dagbook.running.responder import Answers, responding

        with ExitStack() as stack:
            client = stack.enter_context(self.api.client("admin"))
            stack.callback(setattr, self, "_people", self._people)
            self._people = dict(people or {})
            yield stack.enter_context(
                responding(client, Answers(children or {}, people or {}))
            )
