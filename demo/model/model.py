"""The site as one machine: light in, charge through, loads out, in steps of a minute (finer where a charge ends).

The model is a function of its seed, its start, its anchor and the time.  Every step books its energy, so that what
came in can be compared with what went out.  The equations and their sources: docs/decisions/0002.
"""

from __future__ import annotations

from datetime import datetime

from data.catalogue.codes import ABSORPTION, FAULT, FLOAT, MPPT, NIGHT, NIGHT_CHECK
from demo.environment.forcing import Week, week
from demo.environment.loads import ALWAYS, FAN, FAN_OFF, FAN_ON, SPARE_OFF, SPARE_ON
from demo.environment.panels import voltage_at
from demo.minutes import day_of, minute_of, week_of
from demo.model.controllers import (
    CABLE_OHMS,
    CHARGING,
    OWN_WATTS,
    SHARE_LOST,
    Controller,
    share,
)
from demo.model.daylog import ALARM_OCCURRED, ENTERED_FLOAT, FAULT_OCCURRED, DayLog
from demo.model.instant import ControllerInstant, Instant
from demo.model.manager import Manager
from demo.model.pack import Pack

VERSION = 1  # of the model: a saved state of another version is not gone on with
SECONDS = 60
FINE_SECONDS = 4
NEAR_TARGET_VOLTS = 0.12
SWEEP_MINUTES = 10
FIRST_CHARGE = 0.8
NOMINAL_VOLTS = 12.8
# Watts of sun per square metre make the greenhouse so much warmer; a heater and the fan act too.
WARMTH_OF_SUN, WARMTH_OF_WATT, FAN_RELIEF, NIGHT_WARMTH = 0.0145, 0.016, 0.6, 1.2
ROOM_MINUTES, HEATSINK_MINUTES = 25.0, 15.0
HEATSINK_PER_WATT = 0.62
BATTERY_HVD, ALARM_HVD = 1 << 3, 1 << 12
SLOW_SHARE = 0.9136  # of the way that a value filtered with 24.5 s goes in a minute: 1 - exp(-60 / 24.5)


class Model:
    """The site from the minute `start` on.  `minute` is the next to be computed."""

    def __init__(self, seed: int, anchor: datetime, start: int) -> None:
        self.seed, self.anchor, self.start = seed, anchor, start
        self.anchor_day = day_of(minute_of(anchor))
        self.minute = start
        forcing = self._forcing(start)
        air = forcing.air[start - forcing.first]
        self.pack = Pack(FIRST_CHARGE, air + 2)
        self.manager = Manager(start * SECONDS, FIRST_CHARGE)
        self.controllers = (Controller(0), Controller(1))
        self.logs = (DayLog(37_312.0, 496_000.0), DayLog(35_874.0, 477_400.0))
        self.hours = 19_874.0
        self.room = air + 2
        self.heatsinks = [air + 2, air + 2]
        self.slow_volts, self.slow_amperes = [13.2, 13.2], [0.0, 0.0]
        self.sweeps = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
        self.fan = False
        self.saves = False
        self.heater_gone = False
        # Joules since the start.
        self.book = {"array": 0.0, "conversion": 0.0, "cable": 0.0, "output": 0.0, "loads": 0.0}
        self.load_coulombs = self.output_coulombs = 0.0

    def advance(self, until: int) -> None:
        """Compute the minutes before `until`, keeping nothing of them."""
        while self.minute < until:
            self.step()

    def step(self, keep: bool = False) -> Instant | None:
        """Compute one minute; with `keep` the site as it is at the minute's beginning."""
        minute = self.minute
        forcing = self._forcing(minute)
        place = minute - forcing.first
        pack, manager, controllers, logs = self.pack, self.manager, self.controllers, self.logs
        first, second = forcing.strings
        watts = (first.watts[place], second.watts[place])
        if manager.over_voltage:
            watts = (0.0, 0.0)  # the contactor between panels and controllers is open
        for controller, array_watts in zip(controllers, watts, strict=True):
            controller.look(array_watts, pack.terminal_volts)
            controller.aim(round(pack.degrees))
        load_watts = self._load_watts(forcing, place)
        most = (controllers[0].available(watts[0]), controllers[1].available(watts[1]))
        seconds = FINE_SECONDS if self._needs_fine_steps() else SECONDS
        volts = self._solve(seconds, most, load_watts)
        if seconds == SECONDS and any(each.stage == MPPT and each.holds for each in controllers):
            seconds = FINE_SECONDS
            volts = self._solve(seconds, most, load_watts)
        kept: Instant | None = None
        for number in range(SECONDS // seconds):
            if number:
                volts = self._solve(seconds, most, load_watts)
            pack.apply(volts, seconds)
            is_kept = keep and number == 0
            arrays = [self._give(each, volts, watts[each], forcing, place, seconds, is_kept) for each in (0, 1)]
            used = self.controllers[0].amperes + self.controllers[1].amperes - pack.amperes
            self.book["loads"] += volts * used * seconds
            self.load_coulombs += used * seconds
            manager.count(pack.amperes, seconds)
            if is_kept:
                kept = self._instant(forcing, place, volts, used, arrays)
            for controller, log in zip(controllers, logs, strict=True):
                before = controller.stage
                controller.charge(volts - controller.sense, pack.degrees, seconds)
                self._time(before, controller.stage, log, seconds)
                if controller.stage != before:
                    controller.aim(round(pack.degrees))
            pack.warm((self.room + forcing.air[place]) / 2 + 1.0, seconds)
        manager.watch((minute + 1) * SECONDS, pack, controllers)
        self._surroundings(forcing, place)
        self.minute += 1
        self.hours += 1 / 60
        return kept

    def _solve(self, seconds: float, most: tuple[float, float], load_watts: float) -> float:
        electromotive, ohms = self.pack.line(seconds)
        guess = self.pack.terminal_volts
        return share(self.controllers, most, electromotive, ohms, load_watts / guess, guess)

    def _needs_fine_steps(self) -> bool:
        """Near the end of bulk, and while absorption is timed."""
        for each in self.controllers:
            if each.stage == ABSORPTION:
                return True
            if each.stage == MPPT and self.pack.terminal_volts > each.target - NEAR_TARGET_VOLTS:
                return True
        return False

    def _load_watts(self, forcing: Week, place: int) -> float:
        """What the loads ask at the nominal voltage; only the electronics of the pack's side when the manager cuts."""
        if not self.manager.loads_on:
            self.heater_gone = self.heater_gone or forcing.heater[place] > 0
            self.fan = False
            return ALWAYS
        self.fan = self.room > (FAN_OFF if self.fan else FAN_ON)
        self.saves = self.manager.state_of_charge < (SPARE_ON if self.saves else SPARE_OFF)
        watts = ALWAYS + forcing.steady[place] + (FAN if self.fan else 0.0)
        if not self.saves:
            watts += forcing.spare[place]
        return watts if self.heater_gone else watts + forcing.heater[place]

    def _give(
        self, each: int, volts: float, array_watts: float, forcing: Week, place: int, seconds: float, is_kept: bool
    ) -> tuple[float, float, float, float]:
        """Book what a controller gives; (array volts, array watts in, watts out, heat).

        The volts of a curtailed array are only found where they are kept or could be the day's highest.
        """
        controller, log, string = self.controllers[each], self.logs[each], forcing.strings[each]
        amperes = controller.amperes
        open_volts = 0.0 if self.manager.over_voltage else string.open_volts[place]
        if amperes <= 0:
            array_volts, taken, output = open_volts, 0.0, 0.0
        else:
            output = (volts + amperes * CABLE_OHMS) * amperes
            taken = OWN_WATTS + (1 + SHARE_LOST) * output
            array_volts = string.volts[place]
            if taken < 0.999 * array_watts and (is_kept or open_volts > log.array_max):
                array_volts = voltage_at(
                    taken,
                    string.series[place],
                    string.photocurrent[place],
                    string.saturation[place],
                    string.a[place],
                    string.shunt[place],
                    string.diode_volts[place],
                )
        drop = amperes * amperes * CABLE_OHMS
        book = self.book
        book["array"] += taken * seconds
        book["conversion"] += (taken - output) * seconds
        book["cable"] += drop * seconds
        book["output"] += output * seconds
        self.output_coulombs += amperes * seconds
        log.count(amperes, output, seconds)
        log.note(volts - controller.sense, array_volts, output, round(self.pack.degrees))
        return array_volts, taken, output, taken - output

    @staticmethod
    def _time(before: int, stage: int, log: DayLog, seconds: float) -> None:
        """Add a step to the time of its stage.  The step that reaches the target already counts as absorption."""
        if ABSORPTION in (before, stage):
            log.absorption_seconds += seconds
        elif stage == FLOAT:
            log.float_seconds += seconds
        elif stage == FAULT:
            log.flags |= FAULT_OCCURRED | ALARM_OCCURRED
            log.faults |= BATTERY_HVD
            log.alarms |= ALARM_HVD
        if stage == FLOAT:
            log.flags |= ENTERED_FLOAT

    def _surroundings(self, forcing: Week, place: int) -> None:
        """The greenhouse, the heatsinks, the slow values, the sweeps: once a minute, after its steps."""
        heater = 0.0 if self.heater_gone or not self.manager.loads_on else forcing.heater[place]
        relief = FAN_RELIEF if self.fan else 1.0
        goal = forcing.air[place] + NIGHT_WARMTH + WARMTH_OF_SUN * relief * forcing.ghi[place] + WARMTH_OF_WATT * heater
        self.room += (goal - self.room) / ROOM_MINUTES
        enclosure = (self.room + forcing.air[place]) / 2 + 1.0
        for each, controller in enumerate(self.controllers):
            string, amperes = forcing.strings[each], controller.amperes
            output = (self.pack.terminal_volts + amperes * CABLE_OHMS) * amperes
            heat = OWN_WATTS + SHARE_LOST * output if amperes > 0 else 0.8
            self.heatsinks[each] += (enclosure + HEATSINK_PER_WATT * heat - self.heatsinks[each]) / HEATSINK_MINUTES
            volts = self.pack.terminal_volts - controller.sense
            self.slow_volts[each] += SLOW_SHARE * (volts - self.slow_volts[each])
            self.slow_amperes[each] += SLOW_SHARE * (amperes - self.slow_amperes[each])
            self.logs[each].night(controller.stage in (NIGHT, NIGHT_CHECK))
            if controller.stage in CHARGING and (self.minute + 1) % SWEEP_MINUTES == 0:
                self.sweeps[each] = [string.watts[place], string.volts[place], string.open_volts[place]]

    def _instant(
        self, forcing: Week, place: int, volts: float, used: float, arrays: list[tuple[float, float, float, float]]
    ) -> Instant:
        return Instant(
            second=self.minute * SECONDS,
            volts=volts,
            amperes=self.pack.amperes,
            cells=tuple(self.pack.volts),
            rates=tuple(self.pack.rates),
            degrees=self.pack.degrees,
            charge=self.manager.state_of_charge,
            load_watts=volts * used,
            room=self.room,
            air=forcing.air[place],
            dew_point=forcing.dew_point[place],
            ghi=forcing.ghi[place],
            zenith=forcing.zenith[place],
            lamps=forcing.lamps[place] if self.manager.loads_on and not self.saves else 0.0,
            loads_on=self.manager.loads_on,
            hours=self.hours,
            controllers=(self._controller(0, arrays[0]), self._controller(1, arrays[1])),
            manager=self.manager.copy(),
        )

    def _controller(self, each: int, array: tuple[float, float, float, float]) -> ControllerInstant:
        controller = self.controllers[each]
        is_fault = controller.stage == FAULT
        return ControllerInstant(
            stage=controller.stage,
            target=controller.target,
            sense=controller.sense,
            amperes=controller.amperes,
            array_volts=array[0],
            heatsink=self.heatsinks[each],
            slow_volts=self.slow_volts[each],
            slow_amperes=self.slow_amperes[each],
            sweep=tuple(self.sweeps[each]),
            faults=BATTERY_HVD if is_fault else 0,
            alarms=ALARM_HVD if is_fault else 0,
            log=dict(vars(self.logs[each])),
        )

    def _forcing(self, minute: int) -> Week:
        return week(week_of(minute), self.seed, self.anchor_day)
