"""The eight lithium iron phosphate cells: open-circuit voltage, resistance, and what sets each apart.

Sources of the numbers and their limits: docs/decisions/0002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

CELLS, GROUP = 8, 4
NOMINAL_COULOMBS = 180 * 3600.0
# Rest voltage by state of charge, mean of charge and discharge, 25 degC; beyond full the voltage runs away.
REST = (
    (-0.05, 1.80),
    (0.00, 2.55),
    (0.01, 2.80),
    (0.02, 2.95),
    (0.04, 3.080),
    (0.07, 3.170),
    (0.10, 3.205),
    (0.15, 3.230),
    (0.20, 3.252),
    (0.30, 3.283),
    (0.40, 3.294),
    (0.55, 3.302),
    (0.65, 3.314),
    (0.72, 3.330),
    (0.90, 3.337),
    (0.95, 3.347),
    (0.97, 3.358),
    (0.98, 3.370),
    (0.99, 3.398),
    (0.995, 3.440),
    (1.00, 3.540),
    (1.01, 3.900),
    (1.05, 5.200),
)
LOWEST = REST[0][0]
PER_UNIT = 200  # entries of the table below per unit of charge
# Resistance grows by so much per degree below 25, and shrinks above.
OHMS_PER_DEGREE = 0.022


def _table() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """REST at even steps: (volts, volts per unit of charge to the next entry)."""
    volts = []
    for place in range(round((REST[-1][0] - LOWEST) * PER_UNIT) + 1):
        charge = LOWEST + place / PER_UNIT
        (from_charge, from_volts), (to_charge, to_volts) = next(
            pair for pair in pairwise(REST) if charge <= pair[1][0] + 1e-9
        )
        volts.append(from_volts + (charge - from_charge) / (to_charge - from_charge) * (to_volts - from_volts))
    slopes = [(after - before) * PER_UNIT for before, after in pairwise(volts)]
    return tuple(volts), (*slopes, slopes[-1])


VOLTS, SLOPES = _table()
LAST = len(VOLTS) - 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell against the ordinary one: capacity, resistance, coulombs short of full at the start, degrees warmer."""

    capacity: float
    ohms: float
    short: float
    warmer: float


# Cell 6, second of group 2, is the weak one.  Those in the middle of a group keep warmer.
EACH = (
    Cell(1.012, 0.98, 600, -0.5),
    Cell(0.997, 1.04, 900, 0.4),
    Cell(1.003, 0.95, 400, 0.3),
    Cell(0.991, 1.02, 1500, -0.4),
    Cell(1.006, 1.00, 700, -0.5),
    Cell(0.905, 1.65, 0, 0.7),
    Cell(1.001, 0.97, 1200, 0.4),
    Cell(0.994, 1.05, 300, -0.4),
)
WEAK = 5
CAPACITY = tuple(NOMINAL_COULOMBS * cell.capacity for cell in EACH)
SERIES_OHMS = tuple(0.00085 * cell.ohms for cell in EACH)
SLOW_OHMS = tuple(0.00070 * cell.ohms for cell in EACH)


def rest_volts(charge: float) -> float:
    """The rest voltage at a state of charge (0 to 1)."""
    place = (charge - LOWEST) * PER_UNIT
    entry = min(max(int(place), 0), LAST)
    return VOLTS[entry] + SLOPES[entry] * (charge - LOWEST - entry / PER_UNIT)


def stored_joules(charge: float, capacity: float) -> float:
    """The chemical energy of a cell above LOWEST: the integral of the rest voltage over the charge, exactly."""
    place = (charge - LOWEST) * PER_UNIT
    entry = min(max(int(place), 0), LAST)
    whole = sum((VOLTS[step] + VOLTS[step + 1]) / 2 / PER_UNIT for step in range(entry))
    rest = charge - LOWEST - entry / PER_UNIT
    return capacity * (whole + VOLTS[entry] * rest + SLOPES[entry] * rest * rest / 2)


def resistance_factor(degrees: float) -> float:
    """How much larger the resistance is than at 25 degC."""
    return math.pow(math.e, OHMS_PER_DEGREE * (25.0 - degrees))
