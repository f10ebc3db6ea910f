"""The tables of the EMUS G1 against the protocol reference and its published sentences."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers import sentences
from collector.drivers.emus import sentences_table
from collector.drivers.emus.sentences_table import AUTHENTICATION_STATUS, HOST_SENTENCES, SENTENCES
from collector.drivers.sentences import Field
from data.catalogue.codes import table
from data.errors import DecodeError
from tests.collector.drivers.emus.reference import INVALID, VALID, rows

ROWS = rows("sentences.csv")
# A log-in and a change of the password are the only sentences of a host that are not told from the device's.
HOST_ROWS = [row for row in ROWS if row["direction"] == "host_to_bms" and row["sentence"] not in ("PW1", "PW2")]
DEVICE_ROWS = [row for row in ROWS if row["direction"] != "host_to_bms"]
CODED = {
    ("ST1", "charging_stage"): "charging_stage",
    ("ST1", "last_charging_error"): "charging_error",
    ("LG1", "event_id"): "log_event",
    ("SS1", "statistic_id"): "statistic",
    ("PW1", "authentication_status"): "auth_status",
    ("PW2", "password_set_result"): "password_result",
    ("CN1", "identifier_extension_flag"): "can_id_type",
    ("CN2", "identifier_extension_flag"): "can_id_type",
    ("CN1", "remote_transmission_request_flag"): "can_rtr",
    ("CN2", "remote_transmission_request_flag"): "can_rtr",
}


def field(fields: Mapping[str, tuple[Field, ...]], row: dict[str, str]) -> Field:
    return next(field for field in fields[row["sentence"]] if field.index == int(row["field_index"]))


def coded(name: str) -> dict[int | str, str]:
    return AUTHENTICATION_STATUS if name == "auth_status" else table(name).keys


def test_the_table_has_the_fields_of_the_reference_and_no_other() -> None:
    for fields, reference in ((SENTENCES, DEVICE_ROWS), (HOST_SENTENCES, HOST_ROWS)):
        assert [(name, each.index, each.key) for name in sorted(fields) for each in fields[name]] == sorted(
            (row["sentence"], int(row["field_index"]), row["name"]) for row in reference
        )


@pytest.mark.parametrize("row", DEVICE_ROWS, ids=lambda row: f"{row['sentence']}-{row['name']}")
def test_each_row_says_what_the_reference_says(row: dict[str, str]) -> None:
    ours = field(SENTENCES, row)
    assert ours.encoding == row["encoding"]
    assert ours.signed == (row["signed"] == "signed")
    by_number = row["offset"] and not row["offset"].startswith("per ")
    assert ours.offset == (int(row["offset"]) if by_number else 0)
    assert ours.multiplier == (float(Fraction(row["multiplier"])) if by_number and row["multiplier"] else 1)
    assert ours.unit == ("" if row["unit"].startswith("per ") else row["unit"])
    assert ours.counted_by == ("group_size" if row["chars"] == "2*group_size" else "")
    key = (row["sentence"], row["name"])
    codes = CODED.get(key, "can_status" if row["sentence"] == "CG1" and row["encoding"] == "HexCode" else None)
    assert ours.codes == (coded(codes) if codes else None)
    assert (ours.flags is not None) == (row["encoding"] == "HexBitBool")


@pytest.mark.parametrize("row", HOST_ROWS, ids=lambda row: f"{row['sentence']}-{row['name']}")
def test_each_row_of_a_host_says_what_the_reference_says(row: dict[str, str]) -> None:
    ours = field(HOST_SENTENCES, row)
    assert ours.encoding == ("Str" if row["encoding"].startswith("Str or") else row["encoding"])
    assert ours.offset == int(row["offset"] or 0)
    assert ours.unit == row["unit"]


def test_each_code_and_bit_says_what_the_reference_says() -> None:
    codes: dict[str, dict[int | str, str]] = {}
    for row in rows("codes.csv"):
        codes.setdefault(row["table"], {})[int(row["code"]) if row["code"].isdigit() else row["code"]] = row["name"]
    assert {name: coded(name) for name in codes} == codes

    flags: dict[tuple[str, int], dict[int, str]] = {}
    for row in rows("flags.csv"):
        if row["sentence"] != "CF2":  # the bits of parameters: test_emus_parameters
            flags.setdefault((row["sentence"], int(row["field_index"])), {})[int(row["bit"])] = row["name"]
    ours = {(name, each.index): each.flags for name, fields in SENTENCES.items() for each in fields if each.flags}
    assert ours == flags


def test_a_unit_of_older_firmware_is_understood_and_its_shorter_fields_too() -> None:
    status = sentences_table.decode(sentences.frame("ST1", "03", "00", "0000", "000128E3", "07", "41", "00"))
    assert status.names["protection_flags"] == ["under_voltage", "no_cell_communication"]
    assert status.fields["pin_status_flags"] is None
    distance = sentences_table.decode(b"DT1,0078,000000DD,00000057,000045B4,00000003,00000001,79")
    assert (distance.fields["speed"], distance.fields["max_discharge_energy"]) == (12.0, None)


def test_a_unit_of_newer_firmware_may_append_fields_and_lengthen_them() -> None:
    charge = sentences_table.decode(sentences.frame("BC1", "00000456F0", "00057E40", "001EDC", "77", "new"))
    assert charge.fields == {"battery_charge": 284400, "battery_capacity": 360000, "state_of_charge": 79.0}


def test_all_seven_bits_of_each_of_the_five_resets_are_named() -> None:
    line = b"RS2,1BCAB37C,40,1BCAB16F,04,1BCAB16D,05,1BCAB168,04,1BCAB167,05,DF"
    history = sentences_table.decode(line)
    assert [history.fields[f"reset_{n}_timestamp"] for n in range(1, 6)] == [
        0x1BCAB37C,
        0x1BCAB16F,
        0x1BCAB16D,
        0x1BCAB168,
        0x1BCAB167,
    ]
    assert [history.names[f"reset_{n}_source_flags"] for n in range(1, 6)] == [
        ["user_reset"],
        ["brown_out_reset"],
        ["power_on_reset", "brown_out_reset"],
        ["brown_out_reset"],
        ["power_on_reset", "brown_out_reset"],
    ]


def test_a_can_frame_has_its_identifier_kind_and_bytes() -> None:
    frame = sentences_table.decode(b"CN2,1806E5F4,1,0,8,0B90006200000000,FC")
    assert frame.fields == {
        "can_identifier": 0x1806E5F4,
        "identifier_extension_flag": 1,
        "remote_transmission_request_flag": 0,
        "data_length": 8,
        "data": [0x0B, 0x90, 0, 0x62, 0, 0, 0, 0],
    }
    assert frame.names == {
        "identifier_extension_flag": "extended",
        "remote_transmission_request_flag": "data_frame",
    }


def test_what_can_be_asked_for_and_what_comes_by_itself_is_as_in_the_reference() -> None:
    assert {row["sentence"] for row in DEVICE_ROWS if row["requestable"] == "yes"} == sentences_table.REQUESTABLE
    assert {row["sentence"] for row in DEVICE_ROWS if row["periodic"] == "yes"} == set(sentences_table.PERIODIC)


@pytest.mark.parametrize("line", VALID, ids=lambda line: line[:24].decode())
def test_every_published_sentence_is_decoded(line: bytes) -> None:
    sentence = sentences_table.decode(line)
    assert sentence.name == line[:3].decode()
    fields = HOST_SENTENCES if line.split(b",")[0].decode() not in SENTENCES else SENTENCES
    known = {each.key for each in fields[sentence.name] if each.encoding != "reserved"}
    assert set(sentence.fields) in (known, {"command"}, {"parameter_id", "query_or_new_value"})


@pytest.mark.parametrize("line", INVALID, ids=lambda line: line.decode())
def test_every_published_sentence_with_a_wrong_checksum_is_refused(line: bytes) -> None:
    with pytest.raises(DecodeError, match="checksum"):
        sentences_table.decode(line)


@given(st.sampled_from([line for line in VALID if len(line) < 130]), st.data())
def test_one_flipped_bit_never_decodes_to_other_values(line: bytes, data: st.DataObject) -> None:
    damaged = bytearray(line)
    bit = data.draw(st.integers(0, 8 * len(line) - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecodeError):
        sentences_table.decode(bytes(damaged))


READ = {
    b"BC1,000456F0,00057E40,1EDC,3C": {
        "battery_charge": 284400,
        "battery_capacity": 360000,
        "state_of_charge": 79.0,
    },
    b"BT1,0050,78,7A,78,,1A": {
        "number_of_cells": 80,
        "min_cell_module_temperature": 20,
        "max_cell_module_temperature": 22,
        "average_cell_module_temperature": 20,
    },
    b"BV1,0050,4A,94,80,335B,,D3": {
        "number_of_cells": 80,
        "min_cell_voltage": 2.74,
        "max_cell_voltage": 3.48,
        "average_cell_voltage": 3.28,
        "total_voltage": 131.47,
    },
    b"BV2,00,0000,08,8B85858585868587,93": {
        "cell_string_number": 0,
        "first_cell_number": 0,
        "group_size": 8,
        "cell_voltages": [3.39, 3.33, 3.33, 3.33, 3.33, 3.34, 3.33, 3.35],
    },
    b"BT4,01,0048,08,787A787777787878,8E": {
        "cell_string_number": 1,
        "first_cell_number": 72,
        "group_size": 8,
        "cell_temperatures": [20, 22, 20, 19, 19, 20, 20, 20],
    },
    b"BT3,,,,,,,EE": {
        "number_of_cells": None,
        "min_cell_temperature": None,
        "max_cell_temperature": None,
        "average_cell_temperature": None,
    },
    b"CS1,01,00,0B90,0062,0B90,0060,64": {
        "number_of_connected_chargers": 1,
        "can_charger_status": 0,
        "set_voltage": 296.0,
        "set_current": 9.8,
        "actual_voltage": 296.0,
        "actual_current": 9.6,
    },
    b"CV1,000015AD,0004,01FF,01FD,01FA,03FC,09DA,66CF,0000,0000,DE": {"total_voltage": 55.49, "current": 0.4},
    b"LG1,03,01,FFFFFF,1BCAC4D3,FC": {"sequence_number": 3, "event_id": 1, "timestamp": 466273491},
    b"SS1,0A,85,0000,1BCE6DCE,1D": {
        "statistic_id": 10,
        "value": 133,
        "additional_info": 0,
        "timestamp": 466513358,
    },
    b"TD1,2014,10,07,14,50,07,00,000003E5,60": {
        "year": 2014,
        "month": 10,
        "day": 7,
        "hour": 14,
        "minute": 50,
        "second": 7,
        "uptime": 997,
    },
    b"VR1,BMS1,00000382,2.0.18_RC1_ZVU,9D": {
        "hardware_type": "BMS1",
        "serial_number": 898,
        "firmware_version": "2.0.18_RC1_ZVU",
    },
    b"VR1,?,D7": {"hardware_type": "?", "serial_number": None, "firmware_version": None},
    b"CF2,0C0E,?,30": {"parameter_id": 0x0C0E, "query_or_new_value": "?"},
    b"LG1,c,D7": {"command": "c"},
    b"FD1,,E2": {},
    b"TC1,78,B0": {"reference_temperature": 20},
}


@pytest.mark.parametrize("line", READ, ids=lambda line: line.decode())
def test_published_sentences_say_what_the_document_says(line: bytes) -> None:
    assert sentences_table.decode(line).fields == READ[line]


def test_a_discharge_is_negative() -> None:
    assert sentences_table.decode(sentences.frame("CV1", "000015AD", "FF38")).fields == {
        "total_voltage": 55.49,
        "current": -20.0,
    }


def test_the_names_of_the_status_sentence_are_those_of_its_codes_and_set_bits() -> None:
    assert sentences_table.decode(b"ST1,00,00,0000,000128E3,07,0000,00,00040802,A2").names == {
        "charging_stage": "charger_disconnected",
        "last_charging_error": "no_error",
        "battery_status_flags": ["cell_voltages_valid", "cell_module_temperatures_valid", "cell_balancing_rates_valid"],
        "protection_flags": [],
        "power_reduction_flags": [],
        "pin_status_flags": ["speed_sensor_input", "state_of_charge_output", "analog_charger_control_output"],
    }


def test_the_pins_are_named_from_bit_4_on() -> None:
    assert sentences_table.decode(b"IN1,50,00,00,00,B9").names == {"input_pins": ["ac_sense", "fast_chg"]}
    assert sentences_table.decode(b"OT1,80,00,80,00,14").names == {
        "output_pins_1": ["charger"],
        "output_pins_3": ["chg_ind"],
    }


@pytest.mark.parametrize(
    "line",
    [line for line in VALID if line[:3].decode() in sentences_table.REQUESTABLE and line[4:5] not in (b"?", b"c")],
)
def test_a_virtual_device_says_what_a_real_one_said(line: bytes) -> None:
    said = sentences_table.decode(line)
    again = sentences_table.decode(sentences.encode(SENTENCES, said.name, said.fields))
    assert again == said
