"""The values of single cells, group by group."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from data.document.folding import Node, Sections, folded, number

MOST_CELLS = 256
# Section -> the metric of cell n, and what a bare byte of the old reader means in it.
_CELL_SECTIONS: tuple[tuple[str, str, Callable[[float], float] | None], ...] = (
    ("batteryvoltagedetail", "cell_{}_voltage", lambda raw: round((raw + 200) * 0.01, 2)),
    ("batterymoduletemperaturedetail", "cell_{}_m_temperature", lambda raw: raw - 100),
    ("batterycelltemperaturedetail", "cell_{}_temperature", lambda raw: raw - 100),
    ("batterybalancingratedetail", "cell_{}_b_rate", None),
)
HIGHEST_CELL_VOLTS = 20
HIGHEST_CELL_DEGREES = 99


def cells(sections: Sections) -> Iterator[tuple[str, float]]:
    """The values of single cells: metric and value, cells numbered from 1 across the pack."""
    for name, metric, raw in _CELL_SECTIONS:
        for group in sections(name).values():
            inside = folded(group)
            of_reader = "cellnumberoffirstcellingroup" in inside
            first = number(inside.get("firstcellnumber", inside.get("cellnumberoffirstcellingroup")))
            if first is None or not 0 <= first < MOST_CELLS or first != int(first):
                continue
            for offset, posted in _cell_values(inside):
                value = number(posted)
                if value is None or first + offset >= MOST_CELLS:
                    continue
                bare = not isinstance(posted, Mapping)
                if raw is not None and bare and (of_reader or value > _highest(name)):
                    value = raw(value)
                yield metric.format(int(first) + offset + 1), value


def _highest(section: str) -> int:
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
