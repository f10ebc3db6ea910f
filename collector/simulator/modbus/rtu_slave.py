"""The answering side of Modbus RTU: finds requests in a stream of bytes.  Source: Modbus over serial line V1.02."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collector.simulator.modbus.pdu import IDENTIFY, crc16, read_words

__all__ = ["RtuSlave", "crc16"]

REQUEST_BYTES = 8
IDENTIFY_BYTES = 7


class RtuSlave:
    """Finds the requests in a stream of bytes and answers those that are for its unit id and undamaged.

    `answer(pdu)` gives the content of the answer, None for silence; without it the slave has registers to read and
    nothing else.
    """

    def __init__(
        self, unit_id: int, memory: Mapping[int, int], answer: Callable[[bytes], bytes | None] | None = None
    ) -> None:
        self.memory = memory  # replaced as a whole, never changed: an answer is of one moment
        self.unit_id = unit_id
        self._answer = answer if answer is not None else lambda pdu: read_words(self.memory, pdu)
        self._buffer = b""

    def receive(self, data: bytes) -> list[bytes]:
        """Take bytes; one answer for each whole request.  Noise is skipped byte by byte."""
        self._buffer += data
        answers = []
        while len(self._buffer) >= 2:
            length = IDENTIFY_BYTES if self._buffer[1] == IDENTIFY else REQUEST_BYTES
            if len(self._buffer) < length:
                break
            request = self._buffer[:length]
            if crc16(request[:-2]) != request[-2:]:
                self._buffer = self._buffer[1:]
                continue
            self._buffer = self._buffer[length:]
            if request[0] == self.unit_id:
                content = self._answer(request[1:-2])
                if content is not None:
                    answers.append(self._frame(content))
        return answers

    def _frame(self, body: bytes) -> bytes:
        frame = bytes([self.unit_id]) + body
        return frame + crc16(frame)
