"""The battery manager's document in the site's dialect, built from its sentences.

Where each measured value sits is in data/document.py, FIELDS; the groups of cells and the texts are here.
Source of the shapes: docs/api.md, "Documents".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from collector.drivers.documents import Content, measured_section, rounded, set_names, with_unit
from collector.drivers.emus import statistics
from data.catalogue.codes import (
    BATTERY_STATUS,
    CAN_STATUS,
    INPUT_PINS,
    LOG_EVENT,
    OUTPUT_PINS_1,
    OUTPUT_PINS_3,
    PIN_STATUS,
    POWER_REDUCTION,
    PROTECTION,
    STATISTIC,
    CodeTable,
)
from data.document import FIELDS

Fields = Mapping[str, Any]
Sentences = Mapping[str, Sequence[Fields]]

NO_CELLS = "Cannot communicate to cells"
# The sentences that are empty when the control unit cannot reach its cells.
OF_CELLS = ("BB1", "BB2", "BT1", "BT2", "BT3", "BT4", "BV1", "BV2")
# Those of external probes are empty too on a pack that has none.
OF_PROBES = ("BT3", "BT4")
SECONDS_1970_TO_2000 = 946_684_800
NO_UNIT = "N/A"
# The driver's units -> the documents'.
UNITS = {"": NO_UNIT, "degC": "C"}
CLOSING: Content = {"Distance And Energy": {"error": "not programmed"}}  # a vehicle's data


def build_bms(sentences: Sentences) -> Content:
    """The document of one reading.

    `sentences` has the decoded fields of every sentence that was answered, a list for each name (those of groups,
    events and statistics come in several).  A section that was not read is null; one whose cells cannot be reached is
    the sentence that says so; one of probes that the pack has not is empty.
    """
    content: Content = {"name": "BMS"}
    for section in SECTIONS:
        content[section] = build_section(section, sentences)
    return content | CLOSING


def build_section(section: str, sentences: Sentences) -> Any:
    """One section of the document; of the sentences only those of `needed` count."""
    name, build = SECTIONS[section]
    if name not in sentences:
        return None
    if name in OF_CELLS and _is_empty(sentences[name]):
        return {} if name in OF_PROBES and _cells_answer(sentences) else NO_CELLS
    values = measured_section(
        "bms", section, lambda key: _read(sentences, key), lambda key: key.partition("/")[0] in sentences
    )
    return {**(values or {}), **build(sentences[name])}


def needed(section: str) -> tuple[str, ...]:
    """The sentences that a section is built from or depends on."""
    name, _ = SECTIONS[section]
    measured = {row.driver.partition("/")[0] for row in FIELDS if row.family == "bms" and row.pointer[0] == section}
    return tuple(sorted({name, *measured, *(OF_CELLS if name in OF_PROBES else ())}))


def by_sentence(values: Mapping[str, Any]) -> Sentences:
    """A driver's values, `BV1.total_voltage` and lists under a sentence's name, as `build_bms` takes them."""
    sentences: dict[str, list[dict[str, Any]]] = {}
    for key, value in values.items():
        name, _, field = key.partition(".")
        if not field:
            sentences[name] = value
        else:
            sentences.setdefault(name, [{}])[0][field] = value
    return sentences


def _read(sentences: Sentences, key: str) -> Any:
    name, _, field = key.partition("/")
    return sentences[name][0].get(field) if sentences.get(name) else None


def _is_empty(answers: Sequence[Fields]) -> bool:
    return all(value is None for fields in answers for value in fields.values())


def _cells_answer(sentences: Sentences) -> bool:
    return any(name in sentences and not _is_empty(sentences[name]) for name in OF_CELLS if name not in OF_PROBES)


def _only_measured(_answers: Sequence[Fields]) -> Content:
    return {}


def _cell_count(answers: Sequence[Fields]) -> Content:
    return {"number of cells": answers[0].get("number_of_cells")}


def _voltage_summary(answers: Sequence[Fields]) -> Content:
    return {"total voltage": rounded(answers[0].get("total_voltage"))}


def in_order(answers: Sequence[Fields], key: str, by: str) -> list[Fields]:
    """The answers that have one value, sorted by another; an answer without the second comes first."""
    return sorted(
        (fields for fields in answers if fields.get(key) not in (None, [])), key=lambda fields: fields.get(by) or 0
    )


def _groups(field: str, key: str, unit: str) -> Callable[[Sequence[Fields]], Content]:
    """Builds the section of one value per cell: the groups in the order of their first cells."""

    def build(answers: Sequence[Fields]) -> Content:
        return {
            f"cell group {number}": {
                "cell string number": group.get("cell_string_number"),
                "first cell number": group.get("first_cell_number"),
                "size of group": group.get("group_size"),
                key: {f"cell {cell}": with_unit(value, unit) for cell, value in enumerate(group[field], start=1)},
            }
            for number, group in enumerate(in_order(answers, field, "first_cell_number"), start=1)
        }

    return build


def can_devices(answers: Sequence[Fields]) -> Content:
    """The CAN current sensor and the groups of cells on CAN, counted from 1."""
    fields = answers[0]
    content: Content = {"CAN current sensor status": _can_status(fields.get("can_current_sensor_status"))}
    for module in range(32):
        status = fields.get(f"can_cell_group_module_{module}_status")
        cells = fields.get(f"can_cell_group_module_{module}_number_of_cells")
        if status or cells:
            content[f"CAN cell group {module + 1}"] = {"number of cells": cells, "status": _can_status(status)}
    return content


def _can_status(code: Any) -> Any:
    return CAN_STATUS.names.get(code, code)


def can_message(answers: Sequence[Fields]) -> Content:
    """The newest of some CAN messages."""
    fields = answers[-1]
    return {
        "CAN identifier": f"{fields.get('can_identifier') or 0:08X}",
        "Identifier Extension Used": str(bool(fields.get("identifier_extension_flag"))),
        "Remote Transmission Used": str(bool(fields.get("remote_transmission_request_flag"))),
        "Data Length": fields.get("data_length"),
        "Unprocessed CAN data": "0x" + bytes(fields.get("data") or ()).hex().upper(),
    }


def _charger(answers: Sequence[Fields]) -> Content:
    fields = answers[0]
    return {
        "set voltage": with_unit(fields.get("set_voltage"), "V"),
        "set current": with_unit(fields.get("set_current"), "A"),
        "actual voltage": with_unit(fields.get("actual_voltage"), "V"),
        "actual current": with_unit(fields.get("actual_current"), "A"),
        "number of connected chargers": fields.get("number_of_connected_chargers"),
        "CAN charger status": with_unit(fields.get("can_charger_status"), "N/A"),
    }


def _input_pins(answers: Sequence[Fields]) -> Content:
    return _levels(INPUT_PINS, answers[0].get("input_pins"))


def _output_pins(answers: Sequence[Fields]) -> Content:
    first, third = answers[0].get("output_pins_1"), answers[0].get("output_pins_3")
    return _levels(OUTPUT_PINS_1, first) | _levels(OUTPUT_PINS_3, third)


def _levels(pins: CodeTable, bits: Any) -> Content:
    return {name: None if bits is None else str(bool(bits >> bit & 1)) for bit, name in pins.names.items()}


def _events(answers: Sequence[Fields]) -> Content:
    return {
        f"log event number {number}": {
            "log event": LOG_EVENT.names.get(event["event_id"], f"Event {event['event_id']}"),
            "unix timestamp": _unix(event.get("timestamp")),
        }
        for number, event in enumerate(in_order(answers, "event_id", "sequence_number"), start=1)
    }


def _unix(seconds: Any) -> int | None:
    return None if seconds is None else int(seconds) + SECONDS_1970_TO_2000


def _statistics(answers: Sequence[Fields]) -> Content:
    kept = in_order(answers, "statistic_id", "statistic_id")
    return {
        f"statistic {number}": dict(_statistic(tuple(fields.items()))) for number, fields in enumerate(kept, start=1)
    }


@lru_cache(maxsize=256)
def _statistic(fields: tuple[tuple[str, Any], ...]) -> Content:
    """A statistic as `statistic` builds it, cached: few of a document change."""
    return statistic(dict(fields))


def statistic(fields: Fields) -> Content:
    """One statistic under its name; the raw number under its identifier when it is not a known one."""
    meaning = statistics.interpret(fields)
    return {
        "name": STATISTIC.names.get(meaning.identifier, f"Statistic {meaning.identifier}"),
        "value": rounded(meaning.value),
        "unit": UNITS.get(meaning.unit, meaning.unit),
        "unix timestamp": _unix(meaning.timestamp),
        "Cell ID": meaning.cell,
    }


def _status(answers: Sequence[Fields]) -> Content:
    fields = answers[0]
    return {
        "Last Charging Error Parameter": fields.get("last_charging_error_parameter"),
        "Status Errors": _invalid(fields.get("battery_status_flags")),
        "Protection Errors": set_names(fields.get("protection_flags"), PROTECTION.names, ","),
        "Power Errors": set_names(fields.get("power_reduction_flags"), POWER_REDUCTION.names, ","),
        "Pins Connected": set_names(fields.get("pin_status_flags"), PIN_STATUS.names, ","),
    }


def _invalid(flags: Any) -> str | None:
    """The names of what is invalid: a set bit means valid."""
    if flags is None:
        return None
    return ",".join(name for bit, name in BATTERY_STATUS.names.items() if not flags >> bit & 1) or None


def _time(answers: Sequence[Fields]) -> Content:
    return {key: answers[0].get(key) for key in ("year", "month", "day", "hour", "minute", "second")}


def _version(answers: Sequence[Fields]) -> Content:
    fields = answers[0]
    serial = fields.get("serial_number")
    return {
        "hardware version": fields.get("hardware_type"),
        "serial number": None if serial is None else f"{serial:08X}",
        "firmware version": fields.get("firmware_version"),
    }


RATES = _groups("cell_balancing_rates", "individual cell module balancing rate", "%")
MODULE_TEMPERATURES = _groups("cell_module_temperatures", "individual cell module temperatures", "C")
CELL_TEMPERATURES = _groups("cell_temperatures", "individual cell module temperatures", "C")
VOLTAGES = _groups("cell_voltages", "individual cell module voltages", "V")

# Section -> its sentence, and what builds the part of it that FIELDS does not cover.
SECTIONS: dict[str, tuple[str, Callable[[Sequence[Fields]], Content]]] = {
    "Battery Balancing Rate Summary": ("BB1", _cell_count),
    "Battery Balancing Rate Detail": ("BB2", RATES),
    "Battery Charge": ("BC1", _only_measured),
    "Battery Module Temperature Summary": ("BT1", _cell_count),
    "Battery Module Temperature Detail": ("BT2", MODULE_TEMPERATURES),
    "Battery Cell Temperature Summary": ("BT3", _cell_count),
    "Battery Cell Temperature Detail": ("BT4", CELL_TEMPERATURES),
    "BatteryVoltageSummary": ("BV1", _voltage_summary),
    "BatteryVoltageDetail": ("BV2", VOLTAGES),
    "CANDevicesStatus": ("CG1", can_devices),
    "ReceivedCANMessages": ("CN1", can_message),
    "ChargerStatus": ("CS1", _charger),
    "CurrentAndVoltage": ("CV1", _only_measured),
    "Input Pins": ("IN1", _input_pins),
    "Events Log": ("LG1", _events),
    "OutputPins": ("OT1", _output_pins),
    "Statistics": ("SS1", _statistics),
    "BMS Status": ("ST1", _status),
    "Time And Date": ("TD1", _time),
    "Version Number": ("VR1", _version),
}
