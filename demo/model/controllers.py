"""Two charge controllers side by side on one battery: how they share it, and the stages of a charge.

Each knows only its own settings and its own sense wires.  At its target a controller gives what holds the voltage
there; `DROOP_OHMS` is how far it lets the voltage sag under load, and the few millivolts between the two sense wires
decide who gives more.  Source of the stages and settings: docs/devices/tristar_mppt.md, "Charge settings".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.catalogue.codes import ABSORPTION, FAULT, FLOAT, MPPT, NIGHT, NIGHT_CHECK, START

CHARGING = (MPPT, ABSORPTION, FLOAT)

# The site's settings.  Power tracking is on: no fixed array voltage, and the built-in limit of 60 A.
SETTINGS: Mapping[str, float] = {
    "absorption_voltage": 14.0,
    "float_voltage": 13.5,
    "absorption_time": 256,
    "absorption_extension_time": 0,
    "absorption_extension_voltage": 12.5,
    "float_cancel_voltage": 12.3,
    "float_exit_time": 3600,
    "equalize_voltage": 0.0,
    "equalize_interval": 0,
    "equalize_timeout": 0,
    "equalize_time": 0,
    "battery_service_interval": 0,
    "temperature_compensation": 0.03,
    "high_voltage_disconnect": 14.5,
    "high_voltage_reconnect": 13.8,
    "regulation_voltage_limit": 0.0,
    "temp_comp_limit_max": 80,
    "temp_comp_limit_min": -30,
    "led_green_to_green_yellow": 13.3,
    "led_green_yellow_to_yellow": 13.0,
    "led_yellow_to_yellow_red": 12.65,
    "led_yellow_red_to_red": 12.0,
    "battery_current_limit": 0.0,
    "array_voltage_fixed_init": 0.0,
    "array_voltage_fixed_percent_init": 0.0,
}
LIMIT_AMPERES = 60.0
# What converting costs: so many watts to switch at all, and a share of what comes out; 96 % at 250 W.
OWN_WATTS, SHARE_LOST = 3.0, 0.028
CABLE_OHMS = 0.0032  # controller to battery
DROOP_OHMS = 0.001
SENSE_VOLTS = (0.002, -0.002)
WAKE_WATTS, SLEEP_WATTS = 7.0, 4.0
WAKE_MINUTES, SLEEP_MINUTES = 3, 10
BELOW_FLOAT_VOLTS = 0.05


class Controller:
    """One controller: its stage and timers.  `target` is 0 while it does not charge."""

    def __init__(self, place: int) -> None:
        self.sense = SENSE_VOLTS[place]
        self.stage = NIGHT
        self.target = 0.0
        self.amperes = 0.0
        self.holds = False  # at its target, giving less than the array could
        self.absorbed = 0.0  # seconds of absorption in this charge
        self.below_float = 0.0
        self.night_low = 20.0
        self.skips_float = False
        self.turn = 0  # minutes for which the light has asked for another stage

    def aim(self, degrees: float) -> None:
        """Set the target of the present stage, compensated for the battery's temperature."""
        if self.stage in (MPPT, ABSORPTION, FLOAT):
            name = "float_voltage" if self.stage == FLOAT else "absorption_voltage"
            self.target = compensated(SETTINGS[name], degrees)
        else:
            self.target = 0.0

    def available(self, array_watts: float) -> float:
        """The most watts it can give, before the limit of current."""
        if self.stage not in CHARGING or array_watts <= OWN_WATTS:
            return 0.0
        return (array_watts - OWN_WATTS) / (1 + SHARE_LOST)

    def look(self, array_watts: float, battery_volts: float) -> None:
        """Once a minute: day or night."""
        if self.stage == NIGHT:
            self.night_low = min(self.night_low, battery_volts)
            self.turn = self.turn + 1 if array_watts > WAKE_WATTS else 0
            if self.turn >= WAKE_MINUTES:
                self.skips_float = self.night_low < SETTINGS["float_cancel_voltage"]
                self._become(START)
        elif self.stage == START:
            self.absorbed = self.below_float = 0.0
            self._become(MPPT)
        elif self.stage == NIGHT_CHECK:
            self.night_low = battery_volts
            self._become(NIGHT)
        elif array_watts < SLEEP_WATTS:
            self.turn += 1
            if self.turn >= SLEEP_MINUTES:
                self._become(NIGHT_CHECK)
        else:
            self.turn = 0

    def charge(self, battery_volts: float, degrees: float, seconds: float) -> None:
        """After a step: the stages of a charge."""
        stage = self.stage
        if stage in CHARGING and battery_volts > compensated(SETTINGS["high_voltage_disconnect"], degrees):
            self._become(FAULT)
        elif stage == FAULT and battery_volts < compensated(SETTINGS["high_voltage_reconnect"], degrees):
            self._become(MPPT)
        elif stage == MPPT and self.holds:
            self._become(ABSORPTION)
            self.absorbed += seconds
        elif stage == ABSORPTION:
            if not self.holds:
                self._become(MPPT)
                return
            self.absorbed += seconds
            if self.absorbed >= SETTINGS["absorption_time"] and not self.skips_float:
                self._become(FLOAT)
                self.below_float = 0.0
        elif stage == FLOAT and battery_volts < self.target - BELOW_FLOAT_VOLTS:
            self.below_float += seconds
            if self.below_float >= SETTINGS["float_exit_time"]:
                self.absorbed = 0.0
                self._become(MPPT)

    def _become(self, stage: int) -> None:
        self.stage, self.turn = stage, 0


def compensated(volts: float, degrees: float) -> float:
    """A setting given for 25 degC, for a battery of that temperature."""
    held = min(max(degrees, SETTINGS["temp_comp_limit_min"]), SETTINGS["temp_comp_limit_max"])
    return volts - SETTINGS["temperature_compensation"] * (held - 25)


def share(
    controllers: tuple[Controller, Controller],
    watts: tuple[float, float],
    electromotive: float,
    ohms: float,
    load_amperes: float,
    guess: float,
) -> float:
    """Find the battery's voltage, and set each controller's current and whether it `holds` its target.

    The pack is `electromotive` volts behind `ohms`; each controller gives what its target asks, no more than its
    `watts`, no more than its limit.
    """
    first, second = controllers
    if not (watts[0] or watts[1]):
        first.amperes = second.amperes = 0.0
        first.holds = second.holds = False
        return electromotive - ohms * load_amperes
    volts = guess
    for _ in range(2):
        most = [_limit(available, volts) for available in watts]
        volts = electromotive + ohms * (most[0] + most[1] - load_amperes)
    aims = [controller.target + controller.sense for controller in controllers]
    holds = [most[place] > 0 and volts > aims[place] - DROOP_OHMS * most[place] for place in (0, 1)]
    if holds[0] or holds[1]:
        volts = _regulate(aims, most, electromotive - ohms * load_amperes, ohms)
    for place, controller in enumerate(controllers):
        controller.amperes = _given(aims[place], most[place], volts)
        controller.holds = most[place] > 0 and controller.amperes < most[place]
    return volts


def _given(aim: float, most: float, volts: float) -> float:
    return min(most, max(0.0, (aim - volts) / DROOP_OHMS))


def _regulate(aims: list[float], most: list[float], pack: float, ohms: float) -> float:
    """The voltage at which what is given and what the pack takes agree: on a line between two of the bends."""
    low, low_excess = pack, ohms * (_given(aims[0], most[0], pack) + _given(aims[1], most[1], pack))
    bends = [bend for place in (0, 1) for bend in (aims[place] - DROOP_OHMS * most[place], aims[place])]
    for high in sorted((*bends, max(*bends, pack) + 1.0)):
        if high <= pack:
            continue
        high_excess = pack - high + ohms * (_given(aims[0], most[0], high) + _given(aims[1], most[1], high))
        if high_excess <= 0:
            return low + (high - low) * low_excess / (low_excess - high_excess) if low_excess > 0 else low
        low, low_excess = high, high_excess
    raise AssertionError("what is given falls to nothing above both targets")


def _limit(watts: float, volts: float) -> float:
    """The current of so many watts at the controller's terminals, above the battery's voltage by the cable's drop."""
    if watts <= 0:
        return 0.0
    return min(LIMIT_AMPERES, (math.sqrt(volts * volts + 4 * CABLE_OHMS * watts) - volts) / (2 * CABLE_OHMS))
