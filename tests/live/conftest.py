"""Tests of the live lane run only by ``make live``: each session starts an Airflow."""

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("DAGBOOK_LIVE") == "1":
        return
    skip = pytest.mark.skip(reason="needs a real Airflow; run `make live`")
    for item in items:
        if item.path.parent.name == "live":
            item.add_marker(skip)
