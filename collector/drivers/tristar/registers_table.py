"""Morningstar TriStar MPPT (150 V) charge controller, Modbus.  Source: docs/devices/tristar_mppt.md, "Registers"."""

from __future__ import annotations

from collector.drivers import registers
from collector.drivers.registers import Register, Scales, Value
from data.catalogue.codes import table

# The remote temperature sensor is not connected; which of the two forms is sent is not documented.
NO_SENSOR = (0x0080, 0xFF80)
DEGREES = (-127, 127)

# Every real controller seen says so; still read them, they may change with the firmware.
USUAL_SCALES = Scales(v_pu=180.0, i_pu=80.0)

REGISTERS = (
    # Scales: read them at every connection.
    Register(0x0000, "v_pu", scale="whole_frac16", words=2, unit="V", group="scaling"),
    Register(0x0002, "i_pu", scale="whole_frac16", words=2, unit="A", group="scaling"),
    Register(0x0004, "firmware_version", scale="bcd", group="identity"),
    # 0x0005 to 0x0017: reserved
    Register(0x0018, "battery_voltage", scale="volts", signed=True, unit="V", group="adc"),
    Register(0x0019, "battery_terminal_voltage", scale="volts", signed=True, unit="V", group="adc"),
    Register(0x001A, "battery_sense_voltage", scale="volts", signed=True, unit="V", group="adc"),
    Register(0x001B, "array_voltage", scale="volts", signed=True, unit="V", group="adc"),
    Register(0x001C, "battery_current", scale="amps", signed=True, unit="A", group="adc"),
    Register(0x001D, "array_current", scale="amps", signed=True, unit="A", group="adc"),
    Register(0x001E, "supply_12v", scale="const_15:18.612", signed=True, unit="V", group="adc"),
    Register(0x001F, "supply_3v", scale="const_15:6.6", signed=True, unit="V", group="adc"),
    Register(0x0020, "meterbus_voltage", scale="const_15:18.612", signed=True, unit="V", group="adc"),
    Register(0x0021, "supply_1v8", scale="const_15:3", signed=True, unit="V", group="adc"),
    Register(0x0022, "reference_voltage", scale="const_15:3", signed=True, unit="V", group="adc"),
    Register(0x0023, "heatsink_temperature", signed=True, unit="degC", limits=DEGREES, group="temperature"),
    Register(
        0x0024, "rts_temperature", signed=True, unit="degC", absent=NO_SENSOR, limits=DEGREES, group="temperature"
    ),
    Register(0x0025, "battery_temperature", signed=True, unit="degC", limits=DEGREES, group="temperature"),
    Register(0x0026, "battery_voltage_slow", scale="volts", signed=True, unit="V", group="status"),
    Register(0x0027, "battery_current_slow", scale="amps", signed=True, unit="A", group="status"),
    Register(0x0028, "battery_voltage_min", scale="volts", signed=True, unit="V", group="status"),
    Register(0x0029, "battery_voltage_max", scale="volts", signed=True, unit="V", group="status"),
    Register(0x002A, "hourmeter", words=2, unit="h", group="status"),
    Register(0x002C, "faults", flags=table("faults").keys, group="status"),
    # 0x002D: reserved
    Register(0x002E, "alarms", words=2, flags=table("alarms").keys, group="status"),
    Register(0x0030, "dip_switches", flags=table("dip_switches").keys, group="status"),
    Register(0x0031, "led_state", codes=table("led_state").keys, group="status"),
    Register(0x0032, "charge_state", codes=table("charge_state").keys, group="charger"),
    Register(0x0033, "target_voltage", scale="volts", signed=True, unit="V", group="charger"),
    Register(0x0034, "charge_ah_resettable", words=2, factor=0.1, unit="Ah", group="charger"),
    Register(0x0036, "charge_ah_total", words=2, factor=0.1, unit="Ah", group="charger"),
    Register(0x0038, "charge_kwh_resettable", unit="kWh", group="charger"),
    Register(0x0039, "charge_kwh_total", unit="kWh", group="charger"),
    Register(0x003A, "output_power", scale="watts", unit="W", group="mppt"),
    Register(0x003B, "input_power", scale="watts", unit="W", group="mppt"),
    Register(0x003C, "sweep_power_max", scale="watts", unit="W", group="mppt"),
    Register(0x003D, "sweep_vmp", scale="volts", signed=True, unit="V", group="mppt"),
    Register(0x003E, "sweep_voc", scale="volts", signed=True, unit="V", group="mppt"),
    # 0x003F: reserved
    Register(0x0040, "battery_voltage_min_daily", scale="volts", signed=True, unit="V", group="logger_daily"),
    Register(0x0041, "battery_voltage_max_daily", scale="volts", signed=True, unit="V", group="logger_daily"),
    Register(0x0042, "array_voltage_max_daily", scale="volts", signed=True, unit="V", group="logger_daily"),
    Register(0x0043, "charge_ah_daily", factor=0.1, unit="Ah", group="logger_daily"),
    Register(0x0044, "charge_wh_daily", unit="Wh", group="logger_daily"),
    Register(0x0045, "flags_daily", flags=table("daily_flags").keys, group="logger_daily"),
    Register(0x0046, "output_power_max_daily", scale="watts", unit="W", group="logger_daily"),
    Register(0x0047, "battery_temperature_min_daily", signed=True, unit="degC", limits=DEGREES, group="logger_daily"),
    Register(0x0048, "battery_temperature_max_daily", signed=True, unit="degC", limits=DEGREES, group="logger_daily"),
    Register(0x0049, "faults_daily", flags=table("faults").keys, group="logger_daily"),
    # 0x004A: reserved
    Register(0x004B, "alarms_daily", words=2, flags=table("alarms").keys, group="logger_daily"),
    Register(0x004D, "absorption_time_daily", unit="s", group="logger_daily"),
    Register(0x004E, "equalize_time_daily", unit="s", group="logger_daily"),
    Register(0x004F, "float_time_daily", unit="s", group="logger_daily"),
)

# Battery voltages are stored per 12 V nominal: times 2 on a 24 V system, times 4 on a 48 V one.
SETTINGS = (
    Register(0xE000, "absorption_voltage", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE001, "float_voltage", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE002, "absorption_time", unit="s", group="eeprom_settings"),
    Register(0xE003, "absorption_extension_time", unit="s", group="eeprom_settings"),
    Register(0xE004, "absorption_extension_voltage", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE005, "float_cancel_voltage", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE006, "float_exit_time", unit="s", group="eeprom_settings"),
    Register(0xE007, "equalize_voltage", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE008, "equalize_interval", unit="d", group="eeprom_settings"),
    Register(0xE009, "equalize_timeout", unit="s", group="eeprom_settings"),
    Register(0xE00A, "equalize_time", unit="s", group="eeprom_settings"),
    Register(0xE00B, "battery_service_interval", unit="d", group="eeprom_settings"),
    # 0xE00C: not used
    Register(0xE00D, "temperature_compensation", scale="volts_16", unit="V/degC", group="eeprom_settings"),
    Register(0xE00E, "high_voltage_disconnect", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE00F, "high_voltage_reconnect", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE010, "regulation_voltage_limit", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE011, "temp_comp_limit_max", signed=True, unit="degC", limits=DEGREES, group="eeprom_settings"),
    Register(0xE012, "temp_comp_limit_min", signed=True, unit="degC", limits=DEGREES, group="eeprom_settings"),
    # 0xE013, 0xE014: not used
    Register(0xE015, "led_green_to_green_yellow", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE016, "led_green_yellow_to_yellow", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE017, "led_yellow_to_yellow_red", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE018, "led_yellow_red_to_red", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE019, "modbus_id", group="eeprom_settings"),
    Register(0xE01A, "meterbus_id", group="eeprom_settings"),
    # 0xE01B, 0xE01C: reserved
    Register(0xE01D, "battery_current_limit", scale="amps", signed=True, unit="A", group="eeprom_settings"),
    # 0xE01E, 0xE01F: reserved
    Register(0xE020, "array_voltage_fixed_init", scale="volts", signed=True, unit="V", group="eeprom_settings"),
    Register(0xE021, "array_voltage_fixed_percent_init", scale="const_16:100", unit="%", group="eeprom_settings"),
)

# What a master imposes on the charger.  Only ever read.
OVERRIDES = (
    Register(0x0058, "current_override", scale="const_15:80", signed=True, unit="A", group="manual_control"),
    Register(0x0059, "voltage_override", scale="volts", signed=True, unit="V", group="manual_control"),
    Register(0x005A, "array_voltage_fixed", scale="volts", signed=True, unit="V", group="manual_control"),
    Register(0x005B, "array_voltage_fixed_percent", scale="const_16:100", unit="%", group="manual_control"),
)

# The settings memory keeps the LOW word first, the working memory the high word.
STORED = (
    Register(0xE080, "hourmeter_stored", words=2, low_word_first=True, unit="h", group="eeprom_counters"),
    Register(
        0xE082,
        "charge_ah_resettable_stored",
        words=2,
        low_word_first=True,
        factor=0.1,
        unit="Ah",
        group="eeprom_counters",
    ),
    Register(
        0xE084, "charge_ah_total_stored", words=2, low_word_first=True, factor=0.1, unit="Ah", group="eeprom_counters"
    ),
    Register(0xE086, "charge_kwh_resettable_stored", unit="kWh", group="eeprom_counters"),
    Register(0xE087, "charge_kwh_total_stored", unit="kWh", group="eeprom_counters"),
    Register(0xE088, "battery_voltage_min_stored", scale="volts", signed=True, unit="V", group="eeprom_counters"),
    Register(0xE089, "battery_voltage_max_stored", scale="volts", signed=True, unit="V", group="eeprom_counters"),
    Register(0xE08A, "array_voltage_max_stored", scale="volts", signed=True, unit="V", group="eeprom_counters"),
    Register(0xE08B, "days_since_equalize", unit="d", group="eeprom_counters"),
    Register(0xE08C, "days_since_service", unit="d", group="eeprom_counters"),
    # 0xE08D to 0xE0BF: reserved
    Register(0xE0C0, "serial_number", scale="ascii", words=4, group="identity"),
    # 0xE0C4 to 0xE0CB: reserved
    Register(0xE0CC, "model", codes=table("model").keys, group="identity"),
    Register(0xE0CD, "hardware_version", scale="version", group="identity"),
)

# Models with Ethernet only.
NETWORK = (
    Register(0x1000, "network_firmware_version", group="network"),
    Register(0x100F, "ip_address", scale="ipv4", words=2, group="network"),
    Register(0x1011, "subnet_mask", scale="ipv4", words=2, group="network"),
    Register(0x1013, "gateway", scale="ipv4", words=2, group="network"),
    Register(0x1015, "dns_primary", scale="ipv4", words=2, group="network"),
    Register(0x1017, "dns_secondary", scale="ipv4", words=2, group="network"),
    # 0x1019 to 0x101C: reserved
    Register(0x101D, "controller_name", scale="ascii", words=8, group="network"),
    Register(0x1025, "network_flags", flags=table("network_flags").keys, group="network"),
    Register(0x1026, "mac_address", scale="mac", words=3, group="network"),
    Register(0x1029, "netbios_name", scale="ascii", words=8, group="network"),
    Register(0x151B, "http_port", group="network"),
    Register(0x151C, "modbus_tcp_port", group="network"),
    Register(0x151D, "network_rules", flags=table("network_rules").keys, group="network"),
    Register(0x151E, "snmp_trap_port", group="network"),
    Register(0x151F, "ethernet_power_save", flags=table("ethernet_power_save").keys, group="network"),
    Register(0x1520, "vlan_enable", flags=table("vlan_enable").keys, group="network"),
    # Numbers, not flags: bits 0 to 11 the VLAN id, 12 CFI, 13 to 15 the priority.
    Register(0x1521, "vlan_parameters", flags={}, group="network"),
)

ALL = (*REGISTERS, *OVERRIDES, *NETWORK, *SETTINGS, *STORED)
BY_KEY = {register.key: register for register in ALL}

# Addresses that the map names as unused: what is read there means nothing.
RESERVED = (
    range(0x0005, 0x0018),
    range(0x002D, 0x002E),
    range(0x003F, 0x0040),
    range(0x004A, 0x004B),
    range(0x0050, 0x0058),
    range(0x1001, 0x100F),
    range(0x1019, 0x101D),
    range(0xE00C, 0xE00D),
    range(0xE013, 0xE015),
    range(0xE01B, 0xE01D),
    range(0xE01E, 0xE020),
    range(0xE08D, 0xE0C0),
    range(0xE0C4, 0xE0CC),
)

LIVE = ("adc", "temperature", "status", "charger", "mppt", "logger_daily")
DAILY = ("logger_daily", "eeprom_settings")


def names(key: str, value: Value) -> list[str] | None:
    """The meaning of a code or of the set bits of one value; None for a value that is neither."""
    return registers.names(BY_KEY[key], value)
