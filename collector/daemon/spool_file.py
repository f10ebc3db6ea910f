"""The spool's file: its tables, its counts, how it is opened, and what happens to a damaged one."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    family TEXT NOT NULL,
    device TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    clock TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    monotonic_milliseconds INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    content TEXT NOT NULL,
    UNIQUE (family, device, recorded_at)
);
CREATE INDEX IF NOT EXISTS to_restore ON documents (boot_id) WHERE clock = 'unsynced' AND sent = 0;
CREATE TABLE IF NOT EXISTS dead_letters (
    number INTEGER PRIMARY KEY,
    family TEXT NOT NULL,
    device TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    clock TEXT NOT NULL,
    content TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

REFUSED_COUNT = "rejected"  # the name of this count in spools on disk and in `status`

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of every document since the spool was made.  `missing` is 0 unless the spool itself was damaged."""

    made: int = 0  # put into the spool
    sent: int = 0  # handed to the uplink at least once
    stored: int = 0  # the server has it
    repeated: int = 0  # the server had it already: an answer of its was lost on the way
    rejected: int = 0  # the server refused it for ever: REFUSED_COUNT
    dropped: int = 0  # given up because the spool was full
    waiting: int = 0  # still in the spool

    @property
    def missing(self) -> int:
        """Documents that were made and are in no other count."""
        return self.made - self.stored - self.repeated - self.rejected - self.dropped - self.waiting

    def as_json(self) -> dict[str, int]:
        """The counts by name, `missing` last."""
        return {**asdict(self), "missing": self.missing}


def open_spool_file(path: Path) -> sqlite3.Connection:
    """A connection for all threads, in autocommit; every commit is on the disk when it returns.

    A file that SQLite finds damaged (a power cut, a worn card) is put aside for whoever may rescue it, and a new one
    begun: a collector that records is worth more than one that waits for help.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _opened(path)
    except sqlite3.OperationalError:
        raise  # a full disk, no permission, another program's lock: not damage
    except sqlite3.DatabaseError as cause:
        aside = _put_aside(path)
        log.error("the spool %s is damaged (%s): put aside as %s, a new one is begun", path, cause, aside)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        connection.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _put_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + ending))
    return aside
