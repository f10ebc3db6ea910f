"""The values of single cells, group by group."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data.catalogue import MOST_CELLS
from data.document.posted_value import number
from data.folding import Node, Sections, folded


def _volts(raw: float) -> float:
    return round((raw + 200) * 0.01, 2)


def _degrees(raw: float) -> float:
    return raw - 100


# Section -> the metric of cell n, and what a bare byte of the old reader means in it.
Section = tuple[str, str, Callable[[float], float] | None]
_CELL_SECTIONS: tuple[Section, ...] = (
    ("batteryvoltagedetail", "cell_{}_voltage", _volts),
    ("batterymoduletemperaturedetail", "cell_{}_m_temperature", _degrees),
    ("batterycelltemperaturedetail", "cell_{}_temperature", _degrees),
    ("batterybalancingratedetail", "cell_{}_b_rate", None),
)
_BY_NAME = {section[0]: section for section in _CELL_SECTIONS}
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
    for section in _CELL_SECTIONS:
        for group in sections(section[0]).values():
            inside = folded(group)
            for place in _places(section, inside, _first(inside)):
                if place.cell is not None:
                    yield place.cell


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a group: its number in the pack from 1 and its value, each None where the group does not tell it."""

    number: int | None
    posted: Any
    cell: Cell | None


def group_places(section: str, group: Any) -> list[Place]:
    """The places of a group of cells in the section of that folded name, one of CELL_SECTIONS."""
    inside = folded(group)
    return list(_places(_BY_NAME[section], inside, _first(inside)))


def _first(group: Node) -> int | None:
    """The number of a group's first cell, from 0; None when the group does not say it."""
    first = number(group.get("firstcellnumber", group.get("cellnumberoffirstcellingroup")))
    return int(first) if first is not None and 0 <= first < MOST_CELLS and first == int(first) else None


def _places(section: Section, group: Node, first: int | None) -> Iterator[Place]:
    name, metric, raw = section
    above = -math.inf if "cellnumberoffirstcellingroup" in group else _highest(name)
    for offset, posted in _cell_values(group):
        value = number(posted)
        if first is None or first + offset >= MOST_CELLS:
            yield Place(None, posted, None)
            continue
        cell = first + offset + 1
        bare = not isinstance(posted, dict)
        cell_value = None if value is None else Cell(metric.format(cell), value, raw if bare else None, above)
        yield Place(cell, posted, cell_value)


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
    digits = re.search(r"(?<![0-9])([1-9][0-9]{0,2})\s*$", name)
    return int(digits[1]) - 1 if digits else otherwise
