from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.transports import adapters
from collector.transports.adapters import Adapter, candidates, path_of
from collector.transports.ports import Port
from data.errors import ConfigError, TransportError
from tests.collector.wire import Wire


def test_each_system_has_its_own_names_for_ports() -> None:
    assert candidates("Windows")[0] == "COM1"
    assert candidates("Windows")[-1] == "COM256"
    assert adapters.PATTERNS == {"Linux": "/dev/ttyUSB*", "Darwin": "/dev/tty.usbserial*"}
    assert candidates("CYGWIN_NT-10.0") == candidates("Linux")


def test_a_system_whose_ports_are_not_known_is_refused_unless_they_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--ports"):
        candidates("Plan9")
    (tmp_path / "port0").touch()
    assert candidates("Plan9", str(tmp_path / "port*")) == [str(tmp_path / "port0")]


def test_ports_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 0):
        (tmp_path / f"ttyUSB{number}").touch()
    assert [Path(port).name for port in candidates("Linux", str(tmp_path / "ttyUSB*"))] == [
        "ttyUSB0",
        "ttyUSB2",
        "ttyUSB10",
    ]


def test_an_adapter_is_found_by_its_serial_number_wherever_it_is() -> None:
    present = [Adapter("/dev/ttyUSB0", "FT222"), Adapter("/dev/ttyUSB1", "FT111"), Adapter("/dev/ttyS0")]
    assert path_of("adapter:FT111", present) == "/dev/ttyUSB1"
    assert path_of("/dev/ttyS0", present) == "/dev/ttyS0"
    for unknown in ("adapter:FT333", "adapter:"):
        with pytest.raises(TransportError, match="plugged in"):
            path_of(unknown, present)


def test_a_port_named_by_its_adapter_is_opened_again_under_its_new_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[SimpleNamespace] = []
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: there)
    now = 0.0
    port = Port("adapter:FT111", 9600, monotonic=lambda: now)
    with pytest.raises(TransportError, match="no adapter"), port.opened():
        pass
    for path in (tmp_path / "ttyUSB0", tmp_path / "ttyUSB7"):
        now += 100.0
        wire = Wire(path, lambda heard: heard)
        there[:] = [SimpleNamespace(device=str(path), serial_number="FT111", product="USB serial")]
        with port.opened() as opened:
            assert opened.port == str(path)
            opened.timeout = 1
        wire.unplug()
        with pytest.raises(TransportError, match="is gone"), port.opened() as opened:
            opened.read(1)
