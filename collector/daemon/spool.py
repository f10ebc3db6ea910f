"""The queue on disk: every reading is here before it is sent, and leaves when the server's verdict is in."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from collector.daemon.clock import RESTORED, UNSYNCED, Stamp
from collector.daemon.spool_file import Ledger, open_spool_file
from data.ranges import from_milliseconds, to_milliseconds

DEAD_LETTERS = 500  # refused documents that are kept for a look
ROW_BYTES = 300  # what a row takes beside its content: keys, index, page headers
COLUMNS = "number, family, device, recorded_at, clock, content"


class Verdict(Enum):
    """The server's judgement of a document."""

    ACCEPT = "accept"  # it has it: delete
    REFUSE = "refuse"  # it will never take it: to the dead letters
    KEEP = "keep"  # anything else: send again later


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it waits.  `number` grows in the order of making; `content` is JSON on a single line."""

    number: int
    family: str
    device: str
    recorded_at: datetime
    clock: str
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, the count of the ledger it goes to (`stored`, `repeated` or `rejected`) and the server's reason."""

    verdict: Verdict
    count: str = ""
    reason: str = ""


class Spool:
    """A bounded queue in one SQLite file.  Every method is one transaction, on the disk when it returns.

    Threads may share a spool.
    """

    def __init__(self, path: Path, max_bytes: int = 500_000_000) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._connection = open_spool_file(path)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        with self._lock:
            self._connection.close()

    def put(self, family: str, device: str, stamp: Stamp, content: str, notes: Mapping[str, str] | None = None) -> int:
        """Keep one document, and with it `notes`; returns its number.

        When the spool is full the oldest documents go, and are counted as dropped.  Should the instant be taken (the
        time of day went back) the document gets the next free millisecond.
        """
        with self._transaction() as connection:
            self._make_room(len(content.encode()) + ROW_BYTES)
            cursor = connection.execute(
                "INSERT INTO documents (family, device, recorded_at, clock, boot_id, monotonic_milliseconds, content)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    family,
                    device,
                    self._free_instant(family, device, to_milliseconds(stamp.recorded_at)),
                    stamp.clock,
                    stamp.boot_id,
                    round(stamp.monotonic_seconds * 1000),
                    content,
                ),
            )
            self._count("made", 1)
            for name, value in (notes or {}).items():
                connection.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))
            return int(cursor.lastrowid or 0)

    def take(self, limit: int = 100, held_boot: str | None = None) -> list[Document]:
        """The oldest documents, in the order of making; from now on their recorded_at is frozen.

        The list ends before the first unsynced document of `held_boot` that was never sent: its time may yet be known.
        """
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT {COLUMNS}, sent, clock = ? AND boot_id = ? AND sent = 0 FROM documents"
                " ORDER BY number LIMIT ?",
                (UNSYNCED, held_boot, limit),
            ).fetchall()
            free = next((index for index, row in enumerate(rows) if row[-1]), len(rows))
            fresh = [(row[0],) for row in rows[:free] if not row[-2]]
            if fresh:
                connection.executemany("UPDATE documents SET sent = 1 WHERE number = ?", fresh)
                self._count("sent", len(fresh))
        return [_document(row[:-2]) for row in rows[:free]]

    def settle(self, answers: Sequence[tuple[Document, Answer]]) -> None:
        """Carry out the verdicts: accepted documents go, refused ones go to the dead letters, the others stay."""
        with self._transaction() as connection:
            for document, answer in answers:
                if answer.verdict is Verdict.KEEP:
                    continue
                gone = connection.execute("DELETE FROM documents WHERE number = ?", (document.number,)).rowcount
                if not gone:
                    continue  # dropped while it was on its way, and counted as that
                self._count(answer.count, 1)
                if answer.verdict is Verdict.REFUSE:
                    self._bury(document, answer.reason)

    def restore(self, now: Stamp) -> int:
        """Give the unsent unsynced documents of this boot the time they were made at, now that it is known.

        Returns how many there were; they are marked restored.
        """
        offset = to_milliseconds(now.recorded_at) - round(now.monotonic_seconds * 1000)
        where = "clock = 'unsynced' AND sent = 0 AND boot_id = ?"
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT number, family, device, monotonic_milliseconds FROM documents WHERE " + where, (now.boot_id,)
            ).fetchall()
            if rows:
                # Out of one another's way first: the new times may be old times of their neighbours.
                connection.execute("UPDATE documents SET recorded_at = -number WHERE " + where, (now.boot_id,))
            for number, family, device, monotonic_milliseconds in rows:
                connection.execute(
                    "UPDATE documents SET recorded_at = ?, clock = ? WHERE number = ?",
                    (self._free_instant(family, device, monotonic_milliseconds + offset), RESTORED, number),
                )
        return len(rows)

    def waiting(self) -> int:
        """How many documents are not settled."""
        with self._lock:
            return int(self._connection.execute("SELECT COUNT(*) FROM documents").fetchone()[0])

    def ledger(self) -> Ledger:
        """The counts, all of one moment."""
        with self._transaction() as connection:
            counts = dict(connection.execute("SELECT name, value FROM ledger"))
            return Ledger(**counts, waiting=self.waiting())

    def dead_letters(self) -> list[tuple[Document, str]]:
        """The newest refused documents with the server's reasons, oldest first."""
        with self._lock:
            rows = self._connection.execute(f"SELECT {COLUMNS}, reason FROM dead_letters ORDER BY number").fetchall()
        return [(_document(row[:-1]), row[-1]) for row in rows]

    def note(self, name: str) -> str | None:
        """The note that `put` or `write_note` last kept under that name."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def write_note(self, name: str, value: str) -> None:
        """Keep a note across restarts."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))

    def used_bytes(self) -> int:
        """The size of the queue on the disk, free pages not counted."""
        with self._lock:
            pages = self._pragma("page_count") - self._pragma("freelist_count")
            return pages * self._pragma("page_size")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _count(self, name: str, number: int) -> None:
        self._connection.execute(
            "INSERT INTO ledger (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            (name, number),
        )

    def _make_room(self, needed: int) -> None:
        while self.used_bytes() + needed > self._max_bytes:
            if self._delete_oldest("dead_letters"):
                continue
            if not self._delete_oldest("documents"):
                return
            self._count("dropped", 1)

    def _delete_oldest(self, table: str) -> bool:
        oldest = f"DELETE FROM {table} WHERE number = (SELECT MIN(number) FROM {table})"
        return self._connection.execute(oldest).rowcount > 0

    def _bury(self, document: Document, reason: str) -> None:
        self._connection.execute(
            f"INSERT OR REPLACE INTO dead_letters ({COLUMNS}, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document.number,
                document.family,
                document.device,
                to_milliseconds(document.recorded_at),
                document.clock,
                document.content,
                reason[:500],
            ),
        )
        self._connection.execute(
            "DELETE FROM dead_letters WHERE number <= (SELECT number FROM dead_letters ORDER BY number DESC"
            " LIMIT 1 OFFSET ?)",
            (DEAD_LETTERS,),
        )

    def _free_instant(self, family: str, device: str, milliseconds: int) -> int:
        while self._connection.execute(
            "SELECT 1 FROM documents WHERE family = ? AND device = ? AND recorded_at = ?",
            (family, device, milliseconds),
        ).fetchone():
            milliseconds += 1
        return milliseconds


def _document(row: Sequence[object]) -> Document:
    number, family, device, milliseconds, clock, content = row
    assert isinstance(number, int)
    assert isinstance(milliseconds, int)
    return Document(number, str(family), str(device), from_milliseconds(milliseconds), str(clock), str(content))
