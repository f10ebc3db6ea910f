"""The usual spacing of a device: as declared, else as the documents of its last days show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from data import gaps
from data.arrays import Integers
from data.database.compiled import Statement, integer, stored
from data.database.models import ENTRIES, SealedBlock
from data.errors import CorruptError
from data.families import FAMILIES
from data.queries.devices import DeviceRow
from data.queries.documents import Latest
from data.store import blocks
from data.store.blocks import DAY
from data.store.sealed import days

# Half a month: a bad week does not change what is usual, and a new interval is taken over after another.
DAYS = 15
# The first documents of each day tell enough of it.
ROWS = 51
_BLOCK = SealedBlock.__table__.c


def spacing(session: Session, device: DeviceRow, family: str) -> timedelta | None:
    """The usual time between documents of a device; None while it is not known."""
    if FAMILIES[family].clock_rule == "day":
        return gaps.DAILY_SPACING
    if device.expected_interval_seconds is not None:
        return timedelta(seconds=device.expected_interval_seconds)
    return cadence(session, device.id, family)


def spacings(session: Session, rows: Iterable[Latest]) -> dict[tuple[int, str], timedelta]:
    """The usual spacings of those documents' devices, by device id and family, where they are known."""
    usual = {(row.device.id, row.family): spacing(session, row.device, row.family) for row in rows}
    return {key: length for key, length in usual.items() if length is not None}


def cadence(session: Session, device_id: int, family: str) -> timedelta | None:
    """The usual time between the documents of the newest DAYS with any, sealed or not; None when they are too few."""
    spacings: list[int] = []
    last: int | None = None  # of the day before, when all of it was read
    for times in _newest_days(session, device_id, family):
        if last is not None:
            spacings.append(int(times[0]) - last)
        spacings += np.diff(times).tolist()
        last = int(times[-1]) if len(times) < ROWS else None
    return gaps.usual_spacing(spacings)


def _newest_days(session: Session, device_id: int, family: str) -> list[Integers]:
    """The times of the first ROWS documents of each of the newest days, day by day."""
    key = {"device": device_id, "family": family}
    begins: dict[int, list[Integers]] = {}
    for day, packed in _sealed_days().rows(session, key):
        try:
            begins[day] = [_first_times(bytes(packed), day)]
        except CorruptError as problem:
            days.report(device_id, family, day, problem)
    oldest = min(begins) if len(begins) == DAYS else 0
    before = 1 << 62
    for _ in range(DAYS):
        [(newest,)] = _newest_before(family).rows(session, {"device": device_id, "before": before})
        if newest is None or newest < oldest:
            break
        before = blocks.day_of(newest)
        rows = _first_of_day(family).rows(session, {"device": device_id, "start": before, "end": before + DAY})
        begins.setdefault(before, []).append(np.array([at for (at,) in rows], dtype=np.int64))
    return [np.unique(np.concatenate(begins[day]))[:ROWS] for day in sorted(begins)[-DAYS:]]


# Pages ask again and again, and a sealed day seldom changes: the days of some devices are kept unpacked.
@lru_cache(maxsize=8 * DAYS)
def _first_times(packed: bytes, day: int) -> Integers:
    return blocks.unpack_times(packed, day)[:ROWS].copy()


@lru_cache(maxsize=1)
def _sealed_days() -> Statement:
    day = stored(_BLOCK.start_at)
    return Statement(
        select(day, _BLOCK.times)
        .where(_BLOCK.device_id == bindparam("device"), _BLOCK.family == bindparam("family"), _BLOCK.damage == "")
        .where(_BLOCK.times.is_not(None))
        .order_by(day.desc())
        .limit(DAYS)
    )


@lru_cache(maxsize=8)
def _newest_before(family: str) -> Statement:
    entry = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(select(func.max(at)).where(entry.device_id == bindparam("device"), at < integer("before")))


@lru_cache(maxsize=8)
def _first_of_day(family: str) -> Statement:
    entry = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    inside = (entry.device_id == bindparam("device"), at >= integer("start"), at < integer("end"))
    return Statement(select(at).where(*inside).order_by(at).limit(ROWS))
