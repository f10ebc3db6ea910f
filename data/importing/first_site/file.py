"""The old site's SQLite file: opened for reading only, its tables row by row, each cell read by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from data.errors import DocumentError

PAGE = 500
# The tables of the old site and the columns that are read of them; capitals do not count in SQLite.
TABLES: Mapping[str, tuple[str, ...]] = {
    "user": ("id", "username", "email", "password"),
    "sensor": ("id", "user_id", "name", "type", "units"),
    "json_data_entry": ("id", "date_posted", "JSON_content"),
    "sensor_data_entry": ("id", "date_posted", "JSON_content", "sensor_id"),
}
OldRow = tuple[Any, ...]


class UnreadableError(DocumentError):
    """A part of the file that cannot be read."""


class OldSite:
    """The tables of the old file that are there; texts come as bytes, so that one damaged text spoils one row only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        there = {name.decode(errors="replace").lower() for (name,) in names}
        self.tables = [table for table in TABLES if table in there]

    def count(self, table: str) -> int:
        """The rows of a table; 0 when the file is too damaged to count them."""
        try:
            return int(self.connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
        except sqlite3.Error:
            return 0

    def rows(self, table: str) -> Iterator[OldRow]:
        """The rows in the order of their ids, in pages.  Raises UnreadableError where the file is damaged."""
        columns = ", ".join(f'"{column}"' for column in TABLES[table])
        question = f'SELECT {columns} FROM "{table}" WHERE id > ? ORDER BY id LIMIT {PAGE}'
        last = -(2**63)
        while True:
            try:
                page = self.connection.execute(question, (last,)).fetchall()
            except sqlite3.Error as cause:
                after = "from its beginning" if last == -(2**63) else f"after id {last}"
                raise UnreadableError(
                    f"cannot be read {after} ({cause}): repair a copy with `sqlite3 FILE .recover`, and import that"
                ) from cause
            if not page:
                return
            yield from page
            last = page[-1][0]

    def row(self, table: str, number: int) -> OldRow | None:
        """The row of that id."""
        columns = ", ".join(f'"{column}"' for column in TABLES[table])
        try:
            cells = self.connection.execute(f'SELECT {columns} FROM "{table}" WHERE id = ?', (number,)).fetchone()
        except sqlite3.Error:
            return None
        return tuple(cells) if cells is not None else None

    def shared_times(self, table: str) -> set[bytes] | None:
        """The times, to the millisecond and as they are written, that several rows of a table have.

        None when the table is too damaged to tell: any time may then be one.
        """
        question = (
            f'SELECT CAST(substr(date_posted, 1, 23) AS TEXT) AS at FROM "{table}" GROUP BY at HAVING count(*) > 1'
        )
        try:
            return {at for (at,) in self.connection.execute(question) if isinstance(at, bytes)}
        except sqlite3.Error:
            return None


@contextmanager
def opened(path: Path) -> Iterator[OldSite]:
    """The old site in that file.  Raises DocumentError for a file that is none, saying what is missing."""
    if not path.is_file():
        raise DocumentError(f"{path}: there is no such file: give the SQLite file of the old site")
    with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        try:
            site = OldSite(connection)
            if not site.tables:
                raise DocumentError(f"{path} has none of the tables {', '.join(TABLES)}: it is no file of the old site")
            for table in site.tables:
                _check_columns(connection, path, table)
        except sqlite3.Error as cause:
            raise DocumentError(f"{path} cannot be read as an SQLite file ({cause})") from cause
        yield site


def _check_columns(connection: sqlite3.Connection, path: Path, table: str) -> None:
    there = {
        name.decode(errors="replace").lower()
        for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    }
    missing = [column for column in TABLES[table] if column.lower() not in there]
    if missing:
        raise DocumentError(f"{path}: the table {table} has no column {', '.join(missing)}")


def text_of(cell: Any, column: str) -> str:
    """The text in a cell; empty for NULL.  Raises DocumentError when it is none."""
    if cell is None:
        return ""
    if not isinstance(cell, bytes):
        raise DocumentError(f"{column} is {cell!r}, expected a text")
    try:
        return cell.decode()
    except UnicodeDecodeError as cause:
        raise DocumentError(f"{column} is not UTF-8 ({cause.reason} at byte {cause.start})") from cause
