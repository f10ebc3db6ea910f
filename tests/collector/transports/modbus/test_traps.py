"""What the link to a charge controller does to those who trust it: each trap of docs/devices/tristar_mppt.md."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.simulator.modbus.rtu_slave import crc16
from collector.transports.modbus.line import FAILURES_BEFORE_REOPENING, ModbusSerial, NoAnswerError, RefusedError
from collector.transports.ports import Port
from data.errors import ChangeNotAllowedError, TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]

REQUEST = bytes.fromhex("01 03 00 00 00 05 85 C9")
REPLY = bytes.fromhex("01 03 0A 00 B4 00 00 00 50 00 00 00 42 63 8C")
EXCEPTION_2 = bytes.fromhex("01 83 02 C0 F1")
WORDS = (180, 0, 80, 0, 0x42)


def framed(content: bytes) -> bytes:
    return content + crc16(content)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "port")


def elapsed(act: Callable[[], object], problem: type[Exception]) -> float:
    began = time.monotonic()
    with pytest.raises(problem):
        act()
    return time.monotonic() - began


def test_an_exception_is_noticed_when_it_comes_not_after_the_time_out(plug: Plug, path: str) -> None:
    plug(lambda _heard: EXCEPTION_2)
    modbus = ModbusSerial(path, timeout_seconds=10.0)
    assert elapsed(lambda: modbus.read_registers(0, 5), RefusedError) < 5.0
    modbus.close()


@pytest.mark.parametrize("said", [b"", REPLY[:-1]])
def test_silence_and_a_cut_answer_cost_one_time_out(plug: Plug, path: str, said: bytes) -> None:
    plug(lambda _heard: said)
    modbus = ModbusSerial(path, timeout_seconds=0.8, tries=1)
    # One for the answer, one to make sure that nothing comes late.
    assert 1.6 <= elapsed(lambda: modbus.read_registers(0, 5), NoAnswerError) < 2.4
    modbus.close()


def test_a_line_that_drips_does_not_hold_its_thread(plug: Plug, path: str) -> None:
    wire = plug(lambda _heard: b"")
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.05):
            wire.say(b"\x01")

    dripping = threading.Thread(target=drip)
    dripping.start()
    modbus = ModbusSerial(path, timeout_seconds=0.2, tries=1)
    try:
        assert elapsed(lambda: modbus.read_registers(0, 125), TransportError) < 8.0
    finally:
        done.set()
        dripping.join()
        modbus.close()


def test_an_answer_of_another_function_is_none(plug: Plug, path: str) -> None:
    plug(lambda _heard: framed(b"\x01\x04" + REPLY[2:-2]))
    modbus = ModbusSerial(path, timeout_seconds=1.0, tries=1)
    with pytest.raises(NoAnswerError, match="function 4 answers 3"):
        modbus.read_registers(0, 5)
    modbus.close()


def test_bytes_after_the_answer_do_not_disturb(plug: Plug, path: str) -> None:
    plug(lambda _heard: REPLY + b"\x00\xff\x00")
    modbus = ModbusSerial(path, timeout_seconds=5.0, tries=1)
    assert [modbus.read_registers(0, 5) for _ in range(3)] == [WORDS] * 3
    modbus.close()


def test_the_last_tries_late_answer_is_not_taken_for_the_next_question(plug: Plug, path: str) -> None:
    late = framed(b"\x01\x03\x0a" + bytes(range(10)))
    speaking = threading.Timer(1.4, lambda: wire.say(late))

    def answer(_heard: bytes) -> bytes:
        if speaking.ident is not None:
            return REPLY
        speaking.start()
        return b""

    wire = plug(answer)
    modbus = ModbusSerial(path, timeout_seconds=1.0, tries=1)
    with pytest.raises(NoAnswerError):
        modbus.read_registers(0x0100, 5)
    assert modbus.read_registers(0, 5) == WORDS
    speaking.join()
    modbus.close()


def test_the_pauses_between_tries_grow_and_are_bounded(plug: Plug, path: str) -> None:
    wire = plug(lambda _heard: framed(b"\x01\x83\x06"))
    pauses: list[float] = []
    modbus = ModbusSerial(path, timeout_seconds=1.0, tries=8, wait=pauses.append)
    with pytest.raises(RefusedError, match="exception 6, busy"):
        modbus.read_registers(0, 5)
    assert wire.heard == 8 * REQUEST
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    modbus.close()


def test_a_line_that_stays_silent_is_closed_and_opened_again(plug: Plug, path: str) -> None:
    answers = iter([b""] * FAILURES_BEFORE_REOPENING + [REPLY])
    plug(lambda _heard: next(answers))
    modbus = ModbusSerial(path, timeout_seconds=0.05, tries=1)
    with modbus.port.opened() as before:
        pass
    for _ in range(FAILURES_BEFORE_REOPENING):
        with pytest.raises(NoAnswerError):
            modbus.read_registers(0, 5)
    assert not before.is_open
    modbus.timeout_seconds = 5.0
    assert modbus.read_registers(0, 5) == WORDS
    modbus.close()


def test_the_lines_that_power_the_isolated_port_stay_asserted(plug: Plug, path: str) -> None:
    plug(lambda _heard: REPLY)
    port = Port(path, 9600)
    with port.opened() as opened:
        assert (opened.dtr, opened.rts) == (True, True)
        assert (opened.rtscts, opened.dsrdtr, opened.xonxoff) == (False, False, False)
        assert (opened.bytesize, opened.parity, opened.stopbits, opened.baudrate) == (8, "N", 1, 9600)
    port.close()


def test_the_port_is_not_shared_with_another_program(plug: Plug, path: str) -> None:
    plug(lambda _heard: REPLY)
    first, second = ModbusSerial(path), ModbusSerial(path)
    assert first.read_registers(0, 5) == WORDS
    with pytest.raises(TransportError, match="cannot open"):
        second.read_registers(0, 5)
    first.close()


@pytest.mark.parametrize("function", [5, 6, 15, 16, 22, 23, 8])
def test_the_master_of_a_reading_line_sends_no_write(plug: Plug, path: str, function: int) -> None:
    wire = plug(lambda _heard: b"")
    modbus = ModbusSerial(path, timeout_seconds=0.05)
    with modbus.port.opened() as opened:
        value = [1] if function in (15, 16, 23, 8) else 1
        with pytest.raises(ChangeNotAllowedError, match=f"function {function} changes the device"):
            modbus.master(opened).execute(1, function, 0xE000, 1, output_value=value, and_mask=0, or_mask=1)
    modbus.close()
    assert wire.heard == b""


def test_coils_are_read(plug: Plug, path: str) -> None:
    wire = plug(lambda _heard: framed(b"\x01\x01\x01\x05"))
    modbus = ModbusSerial(path, timeout_seconds=5.0)
    assert modbus.read_coils(0, 3) == (True, False, True)
    assert wire.heard == framed(b"\x01\x01\x00\x00\x00\x03")
    modbus.close()


def test_the_device_says_what_it_is_without_a_time_out(plug: Plug, path: str) -> None:
    objects = b"\x00\x0bMorningstar\x01\x0aTS-MPPT-45\x02\x09v01.01.42"
    wire = plug(lambda _heard: framed(b"\x01\x2b\x0e\x01\x01\x00\x00\x03" + objects))
    modbus = ModbusSerial(path, timeout_seconds=10.0)
    began = time.monotonic()
    assert modbus.identify() == {"vendor": "Morningstar", "product": "TS-MPPT-45", "revision": "v01.01.42"}
    assert time.monotonic() - began < 5.0
    assert wire.heard == bytes.fromhex("01 2B 0E 01 00 70 77")
    modbus.close()


def test_every_tries_late_answer_has_passed_before_the_next_question(plug: Plug, path: str) -> None:
    """Three tries, each answered after 0.7 s: what comes last is not the answer to what is asked next."""
    late = framed(b"\x01\x03\x0a" + bytes(range(10)))
    speaking: list[threading.Timer] = []

    def answer(heard: bytes) -> bytes:
        if heard == REQUEST:
            return REPLY
        speaking.append(threading.Timer(0.7, lambda: wire.say(late)))
        speaking[-1].start()
        return b""

    wire = plug(answer)
    modbus = ModbusSerial(path, timeout_seconds=0.3)
    modbus.read_registers(0x0100, 5)
    assert modbus.read_registers(0, 5) == WORDS
    for one in speaking:
        one.join()
    modbus.close()


@pytest.mark.parametrize(
    "noise",
    [b"\x00", b"\xff\x00\xff", bytes(range(0x80, 0x90)), b"\x01", b"\x01\x03", REQUEST, bytes(300)],
    ids=lambda noise: f"{noise[:8].hex(' ')} ({len(noise)})",
)
@pytest.mark.parametrize("answer", [REPLY, EXCEPTION_2], ids=["values", "exception"])
def test_noise_before_an_answer_is_passed_over(plug: Plug, path: str, noise: bytes, answer: bytes) -> None:
    wire = plug(lambda _heard: noise + answer)
    modbus = ModbusSerial(path, timeout_seconds=1.0, tries=1)
    if answer == REPLY:
        assert modbus.read_registers(0, 5) == WORDS
    else:
        with pytest.raises(RefusedError, match="exception 2"):
            modbus.read_registers(0, 5)
    assert wire.heard == REQUEST
    modbus.close()
