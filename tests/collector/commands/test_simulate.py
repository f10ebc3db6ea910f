from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.__main__ import main
from collector.drivers.emus import reader as emus_reader
from collector.drivers.emus.reader import EmusG1
from collector.drivers.tristar.reader import TristarMppt
from collector.simulator.emus.faults import EmusFault
from collector.simulator.modbus.faults import FAULTS
from collector.simulator.site import VirtualSite, take_state
from collector.transports.modbus.line import ModbusSerial
from data.errors import TransportError
from tests.collector.commands.conftest import Run


@contextmanager
def simulating(folder: Path, *words: str) -> Iterator[dict[str, Any]]:
    """`simulate` as a process of its own; where it says its devices are."""
    command = [sys.executable, "-m", "collector", "simulate", "--links", str(folder), "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
        assert process.wait(60) == 0


def test_devices_answer_on_lines_and_in_the_network(asked: Run, tmp_path: Path) -> None:
    with simulating(tmp_path / "dev", "--tcp") as where:
        _, by_line = asked("read", f"tristar_mppt@{where['lines']['tristar_2']}", "identity", "network")
        code, in_network = asked("read", f"tristar_mppt@{where['network']['tristar_2']}", "identity", "network")
        address = where["network"]["tristar_1"].removeprefix("tcp://")
        _, found = asked("probe", "--ports", tmp_path / "none*", "--hosts", address)
    assert code == 0
    assert in_network["values"] == by_line["values"]
    assert [(one["name"], one["serial_number"]) for one in found["devices"]] == [("tristar-1", "10491234")]


def test_the_model_and_the_system_are_those_asked_for(asked: Run, tmp_path: Path) -> None:
    with simulating(tmp_path / "dev", "--amperes", "45", "--volts", "48") as where:
        _, answer = asked("read", f"tristar_mppt@{where['lines']['tristar_1']}", "identity")
        _, settings = asked("settings", f"tristar_mppt@{where['lines']['tristar_1']}")
    assert [row["names"] for row in answer["values"] if row["key"] == "model"] == [["ts_mppt_45"]]
    assert settings["system_volts"] == 48


def test_faults_are_put_on_a_line_by_name_alone_and_together(asked: Run, tmp_path: Path) -> None:
    words = ("--fault", "tristar_1:exception 4", "--fault", "tristar_2:garbage + truncated", "--fault", "emus:no cells")
    with simulating(tmp_path / "dev", *words) as where:
        for line in ("tristar_1", "tristar_2"):
            assert asked("read", f"tristar_mppt@{where['lines'][line]}", "adc")[0] == 1
        code, answer = asked("read", f"emus_g1@{where['lines']['emus']}", "BC1", "BV1")
    assert code == 0
    by_key = {row["key"]: row["value"] for row in answer["values"]}
    assert by_key["state_of_charge"] == 72.4
    assert by_key["max_cell_voltage"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("--fault", "tristar_1:sunshine"),
        ("--fault", "tristar_9:late"),
        ("--fault", "emus:exception 4"),
        ("--fault", "late"),
        ("--tcp", "--amperes", "45"),
        ("--tcp", "99999"),
        ("--every-seconds", "nan"),
    ],
)
def test_a_fault_a_line_or_a_network_that_is_not_there_is_refused(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "collector", "simulate", "--links", str(tmp_path / "dev"), *words]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 2
    assert told.stderr.startswith("cannot simulate this")
    assert list((tmp_path / "dev").iterdir()) == []


def test_a_folder_that_cannot_be_and_a_file_in_the_way_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "emus").write_text("mine", encoding="utf-8")
    for links in ("file", "dev"):
        assert main(["simulate", "--links", str(tmp_path / links)]) == 2
        assert "give another --links" in capsys.readouterr().err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "dev" / "emus").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in (tmp_path / "dev").iterdir()] == ["emus"]


def test_every_fault_is_named_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--help"])
    said = " ".join(capsys.readouterr().out.split()).replace("- ", "-")  # lines are broken at dashes too
    assert [name for name in (*FAULTS, *(fault.value for fault in EmusFault)) if name not in said] == []


@pytest.mark.parametrize("fault", EmusFault, ids=lambda fault: fault.value)
def test_every_fault_of_the_battery_manager_is_put_on_its_line_and_taken_off(
    fault: EmusFault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, some_silence: None
) -> None:
    monkeypatch.setattr("collector.simulator.emus.faults.LATE_SECONDS", 0.5)
    site = VirtualSite(tmp_path)
    emus = EmusG1.open(str(tmp_path / "emus"))
    try:
        site.spoil("emus", fault.value.replace("-", " "))
        if fault.keeps_values:
            assert emus.read(("BC1",)).values["BC1.state_of_charge"] == 72.4
        elif fault is EmusFault.LATE:
            assert site.lines["emus"].device.delay_seconds == 0.5
        elif fault in (EmusFault.NO_CELLS, EmusFault.OLD_FIRMWARE):
            values = emus.read(("BV1", "ST1")).values
            assert None in (values["BV1.total_voltage"], values["ST1.pin_status_flags"])
        else:
            with pytest.raises(TransportError):
                emus.read(("CV1",))
        site.spoil("emus", "")
        for _ in range(3):
            reading = emus.read(("BC1",))  # what was late may still come once
        assert reading.values["BC1.state_of_charge"] == 72.4
    finally:
        emus.close()
        site.close()


def test_a_state_pulls_an_adapter_out_plugs_it_in_and_spoils_lines(tmp_path: Path) -> None:
    site, complaints = VirtualSite(tmp_path), list[str]()
    reader = TristarMppt(ModbusSerial(str(tmp_path / "tristar_1"), timeout_seconds=1.0, tries=1))
    try:
        take_state(site, '{"gone": ["tristar_1"]}', complaints.append)
        assert not (tmp_path / "tristar_1").exists()
        take_state(site, '{"faults": {"tristar_1": "bad crc"}}', complaints.append)
        with pytest.raises(TransportError):
            reader.read(("adc",))
        take_state(site, '{"faults": {"tristar_1": ""}}', complaints.append)
        assert reader.read(("adc",)).failed == {}
        take_state(site, '{"faults": {"emus": "sunshine"}}', complaints.append)
        assert complaints == [complaints[0]]
        assert "sunshine" in complaints[0]
        take_state(site, '{"faults": {"emus": "no cells + extra-fields"}}', complaints.append)
        emus = EmusG1.open(str(tmp_path / "emus"))
        assert emus.read(("BV2",)).values == {"BV2": []}
        emus.close()
    finally:
        reader.close()
        site.close()


def test_an_adapter_vanishes_and_comes_back_under_another_name_while_its_answers_are_spoilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.simulator.unplugging.IN_SECONDS", 0.2)
    monkeypatch.setattr("collector.simulator.unplugging.OUT_SECONDS", 0.1)
    site = VirtualSite(tmp_path)
    home, away = tmp_path / "tristar_1", tmp_path / "tristar_1-again"
    seen: set[tuple[bool, bool]] = set()
    give_up_at = time.monotonic() + 30
    try:
        site.spoil("tristar_1", "rename + bad crc")
        assert site.lines["tristar_1"].always
        while len(seen) < 3 and time.monotonic() < give_up_at:
            seen.add((home.is_symlink(), away.is_symlink()))
        assert seen == {(True, False), (False, False), (False, True)}
        site.spoil("tristar_1", "vanish")
        while home.is_symlink() and time.monotonic() < give_up_at:
            assert not away.is_symlink()
        assert not home.is_symlink()
        site.spoil("tristar_1", "")
        reader = TristarMppt(ModbusSerial(str(home), timeout_seconds=1.0))
        assert reader.read(("adc",)).failed == {}
        reader.close()
        with pytest.raises(ValueError, match="there is no fault sunshine"):
            site.spoil("tristar_1", "vanish + sunshine")
    finally:
        site.close()
    assert list(tmp_path.iterdir()) == []


def test_cells_out_of_reach_leave_every_other_sentence_as_it_was(tmp_path: Path) -> None:
    site = VirtualSite(tmp_path)
    emus = EmusG1.open(str(tmp_path / "emus"))
    others = tuple(name for name in emus_reader.STATE if name not in emus_reader.CELLS)
    try:
        before = emus.read(others).values
        site.spoil("emus", "no-cells")
        assert emus.read(others).values == before
    finally:
        emus.close()
        site.close()
