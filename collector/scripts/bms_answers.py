"""The dictionaries that the owner's BMS class answers with, built from an Emus's sentences: his keys, decoded values.

Source of the keys: docs/devices/emus_g1.md, "From a script".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.drivers.emus import sentences_table
from collector.drivers.emus import statistics as emus_statistics
from collector.drivers.emus.document import NO_UNIT, SECONDS_1970_TO_2000, UNITS, can_devices, can_message, in_order
from data.catalogue.codes import (
    CHARGING_ERROR,
    CHARGING_STAGE,
    LOG_EVENT,
    PIN_STATUS,
    POWER_REDUCTION,
    PROTECTION,
    STATISTIC,
    table,
)

Answer = dict[str, Any]
Fields = Mapping[str, Any]

# Sentence -> the owner's key -> the driver's.
KEYS: Mapping[str, Mapping[str, str]] = {
    "VR1": {
        "hardware type": "hardware_type",
        "serial number": "serial_number",
        "firmware version": "firmware_version",
    },
    "BB1": {
        "number of cells": "number_of_cells",
        "minimum balancing rate": "min_cell_balancing_rate",
        "maximum balancing rate": "max_cell_balancing_rate",
        "average cell balancing rate": "average_cell_balancing_rate",
        "balancing threshold": "balancing_voltage_threshold",
    },
    "BC1": {
        "battery charge": "battery_charge",
        "battery capacity": "battery_capacity",
        "state of charge": "state_of_charge",
    },
    "BT1": {
        "number of cells": "number_of_cells",
        "minimum cell module temperature": "min_cell_module_temperature",
        "maximum cell module temperature": "max_cell_module_temperature",
        "average cell module temperature": "average_cell_module_temperature",
    },
    "BT3": {
        "number of cells": "number_of_cells",
        "minimum cell temperature": "min_cell_temperature",
        "maximum cell temperature": "max_cell_temperature",
        "average cell temperature": "average_cell_temperature",
    },
    "BV1": {
        "number of cells": "number_of_cells",
        "minimum cell voltage": "min_cell_voltage",
        "maximum cell voltage": "max_cell_voltage",
        "average cell voltage": "average_cell_voltage",
        "total voltage": "total_voltage",
    },
    "CS1": {
        "set voltage": "set_voltage",
        "set current": "set_current",
        "actual voltage": "actual_voltage",
        "actual current": "actual_current",
        "number of connected chargers": "number_of_connected_chargers",
        "CAN charger status": "can_charger_status",
    },
    "CV1": {"total voltage": "total_voltage", "current": "current"},
    "TD1": {key: key for key in ("year", "month", "day", "hour", "minute", "second", "uptime")},
}
# Sentence -> the driver's key of its cells, and the owner's.
GROUPS: Mapping[str, tuple[str, str]] = {
    "BB2": ("cell_balancing_rates", "individual cell module balancing rate"),
    "BT2": ("cell_module_temperatures", "individual cell module temperatures"),
    "BT4": ("cell_temperatures", "individual cell temperatures"),
    "BV2": ("cell_voltages", "individual cell voltages"),
}
# Sentence -> the owner's key -> the driver's, and the bit.
PIN_LEVELS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "IN1": {"AC sense": ("input_pins", 4), "IGN In": ("input_pins", 5), "FAST_CHG": ("input_pins", 6)},
    "OT1": {
        "charger pin": ("output_pins_1", 7),
        "heater": ("output_pins_3", 4),
        "bat. low": ("output_pins_3", 5),
        "buzzer": ("output_pins_3", 6),
        "chg. ind.": ("output_pins_3", 7),
    },
}
VALIDITY = {
    0: "Valid cell voltages",
    1: "valid cell module temperatures",
    2: "Valid balancing rates",
    3: "valid number of live cells",
    4: "battery charging finished",
    5: "valid cell temperatures",
}
# ST1: the driver's key of a set of bits -> their names.
STATUS_BITS: Mapping[str, Mapping[int, str]] = {
    "battery_status_flags": VALIDITY,
    "protection_flags": PROTECTION.names,
    "power_reduction_flags": POWER_REDUCTION.names,
    "pin_status_flags": PIN_STATUS.names,
}
RESETS = 5


@dataclass(frozen=True, slots=True)
class BMSStatistic:
    """One statistic; `timestamp` in seconds since 1970.  Name, Unit and Cell_ID follow from the identifier."""

    statisticIdentifier: int  # noqa: N815
    statisticValue: float | None  # noqa: N815
    statisticValueAdditionalInfo: int | None = None  # noqa: N815
    timestamp: int | None = None

    @property
    def Name(self) -> str:  # noqa: N802
        """What it is called."""
        return STATISTIC.names.get(self.statisticIdentifier, f"Statistic {self.statisticIdentifier}")

    @property
    def Unit(self) -> str:  # noqa: N802
        """Its unit, N/A for plain counts."""
        row = emus_statistics.BY_IDENTIFIER.get(self.statisticIdentifier)
        return UNITS.get(row.unit, row.unit) if row else NO_UNIT

    @property
    def Cell_ID(self) -> int | None:  # noqa: N802
        """The cell that had the value, from 0; of a difference, the one with the lowest.  None where there is none."""
        row = emus_statistics.BY_IDENTIFIER.get(self.statisticIdentifier)
        info = self.statisticValueAdditionalInfo
        if row is None or info is None or row.extra not in (emus_statistics.CELL, emus_statistics.EXTREMES):
            return None
        return info if row.extra == emus_statistics.CELL else info >> 16

    def dict(self) -> Answer:
        """What it has."""
        fields = {
            "statisticIdentifier": self.statisticIdentifier,
            "Name": self.Name,
            "statisticValue": self.statisticValue,
            "Unit": self.Unit,
            "statisticValueAdditionalInfo": self.statisticValueAdditionalInfo,
            "Cell_ID": self.Cell_ID,
            "timestamp": self.timestamp,
        }
        return {key: value for key, value in fields.items() if value is not None}

    def string(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.dict(), ensure_ascii=False)


def summary(name: str, fields: Fields) -> Answer:
    """The answer of a sentence that comes once."""
    if name in PIN_LEVELS:
        return {key: bit_at(fields.get(field), bit) for key, (field, bit) in PIN_LEVELS[name].items()}
    if name == "CG1":
        return can_devices([fields])
    if name in ("CN1", "CN2"):
        return can_message([fields])
    if name == "RS2":
        return reset_history(fields)
    if name == "ST1":
        return status(fields)
    answer = {key: fields.get(field) for key, field in KEYS[name].items()}
    if isinstance(answer.get("serial number"), int):
        answer["serial number"] = f"{answer['serial number']:08X}"
    return answer


def groups(name: str, answers: Sequence[Fields]) -> Answer:
    """The answer of a sentence that comes once a group, by the number of the first cell."""
    field, key = GROUPS[name]
    return {
        f"cell group {number}": {
            "cell string number": group.get("cell_string_number"),
            "first cell number": group.get("first_cell_number"),
            "size of group": group.get("group_size"),
            key: {f"cell {cell}": value for cell, value in enumerate(group[field], start=1)},
        }
        for number, group in enumerate(in_order(answers, field, "first_cell_number"), start=1)
    }


def events(answers: Sequence[Fields]) -> Answer:
    """The event log, the newest first."""
    return {
        f"log event number {number}": {
            "log event": LOG_EVENT.names.get(event["event_id"], f"Event {event['event_id']}"),
            "unix time stamp": unix(event.get("timestamp")),
        }
        for number, event in enumerate(in_order(answers, "event_id", "sequence_number"), start=1)
    }


def statistic(fields: Fields) -> BMSStatistic:
    """The statistic of one sentence."""
    meaning = emus_statistics.interpret(fields)
    row = emus_statistics.BY_IDENTIFIER.get(meaning.identifier)
    info = fields.get("additional_info")
    if row is not None and row.extra == emus_statistics.EXTREMES and meaning.cell is None:
        info = None  # not packed as the maker says: no cell can be told from it
    return BMSStatistic(meaning.identifier, meaning.value, info, unix(meaning.timestamp))


def statistics(answers: Sequence[Fields]) -> Answer:
    """All statistics by their identifiers' order."""
    ordered = in_order(answers, "statistic_id", "statistic_id")
    return {f"statistic {number}": statistic(fields).dict() for number, fields in enumerate(ordered, start=1)}


def status(fields: Fields) -> Answer:
    """The status: names for the codes, then a flag for each bit that has a name."""
    stage, error = fields.get("charging_stage"), fields.get("last_charging_error")
    answer: Answer = {
        "charging stage": CHARGING_STAGE.names.get(stage, stage),  # type: ignore[arg-type]  # an empty field is no code
        "last charging error": CHARGING_ERROR.names.get(error, error),  # type: ignore[arg-type]  # as above
        "last charging error parameter": fields.get("last_charging_error_parameter"),
        "stage duration": fields.get("stage_duration"),
    }
    for field, names in STATUS_BITS.items():
        answer |= {name: bit_at(fields.get(field), bit) for bit, name in names.items()}
    return answer


def reset_history(fields: Fields) -> Answer:
    """The last resets, the newest first, with their causes."""
    answer: Answer = {}
    for number in range(1, RESETS + 1):
        when, bits = fields.get(f"reset_{number}_timestamp"), fields.get(f"reset_{number}_source_flags")
        if when is not None or bits is not None:
            causes = [name.replace("_", " ") for bit, name in table("reset_source").keys.items() if bit_at(bits, bit)]
            answer[f"reset {number}"] = {"reset sources": causes, "unix time stamp": unix(when)}
    return answer


def bit_at(bits: Any, position: int) -> bool | None:
    """Whether a bit is set; None when the unit did not say."""
    return None if bits is None else bool(int(bits) >> position & 1)


def unix(seconds: int | None) -> int | None:
    """Seconds since 1970 of seconds since 2000."""
    return None if seconds is None else seconds + SECONDS_1970_TO_2000


def is_empty(name: str, answers: Sequence[Fields]) -> bool:
    """Whether the unit sent only empty fields."""
    keys = [row.key for row in sentences_table.SENTENCES[name] if row.encoding != "reserved"]
    return all(fields.get(key) is None for fields in answers for key in keys)
