"""Every question asked of the store; pages, routes and exports ask nothing else.

Frames have the index `at` (UTC, milliseconds, increasing) and one float64 column a metric, also when they are empty.
No function commits, and the number of statements of each is bounded, whatever the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from data import buckets as bucketing
from data import catalogue, document
from data.catalogue import ALIASES
from data.document import Notices
from data.errors import NotFoundError, RangeError
from data.frames import instants, milliseconds_of, samples_frame
from data.models import ENTRIES, Device, Job, JSONDataEntry, Sensor, Series
from data.ranges import TimeRange, from_milliseconds, to_milliseconds

FAMILIES = {"bms": ("bms",), "tristar": ("tristar", "tristar_daily"), "sensor": ("sensor",)}
# More documents than this in one window would not fit in a web worker: read them in parts.
MOST_ROWS = 600_000
IDS_AT_ONCE = 1_000
CADENCE_ROWS = 50
Milliseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device; `owner_id` and `sensor_id` only of a registered sensor."""

    id: int
    slug: str
    kind: str
    name: str
    string: int | None
    public: bool
    expected_interval_seconds: int | None
    owner_id: int | None
    sensor_id: int | None


@dataclass(frozen=True, slots=True)
class Latest:
    """One stored document with what was read from it."""

    device: DeviceRow
    family: str
    recorded_at: datetime
    received_at: datetime
    clock: str
    readings: dict[str, float]
    notices: Notices
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours of one device in a window, and the part of its elapsed time (0 to 1) that was seen."""

    device_id: int
    watt_hours: float
    coverage: float


@dataclass(frozen=True, slots=True)
class JobRow:
    """A long piece of work and how far it has come."""

    name: str
    label: str
    done: int
    total: int
    message: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A metric that a device has posted."""

    key: str
    label: str
    unit: str


# Devices


def _device_query() -> Select[Device, int]:
    return select(Device, Sensor.user_id).outerjoin(Sensor, Device.sensor_id == Sensor.id)


def _device_row(found: Device, owner_id: int | None) -> DeviceRow:
    return DeviceRow(
        found.id,
        found.slug,
        found.kind,
        found.name,
        found.string,
        found.public,
        found.expected_interval_seconds,
        owner_id,
        found.sensor_id,
    )


def devices(session: Session, kind: str | None = None) -> list[DeviceRow]:
    """The devices (of that kind), controllers by string, then by slug."""
    query = _device_query()
    if kind is not None:
        query = query.where(Device.kind == kind)
    rows = [_device_row(*found) for found in session.execute(query)]
    return sorted(rows, key=lambda row: (row.kind, _rank(row), row.slug))


def _rank(device: DeviceRow) -> int:
    return device.string if device.string is not None else 99


def device(session: Session, slug: str) -> DeviceRow:
    """The device of that slug.  Raises NotFoundError."""
    found = session.execute(_device_query().where(Device.slug == slug)).first()
    if found is None:
        raise NotFoundError(f"no device named {slug!r}")
    return _device_row(*found)


def sensor_device(session: Session, sensor_id: int) -> DeviceRow:
    """The device of a registered sensor.  Raises NotFoundError."""
    found = session.execute(_device_query().where(Device.sensor_id == sensor_id)).first()
    if found is None:
        raise NotFoundError(f"no sensor with the id {sensor_id}")
    return _device_row(*found)


def series(session: Session, device_id: int) -> list[SeriesRow]:
    """The metrics this device has posted, by key."""
    query = select(Series.key, Series.label, Series.unit).where(Series.device_id == device_id).order_by(Series.key)
    return [SeriesRow(*row) for row in session.execute(query)]


# Samples


def samples(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, family: str | None = None
) -> pd.DataFrame:
    """Raw samples of one device, side by side.

    One row per document in `window` that may hold a metric asked for, one float64 column per metric in the order
    asked; NaN where the device sent nothing.  A device without samples gives the same columns and no rows.  Raises
    RangeError when the window holds more than MOST_ROWS documents.
    """
    by_family: dict[str, list[str]] = {}
    for metric in dict.fromkeys(metrics):
        by_family.setdefault(family or _family(session, device_id, metric), []).append(metric)
    parts = [
        samples_frame(_readings(session, ENTRIES[one], device_id, window), keys) for one, keys in by_family.items()
    ]
    frame = parts[0] if len(parts) == 1 else _side_by_side(parts)
    return frame[list(metrics)]


def _side_by_side(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return samples_frame([], [])
    joined = pd.concat(parts, axis=1, join="outer", sort=True)
    joined.index.name = "at"
    return joined


def _family(session: Session, device_id: int, metric: str) -> str:
    found = session.get(Device, device_id)
    if found is None:
        raise NotFoundError(f"no device with the id {device_id}")
    families = FAMILIES[found.kind]
    if len(families) == 1:
        return families[0]
    return catalogue.metric(ALIASES.get(metric, metric)).family


def _readings(
    session: Session, entry: type[JSONDataEntry], device_id: int, window: TimeRange
) -> Iterable[tuple[int, str]]:
    query = (
        select(_milliseconds(entry), entry.readings)
        .where(entry.device_id == device_id, *_in_window(entry, window))
        .order_by(entry.recorded_at)
        .limit(MOST_ROWS + 1)
        .execution_options(yield_per=5_000)
    )
    for number, (at, text) in enumerate(session.execute(query)):
        if number == MOST_ROWS:
            raise RangeError(f"the window holds more than {MOST_ROWS:,} documents: ask for a shorter one")
        yield at, text


def _milliseconds(entry: type[JSONDataEntry]) -> ColumnElement[int]:
    """The time column as the integer it is stored as: a frame of many rows needs no datetime objects."""
    return type_coerce(entry.recorded_at, BigInteger)


def _in_window(entry: type[JSONDataEntry], window: TimeRange) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return entry.recorded_at >= window.start_at, entry.recorded_at < window.end_at


def buckets(
    session: Session,
    device_id: int,
    metrics: Sequence[str],
    window: TimeRange,
    width: timedelta | None = None,
    points: int | None = None,
    zone: tzinfo = UTC,
) -> pd.DataFrame:
    """The window in buckets of `width`, or in at most `points` of them.

    Columns: (metric, "mean" | "min" | "max" | "last" | "count").  Index: the start of each bucket; widths are aligned
    to midnight in `zone`.  A bucket without a sample is there, with NaN and count 0.  Raises RangeError for a width
    under a second or too many buckets.
    """
    if width is None:
        width = bucketing.width_for(window, points or bucketing.DEFAULT_POINTS)
    edges = bucketing.edges(window, width, zone)
    return bucketing.bucketed(samples(session, device_id, metrics, window), edges)


def energy(
    session: Session, device_ids: Sequence[int], metric: str, window: TimeRange, now: datetime, max_gap: timedelta
) -> list[Energy]:
    """The integral of a power metric (W) over the window, by device; never across a gap longer than `max_gap`.

    Coverage counts up to the last sample when that is younger than `max_gap`: what has not been measured yet is not
    missing.
    """
    end_at = min(window.end_at, now)
    result = []
    for device_id in device_ids:
        around = TimeRange(window.start_at - max_gap, max(window.start_at - max_gap, end_at))
        power = samples(session, device_id, [metric], around)[metric].dropna()
        result.append(_integral(device_id, power, window.start_at, end_at, max_gap))
    return result


def _integral(
    device_id: int, power: pd.Series[float], start_at: datetime, end_at: datetime, max_gap: timedelta
) -> Energy:
    at = milliseconds_of(power.index)
    watts = power.to_numpy()
    start, end, gap = to_milliseconds(start_at), to_milliseconds(end_at), max_gap / timedelta(milliseconds=1)
    if len(at) and 0 <= end - at[-1] <= gap:
        end = int(at[-1])
    if len(at) < 2 or end <= start:
        return Energy(device_id, 0.0, 0.0)
    begin, finish = at[:-1], at[1:]
    from_watts, to_watts = watts[:-1].copy(), watts[1:]
    crosses = (begin < start) & (finish > start)
    share = (start - begin[crosses]) / (finish[crosses] - begin[crosses])
    from_watts[crosses] += share * (to_watts[crosses] - from_watts[crosses])
    clipped = np.maximum(begin, start)
    counted = (finish - begin <= gap) & (finish > start)
    hours = (finish - clipped)[counted] / 3_600_000
    watt_hours = float(np.sum(hours * (from_watts + to_watts)[counted] / 2))
    return Energy(device_id, watt_hours, min(1.0, float(np.sum(hours)) * 3_600_000 / (end - start)))


# Single documents


def _read(entry: JSONDataEntry, found: DeviceRow) -> Latest:
    content = entry.json_content
    return Latest(
        found,
        entry.family,
        entry.recorded_at,
        entry.date_posted,
        entry.clock,
        orjson.loads(entry.readings),
        document.notices(entry.family, content),
        content,
    )


def latest(session: Session, device_id: int, family: str) -> Latest | None:
    """The newest document of that device and family by its time of measurement."""
    entry = ENTRIES[family]
    found = session.scalars(
        select(entry).where(entry.device_id == device_id).order_by(entry.recorded_at.desc()).limit(1)
    ).first()
    return None if found is None else _read(found, _by_id(session, device_id))


def _by_id(session: Session, device_id: int) -> DeviceRow:
    return _device_row(*session.execute(_device_query().where(Device.id == device_id)).one())


def latest_all(session: Session, kinds: Sequence[str]) -> list[Latest]:
    """The newest document of every device of these kinds, one for each family it has; devices in their usual order."""
    result = []
    for kind in kinds:
        rows = devices(session, kind)
        for family in FAMILIES[kind]:
            entry = ENTRIES[family]
            newest = (
                select(func.max(entry.recorded_at))
                .where(entry.device_id == Device.id)
                .correlate(Device)
                .scalar_subquery()
            )
            query = (
                select(entry)
                .join(Device, entry.device_id == Device.id)
                .where(Device.kind == kind, entry.recorded_at == newest)
            )
            found = {one.device_id: one for one in session.scalars(query)}
            result += [_read(found[row.id], row) for row in rows if row.id in found]
    return result


def nearest(
    session: Session, family: str, device_ids: Sequence[int], at: datetime, tolerance: timedelta
) -> Latest | None:
    """The document nearest in time among these devices, at most `tolerance` away.

    Ties go to the earlier, then to the smaller string.
    """
    if not device_ids:
        return None
    entry = ENTRIES[family]
    own = entry.device_id == Device.id
    before = select(func.max(entry.recorded_at)).where(
        own, entry.recorded_at <= at, entry.recorded_at >= at - tolerance
    )
    after = select(func.min(entry.recorded_at)).where(own, entry.recorded_at >= at, entry.recorded_at <= at + tolerance)
    query = select(
        Device.id,
        Device.string,
        before.correlate(Device).scalar_subquery(),
        after.correlate(Device).scalar_subquery(),
    ).where(Device.id.in_(device_ids))
    candidates = [
        (abs(found - at), found, 99 if string is None else string, device_id)
        for device_id, string, *both in session.execute(query)
        for found in both
        if found is not None
    ]
    if not candidates:
        return None
    _, recorded_at, _, device_id = min(candidates)
    row = session.scalars(select(entry).where(entry.device_id == device_id, entry.recorded_at == recorded_at)).one()
    return _read(row, _by_id(session, device_id))


def documents(
    session: Session, device_id: int, window: TimeRange, limit: int, before: datetime | None = None
) -> list[Latest]:
    """The documents of a device in the window, of all its families, the newest first, at most `limit`.

    `before` continues a list: only documents measured earlier.
    """
    found = _by_id(session, device_id)
    rows: list[JSONDataEntry] = []
    for family in FAMILIES[found.kind]:
        entry = ENTRIES[family]
        query = select(entry).where(entry.device_id == device_id, *_in_window(entry, window))
        if before is not None:
            query = query.where(entry.recorded_at < before)
        rows += session.scalars(query.order_by(entry.recorded_at.desc()).limit(limit))
    rows.sort(key=lambda row: row.recorded_at, reverse=True)
    return [_read(row, found) for row in rows[:limit]]


# Rows nearest to the ticks of a grid


def ticks(
    session: Session,
    family: str,
    device_ids: Sequence[int],
    metric: str,
    start_at: datetime,
    end_at: datetime,
    interval: timedelta,
    tolerance: timedelta,
) -> pd.Series[float]:
    """The value of the document nearest to each tick start, start + interval, ... up to and including end.

    Index: the ticks that have a document within `tolerance` and the metric in it; the others are left out.  Ties go to
    the earlier document, then to the smaller string.
    """
    at, chosen = _nearest_ids(session, family, device_ids, start_at, end_at, interval, tolerance)
    texts = _by_ids(session, family, chosen)
    key = ALIASES.get(metric, metric)
    values = {number: orjson.loads(text).get(key) for number, text in texts.items()}
    kept = [(tick, values[number]) for tick, number in zip(at, chosen, strict=True) if values[number] is not None]
    frame = instants([tick for tick, _ in kept])
    return pd.Series([value for _, value in kept], index=frame, name=metric, dtype="float64")


def sensor_rows(
    session: Session, device_id: int, start_at: datetime, end_at: datetime, interval: timedelta, tolerance: timedelta
) -> list[tuple[datetime, dict[str, Any]]]:
    """The documents of a sensor nearest to the ticks, each once, in time order, under their own times."""
    _, chosen = _nearest_ids(session, "sensor", [device_id], start_at, end_at, interval, tolerance)
    entry = ENTRIES["sensor"]
    rows: list[JSONDataEntry] = []
    for some in _parts(sorted(set(chosen))):
        rows += session.scalars(select(entry).where(entry.id.in_(some)))
    rows.sort(key=lambda row: row.recorded_at)
    return [(row.recorded_at, row.json_content) for row in rows]


def _nearest_ids(
    session: Session,
    family: str,
    device_ids: Sequence[int],
    start_at: datetime,
    end_at: datetime,
    interval: timedelta,
    tolerance: timedelta,
) -> tuple[list[int], list[int]]:
    """(ticks in milliseconds, ids of the rows nearest to them), ticks without a row left out; one statement."""
    start, step = to_milliseconds(start_at), interval // timedelta(milliseconds=1)
    grid = np.arange(start, to_milliseconds(end_at) + 1, step, dtype="int64")
    at, ids = _times(session, ENTRIES[family], device_ids, TimeRange(start_at - tolerance, end_at + tolerance))
    if not len(at) or not len(grid):
        return [], []
    right = np.searchsorted(at, grid, side="left")
    left = np.clip(right - 1, 0, len(at) - 1)
    right = np.clip(right, 0, len(at) - 1)
    choice = np.where(np.abs(grid - at[left]) <= np.abs(at[right] - grid), left, right)
    near = np.abs(at[choice] - grid) <= tolerance / timedelta(milliseconds=1)
    return grid[near].tolist(), ids[choice[near]].tolist()


def _times(
    session: Session, entry: type[JSONDataEntry], device_ids: Sequence[int], window: TimeRange
) -> tuple[Milliseconds, Milliseconds]:
    """Times (ascending, each once, of the smallest string) and row ids; the window includes its end."""
    query = (
        select(_milliseconds(entry), entry.id)
        .join(Device, entry.device_id == Device.id)
        .where(entry.device_id.in_(device_ids))
        .where(entry.recorded_at >= window.start_at, entry.recorded_at <= window.end_at)
        .order_by(entry.recorded_at, func.coalesce(Device.string, 99), Device.id)
        .execution_options(yield_per=10_000)
    )
    flat = np.fromiter((number for row in session.execute(query) for number in row), dtype="int64")
    pairs = flat.reshape(-1, 2)
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = pairs[1:, 0] != pairs[:-1, 0]
    return pairs[first, 0], pairs[first, 1]


def _by_ids(session: Session, family: str, ids: Sequence[int]) -> dict[int, str]:
    entry = ENTRIES[family]
    found: dict[int, str] = {}
    for some in _parts(sorted(set(ids))):
        found.update(session.execute(select(entry.id, entry.readings).where(entry.id.in_(some))).all())
    return found


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


# How much there is, and how far work has come


def cadence(session: Session, device_id: int, family: str) -> timedelta | None:
    """The usual time between documents: the median spacing of the newest ones; None when there are fewer than two."""
    entry = ENTRIES[family]
    query = (
        select(_milliseconds(entry))
        .where(entry.device_id == device_id)
        .order_by(entry.recorded_at.desc())
        .limit(CADENCE_ROWS)
    )
    at = np.asarray(session.scalars(query).all(), dtype="int64")
    return timedelta(milliseconds=float(np.median(-np.diff(at)))) if len(at) > 1 else None


def span(session: Session, device_id: int, family: str) -> TimeRange | None:
    """From the first to the last time of measurement; None when there is nothing."""
    entry = ENTRIES[family]
    first = select(func.min(_milliseconds(entry))).where(entry.device_id == device_id).scalar_subquery()
    last = select(func.max(_milliseconds(entry))).where(entry.device_id == device_id).scalar_subquery()
    start, end = session.execute(select(first, last)).one()
    return None if start is None or end is None else TimeRange(from_milliseconds(start), from_milliseconds(end))


def jobs(session: Session) -> list[JobRow]:
    """Long pieces of work, running and done, the newest first."""
    return [
        JobRow(job.name, job.label, job.done, job.total, job.message, job.started_at, job.updated_at, job.finished_at)
        for job in session.scalars(select(Job).order_by(Job.started_at.desc()))
    ]
