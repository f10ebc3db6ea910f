"""What the parameters of an EMUS G1 are for, in short.  Source: docs/devices/emus_g1.md, "Parameters"."""

from __future__ import annotations

PARAMETER_NOTES = {
    "number_of_overall_cells": "Configured cell count, checked against the detected count.",
    "capacity": "Cell capacity; for parallel strings it is the cell capacity times the number of strings.",
    "cell_under_voltage_protection_activate_at": "Contactor opens at or below, when enabled.",
    "cell_over_voltage_protection_activate_at": "Contactor opens at or above, when enabled.",
    "cell_module_overheat_protection_activate_at": "Charging stops with an error at this cell module temperature.",
    "maximum_balancing_current": "0 = no balancing, 255 = maximum.",
    "low_cell_voltage_activate_at": "Low voltage warning; blinking indicator = one cell, steady = the average.",
    "minimum_charging_temperature": "Below it charging begins with pre-heating.",
    "dcdc_control_voltage_threshold_active_state": (
        "DC/DC output drops below this while charger or ignition is on; returns 0.1 V above it after 10 s."
    ),
    "fully_charged_voltage": "Constant-voltage phase starts here.",
    "allowed_disbalance": "Allowed spread between cells at the end of charging.",
    "precharge_voltage": "Cells below are charged with the pre-charge current when a CAN charger is used.",
    "early_balancing_threshold": "Early balancing starts here.",
    "data_transmission_period_active_state": (
        "Broadcast period on RS232/USB and/or CAN while charger or ignition is on."
    ),
    "data_transmission_period_sleep_state": "Broadcast period with charger and ignition off.",
    "number_of_cell_strings": "Parallel strings.",
    "fan_on_temperature": "Compared with the hotter of cell and cell module temperature.",
    "high_cell_module_temperature_reduction_activate_at": (
        "Warning and power reduction; balancing current is cut back when exceeded in charging."
    ),
    "climate_control_normal_temperature": "When not charging.",
    "climate_control_charging_temperature": "When charging.",
    "climate_control_minimum_soc": "No climate control below this state of charge.",
    "charge_restart_voltage": "A finished charge restarts here while the charger stays connected.",
    "soc_at_low_voltage_warning": "State of charge is set to this at the low voltage warning; presumably %.",
    "contactor_precharge_duration": "Pre-charge output held before the contactor output.",
    "dcdc_control_voltage_threshold_passive_state": "DC/DC output drops below this while charger and ignition are off.",
    "cell_comm_restore_duration": (
        "Time charging is attempted without cell communication before an error; unit not known."
    ),
    "distance_estimate_safety_margin": "Of the full-charge range, subtracted from the distance left.",
    "climate_control_max_duration_not_charging": "Climate control ends after this long when no charger is connected.",
    "pulses_per_distance_unit": "Pulses of the speed sensor in one distance unit; vehicles only.",
    "distance_unit_name": "Label of at most two characters (presumably two ASCII codes); display only.",
    "min_soc_output": "PWM for 0 % state of charge; unit not known.",
    "max_soc_output": "PWM for 100 % state of charge; unit not known.",
    "pin_0_function": "Default ADC0; its codes are not published.",
    "pin_1_function": "Default ADC0; its codes are not published.",
    "pin_2_function": "Default ADC0; its codes are not published.",
    "pin_3_function": "Default ADC0; its codes are not published.",
    "pin_4_function": "Default MAINS_SENSE0; its codes are not published.",
    "pin_5_function": "Default IGNITION_BTN0; its codes are not published.",
    "pin_6_function": "Default FAST_CHARGE_BTN0; its codes are not published.",
    "pin_7_function": "Default CHARGER_EN0; its codes are not published.",
    "pin_9_function": "Default HEATER0; its codes are not published.",
    "pin_10_function": "Default LOW_VOLT_IND0; its codes are not published.",
    "pin_11_function": "Default BUZZER0; its codes are not published.",
    "pin_12_function": "Default CHARGING_IND0; its codes are not published.",
    "pin_13_function": "Default SPEED0; its codes are not published.",
    "pin_14_function": "Default SOC0; its codes are not published.",
    "can_id_base": "Upper 13 bits of a 29-bit identifier, or the base of an 11-bit one.",
    "can_speed": "Index of the bit rate as in CiA 301/305.",
    "device_can_id_base": "Base identifier of the Emus internal peripherals on the CAN bus.",
    "current_sensor_l_calibration_value": "Printed on the sensor.",
    "current_sensor_l_reference_value": "Set by the zero-current reset (RC1).",
    "current_sensor_h_calibration_value": "Printed on the sensor.",
    "current_sensor_h_reference_value": "Set by the zero-current reset (RC1).",
    "current_sensor_reverse_direction": "Flips the sign so that charging reads positive.",
    "current_sensor_dead_zone": "Steadies the zero reading; up to about 10.",
    "fast_charging_current": "Constant-current phase, controlled charger.",
    "slow_charging_current": "Constant-current phase, controlled charger.",
    "precharge_current": "Of nominal battery capacity; CAN or analog controlled chargers.",
    "charge_finished_current": "Of nominal battery capacity; CAN or analog controlled chargers.",
    "maximum_precharge_stage_duration": "Exceeding it is a charging error.",
    "maximum_main_charge_stage_duration": "Exceeding it is a charging error.",
    "maximum_balancing_stage_duration": "Exceeding it is a charging error.",
    "charge_over_current_protection_activate_at": "Contactor opens.",
    "high_discharge_current_reduction_activate_at": "Buzzer and power reduction.",
    "discharge_over_current_protection_activate_at": "Contactor opens.",
    "number_of_chargers": "Eltek Valere EV charger only.",
    "charger_can_id_base": "Chargers with a configurable CAN identifier.",
    "max_pwm_output": "Analog controlled charger.",
    "min_pwm_output": "Analog controlled charger.",
}

# What is guarded against, and what then begins.  The maker says no more of their delays and ends than the names do.
GUARDS = {
    "cell_under_voltage_protection": ("a cell's under-voltage", "the under-voltage protection"),
    "cell_over_voltage_protection": ("a cell's over-voltage", "the over-voltage protection"),
    "cell_module_overheat_protection": ("a cell module's overheating", "the overheat protection of cell modules"),
    "cell_overheat_protection": ("a cell's overheating", "the overheat protection of cells, by external sensors,"),
    "discharge_over_current_protection": ("a discharge over-current", "the discharge over-current protection"),
    "charge_over_current_protection": ("a charge over-current", "the charge over-current protection"),
    "no_cell_communication_protection": ("the silence of the cells", "the protection against lost cells"),
    "no_current_sensor_protection": (
        "the silence of the current sensor",
        "the protection against its loss",
    ),
    "insulation_fault_protection": ("an insulation fault", "the insulation fault protection"),
    "low_cell_voltage_reduction": ("a low cell voltage", "the power reduction for low voltage"),
    "high_cell_module_temperature_reduction": ("a hot cell module", "the power reduction for hot cell modules"),
    "high_cell_temperature_reduction": ("a hot cell", "the power reduction for hot cells"),
    "high_discharge_current_reduction": ("a high discharge current", "the power reduction for high current"),
}
GUARD_NOTES = {
    "_activation_delay": "How long {cause} must last before {effect} begins.",
    "_deactivation_delay": "How long {cause} must be over before {effect} ends.",
    "_activate_at": "Where {effect} begins.",
    "_deactivate_at": "Where {effect} ends.",
}
MODULE_NOTE = "To be changed with the maker's own program only."


def parameter_note(key: str) -> str:
    """What a parameter is for; empty for one that the table lacks."""
    if key.startswith("can_cell_group_module_"):
        return MODULE_NOTE
    return PARAMETER_NOTES.get(key) or _guard_note(key)


def _guard_note(key: str) -> str:
    for ending, note in GUARD_NOTES.items():
        if key.endswith(ending) and (guard := GUARDS.get(key.removesuffix(ending))):
            return note.format(cause=guard[0], effect=guard[1])
    return ""
