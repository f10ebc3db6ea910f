"""Modbus TCP over real sockets, with a device that hangs up after each answer and with worse ones."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from collector.transports.modbus.line import NoAnswerError, RefusedError
from collector.transports.modbus.tcp import ModbusTcp
from data.errors import TransportError
from tests.collector.tcp_wire import TcpWire

# docs/devices/tristar_mppt.md, "Frames": unit, function, address, count
REQUEST = bytes.fromhex("00 06 01 03 00 00 00 05")
PDU = bytes.fromhex("03 0A 00 B4 00 00 00 50 00 00 00 42")
WORDS = (180, 0, 80, 0, 0x42)


def framed(request: bytes, pdu: bytes, unit_id: int = 1, transaction: int = 0) -> bytes:
    number = (int.from_bytes(request[:2], "big") + transaction) % 0x10000
    return number.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit_id]) + pdu


Serve = Callable[[Callable[[bytes], bytes | None]], tuple[TcpWire, ModbusTcp]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    wires: list[TcpWire] = []

    def served(answer: Callable[[bytes], bytes | None]) -> tuple[TcpWire, ModbusTcp]:
        wires.append(TcpWire(answer))
        return wires[-1], ModbusTcp("127.0.0.1", wires[-1].port, timeout_seconds=3.0, tries=2, wait=lambda _: None)

    yield served
    for wire in wires:
        wire.close()


def test_each_request_has_a_connection_of_its_own(serve: Serve) -> None:
    wire, modbus = serve(lambda request: framed(request, PDU))
    for _ in range(30):
        assert modbus.read_registers(0x0000, 5) == WORDS
    assert len(wire.heard) == 30
    assert {request[4:] for request in wire.heard} == {REQUEST}
    assert len({request[:2] for request in wire.heard}) == 30
    modbus.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda _request: None,
        lambda request: framed(request, PDU)[:4],
        lambda request: framed(request, PDU)[:-1],
        lambda request: framed(request, PDU, unit_id=2),
        lambda request: framed(request, PDU, transaction=1),
        lambda request: framed(request, b"\x04" + PDU[1:]),
        lambda request: framed(request, PDU[:-2]),
        lambda request: framed(request, b"\x03\x08" + PDU[2:-2]),
        lambda request: framed(request, b""),
        lambda request: framed(request, b"\x03"),
        lambda _request: b"HTTP/1.1 400 Bad Request\r\n\r\n",
        lambda _request: b"\xff" * 300,
    ],
)
def test_what_is_no_answer_is_asked_again(serve: Serve, damage: Callable[[bytes], bytes | None]) -> None:
    answers = iter([damage, lambda request: framed(request, PDU)])
    wire, modbus = serve(lambda request: next(answers)(request))
    assert modbus.read_registers(0x0000, 5) == WORDS
    assert len(wire.heard) == 2


def test_silence_ends_with_the_time_out(serve: Serve) -> None:
    wire, modbus = serve(lambda _request: b"")
    modbus.timeout_seconds = 0.3
    began = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"no usable answer for 5 registers from 0x0000 \(timed out\)"):
        modbus.read_registers(0x0000, 5)
    assert 0.6 <= time.monotonic() - began < 2.0
    assert len(wire.heard) == 2


def test_an_exception_is_a_refusal(serve: Serve) -> None:
    wire, modbus = serve(lambda request: framed(request, b"\x83\x02"))
    with pytest.raises(RefusedError, match="refuses 34 registers from 0xE000: exception 2, no such address"):
        modbus.read_registers(0xE000, 34)
    assert len(wire.heard) == 1


def test_a_port_where_nobody_listens_is_a_transport_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    modbus = ModbusTcp("127.0.0.1", port, tries=2, wait=lambda _: None)
    with pytest.raises(TransportError, match=f"unit 1 on 127.0.0.1:{port} gave no usable answer"):
        modbus.read_registers(0x0000, 5)


def test_what_is_said_before_the_question_is_never_taken_for_its_answer() -> None:
    wire = TcpWire(lambda request: framed(request, PDU), greeting=framed(b"\0\1", b"\x03\x0a" + b"\7" * 10))
    modbus = ModbusTcp("127.0.0.1", wire.port, timeout_seconds=0.3, tries=3, wait=lambda _: None)
    try:
        for _ in range(10):
            # Whether it is read away in time depends on the network.
            with contextlib.suppress(NoAnswerError):
                assert modbus.read_registers(0x0000, 5) == WORDS
    finally:
        wire.close()


def test_the_device_says_what_it_is(serve: Serve) -> None:
    objects = b"\x00\x0bMorningstar\x01\x0aTS-MPPT-60\x02\x09v01.01.42"
    wire, modbus = serve(lambda request: framed(request, b"\x2b\x0e\x01\x01\x00\x00\x03" + objects))
    assert modbus.identify() == {"vendor": "Morningstar", "product": "TS-MPPT-60", "revision": "v01.01.42"}
    assert wire.heard[0][6:] == bytes.fromhex("01 2B 0E 01 00")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("tcp://192.168.1.253", "192.168.1.253", 502), ("tcp://tsmppt10491234:1502/", "tsmppt10491234", 1502)],
)
def test_an_address_names_host_and_port(text: str, host: str, port: int) -> None:
    modbus = ModbusTcp.at(text, unit_id=7)
    assert (modbus.host, modbus.port_number, modbus.unit_id) == (host, port, 7)


@pytest.mark.parametrize("text", ["192.168.1.253", "http://192.168.1.253", "tcp://", "tcp://host/path"])
def test_an_address_of_another_kind_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="is not tcp://host"):
        ModbusTcp.at(text)
