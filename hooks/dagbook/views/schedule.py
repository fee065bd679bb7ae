"""The next runs of a DAG as a table, computed by its own timetable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from dagbook import templates
from dagbook.parsing.model import Tick


def table(ticks: Sequence[Tick], words: str = "") -> Markup:
    """Return the runs as an HTML table.

    Args:
        ticks: the runs, in order.
        words: the schedule in Airflow's words, the table's caption.
    """
    return templates.fill("views", "schedule.html.jinja", ticks=ticks, words=words)


@templates.filters
def moment(raw: str) -> str:
    """Return an instant in UTC with its day of the week; seconds where it has some."""
    at = datetime.fromisoformat(raw).astimezone(UTC)
    return at.strftime("%a %Y-%m-%d %H:%M" + (":%S" if at.second else ""))
