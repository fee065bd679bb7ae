"""Mark a running task as failed to stop it, and see what stops with it.

A pump waters a greenhouse. It is a process of its own and stands for a job on another
machine: it does not end with the process of the task. The operator ``Water`` stops it
in ``on_kill``. The sister ``__unheard`` does the same work in a function, which has no
``on_kill``, and its water runs on.
"""

import logging
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import BaseOperator, Param, PokeReturnValue, dag, task

log = logging.getLogger(__name__)

STEM = "16_07_02_marking_success_failure_subtask_2"
# One litre is one byte on the meter. It ends by itself after five minutes.
PUMP = """
for tick in $(seq 6000); do
    if [ $(wc -c < "$1") -lt "$2" ]; then printf . >> "$1"; else touch "$1.dry"; fi
    sleep 0.05
done
"""


class Pump:
    """A pump that is on while the block lasts, unless somebody stops it earlier."""

    def __init__(self, house: str, run_id: str, tank: int) -> None:
        self.folder = Path(tempfile.gettempdir(), house)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lease = self.folder / "lease"  # says who has the pump
        self.meter = self.folder / f"{run_id}.meter"
        self.meter.touch()
        self.dry = self.folder / f"{run_id}.meter.dry"
        self.run_id, self.tank = run_id, tank
        self.on = self.stopped = False

    # --8<-- [start:lease]
    def __enter__(self) -> None:
        try:
            lease = self.lease.open("x")  # made by one, or not at all
        except FileExistsError:
            holder = self.lease.read_text().split()[0]
            log.warning("%s has the pump", holder)
            raise RuntimeError(f"{holder} has the pump") from None
        with lease:
            command = ["sh", "-c", PUMP, "pump", self.meter, str(self.tank)]
            nothing = subprocess.DEVNULL
            self.process = subprocess.Popen(
                command, start_new_session=True, stdout=nothing, stderr=nothing
            )
            lease.write(f"{self.run_id} {self.process.pid}")
        self.on = True

    # --8<-- [end:lease]
    # --8<-- [start:pump]
    def __exit__(self, *error) -> None:
        self.stop()
        self.process.wait()

    def stop(self) -> None:
        """Turn the pump off and give it back; a signal may do so at any time."""
        self.stopped = True
        if self.on:
            self.on = False
            self.process.kill()
            self.lease.unlink()

    # --8<-- [end:pump]


# --8<-- [start:water]
def water(pump: Pump, params) -> int:
    """Return the litres that were given, when they are enough."""
    wanted = params["litres"]
    with pump:
        while (litres := pump.meter.stat().st_size) < wanted:
            if pump.stopped:
                raise RuntimeError(f"stopped after {litres} of {wanted} litres")
            if pump.dry.exists() and not params["wait"]:
                raise RuntimeError(f"the tank is dry after {litres} of {wanted} litres")
            time.sleep(0.05)
        return litres


# --8<-- [end:water]


# --8<-- [start:on-kill]
class Water(BaseOperator):
    """Water a greenhouse, and stop the pump when the task is stopped."""

    def __init__(self, *, house: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.house = house

    def execute(self, context) -> int:
        params = context["params"]
        self.pump = Pump(self.house, context["run_id"], params["tank"])
        return water(self.pump, params)

    def on_kill(self) -> None:
        log.warning("told to stop: the pump is turned off")
        self.pump.stop()


# --8<-- [end:on-kill]


# --8<-- [start:told]
def told(what: str):
    """Return a callback that leaves a line for the gardener."""

    def callback(context) -> None:
        with Path(tempfile.gettempdir(), "gardener").open("a") as book:
            book.write(f"{context['run_id']}: {what}, {context['exception']}\n")

    return callback


# --8<-- [end:told]
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
    "params": {
        "litres": Param(20, type="integer", minimum=1),
        "tank": Param(5, type="integer", minimum=0, description="litres in it"),
        "wait": Param(False, type="boolean", description="for rain, the pump on"),
    },
}
# --8<-- [start:retries]
STUBBORN = {
    "retries": 1,
    "retry_delay": timedelta(seconds=1),
    "on_retry_callback": told("try again"),
    "on_failure_callback": told("failed"),
}
# --8<-- [end:retries]


# --8<-- [start:report]
@task.sensor(trigger_rule="all_done", poke_interval=1, timeout=300)
def report(house: str, run_id: str, ti) -> PokeReturnValue:
    """Wait until nobody has the pump; tell how the watering ended, and the meter."""
    folder = Path(tempfile.gettempdir(), house)
    given_back = not (folder / "lease").exists()
    litres = (folder / f"{run_id}.meter").stat().st_size
    states = ti.get_task_states(ti.dag_id, task_ids=["water"], run_ids=[run_id])
    if not given_back:
        log.info("the pump has not been given back")
    return PokeReturnValue(given_back, xcom_value=states[run_id] | {"litres": litres})


# --8<-- [end:report]


@task
def fertilise(litres: int) -> str:
    """Return the fertiliser for that much water, 3 g a litre."""
    return f"{3 * litres} g"


# --8<-- [start:dags]
@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def greenhouse():
    watered = Water(task_id="water", house="tomatoes", **STUBBORN)
    watered >> report("tomatoes")
    fertilise(watered.output)


@dag(dag_id=f"{STEM}__unheard", **COMMON)
def greenhouse_without_on_kill():
    @task(task_id="water", **STUBBORN)
    def water_by_function(params, run_id: str) -> int:
        return water(Pump("melons", run_id, params["tank"]), params)

    watered = water_by_function()
    watered >> report("melons")
    fertilise(watered)


# --8<-- [end:dags]
green = greenhouse()
greenhouse_without_on_kill()

if __name__ == "__main__":
    green.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
