"""The index of frames: instants as milliseconds and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def instants(milliseconds: Sequence[int] | npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """An index named `at`, UTC, of milliseconds since 1970."""
    at = np.asarray(milliseconds, dtype="int64").astype("datetime64[ms]")
    return pd.DatetimeIndex(at, name="at").tz_localize("UTC")


def milliseconds_of(index: pd.Index[Any]) -> npt.NDArray[np.int64]:
    """The milliseconds since 1970 of a frame's index, which is aware."""
    naive = pd.DatetimeIndex(index).tz_convert("UTC").tz_localize(None)
    return naive.to_numpy().astype("datetime64[ms]").astype("int64")
