"""What waits to be sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data.database.models import ENTRIES, SealedBlock
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks
from data.store.blocks import DAY

# Today is sealed again when so many entries wait, and when they are a tenth of what is sealed already.
FEWEST = 200
SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Backlog:
    """Entries of one device, family and UTC day that could be sealed; `start` is the day, milliseconds."""

    device_id: int
    family: str
    start: int
    documents: int


def backlog(session: Session) -> list[Backlog]:
    """What waits to be sealed, oldest first.  The newest entry of a device and family never waits: it is `latest`."""
    backlogs = []
    for family, entry in ENTRIES.items():
        at = type_coerce(entry.recorded_at, BigInteger)
        newest = select(entry.device_id, func.max(at).label("at")).group_by(entry.device_id).subquery()
        day = (at - at % DAY).label("day")
        query = (
            select(entry.device_id, day, func.count())
            .join(newest, newest.c.device_id == entry.device_id)
            .where(at < newest.c.at)
            .group_by(entry.device_id, day)
        )
        backlogs += [Backlog(device, family, int(start), count) for device, start, count in session.execute(query)]
    return sorted(backlogs, key=lambda waiting: (waiting.device_id, waiting.family, waiting.start))


def due(session: Session, now: datetime, everything: bool = False) -> list[Backlog]:
    """What is worth sealing now: days that are over, and today when enough has come."""
    waiting = backlog(session)
    today = blocks.day_of(to_milliseconds(now))
    if everything:
        return waiting
    return [day for day in waiting if day.start < today or _is_much(session, day)]


def _is_much(session: Session, day: Backlog) -> bool:
    if day.documents < FEWEST:
        return False
    sealed = session.scalar(
        select(SealedBlock.documents).where(
            SealedBlock.device_id == day.device_id,
            SealedBlock.family == day.family,
            SealedBlock.start_at == from_milliseconds(day.start),
        )
    )
    return day.documents >= SHARE * (sealed or 0)
