"""Values that one reader or another posts in a unit of its own, put into the catalogue's: one rule a metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# Battery capacities up to this are taken to be ampere-hours already.
MOST_AMPERE_HOURS = 5000
COULOMBS_PER_AMPERE_HOUR = 3600
# A target voltage above this is the bare register.
HIGHEST_TARGET_VOLTS = 100
VOLTS_PER_COUNT = 180 / 32768
NO_SENSOR = 128


class Rule(NamedTuple):
    """What becomes of a metric's values where the value of `deciding` says so.

    `holds` takes a number or an array of them.  The values are multiplied by `factor`, NaN for what is no reading, and
    rounded to `decimals` where that is given.
    """

    metric: str
    deciding: str
    holds: Callable[[Any], Any]
    factor: float
    decimals: int | None = None

    def value(self, posted: float) -> float:
        """The posted value in the catalogue's unit."""
        value = posted * self.factor
        return value if self.decimals is None else round(value, self.decimals)


def _is_ampere_hours(capacity: Any) -> Any:
    return (capacity > 0) & (capacity <= MOST_AMPERE_HOURS)


# Family -> its rules in their order: the charge beside a capacity is in the same unit, so it goes first.
RULES: Mapping[str, tuple[Rule, ...]] = {
    "bms": (
        Rule("battery_charge", "battery_capacity", _is_ampere_hours, COULOMBS_PER_AMPERE_HOUR, 3),
        Rule("battery_capacity", "battery_capacity", _is_ampere_hours, COULOMBS_PER_AMPERE_HOUR),
    ),
    "tristar": (
        # A disconnected sensor says 128, with either sign.
        Rule("temp_rts", "temp_rts", lambda degrees: abs(degrees) == NO_SENSOR, math.nan),
        Rule("target_voltage", "target_voltage", lambda volts: volts > HIGHEST_TARGET_VOLTS, VOLTS_PER_COUNT, 2),
    ),
}
