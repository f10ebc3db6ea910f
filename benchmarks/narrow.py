"""The plain reference: a row a sample in the same kind of database, with roll-ups made by hand.

What somebody would write in an afternoon: samples (series, at, value), and tables of ten minutes, an hour and a day
with count, sum, min, max and last, filled by SQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

ROLLUPS = ((600, "ten_minutes"), (3_600, "hours"), (86_400, "days"))
Row = tuple[int, int, float]  # series, seconds, value


def opened(path: Path) -> sqlite3.Connection:
    """A fresh database of that shape."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE sample (series INT, at INT, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID")
    for _, table in ROLLUPS:
        connection.execute(
            f"CREATE TABLE {table} (series INT, at INT, n INT, total REAL, low REAL, high REAL, last REAL,"
            " PRIMARY KEY (series, at)) WITHOUT ROWID"
        )
    return connection


def fill(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Insert samples, a commit for all."""
    with connection:
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?)", rows)


def roll_up(connection: sqlite3.Connection) -> None:
    """Fill the roll-ups from the samples."""
    with connection:
        for width, table in ROLLUPS:
            connection.execute(
                f"INSERT INTO {table} SELECT s.series, s.start, s.n, s.total, s.low, s.high, l.value FROM"
                f" (SELECT series, at - at % {width} AS start, count(*) AS n, sum(value) AS total, min(value) AS low,"
                f" max(value) AS high, max(at) AS newest FROM sample GROUP BY 1, 2) s"
                f" JOIN sample l ON l.series = s.series AND l.at = s.newest"
            )


def latest(connection: sqlite3.Connection, series: int) -> list[tuple[int, float]]:
    """The newest value of each of that many series."""
    return [
        connection.execute("SELECT at, value FROM sample WHERE series = ? ORDER BY at DESC LIMIT 1", (one,)).fetchone()
        for one in range(series)
    ]


def raw(connection: sqlite3.Connection, series: int, start: int, end: int) -> list[tuple[int, float]]:
    """The samples of a window."""
    query = "SELECT at, value FROM sample WHERE series = ? AND at >= ? AND at < ?"
    return connection.execute(query, (series, start, end)).fetchall()


def rolled(connection: sqlite3.Connection, table: str, series: int, start: int, end: int) -> list[tuple[float, ...]]:
    """Mean, min and max of a window from a roll-up."""
    query = f"SELECT at, total / n, low, high FROM {table} WHERE series = ? AND at >= ? AND at < ?"
    return connection.execute(query, (series, start, end)).fetchall()
