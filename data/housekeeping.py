"""What a database needs now and then: the write-ahead log emptied, the planner's statistics brought up to date.

PostgreSQL does both by itself; there these functions do nothing.
"""

from __future__ import annotations

from sqlalchemy import Engine

# A checkpoint that has to wait longer than this for readers is left to the next time: writers wait meanwhile.
CHECKPOINT_WAIT_MILLISECONDS = 1_000


def checkpoint(engine: Engine) -> None:
    """Write SQLite's write-ahead log into the database and cut it down to nothing."""
    _pragmas(engine, f"busy_timeout = {CHECKPOINT_WAIT_MILLISECONDS}", "wal_checkpoint(TRUNCATE)")


def optimize(engine: Engine) -> None:
    """Let SQLite analyse the tables that have changed much."""
    _pragmas(engine, "optimize")


def _pragmas(engine: Engine, *pragmas: str) -> None:
    if engine.dialect.name != "sqlite":
        return
    # A connection of its own, thrown away afterwards: its busy timeout is not that of the others, and neither pragma
    # works inside the transaction that a pooled connection would begin.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
        cursor.close()
    finally:
        connection.detach()
        connection.close()
