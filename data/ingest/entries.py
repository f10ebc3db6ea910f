"""What an entry gets when it is made: its device and its place in time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.database.compiled import Statement, integer, stored
from data.database.models import ENTRIES, JSONDataEntry, now
from data.errors import CorruptError
from data.ingest import devices
from data.ranges import from_milliseconds, to_milliseconds
from data.store.sealed import days

# More milliseconds in a row than a device can have filled by posting without a time.
LONGEST_RUN = 100_000


def free_milliseconds(
    session: Session, entry: type[JSONDataEntry], device_id: int, first: int, count: int
) -> list[int]:
    """The next `count` milliseconds from `first` on at which that device has no entry, in one query."""
    last = first + count + LONGEST_RUN
    asked = {"device": device_id, "first": first, "last": last}
    busy = {at for (at,) in _near(entry.family).rows(session, asked)}
    for start in days.days_until(session, device_id, entry.family, first, last):
        try:
            busy.update(days.times(session, device_id, entry.family, start).tolist())
        except CorruptError as problem:
            days.report(device_id, entry.family, start, problem)
    free: list[int] = []
    candidate = first
    while len(free) < count:
        if candidate not in busy:
            free.append(candidate)
        candidate += 1
    return free


@lru_cache(maxsize=8)
def _near(family: str) -> Statement:
    """The times of the entries of `device` from `first` to `last`."""
    entry: Any = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(
        select(at).where(entry.device_id == bindparam("device"), at.between(integer("first"), integer("last")))
    )


def complete(session: Session) -> None:
    """Fill in what entries made at a prompt lack, before they are written: a document, device and time."""
    with session.no_autoflush:
        for entry in [new for new in session.new if isinstance(new, JSONDataEntry)]:
            if entry.body is None:
                entry.json_content = {}
            if entry.device_id is None:
                entry.device_id = _default_device(session, entry)
            if entry.recorded_at is None:
                received = to_milliseconds(entry.date_posted or now())
                taken = {
                    to_milliseconds(other.recorded_at)
                    for other in session.new
                    if type(other) is type(entry)
                    and other.device_id == entry.device_id
                    and other.recorded_at is not None
                }
                free = free_milliseconds(session, type(entry), entry.device_id, received, len(taken) + 1)
                entry.recorded_at = from_milliseconds(next(at for at in free if at not in taken))


def _default_device(session: Session, entry: JSONDataEntry) -> int:
    if entry.default_device is None:
        raise ValueError(f"a {type(entry).__name__} needs a device_id: it has no default device")
    kind, slug = entry.default_device
    found = devices.by_slug(session, [slug]).get(slug)
    return (found or devices.make(session, kind, slug)).id
