"""Buckets of a window from the highest level that has them, and from the samples where no level has.

A level answers for whole buckets of days it has; the ends of a window, days with unsealed documents and periods without
rows come from the level below, at last from the samples themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from data.arrays import Integers
from data.errors import CorruptError
from data.queries import statements
from data.queries.windows import measured
from data.queries.windows.measured import Samples, Stretch, Target
from data.store import blocks, levels
from data.store.blocks import DAY
from data.store.levels import Aggregates, Level

log = logging.getLogger(__name__)

Parts = dict[str, list[Aggregates]]


def width_for(edges: Integers) -> int:
    """The width of the widest level whose buckets fit between these edges; 0 when none does."""
    # The first two edges tell of nearly all levels what only all edges can tell.
    fitting = (
        level.width
        for level in levels.LEVELS
        if not (edges[:2] % level.width).any() and not (edges % level.width).any()
    )
    return max(fitting, default=0)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The parts of a window: buckets of levels by width and key, and samples where the levels have none."""

    levels: Mapping[int, Parts]
    samples: Samples

    def buckets(self, key: str) -> Aggregates:
        """The buckets of a key, in time order: those of the highest level, and smaller ones where it has none.

        They are added up in the steps in which a sealer does, so that sums are the same bit by bit.  No bucket of a
        level is told in part by it and in part by what lies below.
        """
        joined = levels.of_samples(self.samples.times, self.samples.values[key])
        for width, parts in self.levels.items():
            joined = levels.joined([levels.in_buckets(joined, width), *parts[key]])
        return joined


def gather(session: Session, target: Target, family: str, keys: Sequence[str], window: Stretch, width: int) -> Gathered:
    """Buckets of the level of that width and of those below it, and samples where these have none.

    `width` is a level's, or 0 for the samples.
    """
    steps = levels.steps(width)
    by_width: dict[int, Parts] = {level.width: {key: [] for key in keys} for level in steps}
    rest: list[Stretch] = [window] if window[0] < window[1] else []
    key_of = {target.ids[key]: key for key in keys if key in target.ids}
    if steps and rest:
        entries, days = _dirty(session, target.device_id, family, window, steps[0].width)
        for level in reversed(steps):
            buckets = dict.fromkeys(start - start % level.width for start in entries)
            dirty = _union([*((start, start + level.width) for start in buckets), *days])
            rest = _from_level(session, target.device_id, family, key_of, level, rest, dirty, by_width[level.width])
            if not rest:
                break
    return Gathered(by_width, measured.read(session, target, family, keys, rest, measured.MOST_ROWS_IN_BUCKETS))


def _dirty(
    session: Session, device_id: int, family: str, window: Stretch, width: int
) -> tuple[list[int], list[Stretch]]:
    """The parts that are in no level: starts of buckets of that width with unsealed entries, and whole days."""
    rows = statements.dirty(family, width).rows(
        session,
        {
            "device": device_id,
            "family": family,
            "start": window[0],
            "end": window[1],
            "first_day": blocks.day_of(window[0]),
        },
    )
    starts: tuple[list[int], list[int]] = ([], [])
    for has_entries, start in rows:
        starts[0 if has_entries else 1].append(int(start))
    return sorted(starts[0]), [(day, day + DAY) for day in sorted(starts[1])]


def _from_level(
    session: Session,
    device_id: int,
    family: str,
    key_of: Mapping[int, str],
    level: Level,
    stretches: Sequence[Stretch],
    dirty: Sequence[Stretch],
    by_key: Parts,
) -> list[Stretch]:
    """Add the level's buckets in these stretches to `by_key`; what of the stretches it has no buckets of."""
    inner = [(-(-start // level.width) * level.width, end // level.width * level.width) for start, end in stretches]
    inner = _minus([stretch for stretch in inner if stretch[0] < stretch[1]], dirty)
    if not inner:
        return list(stretches)
    rows = statements.bodies(None, min(len(key_of), statements.MOST_NAMED + 1), clock=True).rows(
        session,
        {
            "device": device_id,
            "family": family,
            "level": level.number,
            "first": levels.period_start(level, inner[0][0]),
            "last": inner[-1][1] - 1,
            **measured.of_series(key_of),
        },
    )
    periods: dict[int, list[bytes]] = {}
    for period, body in rows:
        periods.setdefault(period, []).append(body)
    answered: list[Stretch] = []
    for period, bodies in periods.items():
        within = _cut(inner, period, levels.period_end(level, period))
        if within and _take(level, period, bodies, key_of, within, by_key):
            answered += within
    return _minus(stretches, _union(answered))


def _take(
    level: Level, period: int, bodies: Sequence[bytes], key_of: Mapping[int, str], within: list[Stretch], by_key: Parts
) -> bool:
    """Add the buckets of a period that lie within the stretches; False when its rows have changed since written."""
    try:
        starts = levels.clock(bodies[:1], level, period)
        if starts is None:
            return False
        parts = levels.unpack(bodies[1:], starts, key_of)
    except CorruptError as problem:
        log.error("level %s, period %s: %s; the level below is read instead", level.number, period, problem)
        return False
    for series, aggregates in parts.items():
        cuts = [np.searchsorted(aggregates.start, stretch).tolist() for stretch in within]
        by_key[key_of[series]] += [
            aggregates if (first, last) == (0, len(aggregates)) else aggregates.taken(slice(first, last))
            for first, last in cuts
        ]
    return True


# Stretches


def _cut(some: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    cut = [(max(start, stretch[0]), min(end, stretch[1])) for stretch in some]
    return [stretch for stretch in cut if stretch[0] < stretch[1]]


def _minus(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """What of some is in none of the others; both ascend and do not overlap."""
    remainder: list[Stretch] = []
    place = 0
    for start, end in some:
        while place < len(others) and others[place][1] <= start:
            place += 1
        ahead = place
        while ahead < len(others) and others[ahead][0] < end:
            if others[ahead][0] > start:
                remainder.append((start, others[ahead][0]))
            start = max(start, others[ahead][1])
            ahead += 1
        if start < end:
            remainder.append((start, end))
    return remainder


def _union(some: Sequence[Stretch]) -> list[Stretch]:
    union: list[Stretch] = []
    for start, end in sorted(some):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union
