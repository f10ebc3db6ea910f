from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.drivers import sentences
from collector.simulator.site import VirtualSite
from tests.collector.commands.conftest import Run
from tests.collector.wire import Wire


def values(answer: dict[str, object]) -> dict[str, object]:
    rows = answer["values"]
    assert isinstance(rows, list)
    return {row["key"]: row["value"] for row in rows}


def test_a_group_of_a_controller_is_read_with_units_and_words(asked: Run, tristar: str) -> None:
    code, answer = asked("read", tristar, "charger")
    assert code == 0
    assert answer["failed"] == {}
    by_key = {row["key"]: row for row in answer["values"]}
    assert by_key["charge_state"] == {
        "group": "charger",
        "key": "charge_state",
        "value": 5,
        "unit": "",
        "names": ["mppt"],
    }
    assert by_key["charge_ah_total"] == {"group": "charger", "key": "charge_ah_total", "value": 37312.4, "unit": "Ah"}


def test_every_value_the_reader_gives_is_in_the_answer(asked: Run, tristar: str, site: VirtualSite) -> None:
    code, answer = asked("read", tristar, "scaling", "adc", "temperature", "eeprom_settings", "eeprom_counters")
    assert code == 0
    truth = site.tristars["1"].decoded()
    said = values(answer)
    assert len(said) > 50
    assert said == {key: truth[key] for key in said}


def test_sentences_with_cells_are_read_group_by_group(asked: Run, emus: str) -> None:
    code, answer = asked("read", emus, "BC1", "BV1", "BV2", "ST1")
    assert code == 0
    assert values(answer)["state_of_charge"] == 72.4
    assert values(answer)["1.cell_voltages"] == [3.35, 3.34, 3.35, 3.35]
    stage = next(row for row in answer["values"] if row["key"] == "charging_stage")
    assert stage["names"] == ["main_charging"]


def test_times_of_the_units_clock_are_shown_as_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {
        b"LG1": sentences.frame("LG1", "00", "01", "FFFFFF", "2578549F"),
        b"RS2": sentences.frame("RS2", "00000000", "01", "FFFFFFFFFFFFFFFF", "02"),  # no clock shows the second
        b"SS1": sentences.frame("SS1", "08", "10", "", "FFFFFFFFFFFFFFFF"),
    }
    unit = Wire(tmp_path / "unit", lambda heard: said[heard.strip()[:3]] + b"\r\n")
    try:
        assert main(["read", f"emus_g1@{unit.path}", "LG1", "RS2", "SS1", "--json"]) == 0
    finally:
        unit.unplug()
    rows = json.loads(capsys.readouterr().out)["values"]
    assert {row["key"]: row.get("names") for row in rows if row["key"].endswith(("timestamp", "current"))} == {
        "0.timestamp": ["2019-12-02 23:02:55"],
        "reset_1_timestamp": ["2000-01-01 00:00:00"],
        "reset_2_timestamp": None,
        **{f"reset_{number}_timestamp": None for number in (3, 4, 5)},
        "max_discharge_current": None,
    }


def test_a_group_the_device_has_not_is_told_with_those_it_has(
    asked: Run, tristar: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", tristar, "weather"]) == 2
    told = capsys.readouterr().err
    assert "weather" in told
    assert "eeprom_settings" in told


def test_a_silent_device_gives_exit_code_1_and_says_why(
    site: VirtualSite, tristar: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site.lines["tristar_1"].silent = True
    assert main(["read", tristar, "adc"]) == 1
    assert "check the cable" in capsys.readouterr().err


def test_a_name_nobody_has_is_told_with_the_names_there_are(
    asked: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "bms", "--memory", str(tmp_path / "none.json")]) == 2
    assert "write DRIVER@PORT" in capsys.readouterr().err
    assert main(["read", "toaster@/dev/ttyUSB0"]) == 2
    assert "tristar_mppt, emus_g1" in capsys.readouterr().err


def test_a_name_of_the_collectors_settings_is_read(asked: Run, site: VirtualSite, tmp_path: Path) -> None:
    config = tmp_path / "collector.toml"
    config.write_text(
        '[site]\ntimezone = "UTC"\n[uplink]\nurl = "http://127.0.0.1:9"\n[spool]\npath = "spool.db"\n'
        f'[[device]]\nname = "second"\ndriver = "tristar_mppt"\nport = "{site.lines["tristar_2"].path}"\n',
        encoding="utf-8",
    )
    code, answer = asked("read", "second", "adc", "--config", config)
    assert code == 0
    assert values(answer)["battery_current"] == pytest.approx(17.9, abs=0.002)


def test_a_table_shows_name_value_unit_and_words(
    site: VirtualSite, tristar: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", tristar, "charger"]) == 0
    table = capsys.readouterr().out
    row = next(line for line in table.splitlines() if "charge_ah_total" in line)
    assert [cell.strip() for cell in row.split("│")[1:4]] == ["charger", "charge_ah_total", "37312.4"]
    assert "mppt" in table


def test_watching_says_a_json_line_for_each_reading_and_the_silence_between(tristar: str, site: VirtualSite) -> None:
    command = [sys.executable, "-m", "collector", "watch", tristar, "mppt", "--every", "1", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            first = json.loads(process.stdout.readline())
            site.lines["tristar_1"].silent = True
            silent = next(answer for line in process.stdout if "error" in (answer := json.loads(line)))
        finally:
            process.kill()
    assert values(first)["sweep_power_max"] == pytest.approx(261.3, abs=0.06)
    assert "values" not in silent


def test_watching_ends_after_the_asked_count(tristar: str, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert main(["watch", tristar, "temperature", "--count", "1"]) == 0
    assert time.monotonic() - began < 20
    assert "heatsink_temperature" in capsys.readouterr().out


def test_a_dump_is_the_document_the_site_takes(asked: Run, tristar: str, emus: str, tmp_path: Path) -> None:
    code, document = asked("dump", tristar)
    assert code == 0
    assert document["ADC data"]["battery voltage"] == 13.409
    code, document = asked("dump", tristar, "--daily")
    assert code == 0
    assert document["Charge Settings"]["EV_absorp"] == 14.002
    code, document = asked("dump", emus)
    assert code == 0
    assert document["Battery Charge"]["state of charge"] == 72.4


def test_a_raw_dump_has_every_register_that_answered_and_why_others_did_not(
    asked: Run, tristar: str, site: VirtualSite
) -> None:
    code, content = asked("dump", tristar, "--raw")
    memory = site.tristars["1"].words()
    said = {int(address, 16): word for address, word in content["raw"].items()}
    assert said == {address: memory[address] for address in said}
    assert {0x0000, 0x005B, 0xE021, 0xE08C, 0xE0CD} <= said.keys()
    assert code == (1 if content["failed"] else 0)


def test_a_raw_dump_of_a_battery_manager_is_its_own_lines(asked: Run, emus: str, tmp_path: Path) -> None:
    out = tmp_path / "raw.json"
    code, _ = asked("dump", emus, "--raw", "--out", out)
    assert code == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["raw"]["BV2"] == ["BV2,00,0000,04,86878688,49", "BV2,01,0004,04,87868787,C3"]
    assert content["raw"]["BC1"] == ["BC1,000E5140,0013C680,1C48,48"]
