"""From the cells of a row to a document: each metric at its place in the posted documents' dialect."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data import catalogue, document
from data.errors import DocumentError, NotFoundError
from data.importing.csv.values import is_nothing, parse_number

CELL = re.compile(r"cell_([1-9][0-9]{0,2})_(voltage|m_temperature|temperature|b_rate)")
# What a cell's metric is -> its section, the key of the cells in it, and the unit they are posted with.
CELL_SECTIONS = {
    "voltage": ("BatteryVoltageDetail", "individual cell voltages", "V"),
    "m_temperature": ("Battery Module Temperature Detail", "individual cell module temperatures", "C"),
    "temperature": ("Battery Cell Temperature Detail", "individual cell temperatures", "C"),
    "b_rate": ("Battery Balancing Rate Detail", "individual cell balancing rates", "%"),
}
GROUP = "cell group 1"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is imported: its place in a row, its name, and the metric it holds (a sensor's key)."""

    index: int
    name: str
    metric: str


def metrics_of(family: str) -> list[str]:
    """The metrics that documents of the family can carry, those of single cells left out."""
    return [row.metric for row in document.FIELDS if row.family == family]


def keeps_names(family: str) -> bool:
    """Whether documents of the family have their values under any key, as those of sensors and other devices."""
    return not metrics_of(family)


def field_row(family: str, metric: str) -> document.FieldRow | None:
    """Where that metric sits in the family's documents; None for a metric of a cell or of no such document."""
    return next((row for row in document.FIELDS if row.family == family and row.metric == metric), None)


def is_metric(family: str, metric: str) -> bool:
    """Whether documents of the family can carry that metric."""
    return field_row(family, metric) is not None or (family == "bms" and CELL.fullmatch(metric) is not None)


def metric_by_any_name(family: str, name: str) -> str | None:
    """The metric that a column's name means: its key, its label, or what the posted documents call it."""
    if is_metric(family, name):
        return name
    return _names(family).get(document.fold(re.sub(r"\s*[(\[].*[)\]]\s*$", "", name)))


@lru_cache(maxsize=8)
def _names(family: str) -> dict[str, str]:
    headings: dict[str, str] = {}
    rows = [row for row in document.FIELDS if row.family == family]
    for spell in (lambda row: row.metric, lambda row: catalogue.metric(row.metric).label, lambda row: row.pointer[-1]):
        for row in rows:
            headings.setdefault(document.fold(spell(row)), row.metric)
    return headings


def columns_for(
    family: str, header: Sequence[str], time_column: str, mapped: Sequence[tuple[str, str]]
) -> tuple[int, list[Column], list[str]]:
    """(place of the time, the columns to import, the names of those left out).

    Without a map the columns of a family without a table of fields keep their names; else they are found by name.
    Raises DocumentError when a name is not in the header, stands there twice, or means nothing.
    """
    time_index = _index(header, time_column)
    if mapped:
        columns = [Column(_index(header, name), name, _checked(family, metric)) for name, metric in mapped]
    else:
        columns = []
        for index, name in enumerate(header):
            metric = name if keeps_names(family) else metric_by_any_name(family, name)
            if index != time_index and metric:
                columns.append(Column(index, name, metric))
    metrics = [column.metric for column in columns]
    if twice := sorted({metric for metric in metrics if metrics.count(metric) > 1}):
        raise DocumentError(f"two columns hold {', '.join(twice)}: choose with --map COLUMN=METRIC")
    if not columns:
        raise DocumentError(
            f"no column is imported: map one with --map COLUMN=METRIC. Columns: {', '.join(header)}."
            + ("" if keeps_names(family) else f" Metrics of {family}: {', '.join(metrics_of(family))}")
        )
    used = {time_index, *(column.index for column in columns)}
    return time_index, columns, [name for index, name in enumerate(header) if index not in used and name]


def _index(header: Sequence[str], name: str) -> int:
    indexes = [index for index, heading in enumerate(header) if heading == name]
    indexes = indexes or [
        index for index, heading in enumerate(header) if document.fold(heading) == document.fold(name)
    ]
    if not indexes:
        raise DocumentError(f"line 1 has no column {name!r}: it has {', '.join(header)}")
    if len(indexes) > 1:
        raise DocumentError(f"line 1 has {len(indexes)} columns named {name!r}: give them different names")
    return indexes[0]


def _checked(family: str, metric: str) -> str:
    if metric if keeps_names(family) else is_metric(family, metric):
        return metric
    choices = ", ".join(metrics_of(family)) + (", cell_1_voltage …" if family == "bms" else "")
    raise DocumentError(f"{metric!r} is no metric of {family}: use one of {choices}")


def content_of(family: str, columns: Sequence[Column], cells: Sequence[str], decimal: str, delimiter: str) -> str:
    """The document of one row as JSON.  Raises DocumentError naming the column and what is wrong in it."""
    content: dict[str, Any] = {}
    for column in columns:
        cell = cells[column.index]
        if is_nothing(cell):
            continue
        try:
            if keeps_names(family):
                content[column.metric] = _number_or_text(cell, decimal, delimiter)
            else:
                put(content, family, column.metric, cell, decimal, delimiter)
        except ValueError as cause:
            raise DocumentError(f"column {column.name}: {cause}") from cause
    if not content:
        raise DocumentError("every imported column is empty: there is nothing to store")
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _number_or_text(cell: str, decimal: str, delimiter: str) -> int | float | str:
    try:
        return parse_number(cell, decimal, delimiter)
    except ValueError:
        if any(character.isdigit() for character in cell) and "," in cell:
            raise  # a number whose comma may mean two things
        return cell.strip()


def put(content: dict[str, Any], family: str, metric: str, cell: str, decimal: str, delimiter: str) -> None:
    """Put the value of a cell at its metric's place in the document.  Raises ValueError in words."""
    row = field_row(family, metric)
    if row is None:
        _put_cell(content, metric, parse_number(cell, decimal, delimiter))
        return
    section = content.setdefault(row.pointer[0], {})
    if row.shape == "text":
        section[row.pointer[1]] = _word(row, cell)
        return
    value = parse_number(cell, decimal, delimiter)
    section[row.pointer[1]] = {"value": value, "unit": row.unit_word} if row.shape == "value_unit" else value


def _put_cell(content: dict[str, Any], metric: str, value: int | float) -> None:
    cell = CELL.fullmatch(metric)
    assert cell is not None
    section, key, unit = CELL_SECTIONS[cell[2]]
    group = content.setdefault(section, {}).setdefault(GROUP, {"first cell number": 0, key: {}})
    group[key][f"cell {cell[1]}"] = {"value": value, "unit": unit}


@lru_cache(maxsize=1024)
def _word(row: document.FieldRow, cell: str) -> str | int:
    word: str | int = int(cell) if cell.strip().isdecimal() and len(cell) < 10 else cell.strip()
    section, key = row.pointer
    if row.metric in document.readings(row.family, {section: {key: word}}):
        return word
    raise ValueError(f"{cell!r} is no value of {row.metric}: {_choices(row.metric)}")


def _choices(metric: str) -> str:
    try:
        codes = catalogue.metric(metric).codes
    except NotFoundError:
        codes = None
    return f"it is one of {', '.join(codes.names.values())}" if codes else "write its number"
