"""The next runs of a DAG as a table, computed by its own timetable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from dagbook.parsing.parse import Tick
from dagbook.views import html as markup


def table(ticks: Sequence[Tick], words: str = "") -> str:
    """Return the runs as an HTML table.

    Args:
        ticks: the runs, in order.
        words: the schedule in Airflow's words, the table's caption.
    """
    caption = f"<caption>{markup.text(words)}</caption>" if words else ""
    if not ticks:
        return (
            '<div class="db-schedule"><p class="db-note">'
            f"{markup.text(words)}{': ' if words else ''}"
            "the timetable plans no run.</p></div>"
        )
    head = "".join(
        f'<th scope="col">{column}</th>'
        for column in ("Starts after", "Logical date", "Interval start", "Interval end")
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{_css(tick, key)}>{_moment(getattr(tick, key))}</td>"
            for key in ("run_after", "logical_date", "start", "end")
        )
        + "</tr>"
        for tick in ticks
    )
    pane = markup.pane("db-schedule", "Next runs")
    return (
        f'{pane}<table class="db-table">{caption}<thead><tr>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _css(tick: Tick, key: str) -> str:
    # What equals the start of the run is shown quieter: the eye finds what differs.
    same = key != "run_after" and getattr(tick, key) == tick.run_after
    return ' class="db-same"' if same else ""


def _moment(raw: str | None) -> str:
    if raw is None:
        return '<span class="db-none">none</span>'
    moment = datetime.fromisoformat(raw.replace("Z", "+00:00")).astimezone(UTC)
    shape = "%a %Y-%m-%d %H:%M" + (":%S" if moment.second else "")
    return f'<time datetime="{markup.text(raw)}">{moment.strftime(shape)}</time>'
