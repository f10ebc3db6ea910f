"""What the commands for people do with a VE.Direct device."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from collector.drivers import blocks
from collector.drivers.blocks import BlockCutter
from collector.drivers.decoding import Answer, Decoder, Decoding
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading
from collector.drivers.tools import Found, Row, Tools
from collector.drivers.victron_vedirect.driver import VICTRON_VEDIRECT
from collector.drivers.victron_vedirect.fields_table import BY_KEY
from collector.drivers.victron_vedirect.reader import VeDirect, group_of, values_of
from collector.drivers.victron_vedirect.virtual import VirtualVeDirect
from data.catalogue.codes import table
from data.errors import DecodeError


def rows(reading: Reading) -> list[Row]:
    """Every value in the order of the table."""
    return [_row(key, value) for key, value in reading.values.items()]


def _row(key: str, value: Any) -> Row:
    field = BY_KEY.get(key)
    if field is not None:
        return Row(field.group, key, value, field.unit, blocks.names(field, value))
    code = table(key).code(value) if value is not None else None
    return Row(group_of(key), key, value, "", None if code is None else [code.name])


def dump_raw(device: DeviceConfig) -> dict[str, Any]:
    """Every field as it came, those that the table lacks too."""
    reader = VeDirect.open(device.port)
    try:
        block, failed = reader.read_block()
    finally:
        reader.close()
    texts = {_text(label): [_text(value)] for label, value in block.items()}
    return {"raw": texts, "failed": failed}


def prove(port: str, _unit_id: int, adapter: str) -> Found:
    """The device at this port: it proves itself by a block with a correct checksum."""
    reader = VeDirect.open(port)
    try:
        values = reader.read(("identity",)).values
    finally:
        reader.close()
    serial_number, model, firmware = (str(values.get(key) or "") for key in ("serial_number", "product", "firmware"))
    return Found(VICTRON_VEDIRECT.name, port, 1, adapter, serial_number, model, firmware)


class BlockDecoder:
    """An answer for each block."""

    def __init__(self) -> None:
        self._cutter = BlockCutter()

    def feed(self, received: bytes) -> Iterator[Answer]:
        """The answers to the blocks that these bytes complete."""
        for block in self._cutter.feed(received):
            if isinstance(block, DecodeError):
                yield {"error": str(block)}
                continue
            try:
                values = values_of(block)
            except DecodeError as problem:
                yield {"error": str(problem)}
                continue
            named = {row.key: row.meaning for row in rows(Reading(values)) if row.meaning is not None}
            yield {"fields": values, "names": named}

    def finish(self) -> Iterator[Answer]:
        """Nothing: a block without its checksum is dropped."""
        yield from ()


def _decoder(_arguments: argparse.Namespace) -> Decoder:
    return BlockDecoder()


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "backslashreplace")


TOOLS = Tools(
    rows=rows,
    dump_raw=dump_raw,
    prove=prove,
    decoding=Decoding("vedirect", "blocks of VE.Direct text, as they come from the port", _decoder),
    virtual=VirtualVeDirect,
)
