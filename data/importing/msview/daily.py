"""Daily records exported by MSView, the TriStar's own program: parsed, made documents, and re-timed as a view.

Source of the quirks: data/real/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from data import document
from data.errors import DocumentError, RangeError
from data.importing.counting import Count, Tell, nobody
from data.importing.csv.values import is_nothing, parse_number
from data.importing.msview.table import Exported, Line, exported
from data.importing.running import Show, quiet
from data.ingest import batch
from data.ranges import parse_instant

DEVICE = "tristar-msview"
COLUMNS = ("time (UTC)", "Flags", "Vb_max_daily", "Vb_min_daily", "fault_daily", "alarm_daily")
# The words of MSView -> the names the site's daily documents use.
NAMES = {
    "power on reset": "reset detected",
    "alarm occurred": "an alarm occurred",
    "fault occurred": "a fault occurred",
    "entered float": "entered float",
    "equalize triggered": "equalize triggered",
    "DIP Switch Change": "settings switch changed",
    "Custom Settings Edit": "custom settings edit",
    "Controller was Reset": "controller was reset",
    "RTS Open": "RTS open",
    "Battery Sense": "battery sense out of range",
}
# MSView dates every record one hour too early for each younger one.
DRIFT = timedelta(hours=1)
BATCH = 100
# The values that a controller keeps when it is told so, as its maker names them -> the site's metrics.
MORE = {
    "Va_max_daily": "input_voltage_max_daily",
    "Ahc_daily": "Ah_daily",
    "whc_daily": "Wh_daily",
    "Pout_max_daily": "P_max_daily",
    "Tb_min_daily": "min_temp_daily",
    "Tb_max_daily": "max_temp_daily",
    "time_ab_daily": "time_ab_daily",
    "time_eq_daily": "time_eq_daily",
    "time_fl_daily": "time_fl_daily",
}
PLACES = {row.metric: row.pointer[1] for row in document.FIELDS if row.family == "tristar_daily"}
TIME = re.compile(r"time\s*(\(utc\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DailyRecord:
    """One stored day: `recorded_at` as MSView dated it, volts, and lists of the site's own names."""

    recorded_at: datetime
    battery_voltage_min: float
    battery_voltage_max: float
    flags: tuple[str, ...]
    faults: tuple[str, ...]
    alarms: tuple[str, ...]
    row: dict[str, str]
    more: Mapping[str, float]  # metric -> value, of those that the controller was told to keep


def _names(text: str) -> tuple[str, ...]:
    words = [word.strip() for word in text.split(",")]
    return tuple(NAMES.get(word, word) for word in words if word and word != "no flags")


def parse(text: str) -> list[DailyRecord]:
    """The records of an export in the file's order.

    Raises DocumentError naming the line, what was found and what was expected; nothing is skipped in silence.
    """
    table = exported(text)
    columns = daily_columns(table)
    return [record(table, columns, line) for line in table.lines]


def is_daily(columns: Sequence[str]) -> bool:
    """Whether these are the titles of a daily log: the ones that every such log has, in whatever order."""
    return {document.fold(title) for title in COLUMNS[1:]} <= {document.fold(title) for title in columns}


def daily_columns(table: Exported) -> dict[str, int]:
    """Folded title -> its place.  Raises DocumentError when the table is no daily log, or has no record."""
    if not is_daily(table.columns) or not TIME.fullmatch(table.columns[0]):
        headings = ", ".join(table.columns) or "(none)"
        raise DocumentError(f"line 1 has the columns {headings}; a daily log of MSView has {', '.join(COLUMNS)}")
    if not table.lines:
        raise DocumentError("the file has a header and no record: choose the daily log in MSView and export it again")
    return {document.fold(title): place for place, title in enumerate(table.columns)}


def left_out(columns: Mapping[str, int], table: Exported) -> list[str]:
    """The titles of a daily log that no metric is known for."""
    indexes = {0, *(columns[fold] for fold in map(document.fold, (*COLUMNS[1:], *MORE)) if fold in columns)}
    return [title for place, title in enumerate(table.columns) if place not in indexes]


def record(table: Exported, columns: Mapping[str, int], line: Line) -> DailyRecord:
    """The record of a line.  Raises DocumentError in words."""
    cells, number = line.cells, line.number
    if len(cells) != len(table.columns):
        raise DocumentError(
            f"line {number} has {len(cells)} columns, expected {len(table.columns)}: export the log again"
        )
    row = dict(zip(table.columns, cells, strict=True))
    try:
        recorded_at = parse_instant(cells[0], UTC)
    except RangeError as cause:
        raise DocumentError(f"line {number}: {cause}") from cause

    def text(title: str) -> str:
        return cells[columns[document.fold(title)]]

    volts = []
    for title in ("Vb_min_daily", "Vb_max_daily"):
        value = _number(text(title), title, "volts such as 13.81", table, number)
        if not 0 <= value <= 200:
            raise DocumentError(f"line {number}: {title} is {text(title)}, expected volts between 0 and 200")
        volts.append(value)
    more = {
        metric: _number(text(title), title, "a number", table, number)
        for title, metric in MORE.items()
        if document.fold(title) in columns and not is_nothing(text(title))
    }
    return DailyRecord(
        recorded_at,
        volts[0],
        volts[1],
        _names(text("Flags")),
        _names(text("fault_daily")),
        _names(text("alarm_daily")),
        row,
        more,
    )


def _number(cell: str, title: str, expected: str, table: Exported, line: int) -> float:
    try:
        return float(parse_number(cell, "auto", table.delimiter))
    except ValueError as cause:
        raise DocumentError(f"line {line}: {title} is {cell!r}, expected {expected}") from cause


def bench_work(records: Sequence[DailyRecord]) -> list[bool]:
    """True for the records made on a bench at the end of a log: from the first edit of settings on."""
    edited = [i for i, record in enumerate(records) if "custom settings edit" in record.faults]
    if not edited:
        return [False] * len(records)
    first = edited[0]
    return [i >= first for i in range(len(records))]


def retimed(times: Sequence[datetime]) -> list[datetime]:
    """The likelier times: the last is right, and every step back is one hour shorter than dated.

    Same length and order as `times`; several may be equal.  A step under an hour stays as it is.
    """
    result = list(times)
    for i in range(len(times) - 2, -1, -1):
        step = times[i + 1] - times[i]
        result[i] = result[i + 1] - (step - DRIFT if step >= DRIFT else step)
    return result


def documents(records: Sequence[DailyRecord]) -> Iterator[batch.Posted]:
    """Each record as a document of the site's daily dialect, under its original time, the exported row beside it."""
    for record, bench in zip(records, bench_work(records), strict=True):
        values = {PLACES[metric]: value for metric, value in record.more.items()}
        content = {
            "name": "Tristar",
            "source": "MSView daily log",
            "bench work": bench,
            "Daily Logger Values": {
                "Battery Voltage Minimum Daily": record.battery_voltage_min,
                "Battery Voltage Maximum Daily": record.battery_voltage_max,
                **values,
                "daily flags": list(record.flags),
                "daily faults": list(record.faults),
                "daily alarms": list(record.alarms),
            },
            "MSView row": record.row,
        }
        yield batch.Posted(
            family="tristar_daily",
            device=DEVICE,
            content=json.dumps(content, separators=(",", ":")),
            recorded_at=record.recorded_at,
            clock="stated",
        )


def load(
    session: Session,
    records: Sequence[DailyRecord],
    received_at: datetime,
    progress: Show = quiet,
    tell: Tell = nobody,
) -> Count:
    """Store the records; those already there are repeated, not doubled.  Calls progress(done, total); no commit."""
    count = Count(tell)
    posted = list(documents(records))
    for start in range(0, len(posted), BATCH):
        outcomes = batch.store(session, posted[start : start + BATCH], received_at)
        for outcome in outcomes:
            count.add(outcome, str(outcome.recorded_at))
        progress(min(start + BATCH, len(posted)), len(posted))
    return count
