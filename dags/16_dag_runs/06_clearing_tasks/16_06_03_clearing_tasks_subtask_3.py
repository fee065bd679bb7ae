"""Clear a task that is at work: what its process still does, who gives back the key.

Three cranes unload a ship. Whoever works in a hold has its key, a lock on disk. The
cranes differ in what they do when Airflow tells their process to stop: nothing, give
the key back at once, or stop before the next lift. The sister ``__ask`` clears them,
and leaves a crane that is at work alone unless it is told to use force.
"""

import logging
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import BaseOperator, Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

SHIP = "16_06_03_clearing_tasks_subtask_3"
TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
CONTAINERS = {  # kilograms
    "fore": [21400, 18250, 9900],
    "mid": [30480, 27110],
    "aft": [24000, 15020, 12600],
}


class NotAllowedError(Exception):
    """This process may not work in the hold, or not any longer."""


# --8<-- [start:superseded]
def superseded(holder: str, me: str) -> bool:
    """Tell whether the holder is an earlier try of the same task instance."""
    his_run, _, his_try = holder.rpartition(" try ")
    my_run, _, my_try = me.rpartition(" try ")
    return his_run == my_run and int(his_try) < int(my_try)


# --8<-- [end:superseded]


class Crane(BaseOperator):
    """Lift the containers of a hold until it is closed."""

    template_fields = ("hold",)

    def __init__(self, *, hold: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.hold = hold  # a folder with a file for each container

    # --8<-- [start:execute]
    def execute(self, context) -> dict[str, int]:
        ti = context["ti"]
        self.me = f"{ti.run_id} try {ti.try_number}"
        self.told_to_stop = False
        self.take_key()
        try:
            return self.unload()
        finally:
            self.give_back()
            self.note("finally")

    def unload(self) -> dict[str, int]:
        while not self.told_to_stop:
            closed = Path(self.hold, "closed").exists()
            boxes = sorted(Path(self.hold).glob("*.kg"))
            lifted = {box.stem: int(box.read_text()) for box in boxes}
            if closed:
                return lifted
            has_key = self.holder() == self.me
            words = "waits" if has_key else "works on without the key"
            if self.note(words):
                log.info("%s %s", self.task_id, words)
            time.sleep(0.1)
        raise NotAllowedError("told to stop")

    # --8<-- [end:execute]

    # --8<-- [start:key]
    def take_key(self) -> None:
        try:
            os.symlink(self.me, f"{self.hold}/key")  # made whole, or not at all
        except FileExistsError:
            if not superseded(self.holder(), self.me):
                log.warning("the key of %s is taken", self.task_id)
                raise NotAllowedError(f"{self.holder()} has the key") from None
            os.symlink(self.me, f"{self.hold}/copy")
            os.replace(f"{self.hold}/copy", f"{self.hold}/key")
            self.note("takes the key over")
        else:
            self.note("takes the key")

    def give_back(self) -> None:
        if self.holder() == self.me:
            os.unlink(f"{self.hold}/key")

    def holder(self) -> str:
        key = f"{self.hold}/key"
        return os.readlink(key) if os.path.lexists(key) else ""

    # --8<-- [end:key]

    def note(self, words: str) -> bool:
        """Add a line to the logbook of the hold, unless it is there already."""
        line = f"try {self.me.rpartition(' ')[2]} {words}\n"
        with Path(self.hold, "logbook").open("a+") as book:
            book.seek(0)
            return line not in book.readlines() and book.write(line) > 0


# --8<-- [start:on-kill]
class HastyCrane(Crane):
    """Gives the key back when it is told to stop, and does not stop."""

    def on_kill(self) -> None:
        self.give_back()
        self.note("on_kill")


class HeedfulCrane(Crane):
    """Stops when it is told to, and gives the key back when it has stopped."""

    def on_kill(self) -> None:
        self.told_to_stop = True
        self.note("on_kill")


# --8<-- [end:on-kill]
CRANES = {"fore": Crane, "mid": HastyCrane, "aft": HeedfulCrane}


@dag(
    dag_id=SHIP,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"open": Param([], type="array", items={"enum": list(CRANES)})},
)
def ship():
    @task
    def dock(params) -> str:
        """Put the containers into the holds, and close those that are complete."""
        quay = Path(tempfile.gettempdir(), "quay")
        for name, weights in CONTAINERS.items():
            hold = quay / name
            hold.mkdir(parents=True, exist_ok=True)
            for number, kg in enumerate(weights):
                (hold / f"{name}{number}.kg").write_text(str(kg))
            (hold / "logbook").write_text("")
            (hold / "closed").unlink(missing_ok=True)
            if name not in params["open"]:
                (hold / "closed").touch()
        return str(quay)

    @task
    def tally(lifted: list[dict[str, int]]):
        weights = [kg for hold in lifted for kg in hold.values()]
        return {"containers": len(weights), "kg": sum(weights)}

    @task
    def logbooks(quay: str):
        return {n: Path(quay, n, "logbook").read_text().splitlines() for n in CRANES}

    # --8<-- [start:cranes]
    quay = dock()
    cranes = [
        crane(
            task_id=name,
            hold=f"{{{{ ti.xcom_pull(task_ids='dock') }}}}/{name}",
            retries=1,
            retry_delay=timedelta(seconds=1),
        )
        for name, crane in CRANES.items()
    ]
    quay >> cranes >> logbooks(quay)
    tally([crane.output for crane in cranes])
    # --8<-- [end:cranes]


@dag(
    dag_id=f"{SHIP}__ask",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"run_id": Param(type="string"), "force": False},
)
def ask_first():
    @task
    def ask(params):
        """Clear the cranes, and return the states that they have then."""
        access = Connection.get("airflow_api")
        base = f"{access.schema}://{access.host}:{access.port}"
        account = {"username": access.login, "password": access.password}
        answer = httpx.post(f"{base}/auth/token", json=account).raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        # --8<-- [start:ask]
        body = {
            "dry_run": False,
            "only_failed": False,
            "dag_run_id": params["run_id"],
            "task_ids": list(CRANES),
            "include_downstream": True,
            "prevent_running_task": not params["force"],
        }
        url = f"{base}/api/v2/dags/{SHIP}/clearTaskInstances"
        answer = httpx.post(url, json=body, headers=headers)
        if answer.status_code == 409:
            log.warning("a crane is at work: left alone, and nothing was cleared")
            raise AirflowSkipException(answer.json()["detail"])
        if answer.is_client_error:
            raise AirflowFailException(answer.json()["detail"])
        cleared = answer.raise_for_status().json()["task_instances"]
        return {ti["task_id"]: ti["state"] for ti in cleared}
        # --8<-- [end:ask]

    ask()


ship_dag = ship()
ask_first()

if __name__ == "__main__":
    ship_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
