"""Whole documents: the newest, the nearest, a page of them; sealed or not, with what is read from them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data import document
from data.arrays import Integers
from data.database.models import ENTRIES, Device, JSONDataEntry, SealedBlock
from data.document import Flags
from data.errors import CorruptError
from data.families import KINDS
from data.queries import statements
from data.queries.devices import DeviceRow, by_id, devices
from data.ranges import TimeRange, from_milliseconds, to_milliseconds
from data.store import blocks, document_table, template_rows
from data.store.document_table import DocumentTable, Row
from data.store.sealed import days
from data.templates import extraction

# All of time that a document may be measured at.
EVER = TimeRange(from_milliseconds(-3_000_000_000_000), datetime(9001, 1, 1, tzinfo=UTC))
AT_ONCE = 20  # a document may be as long as 1.2 MB: they are fetched a few at a time


@dataclass(frozen=True, slots=True)
class Latest:
    """One stored document with what was read from it; `text` is what was posted, equal as JSON to the last detail."""

    device: DeviceRow
    family: str
    recorded_at: datetime
    received_at: datetime
    clock: str
    readings: dict[str, float]
    flags: Flags
    text: str

    @property
    def content(self) -> dict[str, Any]:
        """The document."""
        return document.parse_content(self.text)


def _read(family: str, row: Row, device: DeviceRow) -> Latest:
    if row.template is None:
        content = document.parse_content(row.body)
        readings, flags = document.readings(family, content), document.flags(family, content)
    else:
        values = orjson.loads(f"[{row.body}]")
        readings = extraction.of_one(family, row.template, values)
        flags = extraction.traits(family, row.template).flags
    recorded_at, received_at = from_milliseconds(row.recorded_at), from_milliseconds(row.received_at)
    return Latest(device, family, recorded_at, received_at, row.clock, readings, flags, row.text)


def _row(entry: JSONDataEntry) -> Row:
    template = None if entry.template is None else entry.template.text
    times = to_milliseconds(entry.recorded_at), to_milliseconds(entry.date_posted)
    return Row(*times, entry.clock, template, entry.body)


def _sealed_row(table: DocumentTable, place: int) -> Row:
    clock = document_table.CLOCKS[int(table.clocks[place])]
    return Row(int(table.times[place]), int(table.received[place]), clock, None, table.text(place))


def latest(session: Session, device_id: int, family: str) -> Latest | None:
    """The newest document of that device and family by its time of measurement; it is never sealed."""
    for recorded, received, clock, number, body in statements.newest(family).rows(session, {"device": device_id}):
        template = None if number is None else template_rows.text(session, number)
        return _read(family, Row(recorded, received, clock, template, body), by_id(session, device_id))
    return None


def latest_all(session: Session, kinds: Sequence[str]) -> list[Latest]:
    """The newest document of every device of these kinds, one for each family it has; devices in their usual order."""
    result = []
    for kind in kinds:
        rows = devices(session, kind)
        for family in KINDS[kind]:
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
            entries = {item.device_id: item for item in session.scalars(query)}
            result += [_read(family, _row(entries[row.id]), row) for row in rows if row.id in entries]
    return result


def times(
    session: Session, device_id: int, family: str, start: int, end: int, without: Collection[int] = ()
) -> Integers:
    """The times of all documents with start <= time < end, milliseconds; `without` what is sealed of these days."""
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    unsealed = session.scalars(select(at).where(entry.device_id == device_id, at >= start, at < end)).all()
    begin = type_coerce(SealedBlock.start_at, BigInteger)
    query = select(begin, SealedBlock.times).where(
        SealedBlock.device_id == device_id,
        SealedBlock.family == family,
        begin >= blocks.day_of(start),
        begin < end,
        SealedBlock.damage == "",
        SealedBlock.times.is_not(None),
    )
    parts = []
    for day, packed in session.execute(query):
        try:
            if packed is not None and int(day) not in without:
                parts.append(blocks.unpack_times(packed, int(day)))
        except CorruptError as problem:
            days.report(device_id, family, int(day), problem)
    instants = np.unique(np.concatenate([np.array(unsealed, dtype=np.int64), *parts]))
    return instants[(instants >= start) & (instants < end)]


def nearest(
    session: Session, family: str, device_ids: Sequence[int], at: datetime, tolerance: timedelta
) -> Latest | None:
    """The document nearest in time among these devices, at most `tolerance` away.

    Ties go to the earlier, then to the smaller string.  Days whose bytes have changed are reported and left out.
    """
    rows = [by_id(session, device_id) for device_id in device_ids]
    damaged: dict[int, set[int]] = {row.id: set() for row in rows}
    while True:
        answer = _nearest(session, family, rows, to_milliseconds(at), tolerance // timedelta(milliseconds=1), damaged)
        if answer is None:
            return None
        row, time = answer
        try:
            return _of(session, row, family, from_milliseconds(time))
        except CorruptError as problem:
            days.report(row.id, family, blocks.day_of(time), problem)
            damaged[row.id].add(blocks.day_of(time))


def _nearest(
    session: Session,
    family: str,
    rows: Sequence[DeviceRow],
    instant: int,
    reach: int,
    damaged: Mapping[int, Collection[int]],
) -> tuple[DeviceRow, int] | None:
    """Whose document is the nearest, and its time."""
    candidates: list[tuple[int, int, int, int, DeviceRow]] = []
    for row in rows:
        there = times(session, row.id, family, instant - reach, instant + reach + 1, damaged[row.id])
        place = int(np.searchsorted(there, instant))
        candidates += [
            (abs(time - instant), time, 99 if row.string is None else row.string, row.id, row)
            for time in there[max(0, place - 1) : place + 1].tolist()
        ]
    if not candidates:
        return None
    *_, time, _, _, row = min(candidates, key=lambda candidate: candidate[:4])
    return row, time


def _of(session: Session, device: DeviceRow, family: str, at: datetime) -> Latest:
    """The document of that very time, which is there."""
    entry = ENTRIES[family]
    row = session.scalars(select(entry).where(entry.device_id == device.id, entry.recorded_at == at)).first()
    if row is not None:
        return _read(family, _row(row), device)
    milliseconds = to_milliseconds(at)
    table = days.day(session, device.id, family, blocks.day_of(milliseconds))
    return _read(family, _sealed_row(table, int(np.searchsorted(table.times, milliseconds))), device)


def documents(
    session: Session, device_id: int, window: TimeRange, limit: int, before: datetime | None = None
) -> list[Latest]:
    """The documents of a device in the window, of all its families, the newest first, at most `limit`.

    `before` continues a list: only documents measured earlier.
    """
    device = by_id(session, device_id)
    start, end = to_milliseconds(window.start_at), to_milliseconds(window.end_at)
    if before is not None:
        end = min(end, to_milliseconds(before))
    rows = [
        (family, row)
        for family in KINDS[device.kind]
        for row in _newest_rows(session, device_id, family, start, end, limit)
    ]
    rows.sort(key=lambda item: item[1].recorded_at, reverse=True)
    return [_read(family, row, device) for family, row in rows[:limit]]


def newest_first(
    session: Session, device_id: int, window: TimeRange, before: datetime | None = None
) -> Iterator[Latest]:
    """The documents of a device in the window, of all its families, the newest first, none of an instant left out."""
    while True:
        rows = documents(session, device_id, window, AT_ONCE, before)
        if len(rows) < AT_ONCE:
            yield from rows
            return
        # Another family's document of the last instant may not have had room: ask again for all of that instant.
        last_at = rows[-1].recorded_at
        yield from (row for row in rows if row.recorded_at != last_at)
        yield from documents(session, device_id, TimeRange(last_at, last_at + timedelta(milliseconds=1)), AT_ONCE)
        before = last_at


def rows(session: Session, device_id: int, family: str, start: int, end: int) -> Iterator[Row]:
    """All documents with start <= time < end (milliseconds), the newest first, day by day."""
    return _newest_rows(session, device_id, family, start, end, None)


def _newest_rows(
    session: Session, device_id: int, family: str, start: int, end: int, limit: int | None
) -> Iterator[Row]:
    """Rows from the newest on: sealed days are opened one by one, and only as many as are asked for."""
    if end <= start:
        return
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    query = (
        select(at, type_coerce(entry.date_posted, BigInteger), entry.clock, entry.skeleton_id, entry.body)
        .where(entry.device_id == device_id, at >= start, at < end)
        .order_by(at.desc())
    )
    newest = session.execute(query if limit is None else query.limit(limit)).all()
    texts = template_rows.texts(session, {row[3] for row in newest if row[3] is not None})
    fresh = [
        Row(recorded, received, clock, None if number is None else texts[number], body)
        for recorded, received, clock, number, body in newest
    ]
    given, place = 0, 0
    for day in _sealed_days(session, device_id, family, start, end):
        while place < len(fresh) and fresh[place].recorded_at >= day + blocks.DAY:
            yield fresh[place]
            given, place = given + 1, place + 1
        if limit is not None and given >= limit:
            return
        late: list[Row] = []
        while place < len(fresh) and fresh[place].recorded_at >= day:
            late.append(fresh[place])
            place += 1
        for row in sorted([*late, *_rows_of_day(session, device_id, family, day, start, end, late)], key=_time)[::-1]:
            yield row
            given += 1
            if limit is not None and given >= limit:
                return
    yield from fresh[place:]


def _time(row: Row) -> int:
    return row.recorded_at


def _rows_of_day(
    session: Session, device_id: int, family: str, day: int, start: int, end: int, late: Sequence[Row]
) -> list[Row]:
    try:
        table = days.day(session, device_id, family, day)
    except CorruptError as problem:
        days.report(device_id, family, day, problem)
        return []
    taken = {row.recorded_at for row in late}
    first, last = np.searchsorted(table.times, (start, end)).tolist()
    return [_sealed_row(table, place) for place in range(first, last) if int(table.times[place]) not in taken]


def _sealed_days(session: Session, device_id: int, family: str, start: int, end: int) -> list[int]:
    """The days with sealed documents that touch the window, the newest first; isolated and expired ones left out."""
    day = type_coerce(SealedBlock.start_at, BigInteger)
    query = (
        select(day)
        .where(
            SealedBlock.device_id == device_id,
            SealedBlock.family == family,
            day >= blocks.day_of(start),
            day < end,
            SealedBlock.damage == "",
            SealedBlock.originals.is_not(None),
            SealedBlock.times.is_not(None),
        )
        .order_by(day.desc())
    )
    return [int(instant) for instant in session.scalars(query)]
