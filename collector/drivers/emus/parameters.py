"""The parameters of an EMUS G1, by identifier.  Source: docs/devices/emus_g1.md, "Parameters"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.drivers import sentences
from collector.drivers.sentences import Field, Value
from data.catalogue.codes import table
from data.errors import DecodeError

CELL_VOLTS: dict[str, Any] = {"offset": 200, "multiplier": 0.01, "unit": "V"}
DEGREES: dict[str, Any] = {"offset": -100, "unit": "degC"}
TENTHS_OF_A_SECOND: dict[str, Any] = {"multiplier": 0.1, "unit": "s"}
MODULES = 32


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as read.

    Attributes:
        raw: the value as the unit sent it: 2, 4 or 8 hexadecimal characters.
        names: name of the code or names of the set flags; None for other parameters and unknown codes.
    """

    identifier: int
    key: str
    raw: str
    value: Value
    unit: str
    names: str | list[str] | None = None


def _row(key: str, **rest: Any) -> Field:
    return Field(2, key, **rest)


def _modules(first: int, size: int, key: str, **rest: Any) -> dict[int, Field]:
    return {first + size * module: _row(key.format(module), **rest) for module in range(MODULES)}


# Identifier -> the second field of its sentence; the width is the one the unit stores.
PARAMETERS: Mapping[int, Field] = {
    0x0100: _row("number_of_overall_cells", width=4),
    0x0102: _row("capacity", width=4, multiplier=0.1, unit="Ah"),
    0x0004: _row("cell_under_voltage_protection_activate_at", **CELL_VOLTS),
    0x0005: _row("cell_over_voltage_protection_activate_at", **CELL_VOLTS),
    0x0006: _row("cell_module_overheat_protection_activate_at", **DEGREES),
    0x0007: _row("maximum_balancing_current"),
    0x0008: _row("low_cell_voltage_activate_at", **CELL_VOLTS),
    0x0009: _row("minimum_charging_temperature", **DEGREES),
    0x000A: _row("dcdc_control_voltage_threshold_active_state", **CELL_VOLTS),
    0x000B: _row("fully_charged_voltage", **CELL_VOLTS),
    0x000C: _row("allowed_disbalance", multiplier=0.01, unit="V"),
    0x000D: _row("precharge_voltage", **CELL_VOLTS),
    0x000E: _row("early_balancing_threshold", **CELL_VOLTS),
    0x0010: _row("data_transmission_period_active_state", **TENTHS_OF_A_SECOND),
    0x0111: _row("data_transmission_period_sleep_state", width=4, **TENTHS_OF_A_SECOND),
    0x0013: _row("number_of_cell_strings"),
    0x0014: _row("fan_on_temperature", **DEGREES),
    0x0015: _row("high_cell_module_temperature_reduction_activate_at", **DEGREES),
    0x0016: _row("climate_control_normal_temperature", **DEGREES),
    0x0017: _row("climate_control_charging_temperature", **DEGREES),
    0x0118: _row("climate_control_minimum_soc", signed=True, width=4, multiplier=0.01, unit="%"),
    0x001A: _row("charge_restart_voltage", **CELL_VOLTS),
    0x0022: _row("soc_at_low_voltage_warning"),
    0x0025: _row("cell_under_voltage_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x0026: _row("cell_under_voltage_protection_deactivation_delay", unit="s"),
    0x0027: _row("cell_over_voltage_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x0028: _row("cell_over_voltage_protection_deactivation_delay", unit="s"),
    0x0029: _row("cell_module_overheat_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x002A: _row("cell_module_overheat_protection_deactivation_delay", unit="s"),
    0x002B: _row("discharge_over_current_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x002C: _row("discharge_over_current_protection_deactivation_delay", unit="s"),
    0x002D: _row("charge_over_current_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x002E: _row("charge_over_current_protection_deactivation_delay", unit="s"),
    0x002F: _row("no_cell_communication_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x0030: _row("no_cell_communication_protection_deactivation_delay", unit="s"),
    0x0031: _row("cell_under_voltage_protection_deactivate_at", **CELL_VOLTS),
    0x0032: _row("cell_over_voltage_protection_deactivate_at", **CELL_VOLTS),
    0x0033: _row("cell_module_overheat_protection_deactivate_at", **DEGREES),
    0x0034: _row("low_cell_voltage_reduction_activation_delay", **TENTHS_OF_A_SECOND),
    0x0035: _row("low_cell_voltage_reduction_deactivation_delay", unit="s"),
    0x0036: _row("high_cell_module_temperature_reduction_activation_delay", **TENTHS_OF_A_SECOND),
    0x0037: _row("high_cell_module_temperature_reduction_deactivation_delay", unit="s"),
    0x0038: _row("high_discharge_current_reduction_activation_delay", **TENTHS_OF_A_SECOND),
    0x0039: _row("high_discharge_current_reduction_deactivation_delay", unit="s"),
    0x003A: _row("low_cell_voltage_reduction_deactivate_at", **CELL_VOLTS),
    0x003B: _row("high_cell_module_temperature_reduction_deactivate_at", **DEGREES),
    0x003C: _row("contactor_precharge_duration", unit="s"),
    0x0048: _row("climate_control_max_duration_not_charging", unit="h"),
    0x0049: _row("insulation_fault_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x004A: _row("insulation_fault_protection_deactivation_delay", unit="s"),
    0x004B: _row("cell_overheat_protection_activate_at", **DEGREES),
    0x004C: _row("cell_overheat_protection_deactivate_at", **DEGREES),
    0x004D: _row("cell_overheat_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x004E: _row("cell_overheat_protection_deactivation_delay", unit="s"),
    0x004F: _row("high_cell_temperature_reduction_activate_at", **DEGREES),
    0x0050: _row("high_cell_temperature_reduction_deactivate_at", **DEGREES),
    0x0051: _row("high_cell_temperature_reduction_activation_delay", **TENTHS_OF_A_SECOND),
    0x0052: _row("high_cell_temperature_reduction_deactivation_delay", unit="s"),
    0x0060: _row("dcdc_control_voltage_threshold_passive_state", **CELL_VOLTS),
    0x0061: _row("no_current_sensor_protection_activation_delay", **TENTHS_OF_A_SECOND),
    0x0062: _row("no_current_sensor_protection_deactivation_delay", unit="s"),
    0x0063: _row("cell_comm_restore_duration"),
    0x0400: _row("distance_estimate_safety_margin", unit="%"),
    0x0607: _row("pulses_per_distance_unit", width=8),
    0x0503: _row("distance_unit_name", width=4),
    0x0405: _row("min_soc_output"),
    0x0406: _row("max_soc_output"),
    0x0800: _row("pin_0_function"),
    0x0801: _row("pin_1_function"),
    0x0802: _row("pin_2_function"),
    0x0803: _row("pin_3_function"),
    0x0804: _row("pin_4_function"),
    0x0805: _row("pin_5_function"),
    0x0806: _row("pin_6_function"),
    0x0807: _row("pin_7_function"),
    0x0809: _row("pin_9_function"),
    0x080A: _row("pin_10_function"),
    0x080B: _row("pin_11_function"),
    0x080C: _row("pin_12_function"),
    0x080D: _row("pin_13_function"),
    0x080E: _row("pin_14_function"),
    0x0D00: _row("can_id_base", width=4),
    0x0C02: _row("can_speed"),
    0x0D03: _row("device_can_id_base", width=4),
    0x0C05: _row("can_cell_group_module_count"),
    **_modules(0x0C07, 1, "can_cell_group_module_{}_number_of_cells"),
    **_modules(0x0D27, 2, "can_cell_group_module_{}_serial_number", width=4),
    **_modules(0x0C67, 1, "can_cell_group_module_{}_string_number"),
    0x1100: _row("current_sensor_l_calibration_value", width=4),
    0x1002: _row("current_sensor_l_reference_value"),
    0x1103: _row("current_sensor_h_calibration_value", width=4),
    0x1105: _row("current_sensor_h_reference_value", signed=True, width=4),
    0x1007: _row("current_sensor_reverse_direction"),
    0x1008: _row("current_sensor_dead_zone"),
    0x1009: _row("current_sensor_type", encoding="HexCode", codes=table("current_sensor_type").keys),
    0x1600: _row("function_flags_0", encoding="HexBitBool", width=8, flags=table("function_flags_0").keys),
    0x1604: _row("function_flags_1", encoding="HexBitBool", width=8, flags=table("function_flags_1").keys),
    0x1901: _row("fast_charging_current", width=4, multiplier=0.1, unit="A"),
    0x1903: _row("slow_charging_current", width=4, multiplier=0.1, unit="A"),
    0x1805: _row("precharge_current", multiplier=0.1, unit="%"),
    0x1806: _row("charge_finished_current", width=4, multiplier=0.1, unit="%"),
    0x1907: _row("maximum_precharge_stage_duration", width=4, unit="min"),
    0x1909: _row("maximum_main_charge_stage_duration", width=4, unit="min"),
    0x190B: _row("maximum_balancing_stage_duration", width=4, unit="min"),
    0x190D: _row("charge_over_current_protection_activate_at", width=4, multiplier=0.1, unit="A"),
    0x190F: _row("high_discharge_current_reduction_activate_at", width=4, multiplier=0.1, unit="A"),
    0x1911: _row("discharge_over_current_protection_activate_at", width=4, multiplier=0.1, unit="A"),
    0x1815: _row("number_of_chargers"),
    0x1916: _row("charger_can_id_base", width=4),
    0x191A: _row("max_pwm_output", width=4, multiplier=0.01, unit="V"),
    0x191C: _row("min_pwm_output", width=4, multiplier=0.01, unit="V"),
}
IDENTIFIERS = {field.key: identifier for identifier, field in PARAMETERS.items()}
# What the maker says no other program may write, and one whose size its document gives in two ways.
NEVER_WRITTEN = frozenset(
    {
        IDENTIFIERS["can_cell_group_module_count"],
        IDENTIFIERS["charge_finished_current"],
        *(identifier for identifier, field in PARAMETERS.items() if field.key.startswith("can_cell_group_module_")),
    }
)


def identify(name: str | int) -> int:
    """The identifier of a parameter given by number, by its four characters on the wire (`0100`) or by its key.

    One that the table lacks may be asked for by number.  Raises ValueError for what is no identifier at all.
    """
    if isinstance(name, str):
        name = IDENTIFIERS[name] if name in IDENTIFIERS else _from_wire(name)
    if isinstance(name, bool) or not isinstance(name, int) or not 0 <= name <= 0xFFFF:
        raise ValueError(f"{name!r} is not a parameter: give its key, or an identifier from 0000 to FFFF")
    return name


def _from_wire(text: str) -> int:
    if len(text) != 4 or not sentences.HEX.fullmatch(text.encode()):
        raise ValueError(f"{text!r} is not a parameter: give its key, or an identifier from 0000 to FFFF")
    return int(text, 16)


def decode(line: bytes) -> Parameter:
    """The parameter in a CF2 sentence of the unit.  The sign is taken from the length that came.

    Raises DecodeError when the line is damaged, or is not a parameter with a value.
    """
    name, fields = sentences.split(line)
    shown = line[:60]
    if name != "CF2" or len(fields) < 2 or not sentences.HEX.fullmatch(fields[0]) or len(fields[0]) > 4:
        raise DecodeError(f"{shown!r} is not CF2,identifier,value; ask for the parameter again")
    identifier = int(fields[0], 16)
    row = PARAMETERS.get(identifier) or _row(f"parameter_{identifier:04X}")
    sentence = sentences.decode_fields(name, (row,), fields)
    value = sentence.fields[row.key]
    if value is None or isinstance(value, str):
        raise DecodeError(f"{shown!r} has no value; the unit does not know the parameter, or the line echoes")
    raw = fields[1].decode("ascii")
    return Parameter(identifier, row.key, raw, value, row.unit, sentence.names.get(row.key))


def encode(identifier: int, value: float) -> str:
    """The characters that a unit stores for this value.  Raises ValueError for one the parameter cannot hold."""
    row = PARAMETERS.get(identifier)
    if row is None or identifier in NEVER_WRITTEN:
        raise ValueError(f"parameter {identifier:04X} is not to be written: see docs/devices/emus_g1.md, Parameters")
    line = sentences.encode(
        {"CF2": (Field(1, "parameter_id", width=4), row)}, "CF2", {"parameter_id": identifier, row.key: value}
    )
    stored = decode(line)
    if stored.value != value:
        raise ValueError(f"{row.key} cannot hold {value}: the nearest is {stored.value} {row.unit}".rstrip())
    return stored.raw
