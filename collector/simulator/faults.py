"""What can go wrong between a device and its reader, to be put on a virtual line on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NOISE = bytes(range(0x80, 0x90))
LATE_SECONDS = 1.5


class Fault(Enum):
    """One thing that happens to one answer."""

    SILENCE = "silence"  # it never comes
    BAD_CRC = "bad crc"  # one bit of it is flipped
    TRUNCATED = "truncated"  # its end is missing
    LATE = "late"  # it comes when nobody waits for it any more
    GARBAGE = "garbage"  # noise comes before it


@dataclass(frozen=True, slots=True)
class Spoken:
    """Bytes as they go on the line, and how long after the question."""

    data: bytes
    after_seconds: float


def spoil(answer: bytes, fault: Fault | None, delay_seconds: float) -> Spoken:
    """The answer as that fault leaves it; empty when nothing goes on the line."""
    if fault is Fault.SILENCE:
        return Spoken(b"", delay_seconds)
    if fault is Fault.BAD_CRC and answer:
        middle = len(answer) // 2
        return Spoken(answer[:middle] + bytes([answer[middle] ^ 0x01]) + answer[middle + 1 :], delay_seconds)
    if fault is Fault.TRUNCATED:
        return Spoken(answer[: len(answer) // 2], delay_seconds)
    if fault is Fault.LATE:
        return Spoken(answer, LATE_SECONDS)
    if fault is Fault.GARBAGE:
        return Spoken(NOISE + answer, delay_seconds)
    return Spoken(answer, delay_seconds)
