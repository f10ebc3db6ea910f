"""Faults, alarms, flags and the like as events: from the first document that reports one to the first that does not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, case, select, type_coerce
from sqlalchemy.orm import Session

from data import document
from data.database.models import ENTRIES, SealedBlock
from data.errors import CorruptError, RangeError
from data.families import KINDS
from data.queries.devices import by_id
from data.queries.span import span
from data.ranges import TimeRange, from_milliseconds, to_milliseconds
from data.store import blocks, template_rows
from data.store.blocks import DAY, Run
from data.store.sealed import days
from data.templates import extraction

EVENT_KINDS = blocks.FLAG_KINDS
# How far around the window is looked first for the beginning and the end of what lasts longer; then four times as far.
FIRST_REACH = DAY


@dataclass(frozen=True, slots=True)
class Event:
    """Something a device reported from `started_at` on; `ended_at` is the first document without it, None: it lasts.

    `last_seen_at` is the last document with it.
    """

    kind: str
    name: str
    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None


def events(session: Session, device_id: int, window: TimeRange, kinds: Collection[str] | None = None) -> list[Event]:
    """The events of a device that touch the window, by their beginning.  Raises RangeError for a kind of no list."""
    unknown = sorted(set(kinds or ()) - set(EVENT_KINDS))
    if unknown:
        raise RangeError(f"no kind of event is named {', '.join(unknown)}: there are {', '.join(EVENT_KINDS)}")
    start, end = to_milliseconds(window.start_at), to_milliseconds(window.end_at)
    candidates: list[Event] = []
    for family in KINDS[by_id(session, device_id).kind]:
        candidates += _events(session, device_id, family, start, end)
    chosen = [event for event in candidates if kinds is None or event.kind in kinds]
    return sorted(chosen, key=lambda event: (event.started_at, event.kind, event.name))


def _events(session: Session, device_id: int, family: str, start: int, end: int) -> list[Event]:
    """The events that touch [start, end), each from its true beginning to its true end."""
    there = span(session, device_id, family)
    if there is None or end <= start:
        return []
    earliest, latest = to_milliseconds(there.start_at), to_milliseconds(there.end_at) + 1
    since, until, reach = max(start, earliest), min(end, latest), FIRST_REACH
    # A day more on either side shows in most cases that nothing lasts beyond the window.
    since, until = max(since - reach, earliest), min(until + reach, latest)
    while True:
        runs = list(_runs(session, device_id, family, since, until))
        states = _swept(runs)
        # Nothing measured at or before the start yet: what the last document before this gap reported lasts until now.
        unknown = not runs or runs[0][0] > start
        begun = any(state.first == runs[0][0] and state.touches(start, end) for state in states)
        begun_before = since > earliest and (unknown or begun)
        lasting = until < latest and any(state.ended is None and state.touches(start, end) for state in states)
        if not begun_before and not lasting:
            break
        reach *= 4
        since = max(since - reach, earliest) if begun_before else since
        until = min(until + reach, latest) if lasting else until
    return [state.event() for state in states if state.touches(start, end)]


@dataclass(slots=True)
class _Lasting:
    kind: str
    name: str
    first: int
    last: int
    ended: int | None = None

    def touches(self, start: int, end: int) -> bool:
        """Whether it lasts at some time in [start, end)."""
        return self.first < end and (self.ended is None or self.ended > start)

    def event(self) -> Event:
        """The same with datetimes."""
        ended_at = None if self.ended is None else from_milliseconds(self.ended)
        return Event(self.kind, self.name, from_milliseconds(self.first), from_milliseconds(self.last), ended_at)


def _swept(runs: list[Run]) -> list[_Lasting]:
    states: list[_Lasting] = []
    lasting: dict[tuple[str, str], _Lasting] = {}
    for first, last, flags in runs:
        for key in [key for key in lasting if key not in flags]:
            lasting.pop(key).ended = first
        for kind, name in flags:
            state = lasting.get((kind, name))
            if state is None:
                state = lasting[(kind, name)] = _Lasting(kind, name, first, last)
                states.append(state)
            state.last = last
    return states


def _runs(session: Session, device_id: int, family: str, start: int, end: int) -> Iterator[Run]:
    """What was reported in [start, end), in time order; a day with late documents is read document by document."""
    fresh = list(_unsealed(session, device_id, family, start, end))
    day = type_coerce(SealedBlock.start_at, BigInteger)
    query = (
        select(
            day,
            type_coerce(SealedBlock.last_at, BigInteger),
            SealedBlock.checksum,
            SealedBlock.times,
            SealedBlock.stamps,
            SealedBlock.notices,
        )
        .where(
            SealedBlock.device_id == device_id,
            SealedBlock.family == family,
            day >= blocks.day_of(start),
            day < end,
            SealedBlock.damage == "",
        )
        .order_by(day)
    )
    place = 0
    for begin, last, checksum, times, receive_times, packed in session.execute(query):
        while place < len(fresh) and fresh[place][0] < begin:
            yield fresh[place]
            place += 1
        late: list[Run] = []
        while place < len(fresh) and fresh[place][0] <= last:
            late.append(fresh[place])
            place += 1
        try:
            if times is not None:  # expired otherwise, and of what is left there is no sum
                blocks.check(checksum, times, receive_times, packed)
            runs = _with_late(session, device_id, family, begin, late) if late else blocks.unpack_runs(packed)
        except CorruptError as problem:
            days.report(device_id, family, begin, problem)
            runs = late
        yield from _within(runs, start, end)
    yield from fresh[place:]


def _with_late(session: Session, device_id: int, family: str, begin: int, late: list[Run]) -> list[Run]:
    sheet = days.day(session, device_id, family, begin)
    came = {at for at, _, _ in late}
    single = zip(sheet.times.tolist(), sheet.flags(), strict=True)
    return sorted([*late, *((at, at, blocks.reported(flags)) for at, flags in single if at not in came)])


def _within(runs: list[Run], start: int, end: int) -> Iterator[Run]:
    for first, last, flags in runs:
        if last >= start and first < end:
            yield first, last, flags


def _unsealed(session: Session, device_id: int, family: str, start: int, end: int) -> Iterator[Run]:
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    plain = case((entry.skeleton_id.is_(None), entry.body), else_=None)
    query = select(at, entry.skeleton_id, plain).where(entry.device_id == device_id, at >= start, at < end).order_by(at)
    records = session.execute(query).all()
    texts = template_rows.texts(session, {number for _, number, _ in records if number is not None})
    for recorded, number, body in records:
        if number is not None:
            flags = extraction.traits(family, texts[number]).flags
        else:
            flags = document.flags(family, document.parse_content(body))
        yield recorded, recorded, blocks.reported(flags)
