"""The one way a write goes out over Modbus: once, and only drivers/changes.py calls it.

A lost answer leaves it unknown whether the device did what was asked; asking again could do it twice.
"""

from __future__ import annotations

from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.masters import NoAnswerError, RefusedError, RtuMaster, TcpMaster, execute
from collector.transports.modbus.tcp import ModbusTcp
from data.errors import ChangeNotAllowedError

WRITE_COIL, WRITE_REGISTER = 5, 6
WRITES = frozenset((WRITE_COIL, WRITE_REGISTER))
COIL_ON = 0xFF00

Line = ModbusSerial | ModbusTcp


class _RtuWriter(RtuMaster):
    functions = WRITES


class _TcpWriter(TcpMaster):
    functions = WRITES


def write_coil(line: Line, address: int, on: bool, *, allow_changes: bool = False) -> None:
    """Set or clear one coil.

    Raises ChangeNotAllowedError before a byte is sent unless it is allowed, RefusedError, or TransportError when it is
    not known whether it was done.
    """
    _write(line, WRITE_COIL, address, COIL_ON if on else 0, f"coil 0x{address:04X}", allow_changes)


def write_register(line: Line, address: int, word: int, *, allow_changes: bool = False) -> None:
    """Write one register; raises as `write_coil` does."""
    _write(line, WRITE_REGISTER, address, word, f"register 0x{address:04X}", allow_changes)


def _write(line: Line, function: int, address: int, value: int, what: str, allow_changes: bool) -> None:
    if allow_changes is not True:
        raise ChangeNotAllowedError(f"a write of {what} on {line.where} was not allowed: nothing was sent")
    try:
        with line.taken:
            answer = _send_once(line, function, address, value)
        if answer != (address, value):
            raise NoAnswerError(f"the answer repeats {answer}, not {(address, value)}")
    except RefusedError as cause:
        raise RefusedError(
            f"unit {line.unit_id} on {line.where} refuses to write {what}: {cause}", cause.code
        ) from cause
    except NoAnswerError as cause:
        raise NoAnswerError(
            f"unit {line.unit_id} on {line.where} did not confirm the write of {what} ({cause}); it may have been done:"
            " read it back, it is not tried again"
        ) from cause


def _send_once(line: Line, function: int, address: int, value: int) -> tuple[int, ...]:
    if isinstance(line, ModbusSerial):
        with line.port.opened() as serial_port:
            return execute(_RtuWriter(serial_port, line.timeout_seconds), line.unit_id, function, address, 0, value)
    master = _TcpWriter(line.host, line.port_number, line.timeout_seconds)
    try:
        return execute(master, line.unit_id, function, address, 0, value)
    except OSError as cause:
        raise NoAnswerError(str(cause) or type(cause).__name__) from cause
    finally:
        master.hang_up()
