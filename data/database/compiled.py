"""Statements that are built once and asked often: building one costs more than running it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, false, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Rows that PostgreSQL sends at a time.
AT_ONCE = 100


class Statement:
    """A SELECT or an INSERT whose parameters all have names.

    SQLite, which answers in microseconds, is asked through its driver, with SQL that SQLAlchemy wrote once: its way
    from a statement to rows takes fifteen times as long as the answer.
    """

    def __init__(self, expression: Any) -> None:
        self.expression = expression
        self._sql: tuple[str, tuple[tuple[str, object], ...]] | None = None

    def rows(self, session: Session, parameters: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        """The rows, one after the other.  Raises sqlalchemy.exc.DBAPIError."""
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            with connection.execute(self.expression, parameters, execution_options={"yield_per": AT_ONCE}) as result:
                yield from map(tuple, result)
            return
        sql, values = self._filled(connection, parameters)
        with _raised_as_sqlalchemy(connection, sql):
            yield from _driver(connection).execute(sql, values)

    def put(self, session: Session, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert these rows.  Raises sqlalchemy.exc.DBAPIError."""
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            connection.execute(self.expression, rows)
            return
        sql, _ = self._filled(connection, {})
        with _raised_as_sqlalchemy(connection, sql):
            _driver(connection).executemany(sql, [self._filled(connection, row)[1] for row in rows])

    def _filled(self, connection: Connection, parameters: Mapping[str, object]) -> tuple[str, list[object]]:
        if self._sql is None:
            compiled = self.expression.compile(dialect=connection.dialect)
            self._sql = str(compiled), tuple((name, compiled.params.get(name)) for name in compiled.positiontup)
        sql, names = self._sql
        return sql, [parameters.get(name, given) for name, given in names]


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection), "it is SQLite's"
    return driver


@contextmanager
def _raised_as_sqlalchemy(connection: Connection, sql: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as cause:
        raise DBAPIError.instance(sql, None, cause, sqlite3.Error, dialect=connection.dialect) from cause


def named(mark: str, values: Iterable[object]) -> dict[str, object]:
    """The parameters of `among`: the mark and 0, 1 ... for each value."""
    return {f"{mark}{place}": value for place, value in enumerate(values)}


def among(column: ColumnElement[Any], mark: str, number: int) -> ColumnElement[bool]:
    """Whether the column is one of that many parameters."""
    return column.in_([bindparam(f"{mark}{place}") for place in range(number)]) if number else false()


def stored(column: ColumnElement[Any]) -> ColumnElement[int]:
    """An instant as the number of milliseconds that is stored."""
    return type_coerce(column, BigInteger)


def integer(name: str) -> ColumnElement[int]:
    """A parameter of 64 bits."""
    return bindparam(name, type_=BigInteger())
