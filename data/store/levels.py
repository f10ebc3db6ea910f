"""The levels above 0: count, sum, min, max and last of each series in buckets of ten minutes, an hour, a day.

A period (a month, a year, a decade) of one level is one set of rows; buckets begin at multiples of their width in UTC.
Sums are exact: whole numbers where the series has decimals.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from data.arrays import Floats, Integers
from data.errors import CorruptError
from data.store import column_groups, columns
from data.store.columns import EXACT, SCALES

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CLOCK = 0  # in place of a series id: which buckets of the period have documents
# A level that would have more than a bucket for so many documents is no gain over the one below it.
GAIN = 4
AS_FLOATS = 100  # kind of a column whose numbers have no common decimals; else the decimals


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name in the table, the width of its buckets, the months of a period, and what it is added up from.

    Widths are milliseconds; `source` is the width of a finer level, or 0 for the samples.  The number says nothing of
    the width: a level put between two others takes the next free one, and no other level's buckets change by it.
    """

    number: int
    width: int
    months: int
    source: int = 0


# From the finest to the widest.
LEVELS = (Level(1, 10 * MINUTE, 1), Level(2, HOUR, 12, 10 * MINUTE), Level(3, DAY, 120, HOUR))


def of_width(width: int) -> Level:
    """The level whose buckets are so wide."""
    return next(level for level in LEVELS if level.width == width)


def steps(width: int) -> list[Level]:
    """The levels by which samples are added up to buckets of that level, the finest first; none for width 0."""
    levels: list[Level] = []
    while width:
        levels.insert(0, of_width(width))
        width = levels[0].source
    return levels


def period_start(level: Level, milliseconds: int) -> int:
    """The start of the period of that level that an instant lies in."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    months = (at.year - 1970) * 12 + at.month - 1
    return _month(months - months % level.months)


def period_end(level: Level, start: int) -> int:
    """The end of the period that starts there."""
    at = datetime.fromtimestamp(start / 1000, UTC)
    return _month((at.year - 1970) * 12 + at.month - 1 + level.months)


def _month(months: int) -> int:
    return int(datetime(1970 + months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Aggregates:
    """Buckets of one series: their starts (ascending, none empty), and what is in them; `total` is the sum."""

    start: Integers
    count: Integers
    total: Floats
    low: Floats
    high: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.start)

    def taken(self, places: object) -> Aggregates:
        """The buckets at these places."""
        return Aggregates(*(getattr(self, name)[places] for name in FIELDS))


FIELDS = ("start", "count", "total", "low", "high", "last")
_FIRST = np.zeros(1, np.intp)
NONE = Aggregates(np.empty(0, np.int64), np.empty(0, np.int64), *(np.empty(0) for _ in range(4)))


def of_samples(times: Integers, values: Floats) -> Aggregates:
    """Each sample as a bucket of its own; NaN is no sample."""
    there = ~np.isnan(values)
    if not there.all():
        times, values = times[there], values[there]
    return Aggregates(times, np.ones(len(times), dtype=np.int64), values, values, values, values)


def in_buckets(parts: Aggregates, width: int) -> Aggregates:
    """The parts (in time order) gathered in buckets of that width."""
    if not len(parts):
        return NONE
    start = parts.start - parts.start % width
    return reduced(parts, start)


def reduced(parts: Aggregates, start: Integers) -> Aggregates:
    """Neighbouring parts with the same `start` made one; the starts of the result are those."""
    if not len(parts):
        return NONE
    steps = np.flatnonzero(start[1:] != start[:-1])  # the places before another start
    if len(steps) + 1 == len(start):
        return Aggregates(start, parts.count, parts.total, parts.low, parts.high, parts.last)
    begins, ends = np.concatenate((_FIRST, steps + 1)), np.append(steps, len(start) - 1)
    return Aggregates(
        start[begins],
        np.add.reduceat(parts.count, begins),
        exact_sums(parts.total, begins),
        np.minimum.reduceat(parts.low, begins),
        np.maximum.reduceat(parts.high, begins),
        parts.last[ends],
    )


def exact_sums(values: Floats, begins: Integers) -> Floats:
    """The sums of the stretches that begin at these places, added up as whole numbers where the values have decimals.

    The sum of a stretch depends on its values and their order alone, not on what is added up beside it.
    """
    as_whole = columns.scaled(values)
    if as_whole is not None and float(np.abs(as_whole[1]).max(initial=0)) * len(values) < EXACT:
        return np.asarray(np.add.reduceat(as_whole[1], begins) / SCALES[as_whole[0]], dtype=np.float64)
    return _sums_apart(values, begins)


def _sums_apart(values: Floats, begins: Integers) -> Floats:
    """The same where some stretches have decimals and others have none, or where sums are beyond what is exact."""
    with np.errstate(over="ignore", invalid="ignore"):  # the sum of numbers at the end of the range is infinite
        sums = np.asarray(np.add.reduceat(values, begins), dtype=np.float64)
    decimals = np.maximum.reduceat(columns.decimals(values), begins)
    some = decimals < len(SCALES)
    lengths = np.diff(np.append(begins, len(values)))
    inside = np.repeat(some, lengths)
    if not inside.any():
        return sums
    starts = np.cumsum(np.append(0, lengths[some]))[:-1]
    scales = np.take(SCALES, decimals[some])
    whole = np.rint(values[inside] * np.repeat(scales, lengths[some]))
    exact = np.maximum.reduceat(np.abs(whole), starts) * lengths[some] < 2.0**63
    added = np.add.reduceat(np.where(np.repeat(exact, lengths[some]), whole, 0).astype(np.int64), starts) / scales
    sums[some] = np.where(exact, added, sums[some])
    return sums


def joined(parts: Iterable[Aggregates]) -> Aggregates:
    """All of them in one, in time order; they do not overlap."""
    some = [part for part in parts if len(part)]
    if len(some) < 2:
        return some[0] if some else NONE
    whole = Aggregates(*(np.concatenate([getattr(part, name) for part in some]) for name in FIELDS))
    if (np.diff(whole.start) < 0).any():
        return whole.taken(np.argsort(whole.start, kind="stable"))
    return whole


# As bytes


def pack(series: Mapping[int, Aggregates], level: Level, period: int) -> list[column_groups.ColumnGroup]:
    """The rows of one period: the clock in the first, then the series."""
    starts = (
        np.unique(np.concatenate([aggregates.start for aggregates in series.values()]))
        if series
        else np.empty(0, np.int64)
    )
    clock = column_groups.Column(0, columns.pack_integers((starts - period) // level.width))
    packed = {key: _column(aggregates, starts) for key, aggregates in series.items() if len(aggregates)}
    return column_groups.grouped({CLOCK: clock}) + column_groups.grouped(packed)


def _column(aggregates: Aggregates, starts: Integers) -> column_groups.Column:
    places = np.searchsorted(starts, aggregates.start)
    count = np.zeros(len(starts), dtype=np.int64)
    count[places] = aggregates.count
    decimals = _decimals(aggregates)
    if decimals is None:
        kind = AS_FLOATS
        parts = [_floats(values) for values in (aggregates.total, aggregates.low, aggregates.high, aggregates.last)]
    else:
        kind = decimals
        scale = SCALES[decimals]
        total = np.rint(aggregates.total * scale).astype(np.int64)
        mean = _rounded(total, aggregates.count)
        others = [
            np.rint(values * scale).astype(np.int64) - mean
            for values in (aggregates.low, aggregates.high, aggregates.last)
        ]
        parts = [columns.pack_integers(whole) for whole in (total, *others)]
    parts.insert(0, columns.pack_integers(count))
    head = struct.pack("<5I", *(len(part) for part in parts))
    return column_groups.Column(kind, head + b"".join(parts))


def _rounded(total: Integers, count: Integers) -> Integers:
    return np.asarray((2 * total + count) // (2 * count), dtype=np.int64)


def _floats(values: Floats) -> bytes:
    kind, packed = columns.encode(values)
    return bytes([kind]) + packed


def _decimals(aggregates: Aggregates) -> int | None:
    """Decimals that give all its numbers back exactly, sums too; None when there are none such."""
    as_whole = columns.scaled(np.concatenate([aggregates.low, aggregates.high, aggregates.last]))
    if as_whole is None:
        return None
    scale = SCALES[as_whole[0]]
    whole = np.rint(aggregates.total * scale)
    if np.abs(whole).max() * 2 >= EXACT or not np.array_equal(whole / scale, aggregates.total):
        return None
    return as_whole[0]


def clock(bodies: Iterable[bytes], level: Level, period: int) -> Integers | None:
    """The starts of the buckets that have documents; None when no row of the period has a clock."""
    for body in bodies:
        for _, column in column_groups.unpack(body, (CLOCK,)):
            try:
                return columns.unpack_integers(column.packed) * level.width + period
            except (RuntimeError, TypeError) as cause:
                raise CorruptError(f"the clock of a level cannot be unpacked: {cause}") from cause
    return None


def unpack(bodies: Iterable[bytes], starts: Integers, chosen: Collection[int] | None = None) -> dict[int, Aggregates]:
    """Series id -> its buckets, of the chosen series or of all but the clock.  Raises CorruptError."""
    aggregates = {}
    for body in bodies:
        for series, column in column_groups.unpack(body, chosen):
            if series != CLOCK:
                aggregates[series] = aggregates_of(column, starts)
    return aggregates


def aggregates_of(column: column_groups.Column, starts: Integers) -> Aggregates:
    """The buckets of a column, of those that start there.  Raises CorruptError."""
    try:
        lengths = struct.unpack_from("<5I", column.packed)
        parts, at = [], 20
        for length in lengths:
            parts.append(column.packed[at : at + length])
            at += length
        count = columns.unpack_integers(parts[0])
        if len(count) != len(starts):
            raise CorruptError(f"a level has {len(count)} buckets, its clock {len(starts)}")
        there = count > 0
        full = bool(there.all())
        start, count = (starts, count) if full else (starts[there], count[there])
        if column.kind == AS_FLOATS:
            return Aggregates(start, count, *(columns.decode(part[0], part[1:], len(start)) for part in parts[1:]))
        total, *others = (columns.unpack_integers(part) for part in parts[1:])
        mean = _rounded(total, count)
        scale = SCALES[column.kind]
        return Aggregates(start, count, total / scale, *((whole + mean) / scale for whole in others))
    except (struct.error, RuntimeError, TypeError, ValueError, IndexError) as cause:
        raise CorruptError(f"a level cannot be unpacked: {cause}") from cause
