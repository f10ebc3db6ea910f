"""What the battery manager's events and statistics are called in the documents.  Source: docs/devices/emus_g1.md."""

from __future__ import annotations

from dataclasses import dataclass

# Event of the log -> its text.
EVENTS = {
    0: "No Event",
    1: "BMS started",
    2: "Lost communication to cells",
    3: "Established communication to cells",
    4: "Cells voltage critically low",
    5: "Critical low voltage recovered",
    6: "Cells voltage critically high",
    7: "Critical high voltage recovered",
    8: "Discharge current critically high",
    9: "Discharge critical high current recovered",
    10: "Charge current critically high",
    11: "Charge critical high current recovered",
    12: "Cell module temperature critically high",
    13: "Critical high cell module temperature recovered",
    14: "Leakage detected",
    15: "Leakage recovered",
    16: "Warning: low voltage – reducing power",
    17: "Power reduction due to low voltage recovered",
    18: "Warning: high current – reducing power",
    19: "Power reduction due to high current recovered",
    20: "Warning: High Cell module temperature – reducing power",
    21: "Power reduction due to high cell module temperature recovered.",
    22: "Charger connected",
    23: "Charger disconnected",
    24: "Started pre-heating stage",
    25: "Started pre-charging stage",
    26: "Started main charging stage",
    27: "Started balancing stage",
    28: "Charging finished",
    29: "Charging error occurred",
    30: "Retrying charging",
    31: "Restarting charging",
    42: "Cell Temperature Critically high",
    43: "Critically high cell temperature recovered",
    44: "Warning: High cell temperature – reducing power",
    45: "Power reduction due to high cell temperature recovered",
}


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic: value = (number + offset) * multiplier.

    A count stands in the additional field; with `names_cell` that field is the number of the cell, counted from 0.
    """

    name: str
    unit: str = "N/A"
    offset: int = 0
    multiplier: float = 1
    names_cell: bool = False
    is_count: bool = False


def _counts(*rows: tuple[int, str]) -> dict[int, Statistic]:
    return {number: Statistic(name, is_count=True) for number, name in rows}


STATISTICS = {
    0: Statistic("Total Discharge", "Ah"),
    1: Statistic("Total Charge", "Ah"),
    2: Statistic("Total Discharge Energy", "Wh"),
    3: Statistic("Total Charge Energy", "Wh"),
    4: Statistic("Total Discharge Time", "s"),
    5: Statistic("Total Charge Time", "s"),
    6: Statistic("Total Distance", "pulses"),
    8: Statistic("Maximum Discharge Current", "A", multiplier=0.1),
    9: Statistic("Maximum Charge Current", "A", multiplier=0.1),
    10: Statistic("Minimum Cell Voltage", "V", 200, 0.01, names_cell=True),
    11: Statistic("Maximum Cell Voltage", "V", 200, 0.01, names_cell=True),
    12: Statistic("Maximum Cell Voltage Difference", "V", multiplier=0.01),
    13: Statistic("Minimum Pack Voltage", "V", multiplier=0.01),
    14: Statistic("Maximum Pack Voltage", "V", multiplier=0.01),
    15: Statistic("Minimum Cell Module Temperature", "C", -100, names_cell=True),
    16: Statistic("Maximum Cell Module Temperature", "C", -100, names_cell=True),
    17: Statistic("Maximum Cell Module Temperature Difference", "C"),
    47: Statistic("Minimum Cell Temperature", "C", -100, names_cell=True),
    48: Statistic("Maximum Cell Temperature", "C", -100, names_cell=True),
    49: Statistic("Maximum Cell Temperature Difference", "C"),
    **_counts(
        (7, "Master clear count"),
        (18, "BMS starts count"),
        (19, "Under-voltage protection count"),
        (20, "Over-voltage protection count"),
        (21, "Discharge over-current protection count"),
        (22, "Charge over-current protection count"),
        (23, "Cell module overheat protection count"),
        (24, "Leakage protection count"),
        (25, "No cell communication protection count"),
        (26, "Low voltage power reduction count"),
        (27, "High current power reduction count"),
        (28, "High cell module temperature power reduction count"),
        (29, "Charger connect count"),
        (30, "Charger disconnect count"),
        (31, "Pre-heat stage count"),
        (32, "Pre-charge stage count"),
        (33, "Main charge stage count"),
        (34, "Balancing stage count"),
        (35, "Charging finished count"),
        (36, "Charging error count"),
        (37, "Charging retry count"),
        (38, "Trips count"),
        (39, "Charge restarts count"),
        (45, "Cell overheat protection count"),
        (46, "High cell temperature power reduction count"),
    ),
}
