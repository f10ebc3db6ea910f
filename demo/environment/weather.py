"""Clouds, air and wind by week: seeded, and a function of the day alone, so that every restart finds the same sky.

Each local solar day has a regime, drawn by season from a smooth sequence of random numbers (neighbouring days are
alike).  Within a day the clear-sky index follows a mean-reverting process (Ornstein-Uhlenbeck) through a logistic
curve between the sky's clear and its cloudy value.  Sources and limits: docs/decisions/0002.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtr

from demo.environment.episodes import Episodes
from demo.minutes import DAY, OFFSET

Array = NDArray[np.float64]
DAYS_A_YEAR = 365.2425
HOURS = np.arange(DAY) / 60


@dataclass(frozen=True, slots=True)
class Regime:
    """A kind of day: the clear-sky index in the sun and in the clouds, how much is cloud, how sharp and how slow.

    `cover` is the threshold of the process by hour: +2 is always cloud, -2 never.
    """

    clear: float
    cloud: float
    cover: Callable[[Array], Array]
    gain: float
    minutes: float
    swing: float  # of the air temperature over the day, against that of a clear day
    damp: float  # by which the dew point is higher, degC


def _even(threshold: float) -> Callable[[Array], Array]:
    return lambda hours: np.full_like(hours, threshold)


def _morning(hours: Array) -> Array:
    """Fog from the sea until it burns off about half past ten."""
    return np.interp(hours, [0, 9.4, 11.6, 24], [2.2, 1.9, -2.2, -2.4])


def _afternoon(hours: Array) -> Array:
    return np.interp(hours, [0, 11, 13, 16, 19], [-2.4, -2.2, -1.0, -0.9, -2.0])


REGIMES = {
    "rain": Regime(0.30, 0.06, _even(0.3), 1.5, 60, 0.35, 3.0),
    "overcast": Regime(0.48, 0.18, _even(0.2), 1.2, 80, 0.5, 1.5),
    "broken": Regime(1.03, 0.32, _even(-0.1), 4.0, 16, 0.75, 0.5),
    "fog": Regime(1.0, 0.30, _morning, 2.0, 60, 0.7, 2.0),
    "fair": Regime(1.03, 0.38, _afternoon, 5.0, 10, 0.9, 0.0),
    "clear": Regime(1.0, 0.82, _even(-2.0), 2.0, 60, 1.0, -1.0),
}
# Shares of the regimes in January and in July, from the cloudiest on.
SHARES = {
    "rain": (0.10, 0.0),
    "overcast": (0.12, 0.03),
    "broken": (0.18, 0.07),
    "fog": (0.05, 0.35),
    "fair": (0.25, 0.25),
    "clear": (0.30, 0.30),
}
# Mean air temperature of the Santa Cruz coast: 10.3 degC in January, 17.7 in August.
MEAN_DEGREES, SEASON_DEGREES, COLDEST_DAY = 14.0, 3.7, 25
SWING_DEGREES = 5.5
ANOMALY_DEGREES = 2.2
DRAW_SKY, DRAW_AIR, DRAW_CLOUDS = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Weather:
    """Minute by minute: clear-sky index, air temperature and dew point in degC, wind in m/s."""

    clear_sky_index: Array
    air: Array
    dew_point: Array
    wind: Array


def weather(first_day: int, days: int, seed: int, episodes: Episodes) -> Weather:
    """The weather of whole local solar days."""
    numbers = range(first_day, first_day + days)
    # The neighbours give the value at noon before and after, between which air changes smoothly.
    around = range(first_day - 1, first_day + days + 1)
    regimes = {day: REGIMES[regime_of(day, seed, episodes)] for day in around}
    index = np.concatenate([_clouds(day, regimes[day], seed) for day in numbers])
    noons = np.array([(day + 0.5) * DAY for day in around])
    minutes = np.arange(first_day * DAY, (first_day + days) * DAY)
    level = np.interp(minutes, noons, [_mean_air(day, seed, episodes) for day in around])
    swing = np.interp(minutes, noons, [SWING_DEGREES * regimes[day].swing for day in around])
    damp = np.interp(minutes, noons, [regimes[day].damp for day in around])
    hours = np.tile(HOURS, days)
    air = level + swing * _diurnal(hours)
    dew_point = np.minimum(level - 4.0 + damp, air - 0.6)
    wind = 1.2 + 2.4 * np.clip(np.sin((hours - 9) / 12 * np.pi), 0, None)
    return Weather(index, air, dew_point, wind)


def regime_of(day: int, seed: int, episodes: Episodes) -> str:
    """The name of a day's regime."""
    demanded = episodes.sky(day)
    if demanded is not None:
        return demanded
    place = float(ndtr(_smooth(day, seed, DRAW_SKY)))
    winter = 0.5 + 0.5 * _season(day)
    reached = 0.0
    for name, (january, july) in SHARES.items():
        reached += winter * january + (1 - winter) * july
        if place < reached:
            return name
    return "clear"


def _season(day: int) -> float:
    """1 in the coldest time of the year, -1 in the warmest."""
    return math.cos(2 * math.pi * (day - COLDEST_DAY) / DAYS_A_YEAR)


def _mean_air(day: int, seed: int, episodes: Episodes) -> float:
    season = MEAN_DEGREES - SEASON_DEGREES * _season(day)
    return season + ANOMALY_DEGREES * _smooth(day, seed, DRAW_AIR) + episodes.chill(day)


def _smooth(day: int, seed: int, draw: int) -> float:
    """A standard normal number for a day, alike for neighbouring days."""
    before, now, after = (np.random.default_rng([seed, draw, day + step]).standard_normal() for step in (-1, 0, 1))
    return (0.7 * before + now + 0.7 * after) / math.sqrt(1 + 2 * 0.7**2)


def _clouds(day: int, regime: Regime, seed: int) -> Array:
    """The clear-sky index over one local solar day."""
    random = np.random.default_rng([seed, DRAW_CLOUDS, day])
    keep = math.exp(-1 / regime.minutes)
    shocks = random.standard_normal(DAY) * math.sqrt(1 - keep * keep)
    process = lfilter([1.0], [1.0, -keep], shocks, zi=[keep * random.standard_normal()])[0]
    shine: Array = 1 / (1 + np.exp(-regime.gain * (process - regime.cover(HOURS))))
    return regime.cloud + (regime.clear - regime.cloud) * shine


def _diurnal(hours: Array) -> Array:
    """-1 in the coldest hour (six), 1 in the warmest (half past fourteen)."""
    shifted = np.where(hours < 6, hours + 24, hours)
    rising = -np.cos((shifted - 6) / 8.5 * np.pi)
    falling = np.cos((shifted - 14.5) / 15.5 * np.pi)
    return np.where(shifted < 14.5, rising, falling)


assert OFFSET % 60 == 0, "local hours are counted from whole hours"
