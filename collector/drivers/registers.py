"""The engine of devices that answer in 16-bit registers: table -> decode -> values, and back for virtual devices.

A table is a tuple of Register rows in address order.  Everything here is pure; a shape that no row kind covers becomes
a new kind in scalings.py, not a condition in a device's table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.drivers.scalings import SHAPES, Scales, Value, linear, multiplier, unscale
from data.errors import DecodeError

__all__ = ["Register", "Scales", "Value", "block", "decode", "decode_register", "encode", "names", "plan_reads"]

WORD_MAX = 0xFFFF
# The most registers one Modbus reply can carry.
LONGEST_READ = 125
# Reading a few unused registers costs 2 ms each at 9600 baud, another request about 15 ms.
WIDEST_GAP = 4


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a device: where it is, how wide, how it is scaled and what it means.

    Attributes:
        address: protocol address of the first word, the number that goes on the wire.
        scale: a linear scaling ("none", "volts", "amps", "watts", "volts_16", "const_15:K", "const_16:K") or a shape
            ("whole_frac16", "bcd", "version", "ascii", "ipv4", "mac"); scalings.py has the formulas.
        words: registers taken; the high word comes first unless `low_word_first`.
        factor: what a linear value is multiplied by besides its scale.
        codes: meaning of each value of an enumeration.  flags: meaning of each bit.
        absent: raw values with which the device says that it has no value.
        limits: lowest and highest value the device can mean; outside them it has none.
        group: the block of the device's map it belongs to; a poll names groups.
    """

    address: int
    key: str
    scale: str = "none"
    signed: bool = False
    words: int = 1
    low_word_first: bool = False
    factor: float = 1
    unit: str = ""
    codes: Mapping[int, str] | None = None
    flags: Mapping[int, str] | None = None
    absent: tuple[int, ...] = ()
    limits: tuple[float, float] | None = None
    group: str = ""

    @property
    def addresses(self) -> range:
        """The registers this value is made of."""
        return range(self.address, self.address + self.words)


def block(start: int, words: Sequence[int]) -> dict[int, int]:
    """The words of one reply by address, as `decode` takes them."""
    return dict(enumerate(words, start))


def decode(table: Iterable[Register], words: Mapping[int, int], scales: Scales) -> dict[str, Value]:
    """Every value of the table whose registers are all in `words`; None where the device gives no value.

    Raises DecodeError when a word is not 16 bits wide.
    """
    present = words.keys()
    return {
        register.key: decode_register(register, [words[address] for address in register.addresses], scales)
        for register in table
        if register.address in present and (register.words == 1 or present >= set(register.addresses))
    }


def decode_register(register: Register, words: Sequence[int], scales: Scales) -> Value:
    """One value from its words in address order; None where the device gives no value."""
    for word in words:
        if not 0 <= word <= WORD_MAX:
            raise DecodeError(f"{register.key} has the word {word}; a register holds 0 to {WORD_MAX}: read it again")
    shape = SHAPES.get(register.scale)
    if shape is not None:
        return shape.decode(words)
    raw = 0
    for word in reversed(words) if register.low_word_first else words:
        raw = raw << 16 | word
    if raw in register.absent:
        return None
    if register.signed and raw >> (16 * register.words - 1):
        raw -= 1 << 16 * register.words
    value = linear(raw, register.scale, register.factor, scales)
    if register.limits is not None and not register.limits[0] <= value <= register.limits[1]:
        return None
    return value


def encode(register: Register, value: Value, scales: Scales) -> tuple[int, ...]:
    """The words with which a device would send this value: the nearest count, in address order.

    None gives the first of the row's `absent` words.  Raises ValueError for a value that the register cannot hold.
    """
    if value is None:
        if not register.absent:
            raise ValueError(f"{register.key} has no word for 'no value'")
        return _split(register, register.absent[0])
    shape = SHAPES.get(register.scale)
    if shape is not None:
        return shape.encode(value, register.words)
    if isinstance(value, str):
        raise ValueError(f"{register.key} is a number, not {value!r}")
    raw = unscale(value, multiplier(register.scale, register.factor, scales))
    bits = 16 * register.words
    lowest, highest = (-(1 << bits - 1), (1 << bits - 1) - 1) if register.signed else (0, (1 << bits) - 1)
    if not lowest <= raw <= highest:
        raise ValueError(f"{register.key} cannot hold {value}: {raw} counts are outside {lowest} to {highest}")
    return _split(register, raw % (1 << bits))


def _split(register: Register, raw: int) -> tuple[int, ...]:
    words = tuple(raw >> 16 * place & WORD_MAX for place in range(register.words))
    return words if register.low_word_first else words[::-1]


def names(register: Register, value: Value) -> list[str] | None:
    """The meaning of a code (one name, none when unknown) or of the set bits; None for any other row."""
    if register.codes is None and register.flags is None:
        return None
    if not isinstance(value, int):
        return []
    if register.codes is not None:
        return [register.codes[value]] if value in register.codes else []
    return [name for bit, name in (register.flags or {}).items() if value >> bit & 1]


def plan_reads(table: Iterable[Register], limit: int = LONGEST_READ, widest_gap: int = WIDEST_GAP) -> tuple[range, ...]:
    """The requests that cover every register of the table once, in address order.

    Rows up to `widest_gap` unused registers apart share a request; none is longer than `limit`, and no value is cut
    in two.
    """
    requests: list[range] = []
    for register in sorted(table, key=lambda row: row.address):
        addresses = register.addresses
        if requests:
            last = requests[-1]
            joined = range(last.start, max(last.stop, addresses.stop))
            if addresses.start - last.stop <= widest_gap and len(joined) <= limit:
                requests[-1] = joined
                continue
        requests.append(addresses)
    return tuple(requests)
