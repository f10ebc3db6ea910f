"""How much there is: the first and the last document."""

from __future__ import annotations

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data.database.models import ENTRIES, SealedBlock
from data.ranges import TimeRange, from_milliseconds


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
    ends = [int(at) for at in row if at is not None]
    return TimeRange(from_milliseconds(min(ends)), from_milliseconds(max(ends))) if ends else None
