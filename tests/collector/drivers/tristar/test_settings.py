"""The settings as the maker's program shows them, and the words of codes, bits, switches and coils."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest

from collector.drivers.registers import block, decode, decode_register, encode, names
from collector.drivers.tristar import coils, registers_table, settings
from collector.drivers.tristar.registers_table import BY_KEY, USUAL_SCALES
from data.catalogue import codes

CAPTURES = Path(__file__).parents[3] / "captures"
VOLTS = (12, 24, 48)
# What the reference says about itself, and this program says of itself.
OWN_WORDS = {
    "shown as disabled by the vendor software": "no reminder",
    "See the caution on 0xE01D-0xE021 in the README of this folder.": (
        'Controllers were seen that hold odd numbers here: see "Settings" in docs/devices/tristar_mppt.md.'
    ),
    "Use not described in the sources of this reference": "Use not known",
    "Undefined": "",
    "The controller restarted today": "The controller restarted that day",
    "An equalize charge was started today": "An equalize charge was started that day",
    "The battery reached float today: it was fully charged": "The battery reached float that day: it was fully charged",
    "At least one alarm today; see alarms_daily": "At least one alarm that day: the daily alarms name it",
    "At least one fault today; see faults_daily": "At least one fault that day: the daily faults name it",
}
MISPRINTS = (" The document prints volts by mistake.", " The document describes it as a maximum by mistake.")


def rows(path: str) -> list[dict[str, str]]:
    with (CAPTURES / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def worded(text: str) -> str:
    for misprint in MISPRINTS:
        text = text.replace(misprint, "")
    return OWN_WORDS.get(text, text).replace("degC", "°C")


SETTINGS = rows("protocols/tristar_mppt/settings.csv")
DISPLAYED = [row for row in rows("tristar_mppt/tsmppt60_ucsc_settings_raw.csv") if row["status"] == "documented"]
DUMPS = [row for row in rows("tristar_mppt/register_dumps_public.csv") if row["raw_words"]]
# The maker's program names these; a word is not a number.
WORDS_SHOWN: dict[str, list[str]] = {"bridging off": [], "power save off": []}


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row["key"])
def test_each_setting_says_what_the_reference_says(row: dict[str, str]) -> None:
    text = settings.SETTINGS[row["key"]]
    assert text == settings.SettingText(
        label=row["label"],
        meaning=worded(row["meaning"]),
        watch_out=worded(row["watch_out"]),
        zero_means=worded(row["zero_means"]),
        per_12v=row["multiplied_by_system_voltage"] == "yes",
        limits=tuple(int(limit) for limit in row["range"].split("-")) if row["range"] else None,  # type: ignore[arg-type]
    )


def test_the_settings_are_those_of_the_table() -> None:
    assert list(settings.SETTINGS) == [row.key for row in registers_table.SETTINGS]


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row["key"])
def test_the_settings_of_the_reference_hold_on_each_system(row: dict[str, str]) -> None:
    value = decode_register(BY_KEY[row["key"]], [int(row["ucsc_raw"])], USUAL_SCALES)
    for volts in VOLTS:
        expected = row[f"ucsc_value_{volts}v"]
        if expected:
            on_system = settings.on_system(row["key"], value, volts)
            assert isinstance(on_system, int | float)
            assert f"{on_system:.{len(expected.partition('.')[2])}f}" == expected


@pytest.mark.parametrize("row", DISPLAYED, ids=lambda row: f"{row['source_file']}-{row['key']}")
def test_every_setting_reads_as_the_makers_program_shows_it(row: dict[str, str]) -> None:
    value = decode_register(BY_KEY[row["key"]], [int(row["raw"])], USUAL_SCALES)
    for volts in VOLTS:
        shown = row[f"msview_{volts}v"]
        if shown in WORDS_SHOWN:
            assert names(BY_KEY[row["key"]], value) == WORDS_SHOWN[shown]
        elif shown:
            assert settings.displayed(row["key"], value, volts) == shown


def test_enough_displayed_values_are_compared() -> None:
    shown = [row for row in DISPLAYED for volts in VOLTS if row[f"msview_{volts}v"]]
    assert len(shown) == 108


@pytest.mark.parametrize("name", ["tristar_mppt_settings_a.tsmppt", "tristar_mppt_settings_b.tsmppt"])
def test_a_settings_file_of_the_makers_program_decodes_whole_and_encodes_back(name: str) -> None:
    words = {
        int(value.attrib["addr"]): int(value.text or "")
        for value in ElementTree.parse(CAPTURES / "tristar_mppt" / name).iter("value")
    }
    read = decode(registers_table.SETTINGS, words, USUAL_SCALES)
    assert read.keys() == {row.key for row in registers_table.SETTINGS}
    for key, value in read.items():
        assert encode(BY_KEY[key], value, USUAL_SCALES) == (words[BY_KEY[key].address],)


# Published displays that do not come from the raw word beside them, as their notes say.
NOT_TAKEN_TOGETHER = {("tsmppt60_liveview_night", "array_voltage"), ("dbus_slave_off", "voltage_override")}


@pytest.mark.parametrize("row", DUMPS, ids=lambda row: f"{row['capture']}-{row['key']}")
def test_published_values_are_met_to_their_last_digit(row: dict[str, str]) -> None:
    shown = row["displayed"]
    if not shown or (row["capture"], row["key"]) in NOT_TAKEN_TOGETHER:
        return
    words = [int(word) for word in row["raw_words"].split()]
    value = decode_register(BY_KEY[row["key"]], words, USUAL_SCALES)
    if shown == "TS-MPPT-60":
        assert names(BY_KEY[row["key"]], value) == ["ts_mppt_60"]
    elif row["scaling"] == "version_major_minor":
        assert value == shown
    else:
        places = len(shown.partition(".")[2])
        if row["key"] == "sweep_power_max":  # the source rounds to whole watts
            places, shown = 0, shown.partition(".")[0]
        assert isinstance(value, int | float)
        assert f"{value:.{places}f}" == shown


@pytest.mark.parametrize(
    ("dip", "volts", "rules"),
    [(0b00000000, None, False), (0b00111100, 12, True), (0b00111010, 24, True), (0b00111110, 48, True),
     (0b00110100, 12, False), (0b11111111, 48, True)],
)  # fmt: skip
def test_the_switches_choose_the_system_voltage_and_the_profile(dip: int, volts: int | None, rules: bool) -> None:
    assert settings.system_volts(dip) == volts
    assert settings.in_force(dip) is rules


def test_a_system_of_another_voltage_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="12, 24 and 48 V"):
        settings.on_system("float_voltage", 13.5, 36)


def test_no_value_and_other_registers_are_displayed_too() -> None:
    assert settings.displayed("temp_comp_limit_max", None) == ""
    assert settings.displayed("hourmeter", 87017) == "87017"
    assert settings.displayed("battery_voltage", 13.4308) == "13.43"


@pytest.mark.parametrize("table", ["codes", "flags"])
def test_each_code_and_bit_means_what_the_reference_says(table: str) -> None:
    for row in rows(f"protocols/tristar_mppt/{table}.csv"):
        if row["table"] == "log_select_inferred":  # its register is not in the reference
            continue
        ours = {"net_flags": "network_flags", "net_rules": "network_rules"}.get(row["table"], row["table"])
        number = int(row.get("code") or row.get("bit") or 0)
        assert codes.table(ours).codes[number].sentence == worded(row["meaning"])


@pytest.mark.parametrize("row", rows("protocols/tristar_mppt/coils.csv"), ids=lambda row: row["key"])
def test_each_coil_says_what_the_reference_says(row: dict[str, str]) -> None:
    coil = coils.BY_KEY[row["key"]]
    assert (coil.address, coil.access, coil.danger) == (int(row["address"], 16), row["access"], row["danger"])
    assert coil.effect == row["effect"]
    assert all(sentence in row["notes"] for sentence in coil.notes.split(". ") if sentence)


def test_the_coils_are_those_of_the_reference() -> None:
    assert [coil.key for coil in coils.COILS] == [row["key"] for row in rows("protocols/tristar_mppt/coils.csv")]


def test_a_whole_settings_block_is_decoded_with_its_last_register() -> None:
    words = block(0xE000, [2549] * 34)
    assert "array_voltage_fixed_percent_init" in decode(registers_table.SETTINGS, words, USUAL_SCALES)
