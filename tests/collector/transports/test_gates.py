"""The last place before the line: what would change a device stops here too, whoever calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.drivers.sentences import frame
from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.tcp import ModbusTcp
from collector.transports.modbus.writes import write_coil, write_register
from collector.transports.serial_line import SerialLine
from data.errors import ChangeNotAllowedError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]

CHANGES = [
    ("CF2", "0004", "50"), ("FD1", ""), ("RC1", ""), ("RS1", ""), ("SC1", "32"), ("PW2", "secret"), ("PW2", ""),
    ("LG1", "c"), ("SS1", "c"), ("TC1", "78"), ("TC2", "0000", "01", "02", "03"),
    ("CN1", "18FF50E5", "1", "0", "2", "AA55"),
]  # fmt: skip


@pytest.mark.parametrize("fields", CHANGES, ids=",".join)
@pytest.mark.parametrize("permission", [{}, {"allow_changes": False}, {"allow_changes": 1}, {"allow_changes": "yes"}])
def test_a_line_tells_no_change_without_permission(
    plug: Plug, tmp_path: Path, fields: tuple[str, ...], permission: dict[str, Any]
) -> None:
    wire = plug(lambda _heard: b"")
    line = SerialLine(str(tmp_path / "port"))
    with pytest.raises(ChangeNotAllowedError, match="was not allowed: nothing was sent"):
        line.tell(frame(*fields), (fields[0].encode(),), 0.05, **permission)
    line.close()
    assert wire.heard == b""


@pytest.mark.parametrize("permission", [True, False])
@pytest.mark.parametrize("command", [b"PW1,a\r\nFD1,,E2", b"\nRS1,,00", b"RC1,,00\r"])
def test_a_command_hides_no_second_line(plug: Plug, tmp_path: Path, command: bytes, permission: bool) -> None:
    wire = plug(lambda _heard: b"")
    line = SerialLine(str(tmp_path / "port"))
    with pytest.raises(ValueError, match="one line"):
        line.tell(command, (b"PW1",), 0.05, allow_changes=permission)
    line.close()
    assert wire.heard == b""


@pytest.mark.parametrize(
    "question",
    [
        b"VR1,?,D7\r\nFD1,,E2", b"fd1,,E2", b"FD1,,E2", b" FD1,,E2", b"CF2,0004,50,00", b"cf2,0004,?,00", b"SS1,c,00",
        b"SS1,C,00", b"LG1,c,00", b"RC1, ,00", b"xxxxx", b"xxxxx\r", b"#", b"", b"?", b"VR1,?,D7\n", b"CN1,?,1,0,0,,00",
        b"PW2,ABCD,?,00", b"PW1,ABCD,?,00", b"CF2,?,00",
        *(name + b",?,00" for name in (b"FD1", b"RC1", b"RS1", b"SC1", b"TC1", b"TC2", b"PW2", b"CN1", b"CN2")),
    ],
)  # fmt: skip
def test_odd_bytes_are_no_question(plug: Plug, tmp_path: Path, question: bytes) -> None:
    wire = plug(lambda _heard: b"")
    line = SerialLine(str(tmp_path / "port"))
    with pytest.raises(ValueError, match="is not a question"):
        line.ask(question, b"VR1", 0.05)
    line.close()
    assert wire.heard == b""


@pytest.mark.parametrize("permission", [{}, {"allow_changes": False}, {"allow_changes": "yes"}])
def test_a_modbus_line_writes_nothing_without_permission(
    plug: Plug, tmp_path: Path, permission: dict[str, Any]
) -> None:
    wire = plug(lambda _heard: b"")
    serial, network = ModbusSerial(str(tmp_path / "port")), ModbusTcp("127.0.0.1", 1)
    for line in (serial, network):
        with pytest.raises(ChangeNotAllowedError, match=r"coil 0x0002 .* nothing was sent"):
            write_coil(line, 0x0002, True, **permission)
        with pytest.raises(ChangeNotAllowedError, match=r"register 0xE000 .* nothing was sent"):
            write_register(line, 0xE000, 2549, **permission)
    serial.close()
    assert wire.heard == b""


@pytest.mark.parametrize("function", [5, 6, 15, 16])
def test_the_master_in_reach_of_scripts_sends_reads_only(plug: Plug, tmp_path: Path, function: int) -> None:
    wire = plug(lambda _heard: b"")
    line = ModbusSerial(str(tmp_path / "port"), timeout_seconds=0.05)
    with line.port.opened() as port, pytest.raises(ChangeNotAllowedError, match=f"function {function} changes"):
        line.master(port).execute(1, function, 0x0002, 1, output_value=(1,) if function in (15, 16) else 1)
    line.close()
    assert wire.heard == b""


@pytest.mark.parametrize("unit_id", [0, -1, 248, 255, 256, 300])
def test_a_line_is_of_one_device_and_never_of_all(tmp_path: Path, unit_id: int) -> None:
    with pytest.raises(ValueError, match="no Modbus address of one device"):
        ModbusSerial(str(tmp_path / "port"), unit_id=unit_id)
    with pytest.raises(ValueError, match="no Modbus address of one device"):
        ModbusTcp("127.0.0.1", unit_id=unit_id)
