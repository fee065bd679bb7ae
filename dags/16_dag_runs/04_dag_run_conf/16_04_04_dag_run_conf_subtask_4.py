"""Show the type in which a value of params arrives: text, native or direct.

The second DAG sets native rendering for all its tasks.
"""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, literal, task

STEM = "16_04_04_dag_run_conf_subtask_4"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.4"],
    "params": {
        "sizes": ["M", "L"],
        "shelf": "42",
        "express": False,
        "remark": "None",
        "zip": "01067",
    },
}
ALL = [f"{{{{ params.{name} }}}}" for name in COMMON["params"]]


@task
def show(value) -> str:
    return f"{type(value).__name__}: {value!r}"


@task
def show_all(values: list) -> list[str]:
    return [show.function(value) for value in values]


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def parcels():
    # --8<-- [start:answer]
    show.override(task_id="text")("{{ params.sizes }}")  # "['M', 'L']"
    native = show.override(render_template_as_native_obj=True)
    native.override(task_id="native")("{{ params.sizes }}")  # ['M', 'L']
    native.override(task_id="number")("{{ params.shelf }}")  # 42, was "42"
    native.override(task_id="kept")("{{ params.shelf | tojson }}")  # "42"
    # --8<-- [end:answer]

    show_all.override(task_id="all_text")(ALL)
    show_all.override(task_id="all_native", render_template_as_native_obj=True)(ALL)

    @task
    def all_params(params) -> list[str]:
        return show_all.function(params.values())

    # --8<-- [start:shell]
    BashOperator(
        task_id="shell",
        bash_command='echo "$SIZES"',
        env={"SIZES": "{{ params.sizes | tojson }}"},
    )
    # --8<-- [end:shell]
    all_params(), native.override(task_id="run_after")("{{ dag_run.run_after }}")


@dag(dag_id=f"{STEM}__native", render_template_as_native_obj=True, **COMMON)
def native_parcels():
    show.override(task_id="run_after")("{{ dag_run.run_after }}")
    show.override(task_id="no_braces")("42")
    show.override(task_id="protected")(literal("42"))
    # --8<-- [start:missing]
    show.override(task_id="bare")("{{ params.depot }}")
    show.override(task_id="in_text")("to {{ params.depot }}")
    # --8<-- [end:missing]
    as_text = show.override(render_template_as_native_obj=False)
    as_text.override(task_id="opt_out")("{{ params.sizes }}")


parcels_dag = parcels()
native_parcels()

if __name__ == "__main__":
    parcels_dag.test(logical_date=None)
