"""How much there is: the usual time between documents, and the first and the last."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data.arrays import Integers
from data.database.models import ENTRIES, SealedBlock
from data.errors import CorruptError
from data.ranges import TimeRange, from_milliseconds
from data.store import blocks
from data.store.sealed import days

CADENCE_ROWS = 50


def cadence(session: Session, device_id: int, family: str) -> timedelta | None:
    """The usual time between documents: the median spacing of the newest ones; None when there are fewer than two."""
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    query = select(at).where(entry.device_id == device_id).order_by(at.desc()).limit(CADENCE_ROWS)
    found = np.union1d(
        np.asarray(session.scalars(query).all(), dtype="int64"), _newest_sealed(session, device_id, family)
    )
    spacing = np.diff(found[-CADENCE_ROWS:])
    return timedelta(milliseconds=float(np.median(spacing))) if len(spacing) else None


def _newest_sealed(session: Session, device_id: int, family: str) -> Integers:
    """The times of at least CADENCE_ROWS of the newest sealed documents, where there are so many in the last days."""
    day = type_coerce(SealedBlock.start_at, BigInteger)
    query = (
        select(day, SealedBlock.times)
        .where(SealedBlock.device_id == device_id, SealedBlock.family == family, SealedBlock.damage == "")
        .where(SealedBlock.times.is_not(None))
        .order_by(day.desc())
    )
    found = np.empty(0, dtype=np.int64)
    limit = 1
    while len(found) < CADENCE_ROWS and limit <= CADENCE_ROWS:
        rows = session.execute(query.limit(limit)).all()
        parts = []
        for start, packed in rows:
            try:
                parts.append(blocks.unpack_times(packed or b"", int(start)))
            except CorruptError as problem:
                days.report(device_id, family, int(start), problem)
        found = np.concatenate([found[:0], *parts])
        if len(rows) < limit:
            break
        limit *= 7
    return found


def span(session: Session, device_id: int, family: str) -> TimeRange | None:
    """From the first to the last time of measurement; None when there is nothing."""
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    key = (SealedBlock.device_id == device_id, SealedBlock.family == family)
    sealed_from, sealed_to = type_coerce(SealedBlock.first_at, BigInteger), type_coerce(SealedBlock.last_at, BigInteger)
    row = session.execute(
        select(
            select(func.min(at)).where(entry.device_id == device_id).scalar_subquery(),
            select(func.max(at)).where(entry.device_id == device_id).scalar_subquery(),
            select(func.min(sealed_from)).where(*key).scalar_subquery(),
            select(func.max(sealed_to)).where(*key).scalar_subquery(),
        )
    ).one()
    found = [int(one) for one in row if one is not None]
    return TimeRange(from_milliseconds(min(found)), from_milliseconds(max(found))) if found else None
