"""What a value of ``params`` is after a template: a string, itself, or something else.

One parcel, four ways into a task: rendered as text, rendered natively, taken from
``params`` without any template, and through the environment of a shell command. The
sister ``__native`` renders natively by default, and ``__missing`` asks for a key that
nobody declared.
"""

import json

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, literal, task

TAGS = ["reference", "control", "beginner", "success", "16.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PARCEL = {
    "sizes": ["M", "L"],
    "grams": 1200,
    "express": False,
    "shelf": "42",
    "postcode": "01067",
    "remark": "None",
}
# --8<-- [start:templates]
TEMPLATES = {name: f"{{{{ params.{name} }}}}" for name in PARCEL}
# --8<-- [end:templates]


# --8<-- [start:types]
@task
def types(parcel: dict) -> dict:
    """Return each value with the name of the type that arrived."""
    return {name: [type(v).__name__, v] for name, v in parcel.items()}


# --8<-- [end:types]


@dag(
    dag_id="16_04_04_dag_run_conf_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARCEL,
)
def parcel():
    # --8<-- [start:modes]
    types.override(task_id="as_text")(TEMPLATES)
    types.override(task_id="natively", render_template_as_native_obj=True)(TEMPLATES)
    # --8<-- [end:modes]

    # --8<-- [start:untouched]
    @task
    def weigh(params) -> dict:
        grams = params["grams"] * len(params["sizes"])
        return {"grams": grams, "priority": "high" if params["express"] else "low"}

    # --8<-- [end:untouched]

    # --8<-- [start:shell]
    carrier = BashOperator(
        task_id="carrier",
        bash_command='printf "%s" "$SIZES"',
        env={"SIZES": "{{ params.sizes | tojson }}"},
    )

    @task
    def packages(text: str) -> list[str]:
        return [f"package {size}" for size in json.loads(text)]

    packages(carrier.output)
    # --8<-- [end:shell]

    # --8<-- [start:literal]
    @task
    def label(letter: str, params) -> str:
        return letter.replace("{{ postcode }}", params["postcode"])

    label(literal("To {{ postcode }}"))
    # --8<-- [end:literal]
    weigh()


@dag(
    dag_id="16_04_04_dag_run_conf_subtask_4__native",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARCEL,
    render_template_as_native_obj=True,
)
def native():
    # --8<-- [start:native]
    types.override(task_id="no_braces")({"shelf": "42", "rack": "1_000"})
    types.override(task_id="protected")(
        {"shelf": literal("42"), "remark": "{{ [params.remark] }}"}
    )
    # --8<-- [end:native]

    # --8<-- [start:opt-out]
    as_text = types.override(render_template_as_native_obj=False)
    as_text.override(task_id="text_of_text")({"shelf": "{{ params.shelf }}"})
    as_text.override(task_id="text_of_number")({"grams": "{{ params.grams }}"})
    # --8<-- [end:opt-out]


@dag(
    dag_id="16_04_04_dag_run_conf_subtask_4__missing",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARCEL,
)
def missing():
    # --8<-- [start:missing]
    types.override(task_id="no_such_key")({"depot": "{{ params.depot }}"})
    types.override(task_id="with_default")(
        {"depot": "{{ params.depot | default('Jena') }}"}
    )
    # --8<-- [end:missing]


parcel_dag = parcel()
native()
missing()

if __name__ == "__main__":
    parcel_dag.test(run_conf={"grams": 900})
