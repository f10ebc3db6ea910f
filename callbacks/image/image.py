"""The battery manager's graph as an image: the numbers under it as text, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callbacks.common import formatting
from callbacks.common.lines import Line
from callbacks.graph import texts
from callbacks.graph.figure import Drawing, line_names
from callbacks.graph.view import GraphView, drawing
from pages.graph.form import query_from_values

KIND = "bms"
MOST_VALUES = 12


def rows(lines: Sequence[Line]) -> list[list[str]]:
    """The numbers of each line: name, last, smallest, mean, largest, readings."""
    names = line_names(lines)
    table = []
    for line in lines:
        numbers = line.statistics
        values = (numbers.last, *texts.spread(line))
        cells = [formatting.with_unit(*formatting.reading(line.metric, value)) for value in values]
        table.append([names[id(line)], *cells, formatting.number(numbers.count, 0)])
    return table


def elsewhere(shown: GraphView) -> tuple[str, str, str]:
    """Where there is data when no line is drawn: in words, the label of the link there, and its query."""
    there = shown.suggestion
    words, label = texts.elsewhere(shown.subject.choice.name, there.span, there.metrics, shown.site.zone)
    return words, label, query_from_values(KIND, {**shown.values, **there.controls}) if there.controls else ""


def image_drawing(values: Mapping[str, Any], theme: str) -> Drawing:
    """How to draw it; the tick format stays Python's."""
    return drawing(values, values["date_format"], theme)
