"""The three faculty sensors in the greenhouse: what they measure, in the words they post.

Sources: docs/devices of the sensors' makers as summed up in docs/decisions/0002.
"""

from __future__ import annotations

import math
from typing import Any

from demo.model.instant import Instant

# Daylight: so many lumens a watt; the panels are the roof and let a third through.
LUMENS_PER_WATT, ROOF_LETS_THROUGH = 110.0, 0.34
LUX_OF_LAMPS_PER_WATT = 8.5
MAGNUS_A, MAGNUS_B = 17.62, 243.12
# Plants and wet soil raise the dew point indoors, more so in the light.
DAMP_INDOORS, DAMP_IN_LIGHT, BRIGHT = 1.2, 2.2, 700.0
HUMIDITY_MAX = 97.0
# Counts of the colour sensor per lux of daylight and of the lamps: red, green, blue, clear.
COLOURS = ("red_light", "green_light", "blue_light", "clear_light")
OF_DAYLIGHT, OF_LAMPS = (0.155, 0.204, 0.116, 0.0088), (0.34, 0.08, 0.22, 0.0075)
WORD = 65535
# Lux per count of the light sensor: gain 1/8 at 25 ms in daylight, gain 1 at 100 ms in the dark.
COARSE, FINE, DARK_LUX = 1.8432, 0.0576, 100.0
CORRECTION = (6.0135e-13, -9.3924e-9, 8.1488e-5, 1.0023)


def documents(instant: Instant) -> dict[str, dict[str, Any]]:
    """What each sensor posts, by its name on the site."""
    daylight, lamps = _lux(instant)
    lux = _veml7700(daylight + lamps)
    return {
        "SI7020_A20": {
            "temperature": {"value": _si7020(instant.room, 175.72, 46.85), "units": "C"},
            "humidity": {"value": _si7020(_humidity(instant), 125.0, 6.0), "units": "% RH"},
        },
        "VEML7700": {"light": {"value": lux, "unit": "lux"}, "IR light": {"value": lux, "unit": "lux"}},
        "BH1745NUC": {
            name: {"value": min(WORD, round(of_day * daylight * tint + of_lamps * lamps)), "unit": "lux"}
            for name, of_day, of_lamps, tint in zip(COLOURS, OF_DAYLIGHT, OF_LAMPS, _tints(instant), strict=True)
        },
    }


def _lux(instant: Instant) -> tuple[float, float]:
    return LUMENS_PER_WATT * ROOF_LETS_THROUGH * max(instant.ghi, 0.0), LUX_OF_LAMPS_PER_WATT * instant.lamps


def _tints(instant: Instant) -> tuple[float, float, float, float]:
    """A low sun is redder."""
    low = 1 - max(0.0, math.cos(math.radians(min(instant.zenith, 90.0))))
    return 1 + 0.25 * low, 1.0, 1 - 0.25 * low, 1.0


def _humidity(instant: Instant) -> float:
    """Relative humidity in percent: the vapour of the air outside and of the plants, at the room's temperature."""
    dew_point = instant.dew_point + DAMP_INDOORS + DAMP_IN_LIGHT * min(instant.ghi / BRIGHT, 1.0)
    return min(HUMIDITY_MAX, 100 * _vapour(dew_point) / _vapour(instant.room))


def _vapour(degrees: float) -> float:
    return math.exp(MAGNUS_A * degrees / (MAGNUS_B + degrees))


def _si7020(value: float, span: float, offset: float) -> float:
    """To the counts of the sensor's converter and back."""
    return round(round((value + offset) / span * 65536) / 65536 * span - offset, 2)


def _veml7700(lux: float) -> float:
    """To counts at the gain that fits, and back through the maker's correction."""
    if lux < DARK_LUX:
        return round(round(lux / FINE) * FINE, 2)
    low, high = 0, WORD
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _corrected(middle * COARSE) <= lux else (low, middle)
    return round(_corrected(low * COARSE), 1)


def _corrected(lux: float) -> float:
    a, b, c, d = CORRECTION
    return ((a * lux + b) * lux + c) * lux * lux + d * lux
