"""Parquet, written as it comes: instants and columns of numbers in row groups, without a library and without a file.

A library that writes Parquet costs every process of the site its memory (docs/decisions/0003), and what is written
here is one flat table: a column `at` of milliseconds and float64 columns with nulls, plain pages packed with zstd.
Source: the format's specification, parquet.thrift and Encodings.md, and Thrift's compact protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zstandard

MAGIC = b"PAR1"
CREATED_BY = "arboretum"
# Numbers of parquet.thrift.
INT64, DOUBLE = 2, 5
REQUIRED, OPTIONAL = 0, 1
PLAIN, RLE = 0, 3
ZSTD = 6
DATA_PAGE = 0
# Types of the compact protocol.
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
TRUE = 1

Instants = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Member = tuple[int, int, bytes]  # number, type, value as it is written


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of one row group: where it starts in the file and how long it is."""

    name: str
    is_instant: bool
    offset: int
    packed: int
    unpacked: int
    values: int


def parquet(names: Sequence[str], groups: Iterable[tuple[Instants, Sequence[Numbers]]]) -> Iterator[bytes]:
    """The bytes of a Parquet file with the columns `at` (UTC, milliseconds) and `names`, a row group for each group.

    NaN becomes null.  Only the description of the row groups is kept until the end, some 60 bytes a column and group.
    """
    yield MAGIC
    offset, rows = len(MAGIC), 0
    described: list[bytes] = []
    for at, columns in groups:
        if not len(at):
            continue
        chunks = []
        for number, name in enumerate(["at", *names]):
            packed, unpacked = optional_page(columns[number - 1]) if number else required_page(at)
            chunks.append(Chunk(name, number == 0, offset, len(packed), unpacked, len(at)))
            offset += len(packed)
            yield packed
        described.append(row_group(chunks))
        rows += len(at)
    length = 0
    for piece in file_description(["at", *names], rows, described):
        length += len(piece)
        yield piece
    yield struct.pack("<I", length) + MAGIC


# Pages


def required_page(at: Instants) -> tuple[bytes, int]:
    """A page of the instants, as (bytes, their length unpacked)."""
    return page(np.ascontiguousarray(at, dtype="<i8").tobytes(), len(at))


def optional_page(column: Numbers) -> tuple[bytes, int]:
    """A page of a column whose missing values are NaN."""
    there = ~np.isnan(column)
    values = np.ascontiguousarray(column[there], dtype="<f8").tobytes()
    return page(levels(there) + values, len(column))


def levels(there: npt.NDArray[np.bool_]) -> bytes:
    """Which values are there, a bit each, in one run of the hybrid encoding."""
    count = -(-len(there) // 8)
    bits = varint(count << 1 | 1) + np.packbits(there, bitorder="little").tobytes()
    return struct.pack("<I", len(bits)) + bits


def page(body: bytes, values: int) -> tuple[bytes, int]:
    """A data page with its header, as (bytes, their length unpacked)."""
    packed = zstandard.ZstdCompressor(level=3).compress(body)
    data = [integer(1, values), integer(2, PLAIN), integer(3, RLE), integer(4, RLE)]
    header = struct_of(
        [integer(1, DATA_PAGE), integer(2, len(body)), integer(3, len(packed)), (5, STRUCT, struct_of(data))]
    )
    return header + packed, len(header) + len(body)


# The description at the end of the file


def file_description(names: Sequence[str], rows: int, groups: Sequence[bytes]) -> Iterator[bytes]:
    """FileMetaData in pieces: the columns, and the row groups as they were described."""
    schema = [struct_of([text(4, "schema"), integer(5, len(names))])]
    schema.append(struct_of([integer(1, INT64), integer(3, REQUIRED), text(4, names[0]), (10, STRUCT, INSTANT)]))
    schema += [struct_of([integer(1, DOUBLE), integer(3, OPTIONAL), text(4, name)]) for name in names[1:]]
    before = members([integer(1, 2), (2, LIST, list_of(STRUCT, schema)), long(3, rows), (4, LIST, b"")])
    yield before + list_head(STRUCT, len(groups))
    yield from groups
    yield members([text(6, CREATED_BY)], after=4) + b"\0"


def row_group(chunks: Sequence[Chunk]) -> bytes:
    """RowGroup."""
    return struct_of(
        [
            (1, LIST, list_of(STRUCT, [column_chunk(chunk) for chunk in chunks])),
            long(2, sum(chunk.unpacked for chunk in chunks)),
            long(3, chunks[0].values),
        ]
    )


def column_chunk(chunk: Chunk) -> bytes:
    """ColumnChunk with its ColumnMetaData."""
    description = struct_of(
        [
            integer(1, INT64 if chunk.is_instant else DOUBLE),
            (2, LIST, list_of(I32, [zigzag(PLAIN), zigzag(RLE)])),
            (3, LIST, list_of(BINARY, [binary(chunk.name.encode())])),
            integer(4, ZSTD),
            long(5, chunk.values),
            long(6, chunk.unpacked),
            long(7, chunk.packed),
            long(9, chunk.offset),
        ]
    )
    return struct_of([long(2, chunk.offset), (3, STRUCT, description)])


# Thrift's compact protocol


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def zigzag(number: int) -> bytes:
    """A signed number; the sign is its lowest bit."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def binary(value: bytes) -> bytes:
    """Bytes with their length before them."""
    return varint(len(value)) + value


def integer(number: int, value: int) -> Member:
    """A member of 32 bits."""
    return number, I32, zigzag(value)


def long(number: int, value: int) -> Member:
    """A member of 64 bits."""
    return number, I64, zigzag(value)


def text(number: int, value: str) -> Member:
    """A member that is a text."""
    return number, BINARY, binary(value.encode())


def struct_of(some: Sequence[Member]) -> bytes:
    """A whole struct of these members."""
    return members(some) + b"\0"


def members(some: Sequence[Member], after: int = 0) -> bytes:
    """Members in the order of their numbers, each under the distance to the one before."""
    written = bytearray()
    for number, kind, value in some:
        written.append(number - after << 4 | kind)
        written += value
        after = number
    return bytes(written)


def list_of(kind: int, items: Sequence[bytes]) -> bytes:
    """A list of items of one type."""
    return list_head(kind, len(items)) + b"".join(items)


def list_head(kind: int, length: int) -> bytes:
    """What stands before the items of a list."""
    return bytes([length << 4 | kind]) if length < 15 else bytes([0xF0 | kind]) + varint(length)


# LogicalType TIMESTAMP, adjusted to UTC, in milliseconds.
MILLISECONDS = struct_of([(1, STRUCT, b"\0")])
INSTANT = struct_of([(8, STRUCT, struct_of([(1, TRUE, b""), (2, STRUCT, MILLISECONDS)]))])
