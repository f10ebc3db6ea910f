"""The owner's class for scripts, on a virtual controller at a real pseudo-terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import serial
from modbus_tk import modbus_rtu

from collector import Morningstar
from collector.simulator.faults import Fault
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar.device import VirtualTristar
from data.document import flags, readings
from data.errors import ChangeNotAllowedError, TransportError
from tests.builders import of_the_catalogue

POSTED = Path(__file__).parents[2] / "captures" / "documents"

# The keys as the owner lists them, spelling included.
KEYS = {
    "ADCdata": "battery voltage, battery terminal voltage, battery sense voltage, array voltage, battery current,"
    " array current, 12V supply, 3V supply, meterbus voltrage, 1.8V supply, reference voltage",
    "TemperatureData": "heatsink temperature, RTS temperature, battery regulation temperature",
    "StatusData": "battery_voltage, charging_current, minimum battery voltage, maximum battery voltage, hour meter,"
    " faults, alarms, DIP switch, LED state",
    "ChargerData": "Charge State, target regulation voltage, Ah Charge Resettable, Ah Charge Total,"
    " kWhr Charge Resettable, kWhr Charge Total",
    "MPPTData": "output power, input power, max power of last sweep, Vmp of last sweep, Voc of last sweep",
    "Logger_TodaysValues": "Battery Voltage Minimum Daily, Battery Voltage Maximum Daily, Input Voltage Maximum Daily,"
    " Amp Hours Accumulated Daily, Watt hours accumulated daily, Maximum power output daily, Minimum temperature daily,"
    " Maximum Temperature Daily, daily faults, daily alarms, daily flags, time_ab_daily, time_eq_daily, time_fl_daily",
    "ChargeSettings": "EV_absorp, EV_float, Et_absorp, Et_absorp_ext, EV_absorp_ext, EV_float_cancel,"
    " Et_float_exit_cum, EV_eq, Et_eqcalendar, Et_eq_above, Et_eq_reg, Et_battery_service, EV_tempcomp, EV_hvd, EV_hvr,"
    " Evb_ref_lim, ETb_max, ETb_min, EV_soc_g_gy, EV_soc_gy_y, EV_soc_y_yr, EV_soc_yr_r, Elb_lim, EVa_ref_fixed_init,"
    " Eva_ref_fixed_pet_init",
}
# Method -> the section of the posted documents that has its values.
SECTIONS = {
    "ADCdata": "ADC data",
    "TemperatureData": "Temperature data",
    "StatusData": "Status",
    "ChargerData": "Charger Data",
    "MPPTData": "MPPT Data",
}


@pytest.fixture
def controller() -> VirtualTristar:
    return VirtualTristar({"faults": 0x42, "alarms": 0x80001, "flags_daily": 0b00101, "alarms_daily": 1})


@pytest.fixture
def link(tmp_path: Path, controller: VirtualTristar) -> Iterator[PtyLink]:
    opened = PtyLink(tmp_path / "port", controller)
    opened.start()
    yield opened
    opened.close()


@pytest.fixture
def tristar(link: PtyLink) -> Iterator[Morningstar]:
    with Morningstar(str(link.path), 9600, 1) as opened:
        yield opened


@pytest.mark.parametrize("method", KEYS)
def test_each_method_has_the_owners_keys_in_the_owners_order(tristar: Morningstar, method: str) -> None:
    answer = getattr(tristar, method)()
    assert list(answer) == KEYS[method].split(", ")
    assert None not in answer.values()


def test_the_values_are_the_decoded_ones(tristar: Morningstar, controller: VirtualTristar) -> None:
    decoded = controller.decoded()
    assert tristar.ADCdata()["meterbus voltrage"] == decoded["meterbus_voltage"]
    status = tristar.StatusData()
    assert status["charging_current"] == decoded["battery_current_slow"]
    assert status["hour meter"] == 19874
    assert status["faults"] == ["FETs shorted", "custom settings edit"]
    assert status["alarms"] == ["RTS open", "Controller was reset"]
    assert status["DIP switch"] == "OFF OFF ON ON ON ON OFF OFF"
    assert status["LED state"] == "GREEN LED"
    charger = tristar.ChargerData()
    assert (charger["Charge State"], charger["Ah Charge Total"]) == ("MPPT", 37312.4)
    today = tristar.Logger_TodaysValues()
    assert (today["daily faults"], today["daily alarms"]) == ([], ["RTS open"])
    assert today["daily flags"] == ["Reset detected", "Entered float"]
    settings = tristar.ChargeSettings()
    assert settings["EV_absorp"] == pytest.approx(14.0021, abs=5e-5)
    assert (settings["ETb_min"], settings["Eva_ref_fixed_pet_init"]) == (-30, 0.0)


def test_a_sensor_that_is_not_there_and_a_code_nobody_knows(tristar: Morningstar, controller: VirtualTristar) -> None:
    controller.change({"rts_temperature": None, "charge_state": 10})
    assert tristar.TemperatureData()["RTS temperature"] is None
    assert tristar.ChargerData()["Charge State"] == 10


def test_the_attributes_are_the_owners(tristar: Morningstar, link: PtyLink) -> None:
    assert str(link.path) == tristar.PORT
    assert (tristar.BAUD, tristar.SLAVE_NUMBER) == (9600, 1)
    assert (tristar.V_PU, tristar.I_PU) == (180.0, 80.0)
    assert isinstance(tristar.serial_connection, serial.Serial)
    assert isinstance(tristar.master, modbus_rtu.RtuMaster)
    assert tristar.master.execute(1, 3, 0, 5) == (180, 0, 80, 0, 0x42)


def test_its_master_writes_nothing(tristar: Morningstar, controller: VirtualTristar) -> None:
    with pytest.raises(ChangeNotAllowedError):
        tristar.master.execute(1, 5, 0, output_value=1)
    assert controller.controls.written == []
    assert not any("write" in name.lower() or name.lower().startswith("set") for name in dir(Morningstar))


def test_scaling_reads_the_scales_and_prints_the_firmware(
    tristar: Morningstar, controller: VirtualTristar, capsys: pytest.CaptureFixture[str]
) -> None:
    controller.change({"v_pu": 190.5})
    tristar.scaling()
    assert tristar.V_PU == 190.5
    assert capsys.readouterr().out == "firmware version: 42\n"


def test_what_cannot_be_read_is_none_and_the_cause_is_told(
    tristar: Morningstar, link: PtyLink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert tristar.last_error is None
    link.silent = True
    tristar._line.timeout_seconds = 0.05
    tristar._line.close()
    assert tristar.MPPTData() == dict.fromkeys(KEYS["MPPTData"].split(", "))
    assert tristar.last_error is not None
    assert "no usable answer" in tristar.last_error
    assert tristar.last_error in caplog.text
    link.silent = False
    tristar._line.timeout_seconds = 5.0
    tristar._line.close()
    assert tristar.MPPTData()["output power"] == pytest.approx(249.2, abs=0.06)
    assert tristar.last_error is None


def test_a_spoiled_answer_is_asked_for_again(tristar: Morningstar, link: PtyLink) -> None:
    link.inject(Fault.BAD_CRC, Fault.TRUNCATED)
    assert tristar.TemperatureData()["heatsink temperature"] == 31
    assert tristar.last_error is None


def test_a_port_without_a_controller_is_an_error_at_once_and_left_free(link: PtyLink) -> None:
    link.silent = True
    with pytest.raises(TransportError, match="no usable answer"):
        Morningstar(str(link.path), 9600, 1)
    link.silent = False
    with Morningstar(str(link.path), 9600, 1) as tristar:
        assert tristar.V_PU == 180.0
    with pytest.raises(TransportError, match="cannot open"):
        Morningstar(str(link.path) + "-not-there", 9600, 1)


def near(built: Any, example: Any) -> Any:
    if isinstance(built, dict) and isinstance(example, dict):
        return {key: near(value, example.get(key)) for key, value in built.items()}
    if isinstance(built, float) and isinstance(example, float):
        return example if abs(built - example) <= 0.06 else built
    return built


@pytest.mark.parametrize(
    ("method", "example"),
    [
        ("DumpInstantenousDataToJSONFile", "tristar_instantaneous.json"),
        ("DumpDailyDataToJSONFile", "tristar_daily.json"),
    ],
)
@pytest.mark.parametrize("kind", ["path", "text path", "file"])
def test_the_dumps_are_the_posted_documents(
    tristar: Morningstar, controller: VirtualTristar, tmp_path: Path, method: str, example: str, kind: str
) -> None:
    controller.change(
        {"faults": 0, "alarms": 0, "flags_daily": 0b100, "alarms_daily": 0, "battery_current_limit": 20.63}
    )
    path, file = tmp_path / "out.json", io.StringIO()
    before = date.today()  # noqa: DTZ011  # the class writes the machine's own day
    getattr(tristar, method)({"path": path, "text path": str(path), "file": file}[kind])
    days = {day.strftime("%m/%d/%Y") for day in (before, date.today())}  # noqa: DTZ011
    text = file.getvalue() if kind == "file" else path.read_text(encoding="utf-8")
    assert text.count("\n") == 1  # a modem that sends the first line sends all of it
    dumped = json.loads(text)
    expected = json.loads((POSTED / example).read_text(encoding="utf-8"))
    assert dumped.pop("date") in days
    expected.pop("date")
    assert near(dumped, expected) == expected


def test_a_document_of_the_methods_own_keys_gives_the_same_metrics(tristar: Morningstar) -> None:
    file = io.StringIO()
    tristar.DumpInstantenousDataToJSONFile(file)
    dumped = json.loads(file.getvalue())
    own = {section: getattr(tristar, method)() for method, section in SECTIONS.items()}
    assert of_the_catalogue(readings("tristar", own)) == pytest.approx(
        of_the_catalogue(readings("tristar", dumped)), abs=0.001
    )
    assert flags("tristar", own) == flags("tristar", dumped)
    file = io.StringIO()
    tristar.DumpDailyDataToJSONFile(file)
    dumped = json.loads(file.getvalue())
    own = {"Daily Logger Values": tristar.Logger_TodaysValues(), "Charge Settings": tristar.ChargeSettings()}
    assert of_the_catalogue(readings("tristar_daily", own)) == pytest.approx(
        of_the_catalogue(readings("tristar_daily", dumped)), abs=0.001
    )
    assert flags("tristar_daily", own) == flags("tristar_daily", dumped)


def test_the_dump_of_a_silent_controller_has_no_values(tristar: Morningstar, link: PtyLink) -> None:
    link.silent = True
    tristar._line.timeout_seconds = 0.05
    tristar._line.close()
    file = io.StringIO()
    tristar.DumpInstantenousDataToJSONFile(file)
    assert [value for key, value in json.loads(file.getvalue()).items() if key not in ("name", "date")] == [None] * 5


def test_the_same_is_printed(tristar: Morningstar, capsys: pytest.CaptureFixture[str]) -> None:
    tristar.PrintInstantenousData()
    tristar.PrintDailyData()
    printed = capsys.readouterr().out
    assert all(f'"{key}": ' in printed for keys in KEYS.values() for key in keys.split(", "))


def test_the_port_is_closed_at_the_end_of_with_and_of_the_program(link: PtyLink) -> None:
    with Morningstar(str(link.path), 9600, 1) as tristar:
        opened = tristar.serial_connection
        assert opened.is_open
    assert not opened.is_open
    script = f"from collector import Morningstar; m = Morningstar({str(link.path)!r}, 9600, 1); print(m.V_PU)"
    ended = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "180.0\n", "")


def test_the_package_has_no_other_names_by_accident() -> None:
    import collector

    with pytest.raises(AttributeError, match="no attribute 'Moonlight'"):
        collector.Moonlight  # noqa: B018
