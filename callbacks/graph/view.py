"""What a graph shows for its controls: one answer, drawn by the page in the browser and by the image of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from callbacks.common.context import Site, Viewer, seen_by
from callbacks.common.lines import Line
from callbacks.graph import texts
from callbacks.graph.axes import left_out
from callbacks.graph.controls import LONGEST_INTERVAL_MINUTES, Selection, field_text, selection
from callbacks.graph.figure import Drawing
from callbacks.graph.series import graph_lines, spans
from callbacks.graph.subject import Subject, graph_subject
from callbacks.graph.suggestion import Suggestion, suggestion
from data import catalogue, queries
from data.catalogue import Metric
from data.ranges import TimeRange
from pages.graph.form import query_from_values

KINDS = {"bms": "bms", "tristar": "tristar", "sensors": "sensor", "devices": None}  # page -> devices, None for all
LONGEST_SENSOR_INTERVAL_MINUTES = 1_000
RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """The page, its controls as pages/graph/form.py names them, who looks, and where and in which theme."""

    kind: str
    values: Mapping[str, Any]
    viewer: Viewer
    site: Site
    theme: str = "light"


@dataclass(frozen=True, slots=True)
class GraphView:
    """What there is to show.  With `errors` (field -> words) there is no window, and nothing after it.

    `values` are the controls as they stand now: the ends of a window that ends now, a sensor's fields.  `query` is the
    address of this state.  `ages` are those of the newest documents, of the last day, by device slug and family.
    `suggestion` is there when no line is.
    """

    kind: str
    site: Site
    subject: Subject
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    drawing: Drawing
    window: TimeRange | None = None
    metrics: Sequence[Metric] = ()
    lines: Sequence[Line] = ()
    width: timedelta = timedelta(0)
    ages: Mapping[tuple[str, str], timedelta] = field(default_factory=dict)
    when: str = ""
    sentence: str = ""
    note: str = ""
    query: str = ""
    suggestion: Suggestion = field(default_factory=Suggestion)


def view(question: Question, session: Session, now: datetime) -> GraphView:
    """The answer to the controls, of the devices that the viewer may see."""
    kind, site, values = question.kind, question.site, dict(question.values)
    devices = seen_by(question.viewer, queries.devices(session, KINDS[kind]))
    subject = graph_subject(session, kind, values, devices, question.viewer)
    data_spans = spans(session, subject.choice.devices, subject.metrics)
    longest = LONGEST_SENSOR_INTERVAL_MINUTES if kind == "sensors" else LONGEST_INTERVAL_MINUTES
    selected = selection(values, now, site.zone, list(data_spans.values()), longest)
    if kind not in catalogue.FORM_CHOICES:
        values |= {"units": subject.keys, "controller": subject.identifier}
    values |= ends(values, selected, site)
    errors = {**selected.errors, **subject.errors}
    drawn = drawing(values, selected.tick_format, question.theme)
    if errors or selected.window is None:
        return GraphView(kind, site, subject, values, errors, drawn)
    window = selected.window
    metrics, lines, width = graph_lines(
        session, subject.metrics, subject.choice.devices, window, selected.interval, values["retimed"], now, site
    )
    when = texts.RANGE_WORDS[values["range"]] if selected.rolling else texts.window_words(window, site.zone)
    is_standard = bool(subject.standard) and subject.keys == subject.standard
    present = {line.metric.key for line in lines}
    return GraphView(
        kind=kind,
        site=site,
        subject=subject,
        values=values,
        errors=errors,
        drawing=drawn,
        window=window,
        metrics=metrics,
        lines=lines,
        width=width,
        ages={
            key: max(timedelta(0), now - span.end_at) for key, span in data_spans.items() if now - span.end_at < RECENT
        }
        if window.end_at == now
        else {},
        when=when,
        sentence=texts.sentence(lines, metrics, when, "" if kind in catalogue.FORM_CHOICES else subject.choice.name),
        note=texts.notes(
            selected.interval,
            width,
            left_out(lines) if drawn.logarithmic else 0,
            [metric.label for metric in metrics if metric.key not in present] if lines else [],
            any(line.low is not None for line in lines),
            len(subject.offered) - len(metrics) if is_standard else 0,
        ),
        query=query_from_values(kind, values | ({"units": []} if is_standard else {})),
        suggestion=Suggestion()
        if lines
        else suggestion(session, subject.choice.devices, metrics, data_spans, subject.offered, site),
    )


def ends(values: Mapping[str, Any], selected: Selection, site: Site) -> dict[str, Any]:
    """What the fields of the window's ends hold: the window itself where it ends now, else what was written there."""
    if not selected.rolling or selected.window is None:
        return {"start": values["start"], "end": values["end"]}
    window = selected.window
    return {"start": field_text(window.start_at, site.zone), "end": field_text(window.end_at, site.zone)}


def drawing(values: Mapping[str, Any], tick_format: str, theme: str) -> Drawing:
    """How to draw, as the controls say."""
    return Drawing(
        style=values["style"],
        theme=theme,
        marker=values["marker"],
        title=(values["title"] or "").strip(),
        xlabel=(values["xlabel"] or "").strip(),
        ylabel=(values["ylabel"] or "").strip(),
        tick_format=tick_format,
        tight=values["tight_layout"],
        logarithmic=values["logarithmic_scale"],
    )
