"""Reads a TriStar MPPT: scales and the asked groups, in as few requests as it takes.  It cannot write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from collector.drivers import registers
from collector.drivers.reading import Reading
from collector.drivers.registers import Register, Scales
from collector.drivers.tristar import registers_table
from collector.transports.modbus.line import ModbusSerial, NoAnswerError, RefusedError
from collector.transports.modbus.tcp import ModbusTcp, is_networked
from data.errors import TransportError

# 0x0000 to 0x0004, scales and firmware version: read at every poll, so that no restart goes unnoticed.
SCALING = range(5)
# Public drivers read across the reserved addresses: 92 registers from 0x0000 come in one answer.  The widest gap in
# what a poll asks has 19; each register in it costs 2.3 ms at 9600 baud, another request about 40 ms.
WIDEST_GAP = 19


class RegisterSource(Protocol):
    """What the reader needs of a transport."""

    def read_registers(self, address: int, count: int) -> tuple[int, ...]:
        """`count` words from `address` on, or TransportError."""

    def close(self) -> None:
        """Let go of the line."""


def register_source(port: str, unit_id: int) -> ModbusSerial | ModbusTcp:
    """The line of a controller on a serial port, or on "tcp://host:port"; it is opened at the first use."""
    return ModbusTcp.at(port, unit_id) if is_networked(port) else ModbusSerial(port, unit_id=unit_id)


class TristarMppt:
    """One controller.  Groups are the blocks of its map: see tristar_mppt.LIVE and tristar_mppt.DAILY."""

    def __init__(self, transport: RegisterSource) -> None:
        self._transport = transport
        # Requests that the device refused whole and answered in parts.
        self._too_wide: set[range] = set()

    @classmethod
    def open(cls, port: str, unit_id: int = 1) -> Self:
        """A reader on a serial port, or on "tcp://host:port"; the line is opened at the first read."""
        return cls(register_source(port, unit_id))

    def read(self, groups: Sequence[str] = registers_table.LIVE) -> Reading:
        """One poll: keys are the table's.

        A block that does not answer is asked again group by group, so that what does answer is kept.  Raises
        TransportError when the scales or every group failed, DecodeError when the scales are none.
        """
        unknown = set(groups) - {register.group for register in registers_table.ALL}
        if unknown:
            raise ValueError(f"the map has no groups {sorted(unknown)}")
        rows = [register for register in registers_table.ALL if register.group in groups or register.address in SCALING]
        words: dict[int, int] = {}
        failed: dict[str, str] = {}
        for request in registers.plan_reads(rows, widest_gap=WIDEST_GAP):
            failed |= self._read_block(request, rows, words)
        if failed and failed.keys() >= set(groups) - {"scaling"}:
            raise TransportError("; ".join(dict.fromkeys(failed.values())))
        scales = Scales.from_words([words[address] for address in SCALING[:4]])
        return Reading(registers.decode(rows, words, scales), failed)

    def _read_block(self, request: range, rows: Sequence[Register], words: dict[int, int]) -> dict[str, str]:
        """Put the words of one request into `words`; the groups that failed, with the reason.

        Raises TransportError when the scales did not come: without them no other word means anything.
        """
        parts = _parts(request, rows)
        if request in self._too_wide:
            return self._read_parts(parts, rows, words)
        try:
            words |= registers.block(request.start, self._transport.read_registers(request.start, len(request)))
        except (NoAnswerError, RefusedError) as error:
            if list(parts) != [request]:
                failed = self._read_parts(parts, rows, words)
                if isinstance(error, RefusedError) and error.is_permanent and not failed:
                    self._too_wide.add(request)
                return failed
            failure: TransportError = error
        except TransportError as error:
            failure = error
        else:
            return {}
        if SCALING.start in request:
            raise failure
        return dict.fromkeys(parts.values(), str(failure))

    def _read_parts(
        self, parts: Mapping[range, str], rows: Sequence[Register], words: dict[int, int]
    ) -> dict[str, str]:
        failed: dict[str, str] = {}
        for part in parts:
            failed |= self._read_block(part, rows, words)
        return failed

    def close(self) -> None:
        """Let go of the port."""
        self._transport.close()
        self._too_wide.clear()


def _parts(request: range, rows: Sequence[Register]) -> dict[range, str]:
    """The smaller requests that one request can be cut into, in address order, each with its group."""
    inside = [row for row in rows if row.address in request]
    blocks = {row.address: "scaling" if row.address in SCALING else row.group for row in inside}
    return {
        part: group
        for group in dict.fromkeys(blocks.values())
        for part in registers.plan_reads([row for row in inside if blocks[row.address] == group])
    }
