"""The battery manager: counts charge, follows the stages, protects the cells, keeps its log and statistics.

Source of the stages, events and statistics: docs/devices/emus_g1.md.
"""

from __future__ import annotations

from copy import copy

from data.catalogue.codes import ABSORPTION, CHARGING_STAGE, FLOAT, LOG_EVENT
from demo.model.controllers import CHARGING, Controller
from demo.model.pack import THRESHOLD_VOLTS, Pack

CAPACITY_COULOMBS = 360 * 3600
DISCONNECTED, MAIN_CHARGING, BALANCING, FINISHED = map(
    CHARGING_STAGE.number, ("charger_disconnected", "main_charging", "balancing", "charging_finished")
)
LOW_VOLTS, LOW_VOLTS_AGAIN = 2.80, 3.05  # protection: loads off; warning: power is reduced
HIGH_VOLTS, HIGH_VOLTS_AGAIN = 3.85, 3.50
# The battery-low output, which opens the loads' contactor, is set below the first and cleared above the second.
LOW_CHARGE, LOADS_AGAIN_CHARGE = 0.10, 0.20
RECHARGE = 0.95
LOG_LENGTH = 8
EVENT_LOW = LOG_EVENT.number("cell_voltage_critically_low")
EVENT_LOW_OVER = LOG_EVENT.number("cell_voltage_critically_low_recovered")
EVENT_HIGH = LOG_EVENT.number("cell_voltage_critically_high")
EVENT_HIGH_OVER = LOG_EVENT.number("cell_voltage_critically_high_recovered")
EVENT_REDUCED = LOG_EVENT.number("low_voltage_power_reduction")
EVENT_REDUCED_OVER = LOG_EVENT.number("low_voltage_power_reduction_recovered")
EVENT_CONNECTED = LOG_EVENT.number("charger_connected")
EVENT_DISCONNECTED = LOG_EVENT.number("charger_disconnected")
EVENT_MAIN = LOG_EVENT.number("main_charging_started")
EVENT_BALANCING = LOG_EVENT.number("balancing_started")
EVENT_FINISHED = LOG_EVENT.number("charging_finished")
EVENT_RESTART = LOG_EVENT.number("charging_restart")


class Manager:
    """The control unit.  Times are seconds since 1970."""

    def __init__(self, second: int, charge: float) -> None:
        self.started = second - 1_296_345
        self.coulombs = CAPACITY_COULOMBS * charge
        self.stage, self.stage_since = DISCONNECTED, second
        self.loads_on = True
        self.under_voltage = self.over_voltage = self.reduced = False
        self.events: list[list[int]] = []
        self.discharged, self.charged = 8120.0, 8391.0  # Ah
        self.counts = {19: 1, 29: 412, 30: 412, 33: 430, 34: 371, 35: 366}
        # statistic -> value, cell, second
        self.extremes: dict[int, list[float]] = {
            8: [-31.4, 0, second - 5_000_000],
            9: [74.2, 0, second - 9_000_000],
            10: [2.93, 5, second - 5_451_990],
            11: [3.57, 5, second - 3_606_657],
            13: [12.06, 0, second - 5_451_990],
            14: [14.12, 0, second - 3_606_657],
        }

    def count(self, amperes: float, seconds: float) -> None:
        """Add a step's charge to the counter, as far as there is room in it."""
        charge = amperes * seconds
        self.coulombs = min(max(self.coulombs + charge, 0.0), CAPACITY_COULOMBS)
        if charge > 0:
            self.charged += charge / 3600
        else:
            self.discharged -= charge / 3600

    @property
    def state_of_charge(self) -> float:
        """What the counter says, 0 to 1."""
        return self.coulombs / CAPACITY_COULOMBS

    @property
    def is_low(self) -> bool:
        """The battery-low output."""
        return not self.loads_on or self.state_of_charge < LOW_CHARGE

    def watch(self, second: int, pack: Pack, controllers: tuple[Controller, Controller]) -> None:
        """Once a minute: protect, follow the charge, remember extremes."""
        lowest, highest = min(pack.volts), max(pack.volts)
        self._protect(second, lowest, highest)
        self._follow(second, highest, controllers)
        self._remember(second, pack, lowest, highest)

    def _protect(self, second: int, lowest: float, highest: float) -> None:
        if self.reduced != (lowest < LOW_VOLTS_AGAIN if not self.reduced else lowest < LOW_VOLTS_AGAIN + 0.08):
            self.reduced = not self.reduced
            self._log(EVENT_REDUCED if self.reduced else EVENT_REDUCED_OVER, second)
        if lowest < LOW_VOLTS and not self.under_voltage:
            self.under_voltage, self.loads_on = True, False
            self.coulombs = 0.0  # the counter is set right: the cell is empty
            self.counts[19] += 1
            self._log(EVENT_LOW, second)
        elif self.under_voltage and lowest > LOW_VOLTS_AGAIN:
            self.under_voltage = False
            self._log(EVENT_LOW_OVER, second)
        if not self.loads_on and not self.under_voltage and self.state_of_charge > LOADS_AGAIN_CHARGE:
            self.loads_on = True
        if highest > HIGH_VOLTS and not self.over_voltage:
            self.over_voltage = True
            self._log(EVENT_HIGH, second)
        elif self.over_voltage and highest < HIGH_VOLTS_AGAIN:
            self.over_voltage = False
            self._log(EVENT_HIGH_OVER, second)

    def _follow(self, second: int, highest: float, controllers: tuple[Controller, Controller]) -> None:
        stages = [controller.stage for controller in controllers]
        is_fed = any(stage in CHARGING for stage in stages)
        if not is_fed:
            if self.stage != DISCONNECTED:
                self._enter(DISCONNECTED, second, EVENT_DISCONNECTED, 30)
        elif self.stage == DISCONNECTED:
            self.counts[29] += 1
            self._log(EVENT_CONNECTED, second)
            self._enter(MAIN_CHARGING, second, EVENT_MAIN, 33)
        elif FLOAT in stages and self.stage != FINISHED:
            self._enter(FINISHED, second, EVENT_FINISHED, 35)
            self.coulombs = float(CAPACITY_COULOMBS)
        elif self.stage == MAIN_CHARGING and highest > THRESHOLD_VOLTS and ABSORPTION in stages:
            self._enter(BALANCING, second, EVENT_BALANCING, 34)
        elif self.stage == FINISHED and self.state_of_charge < RECHARGE and FLOAT not in stages:
            self._log(EVENT_RESTART, second)
            self._enter(MAIN_CHARGING, second, EVENT_MAIN, 33)

    def _remember(self, second: int, pack: Pack, lowest: float, highest: float) -> None:
        extremes, amperes, volts = self.extremes, pack.amperes, pack.terminal_volts
        if amperes < extremes[8][0]:
            extremes[8] = [amperes, 0, second]
        elif amperes > extremes[9][0]:
            extremes[9] = [amperes, 0, second]
        if lowest < extremes[10][0]:
            extremes[10] = [lowest, pack.volts.index(lowest), second]
        if highest > extremes[11][0]:
            extremes[11] = [highest, pack.volts.index(highest), second]
        if volts < extremes[13][0]:
            extremes[13] = [volts, 0, second]
        elif volts > extremes[14][0]:
            extremes[14] = [volts, 0, second]

    def _enter(self, stage: int, second: int, event: int, statistic: int) -> None:
        self.stage, self.stage_since = stage, second
        self.counts[statistic] += 1
        self._log(event, second)

    def _log(self, event: int, second: int) -> None:
        self.events = [[event, second], *self.events[: LOG_LENGTH - 1]]

    def copy(self) -> Manager:
        """The unit as it is now, untouched by what follows."""
        copied = copy(self)
        copied.counts, copied.extremes = dict(self.counts), dict(self.extremes)
        return copied
