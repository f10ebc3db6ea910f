"""Frames from the readings of entry rows: the one place that knows how samples are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from data.catalogue import ALIASES

Values = npt.NDArray[np.float64]


def instants(milliseconds: Sequence[int] | npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """An index named `at`, UTC, of milliseconds since 1970."""
    at = np.asarray(milliseconds, dtype="int64").astype("datetime64[ms]")
    return pd.DatetimeIndex(at, name="at").tz_localize("UTC")


def milliseconds_of(index: pd.Index[Any]) -> npt.NDArray[np.int64]:
    """The milliseconds since 1970 of a frame's index, which is aware."""
    naive = pd.DatetimeIndex(index).tz_convert("UTC").tz_localize(None)
    return naive.to_numpy().astype("datetime64[ms]").astype("int64")


def samples_frame(rows: Iterable[tuple[int, str]], metrics: Sequence[str]) -> pd.DataFrame:
    """(milliseconds, readings as JSON) rows, in time order, to one float64 column a metric; NaN where there is none."""
    stored = [ALIASES.get(metric, metric) for metric in metrics]
    at: list[int] = []
    columns: list[list[float]] = [[] for _ in metrics]
    nan = float("nan")
    appends = [(column.append, key) for column, key in zip(columns, stored, strict=True)]
    for milliseconds, text in rows:
        values = orjson.loads(text)
        at.append(milliseconds)
        for append, key in appends:
            append(values.get(key, nan))
    arrays = {metric: np.asarray(column, dtype="float64") for metric, column in zip(metrics, columns, strict=True)}
    return pd.DataFrame(arrays, index=instants(at), columns=list(metrics))
