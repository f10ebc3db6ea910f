"""Samples as they were measured: sealed columns and unsealed entries of a stretch of time, as arrays.

Entries are read before blocks: what a sealer moves meanwhile is then in one of the two, or in both and counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from sqlalchemy.orm import Session

from data import document
from data.arrays import Floats, Integers
from data.database.compiled import named
from data.errors import CorruptError, NotFoundError, RangeError
from data.queries import statements
from data.store import blocks, column_groups, columns, template_rows
from data.store.blocks import DAY
from data.templates import extraction

log = logging.getLogger(__name__)

# More documents than this in one answer would not fit in a web worker: read them in parts.
MOST_ROWS = 600_000
MOST_ROWS_IN_BUCKETS = 6_000_000
# Single days asked for by their names, up to this many; beyond, the whole span is read.
MOST_DAYS = 400

Stretch = tuple[int, int]  # milliseconds, half-open


@dataclass(frozen=True, slots=True)
class Samples:
    """Times (ascending, each once, milliseconds) and one column a metric, NaN where a document has no value."""

    times: Integers
    values: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Target:
    """A device whose samples are read: its kind, and the ids of those of the keys that it has series of."""

    device_id: int
    kind: str
    ids: Mapping[str, int]


def target(session: Session, device_id: int, keys: Sequence[str]) -> Target:
    """The device and its series of these keys.  Raises NotFoundError."""
    unique = dict.fromkeys(keys)
    rows = list(statements.targets(len(unique)).rows(session, {"device": device_id, **named("k", unique)}))
    if not rows:
        raise NotFoundError(f"no device with the id {device_id}")
    return Target(device_id, rows[0][0], {key: number for _, key, number in rows if number is not None})


def read(
    session: Session,
    target: Target,
    family: str,
    keys: Sequence[str],
    stretches: Sequence[Stretch],
    most: int | None = None,
) -> Samples:
    """The samples of these series in these stretches, which ascend and do not overlap.

    Raises RangeError when there are more than `most` documents in them, which is MOST_ROWS by default.
    """
    most = most or MOST_ROWS
    stretches = [stretch for stretch in stretches if stretch[0] < stretch[1]]
    if not stretches:
        return Samples(np.empty(0, dtype=np.int64), {key: np.empty(0) for key in keys})
    fresh = _unsealed(session, target, family, keys, stretches, most)
    parts = _sealed(session, target, family, keys, stretches, most)
    return _merged([*parts, *fresh], keys, stretches, most)


def _merged(parts: Sequence[Samples], keys: Sequence[str], stretches: Sequence[Stretch], most: int) -> Samples:
    parts = [part for part in parts if len(part.times)]
    if not parts:
        return Samples(np.empty(0, dtype=np.int64), {key: np.empty(0) for key in keys})
    times = np.concatenate([part.times for part in parts]) if len(parts) > 1 else parts[0].times
    values = {
        key: np.concatenate([part.values[key] for part in parts]) if len(parts) > 1 else parts[0].values[key]
        for key in keys
    }
    if len(times) > 1 and not (times[1:] > times[:-1]).all():
        # Of equal times the later part's: an entry stands for what an isolated block can no longer say.
        order = np.argsort(times, kind="stable")
        last = np.r_[times[order][1:] != times[order][:-1], True]
        order = order[last]
        times, values = times[order], {key: column[order] for key, column in values.items()}
    inside = _inside(times, stretches)
    if inside is not None:
        times, values = times[inside], {key: column[inside] for key, column in values.items()}
    if len(times) > most:
        raise RangeError(f"the window holds more than {most:,} documents: ask for a shorter one")
    return Samples(times, values)


def _inside(times: Integers, stretches: Sequence[Stretch]) -> slice | np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    if len(stretches) == 1:
        first, last = np.searchsorted(times, stretches[0]).tolist()
        return None if (first, last) == (0, len(times)) else slice(first, last)
    starts = np.array([start for start, _ in stretches], dtype=np.int64)
    ends = np.array([end for _, end in stretches], dtype=np.int64)
    place = np.searchsorted(starts, times, side="right") - 1
    return (place >= 0) & (times < ends[np.maximum(place, 0)])


def _days(stretches: Sequence[Stretch]) -> list[int] | None:
    """The days that these stretches touch; None when there are too many to name."""
    days: dict[int, None] = {}
    for start, end in stretches:
        if (end - start) // DAY + len(days) > MOST_DAYS:
            return None
        for day in range(blocks.day_of(start), end, DAY):
            days[day] = None
    return list(days)


def _sealed(
    session: Session, target: Target, family: str, keys: Sequence[str], stretches: Sequence[Stretch], most: int
) -> list[Samples]:
    start, end = stretches[0][0], stretches[-1][1]
    days = _days(stretches)
    whose: dict[str, object] = {"device": target.device_id, "family": family}
    if days is None or len(days) > (end - start) // DAY:
        days = None
    if days is None:
        number = None
        among: dict[str, object] = {"first": blocks.day_of(start), "last": end - 1}
    else:
        number, among = len(days), named("d", days)
    heads = list(statements.heads(number).rows(session, {**whose, **among, "start": start, "end": end}))
    if sum(documents for _, documents, *_ in heads) > most + DAY // 1000:
        raise RangeError(f"the window holds more than {most:,} documents: ask for a shorter one")
    times: dict[int, Integers] = {}
    for day, documents, packed, first, last in heads:
        if packed is None:  # expired
            continue
        try:
            times[day] = blocks.known_times(packed, day, documents, first, last)
        except CorruptError as problem:
            log.error("device %s, %s, day %s: %s", target.device_id, family, day, problem)
    if not times:
        return []
    key_of = {target.ids[key]: key for key in keys if key in target.ids}
    by_day: dict[int, dict[str, Floats]] = {day: {} for day in times}
    if key_of:
        rows = statements.bodies(number, min(len(key_of), statements.MOST_NAMED + 1), clock=False).rows(
            session, {**whose, **among, "level": 0, **of_series(key_of)}
        )
        for day, body in rows:
            if day in times:
                _take(by_day[day], body, key_of, len(times[day]), (target.device_id, family, day))
    nothing = {day: np.full(len(at), np.nan) for day, at in times.items() if len(by_day[day]) < len(keys)}
    return [
        Samples(times[day], {key: by_day[day][key] if key in by_day[day] else nothing[day] for key in keys})
        for day in sorted(times)
    ]


def of_series(series: Iterable[int]) -> dict[str, object]:
    """The parameters of `statements.bodies` for these series, of which there are some."""
    series = list(series)
    if len(series) > statements.MOST_NAMED:
        return {"lowest": min(series), "highest": max(series)}
    return named("s", series)


def _take(
    values_of: dict[str, Floats], body: bytes, key_of: Mapping[int, str], count: int, where: tuple[int, str, int]
) -> None:
    """Put the columns of a row under their keys; one that has changed since it was written is reported, and a gap."""
    try:
        for series, column in column_groups.unpack(body, key_of):
            values_of[key_of[series]] = columns.decode(column.kind, column.packed, count)
    except CorruptError as problem:
        log.error("device %s, %s, day %s: %s", *where, problem)
        for series, column in column_groups.sound(body, key_of):
            values_of[key_of[series]] = columns.decode(column.kind, column.packed, count)


def _unsealed(
    session: Session, target: Target, family: str, keys: Sequence[str], stretches: Sequence[Stretch], most: int
) -> list[Samples]:
    rows = statements.unsealed(family).rows(
        session, {"device": target.device_id, "start": stretches[0][0], "end": stretches[-1][1], "limit": most + 1}
    )
    by_template: dict[int | None, tuple[list[int], list[str]]] = {}
    count = 0
    for recorded, template, body in rows:
        times, bodies = by_template.setdefault(template, ([], []))
        times.append(recorded)
        bodies.append(body)
        count += 1
    if count > most:
        raise RangeError(f"the window holds more than {most:,} documents: ask for a shorter one")
    texts = template_rows.texts(session, [number for number in by_template if number is not None])
    return [
        _of_texts(family, keys, times, bodies)
        if number is None
        else _of_numbers(family, texts[number], keys, times, bodies)
        for number, (times, bodies) in by_template.items()
    ]


def _of_texts(family: str, keys: Sequence[str], times: Sequence[int], bodies: Sequence[str]) -> Samples:
    readings = [document.readings(family, document.parse_content(body)) for body in bodies]
    nan = float("nan")
    return Samples(
        np.array(times, dtype=np.int64), {key: np.array([values.get(key, nan) for values in readings]) for key in keys}
    )


def _of_numbers(
    family: str, template: str, keys: Sequence[str], times: Sequence[int], bodies: Sequence[str]
) -> Samples:
    listed = orjson.loads(f"[[{'],['.join(bodies)}]]")

    def numbers(slot: int) -> Floats:
        return np.array([row[slot] for row in listed], dtype=np.float64)

    readings = extraction.readings(family, template, numbers, len(listed), keys)
    nothing = np.full(len(listed), np.nan)
    return Samples(np.array(times, dtype=np.int64), {key: readings.get(key, nothing) for key in keys})
