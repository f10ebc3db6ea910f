"""The content of Modbus answers, whatever they are framed in: reads of a memory of words, exceptions, the check bytes.

Source: Modbus application protocol V1.1b3, Modbus over serial line V1.02.
"""

from __future__ import annotations

from collections.abc import Mapping

READ_COILS, READ_DISCRETE_INPUTS, READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, IDENTIFY = 5, 6, 0x2B
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE, BUSY = 1, 2, 3, 4, 6
COIL_ON, COIL_OFF = 0xFF00, 0x0000
MOST_WORDS = 125
MOST_COILS = 2000


def crc16(data: bytes) -> bytes:
    """The two check bytes of an RTU frame, low byte first (polynomial 0xA001, start 0xFFFF)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def exception(function: int, code: int) -> bytes:
    """The answer with an exception."""
    return bytes([function | 0x80, code])


def two_words(pdu: bytes) -> tuple[int, int]:
    """Address and count, or address and value, of a request."""
    return int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")


def read_words(memory: Mapping[int, int], pdu: bytes) -> bytes:
    """The answer of a device that has registers and nothing else: functions 3 and 4."""
    function = pdu[0]
    if function not in (READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS):
        return exception(function, ILLEGAL_FUNCTION)
    address, count = two_words(pdu)
    if not 1 <= count <= MOST_WORDS:
        return exception(function, ILLEGAL_VALUE)
    addresses = range(address, address + count)
    if any(each not in memory for each in addresses):
        return exception(function, ILLEGAL_ADDRESS)
    words = b"".join(memory[each].to_bytes(2, "big") for each in addresses)
    return bytes([function, len(words)]) + words


def read_bits(bits: Mapping[int, bool], pdu: bytes) -> bytes:
    """The answer to a read of coils: functions 1 and 2."""
    address, count = two_words(pdu)
    if not 1 <= count <= MOST_COILS:
        return exception(pdu[0], ILLEGAL_VALUE)
    addresses = range(address, address + count)
    if any(each not in bits for each in addresses):
        return exception(pdu[0], ILLEGAL_ADDRESS)
    packed = sum(bits[each] << place for place, each in enumerate(addresses))
    return bytes([pdu[0], (count + 7) // 8]) + packed.to_bytes((count + 7) // 8, "little")


def identification(objects: Mapping[int, str]) -> bytes:
    """The answer to read device identification, basic, stream access."""
    listed = b"".join(bytes([number, len(text)]) + text.encode("ascii") for number, text in objects.items())
    return bytes([IDENTIFY, 0x0E, 0x01, 0x01, 0x00, 0x00, len(objects)]) + listed
