"""The posted documents of a block, next to its columns: templates by name, and only the numbers no column has.

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
from data.store.document_table import DocumentTable, Group
from data.templates import extraction, splitting

OWN = 0  # in place of a series id: the slot has a column of its own
WHOLE, POINTED, MIXED = "i", "f", "m"
DEEPEST_TEXTS = 15  # zstd level of documents without a template

TemplateText = Callable[[int], str]


@dataclass(slots=True)
class _Writer:
    parts: list[bytes]

    def add(self, packed: bytes) -> int:
        self.parts.append(packed)
        return len(packed)


def encode(table: DocumentTable, series: Mapping[str, int], readings: Mapping[str, Floats]) -> bytes:
    """The documents of a table, given the columns kept beside them and the series id of each metric."""
    writer = _Writer([])
    head: dict[str, Any] = {"groups": [_group_head(table, group, series, readings, writer) for group in table.groups]}
    if len(table.groups) + bool(table.plain) > 1:
        codes = np.zeros(len(table), dtype=np.uint16)  # 0: without a template
        for number, group in enumerate(table.groups, start=1):
            codes[group.places] = number
        head["codes"] = writer.add(columns.compress(codes.tobytes()))
    if table.plain:
        texts = orjson.dumps([table.plain[place] for place in sorted(table.plain)])
        head["plain"] = writer.add(zstandard.ZstdCompressor(level=DEEPEST_TEXTS).compress(texts))
    packed = columns.compress(orjson.dumps(head))
    body = b"".join(writer.parts)
    return struct.pack("<II", columns.checksum(packed, body), len(packed)) + packed + body


def _group_head(
    table: DocumentTable, group: Group, series: Mapping[str, int], readings: Mapping[str, Floats], writer: _Writer
) -> dict[str, Any]:
    metric_of = extraction.slots(table.family, group.template, group.values)
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
        "id": splitting.digest(group.template),
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


def decode(packed: bytes, bare: DocumentTable, template: TemplateText, column: Mapping[int, Floats]) -> DocumentTable:
    """The table with its documents, given the one without, the columns by series id, and the templates' texts.

    Raises CorruptError when the bytes have changed, or a column that documents refer to is not there.
    """
    head, body = _opened(packed)
    reader = _Reader(body)
    parts = [_group(group_head, reader) for group_head in head["groups"]]
    count = len(bare)
    codes = np.full(count, 1 if parts else 0, dtype=np.uint16)
    if "codes" in head:
        codes = np.frombuffer(_unpacked(reader.take(head["codes"])), dtype=np.uint16)
        if len(codes) != count:
            raise CorruptError(f"a block of {count} documents names {len(codes)}")
    groups = []
    for number, (group_head, own, mixed) in enumerate(parts, start=1):
        places = np.flatnonzero(codes == number)
        groups.append(_filled(group_head, own, mixed, places, template, column))
    plain: dict[int, str] = {}
    if "plain" in head:
        texts = orjson.loads(_unpacked(reader.take(head["plain"])))
        plain = dict(zip(np.flatnonzero(codes == 0).tolist(), texts, strict=True))
    return DocumentTable(bare.family, bare.times, bare.received, bare.clocks, tuple(groups), plain)


def templates_in(packed: bytes) -> list[int]:
    """The ids of the templates that these documents need.  Raises CorruptError."""
    head, _ = _opened(packed)
    return [group_head["id"] for group_head in head["groups"]]


def series_in(packed: bytes) -> set[int]:
    """The series whose columns these documents refer to.  Raises CorruptError."""
    head, _ = _opened(packed)
    return {series for group_head in head["groups"] for series in group_head["references"]} - {OWN}


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


def _group(group_head: dict[str, Any], reader: _Reader) -> tuple[dict[str, Any], list[tuple[int, bytes]], list[bytes]]:
    own: list[tuple[int, bytes]] = []
    mixed: list[bytes] = []
    for kind, length in group_head["lengths"]:
        if kind < 0:
            mixed.append(reader.take(length))
        else:
            own.append((kind, reader.take(length)))
    return group_head, own, mixed


def _filled(
    group_head: dict[str, Any],
    own: list[tuple[int, bytes]],
    mixed: list[bytes],
    places: Places,
    template: TemplateText,
    column: Mapping[int, Floats],
) -> Group:
    count, slots = len(places), len(group_head["references"])
    values = np.empty((count, slots), dtype=np.float64)
    pointed: Bools = np.empty((count, slots), dtype=bool)
    next_own, next_mixed = iter(own), iter(mixed)
    for slot, (series, style) in enumerate(zip(group_head["references"], group_head["styles"], strict=True)):
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
    return Group(template(group_head["id"]), places, values, pointed)


def same(table: DocumentTable, other: DocumentTable) -> bool:
    """Whether two tables hold the same documents: times, clocks, templates, numbers bit by bit, and texts."""
    if len(table.groups) != len(other.groups) or table.plain != other.plain:
        return False
    if not all(
        np.array_equal(a, b)
        for a, b in ((table.times, other.times), (table.received, other.received), (table.clocks, other.clocks))
    ):
        return False
    others = {group.template: group for group in other.groups}
    return all(_same_group(group, others.get(group.template)) for group in table.groups)


def _same_group(group: Group, other: Group | None) -> bool:
    return (
        other is not None
        and np.array_equal(group.places, other.places)
        and np.array_equal(group.values, other.values)
        and np.array_equal(group.pointed, other.pointed)
    )
