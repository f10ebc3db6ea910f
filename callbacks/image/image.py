"""A picture of the graph page's values: what is asked for, read as the graph page reads it, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callbacks.common import formatting
from callbacks.common.context import Site, Viewer
from callbacks.common.lines import Line
from callbacks.graph import texts
from callbacks.graph.controls import WORDS, Asked, asked, field_text
from callbacks.graph.figure import Drawing, left_out, line_names
from callbacks.graph.page import drawn, families, spans, suggestion
from callbacks.graph.subject import subject
from data.catalogue import Aggregate
from data.queries import DeviceRow
from data.ranges import TimeRange
from pages.graph_form import query_from_values

KIND = "bms"
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Pictured:
    """What a picture shows, in words too; with `errors` (field -> words) there is no window, and nothing to show but
    the fields of its ends.

    `rows` are the numbers of each line: name, last, smallest, mean, largest, readings.  `else_query` leads to where
    there is data, where this window has none.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    window: TimeRange | None = None
    lines: Sequence[Line] = ()
    start: str = ""
    end: str = ""
    say: str = ""
    note: str = ""
    rows: Sequence[Sequence[str]] = ()
    options: Sequence[Mapping[str, str]] = ()
    empty: str = ""
    else_label: str = ""
    else_query: str = ""


def pictured(
    session: Session,
    values: Mapping[str, Any],
    devices: Sequence[DeviceRow],
    now: datetime,
    site: Site,
    viewer: Viewer,
) -> Pictured:
    """What the controls of pages/graph_form.py ask for; `devices` are the battery managers the viewer may see."""
    of = subject(session, KIND, values, devices, viewer)
    wanted = asked(values, now, site.zone, spans(session, of.choice.devices, families(of.metrics)))
    errors = {**wanted.errors, **of.errors}
    if errors or wanted.window is None:
        return replace(refused(values, wanted, site), errors=errors, options=of.choice.options)
    window = wanted.window
    metrics, lines, width = drawn(session, of, window, wanted.interval, False, now, site)
    when = WORDS[values["range"]] if wanted.rolling else texts.window_words(window, site.zone)
    there = {one.metric.key for one in lines}
    note = texts.notes(
        wanted.interval,
        width,
        left_out(lines) if values["logarithmic_scale"] else 0,
        [metric.label for metric in metrics if metric.key not in there] if lines else [],
        any(one.low is not None for one in lines),
    )
    empty, label, query = "", "", ""
    if not lines:
        has, whole, controls = suggestion(session, of.choice.devices, metrics, of.offered, site)
        (_, paragraph), label = texts.empty_words(metrics, of.choice.name, when, has, whole, site.zone)
        empty = paragraph.children
        query = query_from_values(KIND, {**values, **controls}) if controls else ""
    return Pictured(
        window=window,
        lines=lines,
        start=field_text(window.start_at, site.zone) if wanted.rolling else values["start"],
        end=field_text(window.end_at, site.zone) if wanted.rolling else values["end"],
        say=texts.sentence(lines, metrics, when),
        note=note,
        rows=rows(lines),
        options=of.choice.options,
        empty=empty,
        else_label=label,
        else_query=query,
    )


def refused(values: Mapping[str, Any], wanted: Asked, site: Site) -> Pictured:
    """What is left of a question that cannot be answered: its errors, and the ends of its window for the fields."""
    if wanted.rolling and wanted.window is not None:
        ends = [field_text(at, site.zone) for at in (wanted.window.start_at, wanted.window.end_at)]
    else:
        ends = [values["start"], values["end"]]
    return Pictured(wanted.errors, start=ends[0], end=ends[1])


def rows(lines: Sequence[Line]) -> list[list[str]]:
    """The numbers of each line as a table says them."""
    names = line_names(lines)
    said = []
    for one in lines:
        known = one.statistics
        nothing = one.metric.codes is not None
        spread = [known.low, None if one.metric.aggregate is Aggregate.COUNTER else known.mean, known.high]
        told = [known.last, *([None] * 3 if nothing else spread)]
        cells = [formatting.with_unit(*formatting.reading(one.metric, value)) for value in told]
        said.append([names[id(one)], *cells, formatting.number(known.count, 0)])
    return said


def drawing(values: Mapping[str, Any], theme: str) -> Drawing:
    """How to draw it; the tick format stays Python's."""
    return Drawing(
        style=values["style"],
        theme=theme,
        marker=values["marker"],
        title=values["title"].strip(),
        xlabel=values["xlabel"].strip(),
        ylabel=values["ylabel"].strip(),
        tick_format=values["date_format"],
        tight=values["tight_layout"],
        logarithmic=values["logarithmic_scale"],
    )
