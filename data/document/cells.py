"""The values of single cells, group by group."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data.document.folding import Node, Sections, folded, number

MOST_CELLS = 256


def _volts(raw: float) -> float:
    return round((raw + 200) * 0.01, 2)


def _degrees(raw: float) -> float:
    return raw - 100


# Section -> the metric of cell n, and what a bare byte of the old reader means in it.
_CELL_SECTIONS: tuple[tuple[str, str, Callable[[float], float] | None], ...] = (
    ("batteryvoltagedetail", "cell_{}_voltage", _volts),
    ("batterymoduletemperaturedetail", "cell_{}_m_temperature", _degrees),
    ("batterycelltemperaturedetail", "cell_{}_temperature", _degrees),
    ("batterybalancingratedetail", "cell_{}_b_rate", None),
)
CELL_SECTIONS = frozenset(name for name, _, _ in _CELL_SECTIONS)
HIGHEST_CELL_VOLTS = 20
HIGHEST_CELL_DEGREES = 99


@dataclass(frozen=True, slots=True)
class Cell:
    """A posted value of one cell; one above `above` is a bare byte, which `raw` translates."""

    metric: str
    value: float
    raw: Callable[[float], float] | None
    above: float

    @property
    def reading(self) -> float:
        """The value in the catalogue's unit."""
        return self.value if self.raw is None or self.value <= self.above else self.raw(self.value)


def cells(sections: Sections) -> Iterator[Cell]:
    """The values of single cells, numbered from 1 across the pack."""
    for name, metric, raw in _CELL_SECTIONS:
        for group in sections(name).values():
            inside = folded(group)
            of_reader = "cellnumberoffirstcellingroup" in inside
            first = number(inside.get("firstcellnumber", inside.get("cellnumberoffirstcellingroup")))
            if first is None or not 0 <= first < MOST_CELLS or first != int(first):
                continue
            above = -math.inf if of_reader else _highest(name)
            for offset, posted in _cell_values(inside):
                value = number(posted)
                if value is None or first + offset >= MOST_CELLS:
                    continue
                bare = not isinstance(posted, Mapping)
                yield Cell(metric.format(int(first) + offset + 1), value, raw if bare else None, above)


def _highest(section: str) -> float:
    return HIGHEST_CELL_VOLTS if section == "batteryvoltagedetail" else HIGHEST_CELL_DEGREES


def _cell_values(group: Node) -> Sequence[tuple[int, Any]]:
    """(place in the group from 0, posted value) of a group's cells: `cell 3` is the third wherever it stands.

    One number for the whole group says nothing of a cell.
    """
    for key, value in group.items():
        if key.startswith("individual") and isinstance(value, Mapping):
            return [(_place(name, place), posted) for place, (name, posted) in enumerate(value.items())]
        if key.startswith("individual") and isinstance(value, list):
            return list(enumerate(value))
    return ()


@lru_cache(maxsize=1024)
def _place(name: str, otherwise: int) -> int:
    told = re.search(r"(?<![0-9])([1-9][0-9]{0,2})\s*$", name)
    return int(told[1]) - 1 if told else otherwise
