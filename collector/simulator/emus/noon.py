"""The values of the virtual battery manager unless others are set: a cool, partly cloudy late morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.drivers.emus import parameters


def _groups(key: str, *cells: Sequence[float]) -> list[dict[str, Any]]:
    """Groups of four cells, numbered on across the strings."""
    return [
        {"cell_string_number": number, "first_cell_number": 4 * number, "group_size": 4, key: list(values)}
        for number, values in enumerate(cells)
    ]


def _summary(key: str, low: float, high: float, mean: float) -> dict[str, Any]:
    return {"number_of_cells": 8, f"min_{key}": low, f"max_{key}": high, f"average_{key}": mean}


# Statistic -> what follows its number in the sentence: the value, the field behind it, the unit's time of the change.
_FIRST_START, _DEEPEST, _FULLEST = 613000000, 622995150, 624840483
_VALUES: Mapping[int, tuple[int | None, int | None, int | None]] = {
    0: (8120, None, None),
    1: (8391, None, None),
    2: (104910, None, None),
    3: (110760, None, None),
    4: (9842400, None, None),
    5: (8123100, None, None),
    6: (0, None, None),
    7: (None, 1, None),
    8: (1284, None, _DEEPEST),
    9: (812, None, _FULLEST),
    10: (93, 5, _DEEPEST),
    11: (157, 3, _FULLEST),
    12: (26, 5 << 16 | 119 << 8 | 93, _DEEPEST),
    13: (1196, None, _DEEPEST),
    14: (1428, None, _FULLEST),
    15: (103, 0, _FIRST_START),
    16: (134, 6, _FULLEST),
    17: (3, 0 << 16 | 123 << 8 | 120, _FULLEST),
    18: (None, 14, 627408921),
    19: (None, 1, _DEEPEST),
    20: (None, 0, None),
    21: (None, 2, _DEEPEST),
    **dict.fromkeys((22, 23, 24, 28, 36, 37, 45, 46), (None, 0, None)),
    25: (None, 1, _FIRST_START),
    26: (None, 3, _DEEPEST),
    27: (None, 5, _DEEPEST),
    29: (None, 212, None),
    30: (None, 211, None),
    31: (None, 4, None),
    32: (None, 208, None),
    33: (None, 208, None),
    34: (None, 163, None),
    35: (None, 158, None),
    38: (None, 0, None),
    39: (None, 21, None),
    47: (101, 0, _FIRST_START),
    48: (131, 6, _FULLEST),
    49: (2, 3 << 16 | 120 << 8 | 118, _FULLEST),
}


def _statistics() -> list[dict[str, Any]]:
    names = ("value", "additional_info", "timestamp")
    return [
        {"statistic_id": number, **{name: value for name, value in zip(names, row, strict=True) if value is not None}}
        for number, row in sorted(_VALUES.items())
    ]


# Eight cells in two groups side by side: 12.8 V nominal, 360 Ah.
NOON: Mapping[str, Any] = {
    "BB1": {**_summary("cell_balancing_rate", 0, 0, 0), "balancing_voltage_threshold": 3.45},
    "BB2": _groups("cell_balancing_rates", (0, 0, 0, 0), (0, 0, 0, 0)),
    "BC1": {"battery_charge": 938304, "battery_capacity": 1296000, "state_of_charge": 72.4},
    "BT1": _summary("cell_module_temperature", 20, 22, 21),
    "BT2": _groups("cell_module_temperatures", (20, 21, 21, 20), (20, 20, 22, 21)),
    "BT3": _summary("cell_temperature", 18, 20, 19),
    "BT4": _groups("cell_temperatures", (18, 19, 19, 18), (18, 19, 20, 19)),
    "BV1": {**_summary("cell_voltage", 3.34, 3.36, 3.35), "total_voltage": 13.39},
    "BV2": _groups("cell_voltages", (3.34, 3.35, 3.34, 3.36), (3.35, 3.34, 3.35, 3.35)),
    "CG1": {
        "can_current_sensor_status": 0,
        **{f"can_cell_group_module_{module}_status": int(module < 2) for module in range(32)},
        **{f"can_cell_group_module_{module}_number_of_cells": 4 * (module < 2) for module in range(32)},
    },
    "CS1": {"number_of_connected_chargers": 0},
    "CV1": {"total_voltage": 13.39, "current": 32.3},
    "DT1": {},
    "IN1": {"input_pins": 0x10},
    "LG1": [
        {"sequence_number": 0, "event_id": 26, "timestamp": 628705266},
        {"sequence_number": 1, "event_id": 22, "timestamp": 628705241},
        {"sequence_number": 2, "event_id": 23, "timestamp": 628648452},
        {"sequence_number": 3, "event_id": 28, "timestamp": 628642975},
    ],
    "OT1": {"output_pins_1": 0x80, "output_pins_3": 0x00},
    "PW1": {"authentication_status": 0},
    "RS2": {
        "reset_1_timestamp": 627408921,
        "reset_1_source_flags": 0x40,
        "reset_2_timestamp": 613000000,
        "reset_2_source_flags": 0x05,
    },
    "SS1": _statistics(),
    "ST1": {
        "charging_stage": 3,
        "last_charging_error": 0,
        "last_charging_error_parameter": 0,
        "stage_duration": 11946,
        "battery_status_flags": 0b101111,
        "protection_flags": 0,
        "power_reduction_flags": 0,
        "pin_status_flags": 1 << 3 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 14,
    },
    "TD1": {"year": 2019, "month": 12, "day": 3, "hour": 11, "minute": 40, "second": 12, "uptime": 1296345},
    "VR1": {"hardware_type": "BMS1", "serial_number": 0x382, "firmware_version": "2.0.18"},
}

# Eight cells in two strings, LiFePO4: what an installer set.  All others are 0.
_SET: Mapping[str, float] = {
    "number_of_overall_cells": 8,
    "capacity": 360,
    "number_of_cell_strings": 2,
    "cell_under_voltage_protection_activate_at": 2.8,
    "cell_under_voltage_protection_deactivate_at": 3.0,
    "cell_over_voltage_protection_activate_at": 3.65,
    "cell_over_voltage_protection_deactivate_at": 3.5,
    "cell_module_overheat_protection_activate_at": 60,
    "cell_module_overheat_protection_deactivate_at": 50,
    "low_cell_voltage_activate_at": 3.0,
    "fully_charged_voltage": 3.5,
    "allowed_disbalance": 0.05,
    "early_balancing_threshold": 3.4,
    "data_transmission_period_active_state": 1.0,
    "data_transmission_period_sleep_state": 10.0,
    "climate_control_minimum_soc": -1.0,
    "distance_unit_name": 0x6B6D,
    "current_sensor_type": 1,
    # Protection against over-voltage, under-voltage and over-current; sentences and CAN messages said unasked.
    "function_flags_0": 1 << 0 | 1 << 1 | 1 << 2 | 1 << 12 | 1 << 14,
}
NOON_PARAMETERS: Mapping[int, str] = {
    identifier: parameters.encode(identifier, _SET[row.key]) if row.key in _SET else "0" * row.width
    for identifier, row in parameters.PARAMETERS.items()
}
