from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.drivers import sentences
from collector.drivers.emus import parameters
from collector.drivers.emus.parameter_notes import GUARDS, PARAMETER_NOTES, parameter_note
from collector.drivers.emus.settings_sheet import read_parameters_file
from collector.transports.lines import LineBuffer
from data.errors import ConfigError
from tests.collector.commands.conftest import Run
from tests.collector.wire import Wire


class Unit:
    """Answers CF2 questions for the parameters it has; any other line is noted in `forbidden`."""

    def __init__(self, path: Path) -> None:
        self.raw = {identifier: "0" * row.width for identifier, row in parameters.PARAMETERS.items()}
        self.raw |= {0x0100: "0008", 0x0102: "0708", 0x0005: "A0", 0x0118: "03E8"}
        self.forbidden: list[bytes] = []
        self._buffer = LineBuffer()
        self.wire = Wire(path, self.answer)

    @property
    def device(self) -> str:
        return f"emus_g1@{self.wire.path}"

    def answer(self, heard: bytes) -> bytes:
        said = b""
        for line in self._buffer.feed(heard):
            name, fields = sentences.split(line)
            if name != "CF2" or fields[1:] != [b"?"]:
                self.forbidden.append(line)
            elif (raw := self.raw.get(int(fields[0], 16))) is not None:
                said += sentences.frame("CF2", fields[0].decode(), raw) + b"\r\n"
        return said


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = Unit(tmp_path / "unit")
    yield made
    made.wire.unplug()


def test_every_parameter_is_read_by_name_with_unit_and_nothing_is_written(asked: Run, unit: Unit) -> None:
    code, answer = asked("settings", unit.device)
    assert code == 0
    assert unit.forbidden == []
    said = {row["key"]: (row["value"], row["unit"]) for row in answer["settings"]}
    assert len(said) == len(parameters.PARAMETERS)
    assert said["number_of_overall_cells"] == (8, "")
    assert said["capacity"] == (180.0, "Ah")
    assert said["cell_over_voltage_protection_activate_at"] == (3.6, "V")
    assert said["climate_control_minimum_soc"] == (10.0, "%")


def test_only_what_changed_since_a_snapshot_is_shown(
    asked: Run, unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, snapshot = asked("settings", unit.device)
    (tmp_path / "before.json").write_text(json.dumps(snapshot), encoding="utf-8")
    unit.raw[0x0005] = "A5"
    del unit.raw[0x0118]
    _, answer = asked("settings", unit.device, "--diff", tmp_path / "before.json")
    assert answer["differences"] == [
        {
            "id": "0005",
            "key": "cell_over_voltage_protection_activate_at",
            "unit": "V",
            "now": 3.65,
            "in_file": 3.6,
        },
        {"id": "0118", "key": "climate_control_minimum_soc", "unit": "%", "now": None, "in_file": 10.0},
    ]
    assert main(["settings", unit.device, "--diff", str(tmp_path / "before.json")]) == 0
    assert "2 differ" in capsys.readouterr().out


def test_a_snapshot_of_another_device_is_refused(tmp_path: Path) -> None:
    for content in ("{}", '{"driver": "tristar_mppt", "raw": {}}', '{"driver": "emus_g1", "raw": {"0005": "xyz"}}'):
        (tmp_path / "file").write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError, match="holds no settings of an EMUS G1"):
            read_parameters_file(tmp_path / "file")


def test_every_note_belongs_to_a_parameter_and_every_parameter_has_one() -> None:
    keys = {row.key for row in parameters.PARAMETERS.values()}
    assert PARAMETER_NOTES.keys() <= keys
    by_their_bits_or_codes = {"current_sensor_type", "function_flags_0", "function_flags_1"}
    assert {key for key in keys if not parameter_note(key)} == by_their_bits_or_codes
    assert {guard for guard in GUARDS if not any(key.startswith(guard) for key in keys)} == set()
    assert parameter_note("cell_overheat_protection_activation_delay") == (
        "How long a cell's overheating must last before the overheat protection of cells, by external sensors, begins."
    )


def test_statistics_are_read_by_name_with_cell_and_time(asked: Run, emus: str) -> None:
    _, answer = asked("read", emus, "SS1")
    lowest = next(row for row in answer["values"] if row["key"] == "min_cell_voltage")
    assert lowest["unit"] == "V"
    assert lowest["names"][0] == "cell 5"
