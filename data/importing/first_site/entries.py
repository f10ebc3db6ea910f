"""The old site's entries as a source of documents: battery, controllers, daily records and sensors.

All families of one table are told apart by what stands in them, and rows of one run of the old site share one time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data import document
from data.errors import ArboretumError, DocumentError
from data.importing.first_site.file import OldRow, OldSite, UnreadableError, text_of
from data.importing.running import Refusal, Row
from data.ingest import batch
from data.ranges import parse_instant, zone_named

ENTRY_TABLES = ("json_data_entry", "sensor_data_entry")
PLACE = re.compile(r"(\w+) (-?\d+) \(([0-9a-f]{16})\)")
# A section that only one family has, in the order they are looked for.
TELLING = (("dailyloggervalues", "tristar_daily"), ("adcdata", "tristar"), ("batteryvoltagesummary", "bms"))
SECTIONS = {
    family: {document.fold(row.pointer[0]) for row in document.FIELDS if row.family == family}
    for family in ("tristar_daily", "tristar", "bms")
}
STEP = timedelta(milliseconds=1)


class SiteEntries:
    """The entries of an old site; `slugs` are the devices of its sensors by their old ids.

    A document keeps the time at which the old site received it, naive times read in `timezone`.  The second and further
    documents of a device at one time take the milliseconds after it, in the order of their ids.
    """

    def __init__(self, site: OldSite, path: Path, timezone: str, slugs: Mapping[int, str], until: datetime) -> None:
        self.site = site
        self.zone = zone_named(timezone)
        self.slugs = slugs
        self.until = until
        self.label = f"import of {path.name}"
        self.identity = json.dumps(["site", str(path.resolve()), timezone])
        self.done = 0
        self.tables = [table for table in ENTRY_TABLES if table in site.tables]
        self.counts = {table: site.count(table) for table in self.tables}
        self.total = sum(self.counts.values())
        self._last: tuple[str, OldRow] | None = None
        self._skip: tuple[str, int] | None = None

    def place(self) -> str:
        """The last row given, and a digest of it."""
        if self._last is None:
            return ""
        table, row = self._last
        return f"{table} {row[0]} ({_digest(row)})"

    def go_on_from(self, place: str) -> bool:
        """Skip the rows up to that one; False when it is not there as it was."""
        mark = PLACE.fullmatch(place)
        if mark is None or mark[1] not in self.tables:
            return False
        row = self.site.row(mark[1], int(mark[2]))
        if row is None or _digest(row) != mark[3]:
            return False
        self._last, self._skip = (mark[1], row), (mark[1], int(mark[2]))
        return True

    def rows(self) -> Iterator[Row | Refusal]:
        """The documents of all tables in the order of their ids, and the rows that are none."""
        for table in self.tables:
            if self._skip is not None and self.tables.index(table) < self.tables.index(self._skip[0]):
                self.done += self.counts[table]
                continue
            try:
                yield from self._rows_of(table)
            except UnreadableError as problem:
                yield Refusal(table, str(problem))

    def _rows_of(self, table: str) -> Iterator[Row | Refusal]:
        shared = self.site.shared_times(table)
        seen: Counter[tuple[str, str, datetime]] = Counter()
        behind = self._skip[1] if self._skip is not None and self._skip[0] == table else None
        for row in self.site.rows(table):
            self.done += 1
            is_old = behind is not None and row[0] <= behind
            is_shared = shared is None or (isinstance(row[1], bytes) and row[1][:23] in shared)
            if is_old and not is_shared:
                continue
            item = self._made(table, row, seen if is_shared else None)
            if not is_old:
                self._last = table, row
                yield item

    def _made(self, table: str, row: OldRow, seen: Counter[tuple[str, str, datetime]] | None) -> Row | Refusal:
        where = f"{table} {row[0]}"
        try:
            content = _content(row[2])
            parsed = document.parse_content(content)
            if not parsed:
                raise DocumentError("the document is empty: there is nothing to store")
            family, device = self._device(table, row, parsed)
            received_at = _instant(row[1], self)
        except ArboretumError as problem:
            return Refusal(where, str(problem))
        recorded_at = received_at
        if seen is not None:
            recorded_at += STEP * seen[family, device, received_at]
            seen[family, device, received_at] += 1
        stated = received_at if received_at <= self.until else None
        return Row(where, batch.Posted(family, device, content, recorded_at, "server", stated))

    def _device(self, table: str, row: OldRow, parsed: dict[str, Any]) -> tuple[str, str]:
        if table == "sensor_data_entry":
            slug = self.slugs.get(row[3])
            if slug is None:
                raise DocumentError(f"its sensor {row[3]} is not there, or was refused")
            return "sensor", slug
        family = family_of(parsed)
        if family == "bms":
            return family, "bms"
        string = document.controller_string(parsed)
        return family, "tristar" if string is None else f"tristar-{string}"


def family_of(parsed: Mapping[str, Any]) -> str:
    """The family whose sections the document has.  Raises DocumentError when it has none of any."""
    there = {document.fold(key) for key in parsed}
    for section, family in TELLING:
        if section in there:
            return family
    for family, sections in SECTIONS.items():
        if there & sections:
            return family
    raise DocumentError(
        f"it is no document of a battery or a controller: it has {', '.join(list(parsed)[:5])}; post it as a sensor's"
    )


def _content(cell: Any) -> str:
    """The posted text; a text that was encoded twice is decoded once."""
    content = text_of(cell, "JSON_content").strip()
    if not content or content == "null":
        raise DocumentError("the document is empty: there is nothing to store")
    if content.startswith('"'):
        try:
            inner = json.loads(content)
        except ValueError as cause:
            raise DocumentError(f"JSON_content is not JSON: {cause}") from cause
        return str(inner)
    return content


def _instant(cell: Any, source: SiteEntries) -> datetime:
    text = text_of(cell, "date_posted")
    if not text:
        raise DocumentError("date_posted is empty: nobody knows when it was received")
    at = parse_instant(text, source.zone)
    return at.replace(microsecond=at.microsecond // 1000 * 1000).astimezone(UTC)


def _digest(row: OldRow) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]
