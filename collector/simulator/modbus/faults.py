"""Well-framed wrong answers of a Modbus device; and every fault by its name."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from collector.simulator.faults import Fault, Spoiling, Spoken
from collector.simulator.modbus.pdu import crc16, exception

SHORTEST_FRAME = 4


class ModbusFault(Enum):
    """One thing that a device says to one request."""

    WRONG_UNIT = "wrong unit"
    WRONG_FUNCTION = "wrong function"
    TOO_FEW = "too few registers"
    ILLEGAL_FUNCTION = "exception 1"
    ILLEGAL_ADDRESS = "exception 2"
    ILLEGAL_VALUE = "exception 3"
    DEVICE_FAILURE = "exception 4"
    BUSY = "busy"  # exception 6

    def twist(self, unit_id: int, pdu: bytes) -> tuple[int, bytes]:
        """Unit and content of the answer as this fault leaves it."""
        match self:
            case ModbusFault.WRONG_UNIT:
                return unit_id % 247 + 1, pdu
            case ModbusFault.WRONG_FUNCTION:
                return unit_id, bytes([pdu[0] ^ 0x07]) + pdu[1:]
            case ModbusFault.TOO_FEW:
                return unit_id, bytes([pdu[0], max(0, pdu[1] - 2)]) + pdu[2:-2]
        code = 6 if self is ModbusFault.BUSY else int(self.value.split()[1])
        return unit_id, exception(pdu[0] & 0x7F, code)

    def spoil(self, spoken: Spoken) -> Spoken:
        """An RTU frame as this fault leaves it."""
        if len(spoken.data) < SHORTEST_FRAME:
            return spoken
        unit_id, pdu = self.twist(spoken.data[0], spoken.data[1:-2])
        frame = bytes([unit_id]) + pdu
        return replace(spoken, data=frame + crc16(frame))


FAULTS: dict[str, Spoiling] = {fault.value: fault for fault in (*Fault, *ModbusFault)}


def faults_named(text: str) -> tuple[Spoiling, ...]:
    """The faults of "late" or "late + bad crc", to happen together; ValueError for an unknown name."""
    names = [name.strip() for name in text.split("+")]
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        raise ValueError(f"there is no fault {', '.join(unknown)}: there are {', '.join(FAULTS)}")
    return tuple(FAULTS[name] for name in names)
