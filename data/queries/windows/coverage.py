"""When the metrics of a device were measured: the stretches without a gap, exact whatever the width of the buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from data import gaps
from data.arrays import Integers
from data.gaps import Stretch
from data.queries.windows import measured
from data.queries.windows.aggregates import Gathered
from data.queries.windows.measured import Samples, Target
from data.ranges import TimeRange, to_milliseconds
from data.store.levels import LEVELS

# Buckets of the lowest level are shorter than any gap: what lies in one is unbroken.
FINEST = LEVELS[0]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The part (0 to 1) of a window in which a metric was measured, and the stretches without a gap in and around it.

    `spacing` is the usual one of its device, None while it is not known.
    """

    part: float
    stretches: Sequence[Stretch]
    spacing: timedelta | None


def of_times(times: Integers, window: TimeRange, now: datetime, spacing: timedelta | None) -> Coverage:
    """The coverage by samples at these ascending times."""
    longest = gaps.longest_join(spacing)
    stretches = unbroken(times[times <= to_milliseconds(now)], longest)
    return Coverage(gaps.coverage(stretches, window, now, longest), stretches, spacing)


def unbroken(times: Integers, longest: timedelta) -> list[Stretch]:
    """The stretches without a gap between these ascending times."""
    return _between(times, times, longest)


def around(window: TimeRange, now: datetime, longest: timedelta) -> Stretch:
    """The window with the neighbours of its samples that may be joined to them, up to the present."""
    end_at = min(window.end_at + longest, now + timedelta(milliseconds=1))
    start = to_milliseconds(window.start_at - longest)
    return start, max(start, to_milliseconds(end_at))


def coverages(
    session: Session,
    target: Target,
    family: str,
    keys: Sequence[str],
    gathered: Gathered,
    window: TimeRange,
    now: datetime,
    spacing: timedelta | None,
) -> dict[str, Coverage]:
    """Key -> its coverage of the window, of what was gathered of it with the FINEST level at most.

    The levels tell which of their buckets have samples; the times of these are read beside holes alone.
    """
    longest = gaps.longest_join(spacing)
    start, end = around(window, now, longest)
    inside = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    # In the bucket of the present, samples may lie after it.
    present = (max(inside[0], end - end % FINEST.width), min(inside[1], end))
    sides = [
        measured.read(session, target, family, keys, [side])
        for side in ((start, min(inside[0], end)), present, (inside[1], end))
        if side[0] < side[1] and (side is not present or end < inside[1])
    ]
    seen = {key: _seen(key, gathered, sides, end) for key in keys}
    beside = {key: _beside_holes(*seen[key], longest) for key in keys}
    cells = np.unique(np.concatenate(list(beside.values()))) if beside else np.empty(0, dtype=np.int64)
    stretches = [(max(cell, inside[0]), min(cell + FINEST.width, inside[1])) for cell in cells.tolist()]
    samples = measured.read(session, target, family, keys, stretches)
    by_key = {}
    for key in keys:
        joined = _between(*_ends(*seen[key], beside[key], samples, key), longest)
        by_key[key] = Coverage(gaps.coverage(joined, window, now, longest), joined, spacing)
    return by_key


def _seen(key: str, gathered: Gathered, sides: Sequence[Samples], end: int) -> tuple[Integers, Integers]:
    """Where a key has samples before `end`, ascending: starts, and the lengths of the buckets; 0 of a single sample."""
    cells = [part.start for part in gathered.levels.get(FINEST.width, {}).get(key, ())]
    times = [_times(part, key) for part in (gathered.samples, *sides)]
    starts = np.concatenate([*cells, *times])
    lengths = np.zeros(len(starts), dtype=np.int64)
    lengths[: sum(map(len, cells))] = FINEST.width - 1
    order = np.argsort(starts, kind="stable")
    order = order[starts[order] + lengths[order] < end]
    return starts[order], lengths[order]


def _times(samples: Samples, key: str) -> Integers:
    return samples.times[~np.isnan(samples.values[key])]


def _beside_holes(starts: Integers, lengths: Integers, longest: timedelta) -> Integers:
    """The buckets whose samples may lie at a gap: the first and the last, and those with no other near."""
    farthest = starts[1:] + lengths[1:] - starts[:-1] > longest // timedelta(milliseconds=1)
    ends = np.ones(1, dtype=np.bool_)
    at_hole = np.concatenate((ends, farthest)) | np.concatenate((farthest, ends)) if len(starts) else ends[:0]
    return np.asarray(starts[at_hole & (lengths > 0)], dtype=np.int64)


def _ends(
    starts: Integers, lengths: Integers, cells: Integers, samples: Samples, key: str
) -> tuple[Integers, Integers]:
    """The first and the last sample of each: of those cells as measured, of others the ends of the bucket."""
    first, last = starts.copy(), starts + lengths
    times = _times(samples, key)
    begin, end = np.searchsorted(times, cells), np.searchsorted(times, cells + FINEST.width)
    places = np.searchsorted(starts, cells)
    there = end > begin  # what retention has thinned out has buckets without samples
    first[places[there]], last[places[there]] = times[begin[there]], times[end[there] - 1]
    return first, last


def _between(first: Integers, last: Integers, longest: timedelta) -> list[Stretch]:
    if not len(first):
        return []
    holes = np.flatnonzero(first[1:] - last[:-1] > longest // timedelta(milliseconds=1))
    if not len(holes):
        return [(int(first[0]), int(last[-1]))]
    begins, ends = np.append(0, holes + 1), np.append(holes, len(first) - 1)
    return list(zip(first[begins].tolist(), last[ends].tolist(), strict=True))
