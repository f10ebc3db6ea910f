"""Entries to sealed blocks and levels: nothing is deleted before its block has been read back and compared.

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
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from data import document
from data.arrays import Floats
from data.database import series as series_rows
from data.database.engine import begin_write, engine_of
from data.database.locks import device_lock
from data.database.models import ENTRIES, JSONDataEntry, SealedBlock
from data.errors import CorruptError
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks, documents, levels, template_rows
from data.store.blocks import Block
from data.store.document_table import DocumentTable
from data.store.sealed import isolation, periods, rows
from data.store.sealed.backlog import Backlog, due
from data.store.sealed.periods import Period
from data.store.sealed.unsealed import UnsealedDay, unsealed_day
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
    count, total, done = SealCount(), sum(day.documents for day in waiting), 0
    by_device: dict[int, list[Backlog]] = defaultdict(list)
    for day in waiting:
        by_device[day.device_id].append(day)
    failed: list[Exception] = []
    for device_id, some in by_device.items():
        try:
            with device_lock(engine_of(sessions), device_id) as mine:
                if mine:
                    for family, days in _runs(some):
                        count.add(seal_days(sessions, device_id, family, days, now))
                        done += sum(day.documents for day in some if day.family == family and day.start in days)
                        progress(done, total)
        except Exception as problem:  # one device shall not keep the others waiting; it is raised at the end
            log.exception("device %s cannot be sealed", device_id)
            failed.append(problem)
    if failed:
        raise failed[0]
    return count


def _runs(some: Sequence[Backlog]) -> Iterable[tuple[str, list[int]]]:
    by_family: dict[str, list[int]] = defaultdict(list)
    for day in some:
        by_family[day.family].append(day.start)
    for family, days in by_family.items():
        for first in range(0, len(days), DAYS_AT_ONCE):
            yield family, days[first : first + DAYS_AT_ONCE]


@dataclass(frozen=True, slots=True)
class _SealedDay:
    """A day to be committed: what it was before, its block, and the readings in it."""

    before: UnsealedDay
    block: Block
    readings: Mapping[str, Floats]


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
    unsealed_days: list[UnsealedDay] = []
    for start in days:
        try:
            day = unsealed_day(sessions, device_id, family, start, (late or {}).get(start))
        except CorruptError as problem:
            isolation.isolate(sessions, device_id, family, start, str(problem))
            count.damaged.append(f"device {device_id}, {family}, {from_milliseconds(start):%Y-%m-%d}: {problem}")
            continue
        if day is not None:
            unsealed_days.append(day)
    count.add(_seal_tables(sessions, device_id, family, unsealed_days, now))
    return count


def _seal_tables(
    sessions: sessionmaker[Session], device_id: int, family: str, unsealed_days: Sequence[UnsealedDay], now: datetime
) -> SealCount:
    count = SealCount()
    today = blocks.day_of(to_milliseconds(now))
    ready: list[_SealedDay] = []
    series: dict[str, int] = {}
    for day in unsealed_days:
        readings = day.table.readings()
        series = _prepared(sessions, device_id, family, day.table, readings)
        block = blocks.build(day.table, readings, series)
        _prove(block, day.table)
        ready.append(_SealedDay(day, block, readings))
    if not ready:
        return count
    closed = {
        day.before.start: {
            series[metric]: levels.of_samples(day.before.table.times, values) for metric, values in day.readings.items()
        }
        for day in ready
        if day.before.start < today
    }
    with sessions() as session:
        touched = periods.with_days(session, device_id, family, closed)
        session.rollback()
        if not _commit(session, device_id, family, ready, set(closed), touched):
            count.postponed += len(ready)
            return count
    for sealed in ready:
        count.add(SealCount(1, sealed.block.documents, sealed.block.samples, sealed.block.size))
    return count


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
        block.receive_times,
        block.packed_documents,
        [pack.body for pack in block.column_groups],
        lambda number: texts[number],
    )
    if not documents.same(table, again):
        raise AssertionError(f"a block of {len(table)} documents does not give them back: it is not sealed")


def _commit(
    session: Session,
    device_id: int,
    family: str,
    ready: Sequence[_SealedDay],
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
                *key, SealedBlock.start_at.in_([from_milliseconds(day.before.start) for day in ready])
            )
        ).all()
    )
    for day in ready:
        at = from_milliseconds(day.before.start)
        if versions.get(at, 0) != day.before.version or not _delete(session, entry, day.before.ids):
            session.rollback()
            return False
        session.execute(delete(SealedBlock).where(*key, SealedBlock.start_at == at))
        rows.put_block(session, device_id, family, day.before.version + 1, day.block, day.before.start in closed)
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
