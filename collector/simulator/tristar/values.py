"""What the virtual TriStar MPPTs hold: one on a battery of 12 V as the site has it, and the same on 24 and 48 V."""

from __future__ import annotations

from collections.abc import Mapping

from collector.drivers.registers import Value
from collector.drivers.tristar.registers_table import ALL, BY_KEY

# The settings of the site, those of a lithium battery of 12 V.
SETTINGS: Mapping[str, Value] = {
    "absorption_voltage": 14.0,
    "float_voltage": 13.5,
    "absorption_time": 256,
    "absorption_extension_voltage": 12.5,
    "float_cancel_voltage": 12.3,
    "float_exit_time": 3600,
    "temperature_compensation": 0.03,
    "high_voltage_disconnect": 14.5,
    "high_voltage_reconnect": 13.8,
    "temp_comp_limit_max": 80,
    "temp_comp_limit_min": -30,
    "led_green_to_green_yellow": 13.3,
    "led_green_yellow_to_yellow": 13.0,
    "led_yellow_to_yellow_red": 12.65,
    "led_yellow_red_to_red": 12.0,
    "modbus_id": 1,
    "meterbus_id": 1,
    "battery_current_limit": 20.63,
}
IDENTITY: Mapping[str, Value] = {
    "v_pu": 180.0,
    "i_pu": 80.0,
    "firmware_version": 42,
    "serial_number": "10491234",
    "model": 1,
    "hardware_version": "1.1",
}
# A cool, partly cloudy late morning in December, bulk charging.
NOON: Mapping[str, Value] = {
    "battery_voltage": 13.41,
    "battery_terminal_voltage": 13.47,
    "battery_sense_voltage": 13.41,
    "array_voltage": 72.9,
    "battery_current": 18.5,
    "array_current": 3.56,
    "supply_12v": 12.1,
    "supply_3v": 3.02,
    "meterbus_voltage": 12.0,
    "supply_1v8": 1.79,
    "reference_voltage": 1.5,
    "heatsink_temperature": 31,
    "rts_temperature": 19,
    "battery_temperature": 19,
    "battery_voltage_slow": 13.4,
    "battery_current_slow": 18.4,
    "battery_voltage_min": 11.98,
    "battery_voltage_max": 14.21,
    "hourmeter": 19874,
    "faults": 0,
    "alarms": 0,
    "dip_switches": 0b00111100,
    "led_state": 6,
    "charge_state": 5,
    "target_voltage": 14.18,
    "charge_ah_resettable": 4210.5,
    "charge_ah_total": 37312.4,
    "charge_kwh_resettable": 56,
    "charge_kwh_total": 496,
    "output_power": 249.2,
    "input_power": 259.5,
    "sweep_power_max": 261.3,
    "sweep_vmp": 72.6,
    "sweep_voc": 89.9,
    "battery_voltage_min_daily": 13.11,
    "battery_voltage_max_daily": 14.17,
    "array_voltage_max_daily": 94.6,
    "charge_ah_daily": 103.2,
    "charge_wh_daily": 1400,
    "output_power_max_daily": 281.6,
    "battery_temperature_min_daily": 9,
    "battery_temperature_max_daily": 21,
    "absorption_time_daily": 256,
    "equalize_time_daily": 0,
    "float_time_daily": 6540,
    "flags_daily": 0b00100,
}
STORED: Mapping[str, Value] = {
    "hourmeter_stored": 19872,
    "charge_ah_resettable_stored": 4107.3,
    "charge_ah_total_stored": 37209.2,
    "charge_kwh_resettable_stored": 55,
    "charge_kwh_total_stored": 495,
    "battery_voltage_min_stored": 12.98,
    "battery_voltage_max_stored": 14.2,
    "array_voltage_max_stored": 95.1,
    "days_since_equalize": 0,
    "days_since_service": 212,
}
NETWORK: Mapping[str, Value] = {
    "network_firmware_version": 0x0821,
    "ip_address": "192.168.1.253",
    "subnet_mask": "255.255.255.0",
    "gateway": "192.168.1.1",
    "dns_primary": "192.168.1.1",
    "dns_secondary": "0.0.0.0",
    "controller_name": "TSMPPT",
    "network_flags": 0x4000,
    "mac_address": "00:20:4a:00:00:01",
    "netbios_name": "tsmppt10491234",
    "http_port": 80,
    "modbus_tcp_port": 502,
    "network_rules": 0,
    "snmp_trap_port": 162,
    "ethernet_power_save": 0,
    "vlan_enable": 0,
    "vlan_parameters": 0,
}

# Amperes -> model code and what the device calls itself.
MODELS = {45: (0, "TS-MPPT-45"), 60: (1, "TS-MPPT-60"), 30: (2, "TS-MPPT-30")}
WITH_ETHERNET = 60
# System voltage -> switches 2 and 3 as bits of the DIP word.
VOLTAGE_SWITCHES = {12: 0b100, 24: 0b010, 48: 0b110}
CUSTOM_SETTINGS = 0b111000
# The volts and watts that grow with the battery; the settings are stored per 12 V and stay.
GROWING = tuple(
    row.key
    for row in ALL
    if row.group != "eeprom_settings"
    and (row.unit in ("W", "kWh") or row.key.startswith(("battery_", "target_")))
    and row.unit in ("V", "W", "kWh")
)


def holding(amperes: int = 60, volts: int = 12) -> dict[str, Value]:
    """Every value of one model on one system; ValueError for a model or a system there is not."""
    if amperes not in MODELS or volts not in VOLTAGE_SWITCHES:
        raise ValueError(f"{amperes} A on {volts} V: there are 30, 45 and 60 A on 12, 24 and 48 V")
    values: dict[str, Value] = {**IDENTITY, **SETTINGS, **STORED, **NOON}
    if amperes == WITH_ETHERNET:
        values |= NETWORK
    for key in GROWING:
        value = values.get(key)
        if isinstance(value, int | float):
            grown = value * volts / 12
            values[key] = grown if BY_KEY[key].scale != "none" else round(grown)
    return values | {"model": MODELS[amperes][0], "dip_switches": VOLTAGE_SWITCHES[volts] | CUSTOM_SETTINGS}
