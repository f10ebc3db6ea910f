"""Where each value sits in the posted documents: the one table from drivers' keys and places to metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SECOND_OF_A_KEY = " (2)"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Where one value sits: the driver's key, the place in the site's documents, and where other dialects have it.

    `driver` is a register's key, or `SENTENCE/field` of the battery manager.  `shape` is how the site's documents write
    it: "number", "value_unit" (an object with the word `unit_word`) or "text" (a word for a code).
    """

    family: str
    metric: str
    driver: str
    pointer: tuple[str, str]
    shape: str = "number"
    unit_word: str = ""
    aliases: tuple[tuple[str, ...], ...] = ()


def _rows(family: str, section: str, *rows: tuple[Any, ...]) -> tuple[FieldRow, ...]:
    """Rows of one section: (metric, driver, key[, shape[, unit word[, aliases]]])."""
    return tuple(FieldRow(family, metric, driver, (section, key), *rest) for metric, driver, key, *rest in rows)


DEGREES = ("value_unit", "C")
FIELDS: tuple[FieldRow, ...] = (
    *_rows(
        "bms",
        "Battery Balancing Rate Summary",
        (
            "min_cell_b_rate",
            "BB1/min_cell_balancing_rate",
            "minimum cell balancing rate",
            "number",
            "",
            (("Battery Balancing Rate Summary", "minimum balancing rate"),),
        ),
        (
            "max_cell_b_rate",
            "BB1/max_cell_balancing_rate",
            "maximum cell balancing rate",
            "number",
            "",
            (("Battery Balancing Rate Summary", "maximum balancing rate"),),
        ),
        ("a_cell_b_rate", "BB1/average_cell_balancing_rate", "average cell balancing rate"),
        (
            "balancing_threshold",
            "BB1/balancing_voltage_threshold",
            "balancing threshold",
            "number",
            "",
            (("Battery Balancing Rate Summary", "balancing voltage threshold"),),
        ),
    ),
    *_rows(
        "bms",
        "Battery Charge",
        ("battery_charge", "BC1/battery_charge", "battery charge"),
        ("battery_capacity", "BC1/battery_capacity", "battery capacity"),
        ("state_of_charge", "BC1/state_of_charge", "state of charge"),
    ),
    *_rows(
        "bms",
        "Battery Module Temperature Summary",
        (
            "min_cell_m_temperature",
            "BT1/min_cell_module_temperature",
            "minimum cell module temperature",
            *DEGREES,
            (("Minimum Cell Module Temperature",),),
        ),
        (
            "max_cell_m_temperature",
            "BT1/max_cell_module_temperature",
            "maximum cell module temperature",
            *DEGREES,
            (("Maximum Cell Module Temperature",),),
        ),
        (
            "a_cell_m_temperature",
            "BT1/average_cell_module_temperature",
            "average cell module temperature",
            *DEGREES,
            (("Average Cell Module Temperature",),),
        ),
    ),
    *_rows(
        "bms",
        "Battery Cell Temperature Summary",
        (
            "min_cell_temperature",
            "BT3/min_cell_temperature",
            "minimum cell temperature",
            *DEGREES,
            (("Minimum Cell Temperature",),),
        ),
        (
            "max_cell_temperature",
            "BT3/max_cell_temperature",
            "maximum cell temperature",
            *DEGREES,
            (("Maximum Cell Temperature",),),
        ),
        (
            "a_cell_temperature",
            "BT3/average_cell_temperature",
            "average cell temperature",
            *DEGREES,
            (("Average Cell Temperature",),),
        ),
    ),
    *_rows(
        "bms",
        "BatteryVoltageSummary",
        ("number_of_cells", "BV1/number_of_cells", "number of cells"),
        ("minimum_cell_voltage", "BV1/min_cell_voltage", "minimum cell voltage"),
        ("maximum_cell_voltage", "BV1/max_cell_voltage", "maximum cell voltage"),
        ("average_cell_voltage", "BV1/average_cell_voltage", "average cell voltage"),
    ),
    *_rows(
        "bms",
        "CurrentAndVoltage",
        (
            "total_voltage",
            "CV1/total_voltage",
            "total voltage",
            "value_unit",
            "V",
            (("BatteryVoltageSummary", "total voltage"),),
        ),
        ("total_current", "CV1/current", "current", "value_unit", "A", (("CurrentAndVoltage", "total current"),)),
    ),
    *_rows(
        "bms",
        "BMS Status",
        ("charging_stage", "ST1/charging_stage", "Charging Stage", "text"),
        ("last_charging_error", "ST1/last_charging_error", "Last Charging Error", "text"),
        ("stage_duration", "ST1/stage_duration", "Stage Duration"),
    ),
    *_rows("bms", "Time And Date", ("uptime", "TD1/uptime", "uptime")),
    *_rows(
        "tristar",
        "ADC data",
        ("bat_voltage", "battery_voltage", "battery voltage", "number", "", (("Status", "battery_voltage"),)),
        ("bat_terminal_voltage", "battery_terminal_voltage", "battery terminal voltage"),
        ("bat_sense_voltage", "battery_sense_voltage", "battery sense voltage"),
        ("array_voltage", "array_voltage", "array voltage"),
        ("bat_current", "battery_current", "battery current"),
        ("array_current", "array_current", "array current"),
        ("12V_supply", "supply_12v", "12V supply"),
        ("3V_supply", "supply_3v", "3V supply"),
        (
            "meterbus_voltage",
            "meterbus_voltage",
            "meterbus voltage",
            "number",
            "",
            (("ADC data", "meterbus voltrage"),),
        ),
        ("1_8V_supply", "supply_1v8", "1.8V supply"),
        ("v_ref", "reference_voltage", "reference voltage"),
    ),
    *_rows(
        "tristar",
        "Temperature data",
        ("temp_h", "heatsink_temperature", "heatsink temperature"),
        ("temp_rts", "rts_temperature", "RTS temperature"),
        ("temp_bat_reg", "battery_temperature", "battery regulation temperature"),
    ),
    *_rows(
        "tristar",
        "Status",
        ("bat_voltage_slow", "battery_voltage_slow", "battery_voltage"),
        ("charging_current", "battery_current_slow", "charging_current"),
        ("min_bat_voltage", "battery_voltage_min", "minimum battery voltage"),
        ("max_bat_voltage", "battery_voltage_max", "maximum battery voltage"),
        ("hourmeter", "hourmeter", "hourmeter"),
        (
            "dip_switches",
            "dip_switches",
            "dipswitch",
            "text",
            "",
            (("Status", "DIP switch status"), ("Status", "DIP switch")),
        ),
        ("led_state", "led_state", "LED state", "text"),
    ),
    *_rows(
        "tristar",
        "Charger Data",
        ("charge_state", "charge_state", "Charge State", "text"),
        (
            "target_voltage",
            "target_voltage",
            "target regulation voltage",
            "number",
            "",
            (("Charger Data", "target regulatoin voltage"),),
        ),
        ("ah_resettable", "charge_ah_resettable", "Ah Charge Resettable"),
        ("ah_total", "charge_ah_total", "Ah Charge Total"),
        ("kwhr_resettable", "charge_kwh_resettable", "kWhr Charge Resettable"),
        ("kwhr_total", "charge_kwh_total", "kWhr Charge Total"),
    ),
    *_rows(
        "tristar",
        "MPPT Data",
        ("p_out", "output_power", "output power"),
        ("p_in", "input_power", "input power"),
        ("V_max_power", "sweep_power_max", "max power of last sweep"),
        ("V_mp", "sweep_vmp", "Vmp of last sweep"),
        ("V_oc", "sweep_voc", "Voc of last sweep"),
    ),
    *_rows(
        "tristar_daily",
        "Daily Logger Values",
        ("bat_min_voltage_daily", "battery_voltage_min_daily", "Battery Voltage Minimum Daily"),
        ("bat_max_voltage_daily", "battery_voltage_max_daily", "Battery Voltage Maximum Daily"),
        ("input_voltage_max_daily", "array_voltage_max_daily", "Input Voltage Maximum Daily"),
        ("Ah_daily", "charge_ah_daily", "Amp Hours accumulated daily"),
        ("Wh_daily", "charge_wh_daily", "Watt Hours accumulated daily"),
        ("P_max_daily", "output_power_max_daily", "Maximum power output daily"),
        ("min_temp_daily", "battery_temperature_min_daily", "Minimum temperature daily"),
        (
            "max_temp_daily",
            "battery_temperature_max_daily",
            "Maximum temperature daily",
            "number",
            "",
            (("Daily Logger Values", "Minimum temperature daily" + SECOND_OF_A_KEY),),
        ),
        ("time_ab_daily", "absorption_time_daily", "time_ab_daily"),
        ("time_eq_daily", "equalize_time_daily", "time_eq_daily"),
        ("time_fl_daily", "float_time_daily", "time_fl_daily"),
    ),
)
