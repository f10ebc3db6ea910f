"""The metrics a device has posted, as rows: made when a document first carries one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import catalogue, document
from data.database.engine import insert_unless_there
from data.database.models import Series
from data.errors import NotFoundError


def ids(session: Session, device_id: int) -> dict[str, int]:
    """The series of a device: key -> id."""
    return dict(session.execute(select(Series.key, Series.id).where(Series.device_id == device_id)).all())


def note(
    session: Session, device_id: int, family: str, metrics: Iterable[str], content: Mapping[str, Any], at: datetime
) -> dict[str, int]:
    """Make the series that are not there; all of the device's, key -> id.  `content` carries the metrics."""
    series_ids = ids(session, device_id)
    missing = [metric for metric in metrics if metric not in series_ids]
    if not missing:
        return series_ids
    if family == "sensor":
        units = document.sensor_units(content)
    else:
        units = {key: unit for key, _, unit in document.unlisted(family, content)}
    rows = [
        {"device_id": device_id, "key": metric, "first_seen_at": at, **_labels(family, metric, units)}
        for metric in missing
    ]
    session.execute(insert_unless_there(session, Series), rows)
    return ids(session, device_id)


def _labels(family: str, key: str, units: Mapping[str, str]) -> dict[str, str]:
    if family == "sensor":
        return {"label": key, "unit": units.get(key, "")[:40]}
    try:
        listed = catalogue.metric(key)
    except NotFoundError:
        return {"label": key, "unit": units.get(key, "")[:40]}
    return {"label": listed.label, "unit": listed.unit}
