"""The engine of devices that talk in sentences `NAME,field,...,checksum`: table -> decode -> values, and back.

A table maps a sentence's name to its Field rows in order.  Everything here is pure.  Source of the frame, the checksum
and the encodings: docs/devices/emus_g1.md, "Frame" and "Encodings".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import crcmod.predefined

from collector.transports.lines import LONGEST_LINE, without_noise
from data.errors import DecodeError

Value = int | float | str | list[int] | list[float] | None
Code = int | str

QUESTION = b"?"
# Wider numbers than any device sends; a bound keeps the arithmetic finite.
WIDEST_NUMBER = 1 << 64
# Far beyond any of them, and far from where dividing makes infinity of a number.
FINITE = 1e200
MOST_PLANS = 256

NAME = re.compile(rb"[A-Z]{2}[0-9]")
HEX = re.compile(rb"[0-9A-Fa-f]+")
DECIMAL = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sentence: value = (number + offset) * multiplier.

    Attributes:
        index: its place after the name, from 1.
        encoding: "HexDec", "HexDecByteArray", "HexCode", "HexBitBool", "DecInt", "Str" or "reserved".
        multiplier: what one count is worth; 1 gives integers.
        codes: meaning of each value of an enumeration ("?" for a question mark).  flags: meaning of each bit.
        counted_by: key of the field that says how many values this array has.
        width: characters a device sends; only `encode` uses it, any width is decoded.
        filler: what a reserved field is sent as.
    """

    index: int
    key: str
    encoding: str = "HexDec"
    signed: bool = False
    offset: int = 0
    multiplier: float = 1
    unit: str = ""
    codes: Mapping[Code, str] | None = None
    flags: Mapping[int, str] | None = None
    counted_by: str = ""
    width: int = 2
    filler: str = ""


Table = Mapping[str, Sequence[Field]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A decoded sentence.

    Attributes:
        fields: key -> value of every row but the reserved ones; None where the field is empty or missing.
        names: key -> name of the code (absent when unknown), or names of the set flags; only for fields with a value.
    """

    name: str
    fields: dict[str, Value]
    names: dict[str, str | list[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when the device knows nothing of all this, as when it cannot reach its cells."""
        return all(value is None for value in self.fields.values())

    @property
    def is_question(self) -> bool:
        """True for a request, which only looks like a sentence of the device."""
        return "?" in self.fields.values()


# Built once: the function holds a table of 256 numbers.
_crc = crcmod.predefined.mkPredefinedCrcFun("crc-8-maxim")


def checksum(content: bytes) -> bytes:
    """The two characters that follow `content`, which runs from the name to the last comma, itself included."""
    return b"%02X" % _crc(content)


def split(line: bytes) -> tuple[str, list[bytes]]:
    """Name and fields of a line without its line end.  Raises DecodeError unless its checksum is right.

    After a reset single characters such as `#` can stand before a sentence, and noise of any kind.
    """
    content = without_noise(line)
    if len(line) > LONGEST_LINE:
        raise DecodeError(f"a line of more than {LONGEST_LINE} characters is no sentence; check the port's baud rate")
    body, comma, stated = content.rpartition(b",")
    if not comma or not NAME.match(body):
        raise DecodeError(f"{_shown(line)} is not NAME,field,…,checksum; check the cable and the port's baud rate")
    right = checksum(body + comma)
    if stated != right:
        raise DecodeError(f"checksum of {_shown(line)} is {right!r}; check the cable and the port's baud rate")
    name, *fields = body.split(b",")
    if not NAME.fullmatch(name):
        raise DecodeError(f"{name!r} is not a name of two letters and a digit; the line is no sentence of this device")
    return name.decode(), fields


def decode(table: Table, line: bytes) -> Sentence:
    """The sentence of a line without its line end.

    Fields beyond the table are passed over.  A name the table lacks gives its fields as text, `field_1` and so on.
    A request (`NAME,?`) gives "?" as the first field.  Raises DecodeError when the line is damaged or a field is not
    what the table says.
    """
    name, fields = split(line)
    return decode_fields(name, table.get(name), fields)


def decode_fields(name: str, rows: Sequence[Field] | None, fields: Sequence[bytes]) -> Sentence:
    """The sentence from its fields as sent; without rows each is its text."""
    if rows is None:
        return Sentence(name, {f"field_{place}": _text(raw) or None for place, raw in enumerate(fields, 1)})
    values: dict[str, Value] = {}
    meanings: dict[str, str | list[str]] = {}
    for row in rows:
        if row.encoding == "reserved":
            continue
        raw = fields[row.index - 1] if row.index <= len(fields) else b""
        try:
            value = _decode_value(row, raw)
        except ValueError as cause:
            raise DecodeError(f"{name} field {row.index}, {row.key}, is {_shown(raw)}: {cause}") from cause
        values[row.key] = value
        if row.counted_by and isinstance(value, list) and len(value) != values[row.counted_by]:
            raise DecodeError(
                f"{name} has {len(value)} {row.key} where {row.counted_by} is {values[row.counted_by]}; read it again"
            )
        if row.codes is not None or row.flags is not None:
            meaning = names(row, value)
            if meaning is not None:
                meanings[row.key] = meaning
    return Sentence(name, values, meanings)


def names(row: Field, value: Value) -> str | list[str] | None:
    """The name of a code or the names of the set flags; None for other fields, no value and unknown codes."""
    if row.codes is not None:
        return row.codes.get(value) if isinstance(value, (int, str)) else None
    if row.flags is not None and isinstance(value, int):
        return [name for bit, name in row.flags.items() if value >> bit & 1] if value else []
    return None


def _decode_value(row: Field, raw: bytes) -> Value:
    if not raw:
        return None
    if raw == QUESTION:
        return "?"
    if row.encoding == "Str":
        return _text(raw)
    if row.encoding == "DecInt":
        if not DECIMAL.fullmatch(raw):
            raise ValueError("a decimal number is expected")
        return int(raw)
    if not HEX.fullmatch(raw):
        raise ValueError("hexadecimal digits are expected")
    if row.encoding == "HexDecByteArray":
        if len(raw) % 2:
            raise ValueError("two digits for each element are expected")
        elements = _elements(row.offset, row.multiplier)
        return [elements[number] for number in bytes.fromhex(raw.decode())]
    number = int(raw, 16)
    if row.signed and number >> (4 * len(raw) - 1):
        number -= 1 << 4 * len(raw)
    if not -WIDEST_NUMBER < number < WIDEST_NUMBER:
        raise ValueError("a number of at most 64 bits is expected")
    return scaled(number, row.offset, row.multiplier) if row.encoding == "HexDec" else number


def scaled(number: int, offset: int, multiplier: float) -> int | float:
    """(number + offset) * multiplier, rounded to the decimals that the multiplier implies."""
    if multiplier == 1:
        return number + offset
    return round((number + offset) * multiplier, decimals(multiplier))


@lru_cache(maxsize=32)
def _elements(offset: int, multiplier: float) -> tuple[Any, ...]:
    """What each byte of an array means."""
    return tuple(scaled(number, offset, multiplier) for number in range(256))


@lru_cache(maxsize=32)
def decimals(multiplier: float) -> int:
    """The places after the point that a multiplier implies: 2 for 0.01, and 6 for one like 100/255."""
    return next((places for places in range(6) if math.isclose(round(multiplier, places), multiplier)), 6)


def encode(table: Table, name: str, values: Mapping[str, Value]) -> bytes:
    """The line, without a line end, with which a device would say these values: the nearest count of each.

    None and what is missing are empty fields.  Raises ValueError for a value its field cannot hold.
    """
    plan = _plan(table[name])
    fields = list(plan.empty)
    read, is_empty = values.get, True
    for place, key, row, is_number, multiplier, offset, lowest, highest, mask, form in plan.rows:
        value = read(key)
        if value is None:
            continue
        is_empty = False
        # The common case at once; all else, and every mistake, the long way.
        if is_number and (value.__class__ is float or value.__class__ is int) and -FINITE < value < FINITE:
            number = round(value / multiplier) - offset
            if lowest <= number <= highest:
                fields[place] = form % (number & mask)
                continue
        fields[place] = _encode_value(row, value)
    if is_empty:
        fields = [""] * len(fields)
    return frame(name, *fields)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of a sentence are encoded: what its fields are at first, and each row with what a number needs."""

    table: Sequence[Field]
    empty: list[str]
    rows: list[tuple[int, str, Field, bool, float, int, int, int, int, str]]


_plans: dict[int, _Plan] = {}


def _plan(rows: Sequence[Field]) -> _Plan:
    """The plan of these rows, cached by the identity of the table, which the plan keeps alive."""
    plan = _plans.get(id(rows))
    if plan is None:
        empty = [""] * max([row.index for row in rows], default=1)
        ready = []
        for row in rows:
            if row.encoding == "reserved":
                empty[row.index - 1] = row.filler
            else:
                bounds = _signed(row.width) if row.signed else _unsigned(row.width)
                is_number = row.encoding != "DecInt"
                ready.append((row.index - 1, row.key, row, is_number, row.multiplier, row.offset, *bounds))
        if len(_plans) >= MOST_PLANS:
            _plans.clear()
        plan = _plans[id(rows)] = _Plan(rows, empty, ready)
    return plan


def frame(name: str, *fields: str) -> bytes:
    """The line of these fields as they are, with its checksum."""
    content = ",".join((name, *fields, "")).encode("ascii")
    return content + checksum(content)


def request(name: str) -> bytes:
    """The line that asks for a sentence: a read, and the only thing a monitor ever says.  It has no line end."""
    if not NAME.fullmatch(name.encode()):
        raise ValueError(f"{name!r} is not the name of a sentence")
    return frame(name, "?")


def _encode_value(row: Field, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return _elements_of(row, value)
    if isinstance(value, str):
        if row.encoding != "Str" or not value.isascii() or not value.isprintable() or "," in value:
            raise ValueError(f"{row.key} cannot hold {value!r}")
        return value
    if row.encoding == "DecInt":
        if not 0 <= value < 10**18:
            raise ValueError(f"{row.key} cannot hold {value}")
        return f"{round(value):0{row.width}d}"
    return _hexadecimal(row, value, row.width)


def _elements_of(row: Field, values: Sequence[float]) -> str:
    if not row.signed:
        multiplier, offset = row.multiplier, row.offset
        try:
            return bytes([round(value / multiplier) - offset for value in values]).hex().upper()
        except (OverflowError, ValueError):  # one of them is no byte; which one is said below
            pass
    return "".join([_hexadecimal(row, value, 2) for value in values])


def _hexadecimal(row: Field, value: float, width: int) -> str:
    try:
        number = round(value / row.multiplier) - row.offset
    except (OverflowError, ValueError) as cause:  # not a finite number
        raise ValueError(f"{row.key} cannot hold {value}") from cause
    lowest, highest, mask, form = _signed(width) if row.signed else _unsigned(width)
    if not lowest <= number <= highest:
        raise ValueError(f"{row.key} cannot hold {value}: {number} is outside {lowest} to {highest}")
    return form % (number & mask)


@lru_cache(maxsize=32)
def _unsigned(width: int) -> tuple[int, int, int, str]:
    """The lowest and the highest number of so many digits, the bits they have, and how they are written."""
    mask = (1 << 4 * width) - 1
    return 0, mask, mask, f"%0{width}X"


@lru_cache(maxsize=32)
def _signed(width: int) -> tuple[int, int, int, str]:
    """The same of numbers in two's complement."""
    mask = (1 << 4 * width) - 1
    return -(mask + 1) // 2, mask // 2, mask, f"%0{width}X"


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "backslashreplace")


def _shown(raw: bytes) -> str:
    return repr(raw if len(raw) <= 80 else raw[:60] + b"..." + raw[-10:])
