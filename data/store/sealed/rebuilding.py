"""A period of a level built again, when its rows have changed since they were written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import BigInteger, select, type_coerce
from sqlalchemy.orm import Session

from data.arrays import Floats, Integers
from data.database.models import SealedBlock
from data.errors import CorruptError
from data.store import column_groups, columns, levels
from data.store.levels import DAY, Aggregates, Level
from data.store.sealed import days, rows
from data.store.sealed.rows import Key


def aggregates(session: Session, key: Key, level: Level) -> dict[int, Aggregates]:
    """Series id -> its buckets in that period: from the samples of its days, and where these have expired or
    are damaged, from what is still sound of the level itself."""
    device, family, period = key
    parts: dict[int, list[Aggregates]] = {}
    without: list[int] = []
    for start, documents in _days_in_levels(session, device, family, period, levels.period_end(level, period)):
        try:
            times, column_of = _samples(session, (device, family, start), documents)
        except CorruptError:
            without.append(start)
            continue
        for series, values in column_of.items():
            buckets = levels.of_samples(times, values)
            for step in levels.steps(level.width):
                buckets = levels.in_buckets(buckets, step.width)
            parts.setdefault(series, []).append(buckets)
    for series, buckets in _still_sound(session, key, level).items():
        parts.setdefault(series, []).append(buckets.taken(np.isin(buckets.start - buckets.start % DAY, without)))
    return {series: levels.joined(some) for series, some in parts.items()}


def _days_in_levels(session: Session, device: int, family: str, start: int, end: int) -> list[tuple[int, int]]:
    at = type_coerce(SealedBlock.start_at, BigInteger)
    query = (
        select(at, SealedBlock.documents)
        .where(
            SealedBlock.device_id == device,
            SealedBlock.family == family,
            at >= start,
            at < end,
            SealedBlock.in_levels,
        )
        .order_by(at)
    )
    return [(int(day), count) for day, count in session.execute(query)]


def _samples(session: Session, key: Key, documents: int) -> tuple[Integers, dict[int, Floats]]:
    """The times and the sound columns of a day.  Raises CorruptError where they are not to be had."""
    times = days.times(session, *key)
    if len(times) != documents:
        raise CorruptError("the samples of that day have expired, or are isolated")
    column_of: dict[int, Floats] = {}
    for body in session.scalars(rows.bodies(key, 0)):
        for series, column in column_groups.sound(body):
            column_of[series] = columns.decode(column.kind, column.packed, documents)
    return times, column_of


def _still_sound(session: Session, key: Key, level: Level) -> dict[int, Aggregates]:
    bodies: Sequence[bytes] = session.scalars(rows.bodies(key, level.number)).all()
    try:
        starts = levels.clock(bodies[:1], level, key[2])
    except CorruptError:
        return {}
    if starts is None:
        return {}
    return {
        series: levels.aggregates_of(column, starts)
        for body in bodies[1:]
        for series, column in column_groups.sound(body)
        if series != levels.CLOCK
    }
