"""What drives the model from outside, a week at a time: the strings' curves, the air, the light and the loads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from demo.environment.episodes import Episodes
from demo.environment.loads import loads
from demo.environment.panels import Curves, strings
from demo.environment.sky import sky
from demo.environment.weather import weather
from demo.minutes import WEEK, day_of, start_of_week


@dataclass(frozen=True, slots=True)
class String:
    """One string, minute by minute; the names are those of panels.Curves."""

    series: list[float]
    photocurrent: list[float]
    saturation: list[float]
    a: list[float]
    shunt: list[float]
    diode_volts: list[float]
    volts: list[float]
    watts: list[float]
    open_volts: list[float]


@dataclass(frozen=True, slots=True)
class Week:
    """The minutes of a week as plain lists, which Python reads faster than arrays.

    `ghi` W/m2 on a level roof, `air` and `dew_point` degC, `zenith` degrees, loads in watts.
    """

    first: int
    strings: tuple[String, String]
    ghi: list[float]
    zenith: list[float]
    air: list[float]
    dew_point: list[float]
    steady: list[float]
    spare: list[float]
    heater: list[float]
    lamps: list[float]


@lru_cache(maxsize=3)
def week(number: int, seed: int, anchor_day: int) -> Week:
    """The forcing of a week: a function of its number, the seed and the day the history ends on, and nothing else."""
    episodes = Episodes(anchor_day)
    first = start_of_week(number)
    air = weather(day_of(first), 7, seed, episodes)
    above = sky(first, air)
    use = loads(first, WEEK, above.ghi, seed, episodes)
    first_string, second_string = strings(above)
    lists = (above.ghi, above.zenith, air.air, air.dew_point, use.steady, use.spare, use.heater, use.lamps)
    return Week(
        first, (_string(first_string), _string(second_string)), *(np.asarray(values).tolist() for values in lists)
    )


def _string(curves: Curves) -> String:
    return String(*(getattr(curves, name).tolist() for name in Curves.__slots__))
