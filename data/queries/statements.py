"""The statements behind samples, buckets and newest documents, built once: building one costs more than running it.

They speak to the tables, not to the models, and times are the integers that are stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, union_all

from data.database.compiled import Statement, among, integer, stored
from data.database.models import ENTRIES, Device, SealedBlock, SealedColumns, Sensor, Series

BLOCK = SealedBlock.__table__.c
COLUMNS = SealedColumns.__table__.c
# Series that are looked for by name; a statement that named hundreds would be too large for SQLite.
MOST_NAMED = 50
_DEVICE, _SENSOR, _SERIES = Device.__table__, Sensor.__table__, Series.__table__


@lru_cache(maxsize=4)
def device(column: str) -> Statement:
    """The fields of `data.queries.DeviceRow` of the device whose `column` is `value`."""
    device = _DEVICE.c
    return Statement(
        select(
            device.id,
            device.slug,
            device.kind,
            device.name,
            device.string,
            device.public,
            device.expected_interval_seconds,
            _SENSOR.c.user_id,
            device.sensor_id,
        )
        .select_from(_DEVICE.outerjoin(_SENSOR, device.sensor_id == _SENSOR.c.id))
        .where(device[column] == bindparam("value"))
    )


@lru_cache(maxsize=64)
def series(keys: int | None) -> Statement:
    """Key, label and unit of the series of `device`: of all, by key, or of those among `k0`, `k1` ..."""
    query = select(_SERIES.c.key, _SERIES.c.label, _SERIES.c.unit).where(_SERIES.c.device_id == bindparam("device"))
    return Statement(query.order_by(_SERIES.c.key) if keys is None else query.where(among(_SERIES.c.key, "k", keys)))


@lru_cache(maxsize=64)
def targets(keys: int) -> Statement:
    """Kind of `device`, and key and id of those of its series that are among `k0`, `k1` ..."""
    on = and_(_SERIES.c.device_id == _DEVICE.c.id, among(_SERIES.c.key, "k", keys))
    return Statement(
        select(_DEVICE.c.kind, _SERIES.c.key, _SERIES.c.id)
        .select_from(_DEVICE.outerjoin(_SERIES, on))
        .where(_DEVICE.c.id == bindparam("device"))
    )


@lru_cache(maxsize=8)
def newest(family: str) -> Statement:
    """Time, time of arrival, clock, template and body of the newest entry of `device`."""
    entry: Any = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(
        select(at, stored(entry.date_posted), entry.clock, entry.skeleton_id, entry.body)
        .where(entry.device_id == bindparam("device"))
        .order_by(at.desc())
        .limit(1)
    )


@lru_cache(maxsize=8)
def unsealed(family: str) -> Statement:
    """Time, template and body of the entries of `device` with `start` <= time < `end`, at most `limit`."""
    entry: Any = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(
        select(at, entry.skeleton_id, entry.body)
        .where(entry.device_id == bindparam("device"), at >= integer("start"), at < integer("end"))
        .order_by(at)
        .limit(bindparam("limit"))
    )


@lru_cache(maxsize=8)
def dirty(family: str, width: int) -> Statement:
    """(true, the start of a bucket of that width with entries) and (false, a day that is in no level)."""
    entry: Any = ENTRIES[family].__table__.c
    at, start = stored(entry.recorded_at), stored(BLOCK.start_at)
    bucket = at - at % width
    with_entries: Any = (
        select(bindparam("yes", 1).label("fine"), bucket.label("start"))
        .where(entry.device_id == bindparam("device"), at >= integer("start"), at < integer("end"))
        .distinct()
    )
    without_levels: Any = select(bindparam("no", 0), start).where(
        BLOCK.device_id == bindparam("device"),
        BLOCK.family == bindparam("family"),
        start >= integer("first_day"),
        start < integer("end"),
        BLOCK.in_levels.is_(False),
    )
    return Statement(union_all(with_entries, without_levels))


@lru_cache(maxsize=64)
def heads(days: int | None) -> Statement:
    """Start, count, times, ends of the blocks that touch `start` to `end`; of days `d0` ..., or `first` to `last`."""
    return Statement(
        select(
            stored(BLOCK.start_at), BLOCK.documents, BLOCK.times, stored(BLOCK.first_at), stored(BLOCK.last_at)
        ).where(
            BLOCK.device_id == bindparam("device"),
            BLOCK.family == bindparam("family"),
            _of_days(BLOCK.start_at, days),
            stored(BLOCK.last_at) >= integer("start"),
            stored(BLOCK.first_at) < integer("end"),
        )
    )


@lru_cache(maxsize=256)
def bodies(days: int | None, series: int, clock: bool) -> Statement:
    """Start and body of the rows of `level` that may hold the series `s0`, `s1` ...; with the clocks where asked.

    Of more than MOST_NAMED series (any such number) the rows from `lowest` to `highest`.
    """
    names = [f"s{number}" for number in range(series)]
    ends = [("lowest", "highest")] if series > MOST_NAMED else list(zip(names, names, strict=True))
    holds: list[ColumnElement[bool]] = [
        and_(COLUMNS.first_series <= bindparam(high), COLUMNS.last_series >= bindparam(low)) for low, high in ends
    ]
    if clock:
        holds.append(COLUMNS.part == 0)
    start = stored(COLUMNS.start_at)
    return Statement(
        select(start, COLUMNS.body)
        .where(
            COLUMNS.device_id == bindparam("device"),
            COLUMNS.family == bindparam("family"),
            COLUMNS.level == bindparam("level"),
            _of_days(COLUMNS.start_at, days),
            or_(*holds),
        )
        .order_by(start, COLUMNS.part)
    )


def _of_days(column: ColumnElement[Any], days: int | None) -> ColumnElement[bool]:
    at = stored(column)
    return among(at, "d", days) if days is not None else at.between(integer("first"), integer("last"))
