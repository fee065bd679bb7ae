"""A recording holds what the example returned, whatever the values are called."""

from dagbook.recording import file as recording

SHIFT = """\
import pendulum
from airflow.sdk import DAG, task

with DAG(
    "98_03_01_shift",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
):

    @task
    def shift():
        return {"start": 5, "stop": 9, "duration": 2, "pid": 7, "hostname": "db"}

    shift()
"""


def test_a_changed_start_or_duration_of_the_example_is_recorded(written):
    def recorded(text):
        example = written("98_03_01_shift", text)
        example.run()
        return example.scenario("default").data()

    old = recorded(SHIFT)
    new = recorded(SHIFT.replace('"start": 5', '"start": 7'))

    own = {"stop": 9, "duration": 2, "pid": 7, "hostname": "db"}
    assert old["tasks"][0]["xcoms"]["return_value"] == {"start": 5, **own}
    assert recording.comparable(new) != recording.comparable(old)
    kept = recording.keep_noise(new, old)
    assert kept["tasks"][0]["xcoms"]["return_value"] == {"start": 7, **own}
    assert kept["tasks"][0]["tries"] == old["tasks"][0]["tries"]


def test_what_an_example_measures_is_masked_where_its_test_says_so(written):
    example = written("98_03_01_shift", SHIFT)
    scenario = example.scenario("default")
    scenario.varies("duration")
    example.run()
    scenario.keep("rows", [{"duration": 0.31, "start": 5}])

    data = scenario.data()
    assert data["tasks"][0]["xcoms"]["return_value"]["duration"] == "<duration>"
    assert data["values"]["rows"] == [{"duration": "<duration>", "start": 5}]
    assert isinstance(data["duration"], float)


SETS = """\
import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, task

NAMES = ["mail", "fax", "post", "pigeon", "print_out", "phone"]

with DAG(
    "98_03_02_branch",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
):

    @task.branch
    def choose():
        return NAMES[:5]

    choose() >> [EmptyOperator(task_id=name) for name in NAMES]

    @task(outlets=[Asset(name) for name in NAMES])
    def write():
        pass

    write()
"""


def test_what_airflow_writes_from_sets_has_one_order_with_any_hash_seed(written):
    run = written("98_03_02_branch", SETS).run()

    followed = ["fax", "mail", "pigeon", "post", "print_out"]
    assert run.task("choose").xcoms["skipmixin_key"] == {"followed": followed}
    assert [event["asset"] for event in run.asset_events] == sorted(
        [*followed, "phone"]
    )


def test_triggered_runs_have_one_order_whatever_the_random_end_of_their_ids(written):
    scenario = written("98_03_01_shift", SHIFT).scenario("default")
    now = scenario.masker.began.isoformat()

    def recorded(ends):
        runs = [
            {"dag_id": "order", "run_id": f"manual__{now}_{end}", "conf": {"order": n}}
            for end, n in sorted(zip(ends, (1, 2, 3), strict=True))
        ]
        scenario.run_data = {"kind": "run", "runs": runs}
        return scenario.data()["runs"]

    one = recorded(["aaaaaaaa", "bbbbbbbb", "cccccccc"])
    assert [run["conf"]["order"] for run in one] == [1, 2, 3]
    assert recorded(["cccccccc", "aaaaaaaa", "bbbbbbbb"]) == one
