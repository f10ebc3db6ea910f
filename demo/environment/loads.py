"""What the greenhouse uses, minute by minute: pumps, lamps, the inverter's outlet, and the electronics on site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demo.environment.episodes import HEATER_WATTS, Episodes
from demo.minutes import DAY, EPOCH, OFFSET, ZONE

Array = NDArray[np.float64]

# Raspberry Pi 6 W, touch screen 2.5 W, modem 2.5 W, sensors and converter 2 W.
ELECTRONICS = 13.0
INVERTER_IDLE, INVERTER_EFFICIENCY = 4.0, 0.88
AIR_PUMP, WATER_PUMP, LAMPS, LAPTOP, FAN = 35.0, 68.0, 38.0, 45.0, 27.0
# The fan runs from the warmer of these on, until the cooler is reached.
FAN_ON, FAN_OFF = 27.0, 24.5
# On the pack's side of the contactor, never off: control unit and cell modules 1.2 W, each controller 1.3 W.
ALWAYS = 3.8
# Below the first charge what can wait is switched off, above the second it comes back.
SPARE_OFF, SPARE_ON = 0.40, 0.60
DRAW_LAPTOP = 4


@dataclass(frozen=True, slots=True)
class Loads:
    """Watts at 12.8 V minute by minute: `steady` always, `spare` unless the battery is low, `heater` where somebody
    forgot one.  `lamps` is the part of `spare` that shines."""

    steady: Array
    spare: Array
    heater: Array
    lamps: Array


def loads(first_minute: int, count: int, ghi: Array, seed: int, episodes: Episodes) -> Loads:
    """The schedule of a piece of time; the fan follows the heat and is not in it."""
    minutes = first_minute + np.arange(count)
    local = pd.DatetimeIndex(pd.Timestamp(EPOCH) + pd.to_timedelta(minutes, unit="min")).tz_convert(ZONE)
    hour, minute = local.hour.to_numpy(), local.minute.to_numpy()
    clock = hour + minute / 60
    air = minute % 30 < 15
    steady: Array = (ELECTRONICS + INVERTER_IDLE + AIR_PUMP * air).astype(np.float64)
    lamps: Array = LAMPS * ((clock >= 17.5) & (clock < 21.5) & (ghi < 60)).astype(np.float64)
    by_day = (hour >= 7) & (hour < 20)
    watering = by_day & (minute < np.where(ghi > 500, 14, 9))
    spare = AIR_PUMP * ~air + lamps + WATER_PUMP * watering
    days = (minutes - OFFSET) // DAY
    chances = {int(day): np.random.default_rng([seed, DRAW_LAPTOP, int(day)]).random() for day in np.unique(days)}
    chance = np.array([chances[int(day)] for day in days])
    begins = 9.5 + 4 * chance
    visited = (chance < 0.7) & (local.day_of_week.to_numpy() < 5) & (clock >= begins) & (clock < begins + 2.5)
    spare = spare + LAPTOP / INVERTER_EFFICIENCY * visited
    heater = np.where(
        (minutes >= episodes.heater.first) & (minutes < episodes.heater.last), HEATER_WATTS / INVERTER_EFFICIENCY, 0.0
    )
    return Loads(steady, spare, heater, lamps)
