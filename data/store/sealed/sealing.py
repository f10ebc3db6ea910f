"""Entries to sealed blocks and levels: nothing is deleted before what takes its place has been read back and compared.

Work is done outside the writers' lock and committed in one transaction, if nobody changed the day meanwhile; so a
sealer that is killed has done nothing, and one that runs twice does nothing the second time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from sqlalchemy import BigInteger, Engine, delete, func, insert, select, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from data import document
from data.arrays import Floats
from data.database import series as series_rows
from data.database.engine import begin_write
from data.database.locks import device_lock
from data.database.models import ENTRIES, JSONDataEntry, SealedBlock, SealedColumns
from data.errors import CorruptError
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks, document_table, levels, template_rows
from data.store import documents as originals
from data.store.blocks import DAY, Block
from data.store.column_groups import Pack
from data.store.document_table import Row, Sheet
from data.store.levels import LEVELS, Aggregates, Level
from data.store.sealed import days as sealed
from data.store.sealed import rebuilding
from data.templates.splitting import digest

log = logging.getLogger(__name__)

# Days committed together; their levels are written once.
DAYS_AT_ONCE = 8
# Today is sealed again when so many entries wait, and when they are a tenth of what is sealed already.
FEWEST = 200
SHARE = 0.1
IDS_AT_ONCE = 900

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Entries of one device, family and UTC day that could be sealed; `start` is the day, milliseconds."""

    device_id: int
    family: str
    start: int
    documents: int


@dataclass(slots=True)
class SealCount:
    """What a sealer did; `postponed` days were changed by somebody else meanwhile, and wait for the next turn."""

    days: int = 0
    documents: int = 0
    samples: int = 0
    bytes: int = 0
    postponed: int = 0
    damaged: list[str] = field(default_factory=list)

    def add(self, other: SealCount) -> None:
        """Add the numbers of another."""
        for name in ("days", "documents", "samples", "bytes", "postponed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.damaged += other.damaged


def backlog(session: Session) -> list[Backlog]:
    """What waits to be sealed, oldest first.  The newest entry of a device and family never waits: it is `latest`."""
    found = []
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
        found += [Backlog(device, family, int(start), count) for device, start, count in session.execute(query)]
    return sorted(found, key=lambda one: (one.device_id, one.family, one.start))


def due(session: Session, now: datetime, everything: bool = False) -> list[Backlog]:
    """What is worth sealing now: days that are over, and today when enough has come."""
    waiting = backlog(session)
    today = blocks.day_of(to_milliseconds(now))
    if everything:
        return waiting
    return [one for one in waiting if one.start < today or _is_much(session, one)]


def _is_much(session: Session, one: Backlog) -> bool:
    if one.documents < FEWEST:
        return False
    sealed = session.scalar(
        select(SealedBlock.documents).where(
            SealedBlock.device_id == one.device_id,
            SealedBlock.family == one.family,
            SealedBlock.start_at == from_milliseconds(one.start),
        )
    )
    return one.documents >= SHARE * (sealed or 0)


def seal(
    sessions: sessionmaker[Session],
    now: datetime,
    everything: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> SealCount:
    """Seal what is due; devices that another sealer has in hand are left to it.  Commits run by run.

    What goes wrong with one device is raised once the others are sealed.
    """
    with sessions() as session:
        waiting = due(session, now, everything)
    count, total, done = SealCount(), sum(one.documents for one in waiting), 0
    by_device: dict[int, list[Backlog]] = defaultdict(list)
    for one in waiting:
        by_device[one.device_id].append(one)
    failed: list[Exception] = []
    for device_id, some in by_device.items():
        try:
            with device_lock(engine_of(sessions), device_id) as mine:
                if mine:
                    for family, days in _runs(some):
                        count.add(seal_days(sessions, device_id, family, days, now))
                        done += sum(one.documents for one in some if one.family == family and one.start in days)
                        progress(done, total)
        except Exception as problem:  # one device shall not keep the others waiting; it is raised at the end
            log.exception("device %s cannot be sealed", device_id)
            failed.append(problem)
    if failed:
        raise failed[0]
    return count


def engine_of(sessions: sessionmaker[Session]) -> Engine:
    """The engine that these sessions are bound to."""
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine), "sessions are bound to engines"
    return engine


def _runs(some: Sequence[Backlog]) -> Iterable[tuple[str, list[int]]]:
    by_family: dict[str, list[int]] = defaultdict(list)
    for one in some:
        by_family[one.family].append(one.start)
    for family, days in by_family.items():
        for first in range(0, len(days), DAYS_AT_ONCE):
            yield family, days[first : first + DAYS_AT_ONCE]


@dataclass(slots=True)
class _Day:
    """One day on its way: what it was made of, and what becomes of it."""

    start: int
    version: int  # of the block it replaces; 0 for none
    ids: list[int]
    block: Block
    readings: Mapping[str, Floats]
    times: np.ndarray[tuple[int], np.dtype[np.int64]]


def seal_days(
    sessions: sessionmaker[Session],
    device_id: int,
    family: str,
    days: Sequence[int],
    now: datetime,
    late: Mapping[int, Sheet] | None = None,
) -> SealCount:
    """Seal the entries of these days, with what is sealed of them already.  The caller holds the device's lock.

    `late` has documents of these days that have never been entries: a long past that is loaded by whole days.  What
    is there already stays; the device must have a newer entry, which is `latest`.
    """
    count = SealCount()
    found: list[_Found] = []
    for start in days:
        try:
            one = _sheet_of(sessions, device_id, family, start, (late or {}).get(start))
        except CorruptError as problem:
            fence(sessions, device_id, family, start, str(problem))
            count.damaged.append(f"device {device_id}, {family}, {from_milliseconds(start):%Y-%m-%d}: {problem}")
            continue
        if one is not None:
            found.append(one)
    count.add(_seal_sheets(sessions, device_id, family, found, now))
    return count


def load_rows(
    sessions: sessionmaker[Session], device_id: int, family: str, rows: Sequence[Row], now: datetime
) -> SealCount:
    """Seal documents that never were entries: a history, days at a time.  The caller holds the device's lock.

    `rows` are in the order of their times; what is sealed already of these times stays.  Days with entries, and today,
    are for `ingest.store`: the caller does not pass them.
    """
    by_day: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[blocks.day_of(row.recorded_at)].append(row)
    count, days = SealCount(), list(by_day)
    for first in range(0, len(days), DAYS_AT_ONCE):
        some = days[first : first + DAYS_AT_ONCE]
        late = {start: document_table.from_rows(family, by_day[start]) for start in some}
        count.add(seal_days(sessions, device_id, family, some, now, late))
    return count


@dataclass(frozen=True, slots=True)
class _Found:
    """A day's documents, the version of the block they replace (0 for none), and the entries they came from."""

    start: int
    sheet: Sheet
    version: int
    ids: list[int]


def _seal_sheets(
    sessions: sessionmaker[Session], device_id: int, family: str, found: Sequence[_Found], now: datetime
) -> SealCount:
    count = SealCount()
    today = blocks.day_of(to_milliseconds(now))
    ready: list[_Day] = []
    series: dict[str, int] = {}
    for one in found:
        readings = one.sheet.readings()
        series = _prepared(sessions, device_id, family, one.sheet, readings)
        block = blocks.build(one.sheet, readings, series)
        _prove(block, one.sheet)
        ready.append(_Day(one.start, one.version, one.ids, block, readings, one.sheet.times))
    if not ready:
        return count
    closed = [day for day in ready if day.start < today]
    with sessions() as session:
        rows = _level_rows(session, device_id, family, closed, series)
        session.rollback()
        if not _commit(session, device_id, family, ready, {day.start for day in closed}, rows):
            count.postponed += len(ready)
            return count
    for day in ready:
        count.days += 1
        count.documents += day.block.documents
        count.samples += day.block.samples
        count.bytes += day.block.size
    return count


def _sheet_of(
    sessions: sessionmaker[Session], device_id: int, family: str, start: int, late: Sheet | None
) -> _Found | None:
    """The day's documents, sealed and not; None where there is nothing to do, or it has to wait."""
    with sessions() as session:
        ids, rows = _entries(session, device_id, family, start)
        found = load(session, device_id, family, start)
    if not ids and late is None:
        return None
    fresh = document_table.from_rows(family, rows)
    if late is not None:
        fresh = document_table.joined(family, (fresh, late)) if rows else late
    if found is None:
        return _Found(start, fresh, 0, ids)
    block, sealed = found
    if sealed is None:  # fenced off: it waits until all its documents have come again
        return _Found(start, fresh, block.version, ids) if _have_come_again(block, fresh) else None
    return _Found(start, document_table.joined(family, (sealed, fresh)), block.version, ids)


def _have_come_again(block: SealedBlock, fresh: Sheet) -> bool:
    """Whether all documents of a fenced block are there again: by their times where these are sound, else by number."""
    try:
        blocks.check(block.checksum, block.times or b"", block.stamps, block.notices)
        times = blocks.unpack_times(block.times or b"", to_milliseconds(block.start_at))
    except CorruptError:
        return len(fresh) >= block.documents
    return bool(np.isin(times, fresh.times).all())


def _entries(session: Session, device_id: int, family: str, start: int) -> tuple[list[int], list[Row]]:
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    newest = select(func.max(at)).where(entry.device_id == device_id).scalar_subquery()
    query = (
        select(entry.id, at, type_coerce(entry.date_posted, BigInteger), entry.clock, entry.skeleton_id, entry.body)
        .where(entry.device_id == device_id, at >= start, at < start + DAY, at < newest)
        .order_by(at)
    )
    found = session.execute(query).all()
    texts = template_rows.texts(session, {row[4] for row in found if row[4] is not None})
    rows = [
        Row(recorded, received, clock, None if skeleton is None else texts[skeleton], body)
        for _, recorded, received, clock, skeleton, body in found
    ]
    return [row[0] for row in found], rows


def load(session: Session, device_id: int, family: str, start: int) -> tuple[SealedBlock, Sheet | None] | None:
    """The block of a day and its documents (None where it is fenced off); None when there is no block.

    Raises CorruptError when its bytes have changed, or its documents have been thinned out.
    """
    block = session.get(SealedBlock, (device_id, family, from_milliseconds(start)))
    if block is None:
        return None
    if block.damage:
        return block, None
    if block.times is None or block.originals is None:
        raise CorruptError(sealed.THINNED)
    return block, sealed.day(session, device_id, family, start)


def _prepared(
    sessions: sessionmaker[Session], device_id: int, family: str, sheet: Sheet, readings: Mapping[str, Floats]
) -> dict[str, int]:
    """The series of these readings by metric, made where they are new; skeletons kept."""
    with sessions() as session:
        begin_write(session)
        series = series_rows.ids(session, device_id)
        for metric in readings:
            if metric not in series:
                place = int(np.flatnonzero(~np.isnan(readings[metric]))[0])
                content = document.parse_content(sheet.text(place))
                carried = [key for key, values in readings.items() if not np.isnan(values[place])]
                at = from_milliseconds(int(sheet.times[place]))
                series = series_rows.note(session, device_id, family, carried, content, at)
        template_rows.keep(session, (group.skeleton for group in sheet.groups))
        session.commit()
    return series


def _prove(block: Block, sheet: Sheet) -> None:
    """Raises AssertionError when the documents of a block are not those it was made of: then nothing is deleted."""
    texts = {digest(group.skeleton): group.skeleton for group in sheet.groups}
    again = blocks.sheet(
        sheet.family,
        block.start,
        block.times,
        block.stamps,
        block.originals,
        [pack.body for pack in block.packs],
        lambda number: texts[number],
    )
    if not originals.same(sheet, again):
        raise AssertionError(f"a block of {len(sheet)} documents does not give them back: it is not sealed")


def _commit(
    session: Session,
    device_id: int,
    family: str,
    ready: Sequence[_Day],
    closed: set[int],
    rows: Sequence[tuple[Level, int, list[dict[str, object]]]],
) -> bool:
    """Put the blocks in the place of their entries; False, and nothing done, when a day has changed meanwhile."""
    begin_write(session)
    entry = ENTRIES[family]
    key = (SealedBlock.device_id == device_id, SealedBlock.family == family)
    versions = dict(
        session.execute(
            select(SealedBlock.start_at, SealedBlock.version).where(
                *key, SealedBlock.start_at.in_([from_milliseconds(day.start) for day in ready])
            )
        ).all()
    )
    for day in ready:
        at = from_milliseconds(day.start)
        if versions.get(at, 0) != day.version or not _delete(session, entry, day.ids):
            session.rollback()
            return False
        session.execute(delete(SealedBlock).where(*key, SealedBlock.start_at == at))
        put_block(session, device_id, family, day.version + 1, day.block, day.start in closed)
    for level, period, found in rows:
        clear_columns(session, device_id, family, level.number, period)
        if found:
            session.execute(insert(SealedColumns), found)
    session.commit()
    return True


def _delete(session: Session, entry: type[JSONDataEntry], ids: Sequence[int]) -> bool:
    gone = 0
    for first in range(0, len(ids), IDS_AT_ONCE):
        some = ids[first : first + IDS_AT_ONCE]
        gone += session.connection().execute(delete(entry).where(entry.id.in_(some))).rowcount
    return gone == len(ids)


def put_block(session: Session, device_id: int, family: str, version: int, block: Block, in_levels: bool) -> None:
    """Write a block and its columns; the row of the day must be gone."""
    start_at = from_milliseconds(block.start)
    session.execute(
        insert(SealedBlock),
        {
            "device_id": device_id,
            "family": family,
            "start_at": start_at,
            "version": version,
            "documents": block.documents,
            "first_at": from_milliseconds(block.first),
            "last_at": from_milliseconds(block.last),
            "in_levels": in_levels,
            "damage": "",
            "checksum": block.checksum,
            "times": block.times,
            "stamps": block.stamps,
            "notices": block.notices,
            "originals": block.originals,
        },
    )
    clear_columns(session, device_id, family, 0, block.start)
    if block.packs:
        session.execute(insert(SealedColumns), _rows(device_id, family, 0, block.start, block.packs, block.samples))


def clear_columns(session: Session, device_id: int, family: str, level: int, start: int) -> None:
    """Remove the columns of one period of a level."""
    session.execute(
        delete(SealedColumns).where(
            SealedColumns.device_id == device_id,
            SealedColumns.family == family,
            SealedColumns.level == level,
            SealedColumns.start_at == from_milliseconds(start),
        )
    )


def _rows(
    device_id: int, family: str, level: int, start: int, packed: Sequence[Pack], samples: int
) -> list[dict[str, object]]:
    return [
        {
            "device_id": device_id,
            "family": family,
            "level": level,
            "start_at": from_milliseconds(start),
            "part": part,
            "first_series": pack.first,
            "last_series": pack.last,
            "samples": samples if part == 0 else 0,
            "body": pack.body,
        }
        for part, pack in enumerate(packed)
    ]


def _level_rows(
    session: Session, device_id: int, family: str, closed: Sequence[_Day], series: Mapping[str, int]
) -> list[tuple[Level, int, list[dict[str, object]]]]:
    """(level, period, rows) of every period these days touch, with the days in it as they are now."""
    found = []
    below: dict[int, dict[int, Aggregates]] = {}
    for day in closed:
        below[day.start] = {
            series[metric]: levels.in_buckets(levels.of_samples(day.times, values), LEVELS[0].width)
            for metric, values in day.readings.items()
        }
    for level in LEVELS:
        if level is not LEVELS[0]:
            below = {
                start: {key: levels.in_buckets(one, level.width) for key, one in parts.items()}
                for start, parts in below.items()
            }
        periods: dict[int, list[int]] = defaultdict(list)
        for start in below:
            periods[levels.period_start(level, start)].append(start)
        for period, starts in periods.items():
            rows = _period_rows(session, device_id, family, level, period, {start: below[start] for start in starts})
            if rows is not None:
                found.append((level, period, rows))
    return found


def _period_rows(
    session: Session, device_id: int, family: str, level: Level, period: int, days: Mapping[int, dict[int, Aggregates]]
) -> list[dict[str, object]] | None:
    """The rows of one period with these days in it; None when the period has no rows and gains nothing by having some.

    A period that was begun without is left without: its other days would have to be read again.
    """
    before = period_aggregates(session, device_id, family, level, period)
    if before is None:
        if level is not LEVELS[-1] and (
            not _gains(days) or _has_blocks_in_levels(session, device_id, family, level, period)
        ):
            return None
        before = {}
    merged: dict[int, list[Aggregates]] = {key: [_without(one, days)] for key, one in before.items()}
    for start in sorted(days):
        for key, one in days[start].items():
            merged.setdefault(key, []).append(one)
    whole = {key: levels.joined(parts) for key, parts in merged.items()}
    return level_rows(device_id, family, level, period, whole)


def level_rows(
    device_id: int, family: str, level: Level, period: int, series: Mapping[int, Aggregates]
) -> list[dict[str, object]]:
    """One period of a level as rows of `SealedColumns`."""
    samples = sum(int(one.count.sum()) for one in series.values())
    return _rows(device_id, family, level.number, period, levels.pack(series, level, period), samples)


def _gains(days: Mapping[int, dict[int, Aggregates]]) -> bool:
    documents = buckets = 0
    for parts in days.values():
        fullest = max(parts.values(), key=lambda one: int(one.count.sum()), default=levels.NONE)
        documents += int(fullest.count.sum())
        buckets += len(fullest)
    return documents >= levels.GAIN * buckets


def _has_blocks_in_levels(session: Session, device_id: int, family: str, level: Level, period: int) -> bool:
    end = levels.period_end(level, period)
    query = select(func.count()).where(
        SealedBlock.device_id == device_id,
        SealedBlock.family == family,
        SealedBlock.start_at >= from_milliseconds(period),
        SealedBlock.start_at < from_milliseconds(end),
        SealedBlock.in_levels,
    )
    return bool(session.scalar(query))


def _without(one: Aggregates, days: Iterable[int]) -> Aggregates:
    kept = ~np.isin(one.start - one.start % DAY, list(days))
    return one if kept.all() else one.taken(kept)


def period_aggregates(
    session: Session, device_id: int, family: str, level: Level, period: int
) -> dict[int, Aggregates] | None:
    """Series id -> its buckets in that period of the level; None when the period has no rows.

    Rows that have changed since they were written are reported, and the period is built again from its samples.
    """
    key = (device_id, family, period)
    bodies = session.scalars(rebuilding.bodies(key, level.number)).all()
    try:
        starts = levels.clock(bodies[:1], level, period)
        if starts is None and bodies:
            raise CorruptError("the rows of a level have no clock")
        return None if starts is None else levels.unpack(bodies[1:], starts)
    except CorruptError as problem:
        log.error("device %s, %s, level %s of %s: %s", device_id, family, level.number, period, problem)
        return rebuilding.aggregates(session, key, level)


def fence(sessions: sessionmaker[Session], device_id: int, family: str, start: int, problem: str) -> None:
    """Mark a block as damaged: its documents count as missing until they have come again."""
    log.error("device %s, %s, %s: %s", device_id, family, from_milliseconds(start).date(), problem)
    with sessions() as session:
        begin_write(session)
        block = session.get(SealedBlock, (device_id, family, from_milliseconds(start)))
        if block is not None and not block.damage:
            block.damage = problem[:200]
            session.commit()
