"""What is loaded together: a few hours of single documents, or a whole UTC day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.ingest import batch as ingest
from data.ranges import TimeRange
from demo.devices.recorder import Recorder
from demo.minutes import DAY, ZONE, day_of, instant_of, minute_of, start_of_day
from demo.model.instant import Instant

STEP_MINUTES = 10
DENSE_DAYS = 2  # the last days come at one minute
# So many days at least come as single documents: the newest document of each family is one, and never sealed.
SINGLE_DAYS = 2
# Minutes stored in one transaction: 200 to 400 documents, a tenth of a second of the writers' lock.
BATCH_MINUTES, DENSE_BATCH_MINUTES = 360, 60
DAILY_HOUR, DAILY_MINUTE = 23, 58


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

    @property
    def minutes(self) -> list[int]:
        """The minutes whose instants its documents are made of, ascending."""
        return sorted({*self.ticks, *daily_minutes(self)})


def plan(history: TimeRange, dense_days: int = DENSE_DAYS) -> tuple[list[Batch], list[Batch]]:
    """The batches of the history proper, newest first: of single documents, and whole UTC days of what is older."""
    first, last = minute_of(history.start_at) + 1, minute_of(history.end_at) + 1
    split = (last - max(dense_days, SINGLE_DAYS) * DAY) // DAY * DAY
    if split <= first:
        return batches(history, None, dense_days), []
    singles = batches(TimeRange(instant_of(split - 1), history.end_at), None, dense_days)
    starts = range(first // DAY * DAY, split, DAY)
    days = [Batch(max(first, start), start + DAY, STEP_MINUTES, None) for start in starts]
    return singles, days[::-1]


def batches(span: TimeRange, received_at: datetime | None, dense_days: int = DENSE_DAYS) -> list[Batch]:
    """The batches of a span, newest first; none crosses the end of a local solar day."""
    first, last = minute_of(span.start_at) + 1, minute_of(span.end_at) + 1
    dense = max(first, last - dense_days * DAY)
    parts = []
    for begin, end, step, size in ((first, dense, STEP_MINUTES, BATCH_MINUTES), (dense, last, 1, DENSE_BATCH_MINUTES)):
        at = begin
        while at < end:
            inside = (at - start_of_day(day_of(at))) % size
            until = min(end, at - inside + size, start_of_day(day_of(at) + 1))
            parts.append(Batch(at, until, step, received_at))
            at = until
    return parts[::-1]


def documents_of(recorder: Recorder, batch: Batch, instants: Mapping[int, Instant]) -> Iterator[ingest.Posted]:
    """The documents of a batch, in the order of their times."""
    days = daily_minutes(batch)
    for minute in sorted({*batch.ticks, *days}):
        if minute in batch.ticks:
            yield from recorder.documents(instants[minute], batch.received_at)
        if minute in days:
            yield from recorder.daily(instants[minute], days[minute], batch.received_at)


def daily_minutes(batch: Batch) -> dict[int, date]:
    """The minutes of a batch at which daily documents are due, with their days."""
    days: dict[int, date] = {}
    day = instant_of(batch.first).astimezone(ZONE).date()
    while True:
        due = datetime(day.year, day.month, day.day, DAILY_HOUR, DAILY_MINUTE, tzinfo=ZONE)
        minute = minute_of(due)
        if minute >= batch.last:
            return days
        if minute >= batch.first:
            days[minute] = day
        day += timedelta(days=1)
