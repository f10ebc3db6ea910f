"""A file that MSView exported, a daily log or a live one, as a source of documents."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from data.errors import ArboretumError, DocumentError
from data.importing.msview import daily
from data.importing.msview.live import FAMILY, is_live, live_columns, live_content
from data.importing.msview.table import exported, text_of
from data.importing.running import Refusal, Row
from data.ingest import batch
from data.ranges import parse_instant

PLACE = re.compile(r"row (\d+) \(([0-9a-f]{32})\)")


class MsviewFile:
    """The rows of a log; `left_out` are the columns that no metric is known for.

    Raises DocumentError for a file that is no log of MSView.
    """

    def __init__(self, raw: bytes, path: Path) -> None:
        self.label = f"import of {path.name}"
        self.identity = json.dumps(["msview", str(path.resolve())])
        self.done = 0
        self.left_out: list[str] = []
        self._digest = hashlib.sha256(raw).hexdigest()[:32]
        self.table = exported(text_of(raw))
        self._found = self._live() if is_live(self.table.columns) else self._daily()
        self.total = len(self._found)

    def _daily(self) -> list[Row | Refusal]:
        columns = daily.daily_columns(self.table)
        self.left_out = daily.left_out(columns, self.table)
        items: list[Row | Refusal] = []
        records, places = [], []
        for line in self.table.lines:
            try:
                records.append(daily.record(self.table, columns, line))
                places.append(len(items))
                items.append(Refusal("", ""))  # its document takes this place
            except DocumentError as problem:
                items.append(Refusal(f"line {line.number}", str(problem)))
        for place, posted in zip(places, daily.documents(records), strict=True):
            items[place] = Row(f"line {self.table.lines[place].number}", posted)
        return items

    def _live(self) -> list[Row | Refusal]:
        columns = live_columns(self.table)
        self.left_out = list(columns.left_out)
        items: list[Row | Refusal] = []
        for line in self.table.lines:
            where = f"line {line.number}"
            try:
                if len(line.cells) != len(self.table.columns):
                    raise DocumentError(f"it has {len(line.cells)} columns, the header has {len(self.table.columns)}")
                at = parse_instant(line.cells[0], UTC)
                content = live_content(columns.known, line.cells, self.table.delimiter)
            except ArboretumError as problem:
                items.append(Refusal(where, str(problem)))
                continue
            text = json.dumps(content, separators=(",", ":"))
            items.append(Row(where, batch.Posted(FAMILY, daily.DEVICE, text, at, "stated")))
        return items

    def place(self) -> str:
        """Behind the last row given, with a digest of the file."""
        return f"row {self.done} ({self._digest})"

    def go_on_from(self, place: str) -> bool:
        """Skip to that row; False when the file is another one now."""
        mark = PLACE.fullmatch(place)
        if mark is None or mark[2] != self._digest:
            return False
        self.done = int(mark[1])
        return True

    def rows(self) -> Iterator[Row | Refusal]:
        """The documents of the rows, and the rows that are none."""
        for item in self._found[self.done :]:
            self.done += 1
            yield item
