from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.snapshots import read_registers_file
from collector.simulator.modbus.rtu_slave import RtuSlave
from collector.simulator.site import VirtualSite
from data.errors import ConfigError
from tests.collector.commands.conftest import Run
from tests.collector.wire import Wire

CAPTURES = Path(__file__).parents[2] / "captures" / "tristar_mppt"
FILE_A, FILE_B = (CAPTURES / f"tristar_mppt_settings_{name}.tsmppt" for name in "ab")


def displayed_by_msview(volts: int) -> dict[str, str]:
    """Key -> what the maker's program displayed for the real controller."""
    with (CAPTURES / "tsmppt60_ucsc_settings_raw.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "documented" and row[f"msview_{volts}v"]]
    keys = {row.key for row in registers_table.SETTINGS}
    return {row["key"]: row[f"msview_{volts}v"] for row in rows if row["key"] in keys}


class RealController:
    """Answers with the settings memory of the real controller, as its owners saved it."""

    def __init__(self, path: Path, dip_switches: int) -> None:
        memory = {0: 180, 1: 0, 2: 80, 3: 0, 4: 0x42, 0x30: dip_switches, **dict.fromkeys(range(0xE000, 0xE022), 0)}
        self.slave = RtuSlave(1, memory | read_registers_file(FILE_A))
        self.wire = Wire(path, lambda heard: b"".join(self.slave.receive(heard)))

    @property
    def device(self) -> str:
        return f"tristar_mppt@{self.wire.path}"


@pytest.fixture
def real(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator fixture
    made = RealController(tmp_path / "real", 0b00111000)
    yield made
    made.wire.unplug()


@pytest.mark.parametrize("volts", [12, 24, 48])
def test_settings_read_as_the_makers_program_showed_them(asked: Run, real: RealController, volts: int) -> None:
    code, answer = asked("settings", real.device, "--system-volts", volts)
    assert code == 0
    said = {row["key"]: row["shown"] for row in answer["settings"]}
    expected = displayed_by_msview(volts)
    assert len(expected) > 10
    assert {key: said[key] for key in expected} == expected


def test_the_system_voltage_is_what_the_switches_choose(asked: Run, tmp_path: Path) -> None:
    controller = RealController(tmp_path / "real", 0b00111110)
    try:
        _, answer = asked("settings", controller.device)
    finally:
        controller.wire.unplug()
    assert answer["system_volts"] == 48
    assert answer["settings"][0]["shown"] == "56.01"
    assert answer["in_force"] is True


def test_a_table_says_what_each_setting_is_for_and_what_to_doubt(
    real: RealController, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["settings", real.device]) == 0
    table = " ".join(capsys.readouterr().out.split())
    assert "Absorption voltage" in table
    assert "Too high gasses or damages the battery" in table
    assert "0xE01D to 0xE021: some firmware keeps something else there" in table
    assert "give --system-volts" in table


def test_settings_that_a_built_in_profile_overrules_are_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    controller = RealController(tmp_path / "real", 0b00000100)
    try:
        assert main(["settings", controller.device]) == 0
    finally:
        controller.wire.unplug()
    assert "a built-in profile rules" in capsys.readouterr().out


@pytest.mark.parametrize("file", [FILE_A, FILE_B])
def test_a_controller_does_not_differ_from_its_own_file_of_msview(asked: Run, real: RealController, file: Path) -> None:
    code, answer = asked("settings", real.device, "--diff", file)
    assert (code, answer["differences"]) == (0, [])


def test_one_changed_setting_is_the_one_difference(asked: Run, real: RealController) -> None:
    real.slave.memory = {**real.slave.memory, 0xE000: 2600}
    _, answer = asked("settings", real.device, "--diff", FILE_A, "--system-volts", "24")
    assert answer["differences"] == [
        {
            "address": "0xE000",
            "key": "absorption_voltage",
            "unit": "V",
            "now": 2600,
            "in_file": 2549,
            "now_shown": "28.56",
            "in_file_shown": "28.00",
        }
    ]


def test_a_snapshot_of_before_and_a_raw_dump_are_compared_alike(
    asked: Run, real: RealController, tmp_path: Path
) -> None:
    _, snapshot = asked("settings", real.device)
    (tmp_path / "before.json").write_text(json.dumps(snapshot), encoding="utf-8")
    assert asked("settings", real.device, "--diff", tmp_path / "before.json")[1]["differences"] == []
    asked("dump", real.device, "--raw", "--out", tmp_path / "raw.json")
    real.slave.memory = {**real.slave.memory, 0xE00E: 0}
    for file in ("before.json", "raw.json"):
        _, answer = asked("settings", real.device, "--diff", tmp_path / file)
        assert [(one["key"], one["now_shown"], one["in_file_shown"]) for one in answer["differences"]] == [
            ("high_voltage_disconnect", "disabled", "14.50")
        ]


def test_tick_boxes_that_share_a_register_are_its_bits() -> None:
    assert read_registers_file(FILE_A)[0xE022] == 0
    assert read_registers_file(FILE_B)[0xE022] == 0b111111
    a, b = read_registers_file(FILE_A), read_registers_file(FILE_B)
    assert {address for address in a if a[address] != b[address]} == {0xE022}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        "<morningstar/>",
        "<a",
        '{"driver": "emus_g1", "raw": {}}',
        '{"driver": "tristar_mppt", "raw": {"0xE000": 70000}}',
        '{"driver": "tristar_mppt", "raw": {"absorption": 1}}',
        "<morningstar><tristarmppt><settings/></tristarmppt></morningstar>",
    ],
)
def test_a_file_without_settings_is_refused_with_what_would_be_right(tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError):
        read_registers_file(tmp_path / "file")
    with pytest.raises(ConfigError):
        read_registers_file(tmp_path / "missing")


def test_the_settings_of_a_silent_controller_are_an_error(
    site: VirtualSite, tristar: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site.lines["tristar_1"].silent = True
    assert main(["settings", tristar]) == 1
    assert "check the cable" in capsys.readouterr().err
