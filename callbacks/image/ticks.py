"""Where the ticks of an image stand, and what is written there."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from callbacks.common import formatting

STEPS = (1, 2, 2.5, 5, 10)
MOST_DECIMALS = 12
ONE_SCALE = 20  # a logarithmic axis that spans less than this factor has the ticks of a linear one
DAY, MONTH, YEAR = 86_400.0, 28 * 86_400.0, 365 * 86_400.0
# Ticks closer than so many seconds: what is written, and what under it where it changes.
FORMS = (
    (60.0, "%H:%M:%S", "%-d %b"),
    (DAY, "%H:%M", "%-d %b"),
    (MONTH, "%-d %b", "%Y"),
    (YEAR, "%b", "%Y"),
    (math.inf, "%Y", ""),
)
FEWEST = 4  # to choose places for; of these, every second or third may be left
NARROW = 7  # letters between two ticks without a format of one's own


def value_ticks(low: float, high: float, most: int, logarithmic: bool) -> tuple[list[float], list[str]]:
    """Places and words of a value axis."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    if logarithmic and high / low > ONE_SCALE:
        places = LogLocator(numticks=most).tick_values(low, high)
    else:
        places = MaxNLocator(nbins=most, steps=list(STEPS)).tick_values(low, high)
    inside = [float(tick) for tick in places if low <= tick <= high]
    step = min(np.diff(inside), default=1.0) if len(inside) > 1 else 1.0
    return inside, [formatting.number(tick, _decimals(tick if logarithmic else step)) for tick in inside]


def _decimals(step: float) -> int:
    """So many that two neighbours differ in words."""
    if not step or not math.isfinite(step):
        return 0
    for decimals in range(MOST_DECIMALS):
        scaled = abs(step) * 10**decimals
        if scaled >= 0.99 and math.isclose(scaled, round(scaled), rel_tol=1e-3):
            return decimals
    return MOST_DECIMALS


def time_ticks(start: Any, end: Any, most: int, form: str, letters: int) -> tuple[list[float], list[str]]:
    """Places and words of a time axis of so many letters; `form` is strftime's, or empty for the site's own.

    Places are matplotlib's day numbers.  Fewer ticks where their words would touch.
    """
    from matplotlib.dates import DAILY, HOURLY, MINUTELY, MONTHLY, AutoDateLocator, num2date

    first, last = (at.astype("datetime64[ms]").astype("datetime64[us]").item() for at in (start, end))
    for count in range(most, FEWEST - 1, -1):
        locator = AutoDateLocator(minticks=3 if count > FEWEST else 2, maxticks=count)
        for frequency, longest in (
            (MONTHLY, 12),
            (DAILY, 28),
            (HOURLY, 24),
            (MINUTELY, 60),
        ):  # without a hole before the next
            locator.intervald[frequency] = [*locator.intervald[frequency], longest]
        places = [float(tick) for tick in locator.tick_values(first, last)]
        ends = [float(at) for at in _numbers(start, end)]
        inside = [tick for tick in places if ends[0] <= tick <= ends[1]]
        moments = [num2date(tick).replace(tzinfo=None) for tick in inside]
        words = [at.strftime(form) for at in moments] if form else _own_words(moments)
        widest = max((len(line) for text in words for line in text.split("\n")), default=0)
        if len(words) * (max(widest, NARROW) + 2) <= letters:
            break
    every = math.ceil(len(words) * (widest + 2) / letters)
    return inside[::every], words[::every]


def _numbers(start: Any, end: Any) -> Any:
    from matplotlib.dates import date2num

    return date2num(np.array([start, end]))


def _own_words(moments: list[Any]) -> list[str]:
    """What changes on the first line; the day or the year under it where it begins."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    above, below = next((first, second) for most, first, second in FORMS if min(gaps, default=0.0) < most)
    words, before = [], ""
    for at in moments:
        under = at.strftime(below)
        words.append(f"{at.strftime(above)}\n{under if under != before else ' '}")  # all of one height
        before = under
    return words
