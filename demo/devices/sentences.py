"""What the battery manager says at an instant, by sentence, under the drivers' keys and in the drivers' units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demo.minutes import ZONE, instant_of
from demo.model.cells import CELLS, EACH, GROUP
from demo.model.instant import Instant
from demo.model.manager import CAPACITY_COULOMBS, DISCONNECTED, FINISHED
from demo.model.pack import THRESHOLD_VOLTS

SECONDS_1970_TO_2000 = 946_684_800
# The unit keeps its own clock, and it is fast.
CLOCK_ERROR_SECONDS = 12
MODULE_WARMER, SHUNT_WARMS = 1.6, 9.0  # a module beside its cell, and with its shunt open
CURRENT_STEP = 0.1
CELL_OFFSET, VOLT_STEP = 200, 0.01
CURRENTS, CELL_VOLTS, PACK_VOLTS = (8, 9), (10, 11), (13, 14)


def emus(instant: Instant) -> dict[str, Any]:
    """Every sentence that tells of the pack; those of groups and lists as lists."""
    manager = instant.manager
    cells = [instant.degrees + cell.warmer for cell in EACH]
    modules = [degrees + MODULE_WARMER + SHUNT_WARMS * rate for degrees, rate in zip(cells, instant.rates, strict=True)]
    rates = [100 * rate for rate in instant.rates]
    coulombs = round(instant.charge * CAPACITY_COULOMBS)
    return {
        "BB1": {**_summary("cell_balancing_rate", rates), "balancing_voltage_threshold": THRESHOLD_VOLTS},
        "BB2": _groups("cell_balancing_rates", rates),
        "BC1": {
            "battery_charge": coulombs,
            "battery_capacity": CAPACITY_COULOMBS,
            "state_of_charge": 100 * coulombs / CAPACITY_COULOMBS,
        },
        "BT1": _summary("cell_module_temperature", modules),
        "BT2": _groups("cell_module_temperatures", modules),
        "BT3": _summary("cell_temperature", cells),
        "BT4": _groups("cell_temperatures", cells),
        "BV1": {**_summary("cell_voltage", instant.cells), "total_voltage": instant.volts},
        "BV2": _groups("cell_voltages", instant.cells),
        "CV1": {"total_voltage": instant.volts, "current": instant.amperes},
        "IN1": {"input_pins": 0x10 if manager.stage != DISCONNECTED else 0},
        "OT1": {
            "output_pins_1": 0x80 if manager.stage != DISCONNECTED else 0,
            "output_pins_3": 0x20 if manager.is_low else 0,
        },
        "ST1": _status(instant),
        "LG1": [
            {"sequence_number": number, "event_id": event, "timestamp": second - SECONDS_1970_TO_2000}
            for number, (event, second) in enumerate(manager.events)
        ],
        "SS1": _statistics(instant),
        "TD1": _time(instant),
    }


def _summary(key: str, values: Sequence[float]) -> dict[str, Any]:
    return {
        "number_of_cells": CELLS,
        f"min_{key}": min(values),
        f"max_{key}": max(values),
        f"average_{key}": sum(values) / len(values),
    }


def _groups(key: str, values: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {
            "cell_string_number": first // GROUP,
            "first_cell_number": first,
            "group_size": GROUP,
            key: list(values[first : first + GROUP]),
        }
        for first in range(0, CELLS, GROUP)
    ]


def _status(instant: Instant) -> dict[str, Any]:
    manager = instant.manager
    is_fed = manager.stage != DISCONNECTED
    pins = {
        3: is_fed,
        8: manager.is_low,
        10: is_fed,
        11: instant.charge > 0,
        12: manager.loads_on,
        14: abs(instant.amperes) >= CURRENT_STEP / 2,
        16: manager.reduced,
    }
    return {
        "charging_stage": manager.stage,
        "last_charging_error": 0,
        "last_charging_error_parameter": 0,
        "stage_duration": max(0, int(instant.second - manager.stage_since)),
        "battery_status_flags": 0b101111 | (manager.stage == FINISHED) << 4,
        "protection_flags": manager.under_voltage << 0 | manager.over_voltage << 1,
        "power_reduction_flags": int(manager.reduced),
        "pin_status_flags": sum(is_set << bit for bit, is_set in pins.items()),
    }


def _statistics(instant: Instant) -> list[dict[str, Any]]:
    manager = instant.manager
    rows: list[dict[str, Any]] = [
        {"statistic_id": 0, "value": int(manager.discharged)},
        {"statistic_id": 1, "value": int(manager.charged)},
    ]
    for number, (value, cell, second) in sorted(manager.extremes.items()):
        row = {"statistic_id": number, "timestamp": int(second) - SECONDS_1970_TO_2000}
        if number in CURRENTS:
            row["value"] = round(abs(value) / CURRENT_STEP)
        elif number in CELL_VOLTS:
            row |= {"value": round(value / VOLT_STEP) - CELL_OFFSET, "additional_info": int(cell)}
        elif number in PACK_VOLTS:
            row["value"] = round(value / VOLT_STEP)
        rows.append(row)
    rows += [{"statistic_id": number, "additional_info": count} for number, count in sorted(manager.counts.items())]
    return rows


def _time(instant: Instant) -> dict[str, Any]:
    shown = instant_of((instant.second + CLOCK_ERROR_SECONDS) / 60).astimezone(ZONE)
    return {
        "year": shown.year,
        "month": shown.month,
        "day": shown.day,
        "hour": shown.hour,
        "minute": shown.minute,
        "second": shown.second,
        "uptime": int(instant.second - instant.manager.started),
    }
