"""How the words of a register become a value: the linear scalings with their formulas, and the shapes that are none.

Source of the formulas: docs/devices/tristar_mppt.md, "Scaling".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from data.errors import DecodeError

Value = int | float | str | None

# Far below one count of any scaling, far above what binary arithmetic leaves behind.
DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Scales:
    """What a device says one full scale is: volts and amperes."""

    v_pu: float
    i_pu: float

    @classmethod
    def from_words(cls, words: Sequence[int]) -> Scales:
        """From the four words at the start of the map: whole volts, fraction, whole amperes, fraction.

        Raises DecodeError when one is zero: with it every value of the device would read zero.
        """
        v_pu, i_pu = words[0] + words[1] / 65536, words[2] + words[3] / 65536
        if not (v_pu > 0 and i_pu > 0):
            raise DecodeError(f"the scales read {v_pu} V and {i_pu} A; both must be above 0: read them again")
        return cls(v_pu, i_pu)


@lru_cache(maxsize=256)
def multiplier(scale: str, factor: float, scales: Scales) -> float:
    """What one count is worth, in the unit of the row.  Raises ValueError for a scaling there is not."""
    name, _, constant = scale.partition(":")
    match name:
        case "none":
            return factor
        case "volts":
            return factor * scales.v_pu / 2**15
        case "amps":
            return factor * scales.i_pu / 2**15
        case "watts":
            return factor * scales.v_pu * scales.i_pu / 2**17
        case "volts_16":
            return factor * scales.v_pu / 2**16
        case "const_15":
            return factor * float(constant) / 2**15
        case "const_16":
            return factor * float(constant) / 2**16
    raise ValueError(f"there is no scaling {scale!r}")


def linear(raw: int, scale: str, factor: float, scales: Scales) -> int | float:
    """`raw` counts in the unit of the row: an integer where a count is one unit, else a float without noise."""
    worth = multiplier(scale, factor, scales)
    if worth == 1:
        return raw
    # A tenth is no binary number, ten is: dividing gives the decimal number itself.
    parts = 1 / worth
    return raw / parts if parts.is_integer() else round(raw * worth, DECIMALS)


def unscale(value: float, worth: float) -> int:
    """The nearest count.  Raises ValueError when the value is not a finite number."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be sent: it is not a finite number")
    return round(value / worth)


@dataclass(frozen=True, slots=True)
class Shape:
    """Words that are not one scaled number: how to read them and how to write them into so many words."""

    decode: Callable[[Sequence[int]], Value]
    encode: Callable[[Value, int], tuple[int, ...]]


def _bytes(words: Sequence[int]) -> bytes:
    """Low byte, high byte, word by word."""
    return b"".join(word.to_bytes(2, "little") for word in words)


def _words(content: bytes, count: int) -> tuple[int, ...]:
    if len(content) > 2 * count:
        raise ValueError(f"{content!r} does not fit into {count} registers")
    padded = content.ljust(2 * count, b"\0")
    return tuple(int.from_bytes(padded[place : place + 2], "little") for place in range(0, 2 * count, 2))


def _decode_whole_frac16(words: Sequence[int]) -> Value:
    return words[0] + words[1] / 65536


def _encode_whole_frac16(value: Value, _count: int) -> tuple[int, ...]:
    raw = unscale(float(value or 0), 1 / 65536)
    if not 0 <= raw < 1 << 32:
        raise ValueError(f"{value} does not fit into a whole and a fraction word")
    return raw >> 16, raw & 0xFFFF


def _decode_bcd(words: Sequence[int]) -> Value:
    digits = f"{words[0]:04X}"
    return int(digits) if digits.isdecimal() else None


def _encode_bcd(value: Value, _count: int) -> tuple[int, ...]:
    digits = str(value)
    if not digits.isdecimal() or len(digits) > 4:
        raise ValueError(f"{value} has not one to four decimal digits")
    return (int(digits, 16),)


def _decode_version(words: Sequence[int]) -> Value:
    return f"{words[0] >> 8}.{words[0] & 0xFF}"


def _encode_version(value: Value, _count: int) -> tuple[int, ...]:
    major, minor = (int(part) for part in str(value).split("."))
    if not (0 <= major <= 0xFF and 0 <= minor <= 0xFF):
        raise ValueError(f"{value} is not a version of two bytes")
    return (major << 8 | minor,)


def _decode_ascii(words: Sequence[int]) -> Value:
    return _bytes(words).partition(b"\0")[0].decode("ascii", "backslashreplace")


def _encode_ascii(value: Value, count: int) -> tuple[int, ...]:
    return _words(str(value).encode("ascii"), count)


def _decode_ipv4(words: Sequence[int]) -> Value:
    return ".".join(str(octet) for octet in _bytes(words))


def _encode_ipv4(value: Value, count: int) -> tuple[int, ...]:
    return _words(bytes(int(octet) for octet in str(value).split(".")), count)


def _decode_mac(words: Sequence[int]) -> Value:
    return _bytes(words).hex(":")


def _encode_mac(value: Value, count: int) -> tuple[int, ...]:
    return _words(bytes.fromhex(str(value).replace(":", "")), count)


SHAPES = {
    "whole_frac16": Shape(_decode_whole_frac16, _encode_whole_frac16),
    "bcd": Shape(_decode_bcd, _encode_bcd),
    "version": Shape(_decode_version, _encode_version),
    "ascii": Shape(_decode_ascii, _encode_ascii),
    "ipv4": Shape(_decode_ipv4, _encode_ipv4),
    "mac": Shape(_decode_mac, _encode_mac),
}
