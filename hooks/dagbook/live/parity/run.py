"""The engine of parity: many runs at once on one Airflow, awaited together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from dagbook.live.client import ApiError, Json, run_path
from dagbook.live.history import Story, moment
from dagbook.live.parity import cleanup
from dagbook.live.parity.chain import Chain, run_id
from dagbook.live.parity.compare import compare
from dagbook.live.parity.plan import PLAIN, Plan, Request
from dagbook.live.runs import FINISHED, LiveRun, describe, label
from dagbook.live.servers.cluster import Cluster
from dagbook.live.servers.deployment import end_run, execute

AT_ONCE = 10
RUN_LIMIT = 90.0
POLL = 0.5

# Seconds that runs of an example may go on after the one that counts, and seconds for
# their tasks to be gone once they were ended.
SETTLE, LET_GO = 40.0, 5.0

# Seconds until the executor, too, has reported the end of the last task.
REST = 2.0

# Seconds until a DAG file must be registered: for the first, and for each more.
PARSE_LIMIT, PARSE_EACH = 90.0, 4.0

UNSCHEDULE = "UPDATE dag SET next_dagrun_create_after = NULL WHERE dag_id = :dag_id"

# Queued and running runs by DAG and run id.
Unfinished = dict[tuple[str, str], Json]


class Parity:
    """Runs plans on a started cluster that loads their DAG files."""

    def __init__(self, cluster: Cluster, progress: Callable[[str], None]) -> None:
        self.cluster = cluster
        self.client = cluster.client
        self.progress = progress
        self._registered: set[str] = set()

    def run(self, plans: list[Plan]) -> dict[str, Chain]:
        """Trigger all DAGs with nothing, then run all scenarios; return chains by id.

        The first is done without connection ``airflow_api``, as on a plain Airflow.
        """
        cleanup.connect(self.cluster, False)
        done = self._phase({plan.item.id: plan for plan in plans}, plain=True)
        cleanup.connect(self.cluster, True)
        left = {}
        for item_id, chain in done.items():
            # A `default` that needs more than the plain trigger runs with the others.
            every = chain.outcomes
            same = [o for o in every if o.scenario == PLAIN or o.result == "same"]
            chain.outcomes = same
            seen = {one.scenario for one in chain.outcomes}
            rest = [e for e in chain.plan.expected if e.scenario not in seen]
            if rest and not chain.trouble:
                left[item_id] = replace(chain.plan, expected=rest)
        for item_id, chain in self._phase(left, plain=False).items():
            chain.plan = done[item_id].plan
            chain.outcomes = done[item_id].outcomes + chain.outcomes
            chain.began -= done[item_id].seconds
            done[item_id] = chain
        self._rest()
        return done

    def _phase(self, plans: dict[str, Plan], plain: bool) -> dict[str, Chain]:
        """Run the requests of all plans, those that differ once more alone."""
        cleanup.forget(self.cluster)
        done = self._together(list(plans.values()), plain)
        differing = [c for c in done.values() if c.defects and not c.trouble]
        for chain in differing if len(plans) > 1 else []:
            # Another example may have got in its way: once more, with nobody else.
            plan = chain.plan
            self.progress(f"{plan.item.id} once more, alone")
            cleanup.forget(self.cluster)
            names = {o.scenario for o in chain.outcomes if o.defects}
            wrong = [e for e in plan.expected if e.scenario in names]
            again = self._together([replace(plan, expected=wrong)], plain, alone=True)
            kept = [o for o in chain.outcomes if o.scenario not in names]
            chain.outcomes = kept + again[plan.item.id].outcomes
        return done

    def _rest(self) -> None:
        """Leave nothing at work: what comes next has the Airflow to itself."""
        everything = {"dag_id_pattern": "~"}
        self.client.patch("/dags", {"is_paused": True}, **everything)
        for dag_id, name in self._unfinished():
            end_run(self.cluster, dag_id, name)

    def _together(
        self, plans: list[Plan], plain: bool, alone: bool = False
    ) -> dict[str, Chain]:
        """Run the plans; ``alone`` gives each scenario a clean slate."""
        waiting = list(plans)
        active: list[Chain] = []
        done: dict[str, Chain] = {}
        deadline = time.monotonic() + PARSE_LIMIT + PARSE_EACH * len(plans)
        while waiting or active:
            self.cluster.check_alive()
            ready = self._ready(waiting) if len(active) < AT_ONCE else []
            for plan in ready[: AT_ONCE - len(active)]:
                waiting.remove(plan)
                active.append(Chain(plan, plan.requests(plain)))
            for plan in self._broken(waiting, time.monotonic() > deadline):
                waiting.remove(plan)
                done[plan.item.id] = Chain(plan, [], trouble=self._why_not(plan))
                self._tell(done[plan.item.id], len(done), len(plans))
            unfinished = self._unfinished() if active else {}
            for chain in list(active):
                self._advance(chain, unfinished, alone)
                if chain.now is None and not chain.left:
                    active.remove(chain)
                    chain.ended = time.monotonic()
                    done[chain.plan.item.id] = chain
                    self._tell(chain, len(done), len(plans))
            time.sleep(POLL)
        return done

    def _ready(self, waiting: list[Plan]) -> list[Plan]:
        if not waiting:
            return []
        if any(plan.dag_ids - self._registered for plan in waiting):
            self._registered = self.client.dag_ids()
        return [plan for plan in waiting if plan.dag_ids <= self._registered]

    def _broken(self, waiting: list[Plan], late: bool) -> list[Plan]:
        """Return the plans whose DAGs will not come any more."""
        if late or not waiting:
            return list(waiting)
        wrong = self.cluster.import_errors({plan.item.stem for plan in waiting})
        files = {text.split(":")[0] for text in wrong}
        return [plan for plan in waiting if plan.source.name in files]

    def _why_not(self, plan: Plan) -> str:
        missing = ", ".join(sorted(plan.dag_ids - self._registered))
        errors = self.cluster.import_errors({plan.item.stem})
        return f"{missing} is not registered; {'; '.join(errors) or 'no import error'}"

    def _tell(self, chain: Chain, number: int, total: int) -> None:
        results = [outcome.result for outcome in chain.outcomes]
        kinds = [k for k in ("same", "declared", "different") if k in results]
        told = ", ".join(f"{results.count(kind)} {kind}" for kind in kinds)
        told += f" in {chain.seconds:.0f} s"
        self.progress(f"{number}/{total} {chain.plan.item.id}: {told}")
        for defect in chain.defects:
            self.progress(f"    {defect}")
        for outcome in chain.outcomes:
            for line in outcome.seen.splitlines():
                self.progress(f"    {outcome.scenario}, seen: {line.strip()}")

    # -- one example -----------------------------------------------------------------

    def _ready_again(self, chain: Chain) -> None:
        """Undo what an earlier scenario may have done to the example's DAGs."""
        stem = chain.plan.item.stem
        for dag in self.client.pages("/dags", "dags", dag_id_pattern=stem):
            if chain.owns(dag["dag_id"]):
                cleanup.end_backfills(self.client, dag["dag_id"])
                # Until the file is parsed again, its schedule creates no run.
                execute(self.cluster, UNSCHEDULE, dag_id=dag["dag_id"])
                self.client.pause(dag["dag_id"], False)

    def _unfinished(self) -> Unfinished:
        rows = self.client.pages(
            "/dags/~/dagRuns", "dag_runs", state=["queued", "running"], order_by="id"
        )
        return {(row["dag_id"], row["dag_run_id"]): row for row in rows}

    def _advance(self, chain: Chain, unfinished: Unfinished, alone: bool) -> None:
        if chain.run is not None and chain.now is not None:
            over = (chain.run.dag_id, chain.run.run_id) not in unfinished
            if not over and not self._stuck(chain, chain.run):
                return
            self._finish(chain, chain.now, chain.run)
        if chain.now is None and chain.left and self._settled(chain, unfinished):
            if alone:
                cleanup.forget_files(self.cluster)
            chain.now = chain.left.pop(0)
            self._clean(chain.plan)
            self._ready_again(chain)
            self._begin(chain, chain.now)

    def _settled(self, chain: Chain, unfinished: Unfinished) -> bool:
        """Return whether no run of the example goes on; end those that do for long.

        A run must not be deleted while a task of it is under way: the scheduler would
        take the end of that task for the end of its namesake in the next scenario.
        """
        own = [row for (dag_id, _), row in unfinished.items() if chain.owns(dag_id)]
        own = [row for row in own if moment(row["run_after"]) <= datetime.now(UTC)]
        if not own and not chain.forced:
            return time.monotonic() - chain.moved > chain.rest
        if not chain.forced and time.monotonic() - chain.moved > SETTLE:
            chain.forced = time.monotonic()
            for row in own:
                if row["state"] == "running":
                    end_run(self.cluster, row["dag_id"], row["dag_run_id"])
        if chain.forced and time.monotonic() - chain.forced > LET_GO:
            chain.forced = 0.0
            return True
        return False

    def _stuck(self, chain: Chain, run: LiveRun) -> bool:
        """Return whether the run has not moved for as long as ``RUN_LIMIT``."""
        if time.monotonic() - chain.moved < RUN_LIMIT:
            return False
        states = describe(self.client, run)
        if states == chain.states:
            return True
        # A slow machine is no defect: as long as something moves, go on waiting.
        chain.states, chain.moved = states, time.monotonic()
        return False

    def _begin(self, chain: Chain, request: Request) -> None:
        chain.moved, chain.states = time.monotonic(), ""
        data = request[0].data
        try:
            answer = self.client.trigger(
                data["dag_id"],
                logical_date=data.get("logical_date"),
                run_after=data.get("run_after"),
                run_id=run_id(data),
                conf=cleanup.unmasked(self.cluster, data.get("conf") or {}),
            )
        except ApiError as error:
            text = f"{error.status} {error.detail}"
            self._note(chain, request, None, [], lambda: text)
            return
        chain.run = LiveRun(data["dag_id"], answer["dag_run_id"])

    def _finish(self, chain: Chain, request: Request, run: LiveRun) -> None:
        chain.run = None
        # Child runs have names of their own, which the next scenario uses again.
        chain.rest = REST if any(one.data.get("runs") for one in request) else 0.0
        state = self.client.run(run.dag_id, run.run_id)
        tasks = self.client.tasks(run.dag_id, run.run_id)
        self._note(chain, request, state, tasks, lambda: self._seen(run, tasks))
        if state["state"] not in FINISHED:
            # Nobody waits for it any longer: give its slots back.
            end_run(self.cluster, run.dag_id, run.run_id)
            chain.forced = time.monotonic()
        chain.moved = time.monotonic()

    def _seen(self, run: LiveRun, tasks: list[Json]) -> str:
        """Return states and errors, for the message about a defect."""
        story = Story(self.client, datetime.now(UTC))
        lines = [describe(self.client, run)]
        for ti in tasks:
            if ti["state"] == "failed" and (error := story.error(ti)):
                lines.append(f"{label(ti)}: {error['type']}: {error['message']}")
        return "\n  ".join(lines)

    def _note(
        self,
        chain: Chain,
        request: Request,
        run: Json | None,
        tasks: list[Json],
        seen: Callable[[], str],
    ) -> None:
        for expected in request:
            outcome = compare(expected, run, tasks, chain.plan.declared)
            outcome.seen = seen() if outcome.defects else ""
            chain.outcomes.append(outcome)
        chain.now = None

    def _clean(self, plan: Plan) -> None:
        """Remove the runs that an earlier scenario of the example left."""
        stem = plan.item.stem
        for run in self.client.pages(
            "/dags/~/dagRuns", "dag_runs", dag_id_pattern=f"{stem}%", order_by="id"
        ):
            path = f"/api/v2{run_path(run['dag_id'], run['dag_run_id'])}"
            try:
                self.client.request("DELETE", path)
            except ApiError as error:
                if error.status not in (404, 409):
                    raise
