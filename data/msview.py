"""Daily records exported by MSView, the TriStar's own program: parsed, made documents, and re-timed as a view.

Source of the quirks: data/real/README.md.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from data import ingest
from data.errors import DocumentError, RangeError
from data.importing.counting import Count, Tell, nobody
from data.importing.running import Show, quiet
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


def _names(text: str) -> tuple[str, ...]:
    words = [word.strip() for word in text.split(",")]
    return tuple(NAMES.get(word, word) for word in words if word and word != "no flags")


def parse(text: str) -> list[DailyRecord]:
    """The records of an export in the file's order.

    Raises DocumentError naming the line, what was found and what was expected; nothing is skipped in silence.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header != COLUMNS:
            found = ", ".join(header) or "(none)"
            raise DocumentError(f"line 1 has the columns {found}; a daily log of MSView has {', '.join(COLUMNS)}")
        records = [_record(cells, reader.line_num) for cells in reader if cells]
    except csv.Error as cause:
        raise DocumentError(
            f"line {reader.line_num} is not comma-separated text ({cause}); export the log again"
        ) from cause
    if not records:
        raise DocumentError("the file has a header and no record: choose the daily log in MSView and export it again")
    return records


def _record(cells: list[str], line: int) -> DailyRecord:
    if len(cells) != len(COLUMNS):
        raise DocumentError(f"line {line} has {len(cells)} columns, expected {len(COLUMNS)}: export the log again")
    row = dict(zip(COLUMNS, cells, strict=True))
    try:
        recorded_at = parse_instant(row["time (UTC)"], UTC)
    except RangeError as cause:
        raise DocumentError(f"line {line}: {cause}") from cause
    volts = []
    for column in ("Vb_min_daily", "Vb_max_daily"):
        try:
            value = float(row[column])
        except ValueError as cause:
            raise DocumentError(f"line {line}: {column} is {row[column]!r}, expected volts such as 13.81") from cause
        if not 0 <= value <= 200:
            raise DocumentError(f"line {line}: {column} is {row[column]}, expected volts between 0 and 200")
        volts.append(value)
    return DailyRecord(
        recorded_at,
        volts[0],
        volts[1],
        _names(row["Flags"]),
        _names(row["fault_daily"]),
        _names(row["alarm_daily"]),
        row,
    )


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


def documents(records: Sequence[DailyRecord]) -> Iterator[ingest.Posted]:
    """Each record as a document of the site's daily dialect, under its original time, the exported row beside it."""
    for record, bench in zip(records, bench_work(records), strict=True):
        content = {
            "name": "Tristar",
            "source": "MSView daily log",
            "bench work": bench,
            "Daily Logger Values": {
                "Battery Voltage Minimum Daily": record.battery_voltage_min,
                "Battery Voltage Maximum Daily": record.battery_voltage_max,
                "daily flags": list(record.flags),
                "daily faults": list(record.faults),
                "daily alarms": list(record.alarms),
            },
            "MSView row": record.row,
        }
        yield ingest.Posted(
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
        outcomes = ingest.store(session, posted[start : start + BATCH], received_at)
        for outcome in outcomes:
            count.add(outcome, str(outcome.recorded_at))
        progress(min(start + BATCH, len(posted)), len(posted))
    return count
