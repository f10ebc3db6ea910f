"""The run all importers share: rows in batches, each batch with its mark in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from data.importing import marks
from data.importing.counting import Count, Tell, nobody
from data.ingest import batch as ingest

BATCH = 500
Show = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A document made of one row; `where` names the row in its file."""

    where: str
    posted: ingest.Posted


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is no document, and what to do about it."""

    where: str
    reason: str


class Source(Protocol):
    """A file that is read row by row, and can go on from a place it once gave."""

    label: str
    identity: str

    @property
    def done(self) -> int:
        """How much of `total` the rows given so far are."""
        ...

    @property
    def total(self) -> int:
        """What `done` reaches at the end."""
        ...

    def place(self) -> str:
        """Where the next row starts, in at most 200 characters."""
        ...

    def go_on_from(self, place: str) -> bool:
        """Skip to that place; False, and nothing skipped, when the file is not the one it was given for."""
        ...

    def rows(self) -> Iterator[Row | Refusal]:
        """The rows, never read further ahead than they are asked for."""
        ...


def quiet(_done: int, _total: int) -> None:
    """For callers that show no progress."""


def run(
    sessions: sessionmaker[Session],
    source: Source,
    received_at: datetime,
    show: Show = quiet,
    tell: Tell = nobody,
    batch: int = BATCH,
) -> Count:
    """Store the documents of `source`; commits each batch together with the place it ends at.

    Broken off at any point and run again it goes on behind the last batch that was committed.
    """
    name = marks.name_for(source.identity)
    count = Count(tell)
    with sessions.begin() as session:
        place = marks.found(session, name)
    if place is not None and not source.go_on_from(place):
        tell("an earlier import of this file was broken off, but the file has changed since: starting anew")
        place = None
    elif place is not None:
        tell(f"going on where an earlier import was broken off, after {place}")
    with sessions.begin() as session:
        marks.start(session, name, source.label, source.total, place or "")
    rows = source.rows()
    try:
        while some := list(islice(rows, batch)):
            _store(sessions, some, received_at, name, source, count)
            show(source.done, source.total)
    except BaseException:
        with sessions.begin() as session:
            marks.rest(session, name)
        raise
    with sessions.begin() as session:
        marks.finish(session, name)
    return count


def _store(
    sessions: sessionmaker[Session],
    some: list[Row | Refusal],
    received_at: datetime,
    name: str,
    source: Source,
    count: Count,
) -> None:
    rows = [item for item in some if isinstance(item, Row)]
    try:
        with sessions.begin() as session:
            outcomes = ingest.store(session, [row.posted for row in rows], received_at)
            marks.advance(session, name, source.done, source.place())
    except (DataError, IntegrityError):
        # Something in one of them the database itself refuses, or somebody stored the same at this moment.
        outcomes = [_alone(sessions, row.posted, received_at) for row in rows]
        with sessions.begin() as session:
            marks.advance(session, name, source.done, source.place())
    # Only now: what is told has been stored.
    of_rows = iter(outcomes)
    for item in some:
        if isinstance(item, Refusal):
            count.refuse(item.where, item.reason)
        else:
            count.add(next(of_rows), item.where)


def _alone(sessions: sessionmaker[Session], posted: ingest.Posted, received_at: datetime) -> ingest.Outcome:
    try:
        with sessions.begin() as session:
            return ingest.store(session, [posted], received_at)[0]
    except (DataError, IntegrityError) as problem:
        reason = f"the database refuses it ({problem.orig})"
        return ingest.Outcome(ingest.REFUSED, reason, posted.recorded_at, posted.device)
