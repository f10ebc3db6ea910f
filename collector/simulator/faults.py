"""Faults between a device and its reader, to be put on a virtual line on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

NOISE = bytes(range(0x80, 0x90))
LATE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Spoken:
    """Bytes as they go on the line, and how long after the question; no bytes: nothing goes on the line."""

    data: bytes
    after_seconds: float


class Spoiling(Protocol):
    """A fault: what it makes of an answer."""

    def spoil(self, spoken: Spoken) -> Spoken:
        """The answer as this fault leaves it."""


class Fault(Enum):
    """One thing that happens to one answer of any device."""

    SILENCE = "silence"  # it never comes
    BAD_CRC = "bad crc"  # one bit of it is flipped
    TRUNCATED = "truncated"  # its end is missing
    LATE = "late"  # it comes when nobody waits for it any more
    GARBAGE = "garbage"  # noise comes before it
    TRAILING = "trailing"  # noise comes after it

    def spoil(self, spoken: Spoken) -> Spoken:
        """The answer as this fault leaves it."""
        data = spoken.data
        match self:
            case Fault.SILENCE:
                return replace(spoken, data=b"")
            case Fault.BAD_CRC:
                middle = len(data) // 2
                return replace(
                    spoken, data=data[:middle] + bytes(byte ^ 1 for byte in data[middle:][:1]) + data[middle + 1 :]
                )
            case Fault.TRUNCATED:
                return replace(spoken, data=data[: len(data) // 2])
            case Fault.LATE:
                return replace(spoken, after_seconds=LATE_SECONDS)
            case Fault.GARBAGE:
                return replace(spoken, data=NOISE + data)
            case Fault.TRAILING:
                return replace(spoken, data=data + NOISE)


def spoil(answer: bytes, faults: Iterable[Spoiling], delay_seconds: float) -> Spoken:
    """The answer as these faults leave it, one after the other."""
    spoken = Spoken(answer, delay_seconds)
    for fault in faults:
        spoken = fault.spoil(spoken)
    return spoken
