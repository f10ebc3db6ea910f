"""What the commands for people do with a TriStar MPPT."""

from __future__ import annotations

from typing import Any

from collector.drivers import registers
from collector.drivers.decoding import Decoding
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading
from collector.drivers.tools import Found, Row, Tools
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.actions import CHANGES
from collector.drivers.tristar.decode import add_arguments, decoder
from collector.drivers.tristar.driver import TRISTAR_MPPT
from collector.drivers.tristar.reader import TristarMppt, register_source
from collector.drivers.tristar.settings_sheet import ControllerSettings
from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.tcp import is_networked
from data.errors import DecodeError, TransportError

ANSWER_SECONDS = 0.5
TRIES = 2


def rows(reading: Reading) -> list[Row]:
    """Every value in the order of the map."""
    return [
        Row(
            register.group,
            register.key,
            reading.values[register.key],
            register.unit,
            registers_table.names(register.key, reading.values[register.key]),
        )
        for register in registers_table.ALL
        if register.key in reading.values
    ]


def dump_raw(device: DeviceConfig) -> dict[str, Any]:
    """Every register of the map."""
    transport = register_source(device.port, device.unit_id)
    words: dict[int, int] = {}
    failed: dict[str, str] = {}
    try:
        for span in registers.plan_reads(registers_table.ALL):
            try:
                words |= registers.block(span.start, transport.read_registers(span.start, len(span)))
            except TransportError as problem:
                failed[f"0x{span.start:04X}"] = str(problem)
    finally:
        transport.close()
    return {"raw": {f"0x{address:04X}": word for address, word in words.items()}, "failed": failed}


def prove(port: str, unit_id: int, adapter: str) -> Found:
    """The controller at this port: it proves itself by its scales and its firmware."""
    if is_networked(port):
        reader = TristarMppt.open(port, unit_id)
    else:
        reader = TristarMppt(ModbusSerial(port, unit_id=unit_id, timeout_seconds=ANSWER_SECONDS, tries=TRIES))
    try:
        values = reader.read(("scaling", "identity")).values
    finally:
        reader.close()
    if values.get("firmware_version") is None:
        raise DecodeError(f"unit {unit_id} on {port} is no TriStar MPPT: 0x0004 holds no firmware version")
    names = registers_table.names("model", values.get("model")) or []
    return Found(
        TRISTAR_MPPT.name,
        port,
        unit_id,
        adapter,
        serial_number=str(values.get("serial_number") or ""),
        model="".join(names),
        firmware=str(values["firmware_version"]),
    )


TOOLS = Tools(
    rows=rows,
    dump_raw=dump_raw,
    prove=prove,
    decoding=Decoding(
        "tristar", "registers of a TriStar MPPT: hexadecimal address, decimal words", decoder, add_arguments
    ),
    read_settings=ControllerSettings.read,
    changes=CHANGES,
)
