"""The one way in: a posted document becomes an entry, whole and once, under (device, family, time of measurement)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert
from sqlalchemy.orm import Session

from data import document
from data.database.compiled import Statement, integer
from data.database.engine import begin_write
from data.database.locks import wait_for_devices
from data.database.models import ENTRIES
from data.errors import DocumentError
from data.families import FAMILIES
from data.ingest import new_series, present, texts
from data.ingest.entries import free_milliseconds
from data.ingest.holders import Holders
from data.ingest.new_series import Carrier
from data.ingest.present import Key
from data.ingest.texts import PostedText
from data.ranges import from_milliseconds, to_milliseconds
from data.store import template_rows
from data.store.sealed import days
from data.templates import extraction
from data.templates.split_many import split_many
from data.templates.splitting import Split

STORED, REPEATED, REFUSED = "stored", "repeated", "refused"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """A document as it came: JSON text; `recorded_at` None when the poster gave no usable time.

    With `own_time` the time in the document counts, where it has one that can be believed.  `text` spares a second
    look at a text that was read before.
    """

    family: str
    device: str
    content: str
    recorded_at: datetime | None = None
    clock: str | None = None
    received_at: datetime | None = None
    own_time: bool = False
    text: PostedText | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: `stored`, `repeated` or `refused` with its reason in words."""

    result: str
    reason: str | None
    recorded_at: datetime | None
    device: str | None


@dataclass(slots=True)
class _Candidate:
    """A document that may be stored; `split` is None where its text is stored whole."""

    position: int
    posted: Posted
    text: PostedText
    split: Split | None
    device_id: int
    slug: str
    received_at: datetime
    recorded_at: datetime | None
    at: int  # the time of measurement in milliseconds, once there is one

    @property
    def key(self) -> Key:
        """What it is filed under."""
        return self.device_id, self.at


def store(session: Session, documents: Sequence[Posted], received_at: datetime) -> list[Outcome]:
    """Store the documents that can be stored; an outcome for each, in their order.  Commits nothing.

    The same key with equal content is `repeated`, with other content refused as a conflict, sealed or not.  A document
    without a time takes `received_at`, or the next free millisecond.  One bad document never hurts the others.  The
    number of statements does not grow with the number of documents, but with the families and devices among them.
    """
    return _Batch(session, documents, received_at).store()


class _Batch:
    """Documents that are stored together."""

    def __init__(self, session: Session, documents: Sequence[Posted], received_at: datetime) -> None:
        self.session = session
        self.documents = documents
        self.received_at = received_at
        self.outcomes: list[Outcome | None] = [None] * len(documents)
        self.templates = template_rows.known(session)

    def store(self) -> list[Outcome]:
        """Store them; an outcome for each."""
        readable = list(self._readable())  # before the writers' lock is taken
        begin_write(self.session)
        candidates = list(self._candidates(readable))
        wait_for_devices(self.session, {candidate.device_id for candidate in candidates})
        self._keep_templates(candidates)
        by_family: dict[str, list[_Candidate]] = defaultdict(list)
        for candidate in candidates:
            by_family[candidate.posted.family].append(candidate)
        for family, group in by_family.items():
            self._store_family(family, group)
        self._note_series(candidates)
        outcomes = [outcome for outcome in self.outcomes if outcome is not None]
        assert len(outcomes) == len(self.documents)
        return outcomes

    def _refuse(self, position: int, reason: str) -> None:
        posted = self.documents[position]
        self.outcomes[position] = Outcome(REFUSED, reason, posted.recorded_at, posted.device)

    def _readable(self) -> Iterator[tuple[int, PostedText, datetime | None]]:
        """The documents among the texts: position, text, and the time stated beside it or in it."""
        splits = iter(split_many([posted.content for posted in self.documents if posted.text is None]))
        for position, posted in enumerate(self.documents):
            split = next(splits) if posted.text is None else None
            try:
                if posted.family not in FAMILIES:
                    raise DocumentError(f"family is {posted.family!r}: it is one of {', '.join(FAMILIES)}")
                text = posted.text or texts.opened(posted.content, split, self.templates.texts)
                stated_at = posted.recorded_at
                if stated_at is None and posted.own_time:
                    stated_at = text.stated_instant(posted.family)
            except DocumentError as problem:
                self._refuse(position, str(problem))
                continue
            yield position, text, stated_at

    def _candidates(self, readable: Sequence[tuple[int, PostedText, datetime | None]]) -> Iterator[_Candidate]:
        """The documents that may be stored, with their device."""
        addresses = {(self.documents[place].family, self.documents[place].device) for place, _, _ in readable}
        holders = Holders(self.session, addresses)
        for position, text, stated_at in readable:
            posted = self.documents[position]
            received = posted.received_at or self.received_at
            try:
                recorded_at = _believed(posted, stated_at, received)
                holder = holders.holder(posted.family, posted.device)
            except DocumentError as problem:
                self._refuse(position, str(problem))
                continue
            at = 0 if recorded_at is None else to_milliseconds(recorded_at)
            yield _Candidate(position, posted, text, text.split, holder.id, holder.slug, received, recorded_at, at)

    def _keep_templates(self, candidates: Sequence[_Candidate]) -> None:
        """Leave a split only with documents whose template is in the table, or was met before and is put there now."""
        unknown = [candidate for candidate in candidates if candidate.split and candidate.text.content is not None]
        there = template_rows.texts(self.session, {candidate.text.number for candidate in unknown})
        new: dict[int, str] = {}
        for candidate in unknown:
            number = candidate.text.number
            if candidate.split is None or number in there or number in new:
                continue
            template = candidate.split.template
            if self.templates.meet(number) and extraction.is_sound(candidate.posted.family, template):
                new[number] = template
            else:
                candidate.split = None
        template_rows.keep(self.session, new.values())

    def _store_family(self, family: str, group: Sequence[_Candidate]) -> None:
        timed = [candidate for candidate in group if candidate.recorded_at is not None]
        there = present.texts(self.session, family, {candidate.key for candidate in timed})
        rows: list[dict[str, Any]] = []
        for candidate in timed:
            key = candidate.key
            before = there.get(key)
            if before is None:
                there[key] = candidate.posted.content
                rows.append(self._row(candidate, candidate.posted.clock or "stated"))
            elif before is days.EXPIRED:
                self._refuse(candidate.position, days.EXPIRED)
            elif document.same_content(before, candidate.posted.content):
                outcome = Outcome(REPEATED, None, candidate.recorded_at, candidate.slug)
                self.outcomes[candidate.position] = outcome
            else:
                self._refuse(candidate.position, "conflict: another document of this device has the same time")
        untimed = [candidate for candidate in group if candidate.recorded_at is None]
        self._give_times(family, untimed, there)
        rows += [self._row(candidate, "server") for candidate in untimed]
        if rows:
            _insertion(family).put(self.session, rows)

    def _give_times(self, family: str, untimed: Sequence[_Candidate], there: Iterable[Key]) -> None:
        """Each takes the first free millisecond from when it was received."""
        taken = set(there)
        waiting: dict[Key, list[_Candidate]] = defaultdict(list)
        for candidate in untimed:
            waiting[(candidate.device_id, to_milliseconds(candidate.received_at))].append(candidate)
        for (device_id, first), some in waiting.items():
            free = free_milliseconds(self.session, ENTRIES[family], device_id, first, len(some) + len(taken))
            places = iter([at for at in free if (device_id, at) not in taken])
            for candidate in some:
                candidate.at = next(places)
                candidate.recorded_at = from_milliseconds(candidate.at)
                taken.add(candidate.key)

    def _row(self, candidate: _Candidate, clock: str) -> dict[str, Any]:
        self.outcomes[candidate.position] = Outcome(STORED, None, candidate.recorded_at, candidate.slug)
        split = candidate.split
        return {
            "device_id": candidate.device_id,
            "at": candidate.at,
            "received": to_milliseconds(candidate.received_at),
            "clock": clock,
            "skeleton_id": None if split is None else candidate.text.number,
            "body": candidate.posted.content if split is None else split.numbers,
        }

    def _note_series(self, candidates: Sequence[_Candidate]) -> None:
        carriers = []
        for candidate in candidates:
            outcome = self.outcomes[candidate.position]
            if outcome is not None and outcome.result == STORED and candidate.recorded_at is not None:
                template = 0 if candidate.split is None else candidate.text.number
                family = candidate.posted.family
                carriers.append(Carrier(candidate.device_id, template, family, candidate.text, candidate.recorded_at))
        new_series.note(self.session, carriers)


def _believed(posted: Posted, stated_at: datetime | None, received_at: datetime) -> datetime | None:
    """The stated time.  A time in the document that cannot be (a poster without a clock says 1970) is no time.

    Raises DocumentError for such a time that was stated beside the document.
    """
    if stated_at is None or EARLIEST <= stated_at <= received_at + AHEAD:
        return stated_at
    if posted.recorded_at is None:
        return None
    if stated_at < EARLIEST:
        raise DocumentError(f"recorded_at is {stated_at.isoformat()}, before {EARLIEST.year}: set the clock")
    raise DocumentError(f"recorded_at is {stated_at.isoformat()}, more than a day ahead of now: set the clock")


@lru_cache(maxsize=8)
def _insertion(family: str) -> Statement:
    table: Any = ENTRIES[family].__table__
    names = ("device_id", "clock", "skeleton_id", "body")
    times = {"recorded_at": integer("at"), "date_posted": integer("received")}
    return Statement(insert(table).values(**times, **{name: bindparam(name) for name in names}))
