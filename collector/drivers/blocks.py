"""The engine of devices that say blocks of `LABEL value` by themselves: bytes -> blocks -> values, and back.

A block is a run of fields <CR><LF><label><TAB><value>; the last is `Checksum` with one byte, any byte, which makes the
sum of the block 0 modulo 256.  Messages from `:` to <LF> may stand between and inside blocks and do not count.
Everything here is pure.  Source: docs/devices/victron_vedirect.md, "Blocks".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from collector.drivers.sentences import scaled
from data.errors import DecodeError

Value = int | float | str | None

CHECKSUM = b"Checksum"
NO_VALUE = b"---"
CR, LF, TAB, COLON = b"\r\n\t:"
LONGEST_LABEL, LONGEST_VALUE, MOST_FIELDS = 8, 32, 64
DECIMAL = re.compile(rb"[+-]?[0-9]{1,18}")
HEX = re.compile(rb"0[xX][0-9A-Fa-f]{1,16}")
SWITCH = {b"OFF": 0, b"ON": 1}


@dataclass(frozen=True, slots=True)
class BlockField:
    """One field: value = number * multiplier.

    Attributes:
        encoding: "decimal", "hex" (0x…), "switch" (ON is 1, OFF is 0), "version" (the last two digits stand behind the
            point) or "text".
        group: the part of a reading that it belongs to.
        codes: meaning of each number.  flags: meaning of each bit.
        absent: the number with which the device says that it has no value.
    """

    label: str
    key: str
    unit: str = ""
    multiplier: float = 1
    encoding: Literal["decimal", "hex", "switch", "version", "text"] = "decimal"
    group: str = "live"
    codes: Mapping[int, str] | None = None
    flags: Mapping[int, str] | None = None
    absent: int | None = None


Block = dict[bytes, bytes]


class _At(Enum):
    NOTHING = auto()
    LINE_FEED = auto()
    LABEL = auto()
    VALUE = auto()
    CHECKSUM = auto()
    MESSAGE = auto()
    FIELD_END = auto()


class BlockCutter:
    """Cuts a stream of bytes, in pieces of any size, into blocks; bytes between blocks are passed over."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._at = self._after_message = _At.NOTHING
        self._sum = 0
        self._label, self._value = bytearray(), bytearray()
        self._block: Block = {}
        self._damage = ""

    def feed(self, received: bytes) -> Iterator[Block | DecodeError]:
        """The blocks that these bytes complete, with an error in the place of each damaged one."""
        for byte in received:
            if self._at is _At.MESSAGE:
                if byte == LF:
                    self._at = self._after_message
                continue
            if byte == COLON and self._at is not _At.CHECKSUM:
                self._begin_message()
                continue
            if self._at is _At.NOTHING and byte != CR:
                continue
            self._sum += byte
            if self._at is _At.CHECKSUM:
                yield self._finished()
                self._begin()
            else:
                self._take(byte)

    def _begin_message(self) -> None:
        if self._at is _At.VALUE:
            self._keep()
        elif self._at not in (_At.NOTHING, _At.FIELD_END):
            self._damage = self._damage or "a message begins in the middle of a label"
        self._after_message = _At.NOTHING if self._at is _At.NOTHING else _At.FIELD_END
        self._at = _At.MESSAGE

    def _take(self, byte: int) -> None:
        match self._at:
            case _At.NOTHING | _At.FIELD_END:
                if byte != CR:
                    self._damage = self._damage or "a field does not end where the next begins"
                self._at = _At.LINE_FEED
            case _At.LINE_FEED:
                if byte != LF:
                    self._damage = self._damage or "a field does not begin on a line of its own"
                self._at = _At.LABEL
            case _At.LABEL if byte == TAB:
                self._at = _At.CHECKSUM if bytes(self._label).endswith(CHECKSUM) else _At.VALUE
            case _At.LABEL:
                self._grow(self._label, byte, LONGEST_LABEL)
            case _At.VALUE if byte == CR:
                self._keep()
                self._at = _At.LINE_FEED
            case _At.VALUE:
                self._grow(self._value, byte, LONGEST_VALUE)

    def _grow(self, text: bytearray, byte: int, longest: int) -> None:
        """One more character; of a text that is too long the end stays, which may be the checksum's label."""
        if len(text) >= longest or byte < 0x20 or byte > 0x7E:
            self._damage = self._damage or "a label or a value is too long or not printable"
        text.append(byte)
        del text[:-longest]

    def _keep(self) -> None:
        label = bytes(self._label)
        if label in self._block or len(self._block) >= MOST_FIELDS:
            self._damage = self._damage or f"the field {label!r} comes twice, or there are more than {MOST_FIELDS}"
        else:
            self._block[label] = bytes(self._value)
        self._label.clear()
        self._value.clear()

    def _finished(self) -> Block | DecodeError:
        if self._damage:
            return DecodeError(f"a block is damaged: {self._damage}; check the cable and the port's baud rate")
        if self._sum % 256:
            return DecodeError(f"the sum of a block is {self._sum % 256}, not 0; check the cable and the baud rate")
        return self._block


def decode(table: Sequence[BlockField], block: Block) -> dict[str, Value]:
    """Key -> value of the fields that came, None where the device has no value.  Unknown labels are passed over.

    Raises DecodeError when a field is not what the table says.
    """
    values: dict[str, Value] = {}
    for row in table:
        raw = block.get(row.label.encode())
        if raw is not None:
            values[row.key] = None if raw == NO_VALUE else _decode_value(row, raw)
    return values


def _decode_value(row: BlockField, raw: bytes) -> Value:
    if row.encoding == "text":
        return raw.decode("ascii", "backslashreplace")
    if row.encoding == "switch" and raw in SWITCH:
        return SWITCH[raw]
    if row.encoding == "hex" and HEX.fullmatch(raw):
        return int(raw, 16)
    if row.encoding == "version" and raw.isdigit():
        return f"{int(raw[:-2] or b'0')}.{raw[-2:].decode():0>2}"
    if row.encoding == "decimal" and DECIMAL.fullmatch(raw):
        number = int(raw)
        return None if number == row.absent else scaled(number, 0, row.multiplier)
    raise DecodeError(f"{row.label}, {row.key}, is {raw!r}: no {row.encoding} value; check the cable")


def names(row: BlockField, value: Value) -> list[str] | None:
    """What a code or the set bits mean; None for other fields, no value and unknown codes."""
    if not isinstance(value, int):
        return None
    if row.codes is not None:
        return [row.codes[value]] if value in row.codes else None
    if row.flags is not None:
        return [name for bit, name in row.flags.items() if value >> bit & 1]
    return None


def encode(fields: Mapping[str, str]) -> bytes:
    """The block with which a device says these fields."""
    content = b"".join(b"\r\n" + f"{label}\t{value}".encode("ascii") for label, value in fields.items())
    content += b"\r\n" + CHECKSUM + b"\t"
    return content + bytes([-sum(content) % 256])
