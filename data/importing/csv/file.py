"""A CSV file as a source of documents: one row, one document of one device."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from data.accounts import users
from data.errors import ArboretumError, ConfigError, DocumentError, NotFoundError
from data.families import FAMILIES
from data.importing.csv.documents import columns_for, content_of
from data.importing.csv.lines import Table
from data.importing.csv.values import time_reader
from data.importing.running import Refusal, Row
from data.ingest import batch, devices
from data.names import SLUG
from data.ranges import from_milliseconds, to_milliseconds, zone_named

KILO = 1000
AFTER = ", at "


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """What is made of the rows: whose they are, where the time stands, which column is which metric."""

    family: str
    device: str
    time_column: str
    timezone: str = "UTC"
    time_format: str = "auto"
    mapped: tuple[tuple[str, str], ...] = ()
    delimiter: str | None = None
    decimal: str = "auto"
    encoding: str = "utf-8"


class CsvFile:
    """Rows of a table that become documents; `left_out` are the columns nobody asked for.

    Raises DocumentError when the header does not fit the options, ConfigError for an encoding nobody knows.
    """

    def __init__(self, file: BinaryIO, path: Path, options: CsvOptions) -> None:
        self.options = options
        self.label = f"import of {path.name}"
        self.identity = json.dumps([str(path.resolve()), asdict(options)])
        try:
            self.table = Table(file, options.delimiter, options.encoding)
        except LookupError as cause:
            raise ConfigError(f"no encoding named {options.encoding!r}: use utf-8, latin-1 or cp1252") from cause
        self.time_index, self.columns, self.left_out = columns_for(
            options.family, self.table.columns, options.time_column, options.mapped
        )
        self.zone = zone_named(options.timezone)
        self.read_time = time_reader(options.time_format, self.zone)
        self.read_as_utc = time_reader(options.time_format, UTC)
        self.before: datetime | None = None  # the time of the row before

    @property
    def done(self) -> int:
        """Thousands of bytes read."""
        return self.table.offset // KILO

    @property
    def total(self) -> int:
        """Thousands of bytes in the file."""
        return self.table.size // KILO

    def place(self) -> str:
        """Behind the last row, and the time of that row."""
        before = "" if self.before is None else f"{AFTER}{to_milliseconds(self.before)}"
        return f"{self.table.place()}{before}"

    def go_on_from(self, place: str) -> bool:
        """Skip the rows before that place."""
        there, _, before = place.partition(AFTER)
        self.before = from_milliseconds(int(before)) if before else None
        return self.table.go_on_from(there)

    def rows(self) -> Iterator[Row | Refusal]:
        """The documents of the rows, and the rows that are none."""
        options = self.options
        for row in self.table.rows():
            where = f"line {row.line}"
            if row.problem is not None:
                yield Refusal(where, row.problem)
                continue
            try:
                at = self._instant(row.cells[self.time_index])
                content = content_of(options.family, self.columns, row.cells, options.decimal, self.table.delimiter)
            except ArboretumError as problem:
                if self.table.took_several_lines:
                    self.table.keep_first_line_only()
                yield Refusal(where, str(problem))
                continue
            yield Row(where, batch.Posted(options.family, options.device, content, at, "stated"))

    def _instant(self, text: str) -> datetime:
        """The time of a row; of an hour that the clock goes through twice the second, once the rows have begun anew."""
        at, before = self.read_time(text), self.before
        if before is not None and at <= before:
            second = at.astimezone(self.zone).replace(fold=1).astimezone(UTC)
            if second > before and self.read_as_utc(text) != at:  # equal where the text itself names its offset
                at = second
        self.before = at
        return at


def check_device(session: Session, family: str, device: str) -> None:
    """Raises DocumentError or NotFoundError when no document of that family can be stored for that device."""
    device_row = devices.by_slug(session, [device]).get(device)
    if family == "sensor":
        username, _, name = device.partition("/")
        if device_row is None or users.find_sensor(session, username, name) is None:
            raise NotFoundError(f"no sensor {device!r}: register it on the page /sensors/register, as USER/NAME")
    elif device_row is not None and device_row.kind != FAMILIES[family].kind:
        raise DocumentError(f"device {device} is a {device_row.kind}: it posts no documents of family {family}")
    elif device_row is None and not SLUG.fullmatch(device):
        raise DocumentError(f"device is {device!r}: use up to 40 small letters, digits, dots and dashes")
