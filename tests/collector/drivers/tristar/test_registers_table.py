"""The tables of the TriStar MPPT against the protocol reference and against what real controllers sent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from collector.drivers.registers import Scales, decode_register, encode, plan_reads
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.registers_table import BY_KEY, USUAL_SCALES
from data.catalogue.codes import table

CAPTURES = Path(__file__).parents[3] / "captures"


def rows(path: str) -> list[dict[str, str]]:
    with (CAPTURES / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGISTERS = rows("protocols/tristar_mppt/registers.csv")
DUMPS = [row for row in rows("tristar_mppt/register_dumps_public.csv") if row["raw_words"]]
SETTINGS = [
    row for row in rows("tristar_mppt/tsmppt60_ucsc_settings_raw.csv") if row["status"] == "documented" and row["key"]
]

# scaling of the reference -> scale of the table
SCALINGS = {
    "v_pu_15": "volts",
    "i_pu_15": "amps",
    "v_pu_i_pu_17": "watts",
    "v_pu_16": "volts_16",
    "version_major_minor": "version",
    "ascii_lo_hi": "ascii",
    "ipv4_lo_hi": "ipv4",
    "mac_lo_hi": "mac",
    "hi_lo": "none",
    "lo_hi": "none",
    "bitfield": "none",
    "enum": "none",
}


def test_the_tables_have_the_registers_of_the_reference_and_no_other() -> None:
    assert {row.key: row.address for row in registers_table.ALL} == {
        row["key"]: int(row["address"], 16) for row in REGISTERS
    }
    for part in (registers_table.REGISTERS, registers_table.SETTINGS, registers_table.STORED, registers_table.NETWORK):
        addresses = [row.address for row in part]
        assert addresses == sorted(addresses)


@pytest.mark.parametrize("row", REGISTERS, ids=lambda row: row["key"])
def test_each_row_says_what_the_reference_says(row: dict[str, str]) -> None:
    register = BY_KEY[row["key"]]
    scaling, _, argument = row["scaling"].partition(":")
    assert register.words == int(row["words"])
    assert register.unit == row["unit"]
    assert register.group == row["group"]
    assert register.signed == (row["signed"] == "yes")
    assert register.low_word_first == (scaling == "lo_hi")
    if scaling.startswith("const"):
        assert register.scale == row["scaling"]
    elif scaling == "factor":
        assert (register.scale, register.factor) == ("none", float(argument))
    else:
        assert register.scale == SCALINGS.get(scaling, scaling)
        assert register.factor == float(argument or 1)
    words = {"net_flags": "network_flags", "net_rules": "network_rules"}.get(row["table"], row["table"])
    assert register.codes == (table(words).keys if scaling == "enum" else None)
    numbers = {} if row["key"] == "vlan_parameters" else None
    assert register.flags == (table(words).keys if scaling == "bitfield" and numbers is None else numbers)
    assert register.absent == ((0x80, 0xFF80) if row["key"] == "rts_temperature" else ())
    assert register.limits == ((-127, 127) if row["unit"] == "degC" else None)


def test_each_code_and_bit_says_what_the_reference_says() -> None:
    named: dict[str, dict[int, str]] = {}
    for row in rows("protocols/tristar_mppt/codes.csv"):
        named.setdefault(row["table"], {})[int(row["code"])] = row["key"]
    for row in rows("protocols/tristar_mppt/flags.csv"):
        named.setdefault(row["table"], {})[int(row["bit"])] = row["key"]
    del named["log_select_inferred"]  # its register is not in the reference
    for name, words in named.items():
        ours = {"net_flags": "network_flags", "net_rules": "network_rules"}.get(name, name)
        assert table(ours).keys == words


@pytest.mark.parametrize("row", DUMPS, ids=lambda row: f"{row['capture']}-{row['key']}")
def test_what_other_owners_read_is_what_they_saw(row: dict[str, str]) -> None:
    words = [int(word) for word in row["raw_words"].split()]
    scales = Scales(float(row["v_pu"]), float(row["i_pu"]))
    value = decode_register(BY_KEY[row["key"]], words, scales)
    assert float(str(value)) == pytest.approx(float(row["computed"]), rel=5e-6)
    assert encode(BY_KEY[row["key"]], value, scales) == tuple(words)


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: f"{row['source_file']}-{row['key']}")
def test_the_settings_of_a_real_controller_are_what_its_makers_program_shows(row: dict[str, str]) -> None:
    register = BY_KEY[row["key"]]
    if register.words > 1 or not row["decoded_12v"].replace(".", "").replace("-", "").isdigit():
        pytest.fail(f"{row['key']} needs an expectation of its own")
    value = decode_register(register, [int(row["raw"])], USUAL_SCALES)
    assert value == pytest.approx(float(row["decoded_12v"]), abs=6e-5)


# Words at an address -> value: the worked examples of docs/devices/tristar_mppt.md, and one for each kind of row.
WORKED = [
    ("v_pu", (0x004E, 0x8000), 78.5),
    ("v_pu", (0x00B4, 0), 180.0),
    ("i_pu", (0x0050, 0), 80.0),
    ("firmware_version", (0x0042,), 42),
    ("battery_voltage", (2400,), 13.1836),
    ("battery_voltage", (2445,), 13.4308),
    ("battery_voltage", (0xFFFF,), -0.0055),
    ("battery_current", (0xFFD8,), -0.0977),
    ("supply_12v", (32767,), 18.6114),
    ("supply_3v", (16384,), 3.3),
    ("reference_voltage", (16384,), 1.5),
    ("output_power", (4000,), 439.4531),
    ("output_power", (65535,), 7199.8901),
    ("hourmeter", (0, 0x2EE0), 12000),
    ("charge_ah_total", (0x0001, 0x86A0), 10000.0),
    ("charge_ah_total_stored", (0x86A0, 0x0001), 10000.0),
    ("hourmeter_stored", (21481, 1), 87017),
    ("charge_ah_daily", (1032,), 103.2),
    ("charge_wh_daily", (1400,), 1400),
    ("alarms", (0x0008, 0x0001), 0x80001),
    ("rts_temperature", (0x0080,), None),
    ("rts_temperature", (0xFF80,), None),
    ("rts_temperature", (0xFFFB,), -5),
    ("battery_temperature", (127,), 127),
    ("battery_temperature", (128,), None),
    ("heatsink_temperature", (0xFF81,), -127),
    ("heatsink_temperature", (0xFF7F,), None),
    ("charge_state", (10,), 10),
    ("temperature_compensation", (11,), 0.0302),
    ("temp_comp_limit_min", (65506,), -30),
    ("array_voltage_fixed_percent_init", (10,), 0.0153),
    ("voltage_override", (2476,), 13.6011),
    ("absorption_voltage", (2567,), 28.2019 / 2),
    ("current_override", (32767,), 79.9976),
    ("ip_address", (0x140A, 0x281E), "10.20.30.40"),
    ("serial_number", (0x3231, 0x3433, 0x3635, 0x3837), "12345678"),
    ("hardware_version", (0x0101,), "1.1"),
    ("model", (1,), 1),
]


@pytest.mark.parametrize(("key", "words", "value"), WORKED)
def test_the_worked_examples_of_the_reference_hold(key: str, words: tuple[int, ...], value: float | str | None) -> None:
    decoded = decode_register(BY_KEY[key], words, USUAL_SCALES)
    assert decoded == (pytest.approx(value, abs=5.1e-5) if isinstance(value, float) else value)


def test_the_scales_of_the_device_are_used() -> None:
    assert decode_register(BY_KEY["battery_voltage"], [2400], Scales(90.0, 80.0)) == pytest.approx(
        13.1836 / 2, abs=5e-5
    )
    assert decode_register(BY_KEY["current_override"], [32767], Scales(180.0, 1.0)) == pytest.approx(79.9976, abs=5e-5)


def test_the_plans_are_those_of_the_reference() -> None:
    def plan(*groups: str) -> list[tuple[int, int]]:
        table = [row for row in registers_table.ALL if row.group in groups]
        return [(request.start, len(request)) for request in plan_reads(table)]

    assert plan(*registers_table.LIVE) == [(0x0018, 56)]
    assert plan("eeprom_settings") == [(0xE000, 34)]
    assert plan("eeprom_counters") == [(0xE080, 13)]
    assert plan("scaling", "identity") == [(0x0000, 5), (0xE0C0, 4), (0xE0CC, 2)]
    assert plan("manual_control") == [(0x0058, 4)]


def test_no_reserved_address_belongs_to_a_value() -> None:
    taken = {address for row in registers_table.ALL for address in row.addresses}
    assert not taken & {address for reserved in registers_table.RESERVED for address in reserved}


def test_names_are_given_by_key() -> None:
    assert registers_table.names("charge_state", 5) == ["mppt"]
    assert registers_table.names("alarms", 0x80001) == ["rts_open", "controller_reset"]
    assert registers_table.names("battery_voltage", 13.4) is None
