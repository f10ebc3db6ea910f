"""The store as a dictionary: what every question should be answered, worked out the slow and plain way.

Readings and flags of one document are taken from data.document; everything else is counted by hand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from data import document
from data.queries.windows.buckets import Months, Width

Content = dict[str, Any]
KINDS = ("alarms", "faults", "daily_alarms", "daily_faults", "daily_flags", "status_errors", "power_errors")
KINDS += ("protection_errors", "pins")
NAN = math.nan


@dataclass
class Naive:
    """The documents of one device: (family, time) -> document."""

    documents: dict[tuple[str, datetime], Content] = field(default_factory=dict)

    def of(self, family: str, start: datetime, end: datetime) -> list[tuple[datetime, Content]]:
        """The documents of a family in the window, in time order."""
        return sorted(
            ((at, one) for (of, at), one in self.documents.items() if of == family and start <= at < end),
            key=lambda one: one[0],
        )

    def post(self, family: str, at: datetime, content: Content) -> str:
        """What the store should say of that document, once it is taken in."""
        there = self.documents.get((family, at))
        if there is None:
            self.documents[family, at] = content
            return "stored"
        return "repeated" if there == content else "refused"

    def samples(self, family: str, metric: str, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """Each document of the window with its value, NaN where it has none."""
        return [(at, document.readings(family, one).get(metric, NAN)) for at, one in self.of(family, start, end)]

    def buckets(
        self, family: str, metric: str, start: datetime, end: datetime, edges: list[datetime]
    ) -> list[dict[str, float]]:
        """The measures between each two edges."""
        found = []
        samples = self.samples(family, metric, start, end)
        for begin, finish in pairwise(edges):
            inside = [value for at, value in samples if begin <= at < finish and not math.isnan(value)]
            if not inside:
                found.append({"mean": NAN, "min": NAN, "max": NAN, "last": NAN, "count": 0.0})
                continue
            found.append(
                {
                    "mean": math.fsum(inside) / len(inside),
                    "min": min(inside),
                    "max": max(inside),
                    "last": inside[-1],
                    "count": float(len(inside)),
                }
            )
        return found

    def latest(self, family: str) -> tuple[datetime, Content] | None:
        """The newest document."""
        found = self.of(family, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
        return found[-1] if found else None

    def nearest(self, family: str, at: datetime, tolerance: timedelta) -> tuple[datetime, Content] | None:
        """The nearest document within the tolerance, the earlier of two."""
        near = self.of(family, at - tolerance, at + tolerance + timedelta(milliseconds=1))
        return min(near, key=lambda one: (abs(one[0] - at), one[0]), default=None)

    def events(self, family: str, start: datetime, end: datetime) -> set[tuple[Any, ...]]:
        """(kind, name, first, last seen, first without or None) of what touches the window."""
        lasting: dict[tuple[str, str], list[datetime]] = {}
        found: list[tuple[Any, ...]] = []
        for at, one in self.of(family, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            flags = document.flags(family, one)
            said = {(kind, name) for kind in KINDS for name in getattr(flags, kind)}
            for key in set(lasting) - said:
                found.append((*key, *lasting.pop(key), at))
            for key in said:
                lasting.setdefault(key, [at, at])[1] = at
        found += [(*key, *one, None) for key, one in lasting.items()]
        if start == end:
            return set()
        return {one for one in found if one[2] < end and (one[4] is None or one[4] > start)}


def edges(start: datetime, end: datetime, width: Width, zone: tzinfo) -> list[datetime]:
    """From the local midnight before the window on; whole days and months by the calendar of the zone."""
    if isinstance(width, Months):
        return months(start, end, width.number, zone)
    day = start.astimezone(zone).date()
    found = [datetime.combine(day, time(), zone).astimezone(UTC)]
    if width % timedelta(days=1) == timedelta(0):
        while found[-1] < end or len(found) < 2:
            day += width
            found.append(datetime.combine(day, time(), zone).astimezone(UTC))
        return found
    while found[0] + width <= start:
        found[0] += width
    while found[-1] < end or len(found) < 2:
        found.append(found[-1] + width)
    return found


def months(start: datetime, end: datetime, number: int, zone: tzinfo) -> list[datetime]:
    """The firsts of months from that before the window on, `number` months apart, counted from January."""
    year, month = start.astimezone(zone).year, 1
    found: list[datetime] = []
    while not found or found[-1] < end or len(found) < 2:
        first = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
        found = [first] if first <= start else [*found, first]
        year, month = (year, month + number) if month + number <= 12 else (year + 1, month + number - 12)
    return found
