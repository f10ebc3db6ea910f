"""Modbus over a real pseudo-terminal, with the frames of the protocol reference and then damaged ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.transports.modbus.line import ModbusSerial, RefusedError
from data.errors import TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]

# docs/devices/tristar_mppt.md, "Frames"
REQUEST = bytes.fromhex("01 03 00 00 00 05 85 C9")
REPLY = bytes.fromhex("01 03 0A 00 B4 00 00 00 50 00 00 00 42 63 8C")
EXCEPTION_2 = bytes.fromhex("01 83 02 C0 F1")
EXCEPTION_6 = bytes.fromhex("01 83 06 C1 32")
WORDS = (180, 0, 80, 0, 0x42)


@pytest.fixture
def modbus(tmp_path: Path) -> ModbusSerial:
    # Long where an answer is to come; a test of silence shortens it.
    return ModbusSerial(str(tmp_path / "port"), timeout_seconds=5.0, tries=2)


def test_the_published_request_gives_the_published_reply(plug: Plug, modbus: ModbusSerial) -> None:
    wire = plug(lambda heard: REPLY if heard == REQUEST else b"")
    assert modbus.read_registers(0x0000, 5) == WORDS
    assert wire.heard == REQUEST
    modbus.close()


def test_a_reply_that_takes_longer_than_four_characters_is_waited_for(plug: Plug, modbus: ModbusSerial) -> None:
    def slowly(_heard: bytes) -> bytes:
        time.sleep(0.03)
        return REPLY

    plug(slowly)
    assert modbus.read_registers(0x0000, 5) == WORDS
    modbus.close()


def test_a_reply_in_two_bursts_is_put_together(plug: Plug, modbus: ModbusSerial) -> None:
    wire = plug(lambda _heard: REPLY[:6])
    later = threading.Timer(0.02, lambda: wire.say(REPLY[6:]))
    later.start()
    assert modbus.read_registers(0x0000, 5) == WORDS
    later.join()
    modbus.close()


@pytest.mark.parametrize("bit", range(0, 8 * len(REPLY), 5))
def test_no_flipped_bit_gives_other_words(plug: Plug, tmp_path: Path, bit: int) -> None:
    damaged = bytearray(REPLY)
    damaged[bit // 8] ^= 1 << bit % 8
    plug(lambda _heard: bytes(damaged))
    modbus = ModbusSerial(str(tmp_path / "port"), timeout_seconds=0.02, tries=1)
    with pytest.raises(TransportError):
        modbus.read_registers(0x0000, 5)
    modbus.close()


@pytest.mark.parametrize("answer", [b"", REPLY[:7], REPLY[:-1], b"\xff" * 20, bytes.fromhex("02") + REPLY[1:]])
def test_silence_a_short_reply_noise_and_another_units_answer_are_no_answer(
    plug: Plug, modbus: ModbusSerial, answer: bytes
) -> None:
    plug(lambda _heard: answer)
    modbus.timeout_seconds = 0.1
    with pytest.raises(TransportError, match="no usable answer for 5 registers from 0x0000"):
        modbus.read_registers(0x0000, 5)
    modbus.close()


def test_a_damaged_reply_is_asked_for_again(plug: Plug, modbus: ModbusSerial) -> None:
    answers = iter([REPLY[:-1] + b"\x00", REPLY])
    wire = plug(lambda _heard: next(answers))
    assert modbus.read_registers(0x0000, 5) == WORDS
    assert wire.heard == 2 * REQUEST
    modbus.close()


def test_a_late_answer_is_not_taken_for_the_next_one(plug: Plug, tmp_path: Path) -> None:
    modbus = ModbusSerial(str(tmp_path / "port"), timeout_seconds=0.4, tries=4)
    other = bytes.fromhex("01 03 0A 00 01 00 02 00 03 00 04 00 05")
    late = threading.Timer(0.45, lambda: wire.say(other))

    def answer(_heard: bytes) -> bytes:
        if late.ident is not None:
            return REPLY
        late.start()
        return b""

    wire = plug(answer)
    assert modbus.read_registers(0x0000, 5) == WORDS
    late.join()
    modbus.close()


def test_an_exception_that_stays_is_not_asked_again(plug: Plug, modbus: ModbusSerial) -> None:
    wire = plug(lambda _heard: EXCEPTION_2)
    with pytest.raises(RefusedError, match="exception 2, no such address"):
        modbus.read_registers(0x0000, 5)
    assert wire.heard == REQUEST
    modbus.close()


def test_a_busy_device_is_asked_again(plug: Plug, modbus: ModbusSerial) -> None:
    answers = iter([EXCEPTION_6, REPLY])
    plug(lambda _heard: next(answers))
    assert modbus.read_registers(0x0000, 5) == WORDS
    modbus.close()


def test_a_silent_device_does_not_hold_up_another_port(tmp_path: Path) -> None:
    silent = Wire(tmp_path / "silent", lambda _heard: b"")
    lively = Wire(tmp_path / "lively", lambda _heard: REPLY)
    held_up = ModbusSerial(str(silent.path), timeout_seconds=30.0, tries=1)
    quick = ModbusSerial(str(lively.path), timeout_seconds=5.0)

    def wait_in_vain() -> None:
        with pytest.raises(TransportError):
            held_up.read_registers(0, 5)

    waiting = threading.Thread(target=wait_in_vain)
    waiting.start()
    while not silent.heard:
        threading.Event().wait(0.005)
    began = time.monotonic()
    assert quick.read_registers(0, 5) == WORDS
    assert time.monotonic() - began < 15.0
    silent.unplug()
    waiting.join()
    lively.unplug()
    quick.close()


def test_a_port_that_vanished_is_opened_again_when_it_is_back(plug: Plug, modbus: ModbusSerial) -> None:
    first = plug(lambda _heard: REPLY)
    assert modbus.read_registers(0x0000, 5) == WORDS
    first.unplug()
    with pytest.raises(TransportError, match=r"is gone|cannot open"):
        modbus.read_registers(0x0000, 5)
    plug(lambda _heard: REPLY)
    assert modbus.read_registers(0x0000, 5) == WORDS
    modbus.close()
