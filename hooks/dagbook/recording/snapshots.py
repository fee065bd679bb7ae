"""Recordings as syrupy sees them: several snapshots in one JSON file per module."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syrupy.data import Snapshot, SnapshotCollection, SnapshotCollections
from syrupy.extensions.base import AbstractSyrupyExtension

from dagbook.problems import DagbookError
from dagbook.recording import file as recording


class RecordingExtension(AbstractSyrupyExtension):
    """Compares a scenario with the recording beside the test, noise left out."""

    file_extension = "json"

    def serialize(self, data: Any, **kwargs: Any) -> str:
        return recording.dumps(data)

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        new = recording.comparable(json.loads(serialized_data))
        old = recording.comparable(json.loads(snapshot_data))
        return bool(new == old)

    def diff_lines(self, serialized_data: Any, snapshot_data: Any) -> Iterator[str]:
        new = recording.dumps(recording.comparable(json.loads(serialized_data or "{}")))
        old = recording.dumps(recording.comparable(json.loads(snapshot_data or "{}")))
        return super().diff_lines(new, old)

    @classmethod
    def get_location(cls, *, test_location: Any, index: Any) -> str:
        test = Path(test_location.filepath)
        return str(test.with_name(test.stem.removeprefix("test_") + ".json"))

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        return str(Path(test_location.filepath).parent)

    @classmethod
    def matches_test_location(
        cls, *, test_location: Any, snapshot_location: str
    ) -> bool:
        own = cls.get_location(test_location=test_location, index=0)
        return own == snapshot_location

    @classmethod
    def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
        return str(index)

    def discover_snapshots(self, **kwargs: Any) -> SnapshotCollections:
        # Recordings live among the tests, and syrupy would offer to delete what it does
        # not know there. `file.stamp` drops scenarios that no test makes any more.
        return SnapshotCollections()

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        found = SnapshotCollection(location=snapshot_location)
        for name, data in _scenarios(snapshot_location).items():
            found.add(Snapshot(name=name, data=recording.dumps(data)))
        return found

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        data = _scenarios(snapshot_location).get(snapshot_name)
        return None if data is None else recording.dumps(data)

    @classmethod
    def write_snapshot_collection(
        cls,
        *,
        snapshot_collection: SnapshotCollection,
        name_order: dict[str, int] | None = None,
    ) -> None:
        path = Path(snapshot_collection.location)
        data = _readable(path)
        scenarios = data.setdefault("scenarios", {})
        for snapshot in snapshot_collection:
            new = json.loads(str(snapshot.data))
            scenarios[snapshot.name] = recording.keep_noise(
                new, scenarios.get(snapshot.name, {})
            )
        # Something changed, so the header is to say which versions it changed under.
        for name in recording.HEADER_NOISE:
            data.pop(name, None)
        recording.save(path, data)

    def delete_snapshots(
        self, *, snapshot_location: str, snapshot_names: set[str]
    ) -> None:
        path = Path(snapshot_location)
        data = recording.load(path)
        for name in snapshot_names:
            data["scenarios"].pop(name, None)
        recording.save(path, data)


def _scenarios(location: str) -> dict[str, Any]:
    scenarios: dict[str, Any] = _readable(Path(location)).get("scenarios", {})
    return scenarios


def _readable(path: Path) -> recording.Recording:
    try:
        return recording.load(path)
    except DagbookError:
        return {}
