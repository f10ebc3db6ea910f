"""The energy of a window: the integral of a power, never across a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from data.arrays import Floats, Integers
from data.errors import RangeError
from data.queries.samples import sample_arrays
from data.ranges import TimeRange, to_milliseconds

# Windows are read in stretches of so many days, shorter ones where documents lie close; an hour is the shortest.
LONGEST_STRETCH, SHORTEST_STRETCH = timedelta(days=32), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours of one device in a window, and the part of its elapsed time (0 to 1) that was seen."""

    device_id: int
    watt_hours: float
    coverage: float


def energy(
    session: Session, device_ids: Sequence[int], metric: str, window: TimeRange, now: datetime, max_gap: timedelta
) -> list[Energy]:
    """The integral of a power metric (W) over the window, by device; never across a gap longer than `max_gap`.

    Coverage counts up to the last sample when that is younger than `max_gap`: what has not been measured yet is not
    missing.  A window may be of any length.
    """
    end_at = min(window.end_at, now)
    around = TimeRange(window.start_at - max_gap, max(window.start_at - max_gap, end_at))
    ends = to_milliseconds(window.start_at), to_milliseconds(end_at)
    return [
        _integral(device_id, _stretches(session, device_id, metric, around), ends, max_gap) for device_id in device_ids
    ]


def _stretches(session: Session, device_id: int, metric: str, window: TimeRange) -> Iterator[tuple[Integers, Floats]]:
    """The samples of the window, times in milliseconds, a stretch at a time."""
    start_at, length = window.start_at, LONGEST_STRETCH
    while start_at < window.end_at:
        end_at = min(start_at + length, window.end_at)
        try:
            found = sample_arrays(session, device_id, [metric], TimeRange(start_at, end_at))
        except RangeError:
            if length <= SHORTEST_STRETCH:
                raise
            length = max(length / 4, SHORTEST_STRETCH)
            continue
        there = ~np.isnan(found.values[metric])
        yield found.times[there], found.values[metric][there]
        start_at = end_at


def _integral(
    device_id: int, stretches: Iterator[tuple[Integers, Floats]], ends: tuple[int, int], max_gap: timedelta
) -> Energy:
    start, end = ends
    gap = max_gap / timedelta(milliseconds=1)
    watt_hours = hours = 0.0
    at, watts = np.empty(0, dtype=np.int64), np.empty(0)
    for times, values in stretches:
        # On from the last sample of the stretch before.
        at, watts = np.append(at[-1:], times), np.append(watts[-1:], values)
        more_watt_hours, more_hours = _sums(at, watts, start, gap)
        watt_hours, hours = watt_hours + more_watt_hours, hours + more_hours
    if len(at) and 0 <= end - at[-1] <= gap:
        end = int(at[-1])
    if hours == 0.0 or end <= start:
        return Energy(device_id, 0.0, 0.0)
    return Energy(device_id, watt_hours, min(1.0, hours * 3_600_000 / (end - start)))


def _sums(at: Integers, watts: Floats, start: int, gap: float) -> tuple[float, float]:
    """Watt-hours and hours between neighbouring samples no farther apart than `gap`, from `start` on."""
    begin, finish = at[:-1], at[1:]
    from_watts, to_watts = watts[:-1].copy(), watts[1:]
    crosses = (begin < start) & (finish > start)
    share = (start - begin[crosses]) / (finish[crosses] - begin[crosses])
    from_watts[crosses] += share * (to_watts[crosses] - from_watts[crosses])
    counted = (finish - begin <= gap) & (finish > start)
    hours = (finish - np.maximum(begin, start))[counted] / 3_600_000
    return float(np.sum(hours * (from_watts + to_watts)[counted] / 2)), float(np.sum(hours))
