"""What the controllers' registers hold at an instant, under the drivers' keys and in the drivers' units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.catalogue.codes import ABSORPTION, FAULT, FLOAT
from demo.model.controllers import CABLE_OHMS, SETTINGS
from demo.model.instant import ControllerInstant, Instant

LED_SLOW_BLINK, LED_BLINK, LED_GREEN, LED_YELLOW, LED_RED_BLINK, LED_RED, LED_HIGH_VOLTAGE = 4, 5, 6, 8, 10, 11, 16
DIP_SWITCHES = 0b0011_1100  # 12 V, custom settings
ADDRESSES = {"modbus_id": 1, "meterbus_id": 1}
# Supplies inside the controller; they stand still.
SUPPLIES = {
    "supply_12v": 12.1,
    "supply_3v": 3.02,
    "meterbus_voltage": 12.0,
    "supply_1v8": 1.79,
    "reference_voltage": 1.5,
}
FIRST_SERIAL = 10_491_234
WH_STEP = 10  # the daily energy moves in such steps


def tristar(instant: Instant, each: int) -> dict[str, Any]:
    """Every register of controller 0 or 1."""
    controller = instant.controllers[each]
    log: Mapping[str, Any] = controller.log
    volts = instant.volts
    sensed = volts - controller.sense
    output, taken = controller.output_watts(volts), controller.input_watts(volts)
    return {
        "battery_voltage": sensed,
        "battery_terminal_voltage": volts + controller.amperes * CABLE_OHMS,
        "battery_sense_voltage": sensed,
        "array_voltage": controller.array_volts,
        "battery_current": controller.amperes,
        "array_current": taken / controller.array_volts if controller.array_volts > 0 else 0.0,
        **SUPPLIES,
        "heatsink_temperature": round(controller.heatsink),
        "rts_temperature": round(instant.degrees),
        "battery_temperature": round(instant.degrees),
        "battery_voltage_slow": controller.slow_volts,
        "battery_current_slow": controller.slow_amperes,
        "battery_voltage_min": log["volts_min"],
        "battery_voltage_max": log["volts_max"],
        "hourmeter": int(instant.hours),
        "faults": controller.faults,
        "alarms": controller.alarms,
        "dip_switches": DIP_SWITCHES,
        "led_state": led(controller, sensed),
        "charge_state": controller.stage,
        "target_voltage": controller.target,
        "charge_ah_resettable": log["ah_since"],
        "charge_ah_total": log["ah_total"],
        "charge_kwh_resettable": int(log["wh_since"] / 1000),
        "charge_kwh_total": int(log["wh_total"] / 1000),
        "output_power": output,
        "input_power": taken,
        "sweep_power_max": controller.sweep[0],
        "sweep_vmp": controller.sweep[1],
        "sweep_voc": controller.sweep[2],
        **_today(log, sensed, instant),
        **SETTINGS,
        **ADDRESSES,
        "serial_number": str(FIRST_SERIAL + 613 * each),
        **_stored(log, instant),
    }


def led(controller: ControllerInstant, volts: float) -> int:
    """The front light: by stage while charging slows down, by voltage otherwise."""
    if controller.stage == FAULT:
        return LED_HIGH_VOLTAGE
    if controller.stage == ABSORPTION:
        return LED_BLINK
    if controller.stage == FLOAT:
        return LED_SLOW_BLINK
    if volts >= SETTINGS["led_green_yellow_to_yellow"]:
        return LED_GREEN
    if volts >= SETTINGS["led_yellow_to_yellow_red"]:
        return LED_YELLOW
    return LED_RED_BLINK if volts >= SETTINGS["led_yellow_red_to_red"] else LED_RED


def _today(log: Mapping[str, Any], volts: float, instant: Instant) -> dict[str, Any]:
    degrees = round(instant.degrees)
    return {
        "battery_voltage_min_daily": min(log["day_volts_min"], volts),
        "battery_voltage_max_daily": max(log["day_volts_max"], volts),
        "array_voltage_max_daily": log["array_max"],
        "charge_ah_daily": log["ah"],
        "charge_wh_daily": int(log["wh"] / WH_STEP) * WH_STEP,
        "flags_daily": log["flags"],
        "output_power_max_daily": log["watts_max"],
        "battery_temperature_min_daily": min(log["degrees_min"], degrees),
        "battery_temperature_max_daily": max(log["degrees_max"], degrees),
        "faults_daily": log["faults"],
        "alarms_daily": log["alarms"],
        "absorption_time_daily": int(log["absorption_seconds"]),
        "equalize_time_daily": 0,
        "float_time_daily": int(log["float_seconds"]),
    }


def _stored(log: Mapping[str, Any], instant: Instant) -> dict[str, Any]:
    return {
        "hourmeter_stored": int(instant.hours) // 24 * 24,
        "charge_ah_resettable_stored": log["ah_since"],
        "charge_ah_total_stored": log["ah_total"],
        "charge_kwh_resettable_stored": int(log["wh_since"] / 1000),
        "charge_kwh_total_stored": int(log["wh_total"] / 1000),
        "battery_voltage_min_stored": log["volts_min"],
        "battery_voltage_max_stored": log["volts_max"],
        "array_voltage_max_stored": log["array_max"],
    }
