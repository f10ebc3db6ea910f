"""The statements behind samples and buckets, built once: building one costs more than running it.

They speak to the tables, not to the models, and times are the integers that are stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, or_, select, type_coerce, union_all

from data.levels import LEVELS
from data.models import ENTRIES, Device, SealedBlock, SealedColumns, Series

BLOCK = SealedBlock.__table__.c
COLUMNS = SealedColumns.__table__.c
# Series that are looked for by name; a statement that named hundreds would be too large for SQLite.
MOST_NAMED = 50
_DEVICE, _SERIES = Device.__table__, Series.__table__


def _at(column: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


def _integer(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=BigInteger())


@lru_cache(maxsize=1)
def targets() -> Any:
    """Kind of `device`, and key and id of those of its series that are among `keys`."""
    on = and_(_SERIES.c.device_id == _DEVICE.c.id, _SERIES.c.key.in_(bindparam("keys", expanding=True)))
    return (
        select(_DEVICE.c.kind, _SERIES.c.key, _SERIES.c.id)
        .select_from(_DEVICE.outerjoin(_SERIES, on))
        .where(_DEVICE.c.id == bindparam("device"))
    )


@lru_cache(maxsize=8)
def unsealed(family: str) -> Any:
    """Time, skeleton and body of the entries of `device` with `start` <= time < `end`, at most `limit`."""
    entry: Any = ENTRIES[family].__table__.c
    at = _at(entry.recorded_at)
    return (
        select(at, entry.skeleton_id, entry.body)
        .where(entry.device_id == bindparam("device"), at >= _integer("start"), at < _integer("end"))
        .order_by(at)
        .limit(bindparam("limit"))
    )


@lru_cache(maxsize=8)
def dirty(family: str) -> Any:
    """(true, the start of a bucket of the lowest level with entries) and (false, a day that is in no level)."""
    entry: Any = ENTRIES[family].__table__.c
    at, start = _at(entry.recorded_at), _at(BLOCK.start_at)
    bucket = at - at % LEVELS[0].width
    with_entries: Any = (
        select(bindparam("yes", 1).label("fine"), bucket.label("start"))
        .where(entry.device_id == bindparam("device"), at >= _integer("start"), at < _integer("end"))
        .distinct()
    )
    without_levels: Any = select(bindparam("no", 0), start).where(
        BLOCK.device_id == bindparam("device"),
        BLOCK.family == bindparam("family"),
        start >= _integer("first_day"),
        start < _integer("end"),
        BLOCK.in_levels.is_(False),
    )
    return union_all(with_entries, without_levels)


@lru_cache(maxsize=2)
def heads(named: bool) -> Any:
    """Start, count, times and ends of the blocks that touch `start` to `end`; of the `days`, or `first` to `last`."""
    return select(_at(BLOCK.start_at), BLOCK.documents, BLOCK.times, _at(BLOCK.first_at), _at(BLOCK.last_at)).where(
        BLOCK.device_id == bindparam("device"),
        BLOCK.family == bindparam("family"),
        _among(BLOCK.start_at, named),
        _at(BLOCK.last_at) >= _integer("start"),
        _at(BLOCK.first_at) < _integer("end"),
    )


@lru_cache(maxsize=64)
def bodies(named: bool, series: int, clock: bool) -> Any:
    """Start and body of the rows of `level` that may hold the series `s0`, `s1` ...; with the clocks where asked.

    Of more than MOST_NAMED series (any such number) the rows from `lowest` to `highest`.
    """
    ends = [("lowest", "highest")] if series > MOST_NAMED else [(f"s{one}", f"s{one}") for one in range(series)]
    holds: list[ColumnElement[bool]] = [
        and_(COLUMNS.first_series <= bindparam(high), COLUMNS.last_series >= bindparam(low)) for low, high in ends
    ]
    if clock:
        holds.append(COLUMNS.part == 0)
    start = _at(COLUMNS.start_at)
    return (
        select(start, COLUMNS.body)
        .where(
            COLUMNS.device_id == bindparam("device"),
            COLUMNS.family == bindparam("family"),
            COLUMNS.level == bindparam("level"),
            _among(COLUMNS.start_at, named),
            or_(*holds),
        )
        .order_by(start, COLUMNS.part)
    )


def _among(column: ColumnElement[Any], named: bool) -> ColumnElement[bool]:
    at = _at(column)
    return at.in_(bindparam("days", expanding=True)) if named else at.between(_integer("first"), _integer("last"))
