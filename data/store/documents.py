"""The posted documents of a block, next to its columns: skeletons by name, and only the numbers no column has.

A number that a column of the block holds already is a reference to that column; any other gets a column of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import zstandard

from data.arrays import Bools, Floats, Places
from data.errors import CorruptError
from data.store import columns
from data.store.document_table import Group, Sheet
from data.templates import extraction, splitting

OWN = 0  # in place of a series id: the slot has a column of its own
WHOLE, POINTED, MIXED = "i", "f", "m"
DEEPEST_TEXTS = 15  # zstd level of documents without a skeleton

SkeletonText = Callable[[int], str]


@dataclass(slots=True)
class _Writer:
    parts: list[bytes]

    def add(self, packed: bytes) -> int:
        self.parts.append(packed)
        return len(packed)


def encode(sheet: Sheet, series: Mapping[str, int], readings: Mapping[str, Floats]) -> bytes:
    """The documents of a sheet, given the columns kept beside them and the series id of each metric."""
    writer = _Writer([])
    head: dict[str, Any] = {"groups": [_group_head(sheet, group, series, readings, writer) for group in sheet.groups]}
    if len(sheet.groups) + bool(sheet.plain) > 1:
        codes = np.zeros(len(sheet), dtype=np.uint16)  # 0: without a skeleton
        for number, group in enumerate(sheet.groups, start=1):
            codes[group.places] = number
        head["codes"] = writer.add(columns.compress(codes.tobytes()))
    if sheet.plain:
        texts = orjson.dumps([sheet.plain[place] for place in sorted(sheet.plain)])
        head["plain"] = writer.add(zstandard.ZstdCompressor(level=DEEPEST_TEXTS).compress(texts))
    packed = columns.compress(orjson.dumps(head))
    body = b"".join(writer.parts)
    return struct.pack("<II", columns.checksum(packed, body), len(packed)) + packed + body


def _group_head(
    sheet: Sheet, group: Group, series: Mapping[str, int], readings: Mapping[str, Floats], writer: _Writer
) -> dict[str, Any]:
    metric_of = extraction.slots(sheet.family, group.skeleton, group.values)
    references, lengths, styles = [], [], []
    for slot in range(group.values.shape[1]):
        values, pointed = group.values[:, slot], group.pointed[:, slot]
        metric = metric_of.get(slot)
        if metric is not None and metric in series and np.array_equal(readings[metric][group.places], values):
            references.append(series[metric])
        else:
            references.append(OWN)
            kind, packed = columns.encode(values)
            lengths.append((kind, writer.add(packed)))
        if pointed.all():
            styles.append(POINTED)
        elif not pointed.any():
            styles.append(WHOLE)
        else:
            styles.append(MIXED)
            lengths.append((-1, writer.add(columns.compress(np.packbits(pointed).tobytes()))))
    return {
        "id": splitting.digest(group.skeleton),
        "references": references,
        "styles": "".join(styles),
        "lengths": lengths,
    }


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body, self.at = body, 0

    def take(self, length: int) -> bytes:
        part = self.body[self.at : self.at + length]
        if len(part) != length:
            raise CorruptError("the documents of a block end too early")
        self.at += length
        return part


def decode(packed: bytes, bare: Sheet, skeleton: SkeletonText, column: Mapping[int, Floats]) -> Sheet:
    """The sheet with its documents, given the one without, the columns by series id, and the skeletons' texts.

    Raises CorruptError when the bytes have changed, or a column that documents refer to is not there.
    """
    head, body = _opened(packed)
    reader = _Reader(body)
    found = [_group(one, reader) for one in head["groups"]]
    count = len(bare)
    codes = np.full(count, 1 if found else 0, dtype=np.uint16)
    if "codes" in head:
        codes = np.frombuffer(_unpacked(reader.take(head["codes"])), dtype=np.uint16)
        if len(codes) != count:
            raise CorruptError(f"a block of {count} documents names {len(codes)}")
    groups = []
    for number, (one, own, mixed) in enumerate(found, start=1):
        places = np.flatnonzero(codes == number)
        groups.append(_filled(one, own, mixed, places, skeleton, column))
    plain: dict[int, str] = {}
    if "plain" in head:
        texts = orjson.loads(_unpacked(reader.take(head["plain"])))
        plain = dict(zip(np.flatnonzero(codes == 0).tolist(), texts, strict=True))
    return Sheet(bare.family, bare.times, bare.received, bare.clocks, tuple(groups), plain)


def skeletons_in(packed: bytes) -> list[int]:
    """The ids of the skeletons that these documents need.  Raises CorruptError."""
    head, _ = _opened(packed)
    return [one["id"] for one in head["groups"]]


def series_in(packed: bytes) -> set[int]:
    """The series whose columns these documents refer to.  Raises CorruptError."""
    head, _ = _opened(packed)
    return {series for one in head["groups"] for series in one["references"]} - {OWN}


def _opened(packed: bytes) -> tuple[dict[str, Any], bytes]:
    if len(packed) < 8:
        raise CorruptError("the documents of a block are missing")
    stated, length = struct.unpack_from("<II", packed)
    head, body = packed[8 : 8 + length], packed[8 + length :]
    if columns.checksum(head, body) != stated:
        raise CorruptError("the documents of a block have changed since they were written")
    return orjson.loads(_unpacked(head)), body


def _unpacked(packed: bytes) -> bytes:
    try:
        return columns.decompress(packed)
    except zstandard.ZstdError as cause:
        raise CorruptError(f"the documents of a block cannot be unpacked: {cause}") from cause


def _group(one: dict[str, Any], reader: _Reader) -> tuple[dict[str, Any], list[tuple[int, bytes]], list[bytes]]:
    own: list[tuple[int, bytes]] = []
    mixed: list[bytes] = []
    for kind, length in one["lengths"]:
        if kind < 0:
            mixed.append(reader.take(length))
        else:
            own.append((kind, reader.take(length)))
    return one, own, mixed


def _filled(
    one: dict[str, Any],
    own: list[tuple[int, bytes]],
    mixed: list[bytes],
    places: Places,
    skeleton: SkeletonText,
    column: Mapping[int, Floats],
) -> Group:
    count, slots = len(places), len(one["references"])
    values = np.empty((count, slots), dtype=np.float64)
    pointed: Bools = np.empty((count, slots), dtype=bool)
    next_own, next_mixed = iter(own), iter(mixed)
    for slot, (series, style) in enumerate(zip(one["references"], one["styles"], strict=True)):
        if series == OWN:
            values[:, slot] = columns.decode(*next(next_own), count)
        elif series in column:
            values[:, slot] = column[series][places]
        else:
            raise CorruptError(f"the column of series {series}, which documents of this block refer to, is not there")
        if style == MIXED:
            bits = np.frombuffer(_unpacked(next(next_mixed)), dtype=np.uint8)
            pointed[:, slot] = np.unpackbits(bits, count=count).astype(bool)
        else:
            pointed[:, slot] = style == POINTED
    return Group(skeleton(one["id"]), places, values, pointed)


def same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets hold the same documents: times, clocks, skeletons, numbers bit by bit, and texts."""
    if len(one.groups) != len(other.groups) or one.plain != other.plain:
        return False
    if not all(
        np.array_equal(a, b)
        for a, b in ((one.times, other.times), (one.received, other.received), (one.clocks, other.clocks))
    ):
        return False
    others = {group.skeleton: group for group in other.groups}
    return all(_same_group(group, others.get(group.skeleton)) for group in one.groups)


def _same_group(one: Group, other: Group | None) -> bool:
    return (
        other is not None
        and np.array_equal(one.places, other.places)
        and np.array_equal(one.values, other.values)
        and np.array_equal(one.pointed, other.pointed)
    )
