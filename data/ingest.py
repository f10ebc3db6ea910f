"""The one way in: a posted document becomes an entry, whole and once, under (device, family, time of measurement)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from data import catalogue, devices, document
from data.engine import begin_write
from data.entries import free_milliseconds, readings_text
from data.errors import DocumentError, NotFoundError
from data.models import ENTRIES, Device, JSONDataEntry, Series, User
from data.ranges import from_milliseconds, to_milliseconds

STORED, REPEATED, REFUSED = "stored", "repeated", "refused"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
# Keys asked for in one statement: two parameters each, well under what SQLite takes.
KEYS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Posted:
    """A document as it came: JSON text; `recorded_at` None when the poster gave no usable time."""

    family: str
    device: str
    content: str
    recorded_at: datetime | None = None
    clock: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: `stored`, `repeated` or `refused` with its reason in words."""

    result: str
    reason: str | None
    recorded_at: datetime | None
    device: str | None


@dataclass(slots=True)
class _Candidate:
    position: int
    posted: Posted
    content: dict[str, Any]
    readings: dict[str, float]
    device: Device
    received_at: datetime
    recorded_at: datetime | None

    @property
    def key(self) -> tuple[int, int]:
        assert self.recorded_at is not None
        return self.device.id, to_milliseconds(self.recorded_at)


def store(session: Session, documents: Sequence[Posted], received_at: datetime) -> list[Outcome]:
    """Store the documents that can be stored; an outcome for each, in their order.  Commits nothing.

    The same key with equal content is `repeated`, with other content refused as a conflict.  A document without a
    time takes `received_at`, or the next free millisecond.  One bad document never hurts the others.  The number of
    statements does not grow with the number of documents, but with the families and devices among them.
    """
    begin_write(session)
    outcomes: list[Outcome | None] = [None] * len(documents)
    candidates = list(_read(session, documents, received_at, outcomes))
    by_family: dict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_family[candidate.posted.family].append(candidate)
    for family, group in by_family.items():
        _store_family(session, ENTRIES[family], group, outcomes)
    _note_series(session, [c for c in candidates if (o := outcomes[c.position]) is not None and o.result == STORED])
    assert all(outcome is not None for outcome in outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


def _refused(posted: Posted, reason: str) -> Outcome:
    return Outcome(REFUSED, reason, posted.recorded_at, posted.device)


def _read(
    session: Session, documents: Sequence[Posted], received_at: datetime, outcomes: list[Outcome | None]
) -> Iterator[_Candidate]:
    """The documents that may be stored, parsed and with their device; the others get their outcome."""
    known = devices.by_slug(session, {posted.device for posted in documents})
    users = _usernames(session, documents, known)
    for position, posted in enumerate(documents):
        received = posted.received_at or received_at
        try:
            if posted.family not in ENTRIES:
                raise DocumentError(f"family is {posted.family!r}: it is one of {', '.join(ENTRIES)}")
            content = document.parse_content(posted.content)
            _check_time(posted.recorded_at, received)
            device = _device(session, posted, known, users)
        except DocumentError as problem:
            outcomes[position] = _refused(posted, str(problem))
            continue
        readings = document.readings(posted.family, content)
        yield _Candidate(position, posted, content, readings, device, received, posted.recorded_at)


def _check_time(recorded_at: datetime | None, received_at: datetime) -> None:
    if recorded_at is None:
        return
    if recorded_at < EARLIEST:
        raise DocumentError(f"recorded_at is {recorded_at.isoformat()}, before {EARLIEST.year}: set the clock")
    if recorded_at > received_at + AHEAD:
        raise DocumentError(f"recorded_at is {recorded_at.isoformat()}, more than a day ahead of now: set the clock")


def _usernames(session: Session, documents: Sequence[Posted], known: dict[str, Device]) -> set[str]:
    owners = {posted.device.partition("/")[0] for posted in documents if posted.family == "sensor"}
    missing = owners - {slug.partition("/")[0] for slug in known}
    if not missing:
        return owners
    return (owners - missing) | set(session.scalars(select(User.username).where(User.username.in_(missing))))


def _device(session: Session, posted: Posted, known: dict[str, Device], users: set[str]) -> Device:
    kind = devices.KINDS[posted.family]
    found = known.get(posted.device)
    if found is None:
        if kind == "sensor":
            raise DocumentError("unknown sensor" if posted.device.partition("/")[0] in users else "unknown user")
        if not devices.SLUG.fullmatch(posted.device):
            raise DocumentError(f"device is {posted.device!r}: use up to 40 small letters, digits, dots and dashes")
        found = known[posted.device] = devices.make(session, kind, posted.device)
    if found.kind != kind:
        raise DocumentError(
            f"device {posted.device} is a {found.kind}: it posts no documents of family {posted.family}"
        )
    return found


def _store_family(
    session: Session, entry: type[JSONDataEntry], group: list[_Candidate], outcomes: list[Outcome | None]
) -> None:
    there = _contents(session, entry, {c.key for c in group if c.recorded_at is not None})
    rows: list[dict[str, Any]] = []
    for candidate in (c for c in group if c.recorded_at is not None):
        before = there.get(candidate.key)
        if before is None:
            there[candidate.key] = candidate.posted.content
            rows.append(_row(candidate, candidate.posted.clock or "stated", outcomes))
        elif document.same_content(before, candidate.posted.content):
            outcomes[candidate.position] = Outcome(REPEATED, None, candidate.recorded_at, candidate.device.slug)
        else:
            reason = "conflict: another document of this device has the same time"
            outcomes[candidate.position] = _refused(candidate.posted, reason)
    rows += _untimed_rows(session, entry, [c for c in group if c.recorded_at is None], there, outcomes)
    if rows:
        session.execute(insert(entry), rows)


def _contents(session: Session, entry: type[JSONDataEntry], keys: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    ordered = sorted(keys)
    found: dict[tuple[int, int], str] = {}
    for start in range(0, len(ordered), KEYS_AT_ONCE):
        some = [(device, from_milliseconds(at)) for device, at in ordered[start : start + KEYS_AT_ONCE]]
        rows = session.execute(
            select(entry.device_id, entry.recorded_at, entry.content).where(
                tuple_(entry.device_id, entry.recorded_at).in_(some)
            )
        )
        found.update({(device, to_milliseconds(at)): content for device, at, content in rows})
    return found


def _untimed_rows(
    session: Session,
    entry: type[JSONDataEntry],
    group: list[_Candidate],
    taken: dict[tuple[int, int], str],
    outcomes: list[Outcome | None],
) -> list[dict[str, Any]]:
    """Rows for documents without a time: each takes the first free millisecond from when it was received."""
    rows = []
    waiting: dict[tuple[int, int], list[_Candidate]] = defaultdict(list)
    for candidate in group:
        waiting[(candidate.device.id, to_milliseconds(candidate.received_at))].append(candidate)
    for (device_id, first), some in waiting.items():
        free = free_milliseconds(session, entry, device_id, first, len(some) + len(taken))
        places = iter([at for at in free if (device_id, at) not in taken])
        for candidate in some:
            at = next(places)
            taken[(device_id, at)] = candidate.posted.content
            candidate.recorded_at = from_milliseconds(at)
            rows.append(_row(candidate, "server", outcomes))
    return rows


def _row(candidate: _Candidate, clock: str, outcomes: list[Outcome | None]) -> dict[str, Any]:
    outcomes[candidate.position] = Outcome(STORED, None, candidate.recorded_at, candidate.device.slug)
    return {
        "device_id": candidate.device.id,
        "recorded_at": candidate.recorded_at,
        "date_posted": candidate.received_at,
        "clock": clock,
        "content": candidate.posted.content,
        "readings": readings_text(candidate.readings),
    }


def _note_series(session: Session, stored: list[_Candidate]) -> None:
    """Add the metrics that these devices had not posted before."""
    seen: dict[int, dict[str, _Candidate]] = defaultdict(dict)
    for candidate in stored:
        for key in candidate.readings:
            seen[candidate.device.id].setdefault(key, candidate)
    if not seen:
        return
    known = set(session.execute(select(Series.device_id, Series.key).where(Series.device_id.in_(seen))))
    rows = [
        {"device_id": device_id, "key": key, "first_seen_at": candidate.recorded_at, **_labels(candidate, key)}
        for device_id, keys in seen.items()
        for key, candidate in keys.items()
        if (device_id, key) not in known
    ]
    if rows:
        session.execute(insert(Series), rows)


def _labels(candidate: _Candidate, key: str) -> dict[str, str]:
    if candidate.posted.family == "sensor":
        return {"label": key, "unit": document.sensor_units(candidate.content).get(key, "")[:40]}
    try:
        found = catalogue.metric(key)
    except NotFoundError:
        return {"label": key, "unit": ""}
    return {"label": found.label, "unit": found.unit}
