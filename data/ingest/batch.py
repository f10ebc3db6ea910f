"""The one way in: a posted document becomes an entry, whole and once, under (device, family, time of measurement)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from data import document
from data.database import series as series_rows
from data.database.compiled import Statement, among, integer, named, stored
from data.database.engine import begin_write
from data.database.locks import wait_for_devices
from data.database.models import ENTRIES, Device, JSONDataEntry, Sensor, User
from data.errors import DocumentError
from data.families import FAMILIES
from data.ingest import devices
from data.ingest.entries import free_milliseconds
from data.names import SLUG
from data.ranges import from_milliseconds, to_milliseconds
from data.store import template_rows
from data.store.document_table import Row
from data.store.sealed import days
from data.templates import extraction, splitting
from data.templates.split_many import split_many

STORED, REPEATED, REFUSED = "stored", "repeated", "refused"
ARCHIVED = "this sensor is archived: its owner can make it take posts again"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
# Times asked for in one statement.
TIMES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Posted:
    """A document as it came: JSON text; `recorded_at` None when the poster gave no usable time.

    With `own_time` the time in the document counts, where it has one that can be believed.
    """

    family: str
    device: str
    content: str
    recorded_at: datetime | None = None
    clock: str | None = None
    received_at: datetime | None = None
    own_time: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: `stored`, `repeated` or `refused` with its reason in words."""

    result: str
    reason: str | None
    recorded_at: datetime | None
    device: str | None


@dataclass(slots=True)
class _Candidate:
    """A document on its way in; `content` is None where its template is known, which spares the parser."""

    position: int
    posted: Posted
    split: splitting.Split | None
    number: int  # of the template; 0 for none
    content: dict[str, Any] | None
    device_id: int
    slug: str
    received_at: datetime
    recorded_at: datetime | None = None
    key: tuple[int, int] = (0, 0)  # the device, and the time of measurement in milliseconds once there is one

    def __post_init__(self) -> None:
        if self.recorded_at is not None:
            self.key = (self.device_id, to_milliseconds(self.recorded_at))

    def parsed(self) -> dict[str, Any]:
        """The document."""
        if self.content is None:
            self.content = document.parse_content(self.posted.content)
        return self.content


@dataclass(frozen=True, slots=True)
class _Apart:
    split: splitting.Split | None
    number: int
    content: dict[str, Any] | None
    stated_at: datetime | None


class _Holder(NamedTuple):
    """The device of a document."""

    id: int
    slug: str
    kind: str
    archived_at: int | None = None


def store(session: Session, documents: Sequence[Posted], received_at: datetime) -> list[Outcome]:
    """Store the documents that can be stored; an outcome for each, in their order.  Commits nothing.

    The same key with equal content is `repeated`, with other content refused as a conflict, sealed or not.  A document
    without a time takes `received_at`, or the next free millisecond.  One bad document never hurts the others.  The
    number of statements does not grow with the number of documents, but with the families and devices among them.
    """
    outcomes: list[Outcome | None] = [None] * len(documents)
    apart = _taken_apart(session, documents, outcomes)  # before the writers' lock is taken
    begin_write(session)
    candidates = list(_candidates(session, documents, apart, received_at, outcomes))
    wait_for_devices(session, {candidate.device_id for candidate in candidates})
    _name_templates(session, candidates)
    by_family: dict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_family[candidate.posted.family].append(candidate)
    for family, group in by_family.items():
        _store_family(session, family, group, outcomes)
    _note_series(session, [c for c in candidates if (o := outcomes[c.position]) is not None and o.result == STORED])
    assert all(outcome is not None for outcome in outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


def _refused(posted: Posted, reason: str) -> Outcome:
    return Outcome(REFUSED, reason, posted.recorded_at, posted.device)


def _taken_apart(session: Session, documents: Sequence[Posted], outcomes: list[Outcome | None]) -> dict[int, _Apart]:
    """Each document that is one, by position, taken apart where its template may be known."""
    known = template_rows.known(session).texts
    found: dict[int, _Apart] = {}
    digests: dict[str, int] = {}  # most documents of a batch have the same template
    splits = split_many([posted.content for posted in documents])
    for position, (posted, split) in enumerate(zip(documents, splits, strict=True)):
        try:
            if posted.family not in FAMILIES:
                raise DocumentError(f"family is {posted.family!r}: it is one of {', '.join(FAMILIES)}")
            number = 0
            if split is not None and not (number := digests.get(split.template, 0)):
                number = digests[split.template] = splitting.digest(split.template)
            content = None if number in known else document.parse_content(posted.content)
            stated_at = _stated(posted, content, split, known.get(number, ""))
        except DocumentError as problem:
            outcomes[position] = _refused(posted, str(problem))
            continue
        found[position] = _Apart(split, number, content, stated_at)
    return found


def _stated(
    posted: Posted, content: dict[str, Any] | None, split: splitting.Split | None, template: str
) -> datetime | None:
    """The time in the document, of one that goes by it."""
    if posted.recorded_at is not None or not posted.own_time:
        return posted.recorded_at
    if content is None and split is not None:
        return extraction.traits(posted.family, template).stated_in(split.numbers)
    assert content is not None
    return document.stated_instant(content)


def _candidates(
    session: Session,
    documents: Sequence[Posted],
    apart: dict[int, _Apart],
    received_at: datetime,
    outcomes: list[Outcome | None],
) -> Iterator[_Candidate]:
    """The documents that may be stored, with their device; the others get their outcome."""
    known = _holders(session, {documents[position].device for position in apart})
    users = _usernames(session, [documents[position] for position in apart], known)
    for position, one in apart.items():
        posted = documents[position]
        received = posted.received_at or received_at
        recorded_at = one.stated_at
        if posted.recorded_at is None and recorded_at is not None and not _is_believable(recorded_at, received):
            recorded_at = None
        try:
            _check_time(recorded_at, received)
            device = _device(session, posted, known, users)
        except DocumentError as problem:
            outcomes[position] = _refused(posted, str(problem))
            continue
        yield _Candidate(
            position,
            posted,
            one.split,
            one.number,
            one.content,
            device.id,
            device.slug,
            received,
            recorded_at,
        )


def _name_templates(session: Session, candidates: Sequence[_Candidate]) -> None:
    """Leave a split only with documents whose template is in the table, or was met before and is put there now."""
    cache = template_rows.known(session)
    unknown = {candidate.number for candidate in candidates if candidate.number and candidate.content is not None}
    there = template_rows.texts(session, unknown)
    new: dict[int, str] = {}
    for candidate in candidates:
        if candidate.split is None or candidate.content is None or candidate.number in there:
            continue
        template = candidate.split.template
        if candidate.number in new:
            continue
        if cache.meet(candidate.number) and extraction.is_sound(candidate.posted.family, template):
            new[candidate.number] = template
        else:
            candidate.split = None
    template_rows.keep(session, new.values())


def _is_believable(recorded_at: datetime, received_at: datetime) -> bool:
    """A poster without a clock says 1970; such a time is no time."""
    return EARLIEST <= recorded_at <= received_at + AHEAD


def _check_time(recorded_at: datetime | None, received_at: datetime) -> None:
    if recorded_at is None or _is_believable(recorded_at, received_at):
        return
    if recorded_at < EARLIEST:
        raise DocumentError(f"recorded_at is {recorded_at.isoformat()}, before {EARLIEST.year}: set the clock")
    raise DocumentError(f"recorded_at is {recorded_at.isoformat()}, more than a day ahead of now: set the clock")


def _holders(session: Session, slugs: set[str]) -> dict[str, _Holder]:
    """The devices that exist of these slugs."""
    rows = _of_slugs(len(slugs)).rows(session, named("s", slugs))
    return {holder.slug: holder for holder in map(_Holder._make, rows)}


@lru_cache(maxsize=64)
def _of_slugs(number: int) -> Statement:
    device, sensor = Device.__table__, Sensor.__table__
    return Statement(
        select(device.c.id, device.c.slug, device.c.kind, stored(sensor.c.archived_at))
        .select_from(device.outerjoin(sensor, device.c.sensor_id == sensor.c.id))
        .where(among(device.c.slug, "s", number))
    )


def _usernames(session: Session, documents: Sequence[Posted], known: Mapping[str, _Holder]) -> set[str]:
    owners = {posted.device.partition("/")[0] for posted in documents if posted.family == "sensor"}
    missing = owners - {slug.partition("/")[0] for slug in known}
    if not missing:
        return owners
    return (owners - missing) | set(session.scalars(select(User.username).where(User.username.in_(missing))))


def _device(session: Session, posted: Posted, known: dict[str, _Holder], users: set[str]) -> _Holder:
    kind = FAMILIES[posted.family].kind
    found = known.get(posted.device)
    if found is None:
        if kind == "sensor":
            raise DocumentError("unknown sensor" if posted.device.partition("/")[0] in users else "unknown user")
        if not SLUG.fullmatch(posted.device):
            raise DocumentError(f"device is {posted.device!r}: use up to 40 small letters, digits, dots and dashes")
        made = devices.make(session, kind, posted.device)
        found = known[posted.device] = _Holder(made.id, made.slug, made.kind)
    if found.kind != kind:
        raise DocumentError(
            f"device {posted.device} is a {found.kind}: it posts no documents of family {posted.family}"
        )
    if found.archived_at is not None:
        raise DocumentError(ARCHIVED)
    return found


def _store_family(session: Session, family: str, group: list[_Candidate], outcomes: list[Outcome | None]) -> None:
    entry = ENTRIES[family]
    there = _contents(session, entry, family, {c.key for c in group if c.recorded_at is not None})
    rows: list[dict[str, Any]] = []
    for candidate in (c for c in group if c.recorded_at is not None):
        before = there.get(candidate.key)
        if before is None:
            there[candidate.key] = candidate.posted.content
            rows.append(_row(candidate, candidate.posted.clock or "stated", outcomes))
        elif before is days.EXPIRED:
            outcomes[candidate.position] = _refused(candidate.posted, days.EXPIRED)
        elif document.same_content(before, candidate.posted.content):
            outcomes[candidate.position] = Outcome(REPEATED, None, candidate.recorded_at, candidate.slug)
        else:
            reason = "conflict: another document of this device has the same time"
            outcomes[candidate.position] = _refused(candidate.posted, reason)
    rows += _untimed_rows(session, entry, [c for c in group if c.recorded_at is None], there, outcomes)
    if rows:
        _insertion(family).put(session, rows)


@lru_cache(maxsize=8)
def _insertion(family: str) -> Statement:
    table: Any = ENTRIES[family].__table__
    names = ("device_id", "clock", "skeleton_id", "body")
    times = {"recorded_at": integer("at"), "date_posted": integer("received")}
    return Statement(insert(table).values(**times, **{name: bindparam(name) for name in names}))


def _contents(
    session: Session, entry: type[JSONDataEntry], family: str, keys: set[tuple[int, int]]
) -> dict[tuple[int, int], str]:
    """The documents that are there under these keys, sealed or not."""
    by_device: dict[int, list[int]] = defaultdict(list)
    for device_id, at in sorted(keys):
        by_device[device_id].append(at)
    found: dict[tuple[int, int], str] = {}
    for device_id, times in by_device.items():
        # Entries first: what a sealer moves meanwhile is then found in one of the two places.
        for row in _entries(session, entry, device_id, times):
            found[(device_id, row.recorded_at)] = row.text
        rest = [at for at in times if (device_id, at) not in found]
        for at, text in days.texts(session, device_id, family, rest).items():
            found[(device_id, at)] = text
    return found


def _entries(session: Session, entry: type[JSONDataEntry], device_id: int, times: Sequence[int]) -> Iterator[Row]:
    for start in range(0, len(times), TIMES_AT_ONCE):
        some = times[start : start + TIMES_AT_ONCE]
        found = list(_of_times(entry.family, len(some)).rows(session, {"device": device_id, **named("t", some)}))
        texts = template_rows.texts(session, {number for _, number, _ in found if number is not None})
        for recorded, number, body in found:
            yield Row(recorded, 0, "", None if number is None else texts[number], body)


@lru_cache(maxsize=256)
def _of_times(family: str, number: int) -> Statement:
    """Time, template and body of the entries of `device` at `t0`, `t1` ..."""
    entry: Any = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(
        select(at, entry.skeleton_id, entry.body).where(entry.device_id == bindparam("device"), among(at, "t", number))
    )


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
        waiting[(candidate.device_id, to_milliseconds(candidate.received_at))].append(candidate)
    for (device_id, first), some in waiting.items():
        free = free_milliseconds(session, entry, device_id, first, len(some) + len(taken))
        places = iter([at for at in free if (device_id, at) not in taken])
        for candidate in some:
            at = next(places)
            taken[(device_id, at)] = candidate.posted.content
            candidate.recorded_at, candidate.key = from_milliseconds(at), (device_id, at)
            rows.append(_row(candidate, "server", outcomes))
    return rows


def _row(candidate: _Candidate, clock: str, outcomes: list[Outcome | None]) -> dict[str, Any]:
    outcomes[candidate.position] = Outcome(STORED, None, candidate.recorded_at, candidate.slug)
    split = candidate.split
    return {
        "device_id": candidate.device_id,
        "at": candidate.key[1],
        "received": to_milliseconds(candidate.received_at),
        "clock": clock,
        "skeleton_id": None if split is None else candidate.number,
        "body": candidate.posted.content if split is None else split.numbers,
    }


def _note_series(session: Session, stored: Sequence[_Candidate]) -> None:
    """Add the metrics that these devices had not posted before; documents of a template have the same."""
    cache = template_rows.known(session)
    first: dict[tuple[int, str, int], _Candidate] = {}
    plain: list[_Candidate] = []
    for candidate in stored:
        key = (candidate.device_id, candidate.posted.family, candidate.number)
        if candidate.split is None:
            plain.append(candidate)
        elif key not in cache.noted and key not in first:
            first[key] = candidate
    by_device: dict[int, dict[str, _Candidate]] = defaultdict(dict)
    for candidate in [*first.values(), *plain]:
        for metric in document.readings(candidate.posted.family, candidate.parsed()):
            by_device[candidate.device_id].setdefault(metric, candidate)
    for device_id, seen in by_device.items():
        known = series_rows.ids(session, device_id)
        while missing := [metric for metric in seen if metric not in known]:
            one = seen[missing[0]]
            carried = [metric for metric in missing if seen[metric] is one]
            assert one.recorded_at is not None
            known = series_rows.note(session, device_id, one.posted.family, carried, one.parsed(), one.recorded_at)
    cache.note_after_commit(session, first)
