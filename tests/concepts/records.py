"""What stands in Airflow's database, and which states it went through."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WATCH = """
CREATE TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY, sort TEXT, name TEXT, old TEXT, new TEXT);
CREATE TRIGGER watch_ti AFTER UPDATE OF state ON task_instance
    WHEN OLD.state IS NOT NEW.state BEGIN
    INSERT INTO seen (sort, name, old, new)
    VALUES ('task', NEW.task_id, COALESCE(OLD.state, 'none'),
            COALESCE(NEW.state, 'none')); END;
CREATE TRIGGER born_ti AFTER INSERT ON task_instance BEGIN
    INSERT INTO seen (sort, name, old, new)
    VALUES ('task', NEW.task_id, 'new', COALESCE(NEW.state, 'none')); END;
CREATE TRIGGER watch_run AFTER UPDATE OF state ON dag_run
    WHEN OLD.state IS NOT NEW.state BEGIN
    INSERT INTO seen (sort, name, old, new)
    VALUES ('run', NEW.run_id, OLD.state, NEW.state); END;
CREATE TRIGGER born_run AFTER INSERT ON dag_run BEGIN
    INSERT INTO seen (sort, name, old, new)
    VALUES ('run', NEW.run_id, 'new', NEW.state); END;
"""


class Records:
    """Reads the database, and writes it where a test needs a beginning.

    Args:
        home: the Airflow home whose database is watched.
    """

    def __init__(self, home: Path) -> None:
        import sqlite3

        base = sqlite3.connect(home / "airflow.db", timeout=30)
        base.executescript(_WATCH)
        base.close()

    @contextmanager
    def session(self):
        from airflow.utils.session import create_session

        with create_session() as session:
            yield session

    def model(self, dag_id: str) -> Any:
        """Return the row of a DAG."""
        from airflow.models.dag import DagModel

        with self.session() as session:
            found = session.get(DagModel, dag_id)
            session.expunge_all()
            return found

    def runs(self, dag_id: str | None = None) -> list[Any]:
        """Return runs, in the order in which they were made."""
        from airflow.models.dagrun import DagRun

        with self.session() as session:
            query = session.query(DagRun).order_by(DagRun.id)
            if dag_id:
                query = query.filter(DagRun.dag_id == dag_id)
            found = query.all()
            session.expunge_all()
            return found

    def run(self, run_id: str | None = None) -> Any:
        """Return a run: the only one, or the one of that id."""
        found = [r for r in self.runs() if run_id in (None, r.run_id)]
        assert len(found) == 1, [r.run_id for r in found]
        return found[0]

    def tis(self, run_id: str | None = None) -> list[Any]:
        """Return task instances, by id and map index."""
        from airflow.models.taskinstance import TaskInstance

        with self.session() as session:
            query = session.query(TaskInstance).order_by(
                TaskInstance.task_id, TaskInstance.map_index
            )
            if run_id:
                query = query.filter(TaskInstance.run_id == run_id)
            found = query.all()
            session.expunge_all()
            return found

    def ti(self, task_id: str, map_index: int = -1, run_id: str | None = None) -> Any:
        """Return one task instance, of the only run or of a run."""
        found = [
            t
            for t in self.tis(run_id)
            if (t.task_id, t.map_index) == (task_id, map_index)
        ]
        assert len(found) == 1, (task_id, map_index, self.states())
        return found[0]

    def states(self, run_id: str | None = None) -> dict[str, str | None]:
        """Return states by task id; mapped instances are ``task[0]``."""
        return {
            t.task_id if t.map_index < 0 else f"{t.task_id}[{t.map_index}]": (
                None if t.state is None else str(t.state)
            )
            for t in self.tis(run_id)
        }

    def change(self, task_id: str, run_id: str | None = None, **fields: Any) -> None:
        """Write columns of a task instance, to stand where a test begins."""
        from airflow.models.taskinstance import TaskInstance

        self._write(TaskInstance, self.ti(task_id, run_id=run_id).id, fields)

    def change_run(self, run_id: str | None = None, **fields: Any) -> None:
        """Write columns of a run, to stand where a test begins."""
        from airflow.models.dagrun import DagRun

        self._write(DagRun, self.run(run_id).id, fields)

    def _write(self, model: Any, key: Any, fields: dict[str, Any]) -> None:
        """Write by hand, and forget that: it is no change that Airflow made."""
        from sqlalchemy import text

        with self.session() as session:
            last = session.execute(text("SELECT MAX(id) FROM seen")).scalar() or 0
            row = session.get(model, key)
            for name, value in fields.items():
                setattr(row, name, value)
            session.flush()
            session.execute(text("DELETE FROM seen WHERE id > :last"), {"last": last})

    def seen(self, sort: str, name: str | None = None) -> list[tuple[str, str]]:
        """Return the changes of state so far, of runs or of tasks."""
        from sqlalchemy import text

        with self.session() as session:
            rows = session.execute(text("SELECT sort, name, old, new FROM seen"))
            return [
                (old, new)
                for kind, own, old, new in rows
                if kind == sort and name in (None, own)
            ]
