"""The fields that Victron's controllers and monitors say.  Source: docs/devices/victron_vedirect.md, "Fields"."""

from __future__ import annotations

from collector.drivers.blocks import BlockField
from data.catalogue.codes import ABSORPTION, CHARGE_STATE, FAULT, FLOAT, MPPT, table

COULOMBS_PER_MAH = 3.6

FIELDS = (
    BlockField("PID", "product", encoding="text", group="identity"),
    BlockField("FW", "firmware", encoding="version", group="identity"),
    BlockField("FWE", "firmware_24_bit", encoding="text", group="identity"),
    BlockField("SER#", "serial_number", encoding="text", group="identity"),
    BlockField("V", "bat_voltage", "V", 0.001),
    BlockField("I", "bat_current", "A", 0.001),
    BlockField("VPV", "array_voltage", "V", 0.001),
    BlockField("PPV", "p_in", "W"),
    BlockField("IL", "load_current", "A", 0.001),
    BlockField("LOAD", "load_on", encoding="switch"),
    BlockField("CS", "operation_state", codes=table("operation_state").names),
    BlockField("MPPT", "tracker_state", codes=table("tracker_state").names),
    BlockField("OR", "off_reason", encoding="hex", flags=table("off_reason").names),
    BlockField("ERR", "error_code", codes=table("error_code").names),
    BlockField("SOC", "state_of_charge", "%", 0.1),
    BlockField("TTG", "time_to_go", "s", 60, absent=-1),
    BlockField("CE", "consumed_charge", "C", COULOMBS_PER_MAH),
    BlockField("P", "battery_power", "W"),
    BlockField("VS", "starter_voltage", "V", 0.001),
    BlockField("VM", "mid_point_voltage", "V", 0.001),
    BlockField("DM", "mid_point_deviation", "%", 0.1),
    BlockField("T", "temp_rts", "degC"),
    BlockField("Relay", "relay_on", encoding="switch"),
    BlockField("Alarm", "alarm_on", encoding="switch"),
    BlockField("AR", "alarm_reason", flags=table("alarm_reason").names),
    BlockField("H19", "kwhr_resettable", "kWh", 0.01, group="history"),
    BlockField("H20", "yield_today", "kWh", 0.01, group="history"),
    BlockField("H21", "maximum_power_today", "W", group="history"),
    BlockField("H22", "yield_yesterday", "kWh", 0.01, group="history"),
    BlockField("H23", "maximum_power_yesterday", "W", group="history"),
    BlockField("HSDS", "day_number", group="history"),
    BlockField("H1", "deepest_discharge", "C", COULOMBS_PER_MAH, group="history"),
    BlockField("H2", "last_discharge", "C", COULOMBS_PER_MAH, group="history"),
    BlockField("H3", "average_discharge", "C", COULOMBS_PER_MAH, group="history"),
    BlockField("H4", "charge_cycles", group="history"),
    BlockField("H5", "full_discharges", group="history"),
    BlockField("H6", "discharged_charge", "C", COULOMBS_PER_MAH, group="history"),
    BlockField("H7", "min_bat_voltage", "V", 0.001, group="history"),
    BlockField("H8", "max_bat_voltage", "V", 0.001, group="history"),
    BlockField("H9", "time_since_full", "s", group="history"),
    BlockField("H10", "synchronisations", group="history"),
    BlockField("H11", "low_voltage_alarms", group="history"),
    BlockField("H12", "high_voltage_alarms", group="history"),
    BlockField("H17", "discharged_energy", "kWh", 0.01, group="history"),
    BlockField("H18", "charged_energy", "kWh", 0.01, group="history"),
)
GROUPS = ("live", "history", "identity")
BY_KEY = {row.key: row for row in FIELDS}

# State of operation -> the house's charge state; 0 is night when the reason is that there is no input power.
OFF, NO_INPUT_POWER = 0, 1
EQUALIZE = CHARGE_STATE.number("equalize")
CHARGE_STATES = {
    2: FAULT,
    3: MPPT,
    4: ABSORPTION,
    246: ABSORPTION,
    5: FLOAT,
    6: FLOAT,
    7: EQUALIZE,
    247: EQUALIZE,
}
