"""A sealed block: a table of one UTC day as rows of the database, and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import zstandard

from data.arrays import Floats, Integers
from data.document import Flags
from data.errors import CorruptError
from data.store import column_groups, columns, documents
from data.store.document_table import DocumentTable

DAY = 86_400_000  # milliseconds
FLAG_KINDS = (
    "alarms",
    "faults",
    "daily_alarms",
    "daily_faults",
    "daily_flags",
    "status_errors",
    "power_errors",
    "protection_errors",
    "pins",
)
Reported = tuple[tuple[str, str], ...]  # (kind, name) of everything a document reports
Run = tuple[int, int, Reported]  # the first and the last of neighbouring documents that report the same


@dataclass(frozen=True, slots=True)
class Block:
    """The bytes of one day, as the columns of `SealedBlock` and rows of `SealedColumns` hold them."""

    start: int
    documents: int
    samples: int
    first: int
    last: int
    checksum: int
    times: bytes
    receive_times: bytes
    flags: bytes
    packed_documents: bytes
    column_groups: list[column_groups.ColumnGroup]

    @property
    def size(self) -> int:
        """Bytes of everything in it."""
        head = len(self.times) + len(self.receive_times) + len(self.flags) + len(self.packed_documents)
        return head + sum(len(pack.body) for pack in self.column_groups)


def day_of(milliseconds: int) -> int:
    """The start of the UTC day of an instant."""
    return milliseconds - milliseconds % DAY


def build(table: DocumentTable, readings: Mapping[str, Floats], series: Mapping[str, int]) -> Block:
    """The block of a table of one day; `series` has the id of each metric in `readings`."""
    start = day_of(int(table.times[0]))
    if day_of(int(table.times[-1])) != start:
        raise ValueError("a block is of one UTC day")
    packed = {series[metric]: column_groups.Column(*columns.encode(values)) for metric, values in readings.items()}
    times = columns.pack_integers(table.times - start)
    receive_times = _pack_receive_times(table)
    flags = columns.compress(orjson.dumps(runs(table.times, table.flags())))
    return Block(
        start,
        len(table),
        sum(int(np.count_nonzero(~np.isnan(values))) for values in readings.values()),
        int(table.times[0]),
        int(table.times[-1]),
        columns.checksum(times, receive_times, flags),
        times,
        receive_times,
        flags,
        documents.encode(table, series, readings),
        column_groups.grouped(packed),
    )


def _pack_receive_times(table: DocumentTable) -> bytes:
    delays = columns.pack_integers(table.received - table.times)
    clocks = columns.compress(table.clocks.tobytes())
    return len(delays).to_bytes(4, "little") + delays + clocks


def check(stated: int, times: bytes, receive_times: bytes, flags: bytes) -> None:
    """Raises CorruptError when the head of a block is not what was written."""
    if columns.checksum(times, receive_times, flags) != stated:
        raise CorruptError("the times of a block have changed since they were written")


def unpack_times(packed: bytes, start: int) -> Integers:
    """The times of a block's documents, milliseconds.  Raises CorruptError."""
    try:
        return columns.unpack_integers(packed) + start
    except (RuntimeError, TypeError, ValueError) as cause:
        raise CorruptError(f"the times of a block cannot be unpacked: {cause}") from cause


def known_times(packed: bytes, start: int, documents: int, first: int, last: int) -> Integers:
    """As `unpack_times`, of which number, first and last are known.  Raises CorruptError when they differ."""
    times = unpack_times(packed, start)
    if len(times) != documents or int(times[0]) != first or int(times[-1]) != last:
        raise CorruptError("the times of a block have changed since they were written")
    return times


def bare(family: str, times: Integers, receive_times: bytes) -> DocumentTable:
    """The table of a block without its documents.  Raises CorruptError."""
    try:
        length = int.from_bytes(receive_times[:4], "little")
        received = columns.unpack_integers(receive_times[4 : 4 + length]) + times
        clocks = np.frombuffer(columns.decompress(receive_times[4 + length :]), dtype=np.uint8)
    except (RuntimeError, TypeError, ValueError, zstandard.ZstdError) as cause:
        raise CorruptError(f"the receive times of a block cannot be unpacked: {cause}") from cause
    if not len(times) == len(received) == len(clocks):
        raise CorruptError("a block has more times than receive times")
    return DocumentTable(family, times, received, clocks)


def table(
    family: str,
    start: int,
    times: bytes,
    receive_times: bytes,
    packed: bytes,
    bodies: Iterable[bytes],
    template: Callable[[int], str],
) -> DocumentTable:
    """The documents of a block, of its parts as they stand in the database.  Raises CorruptError."""
    without = bare(family, unpack_times(times, start), receive_times)
    series = documents.series_in(packed)
    column_of = decoded(bodies, len(without), series)
    return documents.decode(packed, without, template, column_of)


def decoded(bodies: Iterable[bytes], count: int, chosen: Collection[int] | None = None) -> dict[int, Floats]:
    """Series id -> its column, of the chosen series or of all.  Raises CorruptError."""
    return {
        series: columns.decode(column.kind, column.packed, count)
        for body in bodies
        for series, column in column_groups.unpack(body, chosen)
    }


def reported(flags: Flags) -> Reported:
    """Everything a document reports, by kind."""
    return tuple((kind, name) for kind in FLAG_KINDS for name in getattr(flags, kind))


def runs(times: Integers, flags: Sequence[Flags]) -> list[Run]:
    """The stretches of neighbouring documents that report the same."""
    stretches: list[Run] = []
    before: Flags | None = None
    for at, document_flags in zip(times.tolist(), flags, strict=True):
        names = stretches[-1][2] if stretches and document_flags is before else reported(document_flags)
        before = document_flags
        if stretches and stretches[-1][2] == names:
            stretches[-1] = (stretches[-1][0], at, names)
        else:
            stretches.append((at, at, names))
    return stretches


def unpack_runs(packed: bytes) -> list[Run]:
    """The runs of a block.  Raises CorruptError."""
    try:
        listed: list[Any] = orjson.loads(columns.decompress(packed))
    except (zstandard.ZstdError, orjson.JSONDecodeError) as cause:
        raise CorruptError(f"the flags of a block cannot be unpacked: {cause}") from cause
    return [(first, last, tuple((kind, name) for kind, name in names)) for first, last, names in listed]
