"""What the codes and bits of the TriStar MPPT mean.  Source: docs/devices/tristar_mppt.md, "Words"."""

CHARGE_STATE = {
    0: "start",
    1: "night_check",
    2: "disconnect",
    3: "night",
    4: "fault",
    5: "mppt",
    6: "absorption",
    7: "float",
    8: "equalize",
    9: "slave",
}
LED_STATE = {
    0: "start",
    1: "start2",
    2: "branch",
    3: "fast_green_blink",
    4: "slow_green_blink",
    5: "green_blink_1hz",
    6: "green",
    7: "undefined_7",
    8: "yellow",
    9: "undefined_9",
    10: "red_blink",
    11: "red",
    12: "error_r_y_g",
    13: "error_ry_g",
    14: "error_rg_y",
    15: "error_r_y_htd",
    16: "error_r_g_hvd",
    17: "error_ry_gy",
    18: "error_gyr",
    19: "gyr_x2",
}
MODEL = {
    0: "ts_mppt_45",
    1: "ts_mppt_60",
    2: "ts_mppt_30",
}
FAULTS = {
    0: "overcurrent",
    1: "fets_shorted",
    2: "software_bug",
    3: "battery_hvd",
    4: "array_hvd",
    5: "dip_switch_changed",
    6: "settings_edited",
    7: "rts_shorted",
    8: "rts_disconnected",
    9: "eeprom_retry_limit",
    10: "reserved_10",
    11: "slave_timeout",
    12: "fault_13",
    13: "fault_14",
    14: "fault_15",
    15: "fault_16",
}
ALARMS = {
    0: "rts_open",
    1: "rts_shorted",
    2: "rts_disconnected",
    3: "heatsink_sensor_open",
    4: "heatsink_sensor_shorted",
    5: "high_temperature_current_limit",
    6: "current_limit",
    7: "current_offset",
    8: "battery_sense_out_of_range",
    9: "battery_sense_disconnected",
    10: "uncalibrated",
    11: "rts_miswire",
    12: "high_voltage_disconnect",
    13: "alarm_13",
    14: "system_miswire",
    15: "mosfet_open",
    16: "p12_voltage_off",
    17: "high_input_voltage_current_limit",
    18: "adc_input_max",
    19: "controller_reset",
    20: "alarm_20",
    21: "alarm_21",
    22: "alarm_22",
    23: "alarm_23",
}
DAILY_FLAGS = {
    0: "reset_detected",
    1: "equalize_triggered",
    2: "entered_float",
    3: "alarm_occurred",
    4: "fault_occurred",
}
DIP_SWITCHES = {
    0: "dip_1",
    1: "dip_2",
    2: "dip_3",
    3: "dip_4",
    4: "dip_5",
    5: "dip_6",
    6: "dip_7",
    7: "dip_8",
}
NETWORK_FLAGS = {
    14: "dhcp_enabled",
}
NETWORK_RULES = {
    0: "bridge_enabled",
}
ETHERNET_POWER_SAVE = {
    0: "power_save_on",
}
VLAN_ENABLE = {
    0: "vlan_tagging",
}
# The word at 0x1521 holds numbers, not flags: bits 0 to 11 the VLAN id, 12 CFI, 13 to 15 the priority.
VLAN_PARAMETERS: dict[int, str] = {}
