"""EMUS G1 battery management system, serial port.  Source: docs/devices/emus_g1.md, "Sentences"."""

from __future__ import annotations

from collector.drivers import sentences
from collector.drivers.sentences import Field, Sentence
from data.catalogue.codes import table

PERCENT_OF_BYTE = 100 / 255
AUTHENTICATION_STATUS = table("auth_status").keys | {"?": "login_required"}

SENTENCES: dict[str, tuple[Field, ...]] = {
    "BB1": (  # battery balancing rate summary
        Field(1, "number_of_cells", width=4),
        Field(2, "min_cell_balancing_rate", multiplier=PERCENT_OF_BYTE, unit="%"),
        Field(3, "max_cell_balancing_rate", multiplier=PERCENT_OF_BYTE, unit="%"),
        Field(4, "average_cell_balancing_rate", multiplier=PERCENT_OF_BYTE, unit="%"),
        Field(5, "reserved_5", encoding="reserved"),
        Field(6, "balancing_voltage_threshold", offset=200, multiplier=0.01, unit="V"),
    ),
    "BB2": (  # battery balancing rate detail
        Field(1, "cell_string_number"),
        Field(2, "first_cell_number", width=4),
        Field(3, "group_size"),
        Field(
            4,
            "cell_balancing_rates",
            encoding="HexDecByteArray",
            multiplier=PERCENT_OF_BYTE,
            unit="%",
            counted_by="group_size",
        ),
    ),
    "BC1": (  # battery charge
        Field(1, "battery_charge", unit="C", width=8),
        Field(2, "battery_capacity", unit="C", width=8),
        Field(3, "state_of_charge", signed=True, multiplier=0.01, unit="%", width=4),
    ),
    "BT1": (  # cell module temperature summary
        Field(1, "number_of_cells", width=4),
        Field(2, "min_cell_module_temperature", offset=-100, unit="degC"),
        Field(3, "max_cell_module_temperature", offset=-100, unit="degC"),
        Field(4, "average_cell_module_temperature", offset=-100, unit="degC"),
        Field(5, "reserved_5", encoding="reserved"),
    ),
    "BT2": (  # cell module temperature detail
        Field(1, "cell_string_number"),
        Field(2, "first_cell_number", width=4),
        Field(3, "group_size"),
        Field(
            4, "cell_module_temperatures", encoding="HexDecByteArray", offset=-100, unit="degC", counted_by="group_size"
        ),
    ),
    "BT3": (  # cell temperature summary
        Field(1, "number_of_cells", width=4),
        Field(2, "min_cell_temperature", offset=-100, unit="degC"),
        Field(3, "max_cell_temperature", offset=-100, unit="degC"),
        Field(4, "average_cell_temperature", offset=-100, unit="degC"),
        Field(5, "reserved_5", encoding="reserved"),
    ),
    "BT4": (  # cell temperature detail
        Field(1, "cell_string_number"),
        Field(2, "first_cell_number", width=4),
        Field(3, "group_size"),
        Field(4, "cell_temperatures", encoding="HexDecByteArray", offset=-100, unit="degC", counted_by="group_size"),
    ),
    "BV1": (  # battery voltage summary
        Field(1, "number_of_cells", width=4),
        Field(2, "min_cell_voltage", offset=200, multiplier=0.01, unit="V"),
        Field(3, "max_cell_voltage", offset=200, multiplier=0.01, unit="V"),
        Field(4, "average_cell_voltage", offset=200, multiplier=0.01, unit="V"),
        Field(5, "total_voltage", multiplier=0.01, unit="V", width=4),
        Field(6, "reserved_6", encoding="reserved"),
    ),
    "BV2": (  # battery voltage detail
        Field(1, "cell_string_number"),
        Field(2, "first_cell_number", width=4),
        Field(3, "group_size"),
        Field(
            4,
            "cell_voltages",
            encoding="HexDecByteArray",
            offset=200,
            multiplier=0.01,
            unit="V",
            counted_by="group_size",
        ),
    ),
    "CF2": (  # parameter configuration
        Field(1, "parameter_id", width=4),
        Field(2, "parameter_data", width=4),
    ),
    "CG1": (  # CAN devices status
        Field(1, "can_current_sensor_status", encoding="HexCode", codes=table("can_status").keys),
        Field(2, "reserved_2", encoding="reserved", filler="00"),
        *(
            row
            for module in range(32)
            for row in (
                Field(
                    3 + 2 * module,
                    f"can_cell_group_module_{module}_status",
                    encoding="HexCode",
                    codes=table("can_status").keys,
                ),
                Field(4 + 2 * module, f"can_cell_group_module_{module}_number_of_cells"),
            )
        ),
    ),
    "CN1": (  # received CAN message
        Field(1, "can_identifier", width=8),
        Field(2, "identifier_extension_flag", encoding="HexCode", codes=table("can_id_type").keys, width=1),
        Field(3, "remote_transmission_request_flag", encoding="HexCode", codes=table("can_rtr").keys, width=1),
        Field(4, "data_length", encoding="DecInt", width=1),
        Field(5, "data", encoding="HexDecByteArray"),
    ),
    "CN2": (  # sent CAN message
        Field(1, "can_identifier", width=8),
        Field(2, "identifier_extension_flag", encoding="HexCode", codes=table("can_id_type").keys, width=1),
        Field(3, "remote_transmission_request_flag", encoding="HexCode", codes=table("can_rtr").keys, width=1),
        Field(4, "data_length", encoding="DecInt", width=1),
        Field(5, "data", encoding="HexDecByteArray"),
    ),
    "CS1": (  # charger status
        Field(1, "number_of_connected_chargers", encoding="HexCode"),
        Field(2, "can_charger_status", encoding="HexCode"),
        Field(3, "set_voltage", multiplier=0.1, unit="V", width=4),
        Field(4, "set_current", multiplier=0.1, unit="A", width=4),
        Field(5, "actual_voltage", multiplier=0.1, unit="V", width=4),
        Field(6, "actual_current", multiplier=0.1, unit="A", width=4),
    ),
    "CV1": (  # current and voltage
        Field(1, "total_voltage", multiplier=0.01, unit="V", width=8),
        Field(2, "current", signed=True, multiplier=0.1, unit="A", width=4),
        Field(3, "reserved_3", encoding="reserved", filler="0000"),
        Field(4, "reserved_4", encoding="reserved", filler="0000"),
        Field(5, "reserved_5", encoding="reserved", filler="0000"),
        Field(6, "reserved_6", encoding="reserved", filler="0000"),
        Field(7, "reserved_7", encoding="reserved", filler="0000"),
        Field(8, "reserved_8", encoding="reserved", filler="0000"),
        Field(9, "reserved_9", encoding="reserved", filler="0000"),
        Field(10, "reserved_10", encoding="reserved", filler="0000"),
    ),
    "DT1": (  # distance and energy status
        Field(1, "speed", multiplier=0.1, width=4),
        Field(2, "distance_since_charge", multiplier=0.01, unit="distance unit", width=8),
        Field(3, "momentary_consumption", multiplier=0.1, unit="Wh/distance unit", width=8),
        Field(4, "estimated_distance_left", multiplier=0.01, unit="distance unit", width=8),
        Field(5, "last_charge_energy", unit="Wh", width=8),
        Field(6, "last_discharge_energy", unit="Wh", width=8),
        Field(7, "last_trip_average_consumption", multiplier=0.1, width=8),
        Field(8, "estimated_distance_left_last_trip", multiplier=0.01, width=8),
        Field(9, "average_discharge_energy", unit="Wh", width=8),
        Field(10, "max_discharge_energy", unit="Wh", width=8),
        Field(11, "current_trip_average_consumption", multiplier=0.1, width=8),
        Field(12, "estimated_distance_left_average_consumption", multiplier=0.01, width=8),
    ),
    "IN1": (  # input pins status
        Field(1, "input_pins", encoding="HexBitBool", flags=table("input_pins").keys),
        Field(2, "reserved_2", encoding="reserved", filler="00"),
        Field(3, "reserved_3", encoding="reserved", filler="00"),
        Field(4, "reserved_4", encoding="reserved", filler="00"),
    ),
    "LG1": (  # events log
        Field(1, "sequence_number"),
        Field(2, "event_id", encoding="HexCode", codes=table("log_event").keys),
        Field(3, "event_parameter", encoding="reserved", filler="FFFFFF"),
        Field(4, "timestamp", unit="s", width=8),
    ),
    "OT1": (  # output pins status
        Field(1, "output_pins_1", encoding="HexBitBool", flags=table("output_pins_1").keys),
        Field(2, "reserved_2", encoding="reserved", filler="00"),
        Field(3, "output_pins_3", encoding="HexBitBool", flags=table("output_pins_3").keys),
        Field(4, "reserved_4", encoding="reserved", filler="00"),
    ),
    "PW1": (  # log in, log out and authentication query
        Field(1, "authentication_status", encoding="HexCode", codes=AUTHENTICATION_STATUS, width=1),
    ),
    "PW2": (  # set or clear password
        Field(1, "password_set_result", encoding="HexCode", codes=table("password_result").keys, width=1),
    ),
    "RS2": (  # reset source history
        Field(1, "reset_1_timestamp", unit="s", width=8),
        Field(2, "reset_1_source_flags", encoding="HexBitBool", flags=table("reset_source").keys),
        Field(3, "reset_2_timestamp", unit="s", width=8),
        Field(4, "reset_2_source_flags", encoding="HexBitBool", flags=table("reset_source").keys),
        Field(5, "reset_3_timestamp", unit="s", width=8),
        Field(6, "reset_3_source_flags", encoding="HexBitBool", flags=table("reset_source").keys),
        Field(7, "reset_4_timestamp", unit="s", width=8),
        Field(8, "reset_4_source_flags", encoding="HexBitBool", flags=table("reset_source").keys),
        Field(9, "reset_5_timestamp", unit="s", width=8),
        Field(10, "reset_5_source_flags", encoding="HexBitBool", flags=table("reset_source").keys),
    ),
    "SS1": (  # statistics
        Field(1, "statistic_id", encoding="HexCode", codes=table("statistic").keys),
        Field(2, "value", width=8),
        Field(3, "additional_info", width=8),
        Field(4, "timestamp", unit="s", width=8),
    ),
    "ST1": (  # BMS status
        Field(1, "charging_stage", encoding="HexCode", codes=table("charging_stage").keys),
        Field(2, "last_charging_error", encoding="HexCode", codes=table("charging_error").keys),
        Field(3, "last_charging_error_parameter", width=4),
        Field(4, "stage_duration", unit="s", width=8),
        Field(5, "battery_status_flags", encoding="HexBitBool", flags=table("battery_status").keys),
        Field(6, "protection_flags", encoding="HexBitBool", flags=table("protection").keys, width=4),
        Field(7, "power_reduction_flags", encoding="HexBitBool", flags=table("power_reduction").keys),
        Field(8, "pin_status_flags", encoding="HexBitBool", flags=table("pin_status").keys, width=8),
    ),
    "TD1": (  # time and date
        Field(1, "year", encoding="DecInt", width=4),
        Field(2, "month", encoding="DecInt"),
        Field(3, "day", encoding="DecInt"),
        Field(4, "hour", encoding="DecInt"),
        Field(5, "minute", encoding="DecInt"),
        Field(6, "second", encoding="DecInt"),
        Field(7, "reserved_7", encoding="reserved", filler="00"),
        Field(8, "uptime", unit="s", width=8),
    ),
    "VR1": (  # version
        Field(1, "hardware_type", encoding="Str"),
        Field(2, "serial_number", width=8),
        Field(3, "firmware_version", encoding="Str"),
    ),
}

# What only a host says: decoded when seen on the line, never sent.
HOST_SENTENCES: dict[str, tuple[Field, ...]] = {
    "CF2": (  # parameter configuration
        Field(1, "parameter_id", width=4),
        Field(2, "query_or_new_value", encoding="Str"),
    ),
    "FD1": (  # factory defaults
        Field(1, "empty_argument", encoding="reserved"),
    ),
    "LG1": (  # events log
        Field(1, "command", encoding="Str", width=1),
    ),
    "RC1": (  # reset current reading to zero
        Field(1, "empty_argument", encoding="reserved"),
    ),
    "RS1": (  # reset control unit
        Field(1, "empty_argument", encoding="reserved"),
    ),
    "SC1": (  # set state of charge
        Field(1, "state_of_charge", unit="%"),
    ),
    "SS1": (  # statistics
        Field(1, "command", encoding="Str"),
    ),
    "TC1": (  # cell module internal temperature calibration
        Field(1, "reference_temperature", offset=-100, unit="degC"),
    ),
    "TC2": (  # cell module external temperature calibration
        Field(1, "cell_module_id", width=4),
        Field(2, "beta_coefficient"),
        Field(3, "gamma_coefficient"),
        Field(4, "delta_coefficient"),
    ),
}
# In a field of a sentence that both sides use, these are a host's.
HOST_MARKS = (b"?", b"c")

# What an active device sends by itself.
PERIODIC = ("BB1", "BC1", "BT1", "BT3", "BV1", "CG1", "CS1", "CV1", "DT1", "IN1", "OT1", "ST1", "TD1")
# One sentence per group of 1 to 8 cells, without an end mark.
GROUPED = ("BB2", "BT2", "BT4", "BV2")
# What `NAME,?` may ask for; nothing else is ever sent.
REQUESTABLE = frozenset((*PERIODIC, *GROUPED, "LG1", "PW1", "RS2", "SS1", "VR1"))


def decode(line: bytes) -> Sentence:
    """The sentence of a line from the unit or a host.  Raises DecodeError when it is damaged."""
    name, fields = sentences.split(line)
    if name in HOST_SENTENCES and (name not in SENTENCES or any(mark in fields for mark in HOST_MARKS)):
        return sentences.decode_fields(name, HOST_SENTENCES[name], fields)
    return sentences.decode_fields(name, SENTENCES.get(name), fields)
