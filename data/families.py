"""The families of documents, one record each: whose they are, and by which rules they are filed and found.

Standard library only: the collector and the pages read it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# What a document's time stands for: an instant, a whole day, or the pace of whoever posts it.  How far from a moment
# its document may lie is set for each of the three (docs/operations.md, `TOLERANCE_…`).
ClockRule = Literal["instant", "day", "sensor"]


@dataclass(frozen=True, slots=True)
class Family:
    """One family; its table is the entry of that `family` in data.database.models."""

    key: str
    kind: str  # of the devices that post it
    clock_rule: ClockRule
    page: str  # the address of the graph of its values; empty where each device has its own alone
    heading: str
    prefix: str = ""  # of the series of numbers without a metric, where a kind of device posts two families


_FAMILIES = (
    Family("bms", "bms", "instant", "/BMS", "Battery manager"),
    Family("tristar", "tristar", "instant", "/Tristar", "Solar charge controllers"),
    Family("tristar_daily", "tristar", "day", "/Tristar", "Daily records of the controllers", prefix="daily/"),
    Family("sensor", "sensor", "sensor", "/sensors", "Sensors"),
    # Of every device that has no family of its own.
    Family("device", "device", "instant", "", "Other devices"),
)
FAMILIES: Mapping[str, Family] = {family.key: family for family in _FAMILIES}
# Kind of device -> the families that it posts.
KINDS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(family.key for family in _FAMILIES if family.kind == kind)
    for kind in dict.fromkeys(family.kind for family in _FAMILIES)
}
