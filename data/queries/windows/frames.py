"""The index of frames: instants, from milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def instants(milliseconds: Sequence[int] | npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """An index named `at`, UTC, of milliseconds since 1970."""
    at = np.asarray(milliseconds, dtype="int64").astype("datetime64[ms]")
    return pd.DatetimeIndex(at, name="at").tz_localize("UTC")
