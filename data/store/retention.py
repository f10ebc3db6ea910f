"""What is thrown away with age, if an owner wants so: original documents, samples, single levels.  Kept by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import ENTRIES, SealedBlock, SealedColumns
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks, levels
from data.store.levels import Level


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept after it was measured; None: for ever.  `levels` by their width."""

    documents: timedelta | None = None
    samples: timedelta | None = None  # without samples there are no documents either
    levels: Mapping[int, timedelta] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        """Whether nothing is ever thrown away."""
        return self.documents is None and self.samples is None and not self.levels


@dataclass(frozen=True, slots=True)
class Expired:
    """What was thrown away: documents and samples, counted in days, and rows of levels."""

    documents: int
    samples: int
    level_rows: int


def expire(session: Session, keep: Keep, now: datetime) -> Expired:
    """Throw away what is older than it is kept; commits nothing.

    Only days that the levels have expire, so that their buckets stay: those of the highest level at least.  A day
    with entries waits until these are sealed: what the levels lack of it is read from its samples.
    """
    begin_write(session)
    return Expired(
        _documents(session, keep.documents, now),
        _samples(session, keep.samples, now),
        sum(_level(session, levels.of_width(width), age, now) for width, age in keep.levels.items()),
    )


def _old(age: timedelta, now: datetime) -> datetime:
    """The start of the first day that is kept."""
    return from_milliseconds(blocks.day_of(to_milliseconds(now - age)))


def _whole_days_before(end: datetime) -> tuple[ColumnElement[bool], ...]:
    """Days before that one which the levels have and nothing waits to be added to."""
    start = type_coerce(SealedBlock.start_at, BigInteger)
    waiting = []
    for family, entry in ENTRIES.items():
        at = type_coerce(entry.recorded_at, BigInteger)
        of_day = (entry.device_id == SealedBlock.device_id, at >= start, at < start + blocks.DAY)
        waiting.append(and_(SealedBlock.family == family, exists().where(*of_day)))
    return SealedBlock.start_at < end, SealedBlock.in_levels.is_(True), not_(or_(*waiting))


def _documents(session: Session, age: timedelta | None, now: datetime) -> int:
    if age is None:
        return 0
    old = (*_whole_days_before(_old(age, now)), SealedBlock.originals.is_not(None))
    return session.connection().execute(update(SealedBlock).where(*old).values(originals=None)).rowcount


def _samples(session: Session, age: timedelta | None, now: datetime) -> int:
    if age is None:
        return 0
    old = (*_whole_days_before(_old(age, now)), SealedBlock.times.is_not(None))
    days = select(SealedBlock.device_id, SealedBlock.family, SealedBlock.start_at).where(*old)
    key = tuple_(SealedColumns.device_id, SealedColumns.family, SealedColumns.start_at)
    session.execute(delete(SealedColumns).where(SealedColumns.level == 0, key.in_(days)))
    return session.connection().execute(update(SealedBlock).where(*old).values(times=None, originals=None)).rowcount


def _level(session: Session, level: Level, age: timedelta, now: datetime) -> int:
    """Whole periods alone are thrown away: a month, a year or a decade, once all of it is old."""
    start = type_coerce(SealedColumns.start_at, BigInteger)
    newest = levels.period_start(level, to_milliseconds(now - age))
    count = session.scalar(select(func.count()).where(SealedColumns.level == level.number, start < newest))
    session.execute(delete(SealedColumns).where(SealedColumns.level == level.number, start < newest))
    return int(count or 0)
