"""A table as MSView exports it, whatever the PC's language: its separator, its decimal comma, its encoding."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from data.errors import DocumentError
from data.importing.csv.lines import most_frequent

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line it ends in, and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Exported:
    """The names of the columns, the rows below them, and the character between cells."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    delimiter: str


def text_of(raw: bytes) -> str:
    """The text of a file: UTF-16 or UTF-8 where it says or is so, else that of Windows.  Raises DocumentError."""
    if raw.startswith(UTF_16):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as cause:
            raise DocumentError(f"it cannot be read as UTF-16, which it says it is ({cause.reason})") from cause
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def exported(text: str) -> Exported:
    """The table in a text.  Raises DocumentError where it is none."""
    text = text.removeprefix("\ufeff")
    delimiter = most_frequent(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
        lines = tuple(Line(reader.line_num, cells) for cells in reader if any(map(str.strip, cells)))
    except csv.Error as cause:
        raise DocumentError(
            f"line {reader.line_num} is not comma-separated text ({cause}); export the log again"
        ) from cause
    return Exported(columns, lines, delimiter)
