from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.drivers.documents import compact, set_names
from collector.drivers.emus import sentences_table
from collector.drivers.emus.document import build_bms, by_sentence, statistic
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import SETTINGS, build_tristar, build_tristar_daily
from collector.simulator.emus.device import VirtualEmus
from collector.simulator.emus.noon import NOON
from collector.simulator.tristar.device import VirtualTristar
from data.catalogue.codes import ALARMS, LOG_EVENT, STATISTIC
from data.document import FIELDS, flags, readings
from tests.builders import of_the_catalogue

POSTED = Path(__file__).parents[2] / "captures" / "documents"
DAY = date(2019, 12, 3)


def posted(name: str) -> dict[str, Any]:
    content = json.loads((POSTED / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def near(built: Any, example: Any) -> Any:
    """`built` with each float that a register cannot hit exactly replaced by the example's."""
    if isinstance(built, dict) and isinstance(example, dict):
        return {key: near(value, example.get(key)) for key, value in built.items()}
    if isinstance(built, float) and isinstance(example, float):
        return example if abs(built - example) <= 0.06 else built
    return built


def answered(emus: VirtualEmus) -> dict[str, list[Mapping[str, Any]]]:
    """What a reader makes of every sentence."""
    names = sentences_table.REQUESTABLE - {"DT1", "PW1", "RS2"}
    return {name: [sentences_table.decode(line).fields for line in emus.lines(name)] for name in names}


def test_the_controllers_document_is_the_posted_one() -> None:
    example = posted("tristar_instantaneous.json")
    built = build_tristar(VirtualTristar().decoded(), string=2, day=DAY)
    assert built.pop("string") == 2
    assert near(built, example) == example


def test_the_daily_document_is_the_posted_one() -> None:
    example = posted("tristar_daily.json")
    built = build_tristar_daily(VirtualTristar().decoded(), string=1, day=DAY)
    assert built.pop("string") == 1
    assert near(built, example) == example


def test_the_batterys_document_is_the_posted_one_but_for_what_the_unit_says_more() -> None:
    example = posted("bms.json")
    unit = {"hardware_type": "Emus BMS G1", "serial_number": 898, "firmware_version": "2.0.18"}
    # The posted unit kept five of the statistics; the numbers of its document count those, not the protocol's.
    kept = [row for row in NOON["SS1"] if row["statistic_id"] in (0, 1, 10, 11, 19)]
    built = build_bms(answered(VirtualEmus({"VR1": unit, "SS1": kept})))
    # One rate for each cell, not one for a group; the number of chargers; CAN messages only where they are echoed.
    assert built["ChargerStatus"].pop("number of connected chargers") == 0
    assert built.pop("ReceivedCANMessages") is None
    del example["ReceivedCANMessages"]
    for group in ("cell group 1", "cell group 2"):
        rates = built["Battery Balancing Rate Detail"][group].pop("individual cell module balancing rate")
        assert rates == {f"cell {cell}": {"value": 0.0, "unit": "%"} for cell in range(1, 5)}
        del example["Battery Balancing Rate Detail"][group]["individual cell module balancing rate"]
    # A total carries no time on the wire.
    for number in ("statistic 1", "statistic 2"):
        example["Statistics"][number]["unix timestamp"] = None
    assert built == example


def test_what_is_built_reads_back_as_what_was_measured() -> None:
    values = VirtualTristar().decoded()
    found = readings("tristar", build_tristar(values))
    assert found == {
        row.metric: pytest.approx(values[row.driver], abs=0.0006) for row in FIELDS if row.family == "tristar"
    }
    daily = of_the_catalogue(readings("tristar_daily", build_tristar_daily(values)))
    assert daily == {
        row.metric: pytest.approx(values[row.driver], abs=0.0006) for row in FIELDS if row.family == "tristar_daily"
    }
    sentences = answered(VirtualEmus())
    battery = readings("bms", build_bms(sentences))
    for row in FIELDS:
        if row.family == "bms":
            name, _, field = row.driver.partition("/")
            assert battery[row.metric] == sentences[name][0][field]
    assert [battery[f"cell_{cell}_voltage"] for cell in range(1, 9)] == [3.34, 3.35, 3.34, 3.36, 3.35, 3.34, 3.35, 3.35]
    assert battery["cell_7_m_temperature"] == 22
    assert battery["cell_8_b_rate"] == 0


def test_bits_and_codes_travel_as_words() -> None:
    tristar = VirtualTristar(
        {"faults": 0b1000001, "alarms": 1 << 19 | 1, "charge_state": 8, "led_state": 5, "flags_daily": 0b10100}
    )
    content = build_tristar(tristar.decoded())
    assert content["Status"]["faults"] == "overcurrent, custom settings edit"
    assert content["Status"]["alarms"] == "RTS open, Controller was reset"
    assert content["Status"]["LED state"] == "GREEN BLINK, 1HZ"
    assert content["Charger Data"]["Charge State"] == "EQUALIZE"
    assert flags("tristar", content).alarms == ["RTS open", "Controller was reset"]
    daily = build_tristar_daily(tristar.decoded())
    assert flags("tristar_daily", daily).daily_flags == ["Entered float", "A fault occurred"]


def test_an_unknown_code_keeps_its_number_and_an_unknown_bit_its_place() -> None:
    assert build_tristar(VirtualTristar({"charge_state": 12}).decoded())["Charger Data"]["Charge State"] == 12
    assert set_names(1 << 30 | 1, ALARMS.names) == "RTS open, N/A 31"


def test_what_the_device_has_not_is_null_and_what_was_not_read_is_a_null_section() -> None:
    values = VirtualTristar({"rts_temperature": None}).decoded()
    content = build_tristar({key: value for key, value in values.items() if "power" not in key and "sweep" not in key})
    assert content["Temperature data"] == {
        "heatsink temperature": 31,
        "RTS temperature": None,
        "battery regulation temperature": 19,
    }
    assert content["MPPT Data"] is None
    log = {row.key: values[row.key] for row in registers_table.REGISTERS if row.group == "logger_daily"}
    assert build_tristar_daily(log)["Charge Settings"] is None


def test_there_is_no_day_and_no_string_where_none_is_known() -> None:
    assert "date" not in build_tristar({})
    assert "string" not in build_tristar({})


def test_cells_that_cannot_be_reached_are_a_sentence_not_a_number() -> None:
    empty = dict.fromkeys(("BB1", "BB2", "BT1", "BT2", "BT3", "BT4", "BV1", "BV2"))
    content = build_bms(answered(VirtualEmus(empty)))
    said = [section for section, value in content.items() if value == "Cannot communicate to cells"]
    assert len(said) == 8
    assert content["CurrentAndVoltage"]["total voltage"] == {"value": 13.39, "unit": "V"}


def test_a_pack_without_probes_has_an_empty_section_not_an_error() -> None:
    content = build_bms(answered(VirtualEmus({"BT3": None, "BT4": None})))
    assert content["Battery Cell Temperature Summary"] == {}
    assert content["Battery Cell Temperature Detail"] == {}
    assert content["Battery Module Temperature Summary"]["number of cells"] == 8


def test_sentences_that_were_not_answered_are_null_sections() -> None:
    content = build_bms(by_sentence({"BC1.state_of_charge": 72.4, "BV2": [], "LG1": []}))
    assert content["Battery Charge"] == {"battery charge": None, "battery capacity": None, "state of charge": 72.4}
    assert content["BMS Status"] is None
    assert content["BatteryVoltageDetail"] == "Cannot communicate to cells"
    assert content["Events Log"] == {}


def test_a_batterys_troubles_are_named() -> None:
    status = {
        "charging_stage": 6,
        "last_charging_error": 9,
        "battery_status_flags": 0b001111,
        "protection_flags": 0b1000001,
        "power_reduction_flags": 1,
        "pin_status_flags": 0,
    }
    said = build_bms(answered(VirtualEmus({"ST1": status})))["BMS Status"]
    assert said == {
        "Charging Stage": "Charging Error",
        "Last Charging Error": "Cell over-voltage",
        "Last Charging Error Parameter": None,
        "Stage Duration": None,
        "Status Errors": "cell temperatures not valid",
        "Protection Errors": "undervoltage,no_cell_comm",
        "Power Errors": "warning: power reduction: low voltage",
        "Pins Connected": None,
    }


def test_a_can_message_is_shown_as_posted() -> None:
    message = {
        "can_identifier": 0x1B5,
        "identifier_extension_flag": 0,
        "remote_transmission_request_flag": 0,
        "data_length": 8,
        "data": [4, 0x86, 0x86, 0x86, 0x86, 0, 0, 0],
    }
    assert build_bms({"CN1": [message]})["ReceivedCANMessages"] == posted("bms.json")["ReceivedCANMessages"]


def test_every_statistic_and_event_of_the_device_has_words() -> None:
    assert STATISTIC.names.keys() == STATISTIC.keys.keys()
    assert LOG_EVENT.names.keys() == LOG_EVENT.keys.keys()
    assert statistic({"statistic_id": 99, "value": 7}) == {
        "name": "Statistic 99",
        "value": 7,
        "unit": "N/A",
        "unix timestamp": None,
        "Cell ID": None,
    }
    assert statistic({"statistic_id": 19, "value": 4})["value"] == 4
    assert statistic({"statistic_id": 8, "value": 1234})["value"] == 123.4


def test_every_setting_of_the_document_is_one_of_the_device() -> None:
    assert set(SETTINGS.values()) <= {row.key for row in registers_table.SETTINGS}


def test_a_document_is_one_line() -> None:
    text = compact(build_bms(answered(VirtualEmus())))
    assert "\n" not in text
    assert json.loads(text)["name"] == "BMS"
