"""Live logs of MSView: what the PC saw every second, under titles like `TriStar-MPPT Battery Voltage(slow) (V)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.errors import DocumentError
from data.importing.csv.documents import Column, metric_by_any_name, put
from data.importing.csv.values import is_nothing
from data.importing.msview.table import Exported

FAMILY = "tristar"
TITLE = re.compile(r"(?P<name>.*?)\s*(?P<slow>\(slow\))?\s*\((?P<unit>[^()]*)\)", re.IGNORECASE)
# What MSView calls slow is filtered by the controller; the site's documents have names of their own for these two.
SLOW = {"bat_voltage": "bat_voltage_slow", "bat_current": "charging_current"}


@dataclass(frozen=True, slots=True)
class LiveColumns:
    """The columns that are imported, and the titles of those that are not."""

    known: tuple[Column, ...]
    left_out: tuple[str, ...]


def is_live(columns: Sequence[str]) -> bool:
    """Whether these are the titles of a live log: each is a name and a unit in brackets."""
    return len(columns) > 1 and all(TITLE.fullmatch(title) for title in columns[1:])


def live_columns(table: Exported) -> LiveColumns:
    """What the columns behind the time are.  Raises DocumentError when none is known, or one stands there twice."""
    columns: dict[str, Column] = {}
    left_out = []
    for index, title in enumerate(table.columns[1:], start=1):
        metric = _metric(title)
        if metric is None:
            left_out.append(title)
        elif metric in columns:
            raise DocumentError(f"the columns {columns[metric].name} and {title} are the same: take one away")
        else:
            columns[metric] = Column(index, title, metric)
    if not columns:
        raise DocumentError(f"no column of a controller is known: it has {', '.join(table.columns)}")
    return LiveColumns(tuple(columns.values()), tuple(left_out))


def _metric(title: str) -> str | None:
    """The metric of a title: the name behind the device's, which may have several words."""
    heading = TITLE.fullmatch(title)
    if heading is None:
        return None
    words = heading["name"].split()
    metrics = (metric_by_any_name(FAMILY, " ".join(words[first:])) for first in range(len(words)))
    metric = next((candidate for candidate in metrics if candidate is not None), None)
    return SLOW.get(metric or "") if heading["slow"] else metric


def live_content(columns: Sequence[Column], cells: Sequence[str], delimiter: str) -> dict[str, Any]:
    """The document of a row, in the site's own dialect.  Raises DocumentError naming the column."""
    content: dict[str, Any] = {"name": "Tristar", "source": "MSView live log"}
    empty = len(content)
    for column in columns:
        cell = cells[column.index]
        if is_nothing(cell):
            continue
        try:
            put(content, FAMILY, column.metric, cell, "auto", delimiter)
        except ValueError as cause:
            raise DocumentError(f"column {column.name}: {cause}") from cause
    if len(content) == empty:
        raise DocumentError("every imported column is empty: there is nothing to store")
    return content
