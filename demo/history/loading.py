"""The history, loaded behind the running site: newest first, in whole stretches, and only what is not there yet.

The last days come as single documents, like those of today; what is older comes by whole UTC days, which are sealed as
they come.  Two processes compute ahead of the one that stores.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database import jobs
from data.database.engine import engine_of
from data.errors import NotFoundError
from data.ingest import batch as ingest
from data.ranges import TimeRange, to_milliseconds
from data.store.sealed import days as sealed
from data.store.sealed import sealing
from demo.devices.recorder import Recorder
from demo.history import eras, processes
from demo.history.batches import DENSE_DAYS, Batch, batches, documents_of, plan
from demo.history.whole_days import PROBE, Stored, put_days
from demo.launch import Launch
from demo.minutes import ZONE, day_of, instant_of, minute_of
from demo.model.instant import Instant
from demo.resume import model_at

JOB, LABEL = "history", "Demonstration: history"
# Others write too, and the database's lock does not queue: a pause lets them in.
PAUSE_SECONDS = 0.005
# Eras computed ahead of the one that is stored, and stored at once: busy processes, but not all of a year in memory.
AHEAD, AT_ONCE = 6, 2

Say = Callable[[str], None]


def load(
    sessions: sessionmaker[Session],
    launch: Launch,
    path: Path | None,
    say: Say,
    dense_days: int = DENSE_DAYS,
    workers: int = processes.PROCESSES,
) -> int:
    """Load what is missing of the history and of the pauses; the number of documents stored."""
    loader = _Loader(sessions, launch, say)
    singles, days = plan(launch.history, dense_days)
    pauses = sorted(launch.pauses, key=lambda span: span.end_at, reverse=True)
    missed = [(span, batches(span, span.end_at, dense_days)) for span in pauses]
    if not loader.begin(len(singles) + len(days) + sum(len(some) for _, some in missed)):
        return 0
    for _, some in missed:
        absent = loader.missing(some)
        if absent:
            minutes = {minute for batch in absent for minute in batch.minutes}
            instants = eras.instants(model_at(launch, path, min(minutes)), minutes)
            for batch in absent:
                loader.load_single(batch, instants)
    singles, days = loader.missing(singles), loader.missing(days)
    if singles or days:
        with processes.workers(workers if days else 0) as pool:
            loader.load_history(pool, launch.history, singles, days)
    sealing.seal(sessions, datetime.now(UTC))
    with sessions() as session:
        jobs.finish(session, JOB)
        session.commit()
    return loader.stored


class _Loader:
    """One run: how far it is, and what it stores with."""

    def __init__(self, sessions: sessionmaker[Session], launch: Launch, say: Say) -> None:
        self.sessions, self.launch, self.say = sessions, launch, say
        self.recorder = Recorder(day_of(minute_of(launch.anchor)))
        self.total = self.done = self.stored = 0

    def begin(self, total: int) -> bool:
        """Begin the job; False when it is finished already."""
        self.total = total
        with self.sessions() as session:
            job = next((job for job in queries.jobs(session) if job.name == JOB), None)
            if job is not None and job.finished_at is not None and job.total == total:
                return False
            jobs.start(session, JOB, LABEL, total)
            session.commit()
        return True

    def missing(self, some: Sequence[Batch]) -> list[Batch]:
        """Those that are not loaded; the others count as done."""
        with self.sessions() as session:
            absent = [batch for batch in some if not is_loaded(session, batch)]
        self.done += len(some) - len(absent)
        return absent

    def load_history(self, pool: Executor, span: TimeRange, singles: Sequence[Batch], days: Sequence[Batch]) -> None:
        """Load the history proper: single documents first, then era by era, newest first."""
        missing = {batch.first: batch for batch in (*singles, *days)}
        tasks = []
        for era in eras.eras(self.launch, minute_of(span.start_at) + 1, minute_of(span.end_at) + 1):
            inside = [batch for first, batch in missing.items() if era.first <= first < era.last]
            tasks.append((era, {batch.first: batch.minutes for batch in inside}))
        while not tasks[-1][1]:
            tasks.pop()  # older than all that is missing
        begun = (pool.submit(eras.run, self.launch, era, parts) for era, parts in tasks)
        running = deque(islice(begun, AHEAD))
        storing: deque[tuple[list[Batch], Future[Stored]]] = deque()
        moved_by: eras.Totals = {}
        url = engine_of(self.sessions).url.render_as_string(hide_password=False)
        for number, (era, _) in enumerate(tasks):
            run = running.popleft().result()
            running.extend(islice(begun, 1))
            if number:
                moved_by = eras.difference(moved_by, run.gained)
            for batch in (batch for batch in singles if batch.first in run.parts):
                self.load_single(batch, dict(zip(batch.minutes, eras.opened(run.parts[batch.first], {}), strict=True)))
            inside = [batch for batch in days if era.first <= batch.first < era.last]
            if inside:
                parts = [(batch, run.parts[batch.first]) for batch in inside]
                storing.append((inside, pool.submit(put_days, url, self.launch, parts, moved_by)))
            if len(storing) > AT_ONCE:
                self._days_are_stored(*storing.popleft())
        for stored in storing:
            self._days_are_stored(*stored)

    def load_single(self, batch: Batch, instants: Mapping[int, Instant]) -> None:
        """Store the documents of a batch one by one, in one transaction."""
        documents = list(documents_of(self.recorder, batch, instants))
        with self.sessions() as session:
            self.stored += put(session, documents, self.say)
            self._advance(session, batch, 1)
            session.commit()
        self._tell(batch)
        time.sleep(PAUSE_SECONDS)

    def _days_are_stored(self, loaded: Sequence[Batch], future: Future[Stored]) -> None:
        """Wait until they are, and say so."""
        result = future.result()
        self.stored += result.documents
        for line in result.refused:
            self.say(f"history: refused: {line}")
        oldest = min(loaded, key=lambda batch: batch.first)
        with self.sessions() as session:
            self._advance(session, oldest, len(loaded))
            session.commit()
        self._tell(oldest)

    def _advance(self, session: Session, batch: Batch, count: int) -> None:
        self.done += count
        jobs.advance(session, JOB, self.done, f"{instant_of(batch.first).astimezone(ZONE):%d %B %Y}")

    def _tell(self, batch: Batch) -> None:
        self.say(f"history: {instant_of(batch.first):%Y-%m-%d %H:%M}, {self.done} of {self.total}")


def is_loaded(session: Session, batch: Batch) -> bool:
    """Whether the first document of a batch is there: a batch is stored whole or not at all."""
    if not batch.ticks:
        return False
    try:
        device = queries.device(session, PROBE[0])
    except NotFoundError:
        return False
    at = instant_of(batch.ticks[0])
    if queries.documents(session, device.id, TimeRange(at, at + timedelta(milliseconds=1)), 1):
        return True
    # Expired out by retention: it was there, and is not wanted back.
    return bool(sealed.texts(session, device.id, PROBE[1], [to_milliseconds(at)]))


def put(session: Session, documents: Sequence[ingest.Posted], say: Say) -> int:
    """Store the documents; how many were new.  What is refused is said with its reason, once for each."""
    if not documents:
        return 0
    latest = max(posted.received_at for posted in documents if posted.received_at is not None)
    outcomes = ingest.store(session, documents, latest)
    for reason in sorted({str(outcome.reason) for outcome in outcomes if outcome.result == ingest.REFUSED}):
        say(f"history: refused: {reason}")
    return sum(outcome.result == ingest.STORED for outcome in outcomes)
