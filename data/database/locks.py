"""A lock a device, so that only one process anywhere seals it; the holder's death frees it.

PostgreSQL: an advisory lock of a database session, so it holds between hosts.  SQLite: a lock on a file beside the
database, which holds between the processes of the one machine that may use it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool, func, select
from sqlalchemy.orm import Session

# The first of an advisory lock's two numbers, which are 32 bits each; the second is the device.
SEALING = 0x6172626F
STORING = 0x61726270
DEVICE_BITS = 0x7FFFFFFF

_in_memory: WeakKeyDictionary[Pool, set[int]] = WeakKeyDictionary()
_in_memory_guard = threading.Lock()


@contextmanager
def device_lock(engine: Engine, device_id: int) -> Iterator[bool]:
    """Hold the lock of that device: True, or False at once when somebody else holds it.

    It is not re-entrant: a thread that holds it gets False for a second one.
    """
    if engine.dialect.name == "postgresql":
        lock = _advisory_lock(engine, device_id)
    elif (database := database_file(engine)) is not None:
        lock = _file_lock(database.with_name(f"{database.name}.seal-{device_id}.lock"))
    else:
        lock = _process_lock(engine, device_id)
    with lock as held:
        yield held


def wait_for_devices(session: Session, device_ids: Iterable[int]) -> None:
    """Store for these devices after whoever does so now, until the transaction ends.  Takes one statement a device.

    PostgreSQL lets two transactions look for the same free key and both find it; SQLite has one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        for device_id in sorted(set(device_ids)):  # in one order: nobody waits for one who waits for them
            session.execute(select(func.pg_advisory_xact_lock(STORING, device_id & DEVICE_BITS)))


def database_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None of one in memory, and of PostgreSQL."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or ":memory:" in name or engine.url.query.get("mode") == "memory":
        return None
    return Path(name.removeprefix("file:"))


@contextmanager
def _advisory_lock(engine: Engine, device_id: int) -> Iterator[bool]:
    # A connection of its own, without a transaction: the lock lives as long as the connection does.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        numbers = (SEALING, device_id & DEVICE_BITS)
        held = bool(connection.scalar(select(func.pg_try_advisory_lock(*numbers))))
        try:
            yield held
        finally:
            # A connection that goes back to its pool would take the lock with it; a broken one has lost it.
            if held and not connection.invalidated and not connection.scalar(select(func.pg_advisory_unlock(*numbers))):
                connection.invalidate()


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    # The file stays: were it deleted, the next two could lock two files of the same name.
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(number)


@contextmanager
def _process_lock(engine: Engine, device_id: int) -> Iterator[bool]:
    with _in_memory_guard:
        taken = _in_memory.setdefault(engine.pool, set())
        held = device_id not in taken
        taken.add(device_id)
    try:
        yield held
    finally:
        if held:
            with _in_memory_guard:
                taken.discard(device_id)
