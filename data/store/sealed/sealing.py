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
from sqlalchemy import BigInteger, delete, func, select, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from data import document
from data.arrays import Floats
from data.database import series as series_rows
from data.database.engine import begin_write, engine_of
from data.database.locks import device_lock
from data.database.models import ENTRIES, JSONDataEntry, SealedBlock
from data.errors import CorruptError
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks, document_table, documents, levels, template_rows
from data.store.blocks import DAY, Block
from data.store.document_table import DocumentTable, Row
from data.store.sealed import days as sealed
from data.store.sealed import isolation, periods, rows
from data.store.sealed.backlog import Backlog, due
from data.store.sealed.periods import Period
from data.templates.splitting import digest

log = logging.getLogger(__name__)

# Days committed together; their levels are written once.
DAYS_AT_ONCE = 8
IDS_AT_ONCE = 900

Progress = Callable[[int, int], None]


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


def seal(
    sessions: sessionmaker[Session],
    now: datetime,
    everything: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> SealCount:
    """Seal what is due; devices that another sealer has in hand are left to it.  Commits run by run.

    What goes wrong with one device is raised once the others are sealed.
    """
    periods.fill_new_levels(sessions)
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
    late: Mapping[int, DocumentTable] | None = None,
) -> SealCount:
    """Seal the entries of these days, with what is sealed of them already.  The caller holds the device's lock.

    `late` has documents of these days that have never been entries: a long past that is loaded by whole days.  What
    is there already stays; the device must have a newer entry, which is `latest`.
    """
    count = SealCount()
    found: list[_Found] = []
    for start in days:
        try:
            one = _table_of(sessions, device_id, family, start, (late or {}).get(start))
        except CorruptError as problem:
            isolation.isolate(sessions, device_id, family, start, str(problem))
            count.damaged.append(f"device {device_id}, {family}, {from_milliseconds(start):%Y-%m-%d}: {problem}")
            continue
        if one is not None:
            found.append(one)
    count.add(_seal_tables(sessions, device_id, family, found, now))
    return count


def load_rows(
    sessions: sessionmaker[Session], device_id: int, family: str, documents: Sequence[Row], now: datetime
) -> SealCount:
    """Seal documents that never were entries: a history, days at a time.  The caller holds the device's lock.

    `documents` are in the order of their times; what is sealed already of these times stays.  Days with entries, and
    today, are for `ingest.store`: the caller does not pass them.
    """
    by_day: dict[int, list[Row]] = defaultdict(list)
    for row in documents:
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
    table: DocumentTable
    version: int
    ids: list[int]


def _seal_tables(
    sessions: sessionmaker[Session], device_id: int, family: str, found: Sequence[_Found], now: datetime
) -> SealCount:
    count = SealCount()
    today = blocks.day_of(to_milliseconds(now))
    ready: list[_Day] = []
    series: dict[str, int] = {}
    for one in found:
        readings = one.table.readings()
        series = _prepared(sessions, device_id, family, one.table, readings)
        block = blocks.build(one.table, readings, series)
        _prove(block, one.table)
        ready.append(_Day(one.start, one.version, one.ids, block, readings, one.table.times))
    if not ready:
        return count
    closed = {
        day.start: {series[metric]: levels.of_samples(day.times, values) for metric, values in day.readings.items()}
        for day in ready
        if day.start < today
    }
    with sessions() as session:
        touched = periods.with_days(session, device_id, family, closed)
        session.rollback()
        if not _commit(session, device_id, family, ready, set(closed), touched):
            count.postponed += len(ready)
            return count
    for day in ready:
        count.days += 1
        count.documents += day.block.documents
        count.samples += day.block.samples
        count.bytes += day.block.size
    return count


def _table_of(
    sessions: sessionmaker[Session], device_id: int, family: str, start: int, late: DocumentTable | None
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
    if sealed is None:  # isolated: it waits until all its documents have come again
        return _Found(start, fresh, block.version, ids) if isolation.have_come_again(block, fresh) else None
    return _Found(start, document_table.joined(family, (sealed, fresh)), block.version, ids)


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
        Row(recorded, received, clock, None if template is None else texts[template], body)
        for _, recorded, received, clock, template, body in found
    ]
    return [row[0] for row in found], rows


def load(session: Session, device_id: int, family: str, start: int) -> tuple[SealedBlock, DocumentTable | None] | None:
    """The block of a day and its documents (None where it is isolated); None when there is no block.

    Raises CorruptError when its bytes have changed, or its documents have expired.
    """
    block = session.get(SealedBlock, (device_id, family, from_milliseconds(start)))
    if block is None:
        return None
    if block.damage:
        return block, None
    if block.times is None or block.originals is None:
        raise CorruptError(sealed.EXPIRED)
    return block, sealed.day(session, device_id, family, start)


def _prepared(
    sessions: sessionmaker[Session], device_id: int, family: str, table: DocumentTable, readings: Mapping[str, Floats]
) -> dict[str, int]:
    """The series of these readings by metric, made where they are new; templates kept."""
    with sessions() as session:
        begin_write(session)
        series = series_rows.ids(session, device_id)
        for metric in readings:
            if metric not in series:
                place = int(np.flatnonzero(~np.isnan(readings[metric]))[0])
                content = document.parse_content(table.text(place))
                carried = [key for key, values in readings.items() if not np.isnan(values[place])]
                at = from_milliseconds(int(table.times[place]))
                series = series_rows.note(session, device_id, family, carried, content, at)
        template_rows.keep(session, (group.template for group in table.groups))
        session.commit()
    return series


def _prove(block: Block, table: DocumentTable) -> None:
    """Raises AssertionError when the documents of a block are not those it was made of: then nothing is deleted."""
    texts = {digest(group.template): group.template for group in table.groups}
    again = blocks.table(
        table.family,
        block.start,
        block.times,
        block.stamps,
        block.originals,
        [pack.body for pack in block.column_groups],
        lambda number: texts[number],
    )
    if not documents.same(table, again):
        raise AssertionError(f"a block of {len(table)} documents does not give them back: it is not sealed")


def _commit(
    session: Session,
    device_id: int,
    family: str,
    ready: Sequence[_Day],
    closed: set[int],
    touched: Sequence[Period],
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
        rows.put_block(session, device_id, family, day.version + 1, day.block, day.start in closed)
    for period in touched:
        rows.put_period(session, *period)
    session.commit()
    return True


def _delete(session: Session, entry: type[JSONDataEntry], ids: Sequence[int]) -> bool:
    gone = 0
    for first in range(0, len(ids), IDS_AT_ONCE):
        some = ids[first : first + IDS_AT_ONCE]
        gone += session.connection().execute(delete(entry).where(entry.id.in_(some))).rowcount
    return gone == len(ids)
