"""The periods of the levels that sealed days touch: read, added to, and filled where a level is new."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from data.database import jobs
from data.database.engine import begin_write, engine_of
from data.database.locks import device_lock
from data.database.models import LEVEL_JOB, Job, SealedBlock, SealedColumns
from data.errors import CorruptError
from data.ranges import from_milliseconds
from data.store import levels
from data.store.levels import DAY, Aggregates, Level
from data.store.sealed import rebuilding, rows
from data.store.sealed.rows import Key

log = logging.getLogger(__name__)

Days = Mapping[int, Mapping[int, Aggregates]]  # start of the day -> series id -> its buckets


class Period(NamedTuple):
    """A period of a level as it is to be written."""

    key: Key
    level: Level
    rows: list[dict[str, object]]


def with_days(session: Session, device_id: int, family: str, samples: Days) -> list[Period]:
    """Every period that these days touch, with the days in it as they are now."""
    periods: list[Period] = []
    of_width: dict[int, Days] = {0: samples}
    for level in levels.LEVELS:
        of_width[level.width] = {
            start: {series: levels.in_buckets(aggregates, level.width) for series, aggregates in parts.items()}
            for start, parts in of_width[level.source].items()
        }
        by_period: dict[int, dict[int, Mapping[int, Aggregates]]] = defaultdict(dict)
        for start, parts in of_width[level.width].items():
            by_period[levels.period_start(level, start)][start] = parts
        for period, days in by_period.items():
            key = (device_id, family, period)
            series = _with_days(session, key, level, days)
            if series is not None:
                periods.append(Period(key, level, rows.of_period(key, level, series)))
    return periods


def _with_days(session: Session, key: Key, level: Level, days: Days) -> dict[int, Aggregates] | None:
    """The series of a period with these days in it; None when it has no rows and gains nothing by having some.

    A period that was begun without is left without: its other days would have to be read again.
    """
    before = stored(session, key, level)
    if before is None:
        if not _is_kept(level, days.values()) or (not _is_widest(level) and _has_days(session, key, level)):
            return None
        before = {}
    parts = {series: [_without(aggregates, days)] for series, aggregates in before.items()}
    for start in sorted(days):
        for series, aggregates in days[start].items():
            parts.setdefault(series, []).append(aggregates)
    return {series: levels.joined(some) for series, some in parts.items()}


def _is_widest(level: Level) -> bool:
    return level.width == max(other.width for other in levels.LEVELS)


def _is_kept(level: Level, parts: Iterable[Mapping[int, Aggregates]]) -> bool:
    """Whether the level has far fewer buckets than samples there; the widest is kept whatever it has."""
    if _is_widest(level):
        return True
    samples = buckets = 0
    for series in parts:
        fullest = max(series.values(), key=lambda aggregates: int(aggregates.count.sum()), default=levels.NONE)
        samples += int(fullest.count.sum())
        buckets += len(fullest)
    return samples >= levels.GAIN * buckets


def _has_days(session: Session, key: Key, level: Level) -> bool:
    device_id, family, period = key
    query = select(func.count()).where(
        SealedBlock.device_id == device_id,
        SealedBlock.family == family,
        SealedBlock.start_at >= from_milliseconds(period),
        SealedBlock.start_at < from_milliseconds(levels.period_end(level, period)),
        SealedBlock.in_levels,
    )
    return bool(session.scalar(query))


def _without(aggregates: Aggregates, days: Iterable[int]) -> Aggregates:
    kept = ~np.isin(aggregates.start - aggregates.start % DAY, list(days))
    return aggregates if kept.all() else aggregates.taken(kept)


def stored(session: Session, key: Key, level: Level) -> dict[int, Aggregates] | None:
    """Series id -> its buckets in that period of the level; None when the period has no rows.

    Rows that have changed since they were written are reported, and the period is built again from its samples.
    """
    bodies = session.scalars(rows.bodies(key, level.number)).all()
    try:
        starts = levels.clock(bodies[:1], level, key[2])
        if starts is None and bodies:
            raise CorruptError("the rows of a level have no clock")
        return None if starts is None else levels.unpack(bodies[1:], starts)
    except CorruptError as problem:
        log.error("device %s, %s, level %s of %s: %s", key[0], key[1], level.number, key[2], problem)
        return rebuilding.aggregates(session, key, level)


# Levels that are new to the store


def fill_new_levels(sessions: sessionmaker[Session]) -> None:
    """Give levels that the store has not had before the days that are sealed already; commits period by period.

    A device that another sealer has in hand keeps its level new until the next time.
    """
    with sessions() as session:
        names = set(session.scalars(select(Job.name).where(Job.finished_at.is_not(None))))
    for level in levels.LEVELS:
        name = f"{LEVEL_JOB}{level.width}"
        if name not in names:
            _fill(sessions, level, name)


def _fill(sessions: sessionmaker[Session], level: Level, name: str) -> None:
    label = f"Buckets of {level.width // levels.MINUTE} minutes"
    with sessions() as session:
        missing = _missing(session, level)
    with sessions() as session:
        jobs.start(session, name, label, len(missing))
        session.commit()
    all_done = True
    for place, key in enumerate(missing, start=1):
        with device_lock(engine_of(sessions), key[0]) as mine, sessions() as session:
            all_done &= mine
            if not mine:
                continue
            series = _from_below(session, key, level)
            session.rollback()
            begin_write(session)
            if series and _is_kept(level, [series]):
                rows.put_period(session, key, level, rows.of_period(key, level, series))
            jobs.advance(session, name, place)
            session.commit()
    if all_done:
        with sessions() as session:
            jobs.finish(session, name)
            session.commit()


def _missing(session: Session, level: Level) -> list[Key]:
    """The periods with days that the levels have, and without rows of this one."""
    start: Any = type_coerce(SealedBlock.start_at, BigInteger)
    query = select(SealedBlock.device_id, SealedBlock.family, start).where(SealedBlock.in_levels).order_by(start)
    keys = {
        (device_id, family, levels.period_start(level, day)): None for device_id, family, day in session.execute(query)
    }
    period = type_coerce(SealedColumns.start_at, BigInteger)
    query = select(SealedColumns.device_id, SealedColumns.family, period).where(
        SealedColumns.level == level.number, SealedColumns.part == 0
    )
    there = {(device_id, family, start) for device_id, family, start in session.execute(query)}
    return [key for key in keys if key not in there]


def _from_below(session: Session, key: Key, level: Level) -> dict[int, Aggregates]:
    """The series of a period, added up from the level it is made of, or from the samples where that has no rows."""
    if not level.source:
        return rebuilding.aggregates(session, key, level)
    source = levels.of_width(level.source)
    parts: dict[int, list[Aggregates]] = defaultdict(list)
    device_id, family, start = key
    end = levels.period_end(level, start)
    while start < end:
        below = (device_id, family, start)
        there = stored(session, below, source)
        if there is None:
            there = rebuilding.aggregates(session, below, source)
        for series, aggregates in there.items():
            parts[series].append(levels.in_buckets(aggregates, level.width))
        start = levels.period_end(source, start)
    return {series: levels.joined(some) for series, some in parts.items()}
