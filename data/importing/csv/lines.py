"""A text table read row by row, in bounded memory, with the line and the byte at which each row stands."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from data.errors import DocumentError

LONGEST_LINE = 1_000_000
CHUNK = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE = (b"\xff\xfe", b"\xfe\xff")
NEVER_CLOSED = 'a quote (") is opened in it and never closed: close it, or take it away'
PLACE = re.compile(r"line (\d+) \(byte (\d+), ([0-9a-f]{32})\)")


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row and the line it starts in; `problem` says why they cannot be used."""

    line: int
    cells: list[str]
    problem: str | None = None


class Table:
    """The rows below the header; `columns` are the header's names.

    A row that takes several lines because a quote is never closed costs its first line only.
    Raises DocumentError when there is no header to read.
    """

    def __init__(self, file: BinaryIO, delimiter: str | None = None, encoding: str = "utf-8") -> None:
        self.file = file
        self.encoding = encoding
        self.size = os.fstat(file.fileno()).st_size
        self.offset = 0  # of the next line
        self.line = 0  # lines read
        self._after_first: tuple[int, int] | None = None
        self._ended = False  # the file, within the row given last
        self._hashed, self._hash = 0, hashlib.sha256()
        header = self._header()
        self.delimiter = delimiter or most_frequent(header)
        self.columns = [name.strip() for name in next(csv.reader([header], delimiter=self.delimiter), [])]

    def _header(self) -> str:
        start = self.file.read(len(BYTE_ORDER_MARK))
        if start.startswith(WIDE):
            raise DocumentError("the file is in UTF-16: save it as UTF-8, or as CSV with commas")
        self.offset = len(start) if start == BYTE_ORDER_MARK else 0
        self.file.seek(self.offset)
        header = next(self._lines(), "")
        if not header.strip():
            raise DocumentError("line 1 is empty: it must hold the names of the columns")
        if "\r" in header.rstrip("\r\n"):
            raise DocumentError("the lines end as on old Macs, with CR alone: save it with LF or CR LF")
        return header

    def _lines(self) -> Iterator[str]:
        while raw := self.file.readline(LONGEST_LINE):
            self.offset += len(raw)
            self.line += 1
            if self._after_first is None:
                self._after_first = (self.offset, self.line)
            yield raw.decode(self.encoding, "surrogateescape")
        self._ended = True

    def rows(self) -> Iterator[TableRow]:
        """The rows from the present place on; a blank line is none."""
        while True:
            self._after_first, self._ended = None, False
            start = self.line + 1
            cells, problem = self._next()
            if cells is None and problem is None:
                return
            if problem is None and cells:
                problem = NEVER_CLOSED if self._ended else self._problem(cells)
            if problem is not None and self.took_several_lines:
                self.keep_first_line_only()
                problem = NEVER_CLOSED
            if cells or problem is not None:
                yield TableRow(start, cells or [], problem)

    @property
    def took_several_lines(self) -> bool:
        """Whether the row given last goes on behind its first line, within quotes."""
        return self._after_first is not None and self._after_first[1] < self.line

    def keep_first_line_only(self) -> None:
        """Have the row given last cost its first line only: the next one begins behind it."""
        assert self._after_first is not None, "a row was given"
        self.offset, self.line = self._after_first
        self.file.seek(self.offset)

    def _next(self) -> tuple[list[str] | None, str | None]:
        try:
            return next(csv.reader(self._lines(), delimiter=self.delimiter), None), None
        except csv.Error as cause:
            return None, f"it is no row of a table ({cause}): correct it, or take it away"

    def _problem(self, cells: list[str]) -> str | None:
        if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
            return f"it holds bytes that are not {self.encoding}: name the encoding, as in --encoding latin-1"
        while len(cells) > len(self.columns) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(self.columns):
            return (
                f"it has {len(cells)} columns, the header has {len(self.columns)}: look for a separator too many or"
                " too few (a decimal comma needs quotes, or another --delimiter)"
            )
        return None

    def place(self) -> str:
        """Where the next row starts, with a digest of all that stands before it."""
        self._digest(self.offset)
        return f"line {self.line} (byte {self.offset}, {self._hash.hexdigest()[:32]})"

    def _digest(self, until: int) -> None:
        while self._hashed < until:
            part = os.pread(self.file.fileno(), min(CHUNK, until - self._hashed), self._hashed)
            if not part:
                return
            self._hash.update(part)
            self._hashed += len(part)

    def go_on_from(self, place: str) -> bool:
        """Skip to that place; False when what stands before it is not what stood there."""
        mark = PLACE.fullmatch(place)
        if mark is None or int(mark[2]) > self.size:
            return False
        line, offset = int(mark[1]), int(mark[2])
        self._hashed, self._hash = 0, hashlib.sha256()
        self._digest(offset)
        if self._hash.hexdigest()[:32] != mark[3]:
            self._hashed, self._hash = 0, hashlib.sha256()
            return False
        self.offset, self.line = offset, line
        self.file.seek(offset)
        return True


def most_frequent(header: str) -> str:
    """The separator of a header line: the one that stands in it most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=lambda delimiter: (bare.count(delimiter), -DELIMITERS.index(delimiter)))
