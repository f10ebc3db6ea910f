"""A controller read over a real pseudo-terminal, whole and with parts that do not answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.drivers import DRIVERS
from collector.drivers.registers import encode
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.reader import TristarMppt
from collector.transports.modbus.line import ModbusSerial
from data.errors import DecodeError, TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]


def crc16(content: bytes) -> bytes:
    crc = 0xFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


class Controller:
    """Answers reads from its memory; refuses what touches `refused` and is silent about what touches `silent`."""

    def __init__(self, **values: float) -> None:
        self.memory = {0x0000: 180, 0x0002: 80, 0x0004: 0x0042}
        for key, value in values.items():
            register = registers_table.BY_KEY[key]
            words = encode(register, value, registers_table.USUAL_SCALES)
            self.memory |= dict(zip(register.addresses, words, strict=True))
        self.refused: set[int] = set()
        self.silent: set[int] = set()
        self.asked: list[tuple[int, int]] = []

    def answer(self, heard: bytes) -> bytes:
        assert heard[:2] == b"\x01\x03", "only reads are sent"
        assert heard[6:] == crc16(heard[:6])
        start, count = int.from_bytes(heard[2:4], "big"), int.from_bytes(heard[4:6], "big")
        self.asked.append((start, count))
        addresses = set(range(start, start + count))
        if addresses & self.silent:
            return b""
        if addresses & self.refused:
            return b"\x01\x83\x02" + crc16(b"\x01\x83\x02")
        words = b"".join(self.memory.get(address, 0).to_bytes(2, "big") for address in sorted(addresses))
        content = bytes([1, 3, len(words)]) + words
        return content + crc16(content)


@pytest.fixture
def reader(tmp_path: Path) -> TristarMppt:
    return TristarMppt(line(tmp_path, 5.0))


def line(tmp_path: Path, timeout_seconds: float) -> ModbusSerial:
    return ModbusSerial(str(tmp_path / "port"), timeout_seconds=timeout_seconds, tries=1)


def test_a_poll_takes_one_request_and_gives_every_value(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller(battery_voltage=13.41, battery_current=-0.0977, charge_state=5, hourmeter=87017)
    plug(controller.answer)
    reading = reader.read()
    assert controller.asked == [(0x0000, 80)]
    assert reading.failed == {}
    assert set(reading.values) == {row.key for row in registers_table.REGISTERS}
    assert reading.values["battery_voltage"] == pytest.approx(13.41, abs=0.003)
    assert reading.values["battery_current"] == pytest.approx(-0.0977, abs=0.0001)
    assert (reading.values["charge_state"], reading.values["hourmeter"]) == (5, 87017)
    assert (reading.values["v_pu"], reading.values["firmware_version"]) == (180.0, 42)
    reader.close()


def test_the_scales_of_the_device_are_used(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller(battery_voltage=26.0)
    controller.memory[0x0000] = 90
    plug(controller.answer)
    assert reader.read(("adc",)).values["battery_voltage"] == pytest.approx(13.0, abs=0.003)
    reader.close()


def test_the_settings_are_read_whole(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller(absorption_voltage=14.0, array_voltage_fixed_percent_init=50.0)
    plug(controller.answer)
    values = reader.read(("eeprom_settings",)).values
    assert controller.asked == [(0x0000, 5), (0xE000, 34)]
    assert values["array_voltage_fixed_percent_init"] == 50.0
    assert values["absorption_voltage"] == pytest.approx(14.0, abs=0.003)
    reader.close()


@pytest.mark.parametrize("way", ["refused", "silent"])
def test_a_block_that_does_not_answer_leaves_the_others_standing(plug: Plug, tmp_path: Path, way: str) -> None:
    reader = TristarMppt(line(tmp_path, 0.5))
    controller = Controller(battery_voltage=13.41, charge_state=5)
    getattr(controller, way).add(0x0040)
    plug(controller.answer)
    reading = reader.read()
    assert set(reading.failed) == {"logger_daily"}
    assert "0x0040" in reading.failed["logger_daily"]
    assert reading.values["charge_state"] == 5
    assert not any(key.endswith("_daily") for key in reading.values)
    reader.close()


def test_a_controller_that_answers_nothing_is_a_transport_error(plug: Plug, tmp_path: Path) -> None:
    reader = TristarMppt(line(tmp_path, 0.05))
    controller = Controller()
    controller.silent.add(0x0000)
    plug(controller.answer)
    with pytest.raises(TransportError, match="no usable answer"):
        reader.read()
    assert controller.asked == [(0x0000, 80), (0x0000, 5)]
    reader.close()


def test_a_controller_that_answers_with_its_scales_only_is_a_transport_error(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller()
    controller.refused |= set(range(0x0018, 0x0050))
    plug(controller.answer)
    with pytest.raises(TransportError, match="exception 2"):
        reader.read()
    reader.close()


def test_a_request_that_is_too_wide_is_asked_in_parts_and_from_then_on_only_in_parts(
    plug: Plug, reader: TristarMppt
) -> None:
    controller = Controller(battery_voltage=13.41)
    controller.refused.add(0x0010)  # a reserved address between the scales and the live values
    plug(controller.answer)
    first = reader.read(("adc", "temperature"))
    second = reader.read(("adc", "temperature"))
    assert first == second
    assert first.failed == {}
    assert controller.asked == [(0, 38), (0, 5), (0x18, 11), (0x23, 3), (0, 5), (0x18, 11), (0x23, 3)]
    reader.close()
    reader.read(("adc", "temperature"))
    assert controller.asked[7:] == [(0, 38), (0, 5), (0x18, 11), (0x23, 3)]
    reader.close()


def test_the_whole_map_is_read_in_six_requests(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller(hourmeter_stored=87017)
    plug(controller.answer)
    reading = reader.read([*dict.fromkeys(row.group for row in registers_table.ALL)])
    assert reading.failed == {}
    assert set(reading.values) == {row.key for row in registers_table.ALL}
    assert controller.asked == [(0, 92), (0x1000, 49), (0x151B, 7), (0xE000, 34), (0xE080, 13), (0xE0C0, 14)]
    reader.close()


def test_scales_of_zero_are_refused(plug: Plug, reader: TristarMppt) -> None:
    controller = Controller()
    controller.memory[0x0002] = 0
    plug(controller.answer)
    with pytest.raises(DecodeError, match="both must be above 0"):
        reader.read()
    reader.close()


def test_a_group_the_map_lacks_is_a_mistake_of_the_caller(reader: TristarMppt) -> None:
    with pytest.raises(ValueError, match=r"the map has no groups \['weather'\]"):
        reader.read(("adc", "weather"))


def test_the_driver_is_known_by_its_name(plug: Plug, tmp_path: Path) -> None:
    plug(Controller(charge_state=3).answer)
    reader = DRIVERS["tristar_mppt"].open(str(tmp_path / "port"), 1)
    assert reader.read(("charger",)).values["charge_state"] == 3
    reader.close()
