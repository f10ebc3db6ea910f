"""Rows nearest to the ticks of a grid, as the first site's ranges ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from data.arrays import Floats, Integers
from data.catalogue import ALIASES
from data.document import parse_content
from data.queries.devices import by_id
from data.queries.documents import rows, times
from data.queries.windows import measured
from data.queries.windows.frames import instants
from data.ranges import from_milliseconds, to_milliseconds


def ticks(
    session: Session,
    family: str,
    device_ids: Sequence[int],
    metric: str,
    start_at: datetime,
    end_at: datetime,
    interval: timedelta,
    tolerance: timedelta,
) -> pd.Series[float]:
    """The value of the document nearest to each tick start, start + interval, ... up to and including end.

    Index: the ticks that have a document within `tolerance` and the metric in it; the others are left out.  Ties go to
    the earlier document, then to the smaller string.
    """
    key = ALIASES.get(metric, metric)
    grid, reach = _grid(start_at, end_at, interval), tolerance // timedelta(milliseconds=1)
    at, values = _by_string(session, family, device_ids, key, int(grid[0]) - reach, int(grid[-1]) + reach + 1)
    place, near = _nearest(at, grid, reach)
    column = values[place] if len(values) else np.full(len(grid), np.nan)
    kept = near & ~np.isnan(column)
    return pd.Series(column[kept], index=instants(grid[kept]), name=metric, dtype="float64")


def _grid(start_at: datetime, end_at: datetime, interval: timedelta) -> Integers:
    step = interval // timedelta(milliseconds=1)
    return np.arange(to_milliseconds(start_at), to_milliseconds(end_at) + 1, step, dtype="int64")


def _by_string(
    session: Session, family: str, device_ids: Sequence[int], key: str, start: int, end: int
) -> tuple[Integers, Floats]:
    """The documents of all these devices, each time once: that of the smallest string."""
    devices = sorted(
        (by_id(session, device_id) for device_id in device_ids), key=lambda row: (_rank(row.string), row.id)
    )
    parts = [
        measured.read(session, measured.target(session, row.id, [key]), family, [key], [(start, end)])
        for row in devices
    ]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0)
    at = np.concatenate([part.times for part in parts])
    values = np.concatenate([part.values[key] for part in parts])
    at, first = np.unique(at, return_index=True)
    return at, values[first]


def _rank(string: int | None) -> int:
    return 99 if string is None else string


def _nearest(at: Integers, grid: Integers, reach: int) -> tuple[Integers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """For each tick the place of the nearest time, the earlier of two, and whether it is within reach."""
    if not len(at):
        return np.zeros(len(grid), dtype=np.int64), np.zeros(len(grid), dtype=bool)
    right = np.searchsorted(at, grid, side="left")
    left = np.clip(right - 1, 0, len(at) - 1)
    right = np.clip(right, 0, len(at) - 1)
    choice = np.where(np.abs(grid - at[left]) <= np.abs(at[right] - grid), left, right)
    return choice, np.abs(at[choice] - grid) <= reach


def sensor_rows(
    session: Session, device_id: int, start_at: datetime, end_at: datetime, interval: timedelta, tolerance: timedelta
) -> list[tuple[datetime, dict[str, Any]]]:
    """The documents of a sensor nearest to the ticks, each once, in time order, under their own times."""
    grid, reach = _grid(start_at, end_at, interval), tolerance // timedelta(milliseconds=1)
    start, end = int(grid[0]) - reach, int(grid[-1]) + reach + 1
    at = times(session, device_id, "sensor", start, end)
    place, near = _nearest(at, grid, reach)
    chosen = set(at[place[near]].tolist()) if len(at) else set()
    if not chosen:
        return []
    values = [
        (from_milliseconds(row.recorded_at), parse_content(row.text))
        for row in rows(session, device_id, "sensor", min(chosen), max(chosen) + 1)
        if row.recorded_at in chosen
    ]
    return values[::-1]
