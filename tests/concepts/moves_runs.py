"""What leads to each change of a run."""

from __future__ import annotations

from datetime import timedelta

import dagtest
from beginnings import clear, ended, mark_run, queued
from shapes import chain, single
from world import ago


def run_new_queued(world):
    world.sync(single(schedule="@daily"))
    world.step()


def run_new_running(world):
    dagtest.run(world, "names")


def run_queued_running(world):
    queued(world)


def run_running_success(world):
    ended(world, "success")


def run_running_failed(world):
    ended(world, "failed")


def run_timed_out(world):
    world.sync(single(dagrun_timeout=timedelta(minutes=5)))
    world.trigger("single")
    world.step()
    world.change_run(start_date=ago(minutes=6))
    world.step()


def run_deadlocked(world):
    world.sync(chain("first", "last", tasks={"last": {"trigger_rule": "all_skipped"}}))
    world.trigger("chain")
    world.step()
    world.change("first", state="removed")
    world.step()


def run_success_queued(world):
    ended(world, "success")
    clear(world)


def run_failed_queued(world):
    ended(world, "failed")
    clear(world)


def run_queued_failed(world):
    world.sync(single())
    world.trigger("single")
    mark_run(world, "failed")


def run_queued_success(world):
    world.sync(single())
    world.trigger("single")
    mark_run(world, "success")


def run_running_queued(world):
    queued(world)
    mark_run(world, "queued")


def run_success_failed(world):
    ended(world, "success")
    mark_run(world, "failed")


def run_failed_success(world):
    ended(world, "failed")
    mark_run(world, "success")
