"""Where the chosen devices do have data, when the graph that is asked for is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from callbacks.common.context import Site
from callbacks.graph.controls import field_text
from callbacks.graph.series import Spans, spans
from data import queries
from data.catalogue import Metric
from data.queries import DeviceRow
from data.ranges import TimeRange
from pages.graph.form import CUSTOM


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The span that has data, the metrics it has where they are others, and the controls that show it.

    Without any data there is neither a span nor controls.
    """

    span: TimeRange | None = None
    metrics: Sequence[Metric] = ()
    controls: Mapping[str, Any] | None = None


def suggestion(
    session: Session,
    devices: Sequence[DeviceRow],
    metrics: Sequence[Metric],
    data_spans: Spans,
    offered: Sequence[Metric],
    site: Site,
) -> Suggestion:
    """What to look at instead; `data_spans` are the spans of the metrics, `offered` all that could be drawn."""
    keys = {row.key for device in devices for row in queries.series(session, device.id)}
    others: list[Metric] = []
    if not data_spans or not keys.intersection(metric.key for metric in metrics):
        others = [metric for metric in offered if metric.key in keys]
        data_spans = spans(session, devices, others)
    if not data_spans:
        return Suggestion()
    whole = TimeRange(
        min(span.start_at for span in data_spans.values()), max(span.end_at for span in data_spans.values())
    )
    controls: dict[str, Any] = {
        "range": CUSTOM,
        "start": field_text(whole.start_at, site.zone),
        "end": field_text(whole.end_at + timedelta(minutes=1), site.zone),
    }
    if others:
        controls["units"] = [metric.key for metric in others[:2]]
    return Suggestion(whole, others, controls)
