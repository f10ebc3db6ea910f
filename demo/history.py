"""The history, loaded behind the running site: newest first, in small transactions, and only what is not there yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from data import ingest, jobs, queries
from data.errors import NotFoundError
from data.ranges import TimeRange
from demo.instant import Instant
from demo.launch import Launch
from demo.minutes import DAY, ZONE, day_of, instant_of, minute_of, start_of_day
from demo.past import Recorder
from demo.resume import fresh, model_at
from demo.saved import restore, save

JOB, LABEL = "history", "Demonstration: history"
STEP_MINUTES = 10
DENSE_DAYS = 2  # the last days come at one minute
# Minutes loaded in one transaction: about 200 to 400 documents, a quarter of a second of the writers' lock.
BATCH_MINUTES, DENSE_BATCH_MINUTES = 360, 60
DAILY_HOUR, DAILY_MINUTE = 23, 58
PROBE = "tristar-1"
# Others write too, and the database's lock does not queue: a pause lets them in.
PAUSE_SECONDS = 0.02

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Minutes from `first` up to, not including, `last`, every `step` of which has documents.

    `received_at` is when they reached the site; None means at once.
    """

    first: int
    last: int
    step: int
    received_at: datetime | None

    @property
    def ticks(self) -> range:
        """The minutes with documents."""
        return range(-(-self.first // self.step) * self.step, self.last, self.step)


def load(
    sessions: sessionmaker[Session], launch: Launch, path: Path | None, say: Say, dense_days: int = DENSE_DAYS
) -> int:
    """Load what is missing of the history and of the pauses; the number of documents stored."""
    spans = sorted([launch.history, *launch.pauses], key=lambda span: span.end_at, reverse=True)
    plans = [(span, batches(span, None if span == launch.history else span.end_at, dense_days)) for span in spans]
    total = sum(len(plan) for _, plan in plans)
    with sessions() as session:
        known = next((job for job in queries.jobs(session) if job.name == JOB), None)
        if known is not None and known.finished_at is not None and known.total == total:
            return 0
        jobs.start(session, JOB, LABEL, total)
        session.commit()
    done = stored = 0
    recorder = Recorder(day_of(minute_of(launch.anchor)))
    for span, plan in plans:
        with sessions() as session:
            missing = [batch for batch in plan if not is_loaded(session, batch)]
        done += len(plan) - len(missing)
        for batch, instants in with_instants(launch, path, span, missing):
            documents = list(documents_of(recorder, batch, instants))
            done += 1
            with sessions() as session:
                stored += put(session, documents, say)
                jobs.advance(session, JOB, done, f"{instant_of(batch.first).astimezone(ZONE):%d %B %Y}")
                session.commit()
            say(f"history: {instant_of(batch.first):%Y-%m-%d %H:%M}, {done} of {total}")
            time.sleep(PAUSE_SECONDS)
    with sessions() as session:
        jobs.finish(session, JOB)
        session.commit()
    return stored


def batches(span: TimeRange, received_at: datetime | None, dense_days: int = DENSE_DAYS) -> list[Batch]:
    """The batches of a span, newest first; none crosses the end of a local solar day."""
    first, last = minute_of(span.start_at) + 1, minute_of(span.end_at) + 1
    dense = max(first, last - dense_days * DAY)
    found = []
    for begin, end, step, size in ((first, dense, STEP_MINUTES, BATCH_MINUTES), (dense, last, 1, DENSE_BATCH_MINUTES)):
        at = begin
        while at < end:
            inside = (at - start_of_day(day_of(at))) % size
            until = min(end, at - inside + size, start_of_day(day_of(at) + 1))
            found.append(Batch(at, until, step, received_at))
            at = until
    return found[::-1]


def is_loaded(session: Session, batch: Batch) -> bool:
    """Whether the first document of a batch is there: a batch is stored whole or not at all."""
    if not batch.ticks:
        return False
    try:
        device = queries.device(session, PROBE)
    except NotFoundError:
        return False
    at = instant_of(batch.ticks[0])
    return bool(queries.documents(session, device.id, TimeRange(at, at + timedelta(milliseconds=1)), 1))


def with_instants(
    launch: Launch, path: Path | None, span: TimeRange, wanted: Sequence[Batch]
) -> Iterator[tuple[Batch, dict[int, Instant]]]:
    """Each batch with the instants of its minutes, in the order given, which is newest first.

    The model runs through the span once and is saved at the start of each day; each day is then computed again.
    """
    if not wanted:
        return
    begin = min(batch.first for batch in wanted)
    model = fresh(launch) if span == launch.history else model_at(launch, path, begin)
    saved = {}
    for day in range(day_of(begin), day_of(wanted[0].first) + 1):
        model.advance(max(start_of_day(day), model.minute))
        saved[day] = save(model)
    for day in sorted(saved, reverse=True):
        batches_of_day = [batch for batch in wanted if day_of(batch.first) == day]
        if not batches_of_day:
            continue
        again = restore(saved[day], launch.seed, launch.anchor, launch.start)
        assert again is not None, "it was saved by this very version"
        ticks = {tick for batch in batches_of_day for tick in (*batch.ticks, *daily_minutes(batch))}
        instants: dict[int, Instant] = {}
        while again.minute <= max(ticks, default=-1):
            minute = again.minute
            instant = again.step(keep=minute in ticks)
            if instant is not None:
                instants[minute] = instant
        for batch in batches_of_day:
            yield batch, instants


def documents_of(recorder: Recorder, batch: Batch, instants: dict[int, Instant]) -> Iterator[ingest.Posted]:
    """The documents of a batch, in the order of their times."""
    days = daily_minutes(batch)
    for minute in sorted({*batch.ticks, *days}):
        if minute in batch.ticks:
            yield from recorder.documents(instants[minute], batch.received_at)
        if minute in days:
            yield from recorder.daily(instants[minute], days[minute], batch.received_at)


def daily_minutes(batch: Batch) -> dict[int, date]:
    """The minutes of a batch at which daily documents are due, with their days."""
    found: dict[int, date] = {}
    day = instant_of(batch.first).astimezone(ZONE).date()
    while True:
        due = datetime(day.year, day.month, day.day, DAILY_HOUR, DAILY_MINUTE, tzinfo=ZONE)
        minute = minute_of(due)
        if minute >= batch.last:
            return found
        if minute >= batch.first:
            found[minute] = day
        day += timedelta(days=1)


def put(session: Session, documents: Sequence[ingest.Posted], say: Say) -> int:
    """Store the documents; how many were new.  What is refused is said with its reason, once for each."""
    if not documents:
        return 0
    latest = max(posted.received_at for posted in documents if posted.received_at is not None)
    outcomes = ingest.store(session, documents, latest)
    for reason in sorted({str(outcome.reason) for outcome in outcomes if outcome.result == ingest.REFUSED}):
        say(f"history: refused: {reason}")
    return sum(outcome.result == ingest.STORED for outcome in outcomes)
