"""Arrays to bytes and back, exactly: one column of numbers of a sealed block or of a level.

A column of decimals is kept as whole numbers (the fewest decimals that give every value back bit by bit), packed by
pcodec; one that has none as 64-bit floats, packed by pcodec too; one number throughout as that number.
"""

from __future__ import annotations

import struct
import zlib
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import zstandard
from pcodec import ChunkConfig, standalone

from data.arrays import Floats, Integers
from data.errors import CorruptError

MOST_DECIMALS = 6
# Whole numbers up to here are exact as 64-bit floats.
EXACT = 2.0**53
SMALL = 2.0**31 - 1
CONFIG = ChunkConfig(compression_level=8)
ZSTD_LEVEL = 9
SCALES = tuple(10.0**decimals for decimals in range(MOST_DECIMALS + 1))


class Kind(IntEnum):
    """How a column is kept; GAPS is added where some documents have no value."""

    EMPTY = 0
    CONSTANT = 1
    FLOATS = 2
    SCALED = 8  # plus the decimals, 0 to 6
    GAPS = 64


def encode(values: Floats) -> tuple[int, bytes]:
    """The kind and bytes of a column; NaN where a document has no value.  `decode` gives the same bits back."""
    there = values == values
    if there.all():
        return _encode_full(values)
    present = values[there]
    if not len(present):
        return Kind.EMPTY, b""
    kind, packed = _encode_full(present)
    mask = compress(np.packbits(there).tobytes())
    return kind | Kind.GAPS, struct.pack("<I", len(mask)) + mask + packed


def _encode_full(values: Floats) -> tuple[int, bytes]:
    if not len(values):
        return Kind.EMPTY, b""
    first = values[:1].view(np.int64)
    if (values.view(np.int64) == first).all():
        return Kind.CONSTANT, first.tobytes()
    as_whole = scaled(values)
    if as_whole is None:
        return Kind.FLOATS, standalone.simple_compress(np.ascontiguousarray(values), CONFIG)
    decimals, whole = as_whole
    return Kind.SCALED + decimals, pack_integers(whole)


def scaled(values: Floats) -> tuple[int, Integers] | None:
    """The fewest decimals that give every value back, and the whole numbers; None when there are none such."""
    few = values[:64]
    with np.errstate(over="ignore"):  # numbers at the end of the range have no decimals
        for decimals, scale in enumerate(SCALES):
            if not (np.rint(few * scale) / scale == few).all():
                continue
            whole = np.rint(values * scale)
            if (whole / scale == values).all():
                if np.abs(whole).max(initial=0) >= EXACT or np.signbit(values[values == 0]).any():
                    return None
                return decimals, whole.astype(np.int64)
    return None


def decimals(values: Floats) -> npt.NDArray[np.int64]:
    """The fewest decimals that give each value back; one more than MOST_DECIMALS for a value that has none such."""
    fewest = np.full(len(values), MOST_DECIMALS + 1, dtype=np.int64)
    left = np.arange(len(values))
    with np.errstate(over="ignore", invalid="ignore"):
        for places, scale in enumerate(SCALES):
            some = values[left]
            whole = np.rint(some * scale)
            fits = (whole / scale == some) & (np.abs(whole) < EXACT)
            fewest[left[fits]] = places
            left = left[~fits]
    return fewest


def decode(kind: int, packed: bytes, count: int) -> Floats:
    """The column of `count` documents; NaN where one has no value.  Raises CorruptError."""
    try:
        if kind & Kind.GAPS:
            (length,) = struct.unpack_from("<I", packed)
            bits = np.frombuffer(decompress(packed[4 : 4 + length]), dtype=np.uint8)
            there = np.unpackbits(bits, count=count).astype(bool)
            values = np.full(count, np.nan)
            values[there] = _decode_full(kind ^ Kind.GAPS, packed[4 + length :], int(there.sum()))
            return values
        return _decode_full(kind, packed, count)
    except (struct.error, ValueError, RuntimeError, TypeError, zstandard.ZstdError) as cause:
        raise CorruptError(f"a column cannot be unpacked: {cause}") from cause


def _decode_full(kind: int, packed: bytes, count: int) -> Floats:
    if kind == Kind.EMPTY:
        return np.full(count, np.nan)
    if kind == Kind.CONSTANT:
        return np.full(count, np.frombuffer(packed, dtype=np.int64).view(np.float64)[0])
    if kind == Kind.FLOATS:
        values = np.asarray(standalone.simple_decompress(packed), dtype=np.float64)
    elif Kind.SCALED <= kind <= Kind.SCALED + MOST_DECIMALS:
        values = unpack_integers(packed) / SCALES[kind - Kind.SCALED]
    else:
        raise ValueError(f"no kind of column has the number {kind}")
    if len(values) != count:
        raise ValueError(f"{len(values)} values, expected {count}")
    return values


def pack_integers(whole: Integers) -> bytes:
    """Whole numbers packed by pcodec, in 32 bits where they fit."""
    fits = not len(whole) or max(-int(whole.min()), int(whole.max())) <= SMALL
    narrow = np.ascontiguousarray(whole, dtype=np.int32 if fits else np.int64)
    packed: bytes = standalone.simple_compress(narrow, CONFIG)
    return packed


def unpack_integers(packed: bytes) -> Integers:
    """The numbers of `pack_integers`.  Raises RuntimeError or TypeError for bytes that are none."""
    numbers = standalone.simple_decompress(packed)
    return np.empty(0, dtype=np.int64) if numbers is None else np.asarray(numbers, dtype=np.int64)


def compress(raw: bytes) -> bytes:
    """The bytes in a zstd frame with its length."""
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(raw)


def decompress(packed: bytes) -> bytes:
    """The bytes of `compress`.  Raises zstandard.ZstdError."""
    return zstandard.ZstdDecompressor().decompress(packed)


def checksum(*parts: bytes) -> int:
    """CRC-32 over the parts, one after the other."""
    total = 0
    for part in parts:
        total = zlib.crc32(part, total)
    return total
