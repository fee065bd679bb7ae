"""A job of three tries, a lost shard, a corrected shard, and a save too rare."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from dagbook.testing.log_trigger import when_logged

# Known without counting: 100 to 999 have one "hundred" each, and all of them but the
# nine round ones an "and".
HUNDREDS, ANDS = 900, 900 - 9
BELOW_100 = 19 + 8 * (1 + 9 * 2)  # one to nineteen, then twenty, twenty-one … each ten
WORDS = 10 * BELOW_100 + 2 * HUNDREDS + ANDS + len(["one", "thousand"])


def store(run, key: str = "") -> str:
    run_url = f"/api/v2/dags/{run.data['dag_id']}/dagRuns/{quote(run.run_id)}"
    return f"{run_url}/taskInstances/count_words/state-store{key}"


# --8<-- [start:resumes]
def test_every_try_goes_on_where_the_last_one_saved(example):
    run = example.run()

    count_words = run.task("count_words")
    assert [one["log"] for one in count_words.tries] == [
        [
            "INFO try 1 starts at shard 0",
            "INFO saved before shard 10",
            "INFO saved before shard 20",
        ],
        [
            "INFO try 2 starts at shard 20",
            "INFO saved before shard 30",
            "INFO saved before shard 40",
        ],
        ["INFO try 3 starts at shard 40", "INFO saved before shard 50"],
    ]
    assert count_words.errors == ["ArchiveClosedError: closed after 28 reads"] * 2
    assert count_words.value["hundred"] == HUNDREDS
    assert count_words.value["and"] == ANDS
    # --8<-- [end:resumes]
    assert count_words.value["thousand"] == 1
    assert count_words.value["one"] == 10 * 9 + 100 + 1
    assert run.value("vocabulary") == {
        "words": WORDS,
        "different": 19 + 8 + 3,
        "most_common": {"hundred": HUNDREDS, "and": ANDS, "one": 191},
    }
    assert run.state == "success"
    assert run.task("file_cheques").log == ["INFO filed 50 shards"]
    assert len(list((example.scratch / "cheques").glob("*.txt"))) == 50


# --8<-- [start:cleaned]
def test_success_leaves_a_receipt_that_expires_and_no_checkpoint(example):
    run = example.run("exact-fit", conf={"every": 28})
    assert run.value("vocabulary")["words"] == WORDS
    assert run.task("count_words").try_number == 2

    s = example.scenario("exact-fit")
    viewer = s.http("viewer", keep=["total_entries"])
    answer = viewer.get(store(run)).json()
    (receipt,) = answer["task_state_store"]
    assert (receipt["key"], receipt["value"]["tries"]) == ("receipt", 2)
    left = datetime.fromisoformat(receipt["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left < timedelta(days=7)

    past = {"value": receipt["value"], "expires_at": "2026-05-02T00:00:00Z"}
    assert s.http("op").put(store(run, "/receipt"), json=past).status_code == 204
    dry_run = s.cli("state-store", "clean", "--dry-run")
    assert "Would delete 1 task state store row(s)" in dry_run.stdout
    assert "key 'receipt'" in dry_run.stdout
    assert s.cli("state-store", "clean").returncode == 0
    assert viewer.get(store(run)).json() == {"task_state_store": [], "total_entries": 0}
    # --8<-- [end:cleaned]
    assert receipt["value"]["shards"] == 50


# --8<-- [start:lost]
def test_a_failed_run_keeps_its_checkpoint_even_when_it_is_cleared(example):
    lost = example.scratch / "cheques" / "25.txt"
    with when_logged(example, "filed", lost.unlink):
        run = example.run("lost-shard")

    count_words = run.task("count_words")
    assert count_words.error.startswith("FileNotFoundError")
    assert (count_words.try_number, count_words.max_tries) == (1, 3)
    assert run.states["vocabulary"] == "upstream_failed"

    s = example.scenario("lost-shard")
    viewer = s.http("viewer", keep=["key", "expires_at"])
    before = viewer.get(store(run, "/checkpoint")).json()
    assert before["value"]["next"] == 20
    assert before["value"]["counts"]["hundred"] == 301  # cheques 1 to 400
    assert before["expires_at"] is None

    cleared = s.http("op", keep=["total_entries"]).post(
        f"/api/v2/dags/{example.stem}/clearTaskInstances",
        json={"dry_run": False, "dag_run_id": run.run_id, "task_ids": ["count_words"]},
    )
    assert cleared.json()["total_entries"] == 1
    assert viewer.get(store(run, "/checkpoint")).json() == before
    # --8<-- [end:lost]
    counts = before["value"]["counts"]
    s.keep("checkpoint", before["value"] | {"counts": {"hundred": counts["hundred"]}})
    assert run.state == "failed"
    assert count_words.log[-1] == "INFO saved before shard 20"


def test_another_run_does_not_see_the_checkpoint(example):
    lost = example.scratch / "cheques" / "25.txt"
    with when_logged(example, "filed", lost.unlink):
        example.run("first-of-two")
    with when_logged(example, "filed", lost.unlink):
        second = example.run(
            "second-of-two",
            logical_date=datetime(2026, 5, 2, tzinfo=UTC),
            run_after=datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
        )

    assert second.states["file_cheques"] == "success"
    assert second.task("count_words").log[0] == "INFO try 1 starts at shard 0"
    assert second.runs[0]["state"] == "failed"


# --8<-- [start:changed]
def test_a_corrected_shard_makes_the_saved_counts_worthless(example):
    def correct() -> None:
        folder = example.scratch / "cheques"
        shard = folder / "03.txt"  # counted and saved already
        shard.write_text(shard.read_text().replace("sixty one", "sixty seven"))
        example.module.write_index(folder)

    with when_logged(example, "saved before shard 20", correct):
        run = example.run("corrected-shard")

    count_words = run.task("count_words")
    assert count_words.tries[1]["log"][:2] == [
        "WARNING shards changed after shard 20 was saved",
        "INFO try 2 starts at shard 0",
    ]
    assert count_words.try_number == 4
    assert (count_words.value["one"], count_words.value["seven"]) == (190, 191)
    # --8<-- [end:changed]
    assert [one["log"][0] for one in count_words.tries[2:]] == [
        "INFO try 3 starts at shard 20",
        "INFO try 4 starts at shard 40",
    ]
    assert run.value("vocabulary")["words"] == WORDS


# --8<-- [start:too-rare]
def test_a_try_that_saves_nothing_is_the_last(example):
    run = example.run("too-rare", conf={"every": 29})

    assert run.task("count_words").errors == [
        "AirflowFailException: no save within 28 reads: lower every=29"
    ]
    assert run.task("count_words").try_number == 1
    # --8<-- [end:too-rare]
    assert run.state == "failed"
    assert run.states["vocabulary"] == "upstream_failed"


@pytest.mark.parametrize("every", [0, "ten"])
def test_a_save_every_0_shards_is_refused_before_the_run(example, every):
    with pytest.raises(ValueError, match="every"):
        example.dag.test(run_conf={"every": every})


def test_the_dag_is_what_the_page_says(example):
    count_words = example.dag.get_task("count_words")
    assert count_words.retries == 3
    assert count_words.retry_delay == timedelta(seconds=1)
    assert count_words.upstream_task_ids == {"file_cheques"}
    assert count_words.downstream_task_ids == {"vocabulary"}
    every = example.dag.params.get_param("every")
    assert (every.value, every.schema["minimum"]) == (10, 1)
    assert (example.dag.schedule, example.dag.catchup) == (None, False)
    assert example.dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1, "one"),
        (19, "nineteen"),
        (20, "twenty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (120, "one hundred and twenty"),
        (342, "three hundred and forty two"),
        (999, "nine hundred and ninety nine"),
        (1000, "one thousand"),
    ],
)
def test_amounts_in_words(example, amount, words):
    assert example.module.in_words(amount) == words


def test_the_edition_follows_the_shards(example):
    folder = example.scratch
    (folder / "00.txt").write_text("one")
    example.module.write_index(folder)
    first = example.module.edition(folder)
    example.module.write_index(folder)
    assert example.module.edition(folder) == first
    (folder / "00.txt").write_text("two")
    assert example.module.edition(folder) == first  # nobody has written the index yet
    example.module.write_index(folder)
    assert example.module.edition(folder) != first
    assert len(first) == 12
