"""What a database needs now and then: the write-ahead log emptied, the planner's statistics brought up to date.

PostgreSQL does both by itself; there these functions do nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DatabaseError

from data.database import jobs
from data.database.engine import session_factory

# A checkpoint that has to wait longer than this for readers is left to the next time: writers wait meanwhile.
CHECKPOINT_WAIT_MILLISECONDS = 1_000
INTEGRITY = "integrity"
LONGEST_MESSAGE = 200  # of a job


def checkpoint(engine: Engine) -> None:
    """Write SQLite's write-ahead log into the database and cut it down to nothing."""
    _pragmas(engine, f"busy_timeout = {CHECKPOINT_WAIT_MILLISECONDS}", "wal_checkpoint(TRUNCATE)")


def optimize(engine: Engine) -> None:
    """Let SQLite analyse the tables that have changed much."""
    _pragmas(engine, "optimize")


def vacuum(engine: Engine) -> None:
    """Give the room of deleted rows back, and bring the statistics up to date."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM (ANALYZE)"))
            connection.invalidate()  # its time limit is gone
        return
    with _alone(engine) as cursor:
        cursor.execute("VACUUM")
    optimize(engine)


def check(engine: Engine) -> str:
    """What is wrong with the database in a sentence, empty when nothing is; kept as the job INTEGRITY for /healthz.

    SQLite reads its whole file.  PostgreSQL guards its own pages; there, no index may have been left unfinished.
    """
    faults = _sqlite_faults(engine) if engine.dialect.name == "sqlite" else _postgresql_faults(engine)
    problem = faults[:LONGEST_MESSAGE]
    try:
        with session_factory(engine).begin() as session:
            jobs.start(session, INTEGRITY, "checking the database", 1)
            jobs.advance(session, INTEGRITY, 1, problem)
            jobs.finish(session, INTEGRITY)
    except DatabaseError:
        if not problem:
            raise
        # Too damaged to take a note of it: the caller has the words.
    return problem


def _sqlite_faults(engine: Engine) -> str:
    with _alone(engine) as cursor:
        try:
            cursor.execute("PRAGMA quick_check(5)")
            messages = [str(row[0]) for row in cursor.fetchall()]
        except sqlite3.DatabaseError as problem:
            return str(problem)
    return "" if messages == ["ok"] else "; ".join(messages)


def _postgresql_faults(engine: Engine) -> str:
    query = text("SELECT indexrelid::regclass::text FROM pg_catalog.pg_index WHERE NOT indisvalid ORDER BY 1 LIMIT 5")
    with engine.connect() as connection:
        messages = connection.scalars(query).all()
    return f"unfinished indexes: {', '.join(messages)}; REINDEX them" if messages else ""


def _pragmas(engine: Engine, *pragmas: str) -> None:
    if engine.dialect.name != "sqlite":
        return
    with _alone(engine) as cursor:
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()


@contextmanager
def _alone(engine: Engine) -> Iterator[DBAPICursor]:
    # A connection of its own, thrown away afterwards: its busy timeout is not that of the others, and neither these
    # pragmas nor VACUUM work inside the transaction that a pooled connection would begin.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        yield cursor
        cursor.close()
    finally:
        connection.detach()
        connection.close()
