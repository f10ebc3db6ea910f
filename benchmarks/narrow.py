"""The plain reference: a row a sample in the same kind of database, with roll-ups made by hand.

What somebody would write in an afternoon: samples (series, at, value), and tables of ten minutes, an hour and a day
with count, sum, min, max and last, filled by SQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks import workload

ROLLUPS = ((600, "ten_minutes"), (3_600, "hours"), (86_400, "days"))
YEARS, FIRST_OF_D1, REFERENCE_SERIES = 0, 1, 11  # D2 and ten of D1: it is not made to hold 39 million rows
Row = tuple[int, int, float]  # series, seconds, value


def connected(path: Path) -> sqlite3.Connection:
    """A connection to that file, on disk when a commit returns."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def opened(path: Path) -> sqlite3.Connection:
    """A fresh database of that shape."""
    connection = connected(path)
    connection.execute("CREATE TABLE sample (series INT, at INT, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID")
    for _, table in ROLLUPS:
        connection.execute(
            f"CREATE TABLE {table} (series INT, at INT, n INT, total REAL, low REAL, high REAL, last REAL,"
            " PRIMARY KEY (series, at)) WITHOUT ROWID"
        )
    return connection


def fill(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Insert samples, a commit for all."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO sample VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")


def roll_up(connection: sqlite3.Connection) -> None:
    """Fill the roll-ups from the samples."""
    connection.execute("BEGIN IMMEDIATE")
    for width, table in ROLLUPS:
        connection.execute(
            f"INSERT INTO {table} SELECT s.series, s.start, s.n, s.total, s.low, s.high, l.value FROM"
            f" (SELECT series, at - at % {width} AS start, count(*) AS n, sum(value) AS total, min(value) AS low,"
            f" max(value) AS high, max(at) AS newest FROM sample GROUP BY 1, 2) s"
            f" JOIN sample l ON l.series = s.series AND l.at = s.newest"
        )
    connection.execute("COMMIT")


# Documents in


def numbers(node: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a document under its path."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{path}/{key}")
        elif isinstance(value, int | float):
            yield f"{path}/{key}", float(value)


@lru_cache(maxsize=10_000)
def series_of(path: str) -> int:
    """A series of its own for each path, apart from those that are asked for."""
    return REFERENCE_SERIES + sum(ord(letter) * 131**place for place, letter in enumerate(path)) % 10**9


def store(connection: sqlite3.Connection, documents: Iterable[dict[str, Any]]) -> None:
    """Insert the samples of these documents and add them to the roll-ups, in one commit."""
    rows = []
    for one in documents:
        at = int(one.get("time", one.get("when", 0)))
        rows += [(series_of(path), at, value) for path, value in numbers(one)]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR IGNORE INTO sample VALUES (?, ?, ?)", rows)
    for width, table in ROLLUPS:
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + 1,"
            " total = total + excluded.total, low = min(low, excluded.low), high = max(high, excluded.high),"
            " last = excluded.last",
            [(series, at - at % width, value, value, value, value) for series, at, value in rows],
        )
    connection.execute("COMMIT")


# Questions


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


START, END = workload.START, workload.END
QUESTIONS: dict[str, Callable[[sqlite3.Connection], list[Any]]] = {
    "Q1": lambda connection: latest(connection, REFERENCE_SERIES),
    "Q2": lambda connection: raw(connection, FIRST_OF_D1, START + 864_000, START + 950_400),
    "Q3": lambda connection: rolled(connection, "ten_minutes", FIRST_OF_D1, START, END),
    "Q4": lambda connection: rolled(connection, "days", YEARS, workload.START_2, END),
    "Q5": lambda connection: [
        rolled(connection, "ten_minutes", one, START, END) for one in range(FIRST_OF_D1, REFERENCE_SERIES)
    ],
}
