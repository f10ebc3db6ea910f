"""Reads a TriStar MPPT: scales first, then the asked groups in few requests.  It cannot write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from collector.drivers import registers, tristar_mppt
from collector.drivers.reading import Reading
from collector.drivers.registers import Scales
from collector.transports.modbus import ModbusSerial
from data.errors import TransportError

# 0x0000 to 0x0004, scales and firmware version: read at every poll, 26 ms, so that no restart goes unnoticed.
SCALING = range(5)


class RegisterSource(Protocol):
    """What the reader needs of a transport."""

    def read_registers(self, address: int, count: int) -> tuple[int, ...]:
        """`count` words from `address` on, or TransportError."""

    def close(self) -> None:
        """Let go of the line."""


class TristarMppt:
    """One controller.  Groups are the blocks of its map: see tristar_mppt.LIVE and tristar_mppt.DAILY."""

    def __init__(self, transport: RegisterSource) -> None:
        self._transport = transport

    @classmethod
    def open(cls, port: str, unit_id: int = 1) -> Self:
        """A reader on a serial port, which is opened at the first read."""
        return cls(ModbusSerial(port, unit_id=unit_id))

    def read(self, groups: Sequence[str] = tristar_mppt.LIVE) -> Reading:
        """One poll: keys are the table's.

        A block that does not answer is asked again group by group, so that what does answer is kept.  Raises
        TransportError when the scales or every group failed, DecodeError when the scales are none.
        """
        rows = [register for register in tristar_mppt.ALL if register.group in groups]
        unknown = set(groups) - {register.group for register in rows}
        if unknown:
            raise ValueError(f"the map has no groups {sorted(unknown)}")
        words = registers.block(SCALING.start, self._transport.read_registers(SCALING.start, len(SCALING)))
        scales = Scales.from_words([words[address] for address in SCALING[:4]])
        failed: dict[str, str] = {}
        for request in registers.plan_reads([row for row in rows if row.address not in SCALING]):
            failed |= self._read_block(request, rows, words)
        if failed and failed.keys() >= set(groups):
            raise TransportError("; ".join(dict.fromkeys(failed.values())))
        wanted = [row for row in tristar_mppt.ALL if row.group in groups or row.address in SCALING]
        return Reading(registers.decode(wanted, words, scales), failed)

    def _read_block(self, request: range, rows: Sequence[registers.Register], words: dict[int, int]) -> dict[str, str]:
        """Put the words of one request into `words`; the groups that failed, with the reason."""
        inside = [row for row in rows if row.address in request]
        groups = list(dict.fromkeys(row.group for row in inside))
        try:
            words |= registers.block(request.start, self._transport.read_registers(request.start, len(request)))
        except TransportError as error:
            if len(groups) == 1:
                return {groups[0]: str(error)}
        else:
            return {}
        failed: dict[str, str] = {}
        for group in groups:
            for part in registers.plan_reads([row for row in inside if row.group == group]):
                failed |= self._read_block(part, [row for row in inside if row.group == group], words)
        return failed

    def close(self) -> None:
        """Let go of the port."""
        self._transport.close()
