"""The answering side of Modbus RTU: functions 3 and 4 on a memory of words.  Source: Modbus over serial line V1.02."""

from __future__ import annotations

from collections.abc import Mapping

REQUEST_BYTES = 8
READ_FUNCTIONS = (3, 4)
MOST_WORDS = 125
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


def crc16(data: bytes) -> bytes:
    """The two check bytes of a frame, low byte first (polynomial 0xA001, start 0xFFFF)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


class RtuSlave:
    """Finds the requests in a stream of bytes and answers those that are for its unit id and undamaged."""

    def __init__(self, unit_id: int, memory: Mapping[int, int]) -> None:
        self.memory = memory  # replaced as a whole, never changed: an answer is of one moment
        self._unit_id = unit_id
        self._buffer = b""

    def receive(self, data: bytes) -> list[bytes]:
        """Take bytes; one answer for each whole request.  Noise is skipped byte by byte."""
        self._buffer += data
        answers = []
        while len(self._buffer) >= REQUEST_BYTES:
            request = self._buffer[:REQUEST_BYTES]
            if crc16(request[:-2]) != request[-2:]:
                self._buffer = self._buffer[1:]
                continue
            self._buffer = self._buffer[REQUEST_BYTES:]
            if request[0] == self._unit_id:
                answers.append(self._answer(request))
        return answers

    def _answer(self, request: bytes) -> bytes:
        function = request[1]
        address = int.from_bytes(request[2:4], "big")
        count = int.from_bytes(request[4:6], "big")
        memory = self.memory
        if function not in READ_FUNCTIONS:
            return self._frame(bytes([function | 0x80, ILLEGAL_FUNCTION]))
        if not 1 <= count <= MOST_WORDS:
            return self._frame(bytes([function | 0x80, ILLEGAL_VALUE]))
        addresses = range(address, address + count)
        if any(each not in memory for each in addresses):
            return self._frame(bytes([function | 0x80, ILLEGAL_ADDRESS]))
        words = b"".join(memory[each].to_bytes(2, "big") for each in addresses)
        return self._frame(bytes([function, len(words)]) + words)

    def _frame(self, body: bytes) -> bytes:
        frame = bytes([self._unit_id]) + body
        return frame + crc16(frame)
