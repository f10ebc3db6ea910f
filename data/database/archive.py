"""The file of a backup: JSON lines under zstd, the same for every database.

A head with the step of the schema; for each table a line with its name and columns, then lines of rows, at most
ROWS_A_LINE each; last the number of rows and a SHA-256 for each table.  A file without its last line is no backup.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import zstandard

from data.errors import DocumentError

FORMAT = "arboretum backup 1"
ROWS_A_LINE = 100
LEVEL = 6
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, in the order of its columns; the first part of a table may have none."""

    table: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


def write(
    path: Path, revision: str, taken_at: datetime, tables: Iterable[tuple[str, Sequence[str], Iterable[Row]]]
) -> int:
    """Write the archive; the number of rows in it.  It has its name only when it is complete and on disk."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    # Not for everybody's eyes: it holds what the database holds.
    number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            with zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).stream_writer(file, closefd=False) as out:
                count = _write_lines(out, revision, taken_at, tables)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _write_lines(
    out: zstandard.ZstdCompressionWriter,
    revision: str,
    taken_at: datetime,
    tables: Iterable[tuple[str, Sequence[str], Iterable[Row]]],
) -> int:
    out.write(_line({"format": FORMAT, "revision": revision, "taken_at": taken_at.isoformat()}))
    sums: dict[str, list[Any]] = {}
    for table, columns, rows in tables:
        out.write(_line({"table": table, "columns": list(columns)}))
        digest, count, waiting = hashlib.sha256(), 0, []
        for row in rows:
            waiting.append([_written(value) for value in row])
            count += 1
            if len(waiting) == ROWS_A_LINE:
                digest.update(line := _line(waiting))
                out.write(line)
                waiting = []
        if waiting:
            digest.update(line := _line(waiting))
            out.write(line)
        sums[str(table)] = [count, digest.hexdigest()]  # SQLAlchemy gives a subclass, which orjson takes for no key
    out.write(_line({"sums": sums}))
    return sum(count for count, _ in sums.values())


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return b64decode(value["bytes"]) if "bytes" in value else float(value["float"])


def revision_of(path: Path) -> str:
    """The step of the schema the archive was made at.  Raises DocumentError when it is none of ours."""
    with path.open("rb") as file:
        try:
            head = orjson.loads(io.BufferedReader(_lines_of(file)).readline())
        except (zstandard.ZstdError, orjson.JSONDecodeError) as cause:
            raise DocumentError(
                f"{path} is no backup of Arboretum ({cause}): give a file that `backup` wrote"
            ) from cause
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise DocumentError(f"{path} is no backup this version can read: it should begin with {FORMAT!r}")
    return str(head["revision"])


def parts(path: Path) -> Iterator[Part]:
    """The tables in their order, some rows at a time.  Raises DocumentError for damage, at the latest at the end."""
    with path.open("rb") as file:
        try:
            yield from _parts(path, io.BufferedReader(_lines_of(file)))
        except (zstandard.ZstdError, orjson.JSONDecodeError) as cause:
            raise DocumentError(f"{path} is damaged ({cause}): take another backup") from cause


def _lines_of(file: Any) -> io.RawIOBase:
    reader: Any = zstandard.ZstdDecompressor().stream_reader(file)
    return reader  # type: ignore[no-any-return]  # the stub calls it no RawIOBase, io.BufferedReader takes it


def _parts(path: Path, lines: io.BufferedReader) -> Iterator[Part]:
    next(lines)  # the head
    sums: dict[str, list[Any]] = {}
    digest, table, columns = hashlib.sha256(), "", ()
    for line in lines:
        value = orjson.loads(line)
        if isinstance(value, list):
            digest.update(line)
            sums[table] = [sums[table][0] + len(value), digest.hexdigest()]
            yield Part(table, columns, [[_read(cell) for cell in row] for row in value])
        elif "sums" in value:
            if value["sums"] != sums:
                wrong = sorted(name for name in value["sums"] | sums if value["sums"].get(name) != sums.get(name))
                raise DocumentError(f"{path} is damaged in {', '.join(wrong)}: take another backup")
            return
        else:
            digest, table, columns = hashlib.sha256(), value["table"], tuple(value["columns"])
            sums[table] = [0, digest.hexdigest()]
            yield Part(table, columns, [])
    raise DocumentError(f"{path} ends too early: it was cut off, take another backup")


def check(path: Path) -> int:
    """Read the whole archive; the number of rows in it.  Raises DocumentError when anything is wrong with it."""
    revision_of(path)
    return sum(len(part.rows) for part in parts(path))
