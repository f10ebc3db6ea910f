"""The energy of a window: the integral of a power, never across a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from data import gaps
from data.arrays import Floats, Integers
from data.errors import RangeError
from data.gaps import Stretch
from data.queries.devices import by_id, family_of
from data.queries.windows.coverage import around, unbroken
from data.queries.windows.samples import sample_arrays
from data.queries.windows.spacing import spacing
from data.ranges import TimeRange, from_milliseconds, to_milliseconds

# Windows are read in stretches of so many days, shorter ones where documents lie close; an hour is the shortest.
LONGEST_STRETCH, SHORTEST_STRETCH = timedelta(days=32), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours of one device in a window, and its coverage (data.gaps)."""

    device_id: int
    watt_hours: float
    coverage: float


def energy(
    session: Session,
    device_ids: Sequence[int],
    metric: str,
    window: TimeRange,
    now: datetime,
    max_gap: timedelta | None = None,
) -> list[Energy]:
    """The integral of a power metric (W) over the window, by device; never across a gap.

    A gap is longer than `max_gap`, or than the device's own where that is left out.  Watt-hours of the parts of a
    window add up to those of the whole: where neighbours lie on both sides of an end, it is cut between them.  A
    window may be of any length.
    """
    return [_energy(session, device_id, metric, window, now, max_gap) for device_id in device_ids]


def _energy(
    session: Session, device_id: int, metric: str, window: TimeRange, now: datetime, max_gap: timedelta | None
) -> Energy:
    if max_gap is None:
        device = by_id(session, device_id)
        max_gap = gaps.longest_join(spacing(session, device, family_of(device.kind, metric)))
    reach = TimeRange(*(from_milliseconds(end) for end in around(window, now, max_gap)))
    start, end = to_milliseconds(window.start_at), to_milliseconds(min(window.end_at, now))
    watt_hours, stretches = 0.0, list[Stretch]()
    at, watts = np.empty(0, dtype=np.int64), np.empty(0)
    for times, values in _parts(session, device_id, metric, reach):
        # On from the last sample of the part before.
        at, watts = (np.append(at[-1:], times), np.append(watts[-1:], values)) if len(at) else (times, values)
        watt_hours += _watt_hours(at, watts, start, end, max_gap)
        stretches = _on_from(stretches, unbroken(at, max_gap))
    return Energy(device_id, watt_hours, gaps.coverage(stretches, window, now, max_gap))


def _on_from(stretches: list[Stretch], more: list[Stretch]) -> list[Stretch]:
    """More stretches, the first of which goes on from where the last one ended."""
    if stretches and more:
        return [*stretches[:-1], (stretches[-1][0], more[0][1]), *more[1:]]
    return stretches or more


def _parts(session: Session, device_id: int, metric: str, window: TimeRange) -> Iterator[tuple[Integers, Floats]]:
    """The samples of the window, times in milliseconds, a stretch at a time."""
    start_at, length = window.start_at, LONGEST_STRETCH
    while start_at < window.end_at:
        end_at = min(start_at + length, window.end_at)
        try:
            samples = sample_arrays(session, device_id, [metric], TimeRange(start_at, end_at))
        except RangeError:
            if length <= SHORTEST_STRETCH:
                raise
            length = max(length / 4, SHORTEST_STRETCH)
            continue
        present = ~np.isnan(samples.values[metric])
        if present.all():
            yield samples.times, samples.values[metric]
        else:
            yield samples.times[present], samples.values[metric][present]
        start_at = end_at


def _watt_hours(at: Integers, watts: Floats, start: int, end: int, max_gap: timedelta) -> float:
    """The integral between neighbouring samples that no gap parts, from `start` to `end`."""
    reach = slice(max(0, int(at.searchsorted(start, "right")) - 1), int(at.searchsorted(end)) + 1)
    at, watts = at[reach], watts[reach]
    if len(at) < 2 or end <= start:
        return 0.0
    spans = at[1:] - at[:-1]
    # Between two samples an end of the window may lie: the power is cut there.
    cut, power = at.copy(), watts.copy()
    cut[0], cut[-1] = max(at[0], start), min(at[-1], end)
    power[0] += (watts[1] - watts[0]) / spans[0] * (cut[0] - at[0])
    power[-1] -= (watts[-1] - watts[-2]) / spans[-1] * (at[-1] - cut[-1])
    doubled = (cut[1:] - cut[:-1]) / 3_600_000 * (power[:-1] + power[1:])
    joined = spans <= max_gap // timedelta(milliseconds=1)
    return float((doubled if joined.all() else doubled[joined]).sum() / 2)
