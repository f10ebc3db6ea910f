"""What the commands for people do with an EMUS G1."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from collector.drivers import sentences
from collector.drivers.decoding import Answer, Decoder, Decoding, LineDecoder
from collector.drivers.driver import DeviceConfig
from collector.drivers.emus import sentences_table, statistics
from collector.drivers.emus.actions import CHANGES
from collector.drivers.emus.driver import EMUS_G1
from collector.drivers.emus.reader import EmusG1
from collector.drivers.emus.settings_sheet import BatterySettings
from collector.drivers.emus.statistics import Statistic
from collector.drivers.reading import Reading
from collector.drivers.sentences import request
from collector.drivers.tools import Found, Row, Tools
from collector.transports.serial_line import SerialLine
from data.errors import DecodeError, TransportError

# The unit counts seconds from here by its own clock, which knows no zone.
UNIT_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001
LAST_SECOND = 0xFFFF_FFFF
# Their replies have no end mark; they are over when nothing more comes.
SEVERAL_LINES = frozenset((*sentences_table.GROUPED, "LG1", "SS1"))
LOGIN_NOTE = "asks for a log-in before it answers: log in with its own program or with `BMS.PW1` in a script"


def rows(reading: Reading) -> list[Row]:
    """Every field of every sentence."""
    return [row for key, value in reading.values.items() for row in _sentence_rows(key, value)]


def _sentence_rows(key: str, value: Any) -> Iterator[Row]:
    name, _, field = key.partition(".")
    if field:
        yield _field_row(name, field, field, value)
        return
    if key == "SS1":
        yield from (_statistic_row(statistics.interpret(fields)) for fields in value)
        return
    # Sentences that come once per group of cells or entry: a list of their fields.
    for place, fields in enumerate(value):
        entry: Mapping[str, Any] = fields
        for field, item in entry.items():
            yield _field_row(name, field, f"{place}.{field}", item)


def _statistic_row(statistic: Statistic) -> Row:
    meaning = [] if statistic.cell is None else [f"cell {statistic.cell}"]
    if statistic.lowest is not None and statistic.highest is not None:
        meaning.append(f"from {statistic.lowest:g} to {statistic.highest:g}")
    meaning += _when(statistic.timestamp)
    return Row("SS1", statistic.key, statistic.value, statistic.unit, meaning or None)


def _when(seconds: Any) -> list[str]:
    """A time of the unit's clock as text; empty for a number beyond the clock's range."""
    if not isinstance(seconds, int) or seconds > LAST_SECOND:
        return []
    return [f"{UNIT_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"]


def _field_row(name: str, field: str, shown_as: str, value: Any) -> Row:
    row = next((row for row in sentences_table.SENTENCES.get(name, ()) if row.key == field), None)
    if row is None:
        return Row(name, shown_as, value)
    if field.endswith("timestamp"):
        return Row(name, shown_as, value, row.unit, _when(value) or None)
    meaning = sentences.names(row, value)
    return Row(name, shown_as, value, row.unit, [meaning] if isinstance(meaning, str) else meaning)


def dump_raw(device: DeviceConfig) -> dict[str, Any]:
    """Every sentence that can be asked for, as it came."""
    line = SerialLine(device.port)
    texts: dict[str, list[str]] = {}
    failed: dict[str, str] = {}
    try:
        for name in sorted(sentences_table.REQUESTABLE):
            try:
                texts[name] = _reply(line, name)
            except TransportError as problem:
                failed[name] = str(problem)
    finally:
        line.close()
    return {"raw": texts, "failed": failed}


def _reply(line: SerialLine, name: str) -> list[str]:
    has_end = name not in SEVERAL_LINES
    lines = line.ask_lines(request(name), name.encode(), lambda _line: has_end)
    return [line.decode("ascii", "backslashreplace") for line in lines]


def prove(port: str, _unit_id: int, adapter: str) -> Found:
    """A unit that answers `VR1`, or asks for a log-in instead."""
    reader = EmusG1.open(port)
    try:
        reading = reader.read(("VR1",))
    except TransportError:
        if not reader.wants_login:
            raise
        return Found(EMUS_G1.name, port, 1, adapter, note=LOGIN_NOTE)
    finally:
        reader.close()
    if reading.failed:
        raise DecodeError(f"{port}: {reading.failed['VR1']}")
    model, serial_number, firmware = (
        str(reading.values.get(f"VR1.{key}") or "") for key in ("hardware_type", "serial_number", "firmware_version")
    )
    return Found(EMUS_G1.name, port, 1, adapter, serial_number, model, firmware)


def emus_answers(line: bytes) -> Iterator[Answer]:
    """The answer to one sentence.  Raises DecodeError when it is damaged."""
    sentence = sentences_table.decode(line)
    yield {"sentence": sentence.name, "fields": sentence.fields, "names": sentence.names}


def _decoder(_arguments: argparse.Namespace) -> Decoder:
    return LineDecoder(emus_answers)


TOOLS = Tools(
    rows=rows,
    dump_raw=dump_raw,
    prove=prove,
    decoding=Decoding("emus", "sentences of an EMUS G1, one a line: NAME,field,…,checksum", _decoder),
    read_settings=BatterySettings.read,
    changes=CHANGES,
)
