"""The metrics that a device had not posted before become its series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from data import document
from data.database import series as series_rows
from data.ingest.texts import PostedText
from data.store import template_rows


class Carrier(NamedTuple):
    """A document that has been stored; `template` is the number of a template that is kept, else 0."""

    device_id: int
    template: int
    family: str
    text: PostedText
    recorded_at: datetime


def note(session: Session, stored: Iterable[Carrier]) -> None:
    """Add the series that are missing; documents of a template have the same."""
    cache = template_rows.known(session)
    first: dict[tuple[int, str, int], Carrier] = {}
    whole: list[Carrier] = []
    for carrier in stored:
        key = (carrier.device_id, carrier.family, carrier.template)
        if not carrier.template:
            whole.append(carrier)
        elif key not in cache.noted:
            first.setdefault(key, carrier)
    by_device: dict[int, dict[str, Carrier]] = defaultdict(dict)
    for carrier in [*first.values(), *whole]:
        for metric in document.readings(carrier.family, carrier.text.parsed()):
            by_device[carrier.device_id].setdefault(metric, carrier)
    for device_id, carriers in by_device.items():
        series = series_rows.ids(session, device_id)
        while missing := [metric for metric in carriers if metric not in series]:
            carrier = carriers[missing[0]]
            carried = [metric for metric in missing if carriers[metric] is carrier]
            series = series_rows.note(
                session, device_id, carrier.family, carried, carrier.text.parsed(), carrier.recorded_at
            )
    cache.note_after_commit(session, first)
