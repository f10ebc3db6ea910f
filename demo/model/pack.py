"""The pack: two groups of four cells side by side (4S2P), their currents, heat and balancing.

A step is solved at its middle: a group is a voltage behind a resistance, both of which contain what the step itself
changes.  So a step of a minute conserves energy and does not swing, also where the voltage is steep.
"""

from __future__ import annotations

import math
from functools import lru_cache, reduce
from operator import add

from demo.model.cells import (
    CAPACITY,
    CELLS,
    EACH,
    GROUP,
    LAST,
    LOWEST,
    PER_UNIT,
    SERIES_OHMS,
    SLOPES,
    SLOW_OHMS,
    VOLTS,
    resistance_factor,
    stored_joules,
)

# Busbars, cable, fuse and current sensor of a group.
LINK_OHMS = 0.0010
SLOW_SECONDS = 900.0
# Charge that goes into side reactions while charging.
CHARGE_EFFICIENCY = 0.9985
# A cell module's shunt: 2.2 ohms, from the threshold on, fully open 60 mV above it.
SHUNT_OHMS, THRESHOLD_VOLTS, FULL_SHUNT_VOLTS = 2.2, 3.45, 0.06
HEAT_CAPACITY = 8 * 5.7 * 1000.0  # J/K: eight cells of 5.7 kg
HEAT_LOSS = 2.2  # W/K to the enclosure
FIRST, SECOND = range(GROUP), range(GROUP, CELLS)
# Group -> its cells: number, capacity, series and slow resistance.
CELLS_OF_GROUPS = tuple(
    (group, tuple((cell, CAPACITY[cell], SERIES_OHMS[cell], SLOW_OHMS[cell]) for cell in cells))
    for group, cells in ((0, FIRST), (1, SECOND))
)
SLOW_OHMS_OF_GROUPS = tuple(reduce(add, (slow for *_, slow in cells), 0.0) for _, cells in CELLS_OF_GROUPS)


@lru_cache(maxsize=8)
def _step(seconds: float) -> tuple[float, float]:
    """What a step leaves of a slow current, and the share of it that is seen on the average of the step."""
    decay = math.exp(-seconds / SLOW_SECONDS)
    return decay, SLOW_SECONDS / seconds * (1 - decay)


class Pack:
    """The pack and its book of energy.  `book` sums joules since the start; `coulombs` the charge at the terminals."""

    def __init__(self, charge: float, degrees: float) -> None:
        # Cells that were balanced at the top lack equal amounts there, apart from what EACH says.
        missing = (1 - charge) * 180 * 3600.0
        self.charge = [capacity - missing - cell.short for capacity, cell in zip(CAPACITY, EACH, strict=True)]
        self.slow = [0.0, 0.0]  # the group's current as its slow resistance sees it
        self.degrees = degrees
        self.volts = [0.0] * CELLS
        self.rates = [0.0] * CELLS
        self.group_amperes = [0.0, 0.0]
        self.terminal_volts = 13.2
        self.book = {"terminal": 0.0, "heat": 0.0, "side": 0.0, "shunt": 0.0}
        self.coulombs = 0.0
        self._heat, self._factor = 0.0, 1.0
        self.lost_coulombs = 0.0  # by cell: side reactions and shunts, summed over all cells
        self._solved: list[tuple[float, float]] = []
        self._rest: list[tuple[float, float]] = []
        self._shunts: list[float] = [0.0] * CELLS

    def line(self, seconds: float) -> tuple[float, float]:
        """The pack over the next step as a voltage behind a resistance: V = line[0] + line[1] * current into it."""
        charge, volts_now, rates = self.charge, self.volts, self.rates
        factor = self._factor = resistance_factor(self.degrees)
        share = _step(seconds)[1]
        half = seconds / 2
        rest, shunts, solved = [], [], []
        for group, cells in CELLS_OF_GROUPS:
            electromotive, ohms = 0.0, LINK_OHMS
            for cell, capacity, series_ohms, _ in cells:
                state = charge[cell] / capacity - LOWEST
                entry = int(state * PER_UNIT)
                if entry > LAST:
                    entry = LAST
                elif entry < 0:
                    entry = 0
                slope = SLOPES[entry]
                volts = VOLTS[entry] + slope * (state - entry / PER_UNIT)
                bent = slope * half / capacity
                inner = series_ohms * factor + bent
                rate = rates[cell]
                bled = volts_now[cell] / SHUNT_OHMS * rate if rate else 0.0
                rest.append((volts, bent))
                shunts.append(bled)
                electromotive += volts - inner * bled
                ohms += inner
            slow = SLOW_OHMS_OF_GROUPS[group]
            solved.append((electromotive + slow * share * self.slow[group], ohms + slow * (1 - share)))
        self._rest, self._shunts, self._solved = rest, shunts, solved
        (first, first_ohms), (second, second_ohms) = solved
        together = 1 / (1 / first_ohms + 1 / second_ohms)
        return (first / first_ohms + second / second_ohms) * together, together

    def apply(self, terminal_volts: float, seconds: float) -> None:
        """Go through the step that `line` described, at that terminal voltage."""
        factor = self._factor
        decay, share = _step(seconds)
        charge, volts_now, rates = self.charge, self.volts, self.rates
        heat, side, shunt = 0.0, 0.0, 0.0
        for group, cells in CELLS_OF_GROUPS:
            electromotive, ohms = self._solved[group]
            current = (terminal_volts - electromotive) / ohms
            slow = self.slow[group]
            seen = current + (slow - current) * share
            heat += LINK_OHMS * current * current
            for cell, _, series_ohms, slow_ohms in cells:
                volts, bent = self._rest[cell]
                bled = self._shunts[cell]
                inward = current - bled
                middle = volts + bent * inward
                ohms_now = series_ohms * factor
                voltage = middle + ohms_now * inward + slow_ohms * seen
                heat += ohms_now * inward * inward
                if bled:
                    shunt += voltage * bled
                    self.lost_coulombs += bled * seconds
                if inward > 0:
                    lost = inward * (1 - CHARGE_EFFICIENCY)
                    side += middle * lost
                    self.lost_coulombs += lost * seconds
                    inward -= lost
                charge[cell] += inward * seconds
                volts_now[cell] = voltage
                over = (voltage - THRESHOLD_VOLTS) / FULL_SHUNT_VOLTS
                rates[cell] = 0.0 if over <= 0 else min(over, 1.0)
            after = current + (slow - current) * decay
            self.slow[group] = after
            # What goes into the slow resistance and its capacity, less what the capacity keeps.
            slow_ohms = SLOW_OHMS_OF_GROUPS[group]
            heat += slow_ohms * (current * seen - SLOW_SECONDS / 2 * (after * after - slow * slow) / seconds)
            self.group_amperes[group] = current
        current = self.group_amperes[0] + self.group_amperes[1]
        self.terminal_volts = terminal_volts
        self.coulombs += current * seconds
        book = self.book
        book["terminal"] += terminal_volts * current * seconds
        book["heat"] += heat * seconds
        book["side"] += side * seconds
        book["shunt"] += shunt * seconds
        self._heat = heat + side

    def warm(self, enclosure: float, seconds: float) -> None:
        """Heat the pack by what the last step lost, and cool it by its enclosure."""
        self.degrees += seconds / HEAT_CAPACITY * (self._heat - HEAT_LOSS * (self.degrees - enclosure))

    @property
    def amperes(self) -> float:
        """The current into the pack in the last step."""
        return self.group_amperes[0] + self.group_amperes[1]

    def state_of_charge(self) -> float:
        """The true state of charge, 0 to 1: what the cells hold, over what they hold when full."""
        return min(max(sum(self.charge) / sum(CAPACITY), 0.0), 1.0)

    def stored(self) -> float:
        """Joules in the cells now: the chemistry's and those of the slow voltage."""
        chemical = sum(
            stored_joules(charge / capacity, capacity) for charge, capacity in zip(self.charge, CAPACITY, strict=True)
        )
        slow = sum(
            SLOW_SECONDS / 2 * sum(SLOW_OHMS[cell] for cell in cells) * self.slow[group] ** 2
            for group, cells in ((0, FIRST), (1, SECOND))
        )
        return chemical + slow
