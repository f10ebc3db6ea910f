"""Many columns in few rows: columns of neighbouring series stand together, each with its checksum.

One column a row would cost more in pages than in numbers; one row for all would be read whole for a single series.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from data.errors import CorruptError
from data.store.columns import checksum

# Bytes of columns after which the next row begins: large enough to waste little of its last page.
FULL = 48_000
ENTRY = np.dtype([("series", "<u4"), ("kind", "u1"), ("length", "<u4"), ("checksum", "<u4")])


@dataclass(frozen=True, slots=True)
class Column:
    """One packed column: its kind and bytes as data.store.columns or, for a level, data.store.levels makes them."""

    kind: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Columns of the series from `first` to `last`, as one row of the database holds them."""

    first: int
    last: int
    columns: int
    body: bytes


def grouped(columns: Mapping[int, Column]) -> list[ColumnGroup]:
    """The columns by series id, as rows."""
    groups: list[ColumnGroup] = []
    some: list[tuple[int, Column]] = []
    size = 0
    for series, column in sorted(columns.items()):
        if some and size + len(column.packed) > FULL:
            groups.append(_pack(some))
            some, size = [], 0
        some.append((series, column))
        size += len(column.packed)
    return groups + ([_pack(some)] if some else [])


def _pack(some: list[tuple[int, Column]]) -> ColumnGroup:
    directory = np.array(
        [(series, column.kind, len(column.packed), checksum(column.packed)) for series, column in some], dtype=ENTRY
    ).tobytes()
    head = struct.pack("<II", len(some), checksum(directory))
    return ColumnGroup(
        some[0][0], some[-1][0], len(some), b"".join((head, directory, *(column.packed for _, column in some)))
    )


def unpack(body: bytes, chosen: Collection[int] | None = None) -> Iterator[tuple[int, Column]]:
    """(series id, column) of the chosen series, or of all.  Raises CorruptError for bytes that have changed."""
    for series, column, is_sound in _columns(body, chosen):
        if not is_sound:
            raise CorruptError(f"the column of series {series} has changed since it was written")
        yield series, column


def sound(body: bytes, chosen: Collection[int] | None = None) -> Iterator[tuple[int, Column]]:
    """Those columns of a damaged row that are as they were written; none when its directory is damaged."""
    try:
        entries = list(_columns(body, chosen))
    except CorruptError:
        return
    yield from ((series, column) for series, column, is_sound in entries if is_sound)


def _columns(body: bytes, chosen: Collection[int] | None) -> Iterator[tuple[int, Column, bool]]:
    if len(body) < 8:
        raise CorruptError(f"a row of columns has {len(body)} bytes")
    count, stated = struct.unpack_from("<II", body)
    at = 8 + count * ENTRY.itemsize
    directory = body[8:at]
    if at > len(body) or checksum(directory) != stated:
        raise CorruptError("the directory of a row of columns has changed since it was written")
    for series, kind, length, column_sum in struct.iter_unpack("<IBII", directory):
        if chosen is None or series in chosen:
            packed = body[at : at + length]
            yield series, Column(kind, packed), checksum(packed) == column_sum
        at += length
