"""The 45 statistics an EMUS G1 keeps.  Source: docs/devices/emus_g1.md, "Statistics"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.drivers.sentences import scaled
from data.catalogue.codes import STATISTIC

# What the field after the value holds.
NOTHING, CELL, COUNT, EXTREMES = "", "cell", "count", "extremes"


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """One statistic: value = (number + offset) * multiplier.

    Attributes:
        extra: what the field after the value holds: nothing, a cell's number from 0, the count itself, or the extremes
            (cell with the lowest, highest, lowest) packed into 32 bits.
        extremes: offset and multiplier of the two packed extremes.
        timed: whether the time of the last change comes with it.
    """

    identifier: int
    key: str
    unit: str = ""
    offset: int = 0
    multiplier: float = 1
    extra: str = NOTHING
    extremes: tuple[int, float] = (0, 1)
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic as read; None where the unit has no value.

    Attributes:
        cell: number from 0 of the cell that had the value; of a difference, of the cell with the lowest.
        lowest, highest: the two values of a difference.
        timestamp: seconds since 2000-01-01 00:00:00 of the unit's own clock.
    """

    identifier: int
    key: str
    unit: str
    value: float | None
    cell: int | None = None
    lowest: float | None = None
    highest: float | None = None
    timestamp: int | None = None


def _row(identifier: int, unit: str = "", **rest: Any) -> StatisticRow:
    key = STATISTIC.keys[identifier]
    return StatisticRow(
        identifier, key, unit, extra=rest.pop("extra", EXTREMES if "extremes" in rest else NOTHING), **rest
    )


ROWS = (
    _row(0, "Ah", timed=False),
    _row(1, "Ah", timed=False),
    _row(2, "Wh", timed=False),
    _row(3, "Wh", timed=False),
    _row(4, "s", timed=False),
    _row(5, "s", timed=False),
    _row(6, "pulses", timed=False),
    _row(7, extra=COUNT, timed=False),
    _row(8, "A", multiplier=0.1),
    _row(9, "A", multiplier=0.1),
    _row(10, "V", offset=200, multiplier=0.01, extra=CELL),
    _row(11, "V", offset=200, multiplier=0.01, extra=CELL),
    _row(12, "V", multiplier=0.01, extremes=(200, 0.01)),
    _row(13, "V", multiplier=0.01),
    _row(14, "V", multiplier=0.01),
    _row(15, "degC", offset=-100, extra=CELL),
    _row(16, "degC", offset=-100, extra=CELL),
    _row(17, "degC", extremes=(-100, 1)),
    _row(18, extra=COUNT),
    _row(19, extra=COUNT),
    _row(20, extra=COUNT),
    _row(21, extra=COUNT),
    _row(22, extra=COUNT),
    _row(23, extra=COUNT),
    _row(24, extra=COUNT),
    _row(25, extra=COUNT),
    _row(26, extra=COUNT),
    _row(27, extra=COUNT),
    _row(28, extra=COUNT),
    _row(29, extra=COUNT, timed=False),
    _row(30, extra=COUNT, timed=False),
    _row(31, extra=COUNT, timed=False),
    _row(32, extra=COUNT, timed=False),
    _row(33, extra=COUNT, timed=False),
    _row(34, extra=COUNT, timed=False),
    _row(35, extra=COUNT, timed=False),
    _row(36, extra=COUNT, timed=False),
    _row(37, extra=COUNT, timed=False),
    _row(38, extra=COUNT, timed=False),
    _row(39, extra=COUNT, timed=False),
    _row(45, extra=COUNT),
    _row(46, extra=COUNT),
    _row(47, "degC", offset=-100, extra=CELL),
    _row(48, "degC", offset=-100, extra=CELL),
    _row(49, "degC", extremes=(-100, 1)),
)
BY_IDENTIFIER: Mapping[int, StatisticRow] = {row.identifier: row for row in ROWS}


def interpret(fields: Mapping[str, Any]) -> Statistic:
    """The statistic that the fields of an SS1 sentence hold.

    One the table lacks keeps its number under the key `statistic_50`.  A count is taken from the second field where
    the third is empty.  The extremes of a difference are kept only when they differ by the value, which shows that
    they were packed as the table expects.
    """
    identifier, number, extra = (
        fields["statistic_id"],
        _number(fields.get("value")),
        _number(fields.get("additional_info")),
    )
    row = BY_IDENTIFIER.get(identifier) or StatisticRow(identifier, f"statistic_{identifier}")
    if row.extra == COUNT and extra is not None:
        number = extra
    value = None if number is None else scaled(number, row.offset, row.multiplier)
    cell = extra if row.extra == CELL else None
    lowest = highest = None
    if (
        row.extra == EXTREMES
        and extra is not None
        and extra >> 32 == 0
        and (extra >> 8 & 0xFF) - (extra & 0xFF) == number
    ):
        cell = extra >> 16
        highest, lowest = scaled(extra >> 8 & 0xFF, *row.extremes), scaled(extra & 0xFF, *row.extremes)
    return Statistic(identifier, row.key, row.unit, value, cell, lowest, highest, _number(fields.get("timestamp")))


def _number(value: Any) -> int | None:
    """A question mark in a field is no number."""
    return value if isinstance(value, int) else None
